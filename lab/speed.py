"""Measure how fast every activation of this package is against what a user would write instead: `make bench` runs all of it.

    KERAS_BACKEND=torch python -m lab.speed measure   for each backend: times, into output/speed
    KERAS_BACKEND=torch python -m lab.speed models    the same for small networks
    python -m lab.speed table                         docs/speed.md, and the table in README.md

    ... measure --all                            every mode, size and dtype, which takes an hour
    ... measure --only mish,gelu --modes eager --sizes 64k,4M --dtypes bfloat16

A new measurement replaces the old one of the same kind. The other measurements stay while the machine and the versions are the same.
"""

import argparse
import datetime
import functools
import gc
import importlib.metadata
import inspect
import itertools
import json
import math
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

import keras_activations as ka
from keras_activations.core.activation import canonical_name
from lab.cases import mode_of
from lab.textbook import Textbook, source, unlearned

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / "output" / "speed"
BACKEND = keras.backend.backend()

SIZES = {"2k": 2**11, "64k": 2**16, "4M": 2**22}
WIDTH = 64
"""The size of the last axis."""
DTYPES = ("float32", "bfloat16")
PASSES = ("forward", "both")
MODES = {"tensorflow": ("graph", "eager", "xla"), "torch": ("eager", "compile"), "jax": ("jit", "eager")}
EVERYDAY = {"tensorflow": ("graph", "eager"), "torch": ("eager",), "jax": ("jit",)}
"""The modes that are measured by default. Most users of the backend get them on a CPU."""

LARGE = (
    "apl aptx arctan bent_identity dynamic_tanh e_swish geglu gcu golu isru laplace lisht penalized_tanh phish prelu serf sine smish snake "
    "softmin squared_relu star_relu swiglu tanh_exp"
)
"""These activations have no equal in Keras, and are also measured at 4M by default."""
COMPILED = ("gelu", "mish", "silu", "tanh", "swiglu", "snake")
"""The activations that are measured with torch.compile. Each takes some seconds to compile."""

LEFT_OUT = {
    "entmax": "it solves an equation in each row",
    "entmax15": "it solves an equation in each row",
    "gumbel_softmax": "it draws random numbers in training",
    "householder": "it turns pairs of channels by learned angles",
    "k_subsets": "it solves an equation in each row",
    "normmax": "it solves an equation in each row",
    "prob_act": "it draws random numbers in training",
    "rrelu": "it draws random numbers in training",
    "soft_exponential": "with its default, alpha = 0, it is the identity",
    "sparsemax": "`keras.activations.sparsemax` of Keras 3.15 computes something else, and there is no short formula",
}
"""The activations that have nothing to be compared with, and the reason for each."""


# ------------------------------------------------------------------------------------------------------------------------ units


@dataclass(frozen=True)
class Unit:
    """An activation, and the function that a user would take without this package."""

    cls: type
    native: Any = None
    """The function of `keras.activations`, or None for the textbook."""

    @property
    def name(self):
        return canonical_name(self.cls)

    @property
    def against(self):
        return "native" if self.native else "textbook"

    def ours(self, dtype="float32"):
        return unlearned(self.cls, dtype=dtype)

    def theirs(self, dtype="float32"):
        if not self.native:
            return Textbook(source(self.ours()), dtype=dtype)
        known = inspect.signature(self.native).parameters
        arguments = {name: value for name, value in self.ours().get_config().items() if name in known}
        return keras.layers.Activation(functools.partial(self.native, **arguments), dtype=dtype)


def units():
    """Every activation that has something to be compared with, by name."""
    every = {name: entry.cls for name, entry in ka.catalogue().items() if name not in LEFT_OUT}
    return {name: Unit(cls, getattr(keras.activations, name, None)) for name, cls in every.items()}


