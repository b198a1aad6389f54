"""Measure how the time of the sparse normalizers grows with the length of a row: `make rows` runs all of it.

    KERAS_BACKEND=torch python -m lab.rows measure   for each backend: times, into output/rows
    python -m lab.rows table                         docs/rows.md

The textbook's way sorts each row. The sparse normalizers are compared with it. They are also compared with the package entmax on torch, if
it is installed: `pip install entmax`.
"""

import functools
import importlib.metadata
import itertools
import json
import sys

import numpy as np
from keras import ops

import keras_activations as ka
from lab.speed import BACKEND, EVERYDAY, PASSES, ROOT, both, compared, compiled, environment, forward, measured_on, ratio, table, today

OUTPUT = ROOT / "output" / "rows"
NUMBERS = 2**19
WIDTHS = (128, 4096, 131072)
SPREADS = (2.0, 0.02)
"""Standard deviations. Few numbers of a row have a part in the sum with the first one, and many with the second one."""
K = 64
"""How many numbers the package entmax sorts first. It doubles them in the rows where they are too few."""


def sparsemax_by_sorting(x):
    descending = -ops.sort(-ops.stop_gradient(x), axis=-1)
    rank, sums = (ops.cumsum(numbers, axis=-1) for numbers in (ops.ones_like(x), descending))
    size = ops.sum(ops.cast(1.0 + rank * descending > sums, x.dtype), axis=-1, keepdims=True)
    least = ops.sum(ops.where(rank == size, descending, 0.0), axis=-1, keepdims=True)
    inside = ops.cast(x >= least, x.dtype)
    tau = (ops.sum(inside * x, axis=-1, keepdims=True) - 1.0) / ops.sum(inside, axis=-1, keepdims=True)
    return ops.relu(x - tau)


def entmax15_by_sorting(x):
    z = (x - ops.stop_gradient(ops.max(x, axis=-1, keepdims=True))) / 2.0
    descending = -ops.sort(-ops.stop_gradient(z), axis=-1)
    rank, sums, squares = (ops.cumsum(numbers, axis=-1) for numbers in (ops.ones_like(z), descending, descending * descending))
    mean = sums / rank
    candidates = mean - ops.sqrt(ops.maximum(1.0 - squares + sums * mean, 0.0) / rank)
    size = ops.sum(ops.cast(candidates <= descending, x.dtype), axis=-1, keepdims=True)
    tau = ops.sum(ops.where(rank == size, candidates, 0.0), axis=-1, keepdims=True)
    # One step of Newton's method gives tau its derivative.
    w = ops.relu(z - tau)
    excess = ops.sum(w * w, axis=-1, keepdims=True) - 1.0
    return ops.square(ops.relu(z - tau - excess / ops.stop_gradient(2.0 * ops.sum(w, axis=-1, keepdims=True))))


def others(name):
    """{name in the table: function} of the functions to compare an activation with."""
    found = {"sparsemax": {"a full sort": sparsemax_by_sorting}, "entmax15": {"a full sort": entmax15_by_sorting}}.get(name, {})
    if BACKEND != "torch":
        return found
    try:
        import entmax
    except ImportError:
        return found
    if name == "entmax":
        return {"entmax, bisection": functools.partial(entmax.entmax_bisect, alpha=ACTIVATIONS[name].alpha)}
    theirs = getattr(entmax, name)
    return found | {"entmax, full sort": theirs, f"entmax, k={K}": functools.partial(theirs, k=K)}


ACTIVATIONS = {"sparsemax": ka.Sparsemax(), "entmax15": ka.Entmax15(), "entmax": ka.Entmax(1.25)}


