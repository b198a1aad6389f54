"""A card says what is true of the function. The witnesses are closed forms, and the formula in high precision."""

import json
import math

import keras
import mpmath as mp
import numpy as np
import pytest
from keras import ops

import keras_activations as ka
from keras_activations.tools import cards
from keras_activations.tools.analysis import Shape
from keras_activations.tools.curves import curves_of
from keras_activations.tools.describing import properties
from lab.cases import BACKEND, CATALOGUE
from lab.cases import corners as corners_of_formula


def known(function, start):
    """Return (x, value) of the minimum near `start`, with thirty digits."""
    with mp.workdps(30):
        x = mp.findroot(lambda x: mp.diff(function, x), start)
        return float(x), float(function(x))


ONCE = pytest.mark.skipif(BACKEND != "torch", reason="the function is the same on every backend")

MINIMA = {
    "gelu": known(lambda x: x * mp.ncdf(x), -0.75),
    "silu": known(lambda x: x / (1 + mp.exp(-x)), -1.28),
    "mish": known(lambda x: x * mp.tanh(mp.log1p(mp.exp(x))), -1.19),
    "serf": known(lambda x: x * mp.erf(mp.log1p(mp.exp(x))), -1.2),
    "golu": known(lambda x: x * mp.exp(-mp.exp(-x)), -0.57),
    "hard_silu": (-1.5, -0.375),
    "lisht": (0.0, 0.0),
    "absolute": (0.0, 0.0),
}


@pytest.mark.parametrize("name", MINIMA)
def test_minimum(name):
    x, value = ka.describe(name).minimum
    assert x == pytest.approx(MINIMA[name][0], abs=2e-6)
    assert value == pytest.approx(MINIMA[name][1], abs=1e-12)


def test_minima_of_the_literature():
    assert ka.describe("gelu").minimum == pytest.approx((-0.75179, -0.16997), abs=5e-6)
    assert ka.describe("silu").minimum == pytest.approx((-1.27846, -0.27846), abs=5e-6)
    assert ka.describe("mish").minimum == pytest.approx((-1.1924, -0.30884), abs=5e-5)


RANGES = {
    # name: infimum, supremum, whether they are attained
    "sigmoid": (0, 1, (False, False)),
    "tanh": (-1, 1, (False, False)),
    "arctan": (-math.pi / 2, math.pi / 2, (False, False)),
    "softsign": (-1, 1, (False, False)),
    "relu6": (0, 6, (True, True)),
    "relu": (0, math.inf, (True, False)),
    "elu": (-1, math.inf, (False, False)),
    "selu": (-1.0507009873554805 * 1.6732632423543772, math.inf, (False, False)),
    "gaussian": (0, 1, (False, True)),
    "sine": (-1, 1, (True, True)),
    "nlrelu": (0, math.inf, (True, False)),
    "gcu": (-math.inf, math.inf, (False, False)),
    "softmax": (0, 1, (False, False)),
    "sparsemax": (0, 1, (True, True)),
}


@pytest.mark.parametrize("name", RANGES)
def test_range(name):
    card = ka.describe(name)
    low, high, attains = RANGES[name]
    assert (card.infimum, card.supremum) == pytest.approx((low, high), abs=1e-5)
    assert card.attains == attains
    assert card.bounded == (math.isfinite(low) and math.isfinite(high))


CORNERS = {
    # name: {corner: how many derivatives are continuous there}
    "relu": {0: 0},
    "relu6": {0: 0, 6: 0},
    "hard_silu": {-3: 0, 3: 0},
    "hard_tanh": {-1: 0, 1: 0},
    "hard_shrink": {-0.5: -1, 0.5: -1},
    "step": {0: -1},
    "threshold(threshold=1.0, default_value=0.0)": {1: -1},
    "smelu": {-2: 1, 2: 1},
    "sparse_plus": {-1: 1, 1: 1},
    "elu": {0: 1},
    "celu": {0: 1},
    "selu": {0: 0},
    "softsign": {0: 1},
    "isrlu": {0: 2},
    "squared_relu": {0: 1},
    "hat": {0: 0, 1: 0, 2: 0},
    "gelu": {},
    "mish": {},
    "silu": {},
    "tanh": {},
    "softplus": {},
    "smu1": {},  # it bends within a millionth
    "sine": {},
}


