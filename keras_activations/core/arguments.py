"""Checks of hyperparameters. Each returns the plain Python value for the config, or raises an error that says what to write instead."""

import math
import numbers
import warnings
from collections.abc import Callable, Collection
from typing import Any, TypeVar

_Choice = TypeVar("_Choice")


def number(name: str, value: Any, *, low: float | None = None, above: float | None = None, high: float | None = None) -> float:
    """A finite float, at least `low`, greater than `above` and at most `high` where those are given."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        example = 0.5 if numeral(value) is None else numeral(value)
        raise TypeError(f"{name} must be a number, such as {name}={example}; received {value!r} ({type(value).__name__}).")
    try:
        value = float(value)
    except OverflowError:  # the value is a huge integer
        value = math.inf if max(value, 0) else -math.inf
    if not math.isfinite(value):
        raise ValueError(f"{name} must be finite; received {value!r}.")
    if above is not None and value <= above:
        raise ValueError(f"{name} must be greater than {above}; received {value!r}.")
    if low is not None and value < low:
        raise ValueError(f"{name} must be at least {low}; received {value!r}.")
    if high is not None and value > high:
        raise ValueError(f"{name} must be at most {high}; received {value!r}.")
    return value


def warn_of_slope(**names: Any) -> None:
    """Warn of a slope for negative input such as 6. As the first argument of the same activation elsewhere, it has another meaning.

    Args:
        **names: The slope by its name, and then the class elsewhere by the name here of its first argument.
    """
    (name, slope), (other, elsewhere) = names.items()
    if isinstance(slope, (int, float)) and slope > 1 and slope == int(slope):
        warnings.warn(
            f"{name}={slope:g} is the slope for negative input, and steeper than that for positive input. "
            f"What {elsewhere}({slope:g}) means is {other}={slope:g} here.",
            stacklevel=4,
        )


def numeral(value: Any) -> float | None:
    """The finite number in a string such as "0.5", or None."""
    try:
        found = float(value) if isinstance(value, str) else math.nan
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def bounds(**pair: Any) -> tuple[float, float]:
    """The two finite floats of an interval. The first one must be the lower one."""
    low, high = (number(name, value) for name, value in pair.items())
    if low >= high:
        received = ", ".join(f"{name}={value!r}" for name, value in pair.items())
        raise ValueError("{} must be below {}; received {}.".format(*pair, received))
    return low, high


def as_many(**pair: Any) -> None:
    """Refuse two sequences of different lengths. Other checks refuse a value that is no sequence."""
    one, other = pair.values()
    if isinstance(one, (tuple, list)) and isinstance(other, (tuple, list)) and len(one) != len(other):
        received = ", ".join(f"{name}={value!r}" for name, value in pair.items())
        raise ValueError("{} and {} must have as many numbers; received {}.".format(*pair, received))


def flag(name: str, value: Any) -> bool:
    """True or False."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False; received {value!r} ({type(value).__name__}).")
    return value


def text(name: str, value: Any) -> str:
    """A string."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string; received {value!r} ({type(value).__name__}).")
    return value


def integer(name: str, value: Any, *, low: int | None = None, high: int | None = None) -> int:
    """An int of at most 32 bits, which every backend takes as a size, axis or seed. It is at least `low` and at most `high`, if given."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be an integer; received {value!r} ({type(value).__name__}).")
    value = int(value)
    if abs(value) >= 2**32:
        raise ValueError(f"{name} must be less than 2**32 in magnitude; received {value!r}.")
    if low is not None and value < low:
        raise ValueError(f"{name} must be at least {low}; received {value!r}.")
    if high is not None and value > high:
        raise ValueError(f"{name} must be at most {high}; received {value!r}.")
    return value


def choice(name: str, value: _Choice, choices: Collection[Any]) -> _Choice:
    """One of `choices`."""
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}; received {value!r}.")
    return value


def found(name: str, get: Callable[[Any], Any], identifier: Any) -> Any:
    """The result of a lookup by Keras, such as `keras.initializers.get`, for an identifier, or an error that names the argument."""
    try:
        return get(identifier)
    except Exception as error:  # Keras's deserialization may raise any exception
        kind = get.__module__.rpartition(".")[2]
        raise ValueError(f"{name} is nothing that keras.{kind}.get knows; received {identifier!r}. {error}") from error
