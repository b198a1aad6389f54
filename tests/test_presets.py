"""Other libraries' names and defaults: one row for each known conflict between them, and the lists of names that they resolve."""

import keras
import numpy as np
import pytest
from cases import CATALOGUE

import keras_activations as ka
from keras_activations import presets, testing

E = np.e


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# What a library computes: the conflict, (name, library or None, further arguments), input, output by the formula or from its documentation.
CONFLICTS = [
    ("leaky_relu", ("leaky_relu", None, {}), -1.0, -0.2),
    ("leaky_relu", ("leaky_relu", "tf", {}), -1.0, -0.2),
    ("leaky_relu", ("leaky_relu", "keras", {}), -1.0, -0.2),
    ("leaky_relu", ("LeakyReLU", "keras_layers", {}), -1.0, -0.3),
    ("leaky_relu", ("LeakyReLU", "keras2", {}), -1.0, -0.3),
    ("leaky_relu", ("LeakyReLU", "torch", {}), -1.0, -0.01),
    ("leaky_relu", ("lrelu", "torch", {}), -1.0, -0.01),
    ("leaky_relu", ("leaky_relu", "torch", {"negative_slope": 0.5}), -1.0, -0.5),
    ("leaky_relu", ("leaky_relu", "jax", {}), -1.0, -0.01),
    ("leaky_relu", ("leaky_relu", "flax", {}), -1.0, -0.01),
    ("leaky_relu", ("leaky_relu", "mlx", {}), -1.0, -0.01),
    ("leaky_relu", ("leakyrelu", "nnlib", {}), -1.0, -0.01),
    ("leaky_relu", ("leaky_relu", "paddle", {}), -1.0, -0.01),
    ("leaky_relu", ("leaky_relu", "hf", {}), -1.0, -0.01),
    ("leaky_relu", ("LeakyRelu", "onnx", {}), -1.0, -0.01),
    ("leaky_relu", ("leaky_relu", "chainer", {}), -1.0, -0.2),
    ("leaky_relu", ("leaky", "darknet", {}), -1.0, -0.1),
    ("hard_sigmoid", ("hard_sigmoid", None, {}), 1.5, 0.75),
    ("hard_sigmoid", ("Hardsigmoid", "torch", {}), 1.5, 0.75),
    ("hard_sigmoid", ("hard_sigmoid", "keras2", {}), 1.5, 0.8),
    ("hard_sigmoid", ("HardSigmoid", "onnx", {}), 1.5, 0.8),
    ("hard_sigmoid", ("hard_sigmoid", "thinc", {}), 1.5, 0.8),
    ("hard_sigmoid", ("hard_sigmoid", "chainer", {}), 1.5, 0.8),
    ("hard_sigmoid", ("hard_sigmoid", "qkeras", {}), 0.5, 0.75),
    ("hard_sigmoid", ("smooth_sigmoid", None, {}), 1.0, 0.6875),
    ("hard_swish", ("hard_swish", None, {}), 1.5, 1.5 * 0.75),
    ("hard_swish", ("hard_swish", "thinc", {}), 1.5, 1.5 * 0.8),
    ("hard_swish", ("hard_swish_mobilenet", "thinc", {}), 1.5, 1.5 * 0.75),
    ("gelu", ("gelu", None, {}), 1.0, 0.841344746068543),
    ("gelu", ("gelu", "torch", {}), 1.0, 0.841344746068543),
    ("gelu", ("gelu", "hf", {}), 1.0, 0.841344746068543),
    ("gelu", ("gelu", "jax", {}), 1.0, 0.8411919906082768),
    ("gelu", ("gelu", "tfa", {}), 1.0, 0.8411919906082768),
    ("gelu", ("gelu", "nnlib", {}), 1.0, 0.8411919906082768),
    ("gelu", ("gelu_fast", "hf", {}), 1.0, 0.8411919906082768),
    ("gelu", ("gelu_fast_approx", "mlx", {}), 1.0, sigmoid(1.702)),
    ("silu and swish", ("swish", "keras", {}), 1.0, sigmoid(1.0)),
    ("silu and swish", ("swish", None, {"beta": 2.0}), 1.0, sigmoid(2.0)),
    ("squareplus", ("squareplus", "jax", {}), 0.0, 1.0),
    ("softplus", ("softplus", None, {}), 0.0, np.log(2)),
    ("softplus", ("Softplus", "torch", {"beta": 2.0}), 0.0, np.log(2) / 2),
    ("prelu", ("prelu", None, {}), -1.0, -0.25),
    ("prelu", ("PReLU", "torch", {}), -1.0, -0.25),
    ("prelu", ("PReLU", "keras_layers", {}), -1.0, 0.0),
    ("prelu", ("prelu", "flax", {}), -1.0, -0.01),
    ("hard_tanh", ("Hardtanh", "torch", {"min_value": -2.0, "max_value": 2.0}), -3.0, -2.0),
    ("thresholded_relu", ("thresholded_relu", None, {}), 0.9, 0.0),
    ("thresholded_relu", ("ThresholdedReLU", "keras2", {}), 1.1, 1.1),
    ("thresholded_relu", ("thresholded_relu", None, {"threshold": 0.5}), 0.9, 0.9),
    ("clipped_relu", ("clipped_relu", "chainer", {}), 30.0, 20.0),
    ("clipped_relu", ("ReluK", "thinc", {}), 30.0, 6.0),
    ("short names", ("SReLU", "keras_contrib", {"left_slope": 0.5}), -2.0, -1.0),
    ("short names", ("trelu", "nnlib", {}), 0.9, 0.0),
    ("clipped_relu", ("clipped_relu", None, {"max_value": 6.0}), 30.0, 6.0),
    ("selu", ("selu", "torch", {}), 1.0, 1.0507009873554805),
    ("elu", ("elu", None, {"alpha": 2.0}), -1.0, 2 * (1 / E - 1)),
    ("elu", ("celu", None, {"alpha": 2.0}), -1.0, 2 * (np.exp(-0.5) - 1)),
    ("aria2", ("aria2", None, {"alpha": 1.5, "beta": 2.0}), 1.0, (1 + np.exp(-2.0)) ** -1.5),
    ("relu", ("relu", None, {"negative_slope": 0.5, "threshold": 1.0}), 0.0, -0.5),
    ("penalized_tanh", ("penalized_tanh", None, {}), -1.0, 0.25 * np.tanh(-1.0)),
    ("sine_relu", ("sine_relu", "keras_contrib", {}), -1.0, 0.0025 * (np.sin(-1.0) - np.cos(-1.0))),
    ("e_swish", ("e_swish", None, {"beta": 1.375}), 1.0, 1.375 * sigmoid(1.0)),
    ("sine", ("sine", None, {}), 1.0, np.sin(1.0)),
    ("sine", ("siren", None, {}), 0.01, np.sin(0.3)),
    ("cosine", ("cosine", None, {}), 0.0, 1.0),
    ("soft_clipping", ("soft_clipping", None, {"alpha": 50.0}), 0.5, 0.5),
    ("rrelu", ("RReLU", "torch", {}), -1.0, -(1 / 8 + 1 / 3) / 2),
    ("star_relu", ("star_relu", None, {}), 2.0, 4.0),
    ("star_relu", ("star_relu", "xformers", {}), 2.0, 0.8944 * 4 - 0.4472),
    ("smelu", ("smelu", None, {}), 0.0, 0.5),
    ("smelu", ("smelu", None, {"beta": 1.0}), 0.0, 0.25),
    ("peers' bugs", ("silu", None, {}), 0.0, 0.0),
    ("peers' bugs", ("hard_shrink", None, {}), 2.0, 2.0),
    ("snake", ("snake", None, {}), 1.0, 1 + np.sin(1.0) ** 2),
    ("shrink", ("soft_shrink", "torch", {}), 1.0, 0.5),
    ("shrink", ("shrink", "onnx", {}), 1.0, 1.0),
    ("shrink", ("shrink", "onnx", {"bias": 0.5}), 1.0, 0.5),
    ("dyt", ("dyt", None, {}), 1.0, np.tanh(0.5)),
    ("derf", ("derf", None, {}), 1.0, 0.5204998778130465),
    ("lecun_tanh", ("stanh", "paddle", {}), 1.0, 1.7159 * np.tanh(0.67)),
    ("qrelu", ("qrelu", None, {}), -1.0, 1.99),
    ("probit", ("probit", None, {}), 1.0, 0.841344746068543),
    ("bipolar_sigmoid", ("bipolar_sigmoid", None, {}), 1.0, (1 - 1 / E) / (1 + 1 / E)),
]
ROWS = [
    ("glu halves", ("glu", None, {}), [3.0, 0.0], [1.5]),
    ("glu halves", ("swiglu", None, {}), [1.0, 2.0], [2 * sigmoid(1.0)]),
    ("glu halves", ("swiglu", None, {"gate": "last"}), [2.0, 1.0], [2 * sigmoid(1.0)]),
    ("glu halves", ("clamped_swiglu", None, {}), [1.0, 0.5, 2.0, 0.0], [1.5 * sigmoid(1.702), 2 * sigmoid(3.404)]),
    ("crelu axis", ("crelu", "tf", {}), [-1.0, 2.0], [0.0, 2.0, 1.0, 0.0]),
    ("maxout", ("maxout", None, {}), [1.0, 2.0, 5.0, 4.0], [2.0, 5.0]),
    ("softmax1", ("softmax1", None, {}), [1.0, 3.0], np.exp([1.0, 3.0]) / (1 + E + E**3)),
    ("squash", ("squash", None, {}), [3.0, 4.0], np.array([3.0, 4.0]) * 5 / 26),
    ("squash", ("squash", "keras_contrib", {}), [3.0, 4.0], np.array([3.0, 4.0]) * 5 / 25.5),
    ("gumbel_softmax", ("gumbel_softmax", "chainer", {}), [0.0, 0.1], [1 / (1 + E), E / (1 + E)]),
    ("group_sort", ("max_min", None, {}), [2.0, 1.0, 0.0, 5.0], [1.0, 2.0, 0.0, 5.0]),
    ("softmax axis", ("softmax", None, {}), [0.0, 0.0], [0.5, 0.5]),
]