def difference(unit):
    """The difference between the two on ordinary numbers, or None if they agree."""
    rows = np.linspace(-6, 6, 24 * WIDTH, dtype="float32")
    x = keras.ops.convert_to_tensor(np.concatenate([rows, np.random.default_rng(0).permutation(rows)]).reshape(-1, WIDTH))
    ours, theirs = (keras.ops.convert_to_numpy(layer(x)) for layer in (unit.ours(), unit.theirs()))
    if ours.shape != theirs.shape:
        return f"the shape {theirs.shape} and not {ours.shape}"
    error = abs(theirs - ours) / (1e-2 + abs(ours))
    worst = np.unravel_index(np.argmax(np.nan_to_num(error, nan=np.inf)), error.shape)
    return None if error[worst] <= 1e-3 else f"{theirs[worst]:.6g} in place of {ours[worst]:.6g}"


def fails_from(unit):
    """The least absolute value up to 200 at which their value or gradient is not finite, but ours is. It may be None."""
    numbers = np.linspace(-200, 200, WIDTH**2, dtype="float32")
    numbers = numbers[np.argsort(abs(numbers))].reshape(-1, WIDTH)
    x, layers = keras.ops.convert_to_tensor(numbers), (unit.ours(), unit.theirs())
    w = keras.ops.ones(layers[0].compute_output_shape(x.shape))
    ours, theirs = (map(keras.ops.convert_to_numpy, compiled(both(layer), "eager", x, w)()) for layer in layers)
    finite = [[np.isfinite(part).all(axis=-1) for part in parts] for parts in (ours, theirs)]
    fails = np.all(finite[0], axis=0) & ~np.all(finite[1], axis=0)
    return float(abs(numbers[fails]).min()) if fails.any() else None


# ------------------------------------------------------------------------------------------------------------------------ times


def forward(layer):
    if BACKEND == "torch":
        import torch

        def function(x, w):
            with torch.no_grad():
                return layer(x)

        return function
    return lambda x, w: layer(x)


def both(layer):
    """The output, and the gradient of its sum with the weights w."""
    if BACKEND == "tensorflow":
        import tensorflow as tf

        def function(x, w):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = layer(x)
            return y, tape.gradient(y, x, output_gradients=w, unconnected_gradients="zero")

    elif BACKEND == "torch":
        import torch

        def function(x, w):
            x = x.detach().requires_grad_()
            y = layer(x)
            # The output of a step function is constant for autograd.
            return y, *(torch.autograd.grad(y, x, w) if y.requires_grad else [torch.zeros_like(x)])

    else:
        import jax

        def function(x, w):
            y, backward = jax.vjp(layer, x)
            return y, *backward(w)

    return function


def compiled(function, mode, x, w):
    """A function without arguments. Its work is done when it returns."""
    if BACKEND == "tensorflow":
        import tensorflow as tf

        if mode != "eager":
            signature = [tf.TensorSpec(x.shape, x.dtype), tf.TensorSpec(w.shape, w.dtype)]
            function = tf.function(function, input_signature=signature, jit_compile=mode == "xla")
    elif mode == "compile":
        import torch

        function = torch.compile(function)
    elif BACKEND == "jax":
        import jax

        function = jax.jit(function) if mode == "jit" else function
        return lambda: jax.block_until_ready(function(x, w))
    return lambda: function(x, w)


def seconds(call, times):
    start = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - start) / times


SHORTEST = 5e-4
"""The shortest sample in seconds. Shorter calls are repeated until a sample takes as long."""
ROUNDS = 7
BUDGET = 0.1
"""Seconds for both functions together. The minimum of `ROUNDS` may take longer."""


def compared(ours, theirs, budget=BUDGET):
    """The least times of two functions that run in turns, and the median of the ratios of neighbours."""
    calls = ours, theirs
    for call in calls:
        call()  # the first call compiles
    times = math.ceil(SHORTEST / min(seconds(call, 1) for call in calls))
    samples = []
    gc.collect()
    gc.disable()
    begin = time.perf_counter()
    while len(samples) < ROUNDS or time.perf_counter() - begin < budget:
        samples.append([seconds(call, times) for call in calls])
    gc.enable()
    least = [min(column) for column in zip(*samples, strict=True)]
    return {
        "ours": least[0],
        "theirs": least[1],
        "ratio": least[0] / least[1],
        "paired": statistics.median(a / b for a, b in samples),
        "rounds": len(samples),
        "calls": times,
    }


