"""Measure every activation of this package, and those of its peers, against the truth: `make accuracy` runs all of it.

    python -m lab.accuracy truth                            once: the exact values, into output/accuracy
    KERAS_BACKEND=tensorflow python -m lab.accuracy measure for each backend: errors, into output/accuracy
    KERAS_BACKEND=tensorflow python -m lab.accuracy auto    likewise for kernel="auto", at the numbers of the tests
    python -m lab.accuracy table                            docs/accuracy.md

bfloat16 and float16 are measured at every finite input; float32 at patterns of bits, on a logarithmic grid, densely from -20 to 20, and
around every corner; float64 on a thinner grid of the same kind. Functions of two halves of the channels are measured at these numbers
along each half, for three numbers in the other. Units are those of `keras_activations.testing`.
"""

import argparse
import functools
import hashlib
import itertools
import json
import multiprocessing
import os
import re
import subprocess
import sys
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path

import keras
import ml_dtypes
import numpy as np

import keras_activations as ka
from keras_activations import testing
from keras_activations.catalogue.entry import Entry
from keras_activations.core.activation import canonical_name
from keras_activations.core.hosted import constructor_arguments
from keras_activations.testing.budgets import flushed_below
from lab.cases import CASES, HIDDEN_CORNERS, case_id, mode_of, witness
from lab.high_precision import HighPrecision

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / "output" / "accuracy"
BACKEND = keras.backend.backend()
VARIANT = BACKEND + ("-without-onednn" if os.environ.get("TF_ENABLE_ONEDNN_OPTS") == "0" else "")


# ------------------------------------------------------------------------------------------------------------------------ truth


