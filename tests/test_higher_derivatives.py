"""Second and third derivatives in every combination of reverse and forward mode.

Networks that solve differential equations need these derivatives.
"""

import functools
import importlib
import sys
from pathlib import Path

import mpmath as mp
import numpy as np
import pytest

import keras_activations as ka
from keras_activations import testing
from keras_activations.core.activation import canonical_name
from keras_activations.testing.formula import _float
from lab.calculus import gradient_of
from lab.cases import BACKEND, CASES, exempt, parametrize, witness

if BACKEND == "tensorflow":
    import tensorflow as tf

    def reverse(function):
        def derivative(x):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = function(x)
            return tape.gradient(y, x, unconnected_gradients="zero")

        return derivative

    def forward(function):
        def derivative(x):
            with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as accumulator:
                y = function(x)
            return accumulator.jvp(y, unconnected_gradients="zero")

        return derivative

elif BACKEND == "jax":
    import jax

    def reverse(function):
        return jax.grad(lambda x: function(x).sum())

    def forward(function):
        return lambda x: jax.jvp(function, (x,), (jax.numpy.ones_like(x),))[1]

else:
    import torch

    def reverse(function):
        return torch.func.grad(lambda x: function(x).sum())

    def forward(function):
        return lambda x: torch.func.jvp(function, (x,), (torch.ones_like(x),))[1]


def derivative(function, modes):
    """Return the derivative of an elementwise function by modes such as "forward over reverse".

    The last mode is applied first.
    """
    for mode in reversed(modes.split(" over ")):
        function = {"reverse": reverse, "forward": forward}[mode](function)
    return function


MODES = ["reverse over reverse over reverse", "forward over reverse", "reverse over forward"]
if BACKEND != "tensorflow":
    # TensorFlow's nested accumulators are wrong for its own operations too. They say that the second derivative of
    # exp(-m * m / 2) * (1 - (0 - m * m + m * m) / 2) with m = tf.identity(x) is 0 everywhere.
    MODES += ["forward over forward", "forward over forward over forward"]
if BACKEND == "torch":
    MODES += ["forward over reverse over reverse", "reverse over reverse over forward"]

POINTS = [-19.25, -12.5, -8.125, -5.5, -3.5, -2.25, -1.375, -0.6875, -0.25, -0.015625, 0.0]
POINTS = np.array([*POINTS, 2.0**-10, 0.125, 0.4375, 0.9375, 1.625, 2.75, 4.5, 6.75, 10.125, 17.5])
# Points next to 0 and far from 0.
EXTREMES = np.float32([1e-30, 1e-8, 1e-3, 50.0, 100.0, 1e4, 1e9, 1e18, 3e38]).astype("float64")
EXTREMES = np.concatenate([-EXTREMES, EXTREMES])

# The budgets are in units of the dtype's epsilon. Each differentiation doubles or triples the number of terms, and rounds each term.
BUDGET = {2: 4.0, 3: 12.0}
# This is the budget of second derivatives by kernel="auto". It is three times the everyday budget of gradients.
EVERYDAY = 240.0

# The activations whose budget is multiplied, and the reason.
ALLOWANCE = {
    # This is a quotient of polynomials of degree up to 5. The quotient rule squares the divisor each time, and the terms cancel.
    "rational": 10.0,
    # Their derivative contains a fit of expm1 or log1p. Each further derivative of the fit has two or three correct bits fewer.
    "xielu": 3.0,
    "tanh_soft": 3.0,
    # torch's forward mode differentiates logarithms of exponentials one by one.
    "soft_clipping": 2.5,
    "log_cosh": 1.5,
}

# Networks that solve an equation use these activations. Each of them is smooth everywhere.
SMOOTH = ["tanh", "sigmoid", "silu", "swish", "mish", "gelu", "softplus", "squareplus", "gaussian", "sine", "snake", "arctan", "log_cosh"]
SMOOTH = [next(case for case in CASES if canonical_name(case[0]) == name) for name in SMOOTH]

