"""Names, arguments and defaults of other libraries.

There is one row for each known conflict. There are also the lists of names that they resolve.
"""

import contextlib
import inspect
import itertools
import warnings

import keras
import numpy as np
import pytest

import keras_activations as ka
from keras_activations import testing
from keras_activations.catalogue import presets, registry
from keras_activations.core import hosted
from keras_activations.core.activation import canonical_name
from keras_activations.core.hosted import constructor_arguments
from lab.cases import BACKEND, CATALOGUE

E = np.e


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# Each row is a conflict, (name, library or None, further arguments), an input, and the output that the library computes.
# The output is from the formula or from the documentation of the library.
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


# Configurations of Hugging Face's transformers name these activations. timm accepts these names for `act_layer`.
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
        registry._classes.pop("frelu")


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


def implied():
    """Yield (name, library or None, class, arguments) for every name that implies arguments.

    There is one row for every library in which the name does.
    """
    for table in (presets.PRESETS, presets.VARIANTS):
        yield from ((name, None, CATALOGUE[target].cls, arguments) for name, (target, arguments) in table.items())
    for library, table in presets.LIKE.items():
        yield from ((name, library, CATALOGUE[target].cls, arguments) for name, (target, arguments) in table.items())


COLLISIONS = [
    (name, library, cls, old, new, arguments)
    for name, library, cls, arguments in implied()
    for old, new in hosted.other_names(cls).items()
    if new in arguments
]


def called(old, new, cls):
    return pytest.warns(UserWarning, match=f"^{old} of {cls.__name__} is called {new} here")


def test_there_are_names_whose_defaults_an_argument_by_another_name_could_collide_with():
    assert len(COLLISIONS) >= 23


@pytest.mark.parametrize(
    ("name", "library", "cls", "old", "new", "arguments"), COLLISIONS, ids=[f"{c[1] or 'ours'}-{c[0]}-{c[3]}" for c in COLLISIONS]
)
def test_an_argument_by_another_name_replaces_a_default(name, library, cls, old, new, arguments):
    value = arguments[new] + 0.375
    words = presets.WORDS.get(library, {}).get(canonical_name(cls), {})

    def noticed():
        return contextlib.nullcontext() if old in words else called(old, new, cls)

    expected = cls(**arguments | {new: value}).get_config() | {"name": None}
    ways = [
        lambda: ka.get(name, like=library, **{old: value}),
        lambda: ka.get(f"{name}({old}={value})", like=library),
        lambda: ka.deserialize({"class_name": f"{library}.{name}" if library else name, "config": {old: value}}),
    ]
    for way in ways:
        with noticed() as caught:
            layer = way()
        assert caught is None or len(caught) == 1
        assert layer.get_config() | {"name": None} == expected
    for both in ({"beside": {old: value, new: value}}, {"inside": f"{old}={value}", "beside": {new: value}}):
        with pytest.raises(TypeError, match=f"{cls.__name__} takes {new} once; received both {old} and {new}"):
            ka.get(f"{name}({both.get('inside', '')})", like=library, **both["beside"])


@pytest.mark.parametrize("arguments", [{"channels": 4}, {"learned": False}], ids=repr)
@pytest.mark.parametrize(("name", "library"), [(n, lib) for n, lib, _, arguments in implied() if arguments.get("per") == "element"])
def test_what_is_said_of_the_weights_replaces_that_there_is_one_per_element(name, library, arguments):
    layer = ka.get(name, like=library, **arguments)
    assert [tuple(weight.shape) for weight in layer.weights] == [(4,)] * ("channels" in arguments)


def test_the_warning_points_at_who_wrote_the_argument():
    with called("theta", "threshold", ka.Threshold) as caught:
        ka.get("thresholded_relu", theta=0.5)
        ka.deserialize({"class_name": "ThresholdedReLU", "config": {"theta": 0.5}})
        ka.Threshold(theta=0.5, default_value=0.0)
    assert [warning.filename for warning in caught] == [__file__] * 3


