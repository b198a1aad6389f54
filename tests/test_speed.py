"""`make bench` compares the activations with functions that compute the same values.

No activation is left out without a reason.
"""

import json

import pytest

import keras_activations as ka
from lab import speed
from lab.cases import BACKEND
from lab.textbook import source, unlearned

pytestmark = pytest.mark.skipif(BACKEND != "tensorflow", reason="the same on every backend")

UNITS = speed.units()


def test_every_activation_is_timed_or_has_a_reason():
    assert {*UNITS, *speed.LEFT_OUT} == {*ka.catalogue()}
    without = [name for name, unit in UNITS.items() if not (unit.native or source(unit.ours()))]
    assert without == [], "There is no formula to compare these with: speed.LEFT_OUT says why an activation is not timed."
    assert not {*UNITS} & {*speed.LEFT_OUT}
    assert {*speed.LARGE.split(), *speed.COMPILED, *speed.IN_MODELS} <= {*UNITS}


@pytest.mark.parametrize("name", UNITS)
def test_what_is_compared_is_equal(name):
    assert speed.difference(UNITS[name]) is None
    if UNITS[name].native:
        assert speed.difference(speed.Unit(UNITS[name].cls)) is None  # this compares the textbook


def test_a_difference_is_seen():
    assert speed.difference(speed.Unit(ka.SiLU, lambda x: 1.002 * ka.SiLU()(x))) == "5.97334 in place of 5.96142"
    assert speed.difference(speed.Unit(ka.SwiGLU, lambda x: x)).startswith("the shape (48, 64) and not (48, 32)")


@pytest.mark.parametrize(
    ("layer", "code"),
    [
        (ka.Mish(), ["def mish(x):", "return x * ops.tanh(ops.softplus(x))"]),
        (ka.Swish(1.702), ["def swish(x):", "return x * ops.sigmoid(1.702 * x)"]),
        (ka.GoLU(), ["def golu(x):", "return x * ops.exp(-ops.exp(-x))"]),
        (ka.GELU(), ["def gelu(x):", "return x / 2.0 * (1.0 + ops.erf(x / 1.4142135623730951))"]),
        (ka.PenalizedTanh(), ["def penalized_tanh(x):", "t1 = ops.tanh(x)", "return ops.where(x > 0.0, t1, 0.25 * t1)"]),
        (ka.SwiGLU(), ["def swiglu(x):", "b, a = ops.split(x, 2, axis=-1)", "return a * b * ops.sigmoid(b)"]),
        (unlearned(ka.Snake), ["def snake(x):", "return x + ops.square(ops.sin(1.0 * x)) / 1.0"]),
    ],
)
def test_the_textbook_is_what_a_user_would_write(layer, code):
    assert [line.strip() for line in source(layer).splitlines()] == code


def measured(name, against, ratio, **check):
    times = {"ours": 1e-3 * ratio, "theirs": 1e-3, "ratio": ratio, "paired": ratio, "rounds": 7, "calls": 1}
    place = {"mode": "eager", "size": "64k", "dtype": "float32", "date": "2026-01-31", "plan": "ours"}
    cell = {"unit": name, "against": against, **place, "forward": times, "both": times}
    return cell, {"unit": name, "against": against, "code": None, "wrong": None, "fails from": None} | check


def test_the_page_shows_what_is_slow():
    code = "def serf(x):\n    return x"
    rows = measured("mish", "native", 1.0), measured("serf", "textbook", 4.0, **{"fails from": 89.0, "code": code})
    cells, checks = zip(*rows, strict=True)
    model = {"network": "a network", "unit": "mish", "date": "2026-02-01", "fit": cells[0]["both"], "predict": cells[1]["both"]}
    has = {"processor": "a processor", "cores": 2, "python": "3.11.7", "keras": "3.15.1", "torch": "2.13.0"}
    text = speed.page({"torch": {"environment": has, "cells": cells, "checks": checks, "models": [model]}})
    assert "* torch: 2026-01-31 to 2026-02-01, a processor, 2 cores, keras 3.15.1, torch 2.13.0, python 3.11.7." in text
    assert "| torch | eager | 64k | float32 | 2 | 1.00 (mish 1.00) | 1.00 (mish 1.00) | **4.00** (serf **4.00**) |" in text
    assert "| `mish` | native | 1.00 / 1.00 |  |  |" in text
    assert "| `serf` | textbook | **4.00** / **4.00** | 89 | a, e, k |" in text
    assert "| torch | a network | mish | 1.00 (1 ms) | **4.00** (1 ms) |" in text
    assert code in text


def test_every_row_above_the_mark_has_a_reason():
    cell, _ = measured("linear", "native", 2.0)
    assert speed.why([cell]) == "f, k"
    assert speed.why([cell | {"plan": "native", "size": "4M"}]) == "f, i"
    assert speed.why([measured("linear", "native", 1.0)[0]]) == ""
    with pytest.raises(SystemExit, match="Nobody has said why alrelu"):
        speed.why([measured("alrelu", "textbook", 2.0)[0] | {"size": "4M"}])
    assert {name for _, names in speed.WHY.values() for name in names.split()} <= ka.catalogue().keys()


def test_what_is_measured_again_replaces_what_was_measured(tmp_path, monkeypatch):
    monkeypatch.setattr(speed, "OUTPUT", tmp_path)

    def kept():
        return json.loads((tmp_path / f"{BACKEND}.json").read_text())

    for name, ratio in (("mish", 1.0), ("serf", 2.0), ("mish", 3.0)):
        cell, check = measured(name, "native", ratio)
        speed.store(cells=[cell], checks=[check])
    assert {c["unit"]: c["both"]["ratio"] for c in kept()["cells"]} == {"mish": 3.0, "serf": 2.0}
    speed.store(checks=[measured("serf", "native", 2.0, wrong="1 in place of 2")[1]])
    assert [c["unit"] for c in kept()["cells"]] == ["mish"]
    monkeypatch.setattr(speed, "environment", lambda: {"processor": "another"})
    speed.store(cells=[cell])
    assert kept() == {"environment": {"processor": "another"}, "cells": [cell], "checks": [], "models": []}
