"""Measure the memory that is kept for the backward pass, and the peak memory of a step: `make memory` runs all of it.

    KERAS_BACKEND=torch python -m lab.memory measure           for each backend, into output/memory
    python -m lab.memory table                                 docs/memory.md
    KERAS_BACKEND=torch python -m lab.memory peak mish ours 4  the peak of one step through four layers alone

The kept memory is counted, and does not depend on the machine. Linux reports the peaks.
"""

import argparse
import functools
import itertools
import json
import math
import subprocess
import sys
import warnings
from pathlib import Path

import keras
import numpy as np

import keras_activations as ka
from lab import speed
from lab.textbook import source, unlearned

BACKEND = keras.backend.backend()
OUTPUT = speed.ROOT / "output" / "memory"
PAGE = speed.ROOT / "docs" / "memory.md"

SHAPE = (256, 64)
"""The shape of the inputs when kept memory is counted. They are much larger than every parameter."""

PEAKS = ("gelu", "silu", "mish", "tanh", "softplus", "swiglu", "tanh_exp")
NUMBERS = 2**26
DEPTHS = (1, 4)
MODES = {"tensorflow": "graph", "torch": "eager"}
"""The modes of the steps whose peaks are measured."""


# ------------------------------------------------------------------------------------------------------------------------- kept


def kept(layer, dtype="float32"):
    """The memory that is kept between the forward and the backward pass: {"x": the input, "y": the output, "others": the rest}.

    The unit is the size of the input.
    """
    x = keras.ops.convert_to_tensor(np.random.default_rng(0).normal(scale=2.0, size=SHAPE), dtype)
    found = {"tensorflow": kept_by_tensorflow, "torch": kept_by_torch, "jax": kept_by_jax}[BACKEND](layer, x)
    whole = math.prod(SHAPE) * (4 if dtype == "float32" else 2)
    return {part: round(size / whole, 2) for part, size in found.items()}


def sorted_out(sizes, x, y):
    """The kept bytes of x, y and the others. `sizes` is {what it is: bytes}. x and y may be the same."""
    others = sum(size for part, size in sizes.items() if part not in (x, y))
    return {"x": sizes.get(x, 0), "y": sizes.get(y, 0) if y != x else 0, "others": others}


def kept_by_torch(layer, x):
    """The storages that autograd saves, each once."""
    import torch

    x, saved = x.requires_grad_(), []
    with torch.autograd.graph.saved_tensors_hooks(lambda tensor: saved.append(tensor) or tensor, lambda tensor: tensor):
        y = layer(x)
    storages = [tensor.untyped_storage() for tensor in saved]
    sizes = {storage.data_ptr(): storage.nbytes() for storage in storages}
    return sorted_out(sizes, *(tensor.untyped_storage().data_ptr() for tensor in (x, y)))


def kept_by_jax(layer, x):
    """The variables that `jax.vjp` hands to the backward pass, each once. They are counted in the program before XLA compiles it.

    A repeated number does not count: nothing stores it where both passes are compiled.
    """
    import jax
    from jax.extend.core import Var

    def step(x):
        y, backward = jax.vjp(layer, x)
        return y, jax.tree.leaves(backward)

    jaxpr = jax.make_jaxpr(step)(x).jaxpr
    y, *residuals = jaxpr.outvars
    residuals = [part for part in residuals if isinstance(part, Var) and not is_a_number_repeated(part, jaxpr)]
    return sorted_out({part: part.aval.size * part.aval.dtype.itemsize for part in residuals}, jaxpr.invars[0], y)


def is_a_number_repeated(variable, jaxpr):
    """Whether a variable of a JAX program is a single number, repeated to the shape of an array."""
    for equation in jaxpr.eqns:
        if variable in equation.outvars:
            if equation.primitive.name == "jit":
                inner = equation.params["jaxpr"].jaxpr
                return is_a_number_repeated(inner.outvars[equation.outvars.index(variable)], inner)
            return equation.primitive.name == "broadcast_in_dim" and all(operand.aval.size == 1 for operand in equation.invars)
    return False


HANDED_ON = {"Identity", "StopGradient", "PreventGradient", "Reshape"}
"""TensorFlow operations whose output is their input."""
UNREAD = {"Shape", "ShapeN", "Size", "Rank", "ZerosLike", "OnesLike"}
"""Operations that read only the shape of their input after the graph is optimized."""
REPEATED = {"Const", "Fill", "ZerosLike", "OnesLike"}
"""Operations whose output is a repeated number or a constant."""


