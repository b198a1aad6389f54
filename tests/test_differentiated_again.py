"""No derivative is missing.

A result that does not depend on x has the derivative 0. TensorFlow's tapes return None for it, and torch raises an error.
"""

import keras
import numpy as np
import pytest

import keras_activations as ka
from keras_activations import testing
from lab.cases import BACKEND, CASES, case_id, is_learned, parametrize_with_kernels

if BACKEND == "jax":
    pytest.skip("JAX has no derivative that is missing", allow_module_level=True)

X = np.linspace(-4.0, 4.0, 32).reshape(2, 4, 4)


if BACKEND == "tensorflow":
    import tensorflow as tf

    def gradients(function, tensors):
        """Return the gradients of the sum of a function by each of the tensors. A gradient is None where TensorFlow has none."""
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            y = function(*tensors)
        return tape.gradient(y, tensors)

else:
    import torch

    def gradients(function, tensors):
        """Return the gradients of the sum of a function by each of the tensors.

        A gradient is None where torch has none. torch raises an error where the function has none.
        """
        tensors = [x if x.requires_grad else x.clone().requires_grad_() for x in tensors]
        return torch.autograd.grad(function(*tensors).sum(), tensors, create_graph=True, allow_unused=True)


def derivative(function, order):
    for _ in range(order):
        function = (lambda f: lambda x: gradients(f, [x])[0])(function)
    return function


def numbers(y):
    return testing.array(y.detach() if BACKEND == "torch" else y)


def highest(layer, dtype):
    """Return the highest order that is promised. The strict kernel promises the third. tf.nn.leaky_relu has no third derivative."""
    return 3 if layer.plan(dtype=dtype).budget == "strict" else 2


@parametrize_with_kernels()
def test_no_derivative_is_missing(case, kernel):
    cls, sample = case
    for dtype in ("float32", "bfloat16"):
        layer, x = cls(kernel=kernel, **sample), testing.tensor(X, dtype)
        for training in (True, False) if isinstance(layer, ka.Stochastic) else (None,):
            arguments = {} if training is None else {"training": training}
            order = highest(layer, dtype)
            result = derivative(lambda x, arguments=arguments, layer=layer: layer(x, **arguments), order)(x)
            assert result is not None, f"{dtype}, derivative {order}"
            assert result.shape == x.shape
            assert np.isfinite(numbers(result)).all()


def function_of_parameters(layer):
    """Return the layer as a function of x and of its parameters, and return the parameters."""
    values = [testing.tensor(value, "float32") for value in layer.get_weights()]
    return lambda x, *values: layer.stateless_call(values, layer.non_trainable_variables, x)[0], values


@pytest.mark.parametrize("case", [case for case in CASES if is_learned(case)], ids=case_id)
def test_nor_by_a_parameter(case):
    """The test takes second derivatives by each pair out of x and the parameters."""
    cls, sample = case
    layer, x = cls(**sample), testing.tensor(X, "float32")
    layer(x)
    function, values = function_of_parameters(layer)
    for index in range(1 + len(values)):
        second = gradients(lambda *tensors, index=index: gradients(function, tensors)[index], [x, *values])
        assert [tuple(s.shape) for s in second] == [tuple(t.shape) for t in (x, *values)]


def test_the_mixed_derivative_of_prelu():
    x = testing.tensor([-2.0, -0.5, 1.0], "float32")
    layer = ka.PReLU()
    layer(x)
    function, (alpha,) = function_of_parameters(layer)
    by_x = gradients(lambda *tensors: gradients(function, tensors)[1], [x, alpha])
    assert [numbers(g).tolist() for g in by_x] == [[1.0, 1.0, 0.0], 0.0]


@pytest.mark.parametrize("name", ["hard_tanh", "soft_shrink", "hard_sigmoid", "leaky_relu", "step", "linear"])
@pytest.mark.parametrize("scale", [1.0, np.inf])
def test_zero_is_zero_beside_infinity(name, scale):
    """The derivative is also 0 where the upstream gradient is infinite."""
    x, layer = testing.tensor([-np.inf, -2.0, 0.25, 7.0, np.inf], "float32"), ka.get(name, kernel="fallback")
    for order in (2, 3):
        assert numbers(derivative(lambda x: layer(x) * scale, order)(x)).tolist() == [0.0] * 5


