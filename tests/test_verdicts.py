"""The table of native ops that are as accurate as the budget asks, against the frameworks that are installed."""

import numpy as np
import pytest
from cases import BACKEND, witness
from refused import REFUSED
from verdicts import candidates, hands_nan_on, ways

import keras_activations as ka
from keras_activations import testing
from keras_activations.verdicts import VERDICTS

KEYS = [key for key in REFUSED[BACKEND] if key[0] != "float64" or BACKEND != "jax"]


def test_every_op_has_a_verdict():
    missing = {
        key: names
        for key in VERDICTS[BACKEND]
        if (names := {cls.__name__ for cls in candidates()} - set(VERDICTS[BACKEND][key]) - set(REFUSED[BACKEND][key]))
    }
    assert not missing, f"Nobody measured the native ops of {missing}. Run `make verdicts`."


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_what_was_refused_is_still_wrong(key, monkeypatch):
    """Where an op was not within the budget; that those which are trusted are, the tests of values say."""
    dtype, traced = key
    mended = []
    monkeypatch.setitem(VERDICTS, BACKEND, {key: set(REFUSED[BACKEND][key])})
    for name, (sample, point, what) in REFUSED[BACKEND][key].items():
        cls = getattr(ka, name)
        if not any(is_wrong(cls, sample, dtype, compiler, point, what) for compiler in ways()[traced]):
            mended.append(f"{name} at {point}")
    assert not mended, f"With the frameworks that are installed, these native ops are better than they were: {mended}. Run `make verdicts`."


def is_wrong(cls, sample, dtype, compiler, point, what):
    if what == "export":
        return True  # of the converter, and not of the op: benchmarks/verdicts.py lists it
    if what == "nan":
        return not hands_nan_on(cls(**sample), dtype, compiler)
    truth = witness((cls, sample))
    # Many times, for a vectorized loop may compute otherwise than what is left over for single numbers.
    rows = np.tile(np.array(point, float), (64, 1))
    once = testing.Witness.__new__(testing.Witness)
    vars(once).update(vars(truth), groups=[(rows, {name: np.repeat(part, 64, axis=0) for name, part in truth._truth(rows[:1]).items()})])
    ((_, values, gradients),) = testing.measure(once, dtype, "auto", compiler)
    budget = {"value": testing.STRICT.value, "gradient": testing.STRICT.gradient}[what][dtype]
    return ({"value": values, "gradient": gradients}[what] > budget).any()
