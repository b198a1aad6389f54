"""`get` and the related functions accept a name in any spelling, or raise an error that helps."""

import keras
import numpy as np
import pytest

import keras_activations as ka
from keras_activations.catalogue import registry
from keras_activations.core.hosted import other_names, renamed
from lab.cases import CATALOGUE

NEEDS_ARGUMENTS = {
    "piecewise_linear": {"min_value": -2.0, "max_value": 2.0},
    "threshold": {"threshold": 1.0, "default_value": 0.0},
}


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_spelling(name):
    cls, arguments = CATALOGUE[name].cls, NEEDS_ARGUMENTS.get(name, {})
    spellings = {name, name.upper(), name.replace("_", "-"), name.replace("_", ""), name.replace("_", " "), cls.__name__, f" {name} "}
    for spelling in spellings | set(CATALOGUE[name].aliases):
        assert type(ka.get(spelling, **arguments)) is cls
        assert type(ka.get(spelling, **arguments)) is cls


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("hard_swish", f"HardSiLU(slope={1 / 6})"),
        ("hswish", f"HardSiLU(slope={1 / 6})"),
        ("hardswish", f"HardSiLU(slope={1 / 6})"),
        ("Hardswish", f"HardSiLU(slope={1 / 6})"),
        ("leakyrelu", "LeakyReLU(negative_slope=0.2)"),
        ("lrelu", "LeakyReLU(negative_slope=0.2)"),
        ("logsoftmax", "LogSoftmax(axis=-1)"),
        ("relu-6", "ReLU6()"),
        ("hardtanh", "HardTanh(min_value=-1.0, max_value=1.0)"),
        ("swish", "Swish(beta=1.0)"),
        ("silu", "SiLU()"),
        ("gelu_tanh", "GELU(approximate=True)"),
        ("gelu_new", "GELU(approximate=True)"),
        ("gelu_python", "GELU(approximate=False)"),
        ("gelu_10", "ClippedGELU(min_value=-10.0, max_value=10.0)"),
        ("dish", "PFLU()"),
        ("TeLU", "TanhExp()"),
        ("quick_gelu", "Swish(beta=1.702)"),
        ("QuickGELU", "Swish(beta=1.702)"),
        ("identity", "Linear()"),
        ("leaky_relu(negative_slope=0.1)", "LeakyReLU(negative_slope=0.1)"),
        ("leaky_relu(0.1)", "LeakyReLU(negative_slope=0.1)"),
        (" Leaky ReLU ( 0.1 ) ", "LeakyReLU(negative_slope=0.1)"),
        ("softmax(axis=[-2, -1])", "Softmax(axis=[-2, -1])"),
        ("relu()", "ReLU(negative_slope=0.0, max_value=None, threshold=0.0)"),
        ("gelu('tanh')", "GELU(approximate=True)"),
        ("gelu(approximate='none')", "GELU(approximate=False)"),
        ({"class_name": "Mish", "config": {}}, "Mish()"),
        ({"class_name": "keras_activations>Mish", "config": {}}, "Mish()"),
        ({"class_name": "keras_activations>Mish"}, "Mish()"),
        ({"class_name": "gelu_tanh", "config": {}}, "GELU(approximate=True)"),
        ({"class_name": "leaky_relu", "config": {"negative_slope": 0.3}}, "LeakyReLU(negative_slope=0.3)"),
        (ka.serialize(ka.LeakyReLU(0.3)), "LeakyReLU(negative_slope=0.3)"),
        (ka.Mish, "Mish()"),
        (None, "Linear()"),
    ],
)
def test_forms(identifier, expected):
    assert repr(ka.get(identifier)) == expected


def test_a_name_makes_a_fresh_layer_and_an_instance_stays_itself():
    assert ka.get("mish") is not ka.get("mish")
    layer = ka.Mish()
    assert ka.get(layer) is layer
    assert ka.get(keras.activations.relu) is keras.activations.relu
    assert ka.get(np.tanh) is np.tanh


def test_arguments_beside_a_name_or_a_class():
    assert ka.get("LeakyReLU", negative_slope=0.1).negative_slope == 0.1
    assert ka.get(ka.LeakyReLU, negative_slope=0.1).negative_slope == 0.1
    assert ka.get("leaky_relu(negative_slope=0.1)", name="mine").name == "mine"
    assert ka.get("gelu_tanh", kernel="fallback").kernel == "fallback"


def test_other_layers_of_keras_pass():
    assert isinstance(ka.get(keras.layers.PReLU), keras.layers.PReLU)
    assert isinstance(ka.get(keras.saving.serialize_keras_object(keras.layers.ReLU(max_value=3.0))), keras.layers.ReLU)


def test_get_is_at_home_in_keras():
    x = np.ones((2, 4), "float32")
    for activation in (
        ka.get("mish"),
        ka.Mish(),
        keras.layers.Activation(ka.Mish()),
        {"class_name": "keras_activations>Mish", "config": {}},
    ):
        assert keras.layers.Dense(3, activation=activation)(x).shape == (2, 3)


def test_serialize_and_get_are_inverse():
    for entry in CATALOGUE.values():
        for sample in entry.cls.samples:
            layer = entry.cls(**sample)
            assert repr(ka.get(ka.serialize(layer))) == repr(layer)


