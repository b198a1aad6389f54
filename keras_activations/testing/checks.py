"""The checks of one class for the promises of this package."""

import itertools
from collections.abc import Callable

import keras
import numpy as np

from ..catalogue.entry import Entry
from ..core import arguments
from .arrays import array, tensor
from .budgets import LEVELS, STRICT
from .measuring import measure
from .witness import Witness


def check_activation(cls: type, samples: list[dict] | None = None, oracle: Callable | None = None, *, level: str = "everyday") -> None:
    """Check an activation of your own with the checks that every activation of this package passes, on the backend in use.

    Args:
        cls: The class, a registered subclass of `Activation`.
        samples: List of dicts of hyperparameters to check it with. Default ``cls.samples``.
        oracle: Function for a class without a formula in its docstring. It takes a row of inputs and the hyperparameters. It returns
            the outputs and their Jacobian, as lists of numbers, and their Hessian unless it is 0.
        level: "everyday", the default, asks for the errors of the frameworks' own operations: 10 epsilon of ``max(1, abs(y))`` for
            values and 80 for gradients, at finite inputs up to 1e18. In 16 bits it asks for 1 unit in the last place, or the error
            allowed in float32, for values, and for 1 epsilon for gradients. Any slope between the one-sided slopes is right beside a
            corner. "strict" asks for what this package promises: every input, its limit at infinity, and errors of a few units in the
            last place.

    Raises:
        AssertionError: if a check fails. It says what is wrong, with which hyperparameters, at which input, and what to do.
        ValueError: for another level.

    Example:
        >>> check_activation(SiLU)
    """
    budget = LEVELS[arguments.choice("level", level, tuple(LEVELS))]
    for sample in cls.samples if samples is None else samples:
        check_arguments(cls, sample)
        witness = Witness(cls, sample, oracle)
        for dtype, kernel in itertools.product(("float32", "bfloat16", "float16"), ("auto", "fallback")):
            check_numbers(witness, dtype, kernel, budget)
        check_layer(cls, sample)


def check_arguments(cls, sample):
    """Every argument of the constructor is an attribute, from which the config is made."""
    layer = cls(**sample)
    forgotten = [name for name in Entry(cls).arguments if not hasattr(layer, name)]
    assert not forgotten, (
        f"{cls.__name__} forgets its argument {forgotten[0]}. Write self.{forgotten[0]} = {forgotten[0]} in its constructor."
    )


def check_numbers(witness, dtype, kernel, budget=STRICT):
    """Value and gradient are within the budget."""
    for rows, values, gradients in measure(witness, dtype, kernel, budget=budget):
        for what, errors, allowed in (("value", values, budget.value[dtype]), ("gradient", gradients, budget.gradient[dtype])):
            worst = np.unravel_index(np.argmax(errors), errors.shape)
            allowed *= witness.allowance
            unit = "epsilon" if budget.absolute else "units in the last place"
            assert errors[worst] <= allowed, (
                f"The {what} of {witness.cls.__name__}({witness.sample}) is wrong by {errors[worst]:.3g} {unit} of "
                f"{dtype} (allowed: {allowed}) at x = {rows[worst[0]].tolist()}, with kernel={kernel!r}. "
                + _advice(witness.cls, what, rows[worst[0]], errors[worst])
            )


def _advice(cls, what, row, error):
    """What to do about the worst error."""
    if not np.isfinite(row).all():
        return (
            "Give it its limit at infinity: clamp the factor that grows, as in ops.clip(x, -1e18, 1e18) * ops.sigmoid(x). "
            "Or check finite inputs only, by level='everyday'."
        )
    if what == "gradient" and cls.derivative is None:
        return "Write derivative(self, x, ...), the derivative in closed form, which takes the place of automatic differentiation."
    if np.isinf(error):
        return (
            "It is not finite there. Clamp what overflows before it is used, as in ops.exp(ops.minimum(x, 80.0)); "
            "a branch that ops.where does not select counts too."
        )
    if what == "gradient":
        return "Compare `derivative` with the derivative of the formula; where they are the same function, rewrite what cancels there."
    return "Compare `fallback` with the formula; where they are the same function, rewrite what cancels there, as expm1(x) for exp(x) - 1."


def check_layer(cls, sample):
    """A saved and loaded layer computes the same. Shapes and dtypes are the declared ones. NaN stays NaN."""
    layer = cls(**sample)
    x = np.linspace(-3, 3, 48, dtype="float32").reshape(2, 6, 4)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert np.array_equal(array(again(x)), array(layer(x))), f"{layer!r} computes something else after it was saved: {again!r}."
    for dtype in ("float32", "float16", "bfloat16"):
        symbol, y = layer(keras.KerasTensor((2, 6, 4), dtype=dtype)), layer(tensor(x, dtype))
        declared, real = (symbol.shape, symbol.dtype), (tuple(y.shape), keras.backend.standardize_dtype(y.dtype))
        assert declared == real, f"{layer!r} declares {declared} for {dtype} and returns {real}."
        assert real[1] == dtype, f"{layer!r} returns {real[1]} for {dtype}."
    assert np.isnan(array(layer(tensor(np.full((1, 4, 4), np.nan), "float32")))).all(), f"{layer!r} turns NaN into numbers."