ELEMENTWISE = [case for case in CASES if not issubclass(case[0], ka.AlongAxis)]


@functools.cache
def _truth(index):
    """Return the points at which case `index` is smooth, and its first four derivatives there.

    The formula gives the second derivative to a hundred digits. Differences leave sixty of these digits for the fourth derivative.
    """
    case = CASES[index]
    formula, arguments = witness(case).formula, witness(case)._scalars()
    name, h = formula.inputs[0], mp.mpf(10) ** -20
    points, smooth, derivatives = np.concatenate([POINTS, EXTREMES]), [], []
    if rule := exempt(case):
        points = points[~rule(points[:, None])]
    with mp.workdps(100):
        for x in points:
            jets = [formula._jets(arguments | {name: mp.mpf(x) + step}, [name])[0] for step in (-h, mp.mpf(0), h)]
            slopes = [jet.gradient.get(0, mp.mpf(0)) for jet in jets]
            left, here, right = (jet.hessian.get((0, 0), mp.mpf(0)) for jet in jets)
            third, fourth = (right - left) / (2 * h), (right - 2 * here + left) / h**2
            # One derivative jumps at a corner, and the quotient is as large as 1 / h. The derivatives may overflow where the value does.
            if max(abs(slopes[2] - slopes[0]) / h, abs(third), abs(fourth)) < 1e15 and abs(jets[1].value) < 3.4e38:
                smooth.append(x)
                derivatives.append([_float(d) for d in (slopes[1], here, third, fourth)])
    return np.array(smooth), np.array(derivatives)


def truth(case, order):
    """Return the smooth points, the derivative of the given order there, and the unit of its error.

    A derivative of size 1 is a sum of terms that are not smaller. Its largest values nearby are such terms too, where the derivative
    goes through 0. The rounding of an input changes the derivative by the next derivative.
    """
    x, derivatives = _truth(CASES.index(case))
    expected, condition = derivatives[:, order - 1], abs(x * derivatives[:, order])
    nearby = np.where(abs(x[:, None] - x) <= 0.5, abs(expected), 0.0).max(axis=1)
    return x, expected, np.maximum.reduce([np.ones_like(x), nearby, condition])


def laid_out(x):
    """Return the points in one column for each of the channels that some samples have.

    All cases have the same shape, because JAX compiles for each shape.
    """
    return np.repeat(np.pad(x, (0, len(POINTS) + len(EXTREMES) - len(x)), mode="edge")[:, None], 4, axis=1)


def numbers(y):
    # torch represents a derivative that it knows to be 0 as a tensor without numbers. An addition gives it numbers.
    return testing.array(y + torch.zeros(()) if BACKEND == "torch" else y)


def check(case, what, result, order, dtype="float32", budget=None, reach=np.inf):
    x, expected, unit = truth(case, order)
    budget = budget or BUDGET[order] * ALLOWANCE.get(canonical_name(case[0]), 1.0)
    unit = unit * budget * 2.0 ** -testing.BITS[dtype]
    found = numbers(result)[: len(x)].reshape(len(x), -1)
    within = abs(x) <= reach
    # The everyday budget accepts any value between the two sides next to a corner.
    if np.isfinite(reach):
        for corner in witness(case).formula.kinks(witness(case)._scalars()):
            within &= abs(x - corner) > 2.0 ** -testing.BITS[dtype] * max(1.0, abs(corner))
    x, expected, unit, found = x[within], expected[within], unit[within], found[within]
    with np.errstate(all="ignore"):
        error = np.nan_to_num(abs(found - expected[:, None]).max(axis=1) / unit, nan=np.inf)
    worst = np.argmax(error)
    assert error[worst] <= 1, (
        f"{what} is wrong by {error[worst]:.3g} times the budget at x = {x[worst]}: {found[worst]}, not {expected[worst]}"
    )


