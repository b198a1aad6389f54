"""The conformance kit for activations of the users': it passes what is right and names what is wrong."""

import pytest
from cases import CATALOGUE, ORACLES
from keras import ops

import keras_activations as ka
from keras_activations import testing


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
        ka.registry._classes.pop(key, None)


def test_a_right_one_passes():
    testing.check_activation(ka.register(package="my_lab")(Cube))


def test_one_of_ours_without_a_formula_passes_with_its_oracle():
    testing.check_activation(CATALOGUE["sparsemax"].cls, samples=[{}], oracle=ORACLES["sparsemax"])


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
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_what_is_wrong_is_named(mistake):
    body, words = MISTAKES[mistake]
    with pytest.raises(AssertionError) as error:
        testing.check_activation(registered(body))
    assert words in str(error.value)
