"""Try a wheel as a stranger would: `python -m lab.release dist/NAME.whl`.

For each backend it makes a clean environment, installs the wheel and the backend, and runs the programs of README.md in an empty folder.
There is no checkout on the path. Without a backend the import has to say what to install. Last, pyright reports how many of the public
names have a complete type. Those of the activations have not: their base, Keras's `Layer`, comes without types.
"""

import os
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BLOCKS = re.compile(r"^```python\n(.*?)^```$(?:\n\n^```\n(.*?)^```$)?", re.DOTALL | re.MULTILINE)
"""(program, what it prints) in a page of Markdown."""
PROGRAMS = [program for program, _ in BLOCKS.findall((ROOT / "README.md").read_text())]

BACKENDS = {"tensorflow": "tensorflow-cpu", "jax": "jax", "torch": os.environ.get("TORCH", "torch")}
"""What brings each backend, without a GPU."""


def main(wheel):
    with tempfile.TemporaryDirectory() as folder:
        python = environment(Path(folder) / "none", wheel)
        run = subprocess.run([python, "-c", "import keras_activations"], capture_output=True, text=True, cwd=folder)
        if run.returncode == 0 or "pip install" not in run.stderr.splitlines()[-1]:
            sys.exit(f"Without a backend, the import says: {run.stderr or 'nothing'}")
        print(f"without a backend: {run.stderr.splitlines()[-1]}", flush=True)
    for backend, package in BACKENDS.items():
        with tempfile.TemporaryDirectory() as folder:
            python = environment(Path(folder) / backend, f"{wheel}[plot]", package)
            for index, program in enumerate(PROGRAMS):
                file = Path(folder) / f"program_{index}.py"
                file.write_text(program)
                subprocess.run([python, "-W", "error::DeprecationWarning:keras_activations", file], check=True, cwd=folder, env=of(backend))
            subprocess.run([python, "-m", "pip", "check"], check=True)
            print(f"{backend}: {len(PROGRAMS)} programs of README.md ran", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        python = environment(Path(folder) / "types", wheel, "pyright[nodejs]", "tensorflow-cpu", "matplotlib")
        print(types(python, folder))


def environment(folder, *packages):
    """The Python of a new environment with these packages."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    # torch comes first and alone, from an index that has a build for CPUs under this version.
    for package in reversed(packages):
        subprocess.run([python, "-m", "pip", "install", "--quiet", package], check=True)
    return python


def types(python, folder):
    """What pyright says of the completeness of the types."""
    # pyright finds the installed package by the variables of an activated environment, and not by --pythonpath.
    variables = {"VIRTUAL_ENV": str(python.parents[1]), "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}
    command = [python, "-m", "pyright", "--verifytypes", "keras_activations", "--ignoreexternal"]
    run = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=of("tensorflow") | variables)
    _, found, numbers = run.stdout.partition('Symbols exported by "keras_activations"')
    return found + numbers if found else run.stdout + run.stderr


def of(backend):
    """The environment variables of a stranger's shell: without a path to this checkout."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return kept | {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "2", "MPLBACKEND": "agg"}


if __name__ == "__main__":
    main(str(Path(sys.argv[1]).resolve()))
