"""A kernel is made once for all layers of one class with equal hyperparameters. It is freed with the last of these layers."""

import copy
import functools
import gc
import pickle
import threading
import weakref

import keras
import numpy as np
import pytest

import keras_activations as ka
from keras_activations import testing
from keras_activations.catalogue import registry
from keras_activations.core import autodiff, kernels
from keras_activations.core.terms import Terms, is_everyday, under
from lab.cases import BACKEND

X = np.linspace(-4.0, 4.0, 32, dtype="float32").reshape(8, 4)

remembered = pytest.mark.skipif(BACKEND == "torch", reason="torch remembers no kernel in eager mode")


@pytest.fixture
def traces(monkeypatch):
    """Return a list that gets one more entry each time a kernel is traced."""
    found, computing = [], ka.Activation._computing

    def counted(self, *arguments):
        computed = computing(self, *arguments)

        def traced(*tensors):
            found.append(type(self).__name__)
            return computed(*tensors)

        return traced

    gc.collect()
    monkeypatch.setattr(ka.Activation, "_computing", counted)
    return found


@remembered
def test_equal_layers_share_a_kernel_and_others_do_not(traces):
    layers = [ka.ISRU(alpha=alpha) for alpha in (0.625, 0.625, 0.875)]
    for _ in range(3):
        for layer in layers:
            layer(X)
    assert len(traces) == 2
    first, second, third = (next(iter(vars(layer)["_kernels"].values())) for layer in layers)
    assert first is second
    assert first is not third


@remembered
def test_nothing_is_traced_again(traces):
    """TensorFlow does not trace again for another batch size. No backend traces again for a rank, dtype or size that it had before."""
    layer = ka.ISRU(alpha=0.6875)
    inputs = [np.ones(shape, "float32") for shape in ((8, 4), (3, 4), (8, 5), (2, 2, 4), (4,))] + [testing.tensor(X, "bfloat16")]
    for x in inputs:
        layer(x)
    count = len(traces)
    # The strict kernel runs in 16 bits. TensorFlow does not remember it.
    assert count <= (4 if BACKEND == "tensorflow" else len(inputs))
    for x in inputs[:-1] * 2:
        layer(x)
    assert len(traces) == count


@remembered
def test_a_learned_parameter_is_no_reason_to_trace_again(traces):
    layer = ka.Swish(learned=True)
    for value in (1.0, 1.5, 2.0):
        layer.beta = value
        layer(X)
    assert len(traces) == 1


@remembered
def test_kernels_are_freed_with_the_last_layer():
    gc.collect()
    before = kernels.alive()
    layers = [ka.ISRU(alpha=0.5625) for _ in range(2)] + [ka.Swish(learned=True, beta=1.125)]
    for layer in layers:
        layer(X)
    assert kernels.alive() == before + 2
    layers.pop(0)
    gc.collect()
    assert kernels.alive() == before + 2
    del layers, layer
    gc.collect()
    assert kernels.alive() == before


@remembered
def test_a_hyperparameter_that_changes_all_the_time_leaves_nothing_behind():
    gc.collect()
    before, layer = kernels.alive(), ka.ISRU(alpha=0.75)
    for step in range(40):
        layer.alpha = 1.0 + step / 64
        y = testing.array(layer(X))
        np.testing.assert_allclose(y, X / np.sqrt(1 + layer.alpha * X**2), rtol=1e-5)
    assert kernels.alive() <= before + 16


@remembered
@pytest.mark.parametrize("name", ["smish", "golu", "laplace", "isru"])
def test_a_remembered_kernel_is_differentiated_again(name):
    """Its second derivative is that of the operations in it.

    test_higher_derivatives.py compares these operations with the formula.
    """
    x = testing.tensor(X, "float32")

    def second(layer):
        def slope(x):
            return autodiff.value_and_gradients(layer, [x], keras.ops.ones_like(x))[1][0]

        return testing.array(autodiff.value_and_gradients(slope, [x], keras.ops.ones_like(x))[1][0])

    layer = ka.get(name)
    found = second(layer)
    assert vars(layer)["_kernels"]
    np.testing.assert_allclose(found, second(ka.get(name, kernel="fallback")), rtol=1e-4, atol=1e-5)


def test_copies_and_pickles_carry_no_kernel():
    layer = ka.ISRU(alpha=0.8125)
    layer(X)
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer)), ka.ISRU.from_config(layer.get_config())):
        assert "_kernels" not in vars(other)
        np.testing.assert_array_equal(testing.array(other(X)), testing.array(layer(X)))