@pytest.mark.parametrize("library", presets.WORDS)
def test_the_words_of_a_library_mean_arguments_of_the_activation(library):
    for name, words in presets.WORDS[library].items():
        known = constructor_arguments(CATALOGUE[name].cls)
        assert {meaning for meaning in words.values() if isinstance(meaning, str)} <= known.keys(), name
        # An argument here must not have another meaning in the library. The two would be confused.
        assert all(words[word] == word or callable(words[word]) for word in words.keys() & known.keys()), name


# The text that torch prints for each of its activations, and the layer here that it means.
TORCH = {
    "Threshold(threshold=0.1, value=20)": "Threshold(threshold=0.1, default_value=20.0)",
    "Threshold(threshold=0.1, value=20, inplace=True)": "Threshold(threshold=0.1, default_value=20.0)",
    "ReLU()": "ReLU(negative_slope=0.0, max_value=None, threshold=0.0)",
    "ReLU(inplace=True)": "ReLU(negative_slope=0.0, max_value=None, threshold=0.0)",
    "RReLU(lower=0.125, upper=0.3333333333333333)": "RReLU(lower=0.125, upper=0.3333333333333333)",
    "RReLU(lower=0.125, upper=0.5, inplace=True)": "RReLU(lower=0.125, upper=0.5)",
    "Hardtanh(min_val=-1.0, max_val=1.0)": "HardTanh(min_value=-1.0, max_value=1.0)",
    "Hardtanh(min_val=-2.0, max_val=0.5, inplace=True)": "HardTanh(min_value=-2.0, max_value=0.5)",
    "ReLU6()": "ReLU6()",
    "ReLU6(inplace=True)": "ReLU6()",
    "Sigmoid()": "Sigmoid()",
    "Hardsigmoid()": f"HardSigmoid(slope={1 / 6})",
    "Tanh()": "Tanh()",
    "SiLU()": "SiLU()",
    "SiLU(inplace=True)": "SiLU()",
    "Mish()": "Mish()",
    "Mish(inplace=True)": "Mish()",
    "Hardswish()": f"HardSiLU(slope={1 / 6})",
    "ELU(alpha=1.0)": "ELU(alpha=1.0)",
    "ELU(alpha=0.5, inplace=True)": "ELU(alpha=0.5)",
    "CELU(alpha=1.0)": "CELU(alpha=1.0)",
    "CELU(alpha=0.5, inplace=True)": "CELU(alpha=0.5)",
    "SELU()": "SELU()",
    "SELU(inplace=True)": "SELU()",
    "GLU(dim=-1)": "GLU(axis=-1, gate='last')",
    "GLU(dim=1)": "GLU(axis=1, gate='last')",
    "GELU(approximate='none')": "GELU(approximate=False)",
    "GELU(approximate='tanh')": "GELU(approximate=True)",
    "Hardshrink(0.5)": "HardShrink(threshold=0.5)",
    "LeakyReLU(negative_slope=0.01)": "LeakyReLU(negative_slope=0.01)",
    "LeakyReLU(negative_slope=0.2, inplace=True)": "LeakyReLU(negative_slope=0.2)",
    "LogSigmoid()": "LogSigmoid()",
    "Softplus(beta=1.0, threshold=20.0)": "Softplus(beta=1.0)",
    "Softplus(beta=2, threshold=30)": "Softplus(beta=2.0)",
    "Softshrink(0.25)": "SoftShrink(threshold=0.25)",
    "PReLU(num_parameters=1)": "PReLU(alpha=0.25)",
    "PReLU(num_parameters=8)": "PReLU(alpha=0.25, per='channel', channels=8, axis=1)",
    "Softsign()": "Softsign()",
    "Tanhshrink()": "TanhShrink()",
    "Softmin(dim=1)": "Softmin(axis=1)",
    "Softmax(dim=-1)": "Softmax(axis=-1)",
    "Softmax2d()": "Softmax(axis=-3)",
    "LogSoftmax(dim=1)": "LogSoftmax(axis=1)",
}


@pytest.mark.parametrize("text", TORCH)
def test_what_torch_prints_is_read(text):
    """There is no warning, because the user has said which library the words are from."""
    assert repr(ka.get(text, like="torch")) == TORCH[text]
    for prefix in ("torch.nn", "nn", "torch.nn.modules.activation"):
        assert repr(ka.get(f"{prefix}.{text}")) == TORCH[text]


