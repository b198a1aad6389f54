"""Every example runs and prints what is true, and its notebook is what jupytext makes of it, with results.

The test of an example has its name. It reads what the script prints now, and what its notebook shows.
"""

import base64
import os
import re
import subprocess
import sys
from pathlib import Path

import jupytext
import nbformat
import pytest

from lab.cases import BACKEND

ROOT = Path(__file__).parents[1]
SCRIPTS = sorted((ROOT / "examples").glob("*.py"))
NOTEBOOKS = sorted((ROOT / "examples" / "notebooks").glob("*.ipynb"))
EVERY_SCRIPT = pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
pytestmark = pytest.mark.skipif(BACKEND != "torch", reason="the examples run on TensorFlow, and the tests of torch end first")


def notebook_of(name):
    return nbformat.read(ROOT / "examples" / "notebooks" / f"{name}.ipynb", as_version=4)


def outputs(notebook):
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def printed(notebook):
    return "".join(output.text for output in outputs(notebook) if output.output_type == "stream")


def test_each_script_has_a_notebook_and_a_test():
    names = [script.stem for script in SCRIPTS]
    assert names == [notebook.stem for notebook in NOTEBOOKS]
    assert {f"test_{name}" for name in names} <= globals().keys()
    assert len(names) >= 12


@EVERY_SCRIPT
def test_its_notebook_is_made_of_it(script):
    made, kept = jupytext.read(script, fmt="py:percent"), notebook_of(script.stem)
    assert [(cell.cell_type, cell.source) for cell in kept.cells] == [(cell.cell_type, cell.source) for cell in made.cells]
    assert made.cells[0].cell_type == "markdown"
    assert made.cells[0].source.startswith("# ")
    assert "It needs " in made.cells[0].source


@EVERY_SCRIPT
def test_its_notebook_has_run(script):
    notebook = notebook_of(script.stem)
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))
    assert {output.output_type for output in outputs(notebook)} <= {"stream", "display_data", "execute_result"}  # and no error
    assert not [output.text for output in outputs(notebook) if output.get("name") == "stderr"]
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", printed(notebook)), "control characters"
    text = re.sub(r'"image/png": "[^"]*"', "", nbformat.writes(notebook))
    assert not re.search(r"/(home|root|tmp|usr|work|Users)/| at 0x[0-9a-f]{6}", text), "the machine on which it ran"


def test_the_pictures_are_small():
    sizes = {
        f"{path.stem}-{index}": len(base64.b64decode(output.data["image/png"]))
        for path in NOTEBOOKS
        for index, output in enumerate(outputs(notebook_of(path.stem)))
        if "image/png" in output.get("data", {})
    }
    assert len(sizes) >= 10
    assert max(sizes.values()) < 250_000, max(sizes, key=sizes.get)
    assert sum(path.stat().st_size for path in NOTEBOOKS) < 2_500_000


@pytest.fixture(params=["script", "notebook"])
def text(request, tmp_path):
    """What the example prints of which the test has the name."""
    name = request.node.originalname.removeprefix("test_")
    shown = printed(notebook_of(name))
    if request.param == "notebook":
        return shown
    # Small networks gain nothing from threads, and threads on busy cores wait for each other.
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow", "MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, ROOT / "examples" / f"{name}.py"], capture_output=True, text=True, timeout=300, cwd=tmp_path, env=environment
    )
    assert run.returncode == 0, run.stderr[-2000:]
    if name == "digits":  # the demo
        assert run.stderr == ""
        assert run.stdout.count("\n") <= 50
    if name != "export":  # which says more where the converters are
        assert lines(shown) == lines(run.stdout)
    return run.stdout


def lines(text):
    """The lines that are printed, up to the numbers, which depend on the machine."""
    return {re.sub(r" *-?\d[\d.,]*(e[-+]?\d+)?", " 0", line) for line in text.replace(".venv/bin/python", "python").splitlines()}


def numbers(text, pattern):
    """What the groups of a pattern find, as numbers. A group that finds nothing is left out."""
    found = [group for match in re.finditer(pattern, text, re.MULTILINE) for group in match.groups() if group]
    assert found, f"{pattern!r} is not in it"
    return [float(group.replace(",", "")) for group in found]


