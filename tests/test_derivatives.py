"""Derivatives beyond the first gradient: corners, second order, forward mode, and the tensors kept for the backward pass."""

import numpy as np
import pytest
from keras import ops

import keras_activations as ka
from keras_activations import testing
from keras_activations.core import autodiff
from keras_activations.core.activation import canonical_name
from lab.calculus import gradient_of
from lab.cases import BACKEND, CASES, corners, is_learned, parametrize, parametrize_with_kernels, witness


@parametrize_with_kernels([case for case in CASES if "channels" not in case[1] and corners(case)])
def test_corners(case, kernel):
    """The derivative at a corner is that of the branch which the formula takes there."""
    cls, sample = case
    x = testing.tensor(np.array([*corners(case)]), "float32")
    layer = cls(kernel=kernel, **sample)
    _, (gradient,) = autodiff.value_and_gradients(layer, [x], ops.ones_like(x))
    # A native op has its own conventions. The test accepts any slope between the two one-sided slopes.
    if layer.plan().name == "native":
        sides = [testing.array(autodiff.value_and_gradients(layer, [x + step], ops.ones_like(x))[1][0]) for step in (-1e-4, 1e-4)]
        assert (np.min(sides, axis=0) - 1e-3 <= testing.array(gradient)).all()
        assert (testing.array(gradient) <= np.max(sides, axis=0) + 1e-3).all()
        return
    np.testing.assert_allclose(testing.array(gradient), list(corners(case).values()), rtol=1e-6, atol=1e-20)


def test_a_result_that_does_not_depend_on_x_has_gradient_zero():
    x = testing.tensor([1.0, -2.0], "float32")
    _, (gradient,) = autodiff.value_and_gradients(lambda x: ops.ones_like(x), [x], ops.ones_like(x))
    assert testing.array(gradient).tolist() == [0.0, 0.0]


# TensorFlow's tanh has an error of 1.9 epsilon. Each derivative multiplies this error by the exponential inside.
TANH_OF_AN_EXPONENTIAL = {"tanh_exp": 2, "tanh_soft": 10}

ELEMENTWISE = [case for case in CASES if not issubclass(case[0], ka.AlongAxis) and not is_learned(case)]


@parametrize_with_kernels(ELEMENTWISE)
def test_second_derivative(case, kernel):
    cls, sample = case
    ((rows, truth),) = witness(case).groups
    chosen = testing.representable_in(rows, "float32") & (np.abs(rows[:, 0]) < 20) & ~np.isin(rows[:, 0], [*corners(case)])
    # Smaller numbers may be flushed to 0, and 0 can be a corner.
    chosen &= (np.abs(rows[:, 0]) > 1e-30) | (rows[:, 0] == 0)
    x, expected = rows[chosen, 0], truth["hessian"][chosen, 0, 0, 0]
    layer = cls(kernel=kernel, **sample)
    second = testing.array(gradient_of(layer, 2)(testing.tensor(x, "float32")))
    if layer.plan().budget == "everyday":
        kinks = np.array([*corners(case)])
        smooth = (abs(x[:, None] - kinks) > 2.0**-23 * np.fmax(1, abs(kinks))).all(axis=1)
        second, expected = second[smooth], expected[smooth]
        # The budget is three times the everyday budget of gradients, which is 80 epsilon.
        budget = 240 * 2.0**-23 * TANH_OF_AN_EXPONENTIAL.get(canonical_name(cls), 1) * witness(case).allowance
        np.testing.assert_allclose(second, expected, rtol=budget, atol=budget)
        return
    np.testing.assert_allclose(second, expected, rtol=2e-5, atol=2e-6 * witness(case).allowance)


@parametrize([case for case in ELEMENTWISE if case[0].derivative])
def test_second_derivative_is_finite_everywhere(case):
    cls, sample = case
    x = np.array([0.0, -0.0, 1e-30, -1e-30, 50.0, -50.0, 100.0, -100.0, 1e4, -1e4, 1e18, -1e18, 3e38, -3e38])
    layer = cls(kernel="fallback", **sample)
    second = gradient_of(layer, 2)(testing.tensor(x, "float32"))
    # The derivatives may overflow where the value overflows. The value of an exponential does.
    second = testing.array(second)[np.isfinite(testing.array(layer(testing.tensor(x, "float32"))))]
    assert np.isfinite(second).all(), second


