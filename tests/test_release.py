"""What a release says of itself agrees, wherever it is said."""

import re
from pathlib import Path

import pytest

import keras_activations as ka
from lab.cases import BACKEND

tomllib = pytest.importorskip("tomllib", reason="Python 3.11 brings it")
pytestmark = pytest.mark.skipif(BACKEND != "torch", reason="the same on every backend")

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
SOURCE = PROJECT["project"]["urls"]["Source"]
README = (ROOT / "README.md").read_text()
LINK = re.compile(r"\]\(([^)]+)\)")


def on_an_index():
    """The README as the build makes it."""
    text = README
    for rule in PROJECT["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]["substitutions"]:
        text = re.sub(rule["pattern"], rule["replacement"], text)
    return text.replace("$HFPR_VERSION", ka.__version__)


def test_the_newest_release_in_the_changelog_is_this_one():
    released = re.findall(r"^## \[(\d[^\]]*)\] - \d{4}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert released[0] == ka.__version__


def test_the_version_stands_in_one_place():
    assert "version" in PROJECT["project"]["dynamic"]
    assert not re.search(r"^version:", (ROOT / "CITATION.cff").read_text(), re.MULTILINE)
    for file in ("README.md", "SECURITY.md", "CONTRIBUTING.md", "Makefile", "pyproject.toml"):
        assert ka.__version__ not in (ROOT / file).read_text(), file


def test_links_work_on_an_index():
    here, there = LINK.findall(README), LINK.findall(on_an_index())
    assert len(here) == len(there) > 10
    for link, absolute in zip(here, there, strict=True):
        if link.startswith(("https:", "#")):
            assert absolute == link
            continue
        file = link.partition("#")[0]
        assert (ROOT / file).exists(), f"README.md links to {file}, which does not exist."
        assert absolute.endswith(f"/v{ka.__version__}/{link}")
        assert absolute.startswith("https://raw." if file.endswith(".png") else SOURCE)


def test_every_address_is_that_of_the_source():
    for address in PROJECT["project"]["urls"].values():
        assert address.startswith(SOURCE)
    for file in ("CITATION.cff", "SECURITY.md"):
        assert SOURCE in (ROOT / file).read_text(), file


def test_no_extra_brings_a_backend():
    for extra, packages in PROJECT["project"]["optional-dependencies"].items():
        names = {re.match(r"[\w-]+", package).group() for package in packages}
        assert not names & {"tensorflow", "tensorflow-cpu", "jax", "torch"}, extra


def test_measured_promises_are_those_of_the_measurements():
    start, end = README.index("<!-- speed -->"), README.index("<!-- end of speed -->")
    rows = README[start:end].splitlines()[3:]
    measured = (ROOT / "docs" / "speed.md").read_text().splitlines()
    assert len(rows) >= 8
    assert [row for row in rows if row not in measured] == []


def test_the_figures_of_accuracy_are_those_of_the_measurements():
    table = (ROOT / "docs" / "accuracy.md").read_text()
    rows = re.findall(r"^\| ([\w. ]+) \| float32 \| (\d+) \| (\d+) \|", table, re.MULTILINE)
    found = {library: (int(functions), int(within)) for library, functions, within in rows}
    theirs = {backend: found[f"keras.activations on {backend}"] for backend in ("tensorflow", "jax", "torch")}
    (count,) = {functions for functions, _ in theirs.values()}
    ours, within = found["keras_activations"]
    sentence = (
        f"Of {count} functions of `keras.activations`, {theirs['tensorflow'][1]} on TensorFlow, {theirs['jax'][1]} on JAX and "
        f"{theirs['torch'][1]} on torch stay within the budget in float32 that {within} of {ours} cases here stay within"
    )
    assert sentence in " ".join(README.split())


def test_the_figures_of_export_are_those_of_the_measurements():
    table = (ROOT / "docs" / "export.md").read_text()
    rows = re.findall(r"^\| (tensorflow|torch) \| ([\w.]+) \| (\d+) \|([^|]*)\|$", table, re.MULTILINE)
    whole = {count for *way, count, failed in rows if not failed.strip()}
    (other,) = ((*way, failed.count("`") // 2) for *way, _, failed in rows if failed.strip())
    assert whole == {str(len(ka.catalogue()))}
    assert f"[All {len(ka.catalogue())} are exported](docs/export.md)" in README
    assert other == ("torch", "LiteRT", 2)
    assert "but two from torch to LiteRT" in README