@pytest.mark.parametrize(("conflict", "call", "x", "expected"), CONFLICTS + ROWS)
def test_conflicts(conflict, call, x, expected):
    name, like, arguments = call
    layer = ka.get(name, like=like, **arguments)
    np.testing.assert_allclose(testing.array(layer(np.array(x, "float32"))), expected, rtol=2e-6, atol=1e-9)


def test_rational_versions_differ_in_the_denominator():
    a, x = (1.0, 2.0), 1.0
    for version, denominator in {"A": 1 + 7, "B": 1 + 1, "D": 1 + 1, "N": 1 + 3 - 4.5}.items():
        b = (3.0, -4.5) if version == "N" else (3.0, -4.0)
        np.testing.assert_allclose(testing.array(ka.Rational(a, b, version)(x)), 3 / denominator, rtol=1e-6)
    np.testing.assert_allclose(testing.array(ka.Rational(a, (0.5, 3.0, -4.0), "C")(x)), 3 / (0.1 + 0.5), rtol=1e-6)


# The activations that configurations of Hugging Face's transformers name, and that timm takes for `act_layer`.
HUGGING_FACE = [
    "gelu",
    "gelu_10",
    "gelu_fast",
    "gelu_new",
    "gelu_python",
    "gelu_pytorch_tanh",
    "gelu_python_tanh",
    "gelu_accurate",
    "laplace",
    "leaky_relu",
    "linear",
    "mish",
    "quick_gelu",
    "relu",
    "relu2",
    "relu6",
    "sigmoid",
    "silu",
    "swish",
    "tanh",
    "prelu",
    "xielu",
    "sqrtsoftplus",
]
TIMM = [
    "silu",
    "swish",
    "mish",
    "relu",
    "relu6",
    "leaky_relu",
    "elu",
    "prelu",
    "celu",
    "selu",
    "gelu",
    "gelu_tanh",
    "quick_gelu",
    "sigmoid",
    "tanh",
    "hard_sigmoid",
    "hard_swish",
    "hard_mish",
    "identity",
]


