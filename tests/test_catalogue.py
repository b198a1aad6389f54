"""The catalogue is complete, documented, exported and listed."""

import ast
import doctest
import importlib
import inspect
import pkgutil
import re
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import ops

import keras_activations as ka
from keras_activations import families, testing
from keras_activations.catalogue import registry
from keras_activations.families.gates.tanh import Gated
from lab.cases import CATALOGUE

ROOT = Path(__file__).parents[1]
MODULES = [importlib.import_module(m.name) for m in pkgutil.walk_packages(families.__path__, "keras_activations.families.")]
DOCUMENTED = [entry.cls for entry in CATALOGUE.values()] + [
    ka.register,
    registry.Entry,
    ka.get,
    ka.serialize,
    ka.check,
    ka.build_activations,
    testing.Formula,
]


def test_every_activation_is_exported():
    missing = [entry.cls.__name__ for entry in CATALOGUE.values() if entry.cls.__name__ not in ka.__all__]
    assert not missing, f"keras_activations/__init__.py does not export {missing}: add them to an import and to __all__."
    assert all(hasattr(ka, name) for name in ka.__all__)
    assert ka.__all__ == sorted(ka.__all__, key=str.lower), "keep __all__ sorted"


def test_every_activation_is_registered():
    classes = [(module, cls) for module in MODULES for cls in vars(module).values() if inspect.isclass(cls)]
    written = [cls for module, cls in classes if cls.__module__ == module.__name__ and not cls.__name__.startswith("_")]
    written = [cls for cls in written if cls is not Gated]  # what several gates have in common
    missing = [cls.__name__ for cls in written if cls not in {entry.cls for entry in CATALOGUE.values()}]
    assert not missing, f"{missing} are written but not registered: decorate them with @register."
    assert all(keras.saving.get_registered_name(cls) == f"keras_activations>{cls.__name__}" for cls in written)


