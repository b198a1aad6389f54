"""Measure the native ops: their errors under both budgets, and their cost. Writes `keras_activations/core/measured.json`.

    KERAS_BACKEND=tensorflow python -m lab.measurements

writes the part of that backend, in a minute or two.

An op keeps a budget if all of these are true:

* The layer with kernel="native" stays within the budget at the inputs of the tests, for every sample of hyperparameters that has the op.
* NaN stays NaN.
* The second derivative of the op is right.
* The converters take the op. This counts only in graphs.

The file also says whether the value alone keeps the budget.

The file has three ratios of times. Each is a geometric mean of the forward pass alone and of forward and backward.

* The speed is the time of the op relative to that of this package's kernel under the everyday budget.
* The cost of the strict budget is the time of its kernel relative to that of the everyday kernel. It is measured where a compiler fuses
  operations.
* The cost of the backend's own gradient of this package's value is its time relative to that of `derivative`. It is measured where
  operations run one by one. This gradient must keep the everyday budget too. It must not keep more for the backward pass than what a user
  would write.
"""

import contextlib
import datetime
import importlib.metadata
import json
import platform
import time
from pathlib import Path

import numpy as np
from keras import ops

import keras_activations as ka
from keras_activations import testing
from keras_activations.core import kernels
from keras_activations.core.activation import canonical_name
from keras_activations.core.autodiff import value_and_gradients
from lab import memory
from lab.accuracy import modes, with_derivatives
from lab.cases import BACKEND, witness

FILE = Path(kernels.__file__).with_name("measured.json")

CONVERTERS = {
    "tensorflow": {
        "arctan": "LiteRT has no operator for it",
        "celu": "ONNX gets an operator that it does not have",
        "exp": "in LiteRT it is infinite too early",
        "gelu": "ONNX gets an operator that it does not have",
        "log_sigmoid": "in LiteRT it is infinite too early",
        "softplus": "in LiteRT it is infinite too early",
    },
    "torch": {
        "exp": "in LiteRT it is infinite too early",
        "hard_shrink": "OpenVINO does not convert it",
        "log_sigmoid": "in ONNX it is infinite too early",
        "soft_shrink": "OpenVINO does not convert it",
        "threshold": "ONNX has no operator for it",
    },
}
"""The native ops that the converters do not take. docs/export.md shows them."""

SECOND = 256.0
"""The allowed error of a second derivative, in epsilon of ``max(1, abs(y))``.

It is the everyday budget of gradients, with room for one more step.
"""

SIZE, ROUNDS = 2**20, 40


def compilers():
    """{mode: compiler} of this backend."""
    named = modes()
    ways = {"eager": named["eager"]} if "eager" in named else {}
    if BACKEND == "tensorflow":
        return ways | {"graph": named["graph"], "fused": named["xla"]}
    # An export from torch records the operations of the eager mode. torch.compile gets the kernels of this package.
    return ways | ({"graph": named["eager"]} if BACKEND == "torch" else {"fused": named["jit"]})


def candidates():
    """The classes with a native op: {key in the table: (class, the samples of hyperparameters with this op)}."""
    found = {}
    for cls in (entry.cls for entry in ka.catalogue().values() if entry.cls.native is not None):
        for sample in cls.samples:
            op = cls(**sample).native()
            if op is not None and op.function is not None:
                found.setdefault(f"{cls.__name__}: {op.variant}", (cls, []))[1].append(sample)
    return found


@contextlib.contextmanager
def running(cls, plan):
    """A context in which the layers of a class run this plan."""
    cls._chosen = lambda *_: plan
    try:
        yield
    finally:
        del cls._chosen


def kept(cls, samples, dtype, budget, compiler, kernel="native"):
    """{"value": its worst error, "gradient": its worst error, "value_refused": a reason or None, "refused": a reason or None}.

    "value_refused" says why the value cannot be used. "refused" says why the op cannot be used.
    """
    found = {"value": 0.0, "gradient": 0.0, "value_refused": None, "refused": None}
    for sample in samples:
        for rows, *wrong in testing.measure(witness((cls, sample)), dtype, kernel, compiler, budget):
            for what, allowed, errors in zip(("value", "gradient"), (budget.value[dtype], budget.gradient[dtype]), wrong, strict=True):
                worst = np.unravel_index(np.argmax(errors), errors.shape)
                if errors[worst] > found[what]:
                    found[what] = float(f"{errors[worst]:.3g}")
                if errors[worst] > allowed:
                    refused = f"{what} wrong by {errors[worst]:.3g} at {rows[worst[0]].tolist()}, {sample}"
                    found["refused"] = found["refused"] or refused
                    if what == "value":
                        found["value_refused"] = found["value_refused"] or refused
        if not hands_nan_on(cls(kernel=kernel, **sample), dtype, compiler, budget is testing.STRICT):
            found["refused"] = found["value_refused"] = "NaN becomes a number"
    return found