# Values of every argument of a module. An argument that is new in torch has no values here.
TORCH_ARGUMENTS = {
    "alpha": (1.0, 0.5),
    "approximate": ("none", "tanh"),
    "beta": (1.0, 2.5),
    "device": (None,),
    "dim": (-1, 1),
    "dtype": (None,),
    "init": (0.25,),  # torch does not print this argument
    "inplace": (False, True),
    "lambd": (0.5, 1.25),
    "lower": (0.125, -0.5),
    "max_val": (1.0, 2.5),
    "max_value": (None,),  # the old name of max_val
    "min_val": (-1.0, -0.25),
    "min_value": (None,),
    "negative_slope": (0.01, 0.5),
    "num_parameters": (1, 8),
    "threshold": (20.0, 0.5),
    "upper": (1 / 3, 0.75),
    "value": (0.0, 2.0),
}


@pytest.mark.skipif(BACKEND != "torch", reason="the strings above are all that other backends can see of torch")
def test_what_torch_prints_computes_what_torch_computes():
    import torch
    from torch.nn.modules import activation

    x = torch.linspace(-4, 4, 96).reshape(2, 8, 6)
    printed = set()
    for name in set(activation.__all__) - {"MultiheadAttention"}:  # it is no activation
        cls = getattr(activation, name)
        parameters = [p for p in inspect.signature(cls).parameters.values() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
        options = {p.name: TORCH_ARGUMENTS[p.name] for p in parameters}
        if cls is torch.nn.Softplus:
            options["threshold"] = (20.0, 30.0)
        for values in itertools.product(*options.values()):
            module = cls(**dict(zip(options, values, strict=True))).eval()
            layer = ka.get(repr(module), like="torch")
            np.testing.assert_allclose(
                testing.array(layer(x)), module(x.clone()).detach().numpy(), rtol=2e-6, atol=1e-6, err_msg=repr(module)
            )
        printed.add(name)
    assert printed == {text.partition("(")[0] for text in TORCH}, "the strings above leave out an activation of torch, or have one too many"


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("torch.nn.SiLU", "SiLU()"),
        ("torch.nn.functional.silu", "SiLU()"),
        ("F.leaky_relu", "LeakyReLU(negative_slope=0.01)"),
        ("F.gumbel_softmax(0.5, True)", "GumbelSoftmax(temperature=0.5, hard=True, axis=-1)"),
        ("F.gumbel_softmax(tau=0.5, eps=1e-10, dim=1)", "GumbelSoftmax(temperature=0.5, hard=False, axis=1)"),
        ("nn.ReLU()", "ReLU(negative_slope=0.0, max_value=None, threshold=0.0)"),
        ("nn.ReLU(True)", "ReLU(negative_slope=0.0, max_value=None, threshold=0.0)"),
        ("nn.LeakyReLU(0.1, True)", "LeakyReLU(negative_slope=0.1)"),
        ("nn.PReLU(8, 0.1)", "PReLU(alpha=0.1, per='channel', channels=8, axis=1)"),
        ("nn.Hardtanh(-2.0, 2.0)", "HardTanh(min_value=-2.0, max_value=2.0)"),
        ("tf.nn.relu", "ReLU(negative_slope=0.0, max_value=None, threshold=0.0)"),
        ("tf.nn.gelu", "GELU(approximate=False)"),
        ("tf.keras.layers.LeakyReLU", "LeakyReLU(negative_slope=0.3)"),
        ("tf_keras.activations.hard_sigmoid", "HardSigmoid(slope=0.2)"),
        ("jax.nn.gelu", "GELU(approximate=True)"),
        ("flax.linen.PReLU", "PReLU(alpha=0.01)"),
        ("keras.activations.relu", "ReLU(negative_slope=0.0, max_value=None, threshold=0.0)"),
        ("keras.activations.leaky_relu", "LeakyReLU(negative_slope=0.2)"),
        ("keras.ops.gelu", "GELU(approximate=True)"),
        ("keras.ops.silu", "SiLU()"),
        ("keras.layers.LeakyReLU", "LeakyReLU(negative_slope=0.3)"),
        ("keras.src.layers.activations.leaky_relu.LeakyReLU", "LeakyReLU(negative_slope=0.3)"),
        ("keras.layers.ReLU(6.0)", "ReLU(negative_slope=0.0, max_value=6.0, threshold=0.0)"),
        ("keras.layers.PReLU", "PReLU(alpha=0.0, per='element')"),
        ("keras.layers.PReLU('ones', shared_axes=[1])", "PReLU(alpha=keras.initializers.Ones(), per='element', shared_axes=[1])"),
        ("tfa.activations.mish", "Mish()"),
        ("tensorflow_addons.activations.gelu", "GELU(approximate=True)"),
        ("Addons>mish", "Mish()"),
        ("Addons>gelu", "GELU(approximate=True)"),
        ("keras_activations>Mish", "Mish()"),
    ],
)
def test_a_library_before_the_name_says_whose_meaning_it_has(identifier, expected):
    assert repr(ka.get(identifier)) == expected