# What has landed once is a promise: classes, names that get answers to, arguments and their defaults.
LEARNED = {"per": "layer", "channels": None, "axis": -1, "shared_axes": None, "regularizer": None, "constraint": None}
PROMISES = {
    "Absolute": {},
    "ABU": {"activations": ("tanh", "elu", "relu", "swish", "linear"), "coefficients": None, "learned": True, **LEARNED},
    "AconC": {"p1": 1.0, "p2": 0.0, "beta": 1.0, "learned": True, **LEARNED},
    "ALReLU": {"alpha": 0.01},
    "APL": {"slopes": (0.2,), "hinges": (0.5,), "learned": True, **LEARNED},
    "APTx": {"alpha": 1.0, "beta": 1.0, "gamma": 0.5},
    "Arctan": {},
    "AReLU": {"alpha": 0.9, "beta": 2.0, "learned": True, **LEARNED},
    "Aria2": {"alpha": 1.5, "beta": 2.0},
    "BentIdentity": {},
    "BetaMish": {"beta": 1.5},
    "Bilinear": {"axis": -1, "gate": "first"},
    "BipolarReLU": {"axis": -1},
    "CELU": {"alpha": 1.0},
    "ClampedSwiGLU": {"axis": -1, "gate": "interleaved", "alpha": 1.702, "limit": 7.0},
    "ClippedGELU": {"min_value": -10.0, "max_value": 10.0},
    "ClippedLinear": {"slope": 1.0, "offset": 0.0, "min_value": 0.0, "max_value": 1.0},
    "CLogLog": {},
    "CoLU": {},
    "Cosine": {"omega": 1.0},
    "CReLU": {"axis": -1},
    "DoubleSwish": {},
    "DPReLU": {"alpha": 0.01, "beta": 1.0, "learned": True, **LEARNED},
    "DualLine": {"alpha": 0.01, "beta": 1.0, "m": -0.22, "learned": True, **LEARNED},
    "DynamicErf": {"alpha": 0.5, "shift": 0.0, "gamma": 1.0, "beta": 0.0, "learned": True, **LEARNED},
    "DynamicTanh": {"alpha": 0.5, "gamma": 1.0, "beta": 0.0, "learned": True, **LEARNED},
    "EIS": {"alpha": 1.0, "beta": 0.0, "gamma": 1.0, "delta": 1.16, "theta": 1.0},
    "ELiSH": {},
    "ELU": {"alpha": 1.0},
    "Entmax": {"alpha": 1.5, "axis": -1, "learned": False, "regularizer": None, "constraint": None},
    "Entmax15": {"axis": -1},
    "ErfAct": {"alpha": 0.75, "beta": 0.75, "learned": True, **LEARNED},
    "ESwish": {"beta": 1.75},
    "Exponential": {},
    "FlattenTSwish": {"offset": -0.2},
    "FlexibleReLU": {"b": -1.0, "learned": True, **LEARNED},
    "Fourier": {"offset": 0.0, "cosines": (0.0, 0.0, 0.0, 0.0, 0.0), "sines": (1.0, 0.0, 0.0, 0.0, 0.0), "learned": True, **LEARNED},
    "Gaussian": {"sigma": 1.0},
    "GCU": {},
    "GEGLU": {"axis": -1, "gate": "first", "approximate": False},
    "GELU": {"approximate": False},
    "GLU": {"axis": -1, "gate": "last"},
    "GoLU": {"alpha": 1.0, "beta": 1.0, "gamma": 1.0},
    "GroupSort": {"group_size": 2, "axis": -1},
    "GumbelSoftmax": {"temperature": 1.0, "hard": False, "axis": -1, "seed": None},
    "HardELiSH": {},
    "HardMish": {},
    "HardShrink": {"threshold": 0.5},
    "HardSigmoid": {"slope": 1 / 6},
    "HardSiLU": {"slope": 1 / 6},
    "HardTanh": {"min_value": -1.0, "max_value": 1.0},
    "Hat": {"width": 2.0},
    "Householder": {"theta": 1.5707963267948966, "channels": None, "axis": -1, "learned": True, "regularizer": None, "constraint": None},
    "IGELU": {},
    "InverseMultiquadric": {"center": 0.0, "width": 1.0},
    "ISRLU": {"alpha": 1.0},
    "ISRU": {"alpha": 1.0},
    "KSubsets": {"budget": 2.0, "axis": -1},
    "Laplace": {"mu": 0.707107, "sigma": 0.282095},
    "LeakyReLU": {"negative_slope": 0.2},
    "LeakyTanh": {"outer_slope": 0.2},
    "LeCunTanh": {"amplitude": 1.7159, "slope": 0.6666666666666666},
    "Linear": {},
    "LiSHT": {},
    "LogCosh": {},
    "Logish": {"alpha": 1.0, "beta": 1.0},
    "LogSigmoid": {},
    "LogSoftmax": {"axis": -1},
    "Maxout": {"pieces": 2, "axis": -1},
    "Mila": {"beta": -0.25},
    "Mish": {},
    "ModReLU": {"b": 0.0, "learned": True, **LEARNED},
    "MPELU": {"alpha": 0.25, "beta": 1.0, "learned": True, **LEARNED},
    "Multiquadric": {"center": 0.0, "width": 1.0},
    "NCReLU": {"axis": -1},
    "NLReLU": {"beta": 1.0},
    "Normmax": {"alpha": 2.0, "axis": -1},
    "PELU": {"alpha": 1.0, "beta": 1.0, "learned": True, **LEARNED},
    "PenalizedTanh": {"negative_slope": 0.25},
    "PFLU": {},
    "PFTS": {"t": -0.2, "learned": True, **LEARNED},
    "Phish": {},
    "PiecewiseLinear": {"min_value": inspect.Parameter.empty, "max_value": inspect.Parameter.empty},
    "PolyNorm": {
        "coefficients": (0.0, 0.3333333333333333, 0.3333333333333333, 0.3333333333333333),
        "epsilon": 1e-06,
        "axis": -1,
        "learned": True,
        "regularizer": None,
        "constraint": None,
    },
    "PolyReLU": {"coefficients": (0.0, 0.3333333333333333, 0.3333333333333333, 0.3333333333333333), "learned": True, **LEARNED},
    "PReLU": {"alpha": 0.25, "learned": True, **LEARNED},
    "ProbAct": {"sigma": 0.0, "learned": True, "seed": None, **LEARNED},
    "Pserf": {"gamma": 1.25, "delta": 0.85, "learned": True, **LEARNED},
    "Rational": {
        "numerator": None,
        "denominator": None,
        "version": "A",
        "approximates": "leaky_relu",
        "degrees": (5, 4),
        "learned": True,
        "seed": None,
        **LEARNED,
    },
    "ReGLU": {"axis": -1, "gate": "first"},
    "ReLU": {"negative_slope": 0.0, "max_value": None, "threshold": 0.0},
    "ReLU6": {},
    "ReSP": {"alpha": 1.7},
    "RReLU": {"lower": 1 / 8, "upper": 1 / 3, "seed": None},
    "Seagull": {},
    "SeGLU": {"axis": -1, "gate": "last"},
    "SELU": {},
    "Serf": {},
    "SERLU": {},
    "ShiftedSoftplus": {},
    "Shrink": {"threshold": 0.5, "bias": 0.0},
    "Sigmoid": {},
    "SigSoftmax": {"axis": -1},
    "SiLU": {},
    "Sine": {"omega": 1.0},
    "SineReLU": {"epsilon": 0.0025},
    "SLAF": {"coefficients": (0.0, 1.0, 0.0), "learned": True, **LEARNED},
    "SmeLU": {"beta": 2.0},
    "Smish": {"alpha": 1.0, "beta": 1.0},
    "SMU": {"alpha": 0.25, "mu": 1.0, "learned": True, **LEARNED},
    "SMU1": {"alpha": 0.25, "mu": 4.352665993287951e-09, "learned": True, **LEARNED},
    "Snake": {"alpha": 1.0, "learned": True, **LEARNED},
    "SnakeBeta": {"alpha": 1.0, "beta": 1.0, "learned": True, **LEARNED},
    "SoftClipping": {"alpha": 0.5},
    "SoftExponential": {"alpha": 0.0, "learned": True, **LEARNED},
    "Softmax": {"axis": -1},
    "Softmax1": {"axis": -1},
    "Softmin": {"axis": -1},
    "Softpick": {"epsilon": 1e-08, "axis": -1},
    "Softplus": {"beta": 1.0},
    "SoftShrink": {"threshold": 0.5},
    "Softsign": {},
    "SoLU": {"axis": -1},
    "Sparsemax": {"axis": -1},
    "SparsePlus": {},
    "SparseSigmoid": {},
    "SQNL": {},
    "SqrtSoftplus": {},
    "SquaredReLU": {},
    "Squareplus": {"b": 4.0},
    "Squash": {"constant": 1.0, "axis": -1},
    "SShapedReLU": {"left_threshold": 0.0, "left_slope": 0.2, "right_threshold": 1.0, "right_slope": 1.0, "learned": True, **LEARNED},
    "StarReLU": {"scale": 1.0, "bias": 0.0, "learned": True, **LEARNED},
    "Step": {"threshold": 0.0},
    "SwiGLU": {"axis": -1, "gate": "first"},
    "Swish": {"beta": 1.0, "learned": False, **LEARNED},
    "SwooshL": {},
    "SwooshR": {},
    "Tanh": {},
    "TanhExp": {},
    "TanhShrink": {},
    "TanhSoft": {"alpha": 0.0, "beta": 0.6, "gamma": 1.0, "delta": 0.0},
    "TemperatureSoftmax": {"temperature": 1.0, "axis": -1, "learned": False, "regularizer": None, "constraint": None},
    "Threshold": {"threshold": inspect.Parameter.empty, "default_value": inspect.Parameter.empty},
    "TLU": {"tau": 0.0, "alpha": 0.0, "affine": False, "learned": True, **LEARNED},
    "WeightedTanh": {"weight": 1.0},
    "XATGLU": {"axis": -1, "gate": "first", "alpha": 0.0, "learned": True, "regularizer": None, "constraint": None},
    "XIELU": {"alpha_p": 0.8, "alpha_n": 0.8, "beta": 0.5, "learned": True, **LEARNED},
}


