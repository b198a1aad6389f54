"""Derivatives beyond the first gradient: corners, second order, forward mode, and what is kept for the backward pass."""

import numpy as np
import pytest
from keras import ops

import keras_activations as ka
from keras_activations import testing
from keras_activations.core import autodiff
from keras_activations.core.activation import canonical_name
from lab.calculus import gradient_of
from lab.cases import BACKEND, CASES, case_id, is_learned, parametrize, parametrize_with_kernels, witness

# The derivative at every corner. The rule: the convention of tf.nn where it has the unit; else the piece to the left, except that
# the shrinkers' derivative is that of the piece to which the corner's value belongs, as in every framework.
CORNERS = {
    "relu()": {0.0: 0.0},
    "relu(max_value=6.0)": {0.0: 0.0, 6.0: 0.0},
    "relu(negative_slope=0.25, threshold=0.5)": {0.5: 0.25},
    "relu(negative_slope=0.1, max_value=2.0, threshold=-1.0)": {-1.0: 0.1, 2.0: 0.0},
    "relu6()": {0.0: 0.0, 6.0: 0.0},
    "leaky_relu()": {0.0: 0.2},
    "leaky_relu(negative_slope=0.01)": {0.0: 0.01},
    "leaky_relu(negative_slope=0.0)": {0.0: 0.0},
    "prelu()": {0.0: 0.25},
    "abu()": {0.0: 0.7},
    "poly_relu()": {0.0: 0.0},
    "prob_act()": {0.0: 0.0},
    "prob_act(sigma=0.5, learned=False)": {0.0: 0.0},
    "prelu(alpha=0.1, learned=False)": {0.0: 0.1},
    "apl(learned=False)": {0.0: -0.2, 0.5: 1.0},
    "apl(slopes=(0.25, 0.5), hinges=(0.5, -1.25))": {-1.25: -0.25, 0.0: -0.25, 0.5: 1.0},
    "arelu(learned=False)": {0.0: 0.9},
    "arelu(alpha=0.875)": {0.0: 0.875},
    "arelu(alpha=-0.5, beta=0.5)": {0.0: 0.01},
    "dprelu()": {0.0: 1.0},
    "dprelu(alpha=-0.3, beta=1.1, learned=False)": {0.0: 1.1},
    "dual_line(learned=False)": {0.0: 1.0},
    "flexible_relu()": {0.0: 0.0},
    "mod_relu()": {0.0: 1.0},
    "mod_relu(b=-0.6, learned=False)": {-0.6: 1.0, 0.0: 0.0, 0.6: 1.0},
    "mpelu()": {0.0: 0.25},
    "mpelu(alpha=1.7, beta=1.3, learned=False)": {0.0: 2.21},
    "pelu()": {0.0: 1.0},
    "pelu(alpha=1.7, beta=1.3, learned=False)": {0.0: 1.3076923076923077},
    "pfts(learned=False)": {0.0: 0.5},
    "s_shaped_relu(learned=False)": {0.0: 0.2, 1.0: 1.0},
    "s_shaped_relu(left_threshold=-1.0, left_slope=0.125, right_threshold=0.75, right_slope=0.25)": {-1.0: 0.125, 0.75: 0.25},
    "star_relu()": {0.0: 0.0},
    "star_relu(scale=0.8944, bias=-0.4472, learned=False)": {0.0: 0.0},
    "tlu()": {0.0: 0.0},
    "tlu(affine=True)": {0.0: 0.0},
    "tlu(tau=0.2, alpha=0.1, affine=True, learned=False)": {0.2: 0.1},
    "xielu(learned=False)": {0.0: 0.5},
    "xielu(alpha_p=0.25, alpha_n=1.5, beta=0.0)": {0.0: 0.0},
    "rrelu()": {0.0: (1 / 8 + 1 / 3) / 2},
    "rrelu(lower=0.25, upper=0.75)": {0.0: 0.5},
    "threshold(threshold=1.0, default_value=0.0)": {1.0: 0.0},
    "threshold(threshold=-0.5, default_value=2.0)": {-0.5: 0.0},
    "elu()": {0.0: 1.0},
    "elu(alpha=1.7)": {0.0: 1.7},
    "selu()": {0.0: 1.0507009873554805},
    "celu()": {0.0: 1.0},
    "celu(alpha=1.7)": {0.0: 1.0},
    "sparse_plus()": {-1.0: 0.0, 1.0: 1.0},
    "hard_sigmoid()": {-3.0: 0.0, 3.0: 1 / 6},
    "sparse_sigmoid()": {-1.0: 0.0, 1.0: 0.5},
    "hard_tanh()": {-1.0: 0.0, 1.0: 1.0},
    "hard_tanh(min_value=-0.5, max_value=2.0)": {-0.5: 0.0, 2.0: 1.0},
    "softsign()": {0.0: 1.0},
    "hard_sigmoid(slope=0.2)": {-2.5: 0.0, 2.5: 0.2},
    "hard_silu()": {-3.0: 0.0, 3.0: 1.5},
    "hard_silu(slope=0.2)": {-2.5: 0.0, 2.5: 1.5},
    "hard_mish()": {-2.0: 0.0, 0.0: 1.0},
    "flatten_tswish()": {0.0: 0.5},
    "flatten_tswish(offset=0.0)": {0.0: 0.5},
    "clipped_gelu()": {-10.0: -7.618400096464814e-22, 10.0: 1.0},
    "clipped_gelu(min_value=-0.125, max_value=6.0)": {-0.125: 0.4007820643017934, 6.0: 1.0000000354687094},
    "eis()": {0.0: 0.5975406728965},
    "igelu()": {0.0: 0.0722 * 2 * 1.769**2},
    "leaky_tanh()": {-1.0: 0.2, 1.0: 1.0},
    "leaky_tanh(outer_slope=0.05)": {-1.0: 0.05, 1.0: 1.0},
    "penalized_tanh()": {0.0: 0.25},
    "penalized_tanh(negative_slope=0.1)": {0.0: 0.1},
    "piecewise_linear(min_value=-2.0, max_value=2.0)": {-2.0: 0.0, 2.0: 0.25},
    "piecewise_linear(min_value=-0.5, max_value=2.0)": {-0.5: 0.0, 2.0: 0.4},
    "sqnl()": {-2.0: 0.0, 0.0: 1.0, 2.0: 0.0},
    "isrlu()": {0.0: 1.0},
    "isrlu(alpha=3.0)": {0.0: 1.0},
    "serlu()": {0.0: 1.07862},
    "elish()": {0.0: 0.5},
    "hard_elish()": {-1.0: 0.0, 0.0: 0.5, 1.0: 1.5},
    "squared_relu()": {0.0: 0.0},
    "nlrelu()": {0.0: 0.0},
    "nlrelu(beta=2.5)": {0.0: 0.0},
    "smelu()": {-2.0: 0.0, 2.0: 1.0},
    "smelu(beta=0.75)": {-0.75: 0.0, 0.75: 1.0},
    "soft_shrink()": {-0.5: 0.0, 0.5: 0.0},
    "soft_shrink(threshold=1.25)": {-1.25: 0.0, 1.25: 0.0},
    "hard_shrink()": {-0.5: 0.0, 0.5: 0.0},
    "hard_shrink(threshold=1.25)": {-1.25: 0.0, 1.25: 0.0},
    "shrink()": {-0.5: 0.0, 0.5: 0.0},
    "shrink(threshold=1.25, bias=0.75)": {-1.25: 0.0, 1.25: 0.0},
    "alrelu()": {0.0: -0.01},
    "alrelu(alpha=0.25)": {0.0: -0.25},
    "resp()": {0.0: 1.7},
    "resp(alpha=1.0)": {0.0: 1.0},
    "clipped_linear()": {0.0: 0.0, 1.0: 1.0},
    "clipped_linear(slope=0.25, offset=0.5, min_value=-0.5, max_value=2.0)": {-4.0: 0.0, 6.0: 0.25},
    "step()": {0.0: 0.0},
    "step(threshold=0.5)": {0.5: 0.0},
    "sine_relu()": {0.0: 1.0},
    "sine_relu(epsilon=0.3)": {0.0: 1.0},
    "hat()": {0.0: 0.0, 1.0: 1.0, 2.0: -1.0},
    "hat(width=0.75)": {0.0: 0.0, 0.375: 1.0, 0.75: -1.0},
    "absolute()": {0.0: 0.0},
}