def cell(unit, mode, size, dtype):
    """The measurements of a unit in one mode, size and dtype."""
    draw, shape = np.random.default_rng(0), (SIZES[size] // WIDTH, WIDTH)
    x = keras.ops.convert_to_tensor(draw.normal(scale=2.0, size=shape), dtype)
    layers = unit.ours(dtype), unit.theirs(dtype)
    w = keras.ops.convert_to_tensor(draw.normal(size=layers[0].compute_output_shape(shape)), dtype)
    result = {"unit": unit.name, "against": unit.against, "mode": mode, "size": size, "dtype": dtype, "date": today()}
    result["plan"] = layers[0].plan(mode_of(mode), dtype).name
    for name, make in (("forward", forward), ("both", both)):
        if mode == "compile":
            import torch

            torch.compiler.reset()  # torch compiles one function for a few layers only
        result[name] = compared(*(compiled(make(layer), mode, x, w) for layer in layers))
    return result


def today():
    return datetime.date.today().isoformat()


def grid(arguments):
    """(unit, mode, size, dtype) of every measurement to make."""
    names = arguments.only or list(units())
    modes = (MODES if arguments.all or arguments.modes else EVERYDAY)[BACKEND]
    modes = [mode for mode in modes if mode in (arguments.modes or modes)]
    dtypes = arguments.dtypes or (DTYPES if arguments.all else DTYPES[:1])
    for unit in (units()[name] for name in names):
        everyday = ["64k", "4M"] if unit.native or unit.name in LARGE.split() or arguments.only else ["64k"]
        sizes = arguments.sizes or (SIZES if arguments.all else everyday)
        for mode, size, dtype in itertools.product(modes, sizes, dtypes):
            if mode != "compile" or (unit.name in COMPILED and shutil.which("g++")):
                yield unit, mode, size, dtype


PARTS = 8


def measure(arguments):
    cells = list(grid(arguments))
    names = list(dict.fromkeys(unit.name for unit, *_ in cells))
    if arguments.part is not None:
        names = names[arguments.part :: PARTS]
    begin = time.perf_counter()
    for count, name in enumerate(names, start=1):
        unit = units()[name]
        wrong, code = difference(unit), None if unit.native else source(unit.ours())
        store(checks=[{"unit": name, "against": unit.against, "code": code, "wrong": wrong, "fails from": fails_from(unit)}])
        if wrong:
            print(f"{BACKEND} {name}: THE VALUES DIFFER, so that nothing is timed: {unit.against} has {wrong}", flush=True)
            continue
        found = [cell(*key) for key in cells if key[0].name == name]
        store(cells=found)
        words = [f"{c['mode']} {c['size']} {c['dtype']} {c['forward']['ratio']:.2f} {c['both']['ratio']:.2f}" for c in found]
        print(f"{BACKEND} {count}/{len(names)} {time.perf_counter() - begin:.0f} s, {name}: {', '.join(words)}", flush=True)


# ----------------------------------------------------------------------------------------------------------------------- models

IN_MODELS = ("gelu", "silu", "mish", "relu", "tanh")


def convolutional(activation):
    return keras.Sequential(
        [
            keras.Input((16, 16, 1)),
            keras.layers.Conv2D(16, 3, activation=activation()),
            keras.layers.Conv2D(32, 3, activation=activation()),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(64, activation=activation()),
            keras.layers.Dense(10),
        ]
    )


def transformer(activation):
    inputs = keras.Input((32, 64))
    x = keras.layers.LayerNormalization()(inputs + keras.layers.MultiHeadAttention(4, 16)(inputs, inputs))
    wide = keras.layers.Dense(256, activation=activation())(x)
    x = keras.layers.LayerNormalization()(x + keras.layers.Dense(64)(wide))
    return keras.Model(inputs, keras.layers.Dense(10)(keras.layers.GlobalAveragePooling1D()(x)))


NETWORKS = {"convolutional network": convolutional, "transformer block": transformer}


def measure_models(arguments):
    draw = np.random.default_rng(0)
    for (network, make), name in itertools.product(NETWORKS.items(), IN_MODELS):
        if name not in (arguments.only or IN_MODELS):
            continue
        calls = {"fit": [], "predict": []}
        for activation in (lambda name=name: ka.get(name), lambda name=name: name):
            model = make(activation)
            model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
            x = draw.normal(size=(512, *model.input_shape[1:])).astype("float32")
            y = draw.integers(10, size=len(x))
            calls["fit"].append(functools.partial(model.fit, x, y, batch_size=64, verbose=0))
            calls["predict"].append(functools.partial(model.predict, x, batch_size=64, verbose=0))
        found = {what: compared(*pair, budget=1.0) for what, pair in calls.items()}
        store(models=[{"network": network, "unit": name, "date": today(), **found}])
        print(f"{BACKEND} {network}, {name}: " + ", ".join(f"{what} {c['ratio']:.2f}" for what, c in found.items()), flush=True)


# ------------------------------------------------------------------------------------------------------------------------ files

KEYS = {"cells": ("unit", "mode", "size", "dtype"), "models": ("network", "unit"), "checks": ("unit",)}


def environment():
    package = "tensorflow-cpu" if BACKEND == "tensorflow" and not installed("tensorflow") else BACKEND
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "keras": keras.__version__,
        BACKEND: installed(package),
    }


