"""What was computed and measured about every activation of the catalogue: `make cards` writes cards.json.

Nothing in it was typed in. The properties are those that `describing.properties` finds, so that tools that look at the whole catalogue, and
Keras's NumPy backend, need not compute them. The costs were measured on a CPU. The conversions that fail are those of docs/export.md, and
the errors those of docs/accuracy.md.
"""

import functools
import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from .. import Activation

FILE = Path(__file__).with_name("cards.json")


@functools.cache
def _read() -> dict[str, Any]:
    return json.loads(FILE.read_text()) if FILE.exists() else {"properties": {}, "cost": {}, "exports": {}, "inaccurate": {}}


def stored(function: Any) -> dict[str, Any] | None:
    """The properties of an activation of the catalogue with its default arguments, or None for any other function."""
    known = _read()["properties"].get(key(function)) if isinstance(function, Activation) else None
    if known is None or arguments_of(function) != known["arguments"] or _is_trained(function):
        return None
    return {name: _restored(value) for name, value in known.items() if name != "arguments"}


def cost(name: str) -> dict[str, float]:
    """The time of value and gradient of an activation divided by that of ReLU, by backend."""
    return {backend: costs[name] for backend, costs in _read()["cost"].items() if name in costs}


def inaccurate(name: str) -> dict[str, tuple[float, float, float, int]]:
    """By dtype, where the accurate kernel is outside its budget: the worst errors of value, gradient and second derivative in units in the
    last place, and how many were not finite.
    """
    return {dtype: tuple(errors) for dtype, errors in _read()["inaccurate"].get(name, {}).items()}


def exports(name: str) -> tuple[str, ...]:
    """The conversions of a model with this activation that fail, such as "torch to LiteRT"."""
    return tuple(route for route, names in _read()["exports"].items() if name in names)


def key(function: Activation) -> str:
    """The name of its class in the file. A class of another package is not in there."""
    return f"{type(function).__module__}.{type(function).__name__}"


def arguments_of(function: Activation) -> dict[str, Any]:
    """What tells it from another layer of its class."""
    config = {name: value for name, value in function.get_config().items() if name not in ("name", "kernel", "dtype", "trainable")}
    return json.loads(json.dumps(config))


def _is_trained(function):
    """Whether its weights may be others than the arguments say."""
    if not function.weights:
        return False
    fresh = type(function).from_config(function.get_config())
    if len(fresh.weights) != len(function.weights):
        return True
    return not all(np.array_equal(*pair) for pair in zip(fresh.get_weights(), function.get_weights(), strict=True))


def _restored(value):
    """Tuples for lists and infinity for its name, as JSON has neither."""
    if isinstance(value, list):
        return tuple(map(_restored, value))
    return math.inf * (-1 if value[0] == "-" else 1) if value in ("inf", "-inf") else value
