"""Measure which native ops are as accurate as the budget asks, and write the answer to `keras_activations/verdicts.py`.

    KERAS_BACKEND=tensorflow python benchmarks/verdicts.py

rewrites the sections of that backend. An op is trusted for a dtype where the layer that takes its value from it (and its gradient
from this package, if the unit has a `derivative`) stays within the budget for every sample of hyperparameters, at the inputs of the
tests and at those of `benchmarks/accuracy.py`, and hands NaN on. It is trusted in traced code only if that holds in a plain graph and
in one compiled by XLA, which look alike while they are traced, and if it survives the converters (`benchmarks/export.py`), for what is
exported is traced. Of what is refused, `refused.py` says where: `tests/test_verdicts.py` looks there, and notices when a release has mended
it.
"""

import os
import pprint
import re
from pathlib import Path

import keras
import numpy as np
import refused
from accuracy import Curve, Row, errors, modes, with_derivatives
from cases import witness

import keras_activations as ka
from keras_activations import testing, verdicts

BACKEND = keras.backend.backend()

# What LiteRT has no operator for, the arctan, or puts in words of its own that overflow, log(1 + exp(x)).
REWRITTEN = {"tensorflow": {"Arctan", "LogSigmoid", "Softplus"}}


def ways():
    """The compilers of eager (False) and of traced code (True)."""
    named = modes()
    eager = [named.pop("eager")] if "eager" in named else []
    traced = list(named.values())
    if BACKEND == "jax":
        traced.append(lambda f: f)
    return {mode: compilers for mode, compilers in ((False, eager), (True, traced)) if compilers}


def candidates():
    """The classes with a native op of which "auto" might take the value."""
    return [entry.cls for entry in ka.catalogue().values() if entry.cls.native is not None and not issubclass(entry.cls, ka.Splitting)]


def refusal(cls, dtype, traced, compilers):
    """None, or where the op is not as it should be: (hyperparameters, input, what is wrong there)."""
    if traced and dtype == "float32" and cls.__name__ in REWRITTEN.get(BACKEND, ()):
        return {}, [np.inf], "export"
    for sample in cls.samples:
        layer = cls(**sample)
        if layer._native(*probe(layer, dtype)) is NotImplemented:
            continue  # for these hyperparameters the op declines, and nothing depends on it
        for compiler in compilers:
            found = wrong_at(cls, sample, dtype, compiler)
            if found:
                return (sample, *found)
    return None


def wrong_at(cls, sample, dtype, compiler):
    """None, or the input at which the layer is wrong, and what is."""
    if not hands_nan_on(cls(**sample), dtype, compiler):
        return np.nan, "nan"
    budgets = {"value": testing.STRICT.value[dtype], "gradient": testing.STRICT.gradient[dtype]}
    for rows, *wrong in testing.measure(witness((cls, sample)), dtype, "auto", compiler):
        for (what, budget), error in zip(budgets.items(), wrong, strict=True):
            worst = np.unravel_index(np.argmax(error), error.shape)[0]
            if error[worst].max() > budget:
                return rows[worst].tolist(), what
    if not issubclass(cls, ka.AlongAxis):
        layer = cls(**sample)
        row = errors(Row("", "", "", dtype), Curve.of(layer), compiler(with_derivatives(layer)))
        for what in ("value", "gradient") if cls.derivative is None else ("value",):
            if getattr(row, what) > budgets[what]:
                return [getattr(row, f"{what}_at")], what
    return None


def hands_nan_on(layer, dtype, compiler):
    """Whether NaN stays NaN, and along an axis spreads to every entry of its row, of which each here has one."""
    x = np.array([[[np.nan, 1.0], [0.5, np.nan]]])
    y = compiler(layer)(testing.tensor(x, dtype))
    return np.isnan(testing.array(y))[np.isnan(x) | isinstance(layer, ka.AlongAxis)].all()


def probe(layer, dtype):
    x = testing.tensor(np.ones((2, 2, 2)), dtype)
    learned, fixed = layer._operands(x)
    return x, *learned, *fixed


def main():
    trusted, wrong = {}, {}
    # While it is measured, every op is trusted.
    verdicts.VERDICTS[BACKEND] = measured = {}
    for traced, compilers in ways().items():
        for dtype in testing.BITS:
            if dtype == "float64" and BACKEND == "jax" and not os.environ.get("JAX_ENABLE_X64"):
                continue
            key = dtype, traced
            wrong[key] = {}
            for cls in candidates():
                measured[key] = {cls.__name__}
                found = refusal(cls, dtype, traced, compilers)
                if found:
                    wrong[key][cls.__name__] = found
            trusted[key] = [cls.__name__ for cls in candidates() if cls.__name__ not in wrong[key]]
            print(f"{BACKEND:10} {dtype:8} {'traced' if traced else 'eager':6} {trusted[key]}", flush=True)
    write(verdicts, "VERDICTS", trusted)
    write(refused, "REFUSED", wrong)


def write(module, name, found):
    """Replace the sections of this backend in the table that is all of the module but its docstring."""
    path = Path(module.__file__)
    head, _, _ = path.read_text().partition(f"{name} = ")
    table = pprint.pformat(getattr(module, name) | {BACKEND: found}, width=138, sort_dicts=True)
    table = re.sub(r"\b(nan|inf)\b(?!')", r'float("\1")', table)
    path.write_text(f"{head}{name} = {table}\n")


if __name__ == "__main__":
    main()