def test_gradients(text):
    sigmoid, tanh, relu = numbers(text, r"textbook's gradient: (\S+)")
    assert max(sigmoid, tanh) < 1e-6
    assert relu == 0
    measured = numbers(text, r"^(?:sigmoid|tanh|relu|selu) +(\d\.\d{3}) +(\d\.\d{3}) +\de")
    assert len(measured) == 8
    assert measured[::2] == pytest.approx(measured[1::2], rel=0.03)


def test_relu_family(text):
    assert numbers(text, r"^(?:lecun_normal|lecun_normal, AlphaDropout) +mean +\S+, deviation +(\S+)$") == pytest.approx([1, 1], abs=0.1)
    assert numbers(text, r"^he_normal +mean +\S+, deviation +(\S+)$")[0] > 2
    assert numbers(text, r"^from probabilities +(\S+)$")[0] < 20
    assert numbers(text, r"^from logits +(\S+)$") == [2000]
    assert "from_logits=True" in text.splitlines()[-1]


def test_gelu(text):
    assert len(set(numbers(text, r"^kernel='fallback' computed (\d+) of (\d+) values"))) == 1
    assert numbers(text, r"^ka.GELU\(kernel='fallback'\) +\S+ +(\S+)$")[0] < 1e-6
    assert numbers(text, r"^0.5 x .* (\S+)$")[0] > 0.5


def test_training(text):
    first, last = numbers(text, r"^N\(0, sqrt\(2 / fan_in\)\) +(\S+) +\S+ +(\S+)$")
    assert 0.3 < last / first < 3
    assert numbers(text, r"^N\(0, 0.01\) +\S+ +\S+ +(\S+)$")[0] < 1e-10
    assert numbers(text, r"Total params: ([\d,]+)") == [3306]
    assert numbers(text, r"^sum +([\d,]+) +([\d,]+)$") == [3306, 16 * 32 + 32 * 64 + 64 * 10]
    assert min(numbers(text, r"test accuracy (\S+)%")) > 80
    assert numbers(text, r"^rate after 20 epochs: (\S+)$") == [0.02 / 2**4]


def test_digits(text):
    assert numbers(text, r"epoch 10: +(\S+)% of the test images")[0] > 93
    assert numbers(text, r"all (\d+) predictions are bit-identical") == [3600]
    accuracies = numbers(text, r"^  \w.* (\S+)% +\S+   (?:the framework|this package)")
    assert len(accuracies) == 10
    assert min(accuracies) > 88
    assert max(map(len, text.splitlines())) <= 100


def test_dead_relus(text):
    assert numbers(text, r"^After 0 steps, for the probe batch: (\d+) of 64")[0] > 55
    relu, its_warnings, leaky, no_warnings = numbers(text, r"^(?:relu|leaky_relu) +(\S+)%, warnings of ka.check: (\d)")
    assert relu + 10 < leaky
    assert its_warnings > no_warnings == 0


def test_snake(text):
    relu, tanh, snake = numbers(text, r"^(?:relu|tanh|snake\(alpha=2\)) +\S+ +(\S+)$")
    assert snake < 0.3 < min(relu, tanh)


def test_siren(text):
    relu, default, own, *close = numbers(text, r"^(?:relu|siren), .* (\S+) dB$")
    assert own > 35 > 25 > max(relu, default)
    assert close[2] > max(close[:2]) + 3


def test_transformer(text):
    gelu, geglu, swiglu = numbers(text, r"^(?:gelu|geglu|swiglu) +([\d,]+) ")
    assert geglu == swiglu <= gelu
    assert min(numbers(text, r"^(?:gelu|geglu|swiglu) .* (\S+)%$")) > 50


def test_heat(text):
    *smooth, relu = numbers(text, r"^(?:tanh|sine|gelu|gaussian|relu) +\S+ +(\S+)%$")
    assert max(smooth) < 10 < 40 < relu


def test_mobilenet(text):
    assert numbers(text, r"^(\d+) swapped, equal predictions: True$") == [27]
    relu6, hard_silu, prelu = numbers(text, r"^(?:relu6|hard_silu|prelu) +([\d,]+) ")
    assert relu6 == hard_silu == prelu - 27
    swapped = numbers(text, r"^(?:hard_silu|prelu) +\S+ +kept +(\S+)%")
    assert numbers(text, r"^hard_silu after two epochs: accuracy (\S+)%$")[0] > swapped[0] + 20
    assert text.endswith("The original predicts what it did: True\n")


def test_export(text):
    differences = numbers(text, r"^served by .* largest difference (\S+) of")
    assert max(differences) < 1e-5
    assert len(differences) == 2 or "No ONNX here" in text
