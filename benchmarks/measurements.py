"""Measure the native ops: what they keep of both budgets, and what they cost. Writes `keras_activations/measured.json`.

    KERAS_BACKEND=tensorflow python benchmarks/measurements.py

writes the part of that backend, in a minute or two. An op keeps a budget where the layer with kernel="native" stays within it for every
sample of hyperparameters that has the op, at the inputs of the tests; where NaN stays NaN; where its second derivative is right; and, in
graphs, where the converters take it. Of the strict budget it counts too whether the value alone is kept. The speed is the time of the op
relative to that of this package's kernel under the everyday budget, forward and backward.
"""

import datetime
import importlib.metadata
import json
import platform
import time
from pathlib import Path

import numpy as np
from accuracy import modes, with_derivatives
from cases import BACKEND, witness
from keras import ops

import keras_activations as ka
from keras_activations import kernels, testing
from keras_activations.autodiff import value_and_gradients

FILE = Path(kernels.__file__).with_name("measured.json")

CONVERTERS = {
    "tensorflow": {
        "arctan": "LiteRT has no operator for it",
        "celu": "ONNX gets an operator that it does not have",
        "gelu": "ONNX gets an operator that it does not have",
        "log_sigmoid": "in LiteRT it is infinite too early",
        "softplus": "in LiteRT it is infinite too early",
    },
    "torch": {
        "hard_shrink": "OpenVINO does not convert it",
        "log_sigmoid": "in ONNX it is infinite too early",
        "soft_shrink": "OpenVINO does not convert it",
        "threshold": "ONNX has no operator for it",
    },
}
"""What the converters do not take of the native ops, as docs/export.md shows."""

SECOND = 256.0
"""How many epsilon of ``max(1, abs(y))`` a second derivative may be off: the everyday budget of gradients, with room for one more step."""

SIZE = 2**20


def compilers():
    """{mode: compiler} of this backend."""
    named = modes()
    ways = {"eager": named["eager"]} if "eager" in named else {}
    if BACKEND == "tensorflow":
        return ways | {"graph": named["graph"], "fused": named["xla"]}
    # Of torch, exports write down the operations of the eager mode. What torch.compile makes of them is this package's.
    return ways | ({"graph": named["eager"]} if BACKEND == "torch" else {"fused": named["jit"]})


def candidates():
    """The classes with a native op: {key in the table: (class, the samples of hyperparameters that have this op)}."""
    found = {}
    for cls in (entry.cls for entry in ka.catalogue().values() if entry.cls.native is not None):
        for sample in cls.samples:
            op = cls(**sample).native()
            if op is not None and op.function is not None:
                found.setdefault(f"{cls.__name__}: {op.variant}", (cls, []))[1].append(sample)
    return found


def kept(cls, samples, dtype, budget, compiler):
    """{"value": the worst error, "gradient": likewise, "value_refused": why the value is no use, or None, "refused": why the op is none}"""
    found = {"value": 0.0, "gradient": 0.0, "value_refused": None, "refused": None}
    for sample in samples:
        for rows, *wrong in testing.measure(witness((cls, sample)), dtype, "native", compiler, budget):
            for what, allowed, errors in zip(("value", "gradient"), (budget.value[dtype], budget.gradient[dtype]), wrong, strict=True):
                worst = np.unravel_index(np.argmax(errors), errors.shape)
                if errors[worst] > found[what]:
                    found[what] = float(f"{errors[worst]:.3g}")
                if errors[worst] > allowed:
                    refused = f"{what} wrong by {errors[worst]:.3g} at {rows[worst[0]].tolist()}, {sample}"
                    found["refused"] = found["refused"] or refused
                    if what == "value":
                        found["value_refused"] = found["value_refused"] or refused
        if not hands_nan_on(cls(kernel="native", **sample), dtype, compiler, budget is testing.STRICT):
            found["refused"] = found["value_refused"] = "NaN becomes a number"
    return found


def hands_nan_on(layer, dtype, compiler, spreads):
    """Whether NaN stays NaN, and a strict one along an axis spreads to every entry of its row, of which each here has one."""
    x = np.array([[[np.nan, 1.0], [0.5, np.nan]]])
    y = testing.array(compiler(layer)(testing.tensor(x, dtype)))
    if isinstance(layer, ka.Splitting):
        return np.isnan(y).all()
    return np.isnan(y)[np.isnan(x) | (spreads and isinstance(layer, ka.AlongAxis))].all()


