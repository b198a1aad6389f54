"""Conversions of numbers to the dtypes of a backend, and back."""

import keras
import ml_dtypes
import numpy as np
from keras import ops

BITS = {"float64": 52, "float32": 23, "bfloat16": 7, "float16": 10}
NUMPY = {"float64": np.float64, "float32": np.float32, "bfloat16": ml_dtypes.bfloat16, "float16": np.float16}


def representable_in(points, dtype):
    """A mask of the points (rows) that `dtype` represents exactly."""
    with np.errstate(all="ignore"):
        same = np.asarray(points, NUMPY[dtype]).astype(np.float64) == points
    return same.all(axis=-1)


def upstream(width):
    """The upstream gradient of the outputs of a row, for comparing gradients. Its numbers are all different, and exact in 16 bits."""
    return np.array([1.0, -0.5, 0.25, 2.0, -1.5, 0.75, 3.0, -0.125])[:width]


def tensor(array, dtype):
    """A tensor of the exact numbers of `array`."""
    if dtype == "float64":
        return ops.convert_to_tensor(np.asarray(array, np.float64), dtype="float64")
    return ops.cast(ops.convert_to_tensor(np.asarray(array, np.float32)), dtype)


def array(x):
    """A float64 array of the exact numbers of a tensor."""
    wide = "float64" if keras.backend.standardize_dtype(x.dtype) == "float64" else "float32"
    return np.asarray(ops.convert_to_numpy(ops.cast(x, wide)), np.float64)