@ONCE
@pytest.mark.parametrize("name", CORNERS)
def test_corners(name):
    card = ka.describe(name)
    assert dict(card.corners) == pytest.approx(CORNERS[name], abs=1e-6)
    assert card.smoothness == min(CORNERS[name].values(), default=None)


@ONCE
def test_every_kink_of_a_formula_is_found_and_no_other():
    # Some comparisons make no kink: ModReLU with bias 0 is the identity, the cut of the clipped GELU at -10 is smaller than a rounding
    # error, and the two sides of SineReLU do not meet at 0.
    # Some kinks need no comparison: that of abs, those where a minimum changes sides, and the ends of a polynomial in IGELU.
    invisible = {"mod_relu": [0.0], "clipped_gelu": [-10.0], "s_shaped_relu": [1.0], "sine_relu": [0.0]}
    implicit = {"sine_relu": 1, "igelu": 2}
    by_abs = {"absolute", "hat", "softsign", "squash"}
    for name, entry in CATALOGUE.items():
        if not entry.elementwise:
            continue
        arguments = entry.cls.samples[0]
        expected = sorted(set(corners_of_formula((entry.cls, arguments))) - set(invisible.get(name, [])))
        found = [x for x, _ in ka.describe(entry.cls(**arguments)).corners]
        missed = [x for x in expected if not any(abs(x - other) < 1e-4 for other in found)]
        assert not missed, f"{name}: {missed}"
        assert name in by_abs or len(found) == len(expected) + implicit.get(name, 0), f"{name}: {found} instead of {expected}"


@pytest.mark.parametrize(
    ("name", "constant"),
    [
        ("sigmoid", 0.25),
        ("tanh", 1.0),
        ("softplus", 1.0),
        ("gelu", 1.12890),
        ("silu", 1.09984),
        ("squared_relu", math.inf),
        ("step", math.inf),
    ],
)
def test_lipschitz_constant(name, constant):
    assert ka.describe(name).lipschitz == pytest.approx(constant, abs=2e-5)


def test_where_it_saturates_and_dies():
    ((minus, low), (high, plus)) = ka.describe("sigmoid").saturates
    # The slope of the sigmoid, y (1 - y), is 0.01 where y is 1 / 2 + sqrt(1 / 4 - 0.01).
    end = math.log((0.5 + math.sqrt(0.24)) / (0.5 - math.sqrt(0.24)))
    assert (minus, plus) == (-math.inf, math.inf)
    assert (low, high) == pytest.approx((-end, end), abs=1e-3)
    assert ka.describe("relu").dead == ((-math.inf, 0.0),)
    assert ka.describe("relu6").dead == ((-math.inf, 0.0), (6.0, math.inf))
    assert ka.describe("hard_shrink").dead == ((-0.5, 0.5),)
    assert ka.describe("leaky_relu").dead == ka.describe("gelu").dead == ()
    # The error function rounds to 1 from 6 on, and is not constant there.
    assert ka.describe("dynamic_erf").dead == ()


def test_form():
    facts = {
        name: (card.monotonic, card.curvature, card.symmetry)
        for name in ("tanh", "relu", "gelu", "softplus", "absolute", "softmin")
        for card in [ka.describe(name)]
    }
    assert facts == {
        "tanh": ("increasing", None, "odd"),
        "relu": ("increasing", "convex", None),
        "gelu": (None, None, None),
        "softplus": ("increasing", "convex", None),
        "absolute": (None, "convex", "even"),
        "softmin": ("decreasing", None, None),
    }
    assert ka.describe("linear").curvature == "linear"


