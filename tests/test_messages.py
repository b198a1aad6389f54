"""Bad input raises a ValueError or TypeError. Its message says what was received and what to write instead.

Nothing is evaluated as code.
"""

import re

import keras
import numpy as np
import pytest
from keras import ops

import keras_activations as ka

X = np.ones((2, 4), "float32")


def dense(activation):
    return keras.layers.Dense(4, activation=activation)


# Each value is (the mistake, the error, words of its message).
MISTAKES = {
    "unknown name": (lambda: ka.get("mich"), ValueError, "There is no activation 'mich'. Did you mean 'mish'"),
    "nothing near": (lambda: ka.get("qqqqqqqq"), ValueError, "There is no activation 'qqqqqqqq'. The names are listed by"),
    "unknown argument": (
        lambda: ka.get("mish", alpha=1),
        TypeError,
        "Mish has no argument 'alpha'. Its arguments are: kernel, name, dtype",
    ),
    "unknown argument of a class": (
        lambda: ka.LeakyReLU(slope=1),
        TypeError,
        "LeakyReLU has no argument 'slope'. Its arguments are: negative_slope, kernel",
    ),
    "unknown argument in a string": (lambda: ka.get("elu(beta=1)"), TypeError, "ELU has no argument 'beta'. Its arguments are: alpha"),
    "too many positional arguments": (lambda: ka.Mish(0.3), TypeError, "Mish takes 0 positional argument(s) []; received (0.3,)"),
    "slope is a string": (
        lambda: ka.LeakyReLU("0.1"),
        TypeError,
        "negative_slope must be a number, such as negative_slope=0.1; received '0.1' (str)",
    ),
    "slope is a bool": (lambda: ka.LeakyReLU(True), TypeError, "received True (bool)"),
    "slope is None": (lambda: ka.LeakyReLU(None), TypeError, "received None (NoneType)"),
    "slope is nan": (lambda: ka.LeakyReLU(float("nan")), ValueError, "negative_slope must be finite; received nan"),
    "ceiling is infinite": (lambda: ka.ReLU(max_value=float("inf")), ValueError, "max_value must be finite; received inf"),
    "infinite in a string": (lambda: ka.get("leaky_relu(1e999)"), ValueError, "negative_slope must be finite; received inf"),
    "alpha not positive": (lambda: ka.CELU(0.0), ValueError, "alpha must be greater than 0.0; received 0.0"),
    "b not positive": (lambda: ka.Squareplus(b=-1), ValueError, "b must be greater than 0.0; received -1.0"),
    "a huge integer": (lambda: ka.ELU(10**400), ValueError, "alpha must be finite; received inf"),
    "a hugely negative integer": (lambda: ka.ELU(-(10**400)), ValueError, "alpha must be finite; received -inf"),
    "bounds of slopes": (lambda: ka.RReLU(lower=1), ValueError, "lower must be at most upper; received lower=1.0, upper=0.333"),
    "one argument bounded by another": (
        lambda: ka.XIELU(beta=1),
        ValueError,
        "alpha_n must be at least beta; received alpha_n=0.8, beta=1.0",
    ),
    "fewer hinges than slopes": (
        lambda: ka.APL(hinges=(1.0, 2.0)),
        ValueError,
        "slopes and hinges must have as many numbers; received slopes=(0.2,), hinges=(1.0, 2.0)",
    ),
    "fewer cosines than sines": (lambda: ka.Fourier(cosines=[0.5]), ValueError, "cosines and sines must have as many numbers; received"),
    "an approximation of nothing": (lambda: ka.Rational(approximates="x"), ValueError, "approximates must be the name of an activation;"),
    "a dtype of nothing": (
        lambda: ka.ReLU(dtype="flot32"),
        ValueError,
        "dtype is nothing that keras.dtype_policies.get knows; received 'flot",
    ),
    "more channels than memory": (lambda: ka.PReLU(channels=2**31), ValueError, "channels must be at most 16777216; received 2147483648"),
    "more channels in pairs": (lambda: ka.Householder(channels=2**31), ValueError, "channels must be at most 16777216; received"),
    "a degree beyond reason": (lambda: ka.Rational(degrees=(5, 10**9)), ValueError, "degrees must be at most 32; received 1000000000"),
    "negative threshold": (lambda: ka.SoftShrink(-1), ValueError, "threshold must be at least 0.0; received -1.0"),
    "bounds in the wrong order": (
        lambda: ka.HardTanh(1, -1),
        ValueError,
        "min_value must be below max_value; received min_value=1, max_value=-1",
    ),
    "approximate misspelt": (lambda: ka.GELU(approximate="tan"), ValueError, "approximate must be one of 'none', 'tanh'; received 'tan'"),
    "approximate is a number": (lambda: ka.GELU(approximate=1), TypeError, "approximate must be True or False; received 1 (int)"),
    "a string without quotes": (lambda: ka.get("gelu(tanh)"), ValueError, "Strings need quotes: 'tanh'."),
    "an open parenthesis": (lambda: ka.get("leaky_relu(0.1"), ValueError, "Its parentheses do not match."),
    "a library misspelt": (lambda: ka.get("gelu", like="PyTorch"), ValueError, "received 'PyTorch'. Did you mean 'torch'?"),
    "a required argument is missing": (
        lambda: ka.get("torch.nn.Threshold(1.0)"),
        TypeError,
        "'torch.nn.Threshold' needs default_value. Write get('threshold(threshold=1.0, default_value=0.0)')",
    ),
    "a class by another name": (lambda: ka.Hardswish, AttributeError, "The class is HardSiLU; or write get('Hardswish')."),
    "a class misspelt": (lambda: ka.Swisch, AttributeError, "There is no activation 'Swisch'. Did you mean 'swish'"),
    "a class called with an array": (lambda: ka.Mish(X), TypeError, "Write Dense(activation=Mish()) or Mish()(x)."),
    "a splitter without parentheses": (lambda: ka.GLU(X), TypeError, "parentheses are missing. Write GLU()(x)."),
    "a model is no file": (lambda: ka.compat.inspect(keras.Sequential()), TypeError, "path of a .keras or .h5 file; received Sequential"),
    "axis out of range": (
        lambda: ka.Softmax(axis=2)(X),
        ValueError,
        "axis=2 is out of range for an input of shape (2, 4). Softmax needs an axis from -2 to 1",
    ),
    "axis out of range, symbolically": (lambda: ka.GLU(axis=3)(keras.KerasTensor((None, 4))), ValueError, "GLU needs an axis from -2 to 1"),
    "axis of a scalar": (lambda: ka.Softmax()(1.0), ValueError, "Softmax needs an input with at least one axis"),
    "axis is no integer": (lambda: ka.Softmax(axis=1.5), TypeError, "axis must be an integer; received 1.5 (float)"),
    "several axes where one is needed": (lambda: ka.Sparsemax(axis=[0, 1]), TypeError, "axis must be an integer; received [0, 1] (list)"),
    "odd width": (
        lambda: ka.GLU()(np.ones((2, 5))),
        ValueError,
        "GLU needs a width divisible by 2 along axis -1; received 5 in an input of shape (2, 5)",
    ),
    "odd width, symbolically": (
        lambda: ka.GLU()(keras.KerasTensor((None, 5))),
        ValueError,
        "needs a width divisible by 2 along axis -1; received 5",
    ),
    "odd width in a model": (lambda: keras.Sequential([keras.Input((5,)), ka.GLU()]), ValueError, "needs a width divisible by 2"),
    "a class in place of an instance": (
        lambda: dense(ka.Mish)(X),
        TypeError,
        "parentheses are missing. Write Dense(activation=Mish()) or Mish()(x)",
    ),
    "the same with an argument": (lambda: dense(ka.LeakyReLU)(X), TypeError, "Write Dense(activation=LeakyReLU())"),
    "the same, symbolically": (lambda: ka.Mish(keras.KerasTensor((None, 4))), TypeError, "Write Dense(activation=Mish())"),
    "arguments beside an instance": (
        lambda: ka.get(ka.LeakyReLU(), negative_slope=0.1),
        ValueError,
        "The arguments {'negative_slope': 0.1} cannot be given beside LeakyReLU(",
    ),
    "arguments beside a dict": (lambda: ka.get({"class_name": "Mish", "config": {}}, kernel="auto"), ValueError, "cannot be given beside"),
    "the base class with a name": (lambda: ka.Activation("mish"), TypeError, "To look one up, write get('mish')"),
    "a config from a newer version": (
        lambda: ka.PReLU.from_config(ka.PReLU().get_config() | {"sharpness": 3}),
        ValueError,
        "'sharpness'; known are: alpha, learned, per, channels, axis, shared_axes, regularizer, constraint, kernel, name, dtype, "
        "trainable, activity_regularizer. It may come from a newer version of the package: upgrade it.",
    ),
    "a list of tensors": (lambda: ka.Mish()([ops.ones((2,)), ops.ones((2,))]), TypeError, "Mish takes one tensor; received a list of 2"),
    "a dict": (lambda: ka.Mish()({"x": ops.ones((2,))}), TypeError, "Mish takes one tensor; received a dict of 1"),
    "no numbers": (lambda: ka.Mish()("abc"), TypeError, "Mish takes real numbers, as a tensor, an array or a list; received 'abc' (str)"),
    "nothing": (lambda: ka.Mish()(None), TypeError, "Mish takes real numbers, as a tensor, an array or a list; received None"),
    "complex numbers": (
        lambda: ka.Mish()(ops.convert_to_tensor(np.ones(2, "complex64"))),
        TypeError,
        "Mish takes real numbers; received complex64",
    ),
    "an array of complex numbers": (lambda: ka.Mish()(np.ones(2, "complex64")), TypeError, "Mish takes real numbers, as a tensor, an"),
    "a list of complex numbers": (lambda: ka.Mish()([1.0, 2.0j]), TypeError, r"received [1.0, 2j] (list)"),
    "numbers in strings": (lambda: ka.Mish()(np.array(["1.0"])), TypeError, "received array(['1.0']"),
    "dates": (lambda: ka.Mish()(np.array(["2020-01-01"], "datetime64[s]")), TypeError, "received array(['2020-01-01"),
    "a dtype of integers": (lambda: ka.ReLU(dtype="int32"), ValueError, "dtype must be a dtype or policy of floats"),
    "a dtype of complex numbers": (
        lambda: ka.ReLU(dtype="complex64"),
        ValueError,
        "such as 'float32' or 'mixed_float16'; received 'complex64'",
    ),
    "an unclosed string": (lambda: ka.get("leaky_relu(0.1"), ValueError, "'leaky_relu(0.1' is not a name or a call such as"),
    "code in a string": (lambda: ka.get("leaky_relu(__import__('os'))"), ValueError, "is not a call with literal arguments"),
    "code in a string's keyword": (lambda: ka.get("leaky_relu(negative_slope=exit())"), ValueError, "is not a call with literal arguments"),
    "a call of a call": (lambda: ka.get("mish()()"), ValueError, "is not a call with literal arguments"),
    "two calls": (lambda: ka.get("mish(), mish()"), ValueError, "is not a call with literal arguments"),
    "starred arguments": (lambda: ka.get("mish(**{'name': 'x'})"), ValueError, "is not a call with literal arguments"),
    "an attribute": (lambda: ka.get("mish.__class__"), ValueError, "There is no activation 'mish.__class__'"),
    "an empty string": (lambda: ka.get(""), ValueError, "is not a name or a call"),
    "a long string": (lambda: ka.get("relu(" + "(" * 5000 + ")" * 5000 + ")"), ValueError, "is not a name or a call"),
    "the same argument twice": (
        lambda: ka.get("elu(alpha=1)", alpha=2),
        ValueError,
        "['alpha'] are given twice in get('elu(alpha=1)', ...). Leave one of them out",
    ),
    "a number": (
        lambda: ka.get(3),
        TypeError,
        "get takes a name such as 'mish', a layer class, a config dict, a callable or None; received 3 (int)",
    ),
    "a class that is no layer": (lambda: ka.get(int), TypeError, "received <class 'int'>"),
    "a dict without a class": (lambda: ka.get({"config": {}}), ValueError, "A config dict needs a 'class_name'"),
    "no dict": (lambda: ka.deserialize("mish"), TypeError, "deserialize takes a config dict; received 'mish' (str). For a name, use get"),
    "an unknown kernel": (
        lambda: ka.Mish(kernel="fast"),
        ValueError,
        "kernel must be one of 'auto', 'native', 'fallback', 'fused'; received 'fast'",
    ),
    "a native kernel that declines": (lambda: ka.ReLU(0.1, kernel="native")(X), ValueError, "has no native op for these arguments"),
    "learned is no flag": (lambda: ka.Swish(learned=1), TypeError, "learned must be True or False; received 1 (int)"),
    "learned per what": (
        lambda: ka.Swish(learned=True, per="row"),
        ValueError,
        "per must be one of 'layer', 'channel', 'element'; received 'row'",
    ),
    "channels and elements": (lambda: ka.Swish(learned=True, per="element", channels=4), ValueError, "Leave one of them out"),
    "no channels": (lambda: ka.Swish(learned=True, channels=0), ValueError, "channels must be at least 1; received 0"),
    "channels are the batch": (lambda: ka.Swish(learned=True, channels=4, axis=0), ValueError, "axis=0 is the batch"),
    "channels unknown": (
        lambda: ka.Swish(learned=True, per="channel")(keras.KerasTensor((None, None))),
        ValueError,
        "needs to know how many parameters it has",
    ),
    "channels out of range": (
        lambda: ka.Swish(learned=True, per="channel", axis=3)(X),
        ValueError,
        "axis=3 is no axis of channels in an input of shape (2, 4)",
    ),
    "more channels than the input": (
        lambda: ka.Swish(learned=True, channels=4)(np.ones((2, 1))),
        ValueError,
        "has parameters of shape (4,); received an input of shape (2, 1), which needs (1,)",
    ),
    "other channels, symbolically": (
        lambda: ka.Swish(learned=True, channels=4)(keras.KerasTensor((None, 3))),
        ValueError,
        "has parameters of shape (4,)",
    ),
    "the batch by its other name": (
        lambda: ka.Swish(learned=True, channels=2, axis=-2)(X),
        ValueError,
        "axis=-2 is no axis of channels in an input of shape (2, 4)",
    ),
    "a mask of another shape": (
        lambda: ka.Softmax()(X, mask=np.ones(4, bool)),
        ValueError,
        "The mask of Softmax must have the rank of the input, shape (2, 4), and broadcast to it; received one of shape (4,)",
    ),
    "a mask of higher rank": (
        lambda: ka.Softmax()(X, mask=np.ones((3, 2, 4), bool)),
        ValueError,
        "received one of shape (3, 2, 4). Add axes of size 1",
    ),
    "an axis twice": (lambda: ka.Softmax(axis=[-1, 1])(X), ValueError, "axis=(-1, 1) names the same axis twice"),
    "an argument twice in a string": (lambda: ka.get("elu(alpha=1, alpha=2)"), ValueError, "is not a call with literal arguments"),
    "an argument that a preset fixes": (
        lambda: ka.get("gelu_tanh(approximate=False)"),
        ValueError,
        "'gelu_tanh' means {'approximate': True}; received {'approximate': False}",
    ),
    "a tensor as a slope": (lambda: ka.LeakyReLU(negative_slope=ops.ones(())), TypeError, "negative_slope must be a number"),
    "a list as approximate": (lambda: ka.GELU(approximate=[1]), TypeError, "approximate must be True or False; received [1] (list)"),
    "an initial value that is no number": (lambda: ka.Swish(beta="1", learned=True), TypeError, "beta must be a number, such as beta=1.0"),
    "an initializer that does not exist": (
        lambda: ka.PReLU(alpha="zeross"),
        ValueError,
        "alpha is nothing that keras.initializers.get knows; received 'zeross'",
    ),
    "an initializer that is another class": (
        lambda: ka.PReLU(alpha="keras_activations>Mish"),
        TypeError,
        "alpha must be a number or a Keras initializer; received 'keras_activations>Mish'",
    ),
    "an initializer of matrices": (
        lambda: ka.PReLU(alpha="identity", channels=4),
        ValueError,
        "alpha has shape (4,), for which Identity makes no values.",
    ),
    "an initializer of what is not learned": (
        lambda: ka.PReLU(alpha="zeros", learned=False),
        ValueError,
        "alpha is not learned and needs a number; received 'zeros'. Write learned=True, or alpha=0.5.",
    ),
    "shared axes and channels": (
        lambda: ka.PReLU(shared_axes=[1, 2], channels=4),
        ValueError,
        "shared_axes=[1, 2] is for per='element'; received per='channel'. Leave one of them out.",
    ),
    "the batch is shared": (lambda: ka.PReLU(shared_axes=[0]), ValueError, "shared_axes must be at least 1; received 0"),
    "a shared axis that the input has not": (
        lambda: ka.PReLU(shared_axes=[1, 2])(X),
        ValueError,
        "shared_axes=[1, 2] are not all axes of an input of shape (2, 4)",
    ),
    "an argument of another library twice": (
        lambda: ka.get("torch.nn.Softmax(dim=1)", axis=1),
        TypeError,
        "Softmax takes axis once; received both dim and axis. Leave one of them out.",
    ),
    "a positional argument twice": (
        lambda: ka.get("elu(1, alpha=2)"),
        ValueError,
        "['alpha'] are given twice in get('elu(1, alpha=2)', ...)",
    ),
    "too many positional arguments in a string": (
        lambda: ka.get("nn.ReLU(True, False)"),
        TypeError,
        "'nn.ReLU' takes 1 positional argument(s) ['inplace']; received (True, False)",
    ),
    "an axis that depends on the rank": (lambda: ka.get("Softmax(dim=None)", like="torch"), ValueError, "Write which it is, such as dim=1"),
    "in place of what": (lambda: ka.get("nn.ReLU(inplace=1)"), TypeError, "inplace must be True or False; received 1 (int)"),
    "in place where torch has no such argument": (
        lambda: ka.get("nn.Sigmoid(inplace=True)"),
        TypeError,
        "Sigmoid has no argument 'inplace'",
    ),
    "a word of torch without its name": (lambda: ka.get("Softmax(dim=1)"), TypeError, "Softmax has no argument 'dim'"),
    "no activation of torch": (
        lambda: ka.get("torch.nn.MultiheadAttention"),
        ValueError,
        "There is no activation 'torch.nn.MultiheadAttention'",
    ),
    "a library that does not exist": (lambda: ka.get("my_lab>Cube"), ValueError, "There is no activation 'my_lab>Cube'"),
    "a regularizer of one of two parameters": (
        lambda: ka.get("tfa.layers.TLU", tau_regularizer="l2"),
        ValueError,
        "A layer has one regularizer for all its parameters here; received tau_regularizer='l2'. Write regularizer='l2'.",
    ),
    "what a preset fixes, in a config": (
        lambda: ka.get({"class_name": "gelu_tanh", "config": {"approximate": False}}),
        ValueError,
        "'gelu_tanh' means {'approximate': True}; received {'approximate': False}",
    ),
    "check without a model": (lambda: ka.check("model"), TypeError, "check takes a Keras model or layer; received 'model' (str)"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes(mistake):
    act, error, words = MISTAKES[mistake]
    with pytest.raises(error, match=re.escape(words)):
        act()


@pytest.mark.parametrize("cls", [ka.GLU, ka.CReLU])
def test_a_forgotten_parenthesis_is_found_by_a_model_too(cls):
    model = keras.Sequential([keras.Input((4,)), dense(cls)])
    with pytest.raises(TypeError, match="parentheses are missing"):
        model.predict(X, verbose=0)


def test_a_forgotten_attribute_is_named():
    class Forgetful(ka.Activation):
        def __init__(self, scale=1.0, **kwargs):
            super().__init__(**kwargs)

    for wrong in (Forgetful().get_config, lambda: repr(Forgetful())):
        with pytest.raises(AttributeError, match=r"Forgetful forgets its argument scale. Write self.scale = scale in its constructor."):
            wrong()


@pytest.mark.parametrize(
    ("cls", "config"),
    [(ka.Mish, {"sharpness": 3}), (ka.LeakyReLU, keras.layers.PReLU().get_config()), (ka.PReLU, {"slopes": 0.1, "shared_axes": None})],
)
def test_what_the_package_has_not_written_is_not_blamed_on_a_newer_version(cls, config):
    with pytest.raises(ValueError, match=f"The config of {cls.__name__} has the unknown argument") as error:
        cls.from_config(config)
    assert "newer version" not in str(error.value)


@pytest.mark.parametrize(("slope", "advice"), [("relu(6)", r"ReLU\(6\) means is max_value=6 here"), ("prelu(8)", "is channels=8 here")])
def test_a_first_argument_that_means_something_else_elsewhere(slope, advice):
    with pytest.warns(UserWarning, match=advice):
        ka.get(slope)


@pytest.mark.parametrize("slope", ["relu(1)", "relu(1.5)", "prelu(0.25)", "relu(max_value=6)", "prelu(channels=8)"])
def test_an_ordinary_first_argument(slope):
    ka.get(slope)


def test_a_module_of_torch_is_sent_to_from_torch():
    torch = pytest.importorskip("torch")
    module = torch.nn.LeakyReLU(0.1)
    with pytest.warns(UserWarning, match=r"Write keras_activations.compat.from_torch\(LeakyReLU\(negative_slope=0.1\)\)"):
        assert ka.get(module) is module
    for wrong in (lambda: ka.get(module, like="torch"), lambda: ka.get(torch.nn.LeakyReLU)):
        with pytest.raises(TypeError, match=r"compat.from_torch\(LeakyReLU\("):
            wrong()


def test_an_attribute_that_python_looks_for_costs_nothing():
    with pytest.raises(AttributeError, match=r"has no attribute '__wrapped__'\.$"):
        ka.__wrapped__  # noqa: B018


def test_an_activation_without_mathematics():
    class Empty(ka.Activation):
        pass

    with pytest.raises(NotImplementedError, match=re.escape("Empty does not define fallback(self, x)")):
        Empty()(X)