@parametrize([case for case in ELEMENTWISE if case[0].derivative])
def test_the_fallback_differentiates_safely_by_itself(case):
    """The gradient is that of the plain operations where a backend does not call the hook. An example is torch in forward mode."""
    cls, sample = case
    ((rows, truth),) = witness(case).groups
    kinks = [*corners(case)]
    chosen = testing.representable_in(rows, "float32") & np.isfinite(rows[:, 0]) & ~np.isin(rows[:, 0], kinks)
    chosen &= (np.abs(rows[:, 0]) > 1e-30) | (rows[:, 0] == 0)
    layer = cls(**sample)
    x = testing.tensor(rows[chosen, 0], "float32")
    _, (gradient,) = autodiff.value_and_gradients(lambda x: layer.fallback(x, *layer._operands(x)[1]), [x], ops.ones_like(x))
    with np.errstate(over="ignore"):
        expected = truth["gradient"][chosen, 0, 0].astype("float32")
    np.testing.assert_allclose(testing.array(gradient), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.skipif(BACKEND != "jax", reason="JAX's own transformations")
class TestJax:
    @parametrize(ELEMENTWISE)
    def test_forward_mode_equals_reverse_mode(self, case):
        import jax

        cls, sample = case
        layer = cls(**sample)
        x = testing.tensor(np.linspace(-4.2, 4.3, 41), "float32")
        _, forward = jax.jvp(layer, (x,), (ops.ones_like(x),))
        reverse = gradient_of(layer, 1)(x)
        np.testing.assert_allclose(forward, reverse, rtol=2e-6, atol=1e-7 * witness(case).allowance)

    @parametrize([case for case in ELEMENTWISE if case[0].fallback is not ka.Linear.fallback])
    @pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
    def test_only_the_input_is_kept(self, case, dtype):
        from jax._src.ad_checkpoint import saved_residuals

        cls, sample = case
        layer = cls(kernel="fallback", **sample)
        x = testing.tensor(np.zeros((64, 64)), dtype)
        kept = [aval for aval, source in saved_residuals(lambda x: layer(x).sum(), x) if aval.shape == x.shape]
        assert [aval.dtype for aval in kept] == [x.dtype], kept

    def test_transformations(self):
        import jax

        assert jax.grad(ka.Mish())(1.0) == jax.grad(ka.Mish())(jax.numpy.float32(1.0))
        layer, x = ka.GELU(), testing.tensor(np.linspace(-3, 3, 7), "float32")
        assert np.allclose(jax.vmap(jax.grad(lambda v: layer(v)))(x), gradient_of(layer, 1)(x))
        assert np.isfinite(jax.hessian(lambda v: layer(v).sum())(x)).all()
        assert np.allclose(jax.jit(layer)(x), layer(x), atol=1e-6)
        assert np.isfinite(gradient_of(layer, 3)(x)).all()


@pytest.mark.skipif(BACKEND != "torch", reason="torch's own transformations")
class TestTorch:
    @parametrize([case for case in ELEMENTWISE if case[0].derivative])
    def test_forward_mode_equals_reverse_mode(self, case):
        import torch

        cls, sample = case
        layer = cls(**sample)
        x = testing.tensor(np.linspace(-4.2, 4.3, 41), "float32")
        _, forward = torch.func.jvp(layer, (x,), (torch.ones_like(x),))
        np.testing.assert_allclose(forward, gradient_of(layer, 1)(x).detach(), rtol=2e-5, atol=2e-6)

    @parametrize([case for case in ELEMENTWISE if case[0].fallback is not ka.Linear.fallback])
    @pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
    def test_only_the_input_is_kept(self, case, dtype):
        import torch

        cls, sample = case
        layer, kept = cls(kernel="fallback", **sample), []
        x = testing.tensor(np.zeros((64, 64)), dtype).requires_grad_()
        with torch.autograd.graph.saved_tensors_hooks(lambda saved: kept.append(saved) or saved, lambda saved: saved):
            layer(x)
        large = [saved for saved in kept if saved.shape == x.shape]
        assert [saved.dtype for saved in large] == [x.dtype], large

    def test_transformations(self):
        import torch

        layer, x = ka.GELU(), testing.tensor(np.linspace(-3, 3, 7), "float64").requires_grad_()
        assert torch.autograd.gradcheck(layer, (x,))
        assert torch.autograd.gradgradcheck(layer, (x,))
        assert torch.isfinite(torch.func.hessian(lambda v: layer(v).sum())(x)).all()
        assert torch.allclose(torch.func.vmap(torch.func.grad(lambda v: layer(v)))(x), gradient_of(layer, 1)(x))

    # The warnings say that tracing is deprecated and that it cannot follow Python.
    @pytest.mark.filterwarnings("ignore")
    def test_tracing(self):
        import torch

        x = torch.linspace(-3, 3, 7, requires_grad=True)
        np.testing.assert_allclose(testing.array(torch.jit.trace(ka.Mish(), x)(x).detach()), testing.array(ka.Mish()(x).detach()))

    def test_no_gradient_no_hook(self):
        import torch

        with torch.no_grad():
            assert ka.GELU(kernel="fallback")(torch.ones(3, requires_grad=True)).grad_fn is None


@pytest.mark.skipif(BACKEND != "tensorflow", reason="TensorFlow's own transformations")
class TestTensorFlow:
    @parametrize(ELEMENTWISE)
    def test_forward_mode_equals_reverse_mode(self, case):
        import tensorflow as tf

        cls, sample = case
        layer = cls(**sample)
        x = testing.tensor(np.linspace(-4.2, 4.3, 41), "float32")
        with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as accumulator:
            y = layer(x)
        jvp = accumulator.jvp(y, unconnected_gradients="zero")
        np.testing.assert_allclose(jvp, gradient_of(layer, 1)(x), rtol=2e-6, atol=1e-7 * witness(case).allowance)

    def test_transformations(self):
        import tensorflow as tf

        layer, x = ka.GELU(), testing.tensor(np.linspace(-3, 3, 7), "float32")
        expected = gradient_of(layer, 1)(x)
        assert np.isfinite(gradient_of(layer, 3)(x)).all()
        for compiled in (tf.function(gradient_of(layer, 1)), tf.function(gradient_of(layer, 1), jit_compile=True)):
            np.testing.assert_allclose(compiled(x), expected, atol=1e-6)
        np.testing.assert_allclose(tf.vectorized_map(layer, x), layer(x), atol=1e-6)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x)
        np.testing.assert_allclose(np.diag(tape.jacobian(y, x)), expected, atol=1e-6)

    def test_variables_are_inputs_too(self):
        import tensorflow as tf

        variable = tf.Variable([1.0, -2.0])
        with tf.GradientTape() as tape:
            y = ka.SiLU()(variable)
        np.testing.assert_allclose(tape.gradient(y, variable), gradient_of(ka.SiLU(), 1)(tf.constant([1.0, -2.0])))