def points(dtype, kinks):
    """Finite inputs of one dtype, exact in float64."""
    if dtype in ("bfloat16", "float16"):
        kind = ml_dtypes.bfloat16 if dtype == "bfloat16" else np.float16
        every = np.arange(2**16, dtype=np.uint16).view(kind).astype(np.float64)
        return every[np.isfinite(every)]
    kind, count = (np.float32, 30_000) if dtype == "float32" else (np.float64, 5_000)
    info = np.finfo(kind)
    draw = np.random.default_rng(0)
    # The stride through all bit patterns is odd, so that the low bits vary too.
    whole = np.uint32 if kind is np.float32 else np.uint64
    patterns = (np.arange(count, dtype=whole) * whole(2**info.bits // count | 1)).view(kind)
    sizes = 10.0 ** np.linspace(np.log10(info.tiny), np.log10(info.max), count // 4)[:-1]
    corners = np.array([0.0, *kinks], kind)
    steps = [np.nextafter(corners, kind(side * np.inf)) for side in (-1, 1)]
    parts = [patterns, sizes, -sizes, draw.uniform(-20, 20, count), draw.normal(size=count // 4), corners, *steps, [info.max, -info.max]]
    with np.errstate(all="ignore"):
        every = np.concatenate([np.asarray(part, kind).astype(np.float64) for part in parts])
    return np.unique(every[np.isfinite(every)])


@dataclass(frozen=True)
class Curve:
    """An elementwise function: its formula, hyperparameters and corners."""

    equation: str
    arguments: tuple
    kinks: tuple

    @classmethod
    def of(cls, layer):
        formula = testing.Formula(Entry(type(layer)).formula)
        declared = {name: parameter.value for name, parameter in getattr(layer, "declared", {}).items()}
        known = {name: value for name, value in layer.get_config().items() if name in formula.names} | declared
        kinks = formula.kinks(_listed(known)) + HIDDEN_CORNERS.get(canonical_name(type(layer)), [])
        known = {name: tuple(value) if isinstance(value, list) else value for name, value in known.items()}
        return cls(formula.equation, tuple(sorted(known.items())), tuple(kinks))

    def truth(self, dtype):
        """(inputs, value and three derivatives) as float64 arrays. They are computed once."""
        file = OUTPUT / "truth" / f"{hashlib.sha256(repr((self, dtype)).encode()).hexdigest()[:24]}.npy"
        x = points(dtype, self.kinks)
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            partial = file.with_suffix(f".{os.getpid()}.npy")
            np.save(partial, self.exact()(self.rows(x))[..., 0])
            partial.rename(file)
        return x, np.load(file)

    def exact(self):
        return HighPrecision(self.equation, _listed(dict(self.arguments)))

    def rows(self, x):
        """All inputs of the formula."""
        return x


@dataclass(frozen=True)
class Slice(Curve):
    """A function of two halves, measured along one of them."""

    variable: str = ""
    other: float = 0.0
    """The number in the other half."""

    def exact(self):
        return HighPrecision(self.equation, _listed(dict(self.arguments)), self.variable)

    def rows(self, x):
        return np.stack([x if name == self.variable else np.full_like(x, self.other) for name in self.exact().inputs], axis=1)


def _listed(arguments):
    return {name: list(value) if isinstance(value, tuple) else value for name, value in arguments.items()}


def compute(task):
    curve, dtype = task
    curve.truth(dtype)
    print(dtype, curve.equation, dict(curve.arguments), flush=True)


# ---------------------------------------------------------------------------------------------------------------------- errors


@dataclass
class Row:
    """The measurements of one function in one mode and dtype."""

    library: str
    function: str
    mode: str
    dtype: str
    value: float = 0.0
    """The worst value that is a number, in units of the budget's measure."""
    value_at: float | None = None
    gradient: float = 0.0
    gradient_at: float | None = None
    second: float = 0.0
    """The worst second derivative, in units of the dtype's epsilon."""
    second_at: float | None = None
    not_finite: int = 0
    """How many inputs give a value or a derivative that is not finite but should be."""
    lost: int = 0
    """How many inputs give a value without a correct digit."""
    missing: str = ""
    """Why something could not be measured."""

    @property
    def outside(self):
        """The columns of the row that are outside the budget."""
        budgets = {"value": testing.STRICT.value, "gradient": testing.STRICT.gradient, "second": SECOND_BUDGET}
        found = [name for name, budget in budgets.items() if getattr(self, name) > budget[self.dtype]]
        return found + [name for name in ("not_finite", "missing") if getattr(self, name)]


SECOND_BUDGET = {"float64": 32.0, "float32": 3.0, "bfloat16": 0.51, "float16": 0.51}
"""The error of second derivatives in units of epsilon: absolute, and relative where the derivative exceeds 1."""


def errors(row, curve, derivatives):
    """Fill in the row. `derivatives` is a function of a tensor that returns value, first and second derivative."""
    x, truths = curve.truth(row.dtype)
    x, (value, first, second, third) = x[real := ~np.isnan(truths[0])], truths[:, real]
    normal = (abs(x) >= float(np.finfo(np.float64 if row.dtype == "float64" else np.float32).tiny)) | (x == 0)
    smooth = normal & ~np.isin(x, curve.kinks)
    results = [testing.array(result).astype(float) for result in derivatives(testing.tensor(x, row.dtype))]
    truth = {
        "value": value[:, None],
        "rest": np.zeros((len(x), 1)),
        "gradient": first[:, None, None],
        "hessian": second[:, None, None, None],
    }
    wrong = {
        "value": testing.value_errors(results[0][:, None], truth, x[:, None], row.dtype)[:, 0],
        "gradient": testing.gradient_errors(results[1][:, None], truth, x[:, None], row.dtype)[:, 0],
        "second": second_errors(results[2], second, third, x, row.dtype),
    }
    broken = np.zeros(len(x), bool)
    for name, error in wrong.items():
        error = np.where(normal if name == "value" else smooth, error, 0.0)
        broken |= np.isinf(error)
        error = np.where(np.isinf(error), 0.0, error)
        worst = int(np.argmax(error))
        setattr(row, name, float(error[worst]))
        setattr(row, f"{name}_at", float(x[worst]))
    row.not_finite = int(broken.sum())
    with np.errstate(all="ignore"):
        digits = abs(results[0] - value) / testing.ulp(value, row.dtype, flushed_below(row.dtype))
    row.lost = int((normal & np.isfinite(digits) & (digits >= 2.0 ** testing.BITS[row.dtype])).sum())
    return row


def errors_along_rows(row, truth, compiler):
    """The same for rows of a few numbers, without second derivatives. The rows are those of the tests."""
    measured = testing.measure(truth, row.dtype, "fallback", compiler)
    for name, index in (("value", 1), ("gradient", 2)):
        every = np.concatenate([part[index].max(axis=1) for part in measured])
        row.not_finite += int(np.isinf(every).sum())
        setattr(row, name, float(max(every[np.isfinite(every)], default=0.0)) / truth.allowance)
        row.lost += int((every[np.isfinite(every)] >= 2.0 ** testing.BITS[row.dtype]).sum()) if name == "value" else 0
    return row


def second_errors(result, truth, slope, x, dtype):
    epsilon = 2.0 ** -testing.BITS[dtype]
    with np.errstate(all="ignore"):
        unit = np.maximum(epsilon * np.maximum(1.0, abs(truth)), abs(slope) * testing.ulp(x, dtype))
        error = abs(result - truth) / unit
    beyond = abs(truth) > float(ml_dtypes.finfo(testing.NUMPY[dtype]).max)
    return np.where(beyond, 0.0, np.where(np.isfinite(result), error, np.inf))


# ---------------------------------------------------------------------------------------------------------------------- running


def modes():
    """The modes in which a function runs: {name: compiler}."""
    if BACKEND == "tensorflow":
        import tensorflow as tf

        graphs = {"eager": lambda f: f, "graph": tf.function}
        return graphs if "without" in VARIANT else graphs | {"xla": lambda f: tf.function(f, jit_compile=True)}
    if BACKEND == "jax":
        import jax

        return {"jit": jax.jit}
    return {"eager": lambda f: f}


def with_derivatives(function, missing="zero"):
    """A function of x that returns value, first and second derivative.

    A missing derivative counts as 0. It is an error with missing="none".
    """
    if BACKEND == "tensorflow":
        import tensorflow as tf

        def derivatives(x):
            with tf.GradientTape() as outer:
                outer.watch(x)
                with tf.GradientTape() as inner:
                    inner.watch(x)
                    y = function(x)
                slope = inner.gradient(y, x, unconnected_gradients=missing)
            return y, slope, outer.gradient(slope, x, unconnected_gradients=missing)

    elif BACKEND == "jax":
        import jax

        def derivatives(x):
            slope = jax.grad(lambda x: function(x).sum())
            return function(x), slope(x), jax.grad(lambda x: slope(x).sum())(x)

    else:
        import torch

        def derivatives(x):
            x = x.detach().requires_grad_()
            y = function(x)
            slope, bend = torch.zeros_like(x), torch.zeros_like(x)
            if y.requires_grad or missing == "none":
                (slope,) = torch.autograd.grad(y.sum(), x, create_graph=True)
            if slope.requires_grad or missing == "none":
                (bend,) = torch.autograd.grad(slope.sum(), x, materialize_grads=missing == "zero")
            return y.detach(), slope.detach(), bend

    return derivatives


def strict(layer):
    """The layer with kernel="fallback"."""
    return type(layer).from_config(layer.get_config() | {"kernel": "fallback"})


def functions():
    """(library, name, subject, function) of this package, and of its peers on this backend.

    The subject has the formula: it is a curve, a layer or a case. The functions of this package run with kernel="fallback", which is
    strict in every mode. The rows of keras.activations show the functions that kernel="auto" takes from the frameworks elsewhere.
    """
    for layer in LAYERS:
        yield "keras_activations", repr(layer), Curve.of(layer), strict(layer)
    for layer, piece in SLICES:
        yield "keras_activations", f"{layer!r} along {piece.variable}, the other {piece.other}", piece, sliced(strict(layer), piece)
    for case in CASES:
        if issubclass(case[0], ka.AlongAxis):
            yield "keras_activations", case_id(case), case, None
    for library, module, like in peers():
        for name in sorted(dir(module)):
            function = getattr(module, name)
            if name.startswith("_") or name.endswith("_") or name in NO_PEERS or not callable(function) or isinstance(function, type):
                continue
            try:
                layer = ka.get(name, like=like)
            except (ValueError, TypeError):
                continue  # not an activation
            if isinstance(layer, ka.AlongAxis):
                along = {"dim": -1} if name in ("softmax", "softmin", "log_softmax") and like == "torch" else {}
                yield library, name, layer, functools.partial(function, **along)
            elif name == "gelu":
                exact, tanh = ("none", "tanh") if like == "torch" else (False, True)
                yield library, "gelu", ka.GELU(), functools.partial(function, approximate=exact)
                yield library, "gelu, tanh form", ka.GELU(approximate=True), functools.partial(function, approximate=tanh)
            else:
                yield library, name, layer, function


PARTS = 8
NO_PEERS = {"bilinear", "linear", "prelu", "gumbel_softmax", "maxout"}
"""Functions of the peers that mean something else, take weights, or draw random numbers."""


def peers():
    yield f"keras.activations on {BACKEND}", keras.activations, None
    if BACKEND == "tensorflow":
        import tensorflow as tf

        yield "tf.nn", tf.nn, None
    elif BACKEND == "jax":
        import jax

        yield "jax.nn", jax.nn, "jax"
    elif BACKEND == "torch":
        import torch

        yield "torch.nn.functional", torch.nn.functional, "torch"


def layers():
    """One layer for each elementwise case, with its parameters as plain numbers."""
    for entry in ka.catalogue().values():
        if issubclass(entry.cls, ka.AlongAxis) or not entry.formula:
            continue
        for sample in entry.cls.samples:
            sample = {name: value for name, value in sample.items() if name != "channels"}
            if "learned" in constructor_arguments(entry.cls):
                sample["learned"] = False
            yield entry.cls(**sample)


LAYERS = list({repr(layer): layer for layer in layers()}.values())


def slices():
    """Each splitter of two halves, with each of its slices."""
    for entry in ka.catalogue().values():
        if issubclass(entry.cls, ka.Splitting) and len(inputs := testing.Formula(entry.formula).inputs) == 2:
            layer = entry.cls(**({"learned": False} if issubclass(entry.cls, ka.Parametric) else {}))
            curve = Curve.of(layer)
            for variable, other in itertools.product(inputs, (0.75, -3.0, 30.0)):
                yield layer, Slice(**vars(curve), variable=variable, other=other)


def sliced(layer, piece):
    """The layer as a function of one of its halves."""
    first = testing.array(layer._chunks(testing.tensor([[0.0, 1.0]], "float32"))[0]).item() == 0
    varies = piece.exact().inputs.index(piece.variable) == (0 if first else 1)

    def function(x):
        other = keras.ops.full_like(x, piece.other)
        return keras.ops.squeeze(layer(keras.ops.stack([x, other] if varies else [other, x], axis=-1)), -1)

    return function


SLICES = list(slices())


def measure(part):
    rows = []
    doubles = BACKEND == "jax" and os.environ.get("JAX_ENABLE_X64") == "1"
    dtypes = ["float64"] if doubles else [dtype for dtype in testing.BITS if BACKEND != "jax" or dtype != "float64"]
    mine = [entry for index, entry in enumerate(functions()) if index % PARTS == part]
    for (library, name, subject, function), (mode, compiler), dtype in itertools.product(mine, modes().items(), dtypes):
        row = Row(library, name, mode + VARIANT.removeprefix(BACKEND), dtype)
        try:
            if isinstance(subject, Curve):
                errors(row, subject, compiler(with_derivatives(function)))
            elif isinstance(subject, tuple):
                errors_along_rows(row, witness(subject), compiler)
            elif isinstance(subject, ka.AlongAxis):
                theirs = compiler(function)
                errors_along_rows(row, witness((type(subject), {})), lambda _, theirs=theirs: theirs)
            else:
                errors(row, Curve.of(subject), compiler(with_derivatives(function)))
        except Exception as error:  # the failure of a peer is a result too
            row.missing = f"{type(error).__name__}: {error}".partition("\n")[0][:200]
        rows.append(row)
    file = OUTPUT / f"{VARIANT}{'-64' if doubles else ''}-{part}.json"
    file.write_text(json.dumps([asdict(row) for row in rows], indent=1))


# ----------------------------------------------------------------------------------------------------------------- kernel="auto"


def measure_auto():
    """Measure the plans of kernel="auto" and their errors: one row for each mode, dtype, budget and plan."""
    rows = []
    for (name, compiler), dtype in itertools.product(modes().items(), testing.BITS):
        if dtype == "float64" and BACKEND == "jax":
            continue
        found = {}
        for case in CASES:
            cls, sample = case
            plan = cls(**sample).plan(mode_of(name), dtype)
            worst = [0.0, 0.0]
            for _, *wrong in testing.measure(witness(case), dtype, "auto", compiler, testing.LEVELS[plan.budget]):
                worst = [max(a, float(b.max())) for a, b in zip(worst, wrong, strict=True)]
            found.setdefault((plan.budget, plan.name), []).append((*worst, case_id(case)))
        for (budget, plan), each in sorted(found.items()):
            row = {"backend": BACKEND, "mode": name, "dtype": dtype, "budget": budget, "plan": plan, "cases": len(each)}
            for index, what in enumerate(("value", "gradient")):
                worst = max(each, key=lambda found, index=index: found[index])
                row |= {what: worst[index], f"{what} of": worst[-1]}
            rows.append(row)
        print(BACKEND, name, dtype, flush=True)
    (OUTPUT / f"auto-{BACKEND}.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n")


AUTO = """## What kernel="auto" runs and keeps

For every mode and dtype: the budget that binds, the plan (see `keras_activations.kernels`), and how many cases it serves, of all
activations with all their samples of hyperparameters. Errors are the worst at the numbers of the tests. Under the strict budget they have
the units of the tables above. Under the everyday budget they are epsilon of `max(1, abs(y))`, for finite inputs up to 1e18; in 16 bits,
units in the last place of values and epsilon of gradients. "Allowed" stands for value / gradient.
"""


def auto_table():
    rows = [json.loads(line) for file in sorted(OUTPUT.glob("auto-*.jsonl")) for line in file.read_text().splitlines()]
    header = ["backend", "mode", "dtype", "budget", "plan", "cases"]
    lines = ["| " + " | ".join([*header, "worst value", "worst gradient", "allowed"]) + " |", "|---" * 9 + "|"]
    for row in rows:
        allowed = testing.LEVELS[row["budget"]]
        cells = [row[key] for key in header]
        cells += [f"{row[key]:.3g} (`{row[f'{key} of']}`)" for key in ("value", "gradient")]
        cells.append(f"{allowed.value[row['dtype']]:g} / {allowed.gradient[row['dtype']]:g}")
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return lines


# ----------------------------------------------------------------------------------------------------------------------- tables

HEADER = "| library | dtype | functions | within budget | worst value | worst gradient | worst second derivative | not finite | no digit |"


# The reasons why some classes of this package are outside the budget. `table` ends with an error if a row has no reason here.
EXCEPTIONS = {
    "value": (
        "near a zero of the function that is no number of the dtype, the value is a difference of larger terms",
        "AconC APTx DynamicTanh EIS Fourier PFTS Rational SineReLU SLAF SMU1 SoftExponential SwooshL XIELU",
    ),
    "gradient": (
        "the derivative is a sum of terms of different signs, each rounded, or grows faster than its argument is rounded",
        "ABU ClampedSwiGLU EIS ErfAct Gaussian GEGLU InverseMultiquadric Laplace Phish Pserf Rational Serf SwiGLU",
    ),
    "second": (
        "the backend differentiates the closed form of the first derivative term by term, and the terms have different signs",
        "APTx Aria2 BetaMish ClampedSwiGLU CoLU EIS ErfAct Gaussian GEGLU GLU InverseMultiquadric ISRLU ISRU PFLU Rational "
        "SMU1 Squareplus SwiGLU TanhSoft WeightedTanh XATGLU",
    ),
    "not_finite": ("close to the largest number, a power or an exponential inside overflows first", "SeGLU SoftExponential"),
}


def class_name(row):
    return re.split(r"\W", row.function)[0]


def reasons(row):
    """The reason why the row is outside the budget, for each column. It is None if `EXCEPTIONS` has no reason."""
    return [EXCEPTIONS[column][0] if class_name(row) in EXCEPTIONS.get(column, ("", ""))[1].split() else None for column in row.outside]


def write_tables():
    """Write docs/accuracy.md."""
    rows = [Row(**row) for file in sorted(OUTPUT.glob("*.json")) for row in json.loads(file.read_text())]
    if not rows:
        raise SystemExit("Nothing has been measured yet: run `make accuracy`.")
    summary = "\n".join([HEADER, "|---" * HEADER.count(" |") + "|", *map(summarized, *zip(*grouped(rows), strict=True))])
    exceptions = [row for row in rows if row.library == "keras_activations" and row.outside]
    lines = [
        "# Accuracy",
        "",
        "What `make accuracy` measured, and how: see `lab/accuracy.py`. " + __doc__[__doc__.index("bfloat16 and") :].strip(),
        "",
        summary,
        "",
        "## Where this package is outside its budget",
        "",
        "The worst over all modes of each function and dtype.",
        "",
        "| function | dtype | value | gradient | second derivative | not finite | reason |",
        "|---|---|---|---|---|---|---|",
        *(excepted(list(rows)) for _, rows in itertools.groupby(sorted(exceptions, key=by_function), key=by_function)),
        "",
        AUTO,
        *auto_table(),
    ]
    (ROOT / "docs").mkdir(exist_ok=True)
    (ROOT / "docs" / "accuracy.md").write_text("\n".join(lines) + "\n")
    found = {(column, class_name(row)) for row in exceptions for column in row.outside}
    given = {(column, name) for column, (_, names) in EXCEPTIONS.items() for name in names.split()}
    if found != given:
        raise SystemExit(f"EXCEPTIONS gives no reason for {sorted(found - given)}, and needs none for {sorted(given - found)}.")


def by_function(row):
    return row.function, row.dtype


def excepted(rows):
    """One row of the table of exceptions."""
    value, gradient, second = (max(getattr(row, name) for row in rows) for name in ("value", "gradient", "second"))
    why = "; ".join(sorted({reason or row.missing or "not known" for row in rows for reason in reasons(row)}))
    cells = (
        f"`{rows[0].function}`",
        rows[0].dtype,
        f"{value:.3g}",
        f"{gradient:.3g}",
        f"{second:.3g}",
        sum(row.not_finite for row in rows),
        why,
    )
    return "| " + " | ".join(map(str, cells)) + " |"


def grouped(rows):
    """(library, dtype, rows). This package comes first."""
    keys = sorted({(row.library != "keras_activations", row.library) for row in rows})
    for (_, library), dtype in itertools.product(keys, ("float32", "bfloat16", "float16", "float64")):
        found = [row for row in rows if (row.library, row.dtype) == (library, dtype)]
        if found:
            yield library, dtype, found


def summarized(library, dtype, rows):
    """One row of the summary: the worst over all functions and modes."""
    functions = {row.function for row in rows}
    good = functions - {row.function for row in rows if row.outside}
    worst = [max(getattr(row, name) for row in rows) for name in ("value", "gradient", "second")]
    cells = [library, dtype, len(functions), len(good), *(f"{error:.3g}" for error in worst)]
    cells += [sum(getattr(row, name) for row in rows) for name in ("not_finite", "lost")]
    return "| " + " | ".join(map(str, cells)) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["truth", "measure", "auto", "table"])
    parser.add_argument("--part", type=int, help=f"one of {PARTS} parts of what there is to measure")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    OUTPUT.mkdir(parents=True, exist_ok=True)
    if arguments.what == "truth":
        curves = {Curve.of(layer) for layer in LAYERS} | {piece for _, piece in SLICES}
        with multiprocessing.Pool() as pool:
            pool.map(compute, sorted(itertools.product(curves, testing.BITS), key=repr), chunksize=1)
    elif arguments.what == "measure":
        # XLA keeps every compiled function. A process that compiles thousands of functions ends in a segmentation fault.
        for part in range(PARTS) if arguments.part is None else ():
            subprocess.run([sys.executable, "-m", "lab.accuracy", "measure", "--part", str(part)], check=True)
        if arguments.part is not None:
            measure(arguments.part)
    elif arguments.what == "auto":
        measure_auto()
    else:
        write_tables()


if __name__ == "__main__":
    main()
