"""Any content of an argument, a name, a shape or a file works, or an error refuses it by name.

Nothing in a file is executed.
"""

import json
import os
import threading
import zipfile

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras import ops

import keras_activations as ka
from keras_activations import testing
from keras_activations.core.hosted import constructor_arguments
from lab.cases import BACKEND, CATALOGUE

pytestmark = pytest.mark.skipif(BACKEND == "jax", reason="hardly anything here computes, and nothing depends on the backend")
# Every run uses the same few examples, unless EXAMPLES asks for more. `make fuzz` asks for more.
EXAMPLES = os.environ.get("EXAMPLES")
many = settings(max_examples=int(EXAMPLES or 300), deadline=None, derandomize=not EXAMPLES, suppress_health_check=list(HealthCheck))
entries = st.sampled_from(list(CATALOGUE.values()))
numbers = st.one_of(st.integers(), st.floats(), st.booleans(), st.sampled_from([0, 1, -1, 0.5, 10**400, 2**63]))
values = st.one_of(numbers, st.none(), st.text(max_size=8), st.lists(numbers, max_size=4), st.just({}), st.binary(max_size=3))


@st.composite
def configs(draw):
    """Draw a class, and one or two of its arguments with any content."""
    entry = draw(entries)
    names = [name for name in constructor_arguments(entry.cls) if name not in ("name", "dtype", "trainable", "activity_regularizer")]
    return entry.cls, draw(st.dictionaries(st.sampled_from(names), values, max_size=2)) | required(entry)


def outcome(function, *args, **kwargs):
    """Return (result, None), or (None, the message of the refusal)."""
    try:
        return function(*args, **kwargs), None
    except (TypeError, ValueError) as error:
        return None, str(error)


def required(entry):
    return {name: value for name, value in entry.cls.samples[0].items() if entry.arguments.get(name) is entry.required}


@pytest.mark.filterwarnings("ignore:.* learns nothing:UserWarning")
@given(configs())
@many
def test_an_argument_is_accepted_and_kept_or_refused_by_name(case):
    cls, arguments = case
    layer, refusal = outcome(cls, **arguments)
    if refusal:
        assert any(name in refusal for name in arguments), f"{cls.__name__}({arguments}) is refused with: {refusal}"
        return
    again = cls.from_config(json.loads(json.dumps(layer.get_config())))
    assert again.get_config() == layer.get_config()


@given(entries, st.lists(st.integers(0, 5), max_size=4), st.integers(-5, 5))
@many
def test_a_shape_has_an_output_or_is_refused(entry, shape, axis):
    along = {"axis": axis} if issubclass(entry.cls, ka.AlongAxis) else {}
    layer = entry.cls(**entry.cls.samples[0] | along)
    expected, refusal = outcome(layer.compute_output_shape, tuple(shape))
    if refusal:
        assert any(word in refusal for word in ("axis", "width", "channels")), refusal
        with pytest.raises(ValueError, match=r"axis|width|channels"):
            layer(np.zeros(shape, "float32"))
        return
    assert tuple(layer(np.zeros(shape, "float32")).shape) == expected


FLOATS = ["float16", "bfloat16", "float32", "float64"]
REFUSED = ["complex64", "S3", "U3", "datetime64[s]"]
DTYPES = [*FLOATS, "bool", "uint8", "int8", "int32", "int64", *REFUSED]
POLICIES = [None, *FLOATS, "mixed_float16", "mixed_bfloat16", "int8_from_float32"]
NO_POLICIES = ["int32", "bool", "complex64", "string", "flot32", "", 3, {}]