def test_eight_threads():
    layers = [ka.ISRU(alpha=0.9375) for _ in range(8)]
    results = [None] * 8

    def work(index):
        results[index] = testing.array(layers[index](X))

    threads = [threading.Thread(target=work, args=(index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        np.testing.assert_allclose(result, X / np.sqrt(1 + 0.9375 * X**2), rtol=1e-5)


class Own(ka.Activation):
    """``f(x) = x``"""

    def __init__(self, seed=1, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        self.derived = float(seed)
        self.prepare()

    def prepare(self):
        pass

    def fallback(self, x):
        return x * self.derived


class OwnWeight(Own):
    def prepare(self):
        self.weight = self.add_weight(name="weight", shape=(), initializer="zeros")
        self.weight.assign(self.derived)

    def fallback(self, x):
        return x * keras.ops.convert_to_tensor(self.weight)


class OwnWeights(OwnWeight):
    def prepare(self):
        super().prepare()
        self.weights_by_name = {"weight": self.weight}

    def fallback(self, x):
        return x * keras.ops.convert_to_tensor(self.weights_by_name["weight"])


class OwnLayer(Own):
    def prepare(self):
        self.inner = keras.layers.Rescaling(self.derived)

    def fallback(self, x):
        return self.inner(x)


class OwnFunction(Own):
    def prepare(self):
        self.function = lambda x: x * self.derived

    def fallback(self, x):
        return self.function(x)


class OwnList(Own):
    def prepare(self):
        self.table = [[self.derived], "x"]

    def fallback(self, x):
        return x * self.table[0][0]


@pytest.mark.parametrize("cls", [Own, OwnWeight, OwnWeights, OwnLayer, OwnFunction, OwnList])
def test_layers_that_differ_share_nothing(cls):
    """The difference may be an argument, a value that the constructor makes from it, or a value that was set later."""
    layers = [cls(1), cls(2), cls(3)]
    for _ in range(2):
        for layer, factor in zip(layers, (1, 2, 3), strict=True):
            np.testing.assert_array_equal(testing.array(layer(X)), factor * X)
    if cls is Own:
        layers[0].derived = 5.0
        np.testing.assert_array_equal(testing.array(layers[0](X)), 5 * X)
    if cls in (OwnWeight, OwnWeights):
        layers[0].weight.assign(5.0)
        np.testing.assert_array_equal(testing.array(layers[0](X)), 5 * X)


def test_a_name_that_is_registered_anew_is_another_activation():
    """This happens when the cell of a notebook runs again."""

    def registered(factor):
        @ka.register(package="tests")
        class NamedAnew(ka.Activation):
            """``f(x) = x``"""

            def fallback(self, x):
                return factor * x

        return ka.ABU(("named_anew",), (1.0,), learned=False)

    layers = []
    try:
        for factor in (1.0, 2.0):
            layers.append(registered(factor))
            np.testing.assert_array_equal(testing.array(layers[-1](X)), factor * X)
    finally:
        registry._classes.pop("namedanew")


def test_numbers_that_are_equal_may_differ():
    for value in (0.0, -0.0):
        y = testing.array(ka.Threshold(threshold=9.0, default_value=value)(X))
        np.testing.assert_array_equal(np.signbit(y), np.signbit(value))


def test_a_layer_may_ask_for_its_dtype_and_name():
    class Asks(ka.Activation):
        """``f(x) = x``"""

        def fallback(self, x):
            assert isinstance(self.name, str)
            assert self.trainable
            return keras.ops.cast(x, self.compute_dtype)

    for dtype in (None, "float32", "bfloat16"):
        layer = Asks(dtype=dtype)
        assert keras.backend.standardize_dtype(layer(X).dtype) == (dtype or "float32")


@remembered
def test_a_kernel_holds_no_weights_and_no_input():
    first, second = ka.Swish(learned=True, beta=1.375), ka.Swish(learned=True, beta=1.375)
    x = testing.tensor(X, "float32")
    for layer in (first, second):
        layer(x)
    pieces = [testing.tensor(X, "float32") for _ in range(2)]
    gated = ka.SwiGLU()
    gated(pieces)
    references = [weakref.ref(first), weakref.ref(first.beta)]
    count = len(pieces)
    references += [weakref.ref(piece) for piece in pieces]
    del first, layer, pieces
    gc.collect()
    assert [reference() for reference in references] == [None] * (2 + count)
    assert vars(second)["_kernels"]
    assert vars(gated)["_kernels"]


def test_an_argument_that_cannot_be_told_from_others():
    """The package cannot tell whether an array equals another array. The layer computes and remembers nothing."""

    class Table(ka.Activation):
        """``f(x) = x``"""

        def __init__(self, table, **kwargs):
            super().__init__(**kwargs)
            self.table = np.asarray(table, "float32")

        def fallback(self, x):
            return x * keras.ops.convert_to_tensor(self.table)

    for factor in (1.0, 2.0):
        np.testing.assert_array_equal(testing.array(Table([factor] * 4)(X)), factor * X)


def test_what_a_constructor_derives_is_there():
    class Derived(ka.Activation):
        """``f(x) = 2 * slope * x``"""

        def __init__(self, slope=1.5, **kwargs):
            super().__init__(**kwargs)
            self.slope = slope
            self._twice = 2 * slope

        def fallback(self, x):
            return x * self._twice

    np.testing.assert_array_equal(testing.array(Derived()(X)), 3 * X)
    np.testing.assert_array_equal(testing.array(Derived(2.0)(X)), 4 * X)


def test_the_budget_is_passed_down_and_does_not_leak():
    seen = []

    class Asks(ka.Activation):
        """``f(x) = x``"""

        def fallback(self, x):
            seen.append(is_everyday())
            return x

    for kernel in ("auto", "fallback"):
        Asks(kernel=kernel)(X)
    assert seen == [BACKEND != "jax", False]
    with pytest.raises(ZeroDivisionError):
        under(Terms(everyday=True), lambda: 1 / 0)()
    assert not is_everyday()


def test_a_part_is_as_strict_as_the_whole():
    """ABU consists of other activations. These are strict too with kernel="fallback"."""
    case = (ka.ABU, {"activations": ("mish", "softsign"), "learned": False})
    x = testing.tensor(X, "float32")
    whole = testing.array(case[0](kernel="fallback", **case[1])(x))
    parts = [testing.array(ka.get(name, kernel="fallback")(x)) for name in case[1]["activations"]]
    np.testing.assert_allclose(whole, (parts[0] + parts[1]) / 2, rtol=2e-7, atol=1e-7)


@pytest.mark.skipif(BACKEND != "tensorflow", reason="the compiler of TensorFlow")
def test_the_mode_of_tensorflow():
    import tensorflow as tf

    seen = []

    def look(x):
        seen.append(autodiff.mode())
        return x

    x = tf.constant(X)
    look(x)
    tf.function(look)(x)
    tf.function(look, jit_compile=True)(x)
    tf.function(lambda x: tf.function(look)(x), jit_compile=True)(x)
    tf.function(lambda x: tf.map_fn(look, x), jit_compile=True)(x)
    tf.function(lambda x: tf.cond(x[0, 0] > 0, lambda: look(x), lambda: x))(x)
    assert seen == ["eager", "graph", "fused", "fused", "fused", "graph"]


@pytest.mark.skipif(BACKEND != "torch", reason="the compiler of torch")
def test_the_mode_of_torch():
    import torch

    class Looks(torch.nn.Module):
        def forward(self, x):
            return x * {"eager": 1.0, "graph": 2.0, "fused": 3.0}[autodiff.mode()]

    x = torch.ones(3)
    assert Looks()(x)[0] == 1.0
    assert torch.export.export(Looks(), (x,)).module()(x)[0] == 2.0
    assert torch.compile(Looks(), backend="eager", fullgraph=True)(x)[0] == 3.0


def test_a_native_op_is_named_and_not_computed():
    with pytest.raises(TypeError, match=r"Old.native takes no tensor.*NativeOp"):

        class Old(ka.Activation):
            def native(self, x):
                return keras.ops.silu(x)

    class New(ka.Activation):
        """``f(x) = x / (1 + exp(-x))``"""

        def fallback(self, x):
            return x * keras.ops.sigmoid(x)

        def native(self):
            return ka.NativeOp("silu")

    assert "nobody measured silu" in New().plan().reason
    np.testing.assert_array_equal(testing.array(New(kernel="native")(X)), testing.array(keras.ops.silu(testing.tensor(X, "float32"))))
    with pytest.raises(ValueError, match="has no op no_such_op"):
        ka.NativeOp("no_such_op")(X)


@pytest.mark.skipif(BACKEND != "torch", reason="torch's own choice is slow on a CPU")
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_a_choice_by_bits_is_the_choice(dtype):
    """The results are equal bit by bit.

    This holds for NaN, infinities and minus 0, for broadcast shapes, and for numbers.
    """
    import torch

    x = torch.tensor([[np.nan, -np.inf, np.inf, -0.0], [0.0, 1.5, -2.5, 1e-7]], dtype=getattr(torch, dtype))
    integers = {2: torch.int16, 4: torch.int32, 8: torch.int64}[x.dtype.itemsize]
    column, condition = x[:, 1:2], torch.tensor([[True], [False]])
    for pair in ((x, column), (column, x), (x.T[:2, :2], x[:, :2]), (x, autodiff.number(-0.0, x))):
        for chosen in (condition, pair[0] > 0):
            found, expected = autodiff._Select.forward(chosen, *pair), torch.where(chosen, *pair)
            assert found.dtype == x.dtype
            assert torch.equal(found.view(integers), expected.contiguous().view(integers))


def test_a_choice_is_differentiated_where_somebody_asks():
    layer = ka.Shrink()
    _, (slope,) = autodiff.value_and_gradients(layer, [testing.tensor([-3.0, 0.1, 3.0], "float32")], testing.tensor([1.0] * 3, "float32"))
    np.testing.assert_array_equal(testing.array(slope), [1.0, 0.0, 1.0])


@pytest.mark.skipif(keras.backend.backend() != "torch", reason="torch's own choice is slow on a CPU")
def test_a_choice_by_bits_has_the_derivatives_of_the_choice():
    """The derivatives by both sides are right, also by a broadcast side. They are right for repeated differentiation and under vmap."""
    import torch

    condition = torch.tensor([[True, False, True], [False, False, True]])
    x, column = torch.randn(2, 3, dtype=torch.float64), torch.randn(2, 1, dtype=torch.float64)

    def bent(choose, x, column):
        return (choose(condition, x * x * x, torch.exp(column)) ** 2).sum()

    for argument in (0, 1):
        for order in (1, 2):
            results = []
            for choose in (autodiff.select, torch.where):
                function = functools.partial(bent, choose)
                for _ in range(order):
                    function = torch.func.grad(lambda *pair, inner=function: inner(*pair).sum(), argnums=argument)
                results.append(function(x, column))
            torch.testing.assert_close(*results)
    batched = torch.func.vmap(torch.func.grad(lambda x: autodiff.select(x > 0, x * x, -x).sum()))
    torch.testing.assert_close(batched(x), torch.where(x > 0, 2 * x, -1.0))


class TestSetKernel:
    def model(self):
        dense = keras.layers.Dense
        inner = keras.Sequential([keras.Input((4,)), dense(4, activation=ka.GELU()), ka.TanhExp()])
        return keras.Sequential([keras.Input((4,)), dense(4, activation="gelu"), inner, dense(4, activation=ka.Tanh()), ka.Softmax()])

    def test_every_activation_is_set(self):
        model = self.model()
        assert ka.set_kernel(model, "fallback") == 4
        assert ka.set_kernel(model, "auto") == 4
        layer = ka.TanhExp()
        assert ka.set_kernel(layer, "fallback") == 1
        assert layer.kernel == "fallback"

    def test_without_a_native_op_it_stays(self):
        model = self.model()
        with pytest.warns(UserWarning, match=r"no native op and keep their kernel: TanhExp\(\)"):
            assert ka.set_kernel(model, "native") == 3
        x = testing.tensor(X, "float32")
        assert np.isfinite(testing.array(model(x))).all()

    def test_what_is_compiled_is_made_anew(self):
        """The two kernels of the tanh form of GELU differ in the last digits."""
        layer = ka.GELU(kernel="fallback")
        model = keras.Sequential([keras.Input((4,)), layer])
        x = np.linspace(-6, 6, 4096, dtype="float32").reshape(-1, 4)
        model.compile(jit_compile=False)
        strict = model.predict(x, verbose=0)
        ka.set_kernel(model, "native")
        native = model.predict(x, verbose=0)
        assert 0 < np.abs(strict - native).max() < 1e-5

    def test_bad_input(self):
        with pytest.raises(ValueError, match="kernel must be one of"):
            ka.set_kernel(self.model(), "fast")
        with pytest.raises(TypeError, match="takes a Keras model or layer"):
            ka.set_kernel("gelu", "native")


@pytest.mark.skipif(BACKEND != "tensorflow", reason="about TensorFlow's variables")
@pytest.mark.parametrize("cls", [ka.ReLU, ka.DualLine, ka.LiSHT, ka.TanhExp, ka.Softmax])
def test_a_variable_of_tensorflow_is_a_tensor(cls):
    """The variable works with a native op, with straight lines and with each kind of kernel.

    It also works under a tape and in forward mode.
    """
    import tensorflow as tf

    x, layer = tf.Variable([[-1.0, 2.0]]), cls()
    expected, slope = layer(tf.constant([[-1.0, 2.0]])), autodiff.value_and_gradients(layer, [tf.constant([[-1.0, 2.0]])], tf.ones((1, 2)))
    with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as accumulator, tf.GradientTape() as tape:
        y = layer(x)
    np.testing.assert_array_equal(y, expected)
    np.testing.assert_array_equal(tape.gradient(y, x), slope[1][0])
    assert accumulator.jvp(y).shape == (1, 2)
    np.testing.assert_allclose(tf.function(lambda: layer(x))(), expected, rtol=1e-6, atol=1e-6)
