"""Every program in the documentation runs."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from lab.cases import BACKEND

DOCS = Path(__file__).parents[1] / "docs"
PROGRAMS = [
    pytest.param(program, id=f"{file.stem}-{i}")
    for file in sorted(DOCS.glob("*.md"))
    for i, program in enumerate(re.findall(r"^```python\n(.*?)^```$", file.read_text(), re.DOTALL | re.MULTILINE))
]


@pytest.mark.skipif(BACKEND != "torch", reason="nothing in them depends on the backend, and torch starts fastest")
@pytest.mark.parametrize("program", PROGRAMS)
def test_it_runs(program, tmp_path):
    for module in re.findall(r"^(?:import|from) (joblib|sklearn)", program, re.MULTILINE):
        pytest.importorskip(module)
    file = tmp_path / "program.py"
    file.write_text(program)
    run = subprocess.run([sys.executable, file], capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr[-2000:]


def test_there_are_some():
    assert len(PROGRAMS) >= 4