def cell(name, against, other, spread, width):
    draw, shape, (mode, *_) = np.random.default_rng(0), (NUMBERS // width, width), EVERYDAY[BACKEND]
    x = ops.convert_to_tensor(draw.normal(scale=spread, size=shape), "float32")
    w = ops.convert_to_tensor(draw.normal(size=shape), "float32")
    layer = ACTIVATIONS[name]
    np.testing.assert_allclose(*(ops.convert_to_numpy(function(x)) for function in (layer, other)), rtol=1e-3, atol=1e-5)
    found = {
        what: compared(*(compiled(make(function), mode, x, w) for function in (layer, other)))
        for what, make in zip(PASSES, (forward, both), strict=True)
    }
    return {"name": name, "against": against, "spread": spread, "width": width, "date": today(), **found}


def measure():
    cells = []
    for name in ACTIVATIONS:
        for (against, other), spread, width in itertools.product(others(name).items(), SPREADS, WIDTHS):
            cells.append(cell(name, against, other, spread, width))
            print(BACKEND, name, against, spread, width, *(f"{cells[-1][what]['ratio']:.2f}" for what in PASSES), flush=True)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    peer = importlib.metadata.version("entmax") if any(c["against"].startswith("entmax") for c in cells) else None
    (OUTPUT / f"{BACKEND}.json").write_text(json.dumps({"environment": environment() | {"entmax": peer}, "cells": cells}, indent=1))


PREFACE = f"""How the time of the sparse normalizers grows with the length of a row. `make rows` measured it on a CPU that may have had
other work too, so that a few hundredths are noise.

* *A full sort*: the textbook's way, in `keras.ops`: see `lab/rows.py`. *entmax*: the package of that name, by the authors of the
  papers, with a full sort, and with a sort of the {K} largest numbers only, which it doubles where they are too few. Its function for
  any alpha bisects; `entmax` here has alpha {ACTIVATIONS["entmax"].alpha}.
* The inputs are {NUMBERS:,} normally distributed numbers. With a standard deviation of {SPREADS[0]:g}, few numbers of a row have a part
  in the sum, and with {SPREADS[1]:g} many.
* *Forward* is the call, without gradients. *Both* is the call and the gradient with respect to the input. TensorFlow runs them in a
  `tf.function`, JAX in `jax.jit`, and torch as they are, on one thread.
* The two take turns, and a ratio is that of the two least times, ours divided by the other's: 0.50 is twice as fast. Before, their values
  are compared: they agree within 1e-5 plus 0.1 %."""


def ratios(cells):
    ways = {}
    for c in cells:
        ways.setdefault((c["name"], c["spread"], c["against"]), []).append(" / ".join(ratio(c[what]["ratio"]) for what in PASSES))
    return by_width("against", ways)


def growth(cells):
    """The table of nanoseconds for each number. Each row is a curve."""
    ways = {}
    for c in cells:
        for way, whose in (("this package", "ours"), (c["against"], "theirs")):
            times = ways.setdefault((c["name"], c["spread"], way), [])
            # Ours is measured again with each of the others. The first measurement gives its curve.
            if len(times) < len(WIDTHS):
                times.append(" / ".join(f"{c[what][whose] / NUMBERS * 1e9:.1f}" for what in PASSES))
    return by_width("way", ways)


def by_width(what, ways):
    ordered = sorted(ways, key=lambda key: (list(ACTIVATIONS).index(key[0]), SPREADS.index(key[1])))
    rows = [[f"`{name}`", f"{spread:g}", way, *ways[name, spread, way]] for name, spread, way in ordered]
    return table(["activation", "deviation", what, *(f"rows of {width:,}" for width in WIDTHS)], rows)


def write_page():
    results = {backend: json.loads(file.read_text()) for backend in EVERYDAY if (file := OUTPUT / f"{backend}.json").exists()}
    if not results:
        raise SystemExit("Nothing has been measured yet: run `make rows`.")
    lines = ["# Rows", "", "<!-- Written by `make rows`, not by hand. -->", "", PREFACE, ""]
    lines += measured_on({backend: found | {"models": []} for backend, found in results.items()})
    lines += [f"* entmax {found['environment']['entmax']}." for found in results.values() if found["environment"]["entmax"]]
    for backend, found in results.items():
        lines += ["", f"## On {backend}", "", "Ours divided by the other's, forward / both:", "", *ratios(found["cells"])]
        lines += ["", "Nanoseconds for each number, forward / both:", "", *growth(found["cells"])]
    (ROOT / "docs" / "rows.md").write_text("\n".join([*lines, ""]))


if __name__ == "__main__":
    if BACKEND == "torch":
        import torch

        torch.set_num_threads(1)
    {"measure": measure, "table": write_page}[sys.argv[1]]()