class TestRegister:
    def test_a_class_of_the_users(self):
        @ka.register(package="my_lab")
        class Cube(ka.Activation):
            """``f(x) = x**3``"""

            def fallback(self, x):
                return x * x * x

        try:
            assert repr(ka.get("cube")) == "Cube()"
            assert ka.serialize(Cube())["registered_name"] == "my_lab>Cube"
            assert ka.catalogue()["cube"].formula == "f(x) = x**3"
            again = ka.register(package="my_lab")(type("Cube", (Cube,), {}))  # like a notebook cell that is run again
            assert type(ka.get("cube")) is again
            assert ka.catalogue()["cube"].cls is again
        finally:
            registry._classes.pop("cube")

    def test_a_name_can_be_registered_once(self):
        with pytest.raises(ValueError, match="already belongs to keras_activations>Mish"):
            ka.register(package="my_lab")(type("Mish", (ka.Activation,), {}))
        with pytest.raises(ValueError, match="'hswish' of my_lab>Other already belongs to keras_activations>HardSiLU"):
            ka.register(package="my_lab")(type("Other", (ka.Activation,), {"aliases": ("hswish",)}))
        with pytest.raises(ValueError, match="already belongs to gelu_tanh"):
            ka.register(package="my_lab")(type("GeluTanh", (ka.Activation,), {}))
        assert "other" not in registry._classes

    def test_a_subclass_does_not_inherit_aliases(self):
        try:
            ka.register(package="my_lab")(type("MySwish", (ka.HardSiLU,), {}))
            assert ka.catalogue()["myswish"].aliases == ()
        finally:
            registry._classes.pop("myswish", None)

    @pytest.mark.parametrize("package", [None, "keras_activations"])
    def test_the_packages_own_name_is_not_for_others(self, package):
        with pytest.raises(ValueError, match=r"Tanh needs a package of its own; received .*@register\(package='my_lab'\)"):
            ka.register(package=package)(type("Tanh", (ka.Activation,), {}))
        assert ka.get("tanh").__class__ is ka.Tanh

    def test_an_alias_that_is_dropped_is_forgotten(self):
        try:
            ka.register(package="my_lab")(type("Mine", (ka.Activation,), {"aliases": ("other_name",)}))
            ka.register(package="my_lab")(type("Mine", (ka.Activation,), {}))
            with pytest.raises(ValueError, match="no activation 'other_name'"):
                ka.get("other_name")
        finally:
            registry._classes.pop("mine")

    @pytest.mark.parametrize("aliases", ["cube", ("my+fn",), (3,)])
    def test_aliases_are_names(self, aliases):
        with pytest.raises(ValueError, match="must be a tuple of names"):
            ka.register(package="my_lab")(type("Mine", (ka.Activation,), {"aliases": aliases}))

    def test_only_activations(self):
        with pytest.raises(TypeError, match="takes a subclass of Activation; received"):
            ka.register(keras.layers.Dense)


RENAMED = [(entry.cls, old, new) for entry in CATALOGUE.values() for old, new in other_names(entry.cls).items()]


@pytest.mark.parametrize(("cls", "old", "new"), RENAMED, ids=lambda part: getattr(part, "__name__", part))
def test_an_argument_under_its_name_elsewhere(cls, old, new):
    """There is one warning, and the layer is the same."""
    value = {"channels": 3, "constraint": "non_neg", "regularizer": "l2", "min_value": -2.0}.get(new, 1.25)
    others = {"threshold": 1.0, "default_value": 2.0} if cls is ka.Threshold else {}
    others.pop(new, None)
    with pytest.warns(UserWarning, match=f"{old} of {cls.__name__} is called {new} here") as caught:
        layer = cls(**others | {old: value})
    assert len(caught) == 1
    assert layer.get_config() | {"name": None} == cls(**others | {new: value}).get_config() | {"name": None}
    assert old not in layer.get_config()
    with pytest.raises(TypeError, match="received both"):
        cls(**others | {old: value, new: value})


def test_a_subclass_has_the_further_names_of_the_class_above_it_and_its_own():
    class Mine(ka.PReLU):
        @renamed(start="alpha")
        def __init__(self, alpha=0.25, **kwargs):
            super().__init__(alpha, **kwargs)

    for old in ("start", "init"):
        for make in (Mine, lambda **given: Mine.from_config(given)):
            with pytest.warns(UserWarning, match=f"{old} of .* is called alpha here"):
                assert make(**{old: 0.5}).get_config()["alpha"] == 0.5


def test_an_argument_of_a_subclass_is_its_own_whatever_it_is_called_elsewhere():
    @ka.register(package="my_lab")
    class Steep(ka.LeakyReLU):
        """``f(x) = x if x > 0 else alpha / 2 * x``"""

        def __init__(self, alpha=0.5, **kwargs):
            super().__init__(alpha / 2, **kwargs)
            self.alpha = alpha

    try:
        layer = ka.get("steep", alpha=0.25)
        assert (layer.alpha, layer.negative_slope) == (0.25, 0.125)
        assert ka.get({"class_name": "steep", "config": {"alpha": 0.25}}).alpha == 0.25
    finally:
        registry._classes.pop("steep")


def test_a_config_may_hold_an_argument_under_its_name_elsewhere():
    """The files of Keras 2 do."""
    with pytest.warns(UserWarning, match="alpha of LeakyReLU is called negative_slope here"):
        layer = ka.LeakyReLU.from_config({"name": "leaky_re_lu", "alpha": 0.3})
    assert layer.negative_slope == 0.3
