"""Every program in the documentation runs, and prints what the documentation says.

A process takes seconds to import Keras. So the programs run one after the other in one process, each as a `__main__` of its own. Those that
choose a backend or start processes have a process of their own.
"""

import functools
import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from lab.cases import BACKEND
from lab.release import BLOCKS

ROOT = Path(__file__).parents[1]
RUNNER = Path(__file__).with_name("run_programs.py")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCES = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
"""(language, block) of a page."""
PROGRAMS = {
    f"{page.relative_to(ROOT).with_suffix('').as_posix().removeprefix('docs/')}-{index}": program
    for page in PAGES
    for index, program in enumerate(BLOCKS.findall(page.read_text()))
}
"""{name: (program, what it prints)}"""
OPTIONAL = re.compile(r"^(?:import|from) (joblib|keras_tuner|onnxruntime|sklearn)|\"KERAS_BACKEND\"\] = \"(\w+)\"", re.MULTILINE)
ALONE = re.compile(r"KERAS_BACKEND|^(?:import|from) (?:joblib|keras_tuner|multiprocessing)|__name__ ==|n_jobs", re.MULTILINE)


def missing(program):
    """The packages that a program needs and that are not installed."""
    needed = {package for pair in OPTIONAL.findall(program) for package in pair if package}
    return sorted(package for package in needed if find_spec(package) is None)


@functools.cache
def outcomes(alone=None):
    """{name: (stdout, traceback)} of the programs that share a process, or of the one that has its own."""
    if alone is None:
        chosen = {name: program for name, (program, _) in PROGRAMS.items() if not missing(program) and not ALONE.search(program)}
    else:
        chosen = {alone: PROGRAMS[alone][0]}
    # Small networks gain nothing from threads, and threads on busy cores wait for each other.
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, RUNNER], input=json.dumps(chosen), capture_output=True, text=True, timeout=600, cwd=ROOT, env=environment
    )
    assert run.returncode == 0, run.stderr[-2000:]
    return json.loads(run.stdout.splitlines()[-1])


@pytest.mark.skipif(BACKEND != "torch", reason="a program that depends on the backend sets it, and torch starts fastest")
@pytest.mark.parametrize("name", PROGRAMS)
def test_it_runs(name):
    program, printed = PROGRAMS[name]
    if absent := missing(program):
        pytest.skip(f"{', '.join(absent)} is not installed")
    stdout, traceback = outcomes(name if ALONE.search(program) else None)[name]
    assert not traceback, traceback[-2000:]
    assert lines(printed) <= lines(stdout), stdout[-2000:]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_program_is_marked_as_one(page):
    others = [block for language, block in FENCES.findall(page.read_text()) if language != "python"]
    assert not [block for block in others if "import keras_activations" in block or "from keras_activations" in block]


def lines(text):
    """The lines that a program prints. Numbers are random, and so is what is best."""
    return {re.sub(r"\d[\d.]*(e-?\d+)?", "0", line) for line in text.splitlines()}


def test_there_are_some():
    assert len(PROGRAMS) >= 40
    assert sum(bool(printed) for _, printed in PROGRAMS.values()) >= 15