def kept_by_tensorflow(layer, x):
    """The tensors of the forward pass that the operations of the backward pass read, in a graph before it is optimized."""
    import tensorflow as tf

    graph = tf.Graph()
    with graph.as_default():
        x = tf.compat.v1.placeholder(x.dtype, x.shape)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x)
        before = {*graph.get_operations()}
        tape.gradient(y, x, tf.compat.v1.placeholder(y.dtype, y.shape))
    backward = [operation for operation in graph.get_operations() if operation not in before]
    read = [tensor for operation in backward if operation.type not in UNREAD for tensor in operation.inputs if tensor.op in before]
    origins = [tensor for tensor in map(origin, read) if tensor.op.type not in REPEATED]
    sizes = {tensor.ref(): tensor.shape.num_elements() * tensor.dtype.size for tensor in origins}
    return sorted_out(sizes, x.ref(), origin(y).ref())


def origin(tensor):
    """The tensor whose memory this one is."""
    while tensor.op.type in HANDED_ON or tensor.op.type == "IdentityN":
        tensor = tensor.op.inputs[tensor.value_index if tensor.op.type == "IdentityN" else 0]
    return tensor


# ------------------------------------------------------------------------------------------------------------------------ peaks


def status(name):
    """A number of bytes that Linux reports for this process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith(name))


def contestants(name):
    """{"ours", "textbook", "keras": a function that makes the layer}. The last two may be missing."""
    cls = ka.catalogue()[name].cls
    found = {"ours": lambda: unlearned(cls)}
    if source(unlearned(cls)):
        found["textbook"] = speed.Unit(cls).theirs
    if name in speed.units() and speed.units()[name].native:
        found["keras"] = speed.units()[name].theirs
    return found


def peak(name, side, depth):
    """The memory of a step through layers in a row, without its input and the gradient with respect to its output.

    The unit is the size of the input.
    """
    sides = {which: make() for which, make in contestants(name).items()}
    x = keras.ops.ones((NUMBERS // speed.WIDTH, speed.WIDTH))
    w = keras.ops.ones(sides["ours"].compute_output_shape(x.shape))
    row = functools.partial(functools.reduce, lambda y, layer: layer(y), [sides[side]] * depth)
    step = speed.compiled(speed.both(row), MODES[BACKEND], x, w)
    before = status("VmRSS")
    step()
    return (status("VmHWM") - before) / (4 * NUMBERS)


def peak_in_a_process_of_its_own(*arguments):
    command = [sys.executable, "-m", "lab.memory", "peak", *map(str, arguments)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1])


# ------------------------------------------------------------------------------------------------------------------------ files


def measure():
    """Measure everything on this backend."""
    found = {}
    for name in ka.catalogue():
        sides = contestants(name)
        layer = sides["ours"]()
        found[name] = {"plan": plan(layer)} | {side: kept(make()) for side, make in sides.items()}
        print(BACKEND, name, found[name], flush=True)
    peaks = []
    for name, depth in itertools.product(PEAKS if BACKEND in MODES else (), DEPTHS):
        # A splitter halves its input. The layers in a row of splitters would have different sizes.
        if depth == 1 or not issubclass(ka.catalogue()[name].cls, ka.Splitting):
            row = {side: peak_in_a_process_of_its_own(name, side, depth) for side in contestants(name)}
            peaks.append({"unit": name, "layers": depth} | row)
            print(BACKEND, peaks[-1], flush=True)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    (OUTPUT / f"{BACKEND}.json").write_text(json.dumps({"environment": speed.environment(), "kept": found, "peaks": peaks}, indent=1))


def plan(layer):
    """The name of the plan in the mode in which the kept memory is counted."""
    return layer.plan({"tensorflow": "graph", "torch": "eager", "jax": "fused"}[BACKEND], "float32").name


# ----------------------------------------------------------------------------------------------------------------------- tables

PREFACE = """What is kept between the forward and the backward pass, counted by `make memory`, in arrays of the size of the input. *x* is
the input itself and *y* the output, which are often alive anyway; a number is what is kept besides: 1.25 is a float and a boolean for each
number of the input. **Bold** is more than the textbook keeps, and neither x alone nor y alone: of straight lines the textbook keeps
booleans, a quarter of x.

* The *textbook* is the formula of the docstring in `keras.ops`, with automatic differentiation, as in [speed.md](speed.md). *Keras* is
  `keras.layers.Activation` with the function of `keras.activations` that has the name. What a unit can learn is a plain number in all.