@ONCE
def test_ends():
    card = ka.describe("leaky_relu(negative_slope=0.1)")
    assert card.limits == (-math.inf, math.inf)
    assert card.asymptotes[0] == pytest.approx((0.1, 0.0), abs=1e-6)
    assert card.asymptotes[1] == (1.0, 0.0)
    assert ka.describe("shifted_softplus").asymptotes[1] == pytest.approx((1.0, -math.log(2)), abs=1e-5)
    assert ka.describe("sine").limits == (None, None)
    assert ka.describe("exponential").limits == (0.0, math.inf)
    assert ka.describe("exponential").asymptotes[1] is None
    assert ka.describe("arctan").limits == pytest.approx((-math.pi / 2, math.pi / 2), abs=1e-5)


def test_moments():
    card = ka.describe("relu")
    assert card.mean == pytest.approx(1 / math.sqrt(2 * math.pi), rel=1e-9)
    assert card.deviation == pytest.approx(math.sqrt(0.5 - 1 / (2 * math.pi)), rel=1e-9)
    assert card.slopes_at_zero == pytest.approx((0, 1), abs=1e-9)
    square = float(mp.quad(lambda z: mp.tanh(z) ** 2 * mp.npdf(z), [-12, 0, 12]))
    assert ka.describe("tanh").deviation == pytest.approx(math.sqrt(square), rel=1e-9)


def test_zeros():
    assert ka.describe("tanh").zeros == (0.0,)
    assert ka.describe("sigmoid").zeros == ()
    assert ka.describe("flexible_relu").zeros == pytest.approx((1.0,), abs=1e-6)
    assert ka.describe("sine").zeros == pytest.approx(np.pi * np.arange(-5, 6), abs=1e-6)
    assert ka.describe("relu").zeros == ()  # an interval


def test_a_function_of_ones_own():
    def cube(x):
        """The cube.

        And more.
        """
        return x * x * x

    card = ka.describe(cube)
    assert (card.name, card.summary, card.symmetry, card.monotonic, card.lipschitz) == ("cube", "The cube.", "odd", "increasing", math.inf)
    with pytest.warns(UserWarning, match="No gain keeps"):
        assert ka.gain(cube) == pytest.approx(1 / math.sqrt(15), rel=1e-6)  # the sixth moment of a normal distribution
    assert dict(ka.describe(keras.activations.hard_silu).corners) == pytest.approx({-3: 0, 3: 0}, abs=1e-5)
    assert "kinks, at x = 1" in str(ka.describe(lambda x: ops.abs(x - 1)))


def test_a_trained_layer_is_described_as_it_is_and_an_unbuilt_one_stays_unbuilt():
    layer = ka.PReLU(per="channel")
    layer.build((None, 3))
    layer.alpha.assign([0.5, 0.5, 0.9])
    assert ka.describe(layer).asymptotes[0][0] == pytest.approx(0.5)
    swish = ka.Swish(learned=True)
    swish.beta = 3.0
    assert ka.describe(swish).minimum[0] == pytest.approx(ka.describe("silu").minimum[0] / 3, abs=1e-5)
    snake = ka.Snake()  # as the catalogue has it, until it is trained
    assert ka.describe(snake).mean == pytest.approx((1 - math.exp(-2)) / 2, rel=1e-6)
    snake.alpha = 2.0
    assert ka.describe(snake).mean == pytest.approx((1 - math.exp(-8)) / 4, rel=1e-6)
    lazy = ka.PReLU(per="channel")
    assert ka.describe(lazy).asymptotes[0][0] == pytest.approx(0.25)
    assert not lazy.built


@pytest.mark.parametrize("name", ["gelu", "relu6", "selu", "arctan", "hard_shrink", "sine", "prelu", "swiglu", "squareplus"])
def test_the_stored_card_is_what_the_function_gives(name):
    layer = ka.get(name)
    stored = cards.stored(layer)
    found = properties(Shape(curves_of(layer)[0][0]))
    for field, value in found.items():
        if isinstance(value, (str, bool, type(None))):
            assert value == stored[field], field
        else:
            flat = [[entry if entry is not None else "none" for entry in keras.tree.flatten([v])] for v in (value, stored[field])]
            numbers = [[entry for entry in entries if not isinstance(entry, str)] for entries in flat]
            assert numbers[0] == pytest.approx(numbers[1], rel=1e-5, abs=1e-6), field