def installed(package):
    try:
        return importlib.metadata.version(package).partition("+")[0]
    except importlib.metadata.PackageNotFoundError:
        return None


def processor():
    try:
        return re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text()).group(1)
    except (OSError, AttributeError):
        return platform.processor() or platform.machine()


def store(**results):
    """Replace the stored results of the same kind. Results of another machine or version are removed."""
    file = OUTPUT / f"{BACKEND}.json"
    kept = json.loads(file.read_text()) if file.exists() else {}
    if kept.get("environment") != environment():
        kept = {"environment": environment()} | {kind: [] for kind in KEYS}
    for kind, rows in results.items():
        every = {tuple(row[key] for key in KEYS[kind]): row for row in (*kept[kind], *rows)}
        kept[kind] = list(every.values())
    wrong = {check["unit"] for check in kept["checks"] if check["wrong"]}
    kept["cells"] = [c for c in kept["cells"] if c["unit"] not in wrong]
    OUTPUT.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(kept, indent=1))


# ----------------------------------------------------------------------------------------------------------------------- tables

SLOW = 1.1

PREFACE = f"""Times of this package divided by those of what a user would write instead: 2.0 is twice as slow. **Bold** is above {SLOW}.
`make bench` measured them on a CPU that may have had other work too, so that a few hundredths are noise.

* *Native*: `keras.layers.Activation` with the function of `keras.activations` that has the name, and the same hyperparameters.
* *Textbook*, where Keras has no such function: the formula of the docstring in `keras.ops`, with automatic differentiation, in a layer
  whose `call` is this code. `lab/textbook.py` has the rule by which the formula becomes code, and the code is below. What a unit
  can learn is a plain number in both.
* The inputs are normally distributed with standard deviation 2, in rows of {WIDTH}: 2k is 2,048 numbers, 64k 65,536, and 4M 4,194,304.
* *Forward* is the layer's call, without gradients. *Both* is the call and the gradient with respect to the input, for a given gradient
  with respect to the output. Modes are TensorFlow's eager execution, a `tf.function` ("graph"), one with `jit_compile=True` ("xla"),
  `jax.jit`, and torch as it is ("eager") or with `torch.compile`, on one thread.
* The two take turns, call by call, at least {ROUNDS} times. A ratio is that of the two least times. Calls shorter than
  {SHORTEST * 1e3} ms are repeated until a sample takes as long. Before, their values are compared: they agree within 0.1 %."""


