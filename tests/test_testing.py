"""The conformance kit for the activations of users. It accepts right activations and names the errors of wrong ones."""

import os
import subprocess
import sys

import pytest
from keras import ops

import keras_activations as ka
from keras_activations import testing
from keras_activations.catalogue import registry
from lab.cases import BACKEND, CATALOGUE, ORACLES


class Cube(ka.Activation):
    """A cube, scaled.

    ``f(x) = scale * x**3``
    """

    samples = ({}, {"scale": -0.5})

    def __init__(self, scale=1.0, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale

    def fallback(self, x):
        return self.scale * x * x * x

    def derivative(self, x):
        return 3 * self.scale * x * x


def registered(body):
    return ka.register(package="my_lab")(type("Wrong", (Cube,), {"__doc__": Cube.__doc__, "samples": Cube.samples, **body}))


@pytest.fixture(autouse=True)
def _forget():
    yield
    for key in ("cube", "wrong"):
        registry._classes.pop(key, None)


def test_a_right_one_passes():
    testing.check_activation(ka.register(package="my_lab")(Cube))


def test_one_of_ours_without_a_formula_passes_with_its_oracle():
    testing.check_activation(CATALOGUE["sparsemax"].cls, samples=[{}], oracle=ORACLES["sparsemax"])


def textbook(formula, fallback, base=ka.Activation, **body):
    return ka.register(package="my_lab")(type("Wrong", (base,), {"__doc__": f"``f(x) = {formula}``", "fallback": fallback, **body}))


def leaky(self, slope=0.1, *, learned=True, **kwargs):
    ka.Learned.__init__(self, learned=learned, **kwargs)
    self.learn(slope=slope)


# A user writes activations like these, with the framework's own operations and automatic differentiation.
TEXTBOOK = {
    "x tanh(x)": lambda: textbook("x * tanh(x)", lambda self, x: x * ops.tanh(x)),
    "silu": lambda: textbook("x / (1 + exp(-x))", lambda self, x: x * ops.sigmoid(x)),
    "bell": lambda: textbook("exp(-x**2)", lambda self, x: ops.exp(-(x**2))),
    "leaky": lambda: textbook(
        "x if x > 0 else slope * x", lambda self, x, slope: ops.where(x > 0, x, slope * x), ka.Learned, __init__=leaky
    ),
    "clip": lambda: textbook("min(max(x, -1), 1)", lambda self, x: ops.clip(x, -1, 1)),
    "square": lambda: textbook("x**2", lambda self, x: x**2),
}


@pytest.mark.parametrize("name", TEXTBOOK)
def test_textbook_activations_pass_at_the_level_of_every_day(name):
    if BACKEND == "jax" and name == "x tanh(x)":
        # JAX sums -1 and two numbers of 1e8 from left to right. Its derivative at -1e8 is therefore 0.
        with pytest.raises(AssertionError, match=r"gradient of Wrong.* Write derivative\(self, x"):
            testing.check_activation(TEXTBOOK[name]())
    else:
        testing.check_activation(TEXTBOOK[name]())


@pytest.mark.parametrize("name", sorted(TEXTBOOK.keys() - {"square"}))
def test_the_strict_level_says_what_to_do(name):
    advice = "Write derivative" if name == "clip" else r"Give it its limit at infinity: clamp .* ops.clip\(x, -1e18, 1e18\)"
    with pytest.raises(AssertionError, match=advice):
        testing.check_activation(TEXTBOOK[name](), level="strict")


def test_any_slope_is_right_beside_a_corner_if_it_lies_between_the_sides():
    def clip(slope):
        derivative = lambda self, x: ops.where(abs(x) < 1, 1.0, ops.where(abs(x) > 1, 0.0 * x, slope))  # noqa: E731
        return textbook("min(max(x, -1), 1)", lambda self, x: ops.clip(x, -1, 1), derivative=derivative)

    for slope in (0.0, 0.5, 1.0):
        testing.check_activation(clip(slope))
    for slope in (-0.01, 1.01, float("nan")):
        with pytest.raises(AssertionError, match=r"The gradient of Wrong.* at x = \[-?1.0\]"):
            testing.check_activation(clip(slope))


def test_nothing_is_forgiven_at_zero_where_the_function_is_smooth():
    def derivative(self, x):
        return ops.sigmoid(x) * ops.cast(x != 0, x.dtype)

    wrong = textbook("x / (1 + exp(-x))", lambda self, x: x * ops.sigmoid(x), derivative=derivative)
    with pytest.raises(AssertionError, match=r"The gradient of Wrong"):
        testing.check_activation(wrong)


def test_another_level_is_refused():
    with pytest.raises(ValueError, match="level must be one of 'everyday', 'strict'; received 'lax'"):
        testing.check_activation(ka.SiLU, level="lax")


def test_a_missing_extra_is_named():
    program = "import sys; sys.modules['mpmath'] = None\nimport keras_activations.testing"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=os.environ | {"KERAS_BACKEND": "numpy"}, timeout=300
    )
    assert 'pip install "keras-activations[test]"' in run.stderr.splitlines()[-1]


def forgets_the_scale(self, scale=1.0, **kwargs):
    ka.Activation.__init__(self, **kwargs)
    self.scale = 1.0


MISTAKES = {
    "wrong value": ({"fallback": lambda self, x: self.scale * x * x * x + 1e-3}, "The value of Wrong"),
    "wrong derivative": ({"derivative": lambda self, x: 3.01 * self.scale * x * x}, "The gradient of Wrong"),
    "forgotten hyperparameter": ({"__init__": forgets_the_scale}, "The value of Wrong({'scale': -0.5}) is wrong"),
    "wrong shape": ({"compute_output_shape": lambda self, shape: shape[:-1]}, "declares"),
    "swallowed NaN": ({"fallback": lambda self, x: ops.where(x == x, self.scale * x * x * x, 0.0)}, "turns NaN into numbers"),
    "no formula": ({"__doc__": "A cube."}, "can be compared with nothing"),
    "no docstring": ({"__doc__": None, "fallback": lambda self, x: x}, "can be compared with nothing"),
    "forgotten attribute": (
        {"__init__": lambda self, scale=1.0, **kwargs: ka.Activation.__init__(self, **kwargs)},
        "Write self.scale = scale",
    ),
    "infinite": ({"fallback": lambda self, x: ops.exp(x * x) * 0.0 + self.scale * x**3}, "Clamp what overflows"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_what_is_wrong_is_named(mistake):
    body, words = MISTAKES[mistake]
    with pytest.raises(AssertionError) as error:
        testing.check_activation(registered(body))
    assert words in str(error.value)
