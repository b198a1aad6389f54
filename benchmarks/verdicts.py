"""Measure which native ops are as accurate as the budget asks, and write the answer to `keras_activations/verdicts.py`.

    KERAS_BACKEND=tensorflow python benchmarks/verdicts.py

rewrites the section of that backend. An op is trusted for a dtype where the layer that takes its value from it (and its gradient
from this package, if the unit has a `derivative`) stays within the budget for every sample of hyperparameters, and hands NaN on. It
is trusted in traced code only if that holds in a plain graph and in one compiled by XLA, which look alike while they are traced, and
if it survives the converters (`benchmarks/export.py`): what is exported is traced.
"""

import os
import pprint
from pathlib import Path

import keras
import numpy as np

import keras_activations as ka
from keras_activations import testing, verdicts

# What a converter puts in words of its own, which overflow: LiteRT makes log(1 + exp(x)) of these.
REWRITTEN = {"tensorflow": {"LogSigmoid", "Softplus"}}

CACHE = Path(__file__).resolve().parents[1] / "tests" / ".oracle"


def compilers(backend):
    """The ways in which a function runs eagerly (False) and in traced code (True)."""
    if backend == "tensorflow":
        import tensorflow as tf

        return {False: [None], True: [tf.function, lambda f: tf.function(f, jit_compile=True)]}
    if backend == "jax":
        import jax

        return {True: [None, jax.jit]}
    return {False: [None]}


def trustworthy(witnesses, dtype, compilers):
    for witness in witnesses:
        if witness.cls(**witness.sample)._native(*probe(witness, dtype)) is NotImplemented:
            continue  # for these hyperparameters the op declines, and nothing depends on it
        for compiler in compilers:
            if not all(testing.within_budget(errors, dtype) for errors in testing.measure(witness, dtype, "auto", compiler)):
                return False
            if not hands_nan_on(witness, dtype, compiler):
                return False
    return True


def hands_nan_on(witness, dtype, compiler):
    """Whether NaN stays NaN, and along an axis spreads to every entry of its row, of which each here has one."""
    x = np.array([[[np.nan, 1.0], [0.5, np.nan]]])
    layer = witness.cls(**witness.sample)
    y = (compiler(layer) if compiler else layer)(testing.tensor(x, dtype))
    return np.isnan(testing.array(y))[np.isnan(x) | issubclass(witness.cls, ka.AlongAxis)].all()


def probe(witness, dtype):
    layer = witness.cls(**witness.sample)
    x = testing.tensor(np.ones((2, 2, 2)), dtype)
    learned, fixed = layer._operands(x)
    return x, *learned, *fixed


def main():
    backend = keras.backend.backend()
    candidates = [
        entry.cls for entry in ka.catalogue().values() if entry.cls.native is not None and not issubclass(entry.cls, ka.Splitting)
    ]
    table = {}
    # While it is measured, every op is trusted.
    verdicts.VERDICTS[backend] = table
    for traced, ways in compilers(backend).items():
        for dtype in testing.BITS:
            if dtype == "float64" and backend == "jax" and not os.environ.get("JAX_ENABLE_X64"):
                continue
            trusted = []
            for cls in candidates:
                name = cls.__name__
                if traced and dtype == "float32" and name in REWRITTEN.get(backend, ()):
                    continue
                table[dtype, traced] = {name}
                witnesses = [testing.Witness(cls, sample, cache=CACHE) for sample in cls.samples]
                if trustworthy(witnesses, dtype, ways):
                    trusted.append(name)
            print(
                f"{backend:10} {dtype:8} {'traced' if traced else 'eager':6} {len(trusted):2} of {len(candidates)}: {trusted}", flush=True
            )
            table[dtype, traced] = trusted
    write(backend, table)


def write(backend, table):
    path = Path(verdicts.__file__)
    head, _, _ = path.read_text().partition("VERDICTS = ")
    path.write_text(head + "VERDICTS = " + pprint.pformat(verdicts.VERDICTS | {backend: table}, width=138, sort_dicts=True) + "\n")


if __name__ == "__main__":
    main()