@pytest.mark.skipif(BACKEND != "tensorflow", reason="TensorFlow's own transformations")
class TestTensorFlow:
    @pytest.mark.parametrize("compiler", [{}, {"jit_compile": True}], ids=["tf.function", "jit_compile"])
    def test_in_graphs(self, compiler):
        layers = [ka.get(name) for name in ("hard_sigmoid", "soft_shrink", "hard_silu", "maxout", "sparsemax", "linear")]
        x = testing.tensor(X, "float32")
        for result in tf.function(lambda x: [derivative(layer, 3)(x) for layer in layers], **compiler)(x):
            np.testing.assert_array_equal(result, np.zeros_like(X))

    def test_by_other_transformations(self):
        layer, x = ka.HardTanh(), testing.tensor([-2.0, 0.5, 3.0], "float32")
        with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as accumulator:
            slope = derivative(layer, 1)(x)
        assert accumulator.jvp(slope).numpy().tolist() == [0.0] * 3
        with tf.GradientTape() as tape:
            tape.watch(x)
            slope = derivative(layer, 1)(x)
        assert not tape.jacobian(slope, x).numpy().any()

    @pytest.mark.parametrize("name", ["arelu", "dprelu", "prelu", "tlu"])
    def test_reverse_over_forward_mode(self, name):
        """The derivatives of this package work in this order of modes.

        TensorFlow's own tf.abs and tf.maximum have no derivative in this order.
        """
        layer, x = ka.get(name), testing.tensor(X, "float32")

        def slope(x):
            with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as accumulator:
                y = layer(x)
            return accumulator.jvp(y)

        np.testing.assert_array_equal(derivative(slope, 1)(x), np.zeros_like(X))

    @pytest.mark.parametrize("eagerly", [True, False])
    def test_a_gradient_penalty_trains(self, eagerly):
        class Critic(keras.Sequential):
            def train_step(self, x):
                with tf.GradientTape() as tape:
                    with tf.GradientTape() as inner:
                        inner.watch(x)
                        score = self(x, training=True)
                    slopes = inner.gradient(score, x)
                    loss = tf.reduce_mean((tf.norm(slopes, axis=-1) - 1.0) ** 2)
                weights = self.trainable_weights
                # The penalty has no derivative by the last bias.
                slopes = tape.gradient(loss, [weight.value for weight in weights], unconnected_gradients="zero")
                self.optimizer.apply(slopes, weights)
                return {"penalty": loss}

        check_penalty(Critic, run_eagerly=eagerly)


def check_penalty(critic, **arguments):
    """Compare one training step of the penalty (|df/dx| - 1)^2 with its gradients by W and v, for f(x) = act(x W + b) v.

    act'(x W + b) is constant in these gradients.
    """
    keras.utils.set_random_seed(0)
    model = critic([keras.Input((4,)), keras.layers.Dense(8, activation=ka.HardTanh()), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(1.0), **arguments)
    x = np.random.default_rng(0).normal(size=(16, 4)).astype("float32")
    w, b, v, _ = before = model.get_weights()
    inside = (abs(x @ w + b) < 1) * v[:, 0]
    slopes = inside @ w.T
    length = np.linalg.norm(slopes, axis=1, keepdims=True)
    pull = 2 * (length - 1) / length * slopes / len(x)
    expected = [pull.T @ inside, 0.0, ((abs(x @ w + b) < 1) * (pull @ w)).sum(axis=0)[:, None], 0.0]
    penalty = model.fit(x, batch_size=16, verbose=0).history["penalty"][0]
    np.testing.assert_allclose(penalty, ((length - 1) ** 2).mean(), rtol=1e-5)
    for old, new, gradient in zip(before, model.get_weights(), expected, strict=True):
        np.testing.assert_allclose(old - new, np.broadcast_to(gradient, old.shape), rtol=1e-4, atol=1e-6)


@pytest.mark.skipif(BACKEND != "torch", reason="torch's own transformations")
class TestTorch:
    def test_the_hessian(self):
        for name in ("hard_tanh", "soft_shrink", "sparsemax", "linear"):
            layer = ka.get(name)
            assert not torch.func.hessian(lambda x, layer=layer: layer(x).sum())(torch.linspace(-2, 2, 5)).any()

    def test_an_input_that_is_not_contiguous_is_not_copied(self):
        copies = []

        class Watch(torch.utils._python_dispatch.TorchDispatchMode):
            def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
                copies.extend([operation] if operation.name() == "aten::clone" else [])
                return operation(*args, **(kwargs or {}))

        layer, x = ka.Sparsemax(), torch.randn(8, 4).t().requires_grad_()
        with Watch():
            layer(x)
        assert not copies

    def test_a_gradient_penalty_trains(self):
        class Critic(keras.Sequential):
            def train_step(self, x):
                (x,) = x if isinstance(x, (tuple, list)) else (x,)
                x = x.clone().requires_grad_()
                (slopes,) = torch.autograd.grad(self(x, training=True).sum(), x, create_graph=True)
                loss = ((slopes.norm(dim=-1) - 1.0) ** 2).mean()
                weights = self.trainable_weights
                slopes = torch.autograd.grad(loss, [weight.value for weight in weights], materialize_grads=True)
                with torch.no_grad():
                    self.optimizer.apply(slopes, weights)
                return {"penalty": loss.detach()}

        check_penalty(Critic)