def test_promises_are_kept():
    now = {entry.cls.__name__: entry.arguments for entry in CATALOGUE.values()}
    broken = {name: (arguments, now.get(name)) for name, arguments in PROMISES.items() if now.get(name) != arguments}
    assert not broken, f"promised and present arguments differ: {broken}. What has landed stays; a new argument goes into PROMISES too."
    new = sorted(now.keys() - PROMISES.keys())
    assert not new, f"{new} are new: write their arguments into PROMISES."


def own_arguments(cls):
    return inspect.signature(cls).parameters.keys() - {"kwargs"}


@pytest.mark.parametrize("name", CATALOGUE)
def test_documentation_is_whole(name):
    entry = CATALOGUE[name]
    doc = inspect.getdoc(entry.cls)
    first, _, _ = doc.partition("\n")
    assert first.endswith("."), "the first line is a sentence"
    assert ">>>" in doc, "an example"
    assert entry.reference, "a reference"
    assert re.search(r"https?://", entry.reference) or entry.cls is ka.Linear, "a reference that can be opened"
    missing = [argument for argument in entry.arguments if not re.search(rf"^    {argument}: ", doc, re.MULTILINE)]
    inherited = {name for base in (ka.Learned, ka.Parametric, ka.Stochastic) if issubclass(entry.cls, base) for name in own_arguments(base)}
    assert not set(missing) - inherited, f"arguments without a description: {missing}"
    assert "samples" in vars(entry.cls) or not entry.arguments, "samples of its hyperparameters, to be tested"


