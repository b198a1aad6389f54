"""torch.compile compiles every activation into one graph.

A graph break would end this graph, and `fullgraph=True` would raise an error.
"""

import functools

import keras
import numpy as np
import pytest

import keras_activations as ka
from keras_activations import testing
from lab.cases import BACKEND, CASES

if BACKEND != "torch":
    pytest.skip("torch's own compiler", allow_module_level=True)

import torch

# The last sample of each class. It mostly has one learned parameter per channel, if the class learns parameters.
EACH = list({cls: (cls, sample) for cls, sample in CASES}.values())
COMPILED = EACH + [case for case in CASES if case not in EACH and isinstance(case[1].get("axis"), list)]
X = np.linspace(-4.0, 4.0, 32).reshape(2, 4, 4)


def in_one_graph(function, x, **arguments):
    """Return the value and the gradient of the compiled function, and those of the function itself."""
    torch._dynamo.reset()
    results = []
    # The inductor backend is not used, because it takes a long time and needs a C++ compiler.
    for f in (torch.compile(function, backend="eager", fullgraph=True), function):
        leaf = x.clone().requires_grad_()
        y = f(leaf, **arguments)
        y.backward(torch.ones_like(y))
        results.append((y, leaf.grad))
    return results


def check(function, x, **arguments):
    compiled, plain = in_one_graph(function, x, **arguments)
    tolerance = 1e-5 if x.dtype == torch.float32 else 0.02
    for a, b in zip(compiled, plain, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_allclose(testing.array(a.detach()), testing.array(b.detach()), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("module", sorted({cls.__module__ for cls, _ in COMPILED}))
def test_no_break(module):
    """One function contains all activations of one file. It compiles in half the time.

    The error names the activation that breaks the graph.
    """
    layers, x = [cls(**sample) for cls, sample in COMPILED if cls.__module__ == module], testing.tensor(X, "float32")
    for layer in layers:
        layer(x)  # Keras builds a layer outside the graph
    check(lambda x: torch.cat([layer(x).flatten() for layer in layers]), x)


def test_every_class_is_compiled():
    assert {cls for cls, _ in EACH} == {entry.cls for entry in ka.catalogue().values()}


@pytest.mark.parametrize("cls", [ka.Softmax, ka.Sparsemax, ka.Mish], ids=lambda cls: cls.__name__)
@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_no_break_in_16_bits(cls, dtype):
    check(cls(), testing.tensor(X, dtype))


@pytest.mark.parametrize("cls", [ka.LogSoftmax, ka.Softmax, ka.Sparsemax], ids=lambda cls: cls.__name__)
def test_no_break_by_a_mask(cls):
    check(cls(), testing.tensor(X, "float32"), mask=torch.tensor(X > -2.0))


@pytest.mark.parametrize("activation", [ka.Softmax(), ka.PReLU(per="element"), ka.Swish(learned=True, channels=4), ka.RReLU()], ids=repr)
def test_no_break_in_a_host(activation):
    host = keras.layers.Dense(4, activation=activation)
    x = testing.tensor(X, "float32")
    host(x)
    check(host, x)


def test_an_argument_that_asks_for_inference_does_not_break():
    check(ka.RReLU(), testing.tensor(X, "float32"), training=False)


def test_drawing_breaks_where_keras_draws():
    """Keras does not let torch's compiler use the generator of its seeds.

    Keras's own Dropout has this limit too.
    """
    x, draws = testing.tensor(X, "float32"), []
    for layer in (ka.RReLU(seed=1), keras.layers.Dropout(0.5, seed=1)):
        layer(x, training=True)
        torch._dynamo.reset()
        with pytest.raises(torch._dynamo.exc.Unsupported, match="torch_seed_generator"):
            torch.compile(layer, backend="eager", fullgraph=True)(x, training=True)
        torch._dynamo.reset()
        draws.append(torch.compile(layer, backend="eager")(x, training=True))
    assert draws[0].shape == draws[1].shape == x.shape


@pytest.mark.parametrize("shape", [(0, 4), (2, 0)])
@pytest.mark.parametrize("cls", [ka.Softmax, ka.Sparsemax, ka.PolyNorm], ids=lambda cls: cls.__name__)
def test_no_break_by_an_empty_input(cls, shape):
    torch._dynamo.reset()
    assert torch.compile(cls(), backend="eager", fullgraph=True)(torch.zeros(shape)).shape == shape


# Keras's loss breaks the graph, and Dynamo looks at the outputs there.
@pytest.mark.filterwarnings("ignore:The .grad attribute")
def test_a_compiled_model_learns(monkeypatch):
    monkeypatch.setattr(torch, "compile", functools.partial(torch.compile, backend="eager"))

    def trained(jit_compile):
        torch._dynamo.reset()
        keras.utils.set_random_seed(0)
        hosts = [keras.layers.Dense(4, activation=activation) for activation in (ka.PReLU(), ka.Sparsemax(), ka.Softmax())]
        model = keras.Sequential([keras.Input((4,)), *hosts])
        model.compile(keras.optimizers.SGD(0.5), keras.losses.MeanSquaredError(), jit_compile=jit_compile)
        model.fit(X[0].astype("float32"), np.eye(4), epochs=2, shuffle=False, verbose=0)
        return model.get_weights()

    for compiled, plain in zip(trained(True), trained(False), strict=True):
        np.testing.assert_allclose(compiled, plain, rtol=1e-5, atol=1e-6)