@pytest.mark.parametrize("name", HUGGING_FACE)
def test_names_of_hugging_face(name):
    assert np.isfinite(testing.array(ka.get(name, like="hf")(np.linspace(-3, 3, 8)))).all()


@pytest.mark.parametrize("name", TIMM)
def test_names_of_timm(name):
    assert np.isfinite(testing.array(ka.get(name, like="timm")(np.linspace(-3, 3, 8)))).all()


def test_every_preset_makes_a_layer():
    for table in (presets.PRESETS, presets.VARIANTS):
        for name, (target, arguments) in table.items():
            assert type(ka.get(name)) is CATALOGUE[target].cls, name
            assert name not in CATALOGUE, f"{name} is a class: it needs no preset"
            assert arguments.keys() <= CATALOGUE[target].arguments.keys(), name
    for library, table in presets.LIKE.items():
        for name, (target, arguments) in table.items():
            assert type(ka.get(name, like=library)) is CATALOGUE[target].cls
            assert arguments.keys() <= CATALOGUE[target].arguments.keys(), (library, name)


@pytest.mark.parametrize("name", presets.AMBIGUOUS)
def test_ambiguous_names_are_refused_with_the_choices(name):
    with pytest.raises(ValueError, match=f"'{name.upper()}' means different functions in different libraries") as error:
        ka.get(name.upper())
    for choice in presets.AMBIGUOUS[name]:
        assert choice in str(error.value)
        target, _, _ = choice.partition(": ")
        assert target == "no other" or ka.get(target)
    assert name not in CATALOGUE


def test_an_ambiguous_name_is_free_for_a_class_of_the_users():
    try:
        ka.register(package="my_lab")(type("FReLU", (ka.ReLU,), {}))
        assert type(ka.get("frelu")).__name__ == "FReLU"
    finally:
        ka.registry._classes.pop("frelu")


def test_presets_and_variants_differ_in_what_may_be_given_beside_them():
    assert ka.get("clipped_relu", max_value=6.0).max_value == 6.0
    assert ka.get("clipped_relu(max_value=6.0)").max_value == 6.0
    with pytest.raises(ValueError, match=r"'quick_gelu' means {'beta': 1.702}; received {'beta': 2.0}"):
        ka.get("quick_gelu", beta=2.0)
    assert ka.get("leaky_relu(0.5)", like="torch").negative_slope == 0.5
    assert ka.get(ka.LeakyReLU, like="torch").negative_slope == 0.01
    assert ka.get({"class_name": "clipped_relu", "config": {}}).max_value == 20.0


def test_like_is_checked():
    with pytest.raises(ValueError, match=r"like must be one of .*'torch'.*; received 'pytorch'"):
        ka.get("relu", like="pytorch")
    with pytest.raises(ValueError, match=r"'like': 'torch'}.*already configured"):
        ka.get(ka.LeakyReLU(), like="torch")
    assert isinstance(ka.get(keras.layers.PReLU, like="torch"), keras.layers.PReLU)