def test_the_library_before_a_name_and_like_agree():
    assert ka.get("torch.nn.LeakyReLU", like="torch").negative_slope == 0.01
    assert ka.get("keras.layers.LeakyReLU", like="keras2").negative_slope == 0.3
    assert ka.get("nn.gelu", like="jax").approximate is True  # `nn` is a module of jax too
    for name, like in (("torch.nn.GELU", "jax"), ("nn.gelu", "onnx"), ("Addons>gelu", "keras2"), ("keras_activations>GELU", "torch")):
        with pytest.raises(ValueError, match=f"'{name}' has a library before it, and like='{like}' is another one. Leave one of them out"):
            ka.get(name, like=like)


def test_prefixes_are_of_known_libraries():
    assert {library for libraries in presets.PREFIXES.values() for library in libraries} == presets.LIKE.keys() | {None}
    assert all(prefix == prefix.lower() for prefix in presets.PREFIXES)


ADDONS = {"name": "it", "trainable": True, "dtype": "float32"}  # Keras 2 writes these for every layer
ZEROS = {"class_name": "Zeros", "config": {}}
UNSAID = {"tau_regularizer": None, "tau_constraint": None}


@pytest.mark.parametrize(
    ("class_name", "config", "expected"),
    [
        ("GELU", {"approximate": False}, "GELU(approximate=False, dtype='float32')"),
        ("GELU", {}, "GELU(approximate=True, dtype='float32')"),
        ("Sparsemax", {"axis": -1}, "Sparsemax(axis=-1, dtype='float32')"),
        ("Snake", {"frequency_initializer": ZEROS}, "Snake(alpha=keras.initializers.Zeros(), dtype='float32')"),
        (
            "TLU",
            {"affine": False, "tau_initializer": ZEROS} | UNSAID,
            "TLU(tau=keras.initializers.Zeros(), alpha=0.0, affine=False, per='element', dtype='float32')",
        ),
        (
            "TLU",
            {"affine": True, "tau_initializer": ZEROS, "alpha_initializer": ZEROS, "alpha_regularizer": None, "alpha_constraint": None}
            | UNSAID,
            "TLU(tau=keras.initializers.Zeros(), alpha=keras.initializers.Zeros(), affine=True, per='element', dtype='float32')",
        ),
    ],
)
def test_layers_of_tensorflow_addons(class_name, config, expected):
    """The configs are those of the `get_config` methods in https://github.com/tensorflow/addons/tree/master/tensorflow_addons/layers."""
    assert repr(ka.get({"class_name": f"Addons>{class_name}", "config": ADDONS | config})) == expected


def test_what_is_registered_stays_with_keras():
    @keras.saving.register_keras_serializable("Addons", "GELU")
    class Other(keras.layers.Layer):
        pass

    try:
        assert isinstance(ka.get({"class_name": "Addons>GELU", "config": {}}), Other)
    finally:
        del keras.saving.get_custom_objects()["Addons>GELU"]


def test_a_threshold_of_softplus_with_which_torch_computes_something_else_is_noticed():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ka.get("nn.Softplus(1, 20)")
    with pytest.warns(UserWarning, match=r"torch's Softplus\(threshold=2\) is x where beta \* x exceeds it") as caught:
        assert ka.get("nn.Softplus(threshold=2)").beta == 1.0
    assert caught[0].filename == __file__