WHY = {
    "a": (
        "LiteRT has no operator for the error function and the arctangent. A graph of TensorFlow, which a converter may read, gets a fit.",
        "arctan dynamic_erf erf_act laplace pserf serf smu xatglu",
    ),
    "b": (
        "tf2onnx takes neither log1p nor expm1, and in LiteRT exp, softplus and log_sigmoid are infinite too early. A graph of TensorFlow "
        "gets longer forms that are right there.",
        "celu cloglog elish exponential hard_elish log_cosh log_sigmoid logish mpelu nlrelu pelu serlu shifted_softplus sig_softmax "
        "soft_clipping softplus sqrt_softplus swoosh_l swoosh_r xielu",
    ),
    "c": (
        "The short formula breaks the everyday budget: it cancels for negative input, or multiplies the error of tanh or of a normal "
        "distribution by x.",
        "acon_c aptx beta_mish bent_identity clipped_gelu colu eis elish golu hard_elish log_softmax pflu phish resp seagull serlu sinlu "
        "smu1 soft_clipping softsign squareplus tanh_exp tanh_shrink tanh_soft xielu",
    ),
    "d": (
        "The short formula overflows, or makes NaN of large numbers: exponentials beyond 88, squares beyond 1e19, sums of both, -inf.",
        "abu clamped_swiglu cloglog colu cosine eis elish gaussian gcu glu group_sort hard_elish inverse_multiquadric isrlu isru laplace "
        "log_cosh mpelu multiquadric pelu poly_norm poly_relu rational seagull sig_softmax sine slaf snake snake_beta soft_clipping "
        "softmax softmax1 softmin softpick solu sqrt_softplus squared_relu squash star_relu temperature_softmax",
    ),
    "e": ("x alone is kept for the backward pass, which computes again what automatic differentiation keeps.", ""),
    "f": (
        "A second derivative that is 0 is there, where the framework answers None or raises an error.",
        "absolute apl bilinear bipolar_relu clipped_linear crelu dprelu dual_line flexible_relu hard_sigmoid hard_tanh hat leaky_tanh "
        "linear maxout mod_relu ncrelu piecewise_linear reglu s_shaped_relu smelu sparse_plus sparse_sigmoid squared_relu star_relu step "
        "threshold tlu",
    ),
    "g": ("NaN stays NaN, of which the framework's op makes a number.", "hard_shrink shrink soft_shrink step threshold"),
    "h": ("The second derivative of torch's mish is NaN from 89 on: its value stands beside the derivative of this package.", "mish"),
    "i": ("It is the framework's own op. What is above 1 is the fixed cost of the layer, or noise.", ""),
    "j": ("At the corner the framework's op has another slope than the formula on that side.", "leaky_relu"),
    "k": (
        "The fixed cost of a call counts on a small input in eager mode. Choosing the kernel takes 2 to 4 microseconds. Entering a "
        "derivative of this package takes some 20 on torch, and 60 to 100 in TensorFlow.",
        "",
    ),
    "n": ("It is noise: another run on the same machine had it below.", "dynamic_tanh sine_relu"),
}
"""{letter: (reason, names)} of activations above the mark. "e", "i" and "k" follow from the plan and from the size."""


def why(cells):
    """The letters of `WHY` for cells of one activation that are above the mark."""
    slow = [c for c in cells if max(c[p]["ratio"] for p in PASSES) > SLOW]
    if not slow:
        return ""
    name, plans = slow[0]["unit"], {c["plan"] for c in slow}
    found = {letter for letter, (_, names) in WHY.items() if name in names.split()}
    found |= {"e"} if ka.catalogue()[name].cls.derivative is not None and plans & {"ours", "mixed"} else set()
    found |= {"i"} if "native" in plans else set()
    found |= {"k"} if any(c["mode"] == "eager" and c["size"] != "4M" for c in slow) else set()
    if not found:
        raise SystemExit(f"Nobody has said why {name} takes up to {max(c[p]['ratio'] for c in slow for p in PASSES):.2f}: add it to WHY.")
    return ", ".join(sorted(found))