* torch: the storages that autograd keeps, each once, in eager mode.
* JAX: what `jax.vjp` hands to the backward pass, each array once. XLA may store less where both passes are in one `jit`.
* TensorFlow: what the gradient reads of the forward pass in a `tf.function`, before its graph is optimized."""
PEAKED = f"""The peak of the resident memory of a process in one step, forward and backward, through one layer or four in a row, for
{NUMBERS:,} numbers, above what the process had before with its input and the gradient with respect to the output. The last output and the
gradient are one array each, of SwiGLU the output half of one. TensorFlow runs a `tf.function`, and torch is as it is. Each number is that
of a process of its own.

Through one layer the peak is that of the temporaries, which a derivative that starts from x has more of. With every further layer, what is
kept is added."""


def total(parts):
    return round(sum(parts.values()), 2)


def words(parts):
    """The kept memory in words, such as "x + 1.25"."""
    named = [part for part in ("x", "y") if parts[part]]
    return " + ".join([*named, *([f"{parts['others']:g}"] if parts["others"] else [])]) or "nothing"


def is_anyway(parts):
    """Whether only the input or only the output is kept."""
    return words(parts) in ("x", "y")


def keeps_more(row, side):
    """Whether ours keeps more than theirs, and more than only x or only y, which are often alive anyway."""
    return side in row and total(row["ours"]) > total(row[side]) and not is_anyway(row["ours"])


def summary(results):
    rows = []
    for backend, found in results.items():
        for side in ("textbook", "keras"):
            every = {name: row for name, row in found["kept"].items() if side in row}
            means = [sum(total(row[which]) for row in every.values()) / len(every) for which in ("ours", side)]
            differences = [total(row["ours"]) - total(row[side]) for row in every.values()]
            more = [f"`{name}`" for name, row in every.items() if keeps_more(row, side)]
            less, same = sum(d < 0 for d in differences), sum(d == 0 for d in differences)
            counts = [less, same, len(every) - less - same - len(more), ", ".join(more)]
            rows.append([backend, side, len(every), *(f"{mean:.2f}" for mean in means), *counts])
    return speed.table(
        ["backend", "against", "units", "ours, mean", "theirs, mean", "less", "as much", "x or y, and theirs less", "more"], rows
    )


def by_unit(found):
    rows = []
    for name, row in found["kept"].items():
        ours = words(row["ours"])
        shown = [words(row[side]) if side in row else "" for side in ("textbook", "keras")]
        rows.append([f"`{name}`", row["plan"], f"**{ours}**" if keeps_more(row, "textbook") else ours, *shown])
    return speed.table(["activation", "plan", "ours", "textbook", "Keras"], rows)


def peaks_table(results):
    rows = [
        [backend, f"`{row['unit']}`", row["layers"], *(f"{row[side]:.1f}" if side in row else "" for side in ("ours", "textbook", "keras"))]
        for backend, found in results.items()
        for row in sorted(found["peaks"], key=lambda row: row["layers"])
    ]
    return speed.table(["backend", "activation", "layers", "ours", "textbook", "Keras"], rows)


def page(results):
    """The text of `docs/memory.md`, from {backend: the content of its file}."""
    lines = ["# Memory", "", "<!-- Written by `make memory`, not by hand. -->", "", PREFACE, ""]
    for backend, found in results.items():
        has = found["environment"]
        lines.append(f"* Measured on {backend}: {has['processor']}, {has['cores']} cores, keras {has['keras']}, {backend} {has[backend]}.")
    lines += ["", "## In short", "", *summary(results), "", "## The peak of a step", "", PEAKED, "", *peaks_table(results)]
    for backend, found in results.items():
        lines += ["", f"## Every activation on {backend}", "", *by_unit(found)]
    return "\n".join([*lines, ""])


def write_page():
    results = {backend: json.loads(file.read_text()) for backend in speed.MODES if (file := OUTPUT / f"{backend}.json").exists()}
    if {*results} != {*speed.MODES}:
        raise SystemExit("Not every backend has been measured yet: run `make memory`.")
    PAGE.write_text(page(results))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["measure", "table", "peak"])
    parser.add_argument("of", nargs="*", help="of a peak: the activation; ours, textbook or keras; and how many layers")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    if arguments.what == "measure":
        measure()
    elif arguments.what == "peak":
        name, side, depth = arguments.of
        print(peak(name, side, int(depth)))
    else:
        write_page()