@given(entries, st.sampled_from(DTYPES), st.sampled_from(POLICIES + NO_POLICIES), st.booleans())
@many
def test_a_dtype_is_computed_in_or_refused(entry, dtype, policy, as_tensor):
    layer, refusal = outcome(entry.cls, **entry.cls.samples[0], dtype=policy)
    assert (layer is None) == (policy in NO_POLICIES), refusal
    if refusal:
        return
    x = np.ones((2, 6, 4)).astype(dtype)
    as_tensor = as_tensor and dtype not in REFUSED[1:]  # backends make no tensors of these dtypes
    y, refusal = outcome(layer, (testing.tensor if dtype in FLOATS else ops.convert_to_tensor)(x, dtype) if as_tensor else x)
    if dtype in REFUSED:
        assert "takes real numbers" in refusal
        return
    follows = policy is None and as_tensor and dtype in FLOATS
    assert keras.backend.standardize_dtype(y.dtype) == (dtype if follows else layer.compute_dtype), refusal


@given(st.text(max_size=30))
@many
def test_a_name_is_known_or_refused_with_advice(name):
    layer, refusal = outcome(ka.get, name)
    advice = (repr(name.strip()), "name", "missing 2 required")
    assert isinstance(layer, ka.Activation) if refusal is None else any(words in refusal for words in advice)


# torch does not accept "." in the name of a parameter.
@given(st.text(st.characters(codec="utf-8", exclude_characters="."), min_size=1, max_size=20))
@many
def test_the_name_of_a_layer(name):
    layer, refusal = outcome(ka.Swish, name=name, learned=True)
    if refusal:
        assert "/" in name
        return
    assert ka.deserialize(json.loads(json.dumps(ka.serialize(layer)))).name == name


CODE = "__import__('pathlib').Path({!r}).touch()"
LAMBDA = {"class_name": "__lambda__", "config": {"value": "4wAAAAA="}}
HOSTILE = [float("inf"), float("nan"), 10**400, -(10**400), [], {}, [[]], {"class_name": "function", "config": "system"}, LAMBDA]


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=CATALOGUE)
def test_a_hostile_config_is_refused_by_name_and_never_executed(entry, tmp_path):
    trace = tmp_path / "trace"
    for name, default in entry.arguments.items():
        for value in (*HOSTILE, CODE.format(str(trace)), {"class_name": "Lambda", "module": "os", "config": {}}):
            config = {"name": "it"} | required(entry) | {name: value}
            if value in ({}, []) and default in ({}, [], None):
                continue
            with pytest.raises((TypeError, ValueError)) as caught:
                print(entry.cls.from_config(config), value)
            assert name in str(caught.value) or entry.cls.__name__ in str(caught.value), f"{name}={value!r}: {caught.value}"
    assert not trace.exists()


def test_an_unknown_class_and_a_changed_file(tmp_path):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, ka.Swish(beta=0.5))])
    model.save(tmp_path / "model.keras")
    for old, new, words in (
        ("Swish", "Swoosh", "Swoosh"),
        ('"beta": 0.5', '"beta": "' + "exec(1)" + '"', "beta must be a number"),
        ('"beta": 0.5', '"beta": 1e999', "beta must be finite"),
        ('"beta": 0.5', '"betta": 0.5', "unknown argument"),
    ):
        changed = tmp_path / "changed.keras"
        with zipfile.ZipFile(tmp_path / "model.keras") as source, zipfile.ZipFile(changed, "w") as target:
            for item in source.namelist():
                text = source.read(item)
                target.writestr(item, text.replace(old.encode(), new.encode()) if item == "config.json" else text)
        with pytest.raises((TypeError, ValueError), match=words):
            keras.models.load_model(changed)


def test_threads():
    """All threads share one layer. Each thread also has its own layer and its own name."""
    shared, x = ka.GELU(), np.linspace(-3, 3, 64, dtype="float32")
    expected, wrong = testing.array(shared(x)), []

    def work():
        for _ in range(20):
            for layer in (shared, ka.GELU(), ka.get("gelu"), ka.deserialize(ka.serialize(shared))):
                if not np.array_equal(testing.array(layer(x)), expected):
                    wrong.append(layer)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
