"""The parts of the repository (rooms), and which part may import from which."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import keras_activations as ka
from lab.cases import BACKEND

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(BACKEND != "torch", reason="the same on every backend")

# Each room may import itself and the rooms listed here.
# `keras_activations` means the file that imports the rooms, and its public names.
ALLOWED = {
    "keras_activations/core": set(),
    "keras_activations/catalogue": {"keras_activations/core"},
    "keras_activations/families": {"keras_activations/core", "keras_activations/catalogue"},
    "keras_activations/testing": {"keras_activations/core", "keras_activations/catalogue"},
    # The package imports its tools at their first use, so that they may use its public names. See `SERVICES` for the core.
    "keras_activations/tools": {"keras_activations", "keras_activations/core", "keras_activations/catalogue"},
    "keras_activations": {f"keras_activations/{room}" for room in ("core", "catalogue", "families", "testing", "tools")},
    "lab": {"keras_activations"},
    "tests": {"keras_activations", "lab"},
    "examples": {"keras_activations"},
}
INSIDE = tuple(f"keras_activations/{room}" for room in ("core", "catalogue", "families", "testing", "tools"))
FILES = sorted(path for top in ("keras_activations", "lab", "tests", "examples") for path in (ROOT / top).rglob("*.py"))
BACKENDS = {"tensorflow", "jax", "torch"}
# What tools may use of the core: checks of arguments, the hooks of the backends, the gaps of Keras, and names. Nothing of it is about the
# inside of an activation.
SERVICES = {"arguments", "autodiff", "keras_gaps", "kernels", "activation.canonical_name"}
# `to_torch` makes modules of torch, with any backend.
MAY_IMPORT = {"core/autodiff.py": BACKENDS, "tools/compat/objects.py": {"torch"}}


def room(parts):
    """Return the room of a file or module. `parts` are the parts of its path from the root."""
    inside = "/".join(parts[:2])
    return inside if inside in INSIDE else parts[0]


def imported(path):
    """Yield the parts of the dotted names of all modules that a file imports. The import may be anywhere in the file."""
    package = path.relative_to(ROOT).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (tuple(alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = (*base, *(node.module.split(".") if node.module else ()))
            # Each name may be a module.
            yield from ((*module, alias.name) for alias in node.names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_one_way(path):
    here = room(path.relative_to(ROOT).parts)
    for parts in imported(path):
        # `catalogue` is a room and a public name. The name is the function.
        is_public = len(parts) == 2 and parts[0] == "keras_activations" and parts[1] in ka.__all__
        there = "keras_activations" if is_public else room(parts)
        allowed = {here, *ALLOWED[here]}
        if here in ("lab", "tests", "examples") and there in INSIDE:
            there = "keras_activations"  # programs that measure the package may import its rooms
        assert there not in ALLOWED or there in allowed, (
            f"{path.relative_to(ROOT)} imports {'.'.join(parts)}. {here} may import only {', '.join(sorted(allowed))}."
        )


TOOLS = [path for path in FILES if ROOT / "keras_activations" / "tools" in path.parents]


@pytest.mark.parametrize("path", TOOLS, ids=lambda path: path.name)
def test_tools_stand_on_public_names(path):
    core = [".".join(parts[2:]) for parts in imported(path) if parts[:2] == ("keras_activations", "core")]
    # A module is followed by the names that are imported from it.
    foreign = [name for name in core if name and not any(name == known or name.startswith(f"{known}.") for known in SERVICES)]
    assert set(foreign) <= {"activation"}, f"{path.name} imports {foreign} of the core."
    public = {parts[1] for parts in imported(path) if len(parts) == 2 and parts[0] == "keras_activations"}
    # The tables of names of other libraries, `catalogue.presets`, are named in the docstring of `get`.
    assert public <= {*ka.__all__, "__version__", "catalogue", "core", "tools"}, (
        f"{path.name} imports {public - set(ka.__all__)}, which are not public."
    )
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.endswith("__"):
            assert ast.unparse(node.value) in ("self", "cls"), f"{path.name}: {ast.unparse(node)} is private."


@pytest.mark.parametrize("path", [path for path in FILES if ROOT / "keras_activations" in path.parents], ids=lambda path: path.name)
def test_only_autodiff_knows_the_backends(path):
    found = {parts[0] for parts in imported(path)} & BACKENDS
    allowed = MAY_IMPORT.get(path.relative_to(ROOT / "keras_activations").as_posix(), set())
    assert found <= allowed, f"{path.name} imports {found}. Only autodiff.py knows a backend's hooks."


def test_dir_shows_the_public_names_and_nothing_else():
    assert [name for name in dir(ka) if not name.startswith("__")] == sorted(ka.__all__)


@pytest.mark.parametrize("path", [path for path in FILES if ROOT / "keras_activations" in path.parents], ids=lambda path: path.name)
def test_a_long_file_says_why(path):
    text = path.read_text()
    lines = text.count("\n")
    assert lines <= 450 or "This file is long" in str(ast.get_docstring(ast.parse(text))), (
        f"{path.name} has {lines} lines: divide it, or say why it is long."
    )


def test_the_package_imports_no_room_that_needs_an_extra():
    program = "import sys, keras_activations; print([name for name in sys.modules if name.startswith('keras_activations.')])"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=300)
    assert "keras_activations.core.kernels" in run.stdout
    assert "keras_activations.testing" not in run.stdout  # mpmath
    assert "keras_activations.tools.figure" not in run.stdout  # matplotlib


def test_tools_are_imported_when_they_are_used():
    program = (
        "import sys, keras_activations as ka; print([name for name in sys.modules if name.startswith('keras_activations.tools')]); "
        "print(ka.gain('relu'), ka.gain is ka.gain, hasattr(ka, 'nonsense'))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=300)
    before, after = run.stdout.splitlines()
    assert before == "[]"
    assert after.startswith("1.41421")
    assert after.endswith("True False")