def examples():
    for thing in DOCUMENTED:
        for test in doctest.DocTestFinder(recurse=False).find(thing, globs={}):
            yield pytest.param(test.examples, id=thing.__name__)


@pytest.mark.parametrize("lines", list(examples()))
def test_examples_are_true(lines):
    scope = vars(ka) | vars(testing) | {"keras": keras, "ops": ops, "np": np, "__name__": "__main__"}
    try:
        for line in lines:
            run(line, scope)
    finally:
        registry._classes.pop("cube", None)


def run(line, scope):
    if line.exc_msg:
        error, _, words = line.exc_msg.strip().removesuffix("...").partition(": ")
        with pytest.raises(getattr(__builtins__, error, ValueError), match=re.escape(words.strip())):
            exec(line.source, scope)
    elif not line.want:
        exec(line.source, scope)
    else:
        result = eval(line.source, scope)
        if ops.is_tensor(result):
            np.testing.assert_allclose(testing.array(result), ast.literal_eval(line.want), rtol=3e-7, atol=1e-12)
        else:
            assert repr(result) == line.want.strip()


def test_entries_say_what_a_class_is():
    entry = CATALOGUE["leaky_relu"]
    assert (entry.name, entry.family, entry.aliases) == ("leaky_relu", "rectifiers", ("lrelu",))
    assert entry.formula == "f(x) = x if x > 0 else negative_slope * x"
    assert entry.arguments == {"negative_slope": 0.2}
    assert entry.reference.startswith("Maas, Hannun and Ng")
    assert entry.summary.startswith("ReLU that lets a part of the negative input through")
    assert (entry.parameters, entry.learned) == ((), False)
    assert (CATALOGUE["swish"].parameters, CATALOGUE["swish"].learned) == (("beta",), False)
    assert (CATALOGUE["prelu"].parameters, CATALOGUE["prelu"].learned) == (("alpha",), True)
    assert list(CATALOGUE) == sorted(CATALOGUE)


def test_the_readme_lists_the_catalogue():
    sys.path.insert(0, str(ROOT / "examples"))
    try:
        readme = importlib.import_module("catalogue")
    finally:
        sys.path.pop(0)
    text = readme.README.read_text()
    assert text == readme.updated(text), "the tables of README.md are stale: run `make readme`"


def test_the_version_is_in_the_changelog():
    assert f"## [{ka.__version__}]" in (ROOT / "CHANGELOG.md").read_text()