@parametrize_with_kernels([case for case in CASES if case_id(case) in CORNERS])
def test_corners(case, kernel):
    cls, sample = case
    corners = CORNERS[case_id(case)]
    x = testing.tensor(np.array(list(corners)), "float32")
    layer = cls(kernel=kernel, **sample)
    _, (gradient,) = autodiff.value_and_gradients(layer, [x], ops.ones_like(x))
    if layer.plan().name == "native":  # has conventions of its own: any slope between the two one-sided ones
        sides = [testing.array(autodiff.value_and_gradients(layer, [x + step], ops.ones_like(x))[1][0]) for step in (-1e-4, 1e-4)]
        assert (np.min(sides, axis=0) - 1e-3 <= testing.array(gradient)).all()
        assert (testing.array(gradient) <= np.max(sides, axis=0) + 1e-3).all()
        return
    np.testing.assert_allclose(testing.array(gradient), list(corners.values()), rtol=1e-6, atol=1e-20)


def test_every_corner_is_listed():
    formulas = {case_id(case): witness(case) for case in CASES if not issubclass(case[0], ka.AlongAxis) and "channels" not in case[1]}
    found = {name: w.formula.kinks(w._scalars()) for name, w in formulas.items()}
    missing = {name: kinks for name, kinks in found.items() if kinks and sorted(CORNERS.get(name, {})) != kinks}
    assert not missing, f"The formulas have corners that CORNERS does not list: {missing}. Add what the derivative is there."


