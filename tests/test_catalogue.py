"""The catalogue is complete, documented, exported and listed."""

import ast
import doctest
import importlib
import inspect
import json
import pkgutil
import re
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import ops

import keras_activations as ka
from keras_activations import families, testing
from keras_activations.catalogue import registry
from keras_activations.catalogue.entry import Entry
from keras_activations.families.gates.tanh import Gated
from lab import api
from lab.cases import CATALOGUE

ROOT = Path(__file__).parents[1]
MODULES = [importlib.import_module(m.name) for m in pkgutil.walk_packages(families.__path__, "keras_activations.families.")]
DOCUMENTED = [entry.cls for entry in CATALOGUE.values()] + [
    ka.register,
    Entry,
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
    written = [cls for cls in written if cls is not Gated]  # the common base class of several gates
    missing = [cls.__name__ for cls in written if cls not in {entry.cls for entry in CATALOGUE.values()}]
    assert not missing, f"{missing} are written but not registered: decorate them with @register."
    assert all(keras.saving.get_registered_name(cls) == f"keras_activations>{cls.__name__}" for cls in written)


def test_promises_are_kept():
    """Classes, names, arguments and defaults stay once they are in the package."""
    promised, now = json.loads(api.PROMISES.read_text()), api.promises()
    for kind in now:
        now_of, promised_of = (
            {name: name for name in found} if isinstance(found, list) else found for found in (now[kind], promised[kind])
        )
        broken = {name: (what, now_of.get(name)) for name, what in promised_of.items() if name not in now_of or now_of[name] != what}
        new = sorted(now_of.keys() - promised_of.keys())
        assert not broken, f"{kind}: promised and present differ: {broken}. What has landed stays. `make api` writes what is added."
        assert not new, f"{kind}: {new} are new. Run `make api`, and look at what it changes."


@pytest.mark.parametrize("file", api.written(), ids=lambda file: file.name)
def test_what_is_generated_is_fresh(file):
    assert file.read_text() == api.written()[file], f"{file.name} is stale: run `make api`."


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
    assert str(entry) in inspect.getdoc(Entry).replace("\n    ", "\n")


def test_the_version_is_in_the_changelog():
    assert f"## [{ka.__version__}]" in (ROOT / "CHANGELOG.md").read_text()


def test_a_part_of_the_catalogue():
    assert list(ka.catalogue(family="shrinkers")) == ["hard_shrink", "shrink", "soft_shrink", "tanh_shrink"]
    assert ka.catalogue(learned=True).keys() | ka.catalogue(learned=False).keys() == CATALOGUE.keys()
    assert {entry.cls for entry in ka.catalogue(elementwise=False, may_stand_in_a_host=True).values()} >= {ka.Softmax, ka.Sparsemax}
    assert not any(issubclass(entry.cls, ka.Splitting) for entry in ka.catalogue(may_stand_in_a_host=True).values())
    with pytest.raises(ValueError, match="no family 'gate'"):
        ka.catalogue(family="gate")


def test_what_like_takes_is_listed():
    assert ka.libraries()["torch"]["leaky_relu"] == "leaky_relu(negative_slope=0.01)"
    for library, names in ka.libraries().items():
        for name, what in names.items():
            expected, found = ka.get(what), ka.get(name, like=library)
            assert found.get_config() | {"name": None} == expected.get_config() | {"name": None}


def test_every_preset_is_in_its_card():
    for entry in CATALOGUE.values():
        for name, arguments in entry.presets.items():
            assert name in str(entry)
            assert repr(ka.get(name)) == repr(entry.cls(**arguments))


def test_what_is_not_measured_yet_has_a_row():
    text = api.EXPORT.read_text()
    without = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("| `gelu` | yes"))
    row = next(line for line in api.with_every_row(without).splitlines() if line.startswith("| `gelu` | not"))
    assert row.count("not measured yet") == 10
    assert api.with_every_row(text) == text
