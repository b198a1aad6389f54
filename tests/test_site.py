"""The pages of the site that are generated, without the builder: each activation has a page with all its parts, and each name a place."""

import inspect
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

import keras_activations as ka
from keras_activations import testing
from keras_activations.tools.curves import written
from keras_activations.tools.gallery.parameters import argument_texts
from lab.cases import BACKEND
from lab.site import activations, links, sources
from lab.site.curves import NEAR, drawn
from lab.site.equivalents import equivalents
from lab.site.neighbours import distances, kind, neighbours

pytestmark = pytest.mark.skipif(BACKEND != "torch", reason="the pages are the same on every backend")

ENTRIES = list(ka.catalogue().values())
CLASSES = {entry.cls.__name__ for entry in ENTRIES}
DIRECTIVE = re.compile(r"^::: keras_activations\.([\w.]+)$", re.MULTILINE)


def sections(text):
    """{title: text} of a page."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.fixture(scope="module")
def pages():
    return {entry.name: activations.page(entry) for entry in ENTRIES}


def test_each_page_has_all_parts(pages):
    assert list(pages) == list(ka.catalogue())
    for entry in ENTRIES:
        text, found = pages[entry.name], sections(pages[entry.name])
        assert f"\n# {entry.name}\n" in text
        assert entry.summary in text
        assert ("<math" in text) == (entry.formula is not None), entry.name
        assert f"(../gallery.html#view={entry.name})" in text
        wanted = ["Code", "Example", "Arguments", "Card", "Accuracy and cost", "Reference", "Neighbours"]
        names = ["Names"] if activations.known(entry.name)["names"] else []
        assert list(found) == [*wanted[:5], *names, *wanted[5:]], entry.name
        for name in argument_texts(entry.description).keys() & entry.arguments.keys():
            assert f"| `{name}` |" in found["Arguments"], (entry.name, name)
        for alias in (*entry.aliases, *entry.presets):
            assert f"`{alias}`" in found["Names"], (entry.name, alias)
        for label, row in activations.known(entry.name)["card"]:
            assert label == "accuracy" or f"| {label} | {row.split('http')[0][:20]}" in found["Card"], (entry.name, label)
        for address in re.findall(r"https?://[^\s,;)]+[^\s,;.)]", entry.reference):
            assert f"]({address})" in found["Reference"], entry.name


def test_the_overview_and_the_navigation_have_each_once(pages):
    assert sorted(re.findall(r'href="(\w+)\.html"', activations.overview())) == sorted(pages)
    assert sorted(re.findall(r"\((\w+)\.md\)", activations.contents().replace("(index.md)", ""))) == sorted(pages)


def test_the_code_is_what_the_page_says():
    for entry in ENTRIES:
        code, layer = activations.snippets(entry), entry.layer()
        made = eval(code["Layer"].removeprefix("x = ").removesuffix("(x)"))
        assert written(made) == written(layer), entry.name
        assert written(eval(code["String"])) == written(layer), entry.name
        assert ("activation=" in code) == entry.may_stand_in_a_host


def test_calls_of_torch_and_jax_have_equal_values():
    import jax
    import torch

    row = np.linspace(-3.0, 3.0, 8, dtype="float32")
    counted = 0
    for entry in ENTRIES:
        ours = np.asarray(entry.layer()(row[None]).detach())[0]
        for library, code in equivalents(entry).items():
            x = torch.tensor(row)[None] if library == "torch" else row[None]
            with torch.no_grad():
                # RReLU draws in training, and torch's modules train until they are told otherwise.
                call = code.removesuffix("(x)") + ".eval()(x)" if library == "torch" else code
                theirs = np.asarray(eval(call, {"torch": torch, "jax": jax, "x": x}))[0]
            np.testing.assert_allclose(theirs, ours, atol=2e-6, err_msg=f"{entry.name}: {code}")
            counted += 1
    assert counted >= 50


class Picture(HTMLParser):
    """The paths of a picture, by class, as points."""

    def __init__(self, text):
        super().__init__()
        self.paths = {}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "path":
            pieces = [re.findall(r"(-?[\d.]+) (-?[\d.]+)", piece) for piece in found["d"].split("M")[1:]]
            self.paths[found["class"]] = [np.array(piece, float) for piece in pieces]


@pytest.mark.parametrize("name", ["relu", "gelu", "tanh", "snake", "softplus", "hard_silu"])
def test_the_picture_is_the_function(name):
    x = drawn(name).x
    (curve,) = Picture(activations.svg(name, 640, 360, ticks=True)).paths["value"]
    across = curve[:, 0] / 640 * (x[-1] - x[0]) + x[0]
    true = np.asarray(ka.get(name)(across.astype("float32")[None]).detach())[0]
    # The scale of the picture is not known here: its heights are an affine function of the values.
    slope, offset = np.polyfit(true, curve[:, 1], 1)
    assert slope < 0
    assert abs(slope * true + offset - curve[:, 1]).max() < 0.6  # of 360, where a number of x is rounded to a tenth


def test_a_jump_is_not_drawn():
    assert len(Picture(activations.svg("step", 640, 360, ticks=False)).paths["value"]) == 2
    assert len(Picture(activations.svg("relu", 640, 360, ticks=False)).paths["slope"]) == 2


def test_neighbours_are_near():
    names, apart = distances("elementwise")
    np.testing.assert_array_equal(apart, apart.T)
    relu_from_leaky = apart[names.index("relu"), names.index("leaky_relu")]
    assert relu_from_leaky == pytest.approx(np.sqrt(np.mean((0.2 * np.minimum(NEAR, 0)) ** 2)), rel=1e-6)
    assert next(iter(neighbours(ka.catalogue()["silu"])))[0] in {"swish", "acon_c"}  # the same function
    for entry in ENTRIES:
        near = neighbours(entry)
        assert entry.name not in dict(near)
        assert [apart for _, apart in near] == sorted(apart for _, apart in near)
        assert {kind(ka.catalogue()[name]) for name, _ in near} <= {kind(entry)}


def directives():
    return {name for page in (sources.DOCS / "api").glob("*.md") for name in DIRECTIVE.findall(page.read_text())}


def test_every_public_name_is_documented():
    documented = {name.rpartition(".")[2] for name in directives()} | {"compat"}  # which has a page
    missing = set(ka.__all__) - CLASSES - documented
    assert not missing, f"{sorted(missing)} have no `:::` on a page of docs/api."
    compat = {name.removeprefix("tools.compat.") for name in directives() if name.startswith("tools.compat.")}
    assert compat == set(ka.compat.__all__)
    page = (sources.DOCS / "api" / "testing.md").read_text()
    absent = [name for name in testing.__all__ if not re.search(rf"\.{name}$|`{name}`|\b{name}\]", page, re.MULTILINE)]
    assert not absent, f"{absent} are not on docs/api/testing.md."


def test_documented_arguments_are_those_of_the_constructor():
    for name in sorted({*ka.__all__} - {"compat"}):
        found = getattr(ka, name)
        texts = argument_texts(inspect.cleandoc(found.__doc__))
        taken = {parameter.name: parameter for parameter in inspect.signature(found).parameters.values()}
        unknown = {word.lstrip("*") for word in texts} - taken.keys() - {"kwargs"}
        assert not unknown, f"The docstring of {name} describes {unknown}, which it does not take."


def test_links_lead_to_the_pages_of_the_site(tmp_path):
    text = "[a](CHANGELOG.md) [b](docs/speed.md#in-short) [c](lab/api.py) [`d`](Makefile) [e](https://keras.io)\n```\n[f](docs/x.md)\n```\n"
    moved = sources.with_links(text, sources.ROOT, tmp_path, tmp_path)
    assert moved == ("[a](changelog.md) [b](speed.md#in-short) `lab/api.py` `d` [e](https://keras.io)\n```\n[f](docs/x.md)\n```\n")
    inner = sources.with_links("[a](../CONTRIBUTING.md) [b](tools.md)", sources.DOCS, tmp_path, tmp_path)
    assert inner == "[a](contributing.md) [b](tools.md)"
    shown = sources.with_links("[a](../examples/README.md) [b](../examples/siren.py)", sources.DOCS, tmp_path, tmp_path)
    assert shown == "[a](examples/index.md) [b](examples/siren.md)"


def test_dead_links_are_found(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "index.html").write_text('<a href="a/b.html#here">x</a>\n<a href="a/c.html">x</a>\n<img src="https://b.c/p.png">')
    (tmp_path / "a" / "b.html").write_text(
        '<p id="here"><a href="../index.html">x</a> <a href="#there">x</a><a href="../../out.html">x</a>'
    )
    assert list(links.dead(tmp_path)) == [
        "a/b.html:1: #there",
        "a/b.html:1: ../../out.html",
        "index.html:2: a/c.html",
        "index.html:3: loads https://b.c/p.png",
    ]
    assert links.main(str(tmp_path)) == 1
    assert links.main(str(tmp_path / "nowhere")) == 1


def notebook(folder, title, outputs):
    cells = [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": f"# {title}\n\nIt draws `x`: see [b](../docs/speed.md). And more."},
        {
            "cell_type": "code",
            "id": "b",
            "metadata": {},
            "source": "print(1)",
            "execution_count": 1,
            "outputs": outputs,
        },
    ]
    (folder / "small.ipynb").write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))


def test_a_notebook_becomes_a_page(tmp_path):
    examples = pytest.importorskip("lab.site.examples", reason="nbconvert is not installed", exc_type=ImportError)
    picture = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "aGk=", "text/plain": "a figure"}}
    printed = {"output_type": "stream", "name": "stdout", "text": "\x1b[1mone\x1b[0m\n"}
    notebook(tmp_path, "A title", [printed, picture])
    examples.write(tmp_path / "out", tmp_path)
    page, overview = ((tmp_path / "out" / name).read_text() for name in ("small.md", "index.md"))
    (drawing,) = (tmp_path / "out").glob("*.png")
    assert drawing.read_bytes() == b"hi"
    assert f"]({drawing.name})" in page
    assert "print(1)" in page
    assert "one\n" in page
    assert "\x1b" not in page
    assert 'href="small.html"' in overview
    assert "<strong>A title</strong><span>It draws x: see b.</span>" in overview
    assert drawing.name in overview
    assert "[A title](small.md)" in (tmp_path / "out" / ".nav.md").read_text()
    notebook(tmp_path, "A title", [])
    with pytest.raises(ValueError, match="no outputs"):
        examples.examples(tmp_path)
    examples.write(tmp_path / "none", tmp_path / "absent")
    assert examples.NONE_YET in (tmp_path / "none" / "index.md").read_text()