def second_refused(cls, samples, dtype, compiler):
    """None, or what is wrong with the second derivative; that of 16 bits exists where that of float32 does."""
    if issubclass(cls, ka.AlongAxis):
        return None
    dtype = dtype if dtype == "float64" else "float32"
    for sample in samples:
        truth = witness((cls, sample))
        ((rows, true),) = truth.groups
        corners = truth.formula.kinks(truth._scalars())
        smooth = np.all([abs(rows[:, 0] - corner) > 1e-3 for corner in corners], axis=0)
        chosen = smooth & (abs(rows[:, 0]) <= testing.EVERYDAY.reach) & testing.exact_in(rows, dtype)
        rows, bend = rows[chosen], true["hessian"][chosen, 0, 0, 0]
        try:
            derivatives = compiler(with_derivatives(cls(kernel="native", **sample), missing="none"))
            result = testing.array(derivatives(testing.tensor(rows[:, 0], dtype))[2])
        except Exception as error:  # of every kind: TensorFlow wraps them while it traces
            return f"no second derivative: {str(error).strip().splitlines()[-1].strip()}"
        wrong = abs(result - bend) / np.maximum(1, abs(bend)) * 2.0 ** testing.BITS[dtype]
        if not wrong.max() <= SECOND:
            return f"second derivative wrong by {wrong.max():.3g} at {rows[np.argmax(wrong)].tolist()}, {sample}"
    return None


def speed(cls, sample, compiler, mode):
    """The least time of the op relative to that of this package's own, forward and backward."""
    x = testing.tensor(np.random.default_rng(0).normal(size=(SIZE // 64, 64)), "float32")
    contestants = []
    for kernel in ("native", "auto"):
        layer = cls(kernel=kernel, **sample)
        if kernel == "auto":
            layer.plan = lambda *_, mode=mode: kernels.Plan("ours", kernels.budget_of(mode), "it is measured")
        upstream = ops.ones(layer.compute_output_shape(x.shape))
        contestants.append(compiler(lambda x, layer=layer, upstream=upstream: value_and_gradients(layer, [x], upstream)))
    times = np.full(2, np.inf)
    for _ in range(12):
        for index, contestant in enumerate(contestants):
            begin = time.perf_counter()
            ops.convert_to_numpy(contestant(x)[1][0][0, 0])
            times[index] = min(times[index], time.perf_counter() - begin)
    return round(float(times[0] / times[1]), 2)


def measured(cls, samples, mode, dtype, compiler, ratio):
    """The row of a class."""
    budget = kernels.budget_of(mode)
    row = kept(cls, samples, dtype, testing.LEVELS[budget], compiler)
    if budget == "everyday":
        row["refused"] = row["refused"] or second_refused(cls, samples, dtype, compiler)
    if mode == "graph" and (why := CONVERTERS.get(BACKEND, {}).get(cls(**samples[0]).native().variant)):
        row |= {"refused": why, "value_refused": why}
    return {budget: row, "speed": ratio}


def main():
    rows = {}
    for mode, compiler in compilers().items():
        ratios = {key: speed(cls, samples[0], compiler, mode) for key, (cls, samples) in candidates().items()}
        for dtype in testing.BITS:
            if dtype == "float64" and BACKEND == "jax" and ops.zeros(1, dtype=dtype).dtype != "float64":
                continue
            found = {key: measured(*pair, mode, dtype, compiler, ratios[key]) for key, pair in candidates().items()}
            rows.setdefault(mode, {})[dtype] = found
            budget = kernels.budget_of(mode)
            print(f"{BACKEND:10} {mode:6} {dtype:8} {[name for name, row in found.items() if row[budget]['refused'] is None]}", flush=True)
    every = json.loads(FILE.read_text()) if FILE.exists() else {}
    every[BACKEND] = {
        "device": f"CPU, {platform.machine()}",
        "date": datetime.date.today().isoformat(),
        "versions": {name: importlib.metadata.version(name) for name in ("keras", {"tensorflow": "tensorflow-cpu"}.get(BACKEND, BACKEND))},
        "rows": rows,
    }
    FILE.write_text(json.dumps(dict(sorted(every.items())), indent=1) + "\n")


if __name__ == "__main__":
    main()