def test_every_activation_has_a_stored_card():
    for entry in CATALOGUE.values():
        assert cards.stored(entry.cls(**entry.cls.samples[0])) is not None, f"{entry.name}: run make cards"
        assert set(cards.cost(entry.name)) == {"tensorflow", "torch", "jax"}, f"{entry.name}: run make cards"
    assert cards.stored(ka.LeakyReLU(0.3)) is None


def test_exports_are_those_of_the_table():
    assert ka.describe("group_sort").exports == ("torch to LiteRT",)
    assert ka.describe("gelu").exports == ()


@ONCE
def test_companions_and_initializers():
    assert ka.describe("selu").initializer == '"lecun_normal"'
    assert "AlphaDropout" in str(ka.describe("selu"))
    assert ka.describe("relu").initializer == '"he_normal"'
    assert "sqrt(6 / inputs) / 30" in ka.describe("siren").initializer
    assert ka.describe("siren").gain == ka.gain("siren")


@ONCE
def test_it_prints_and_goes_into_json():
    for name in ("gelu", "relu", "softmax", "glu", "siren", "dprelu"):
        card = ka.describe(name)
        assert str(card).splitlines()[0].startswith(card.written)
        assert all(len(line) <= 118 or "http" in line for line in str(card).splitlines())
        assert json.loads(json.dumps(card.to_dict(), allow_nan=False))["name"] == card.name
    assert "(0, 1), bounded" in str(ka.describe("sigmoid"))


@ONCE
def test_a_table_compares():
    text = str(ka.compare("relu", "gelu", ka.LeakyReLU(0.1), ka.LeakyReLU(0.3)))
    assert "leaky_relu(negative_slope=0.1)" in text.splitlines()[0]
    assert "-0.16997 at x = -0.75179" in text
    assert list(ka.compare("relu", "gelu").to_dict())[1] == "gelu"
    with pytest.raises(ValueError, match="two or more"):
        ka.compare("relu")


def test_suggestions_have_the_properties():
    names = {card.name for card in ka.suggest(bounded=True, smooth=True, monotonic=True, zero_centered=True)}
    assert {"tanh", "arctan", "isru", "dynamic_tanh"} <= names
    assert not names & {"relu", "sigmoid", "softsign", "gelu", "sine", "softmax"}
    assert {card.name for card in ka.suggest(smooth=1, monotonic=True, dead=True)} >= {"squared_relu", "smelu"}
    assert "relu" in [card.name for card in ka.suggest(cheap=True, dead=True)]
    assert all(card.smoothness in (None, 2, 3) for card in ka.suggest(smooth=2))
    assert all(card.lipschitz <= 1 + 1e-6 for card in ka.suggest(lipschitz=1))
    deep = {card.name for card in ka.suggest(deep=True)}
    assert {"selu", "tanh", "elu", "relu"} <= deep
    assert not deep & {"squared_relu", "exponential", "sigmoid"}
    costs = [card.cost[BACKEND] for card in ka.suggest(family="gates")]
    assert costs == sorted(costs)
    assert "No activation has all" in str(ka.suggest(bounded=True, lipschitz=1e-9))
    assert "Use " in str(ka.suggest(family="elus"))


@pytest.mark.parametrize(
    ("arguments", "error"),
    [({"bounded": "yes"}, TypeError), ({"smooth": 9}, ValueError), ({"lipschitz": -1}, ValueError), ({"family": "cars"}, ValueError)],
)
def test_suggest_refuses(arguments, error):
    with pytest.raises(error):
        ka.suggest(**arguments)


def test_describe_refuses_an_unknown_name():
    with pytest.raises(ValueError, match="Did you mean 'gelu'"):
        ka.describe("gelo")
