"""kernel="fused" compiles the accurate forms, although the model around them is not compiled."""

import keras
import numpy as np
import pytest

import keras_activations as ka
from keras_activations import testing
from keras_activations.core import autodiff, kernels
from lab.cases import BACKEND, parametrize, witness

X = np.linspace(-6, 6, 96, dtype="float32").reshape(4, 24)
FUSES = BACKEND in ("tensorflow", "torch")
fuses = pytest.mark.skipif(not FUSES, reason="JAX compiles every kernel")

# One of each kind: a value and its slope, a learned parameter along an axis, and a splitter. torch takes some seconds for each.
KINDS = [(ka.Mish, {}), (ka.PReLU, {"alpha": 0.125, "channels": 4}), (ka.SwiGLU, {})]


def compilations(layer):
    """Return how often the backend compiled the kernels that the layer holds. The number is for counting only."""
    if BACKEND == "tensorflow":
        return len(vars(layer)["_kernels"])  # each entry was traced once and is the graph
    import torch

    return torch._dynamo.utils.counters["stats"]["unique_graphs"]


def test_the_plan():
    for mode in kernels.MODES:
        plan = ka.GELU(kernel="fused").plan(mode)
        assert plan.budget == "strict"
        expected = FUSES and mode != "fused" and (BACKEND, mode) != ("torch", "graph")
        assert plan.name == ("fused" if expected else "ours")
    assert ka.GELU(kernel="fused").implementation == "fallback"
    assert ka.GELU().plan("eager").name != "fused"


@parametrize(KINDS)
def test_the_strict_budget(case):
    for rows, *wrong in testing.measure(witness(case), "float32", "fused", lambda f: f, testing.STRICT):
        for allowed, errors in zip((testing.STRICT.value["float32"], testing.STRICT.gradient["float32"]), wrong, strict=True):
            worst = np.unravel_index(np.argmax(errors), errors.shape)
            assert errors[worst] <= allowed, (rows[worst[0]], errors[worst])


@fuses
def test_nothing_is_compiled_again_for_another_size_rank_or_layer():
    layers = [ka.TanhExp(kernel="fused") for _ in range(2)]
    up = testing.tensor(X, "float32")
    autodiff.value_and_gradients(layers[0], [up], up)
    once = compilations(layers[0])
    for layer in layers:
        for shape in [(2, 24), (3, 24), (2, 3, 8), (48,)] if BACKEND == "torch" else [(2, 24), (3, 24), (5, 7)]:
            x = testing.tensor(np.resize(X, shape), "float32")
            autodiff.value_and_gradients(layer, [x], keras.ops.ones_like(x))
    assert compilations(layers[1]) == once


@pytest.mark.skipif(BACKEND != "torch", reason="the compiler of torch")
def test_a_tenth_kernel_is_compiled_too():
    """torch stops compiling after it has compiled the code of one function eight times."""
    import torch

    x = testing.tensor(X, "float32")
    before = torch._dynamo.utils.counters["stats"]["unique_graphs"]
    layers = [ka.HardTanh(-1.0, 1.0 + step / 8, kernel="fused") for step in range(1, 11)]
    for layer in layers:
        with torch.no_grad():
            layer(x)
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] == before + 10


@pytest.mark.skipif(BACKEND != "torch", reason="the compiler of torch")
def test_what_cannot_be_told_from_others_is_not_compiled():
    """It would be compiled at each call."""
    import torch

    layer = ka.Mish(kernel="fused")
    layer.table = np.ones(2)
    before = torch._dynamo.utils.counters["stats"]["unique_graphs"]
    with torch.no_grad():
        np.testing.assert_array_equal(testing.array(layer(X)), testing.array(ka.Mish(kernel="fallback")(X)))
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] == before


@parametrize(KINDS)
def test_it_is_differentiated_again(case):
    cls, sample = case
    inputs = testing.tensor(X[:, :4], "float32")

    def second(kernel):
        layer = cls(kernel=kernel, **sample)
        up = keras.ops.ones(layer.compute_output_shape(inputs.shape))

        def slope(x):
            if BACKEND == "torch":
                import torch

                return torch.autograd.grad(layer(x), x, up, create_graph=True)[0]
            if BACKEND == "tensorflow":
                import tensorflow as tf

                with tf.GradientTape() as tape:
                    tape.watch(x)
                    y = layer(x)
                return tape.gradient(y, x, up)
            import jax

            return jax.vjp(layer, x)[1](up)[0]

        return testing.array(autodiff.value_and_gradients(slope, [inputs], keras.ops.ones_like(inputs))[1][0])

    np.testing.assert_allclose(second("fused"), second("fallback"), rtol=1e-5, atol=1e-6)


def test_in_a_model(tmp_path):
    """The fused kernel is set for a whole model. The model trains, computes in mixed precision, and is saved."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, ka.Mish(), dtype="mixed_bfloat16"), keras.layers.Dense(1)])
    x, y = X.reshape(-1, 4), X.reshape(-1, 4).sum(axis=1)
    before = model.predict(x, verbose=0)
    assert ka.set_kernel(model, "fused") == 1
    np.testing.assert_allclose(model.predict(x, verbose=0), before, atol=0.05)
    model.compile("adam", "mse", jit_compile=False)
    losses = model.fit(x, y, epochs=5, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.layers[0].activation.kernel == "fused"
    np.testing.assert_allclose(loaded.predict(x, verbose=0), model.predict(x, verbose=0), atol=0.01)


@pytest.mark.skipif(BACKEND != "torch", reason="torch's own transformations")
def test_transformations():
    import torch

    layer, plain = ka.Mish(kernel="fused"), ka.Mish(kernel="fallback")
    x = testing.tensor(X, "float32")
    torch.testing.assert_close(torch.func.vmap(layer)(x), plain(x))
    derivatives = [torch.func.vmap(torch.func.grad(lambda row, layer=layer: layer(row).sum()))(x) for layer in (layer, plain)]
    torch.testing.assert_close(*derivatives)
    tangents = [torch.func.jvp(layer, (x,), (torch.ones_like(x),))[1] for layer in (layer, plain)]
    torch.testing.assert_close(*tangents)


@pytest.mark.skipif(BACKEND != "torch", reason="the compilers of the other backends come with them")
def test_without_a_compiler_it_is_refused(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda *_: None)
    autodiff._require_compiler.cache_clear()
    try:
        with pytest.raises(ValueError, match="needs a C\\+\\+ compiler"):
            ka.Mish(kernel="fused")(X)
    finally:
        autodiff._require_compiler.cache_clear()