def hands_nan_on(layer, dtype, compiler, spreads):
    """Whether NaN stays NaN. NaN must also spread to every entry of its row, for a strict layer along an axis. Each row here has a NaN."""
    x = np.array([[[np.nan, 1.0, 1.0, np.nan], [0.5, np.nan, np.nan, 0.5]]])
    y = testing.array(compiler(layer)(testing.tensor(x, dtype)))
    if isinstance(layer, ka.Splitting):
        return np.isnan(y).all()
    return np.isnan(y)[np.isnan(x) | (spreads and isinstance(layer, ka.AlongAxis))].all()


def second_refused(cls, samples, dtype, compiler, kernel="native"):
    """None, or what is wrong with the second derivative. The one of 16 bits exists where the one of float32 exists."""
    if issubclass(cls, ka.AlongAxis):
        return None
    dtype = dtype if dtype == "float64" else "float32"
    for sample in samples:
        truth = witness((cls, sample))
        ((rows, true),) = truth.groups
        corners = truth.formula.kinks(truth._scalars())
        smooth = np.all([abs(rows[:, 0] - corner) > 1e-3 for corner in corners], axis=0)
        chosen = smooth & (abs(rows[:, 0]) <= testing.EVERYDAY.reach) & testing.representable_in(rows, dtype)
        rows, bend = rows[chosen], true["hessian"][chosen, 0, 0, 0]
        try:
            derivatives = compiler(with_derivatives(cls(kernel=kernel, **sample), missing="none"))
            result = testing.array(derivatives(testing.tensor(rows[:, 0], dtype))[2])
        except Exception as error:  # any class of exception: TensorFlow wraps exceptions while it traces
            return f"no second derivative: {str(error).strip().splitlines()[-1].strip()}"
        wrong = abs(result - bend) / np.maximum(1, abs(bend)) * 2.0 ** testing.BITS[dtype]
        if not wrong.max() <= SECOND:
            return f"second derivative wrong by {wrong.max():.3g} at {rows[np.argmax(wrong)].tolist()}, {sample}"
    return None