def check_modes(case, modes, dtype="float32", kernel="fallback", **limits):
    cls, sample = case
    layer, x = cls(kernel=kernel, **sample), testing.tensor(laid_out(truth(case, 3)[0]), dtype)
    for mode in modes:
        check(case, mode, derivative(layer, mode)(x), mode.count("over") + 1, dtype, **limits)


@parametrize(ELEMENTWISE)
def test_derivatives(case):
    check_modes(case, MODES)


@parametrize([(cls, sample) for cls, sample in ELEMENTWISE if cls(**sample).plan().budget == "everyday"])
def test_everyday_derivatives(case):
    """Second derivatives by kernel="auto" are right at every finite number up to 1e18.

    Those of the frameworks' own functions are right there too.
    """
    check_modes(case, [mode for mode in MODES if mode.count("over") == 1], kernel="auto", budget=EVERYDAY, reach=testing.EVERYDAY.reach)


@pytest.mark.skipif(BACKEND == "jax", reason="JAX has float64 only where the whole process asks for it")
@parametrize(ELEMENTWISE)
def test_derivatives_in_float64(case):
    check_modes(case, MODES[:4] if BACKEND == "torch" else MODES[:1], "float64")


def transforms():
    """Yield the backend's own transformations of functions that compute the second derivative at each entry of a vector."""
    if BACKEND == "tensorflow":

        def jacobian(function, x):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = function(x)
            return tf.linalg.diag_part(tape.jacobian(y, x))

        yield "jacobian of a gradient", lambda f, x: jacobian(reverse(f), x)
        yield "vectorized_map of a gradient", lambda f, x: tf.vectorized_map(reverse(reverse(f)), x)
        return
    api = jax if BACKEND == "jax" else torch.func
    yield "hessian", lambda f, x: api.hessian(lambda x: f(x).sum())(x).diagonal()
    yield "vmap of grad of grad", lambda f, x: api.vmap(api.grad(api.grad(f)))(x)


@parametrize([case for case in ELEMENTWISE if case[1] == case[0].samples[0]] if BACKEND == "torch" else SMOOTH)
def test_transforms(case):
    cls, sample = case
    layer, x = cls(kernel="fallback", **sample), testing.tensor(laid_out(truth(case, 2)[0])[:, 0], "float32")
    for name, transform in transforms():
        check(case, name, transform(layer, x)[:, None], 2)


COMPILERS = {
    "tensorflow": {"tf.function": lambda f: tf.function(f), "jit_compile": lambda f: tf.function(f, jit_compile=True)},
    "jax": {"jit": lambda f: jax.jit(f)},
    "torch": {},  # its compiler differentiates only once
}[BACKEND]


@pytest.mark.parametrize("compiler", COMPILERS.values(), ids=COMPILERS)
def test_compiled(compiler):
    """One function contains all activations, because compilation takes a long time."""
    modes = ["reverse over reverse over reverse", "forward over reverse", "forward over reverse over reverse"]
    layers = [cls(kernel="fallback", **sample) for cls, sample in SMOOTH]
    x = testing.tensor(laid_out(truth(SMOOTH[0], 3)[0]), "float32")
    results = compiler(lambda x: [[derivative(layer, mode)(x) for mode in modes] for layer in layers])(x)
    for case, derivatives in zip(SMOOTH, results, strict=True):
        for mode, result in zip(modes, derivatives, strict=True):
            check(case, mode, result, mode.count("over") + 1)


@pytest.mark.skipif(BACKEND != "torch", reason="torch has another reverse mode beside that of its functions of functions")
@parametrize(ELEMENTWISE)
def test_backward_three_times(case):
    cls, sample = case
    x = testing.tensor(laid_out(truth(case, 3)[0]), "float32")
    check(case, "backward", gradient_of(cls(kernel="fallback", **sample), 3)(x).detach(), 3)


def test_the_heat_equation(monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "examples")
    heat = importlib.import_module("heat")
    monkeypatch.delitem(sys.modules, "heat")
    _, error, _ = heat.solve("gelu", steps=120)
    assert error < 0.15
    _, error, _ = heat.solve("relu", steps=120)
    assert error > 0.4
