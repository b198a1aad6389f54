"""Sigmoid and Softmax keep the stable path into Keras's cross-entropy losses that the strings have.

No other activation takes this path.
"""

import keras
import numpy as np
import pytest
from keras import ops

import keras_activations as ka
from keras_activations import testing
from keras_activations.core import autodiff
from lab.cases import BACKEND, CASES, parametrize

LOSSES = {
    "sigmoid": [(keras.losses.binary_crossentropy, [[0.0]], [[50.0]]), (keras.losses.binary_crossentropy, [[1.0]], [[-50.0]])],
    "softmax": [
        (keras.losses.categorical_crossentropy, [[0.0, 1.0]], [[50.0, 0.0]]),
        (keras.losses.sparse_categorical_crossentropy, [1], [[50.0, 0.0]]),
    ],
}
ROWS = [(name, *row) for name, rows in LOSSES.items() for row in rows]


def loss_and_gradient(activation, loss, target, logits):
    def function(x):
        return loss(ops.convert_to_tensor(target), activation(x))

    value, (gradient,) = autodiff.value_and_gradients(function, [testing.tensor(logits, "float32")], ops.ones((1,)))
    return testing.array(value), testing.array(gradient)


@pytest.mark.parametrize("form", [lambda a: a, lambda a: keras.layers.Activation(a)], ids=["itself", "in a host"])
@pytest.mark.parametrize("kernel", ["auto", "native", "fallback"])
@pytest.mark.parametrize(("name", "loss", "target", "logits"), ROWS)
def test_as_the_string(name, loss, target, logits, kernel, form):
    ours = loss_and_gradient(form(ka.get(name, kernel=kernel)), loss, target, logits)
    theirs = loss_and_gradient(keras.layers.Activation(name), loss, target, logits)
    if BACKEND == "tensorflow":
        assert ours[0].item() == pytest.approx(50.0)
        np.testing.assert_array_equal(ours[0], theirs[0])
        np.testing.assert_array_equal(ours[1], theirs[1])
    else:  # the strings have no such path on this backend
        np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-5)


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize("name", ["sigmoid", "softmax"])
def test_in_fit(name, jit):
    if jit and BACKEND == "torch":
        pytest.skip("torch compiles with a C++ toolchain, which a test cannot count on")
    loss = {"sigmoid": "binary_crossentropy", "softmax": "categorical_crossentropy"}[name]
    x, y = np.array([[50.0, 0.0]]), np.array([[0.0, 1.0]])
    kernels = []
    for activation in (name, ka.get(name)):
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, activation=activation, kernel_initializer="identity")])
        model.compile(keras.optimizers.SGD(1.0), loss, jit_compile=jit)
        model.fit(x, y, verbose=0)
        kernels.append(model.get_weights()[0])
    np.testing.assert_allclose(*kernels, rtol=1e-5)
    if BACKEND == "tensorflow":
        # The kernel moved, so saturation lost nothing.
        assert abs(kernels[0] - np.eye(2)).max() > 1


@pytest.mark.skipif(BACKEND != "tensorflow", reason="Keras has this path on TensorFlow only")
@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_keeps_what_the_strings_lose(policy):
    """An activation with its own dtype passes on logits in float32, and not a rounded probability."""
    keras.config.set_dtype_policy(policy)

    def loss(activation):
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, activation=activation, kernel_initializer="ones")])
        model.compile(loss="binary_crossentropy")
        return model.evaluate(np.full((1, 1), 50.0), np.zeros((1, 1)), verbose=0)

    assert loss(ka.Sigmoid(dtype="float32")) == pytest.approx(50.0)
    assert loss("sigmoid") < 17


@parametrize([case for case in CASES if not case[0].keeps_logits and "channels" not in case[1]])
def test_nobody_else(case):
    cls, sample = case
    assert not hasattr(cls(kernel="fallback", **sample)(np.ones((2, 2, 4), "float32")), "_keras_logits")


def test_only_these_two_declare_it():
    assert {cls for cls, _ in CASES if cls.keeps_logits} == {ka.Sigmoid, ka.Softmax}


def test_a_subclass_of_another_value_has_the_loss_of_that_value():
    class Steep(ka.Sigmoid):
        def fallback(self, x):
            return super().fallback(4.0 * x)

    loss, gradient = loss_and_gradient(Steep(), keras.losses.binary_crossentropy, [[0.0]], [[1.0]])
    assert loss.item() == pytest.approx(np.log1p(np.exp(4.0)), rel=1e-5)
    assert gradient.item() == pytest.approx(4.0 / (1.0 + np.exp(-4.0)), rel=1e-5)


@pytest.mark.skipif(BACKEND != "tensorflow", reason="Keras has this path on TensorFlow only")
def test_not_where_the_input_does_not_stand_for_the_output():
    x = np.ones((2, 4, 4), "float32")
    assert hasattr(ka.Softmax()(x), "_keras_logits")
    assert hasattr(ka.Softmax(axis=2)(x), "_keras_logits")
    assert not hasattr(ka.Softmax(axis=1)(x), "_keras_logits")
    assert not hasattr(ka.Softmax(axis=[1, 2])(x), "_keras_logits")
    assert not hasattr(ka.Softmax()(x, mask=np.ones((2, 4, 4), bool)), "_keras_logits")
