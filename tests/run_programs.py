"""Run programs one after the other: {name: source} from stdin, {name: [stdout, traceback or ""]} to the last line of stdout.

Each is a file in a folder of its own, and the module `__main__`, so that its classes can be pickled and its functions have a source. Before
each, Keras forgets what the last one left: names and the dtype policy.
"""

import json
import os
import sys
import tempfile
import traceback
import types
import warnings
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def run(source, folder):
    """(stdout, traceback) of a program, and of the processes that it starts."""
    file, printed = folder / "program.py", folder / "printed.txt"
    file.write_text(source)
    (folder / "tests").symlink_to(ROOT / "tests")  # whose data a recipe reads
    if "old.h5" in source:
        with zipfile.ZipFile(ROOT / "tests/data/legacy/2.12.0.zip") as files:
            (folder / "old.h5").write_bytes(files.read("addons_functions.h5"))
    module = types.ModuleType("__main__")
    module.__file__ = str(file)
    sys.modules["__main__"], sys.argv = module, [str(file)]
    os.chdir(folder)
    before = os.dup(1)
    with printed.open("w") as output, warnings.catch_warnings():
        os.dup2(output.fileno(), 1)
        try:
            exec(compile(source, file, "exec"), vars(module))
            failed = ""
        except BaseException:
            failed = traceback.format_exc()
        finally:
            sys.stdout.flush()
            os.dup2(before, 1)
            os.chdir(ROOT)
    os.close(before)
    return printed.read_text(), failed


def forget():
    """Make Keras as it is after its import, if it was imported."""
    if keras := sys.modules.get("keras"):
        keras.utils.clear_session()
        keras.config.set_dtype_policy("float32")
        keras.config.set_floatx("float32")


def main():
    found = {}
    for name, source in json.load(sys.stdin).items():
        with tempfile.TemporaryDirectory() as folder:
            forget()
            found[name] = run(source, Path(folder))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
