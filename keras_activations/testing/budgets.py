"""How much a result may differ from the truth, and how the difference is measured."""

from dataclasses import dataclass

import ml_dtypes
import numpy as np

from .arrays import BITS, NUMPY, upstream


@dataclass(frozen=True)
class Budget:
    """The errors that are allowed.

    Args:
        value: Dict from dtype to the largest error of a value, in units in the last place. In float32 and float64, the effect of a change
            of the input by one unit counts as one unit of error, if it is larger (cond-ULP).
        gradient: The same for gradients, with this rule in every dtype.
        absolute: Whether the unit is the dtype's epsilon times ``max(1, abs(y))``, for values in float32 and float64 and for gradients. The
            unit of values in 16 bits is no smaller than the error allowed in float32, in which they are computed.
        reach: The largest input in magnitude to which the budget applies.
    """

    value: dict[str, float]
    gradient: dict[str, float]
    absolute: bool = False
    reach: float = np.inf

    def unit(self, x, dtype):
        """The unit of errors of a result whose true value is x."""
        return 2.0 ** -BITS[dtype] * np.maximum(1.0, np.abs(x)) if self.absolute else ulp(x, dtype, flushed_below(dtype))


STRICT = Budget(
    value={"float64": 16.0, "float32": 5.0, "bfloat16": 0.51, "float16": 0.51},
    gradient={"float64": 32.0, "float32": 8.0, "bfloat16": 0.51, "float16": 0.51},
)
"""The budget that this package promises to keep."""

EVERYDAY = Budget(
    value={"float64": 10.0, "float32": 10.0, "bfloat16": 1.0, "float16": 1.0},
    gradient={"float64": 80.0, "float32": 80.0, "bfloat16": 1.0, "float16": 1.0},
    absolute=True,
    reach=1e18,
)
"""The budget of the frameworks' own operations. It promises nothing at infinity, or if the true value is beyond the largest number."""

LEVELS = {"everyday": EVERYDAY, "strict": STRICT}

ABSOLUTE_GRADIENT_BUDGET = 2.5
"""A part of the strict budget: the error of a gradient of at most 1 in float32, in units of the dtype's epsilon."""


def ulp(x, dtype, floor=0.0):
    """The distance between neighbouring numbers of `dtype` at x. It is no smaller than at `floor` and at the smallest normal number."""
    low = float(ml_dtypes.finfo(NUMPY[dtype]).smallest_normal)
    size = np.where(np.isfinite(x), np.maximum(np.abs(x), max(low, floor)), low)
    return np.ldexp(1.0, np.frexp(size)[1] - 1 - BITS[dtype])


def flushed_below(dtype):
    """The bound below which an intermediate number may be flushed to zero."""
    return {"float16": 0.0, "float64": 2.0**-960}.get(dtype, 2.0**-96)


def _condition(slopes, inputs, dtype):
    """How far the result moves when every input moves by one unit in the last place."""
    with np.errstate(all="ignore"):
        return np.nan_to_num(np.sum(np.abs(slopes) * ulp(inputs, dtype), axis=-1), nan=0.0, posinf=np.inf)


def _size(numbers, rows, of_halves):
    """The numbers, or for products of two halves the larger half, if it is larger. The error of one factor is multiplied by the other."""
    return np.fmax(np.abs(numbers), np.abs(rows).max(axis=1).reshape(-1, *[1] * (numbers.ndim - 1))) if of_halves else numbers


def value_errors(result, truth, rows, dtype, of_halves=False, budget=STRICT):
    """Errors of values, in the units of the budget. They are inf if a finite value is missing or an overflow has the wrong sign."""
    size = _size(truth["value"], rows, of_halves and budget.absolute)
    if dtype in ("float32", "float64"):
        unit = np.maximum(budget.unit(size, dtype), _condition(truth["gradient"][..., : rows.shape[1]], rows[:, None, :], dtype))
    else:
        unit = ulp(truth["value"], dtype, flushed_below(dtype))
        if budget.absolute:
            unit = np.maximum(unit, budget.value["float32"] * budget.unit(size, "float32"))
    return _errors(result, truth["value"], truth["rest"], unit, dtype, budget)


def gradient_errors(result, truth, rows, dtype, along_axis=False, of_halves=False, budget=STRICT):
    """The same for the gradient of the outputs, weighted by `upstream`, with respect to the inputs and the learned parameters."""
    weights = upstream(truth["value"].shape[1])[:, None]
    width = rows.shape[1]
    expected = np.sum(weights * truth["gradient"], axis=1)
    unit = budget.unit(_size(truth["gradient"], rows, of_halves and budget.absolute), dtype)
    unit = np.maximum(unit, _condition(truth["hessian"][..., :width], rows[:, None, None, :], dtype))
    unit = np.maximum(np.sum(np.abs(weights) * unit, axis=1), budget.unit(expected, dtype))
    total = np.sum(np.abs(weights))
    if along_axis:
        # The upstream gradients cancel against each other along an axis. The error of that is absolute.
        epsilon = 2.0 ** -(52 if dtype == "float64" else 23)
        unit = unit + ABSOLUTE_GRADIENT_BUDGET * epsilon * total / budget.gradient[dtype]
    errors = _errors(result, expected, 0.0, unit, dtype, budget)
    # This is not for learned parameters: they stay in float32, and the sum in their gradient is no smaller than its terms.
    if dtype == "float32" and not budget.absolute:
        small = (np.abs(expected) <= 1) & (np.arange(expected.shape[1]) < width)
        with np.errstate(all="ignore"):
            absolute = np.abs(result - expected) / (total * 2.0**-23) * (budget.gradient[dtype] / ABSOLUTE_GRADIENT_BUDGET)
        errors = np.where(small, np.fmax(errors, absolute), errors)
    return errors


def _errors(result, truth, rest, unit, dtype, budget):
    largest = float(ml_dtypes.finfo(NUMPY[dtype]).max)
    with np.errstate(all="ignore"):
        error = np.abs((result - truth) - rest) / unit
        error = np.where(np.isfinite(result), error, np.inf)
        # Infinity and the largest number are both right if the truth is beyond the largest number.
        error = np.where(np.isnan(truth), np.where(np.isnan(result), 0.0, np.inf), error)  # the truth has no limit at infinity
        beyond = np.abs(truth) > largest * (1 - 2.0 ** -BITS[dtype])
        right = (np.sign(result) == np.sign(truth)) & (np.abs(result) >= largest * (1 - 2.0 ** (2 - BITS[dtype])))
        return np.where(beyond, np.where(right | budget.absolute, 0.0, np.inf), error)
