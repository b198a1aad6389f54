"""The import of Keras, and what the command line needs before it: a backend, and silence.

Python imports the package before it runs `keras_activations.__main__`. So the package imports this file first. It uses the standard
library alone.
"""

import atexit
import importlib
import importlib.util
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

WITH_BACKEND = ("plot", "gain", "check", "replace", "bench")
"""The commands that compute. The others read what is stored, and Keras's NumPy backend starts fastest."""

BACKENDS = ("tensorflow", "jax", "torch")

_COMPUTES = "KERAS_ACTIVATIONS_COMPUTES"

NOISE = re.compile(rb"WARNING: All log messages before absl|[IWE]\d{4} |\d{4}-\d\d-\d\d .*: [IWE] |To enable the following instructions")
"""How the lines begin that TensorFlow writes to stderr without being asked."""


def is_command_line() -> bool:
    """Whether this process is ``python -m keras_activations`` or the script ``keras-activations``."""
    # While Python imports the package of `-m`, this stands for the path that it does not know yet.
    by_module = sys.argv[:1] == ["-m"] and "keras_activations" in sys.orig_argv
    return by_module or Path(sys.argv[0] if sys.argv else "").stem == "keras-activations"


def arguments() -> list[str]:
    """The words after the name of the program."""
    return sys.orig_argv[sys.orig_argv.index("keras_activations") + 1 :] if sys.argv[0] == "-m" else sys.argv[1:]


def choose_backend() -> bool:
    """Set the backend that starts fastest, if the command needs none and the user has set none. Keras's NumPy backend imports JAX.

    Returns:
        Whether it was set. A command that needs a backend nevertheless is run again by `run_with_backend`.
    """
    words = [word for word in arguments() if not word.startswith("-")]
    if {"KERAS_BACKEND", _COMPUTES} & os.environ.keys() or set(words[:1]) & set(WITH_BACKEND) or not importlib.util.find_spec("jax"):
        return False
    os.environ["KERAS_BACKEND"] = "numpy"
    return True


def run_with_backend() -> int:
    """Run this command again in a process with the backend that Keras is set to, and return its exit code."""
    environment = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"} | {_COMPUTES: "1"}
    return subprocess.run([sys.executable, *sys.orig_argv[1:]], env=environment).returncode


def silence() -> None:
    """Let everything through to stderr but the noise of TensorFlow, until the process ends."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    reader, writer = os.pipe()
    terminal = os.dup(2)
    os.dup2(writer, 2)
    os.close(writer)

    def copy():
        with os.fdopen(reader, "rb") as lines:
            for line in lines:
                if not NOISE.match(line):
                    os.write(terminal, line)

    thread = threading.Thread(target=copy, daemon=True)
    thread.start()

    def end():
        sys.stderr.flush()
        os.dup2(terminal, 2)  # closes the pipe, so that the thread ends
        thread.join(timeout=5)

    atexit.register(end)


def import_keras() -> None:
    """Import Keras, and say what to install if its backend is missing: Keras names a module of the backend, after a long traceback.

    Raises:
        ModuleNotFoundError: if the backend is not installed.
    """
    try:
        importlib.import_module("keras")
    except ModuleNotFoundError as error:
        if error.name not in BACKENDS:
            raise
        others = " or ".join(f"{name}{' (installed)' if importlib.util.find_spec(name) else ''}" for name in BACKENDS if name != error.name)
        raise ModuleNotFoundError(
            f"Keras is set to the backend {error.name}, which is not installed. Write pip install {error.name}, or set KERAS_BACKEND to "
            f"{others}.",
            name=error.name,
        ) from error


has_chosen = is_command_line() and choose_backend()
"""Whether this process has Keras's NumPy backend without the user's wish."""
if is_command_line():
    silence()
import_keras()