def seconds(layers, compiler):
    """The least times of layers that run in turns. A time is the geometric mean of the forward pass alone and of forward and backward."""
    x = testing.tensor(np.random.default_rng(0).normal(size=(SIZE // 64, 64)), "float32")
    calls = []
    for layer in layers:
        upstream = ops.ones(layer.compute_output_shape(x.shape))
        both = compiler(lambda x, layer=layer, upstream=upstream: value_and_gradients(layer, [x], upstream))
        calls += [compiler(layer), lambda x, both=both: both(x)[1][0]]
    times = np.full(len(calls), np.inf)
    for _ in range(ROUNDS):
        for index, call in enumerate(calls):
            begin = time.perf_counter()
            ops.convert_to_numpy(call(x)[0, 0])
            times[index] = min(times[index], time.perf_counter() - begin)
    return np.sqrt(times[::2] * times[1::2])


def planned(layer, name, budget):
    """The layer, which runs this plan."""
    plan = kernels.Plan(name, budget, "it is measured")
    layer._chosen = lambda *_: plan
    return layer


def quotient(layers, compiler):
    """The time of one layer relative to that of another one."""
    one, other = seconds(layers, compiler)
    return round(float(one / other), 2)


def speed(cls, sample, compiler):
    """The time of the op relative to that of this package's kernel under the everyday budget."""
    return quotient([cls(kernel="native", **sample), planned(cls(**sample), "ours", "everyday")], compiler)


def cost_of_strictness(cls, compiler):
    """The time of this package's kernel under the strict budget relative to that under the everyday one."""
    return quotient([planned(cls(**cls.samples[0]), "ours", budget) for budget in ("strict", "everyday")], compiler)


AUTOMATIC = kernels.Plan("automatic", "everyday", "it is measured")


def keeps_more(cls):
    """Whether the class keeps more for the backward pass than Keras's function or the textbook does."""
    sides = memory.contestants(canonical_name(cls))
    row = {side: memory.kept(make()) for side, make in sides.items()}
    return memory.keeps_more(row, "keras" if "keras" in row else "textbook")


def forgets_forward(cls):
    """Whether TensorFlow's forward mode, differentiated backward, answers None where the derivative is 0."""
    if BACKEND != "tensorflow":
        return False
    import tensorflow as tf

    x = tf.ones((1, 4))
    with tf.GradientTape() as tape:
        tape.watch(x)
        with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as accumulator:
            y = cls()(x)
        slope = accumulator.jvp(y)
    return tape.gradient(slope, x) is None


def cost_of_own_gradient(cls, compiler):
    """The time of the backend's own gradient of the value relative to that of `derivative`.

    The result is None if this gradient breaks the everyday budget. It is also None if this gradient keeps more for the backward pass than
    what a user would write.
    """
    with running(cls, AUTOMATIC):
        found = kept(cls, cls.samples, "float32", testing.EVERYDAY, compiler, "auto")
        single = [sample for sample in cls.samples if "channels" not in sample]
        refused = found["refused"] or second_refused(cls, single, "float32", compiler, "auto")
        refused = refused or keeps_more(cls) or forgets_forward(cls)
    if refused:
        return None
    return quotient([planned(cls(**cls.samples[0]), name, "everyday") for name in ("automatic", "ours")], compiler)


def measured(cls, samples, mode, dtype, compiler, ratio):
    """The row of a class."""
    row = {}
    for budget in testing.LEVELS if mode == "fused" else ["everyday"]:
        row[budget] = kept(cls, samples, dtype, testing.LEVELS[budget], compiler)
        if budget == "everyday":
            row[budget]["refused"] = row[budget]["refused"] or second_refused(cls, samples, dtype, compiler)
        if mode == "graph" and (why := CONVERTERS.get(BACKEND, {}).get(cls(**samples[0]).native().variant)):
            row[budget] |= {"refused": why, "value_refused": why}
    return row | {"speed": ratio}


def main():
    rows, strict, automatic = {}, {}, {}
    for mode, compiler in compilers().items():
        # An export from torch has no gradient.
        if (BACKEND, mode) in (("tensorflow", "eager"), ("tensorflow", "graph"), ("torch", "eager")):
            costs = {
                entry.cls.__name__: cost_of_own_gradient(entry.cls, compiler)
                for entry in ka.catalogue().values()
                if entry.cls.derivative is not None and not issubclass(entry.cls, ka.Stochastic)
            }
            automatic[mode] = {name: cost for name, cost in costs.items() if cost is not None}
            print(f"{BACKEND:10} {mode:6} {automatic[mode]}", flush=True)
        if mode == "fused":
            for name, entry in ka.catalogue().items():
                strict[entry.cls.__name__] = cost_of_strictness(entry.cls, compiler)
                print(f"{BACKEND:10} {mode:6} {name}: the strict budget takes {strict[entry.cls.__name__]} times as long", flush=True)
        ratios = {key: speed(cls, samples[0], compiler) for key, (cls, samples) in candidates().items()}
        for dtype in testing.BITS:
            if dtype == "float64" and BACKEND == "jax" and ops.zeros(1, dtype=dtype).dtype != "float64":
                continue
            found = {key: measured(*pair, mode, dtype, compiler, ratios[key]) for key, pair in candidates().items()}
            rows.setdefault(mode, {})[dtype] = found
            kept_by = [name for name, row in found.items() if row["everyday"]["refused"] is None]
            print(f"{BACKEND:10} {mode:6} {dtype:8} {kept_by}", flush=True)
    every = json.loads(FILE.read_text()) if FILE.exists() else {}
    every[BACKEND] = {
        "device": f"CPU, {platform.machine()}",
        "date": datetime.date.today().isoformat(),
        "versions": {name: importlib.metadata.version(name) for name in ("keras", {"tensorflow": "tensorflow-cpu"}.get(BACKEND, BACKEND))},
        "strict": strict,
        "automatic": automatic,
        "rows": rows,
    }
    FILE.write_text(json.dumps(dict(sorted(every.items())), indent=1) + "\n")


if __name__ == "__main__":
    main()
