"""What is computed and measured about every activation, for the tools: `make cards` rewrites keras_activations/tools/cards.json.

`python -m lab.cards properties` computes the properties, `costs` measures the backend that is set, and both keep what the file has besides.
"""

import json
import re
import sys
from pathlib import Path

import keras
import numpy as np

import keras_activations as ka
from keras_activations.tools import cards
from keras_activations.tools.analysis import Shape
from keras_activations.tools.curves import curves_of
from keras_activations.tools.describing import as_json, properties
from lab import speed

if keras.backend.backend() == "torch":
    import torch

    # On a busy core, a thread that waits for the other makes ReLU a hundred times as slow, and what is divided by it so cheap.
    torch.set_num_threads(1)

DOCS = Path(__file__).parents[1] / "docs"


def all_properties():
    """{class: arguments and properties} of every activation."""
    found = {}
    for entry in ka.catalogue().values():
        layer = entry.layer()
        curves, notes = curves_of(layer)
        values = properties(Shape(curves[0])) | {"note": "; ".join(notes) or None}
        found[cards.key(layer)] = {"arguments": cards.arguments_of(layer)} | as_json(values)
        print(entry.name, flush=True)
    return found


def exports():
    """{conversion: the activations that do not survive it}, from the table in docs/export.md."""
    rows = re.findall(r"^\| (\w+) \| ([^|]+) \| \d+ \|([^|]*)\|$", (DOCS / "export.md").read_text(), re.MULTILINE)
    return {f"{start} to {end}": re.findall(r"`(\w+)`", names) for start, end, names in rows if names.strip()}


def inaccurate():
    """{name: {dtype: [value, gradient, second derivative, not finite]}}, from the table in docs/accuracy.md.

    These are the errors of kernel="fallback" where it is outside its budget, the worst of all samples and modes.
    """
    table = (DOCS / "accuracy.md").read_text().partition("## Where this package is outside its budget")[2].partition("\n## ")[0]
    found = {}
    names = {entry.cls.__name__: entry.name for entry in ka.catalogue().values()}
    for cells in re.findall(r"^\| `(\w+)\(.*?` \| (\w+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| (\d+) \|", table, re.MULTILINE):
        cls, dtype, *errors = cells
        worst = found.setdefault(names[cls], {}).setdefault(dtype, [0.0, 0.0, 0.0, 0])
        worst[:] = [max(pair) for pair in zip(worst, [*map(float, errors[:3]), int(errors[3])], strict=True)]
    return found


def costs():
    """{name: the time of value and gradient, divided by that of ReLU}, for 65,536 numbers in the mode in which the backend is used."""
    mode = {"tensorflow": "graph", "torch": "eager", "jax": "jit"}[keras.backend.backend()]
    x = keras.ops.convert_to_tensor(np.random.default_rng(0).normal(scale=2.0, size=(1024, 64)), "float32")

    def call(layer):
        w = keras.ops.ones(layer.compute_output_shape(x.shape), "float32")
        return speed.compiled(speed.both(layer), mode, x, w)

    relu, found = call(ka.ReLU()), {}
    for entry in ka.catalogue().values():
        found[entry.name] = float(f"{speed.compared(call(entry.layer()), relu)['ratio']:.3g}")
        print(entry.name, found[entry.name], flush=True)
    return found


def written(data):
    """JSON with one line for each activation, so that a change shows in the diff where it belongs."""
    parts = []
    for part, rows in sorted(data.items()):
        lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(row, sort_keys=True)}" for name, row in sorted(rows.items()))
        parts.append(f" {json.dumps(part)}: {{\n{lines}\n }}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main(what):
    data = json.loads(cards.FILE.read_text()) if cards.FILE.exists() else {"properties": {}, "cost": {}, "exports": {}}
    if what == "properties":
        data |= {"properties": all_properties(), "exports": exports(), "inaccurate": inaccurate()}
    else:
        data["cost"][keras.backend.backend()] = costs()
    cards.FILE.write_text(written(data))


if __name__ == "__main__":
    main(sys.argv[1])
