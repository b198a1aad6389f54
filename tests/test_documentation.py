"""Every program in the documentation runs, and prints what the documentation says."""

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from lab.cases import BACKEND

ROOT = Path(__file__).parents[1]
BLOCKS = re.compile(r"^```python\n(.*?)^```$(?:\n\n^```\n(.*?)^```$)?", re.DOTALL | re.MULTILINE)
PROGRAMS = [
    pytest.param(program, printed, id=f"{file.stem}-{i}")
    for file in sorted((ROOT / "docs").glob("*.md"))
    for i, (program, printed) in enumerate(BLOCKS.findall(file.read_text()))
]
OPTIONAL = re.compile(r"^(?:import|from) (joblib|keras_tuner|onnxruntime|sklearn)|\"KERAS_BACKEND\"\] = \"(\w+)\"", re.MULTILINE)


@pytest.mark.skipif(BACKEND != "torch", reason="a program that depends on the backend sets it, and torch starts fastest")
@pytest.mark.parametrize(("program", "printed"), PROGRAMS)
def test_it_runs(program, printed, tmp_path):
    needed = {package for pair in OPTIONAL.findall(program) for package in pair if package}
    if missing := sorted(package for package in needed if find_spec(package) is None):
        pytest.skip(f"{', '.join(missing)} is not installed")
    file = tmp_path / "program.py"
    file.write_text(program)
    # Small networks gain nothing from threads, and threads on busy cores wait for each other.
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    run = subprocess.run([sys.executable, file], capture_output=True, text=True, timeout=300, cwd=ROOT, env=environment)
    assert run.returncode == 0, run.stderr[-2000:]
    assert lines(printed) <= lines(run.stdout), run.stdout[-2000:]


def lines(text):
    """The lines that a program prints. Numbers are random, and so is what is best."""
    return {re.sub(r"\d[\d.]*(e-?\d+)?", "0", line) for line in text.splitlines()}


def test_there_are_some():
    assert len(PROGRAMS) >= 16
    assert sum(bool(printed) for _, printed in (case.values for case in PROGRAMS)) >= 10