def test_a_result_that_does_not_depend_on_x_has_gradient_zero():
    x = testing.tensor([1.0, -2.0], "float32")
    _, (gradient,) = autodiff.value_and_gradients(lambda x: ops.ones_like(x), [x], ops.ones_like(x))
    assert testing.array(gradient).tolist() == [0.0, 0.0]


# TensorFlow's tanh is 1.9 epsilon off, and each derivative multiplies that by the exponential inside.
TANH_OF_AN_EXPONENTIAL = {"tanh_exp": 2, "tanh_soft": 10}

ELEMENTWISE = [case for case in CASES if not issubclass(case[0], ka.AlongAxis) and not is_learned(case)]


@parametrize_with_kernels(ELEMENTWISE)
def test_second_derivative(case, kernel):
    cls, sample = case
    ((rows, truth),) = witness(case).groups
    chosen = testing.exact_in(rows, "float32") & (np.abs(rows[:, 0]) < 20) & ~np.isin(rows[:, 0], list(CORNERS.get(case_id(case), {})))
    chosen &= (np.abs(rows[:, 0]) > 1e-30) | (rows[:, 0] == 0)  # smaller ones may be flushed to 0, which can be a corner
    x, expected = rows[chosen, 0], truth["hessian"][chosen, 0, 0, 0]
    layer = cls(kernel=kernel, **sample)
    second = testing.array(gradient_of(layer, 2)(testing.tensor(x, "float32")))
    if layer.plan().budget == "everyday":
        corners = np.array([*CORNERS.get(case_id(case), {})])
        smooth = (abs(x[:, None] - corners) > 2.0**-23 * np.fmax(1, abs(corners))).all(axis=1)
        second, expected = second[smooth], expected[smooth]
        # Three times the everyday budget of gradients, 80 epsilon.
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
    # Where the value overflows, as an exponential does, so may its derivatives.
    second = testing.array(second)[np.isfinite(testing.array(layer(testing.tensor(x, "float32"))))]
    assert np.isfinite(second).all(), second


@parametrize([case for case in ELEMENTWISE if case[0].derivative])
def test_the_fallback_differentiates_safely_by_itself(case):
    """Where a backend goes round the hook, as torch does in forward mode, the gradient is the plain operations' own."""
    cls, sample = case
    ((rows, truth),) = witness(case).groups
    corners = list(CORNERS.get(case_id(case), {}))
    chosen = testing.exact_in(rows, "float32") & np.isfinite(rows[:, 0]) & ~np.isin(rows[:, 0], corners)
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

    @pytest.mark.filterwarnings("ignore")  # that tracing is deprecated, and that it cannot follow Python
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
