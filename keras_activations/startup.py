"""What the command line needs before Keras is imported: a backend, and silence.

Python imports the package before it runs `keras_activations.__main__`. So the package imports this file first, which does nothing unless
the command line is running. It uses the standard library alone.
"""

import atexit
import importlib.util
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

WITH_BACKEND = ("plot", "gain", "check", "replace", "bench")
"""The commands that compute. The others read what is stored, and Keras's NumPy backend starts fastest."""

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


has_chosen = is_command_line() and choose_backend()
"""Whether this process has Keras's NumPy backend without the user's wish."""
if is_command_line():
    silence()
