"""Make the notebooks of the examples, and run them: `make notebooks`, or `python -m lab.notebooks siren snake` for some.

A notebook is what jupytext makes of the script, with what its cells print and draw. Nothing else of the machine or of the run is kept, so
that a notebook changes only where its script or a result does.
"""

import os
import sys
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
SCRIPTS = sorted((ROOT / "examples").glob("*.py"))
METADATA = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}, "language_info": {"name": "python"}}


def notebook_of(script):
    """The notebook of a script, before it has run."""
    notebook = jupytext.read(script, fmt="py:percent")
    notebook.metadata = nbformat.from_dict(METADATA)
    for index, cell in enumerate(notebook.cells):
        cell.id = f"{script.stem}-{index}"  # jupytext draws them at random
        cell.metadata = {}
    return notebook


def run(script):
    """Write the notebook of a script, with its results."""
    notebook = notebook_of(script)
    # TensorFlow writes to the file descriptor of stderr, which then goes to the terminal.
    arguments = ["--IPKernelApp.capture_fd_output=False"]
    resources = {"metadata": {"path": str(ROOT)}}
    NotebookClient(
        notebook, timeout=600, record_timing=False, coalesce_streams=True, extra_arguments=arguments, resources=resources
    ).execute()
    for cell in notebook.cells:
        if cell.cell_type == "code":  # Keras's summary shows an empty text after the one that it prints
            cell.outputs = [output for output in cell.outputs if output.get("data", {}).get("text/plain") != ""]
    notebook.metadata = nbformat.from_dict(METADATA)
    path = script.parent / "notebooks" / f"{script.stem}.ipynb"
    path.parent.mkdir(exist_ok=True)
    nbformat.write(notebook, path)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes", flush=True)


if __name__ == "__main__":
    os.environ.pop("MPLBACKEND", None)  # a notebook has its own
    for script in SCRIPTS:
        if script.stem in (sys.argv[1:] or [script.stem]):
            run(script)