def ratio(number):
    return f"**{number:.2f}**" if number > SLOW else f"{number:.2f}"


def table(header, rows):
    return ["| " + " | ".join(header) + " |", "|---" * len(header) + "|", *("| " + " | ".join(map(str, row)) + " |" for row in rows)]


def summary(results):
    """One row for each backend, mode, size and dtype. It has the geometric mean, and the worst with its name."""
    rows = []
    for backend, found in results.items():
        for key in columns(found, backend):
            cells = [c for c in found["cells"] if column(c) == key]
            row = [backend, *key, len(cells)]
            for against, what in itertools.product(("native", "textbook"), PASSES):
                ratios = {c["unit"]: c[what]["ratio"] for c in cells if c["against"] == against}
                worst = max(ratios, key=ratios.get, default=None)
                row.append(f"{ratio(statistics.geometric_mean(ratios.values()))} ({worst} {ratio(ratios[worst])})" if worst else "")
            rows.append(row)
    header = ["backend", "mode", "numbers", "dtype", "units"]
    return table(header + [f"{against}, {what}" for against, what in itertools.product(("native", "textbook"), PASSES)], rows)


def in_one_screen(results):
    """The rows of `summary` that README.md shows: those of float32, without the smallest size, whose time is the fixed cost of a call."""

    def shown(c):
        return c["dtype"] == DTYPES[0] and c["size"] != "2k"

    return summary({backend: found | {"cells": [c for c in found["cells"] if shown(c)]} for backend, found in results.items()})


def column(c):
    return c["mode"], c["size"], c["dtype"]


def columns(found, backend):
    every = {column(c) for c in found["cells"]}
    return [key for key in itertools.product(MODES[backend], SIZES, DTYPES) if key in every]


def by_unit(found, backend):
    keys = columns(found, backend)
    cells = {(c["unit"], *column(c)): c for c in found["cells"]}
    against = {c["unit"]: c["against"] for c in found["cells"]}
    fails = {c["unit"]: f"{c['fails from']:.0f}" for c in found["checks"] if c["fails from"]}
    rows = []
    for name in sorted(against, key=lambda name: (against[name], name)):
        there = [cells.get((name, *key)) for key in keys]
        rows.append(
            [
                f"`{name}`",
                against[name],
                *(" / ".join(ratio(c[p]["ratio"]) for p in PASSES) if c else "" for c in there),
                fails.get(name, ""),
                why([c for c in there if c]),
            ]
        )
    names = [f"{mode} {size}" + (f" {dtype}" if dtype != DTYPES[0] else "") for mode, size, dtype in keys]
    return table(["activation", "against", *names, "they fail from", "why"], rows)


def end_to_end(results):
    rows = []
    for backend, found in results.items():
        for m in sorted(found["models"], key=lambda m: (m["network"], m["unit"])):
            times = [f"{ratio(m[what]['ratio'])} ({m[what]['theirs'] * 1e3:.0f} ms)" for what in ("fit", "predict")]
            rows.append([backend, m["network"], m["unit"], *times])
    return table(["backend", "network", "activation", "fit", "predict"], rows)


def measured_on(results):
    lines = []
    for backend, found in results.items():
        has, dates = found["environment"], sorted({row["date"] for kind in ("cells", "models") for row in found[kind]})
        when = dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
        versions = ", ".join(f"{name} {has[name]}" for name in ("keras", backend, "python"))
        lines.append(f"* {backend}: {when}, {has['processor']}, {has['cores']} cores, {versions}.")
    return lines


def page(results):
    """The text of `docs/speed.md`, from {backend: the content of its file}."""
    lines = ["# Speed", "", "<!-- Written by `make bench`, not by hand. -->", "", PREFACE, "", *measured_on(results), ""]
    lines += ["## Why some are slower", "", *(f"* *{letter}*: {reason}" for letter, (reason, _) in WHY.items()), ""]
    lines += ["## In short", "", "The geometric mean over the units, and in parentheses the worst.", "", *summary(results), ""]
    for backend, found in results.items():
        lines += [f"## Every activation on {backend}", "", COLUMNS, "", *by_unit(found, backend), ""]
    lines += ["## End to end", "", MODELS, "", *end_to_end(results), ""]
    lines += ["## What is not compared", "", *(f"* `{name}`: {reason}." for name, reason in LEFT_OUT.items())]
    checks = [(backend, check) for backend, found in results.items() for check in found["checks"]]
    lines += [f"* `{c['unit']}` on {backend}: the {c['against']} function computes {c['wrong']}." for backend, c in checks if c["wrong"]]
    code = sorted({c["code"] for _, c in checks if c["code"]})
    return "\n".join([*lines, "", "## The textbook", "", "```text", "from keras import ops", "", "\n\n".join(code), "```", ""])


COLUMNS = """Forward / both. "They fail from" is the size of the least number, up to 200, at which the value or the gradient of Keras's
function or of the textbook is not finite though ours is. "Why" names reasons for what is above the mark."""
MODELS = """One epoch of `fit` and one `predict` of 512 examples in batches of 64, after one epoch to warm up: Keras's own string such as
`activation="gelu"` against `activation=ka.get("gelu")`, with the time of Keras's in parentheses. The convolutional network has two Conv2D
and a Dense layer with the activation, for images of 16 x 16; the transformer block has attention and a feed-forward part of 256 units with
the activation, for sequences of 32 steps of 64 numbers."""


def write_tables():
    """Write docs/speed.md, and the text between the marks in README.md."""
    results = {backend: json.loads(file.read_text()) for backend in MODES if (file := OUTPUT / f"{backend}.json").exists()}
    if not results:
        raise SystemExit("Nothing has been measured yet: run `make bench`.")
    (ROOT / "docs" / "speed.md").write_text(page(results))
    readme = ROOT / "README.md"
    before, start, rest = readme.read_text().partition("<!-- speed -->\n")
    _, end, after = rest.partition("<!-- end of speed -->")
    readme.write_text(before + start + "\n".join(in_one_screen(results)) + "\n" + end + after)


def main():
    def names(choices):
        def checked(text):
            found = text.split(",")
            if unknown := [name for name in found if name not in choices]:
                raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: choose from {', '.join(choices)}")
            return found

        return checked

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["measure", "models", "table"])
    parser.add_argument("--all", action="store_true", help="every mode, size and dtype")
    parser.add_argument("--only", type=names(units()), help="activations, with commas between them")
    parser.add_argument("--modes", type=names(set(itertools.chain(*MODES.values()))), help="those of another backend are ignored")
    parser.add_argument("--sizes", type=names(SIZES))
    parser.add_argument("--dtypes", type=names(DTYPES))
    parser.add_argument("--part", type=int, help=f"one of {PARTS} parts of what there is to measure")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    if BACKEND == "torch":
        import torch

        # Threads wait for each other, and so for all other work of the machine. Single calls took a hundred times as long.
        torch.set_num_threads(1)
    if arguments.what == "table":
        write_tables()
    elif arguments.what == "models":
        measure_models(arguments)
    elif arguments.all and arguments.part is None:
        # XLA keeps every compiled function. A process that compiles thousands of functions ends in a segmentation fault.
        for part in range(min(PARTS, len(arguments.only or units()))):
            subprocess.run([sys.executable, "-m", "lab.speed", *sys.argv[1:], "--part", str(part)], check=True)
    else:
        measure(arguments)


if __name__ == "__main__":
    main()
