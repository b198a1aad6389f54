"""The choice of the kernel that runs, from the argument `kernel`, the mode and the measurements. Each kernel is made once.

There are five plans. "native" is the framework's op with its own gradient. "mixed" takes the value from the op, and the derivative from
this package. "ours" takes both from this package. "fused" is "ours", compiled by itself. "automatic" takes the value from this package, and
the backend differentiates it. It is faster for some activations if operations run one by one, and keeps no more than a user's own formula.

There are two budgets. *Strict* allows errors of a few units in the last place, and asks for the limit at infinity. *Everyday* allows the
errors of the frameworks' own operations: 10 epsilon of ``max(1, abs(y))`` for a value, and 80 for a gradient. A 16-bit input is computed in
float32, and the result is rounded once.

kernel="auto" runs the fastest plan within the everyday budget. Accuracy costs no time for many activations if a compiler fuses operations.
Those keep the strict budget in that mode. In other modes, every operation is a pass over memory. `measured.json` has the errors and the
time of each op, and the time that the strict budget costs. `make measurements` writes it.
"""

import json
import threading
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
from keras import ops

from . import autodiff

MODES = ("eager", "graph", "fused")
KERNELS = ("auto", "native", "fallback", "fused")

_BACKEND = keras.backend.backend()


class NativeOp:
    """The framework's op for an activation: its name in `keras.ops` or `keras.activations`, and its arguments.

    Example:
        >>> NativeOp("elu", alpha=1.0)(-1.0)
        -0.63212055
    """

    def __init__(self, name: str, **arguments: Any):
        self.name, self.arguments = name, arguments

    @property
    def variant(self) -> str:
        """The name of the function that the op computes. An argument may choose it: "gelu(approximate=True)" is not "gelu"."""
        if not self.arguments:
            return self.name
        switched = [name for name, value in self.arguments.items() if value is True]
        return f"{self.name}({', '.join(f'{name}=True' for name in switched)})" if switched else self.name

    @property
    def function(self) -> Callable | None:
        """The op, or None where this release of Keras has none."""
        return autodiff.OPS.get(self.name) or getattr(ops, self.name, getattr(keras.activations, self.name, None))

    def __call__(self, x):
        function = self.function
        if function is None:
            raise ValueError(f"Keras {keras.__version__} has no op {self.name} on {_BACKEND}. Write kernel='auto'.")
        return function(x, **self.arguments)

    def __repr__(self) -> str:
        return f"NativeOp({', '.join([repr(self.name), *(f'{name}={value!r}' for name, value in self.arguments.items())])})"


@dataclass(frozen=True)
class Plan:
    """What runs, and why.

    Args:
        name: "native", "mixed", "ours", "automatic" or "fused".
        budget: "strict" or "everyday", or None if nothing is promised.
        reason: The reason, in words.
    """

    name: str
    budget: str | None
    reason: str


_MEASURED: Mapping = json.loads(Path(__file__).with_name("measured.json").read_text())


def _known(cls: type) -> type | None:
    """The class of this package whose measurements apply to `cls`, or None if `cls`, from another package, computes something else."""
    known = next(base for base in cls.__mro__ if base.__module__.startswith("keras_activations."))
    redefined = cls is not known and any(getattr(cls, name) is not getattr(known, name) for name in ("fallback", "derivative", "native"))
    return None if redefined else known


def row(cls: type, op: NativeOp | None, mode: str, dtype: str) -> Mapping | None:
    """The measurements of the op of a class, on the CPU, or None if there are none."""
    if op is None or (known := _known(cls)) is None:
        return None
    rows = _MEASURED.get(_BACKEND, {}).get("rows", {}).get(mode, {}).get(dtype, {})
    return rows.get(f"{known.__name__}: {op.variant}")


SLOWER = 1.05
"""A plan does not run if it takes this many times as long as another plan within the budget."""


def budget_of(cls: type, mode: str) -> str:
    """The budget of kernel="auto" for a class in a mode. In fused mode it is the strict one, unless that was measured to cost time."""
    if mode != "fused":
        return "everyday"
    known = _known(cls)
    cost = 1.0 if known is None else _MEASURED.get(_BACKEND, {}).get("strict", {}).get(known.__name__, 1.0)
    return "strict" if cost <= SLOWER else "everyday"


def differentiates_itself(cls: type, mode: str) -> bool:
    """Whether the backend's own gradient was measured to be faster than the derivative of a class, and accurate enough."""
    known = _known(cls)
    costs = _MEASURED.get(_BACKEND, {}).get("automatic", {}).get(mode, {})
    return known is not None and costs.get(known.__name__, 1.0) * SLOWER < 1.0


def fused(mode: str, has_derivative: bool) -> Plan:
    """The plan of kernel="fused"."""
    if mode == "fused":
        return Plan("ours", "strict", "a compiler fuses it already")
    if _BACKEND == "torch" and mode == "graph":
        return Plan("ours", "strict", "an export writes down the operations")
    if _BACKEND == "torch" and not has_derivative:
        return Plan("ours", "strict", "without a derivative of its own, torch could not differentiate it twice")
    if _BACKEND in ("tensorflow", "torch"):
        return Plan("fused", "strict", "kernel='fused'")
    return Plan("ours", "strict", f"the {_BACKEND} backend has no compiler")


def choose(
    kernel: str,
    op: NativeOp | None,
    measured: Mapping | None,
    budget: str,
    mode: str,
    dtype: str,
    has_derivative: bool,
    mixes: bool = True,
    automatic: bool = False,
) -> Plan:
    """The plan for the argument `kernel`, an op with its measurements, a mode and a dtype. It needs no tensor.

    Args:
        budget: The budget of kernel="auto".
        mixes: Whether the derivative may be combined with the value of the op.
        automatic: Whether the backend's own gradient of the value is faster than the derivative.
    """
    if kernel == "native":
        return Plan("native", None, "kernel='native'")
    if kernel == "fallback":
        return Plan("ours", "strict", "kernel='fallback'")
    if kernel == "fused":
        return fused(mode, has_derivative)

    def ours(reason):
        # Some functions of keras.ops round float64 to float32.
        if dtype == "float64":
            return Plan("ours", "strict", reason)
        # The backend would keep float32 tensors for the gradient of a 16-bit input.
        is_automatic = automatic and budget == "everyday" and dtype == "float32"
        return Plan("automatic" if is_automatic else "ours", budget, reason)

    if op is None:
        return ours("no native op for these arguments")
    if op.function is None:
        # The everyday forms of some functions call their own op.
        return Plan("ours", "strict", f"no op {op.name} in this Keras")
    if measured is None:
        return ours(f"nobody measured {op.name} here")
    if measured["speed"] > SLOWER:
        return ours(f"{op.name} takes {measured['speed']:.2f} times as long")
    kept = measured[budget]
    # In fused mode, the op's gradient would keep more than the input, and is no faster.
    if kept["refused"] is None and not (mode == "fused" and has_derivative and mixes):
        return Plan("native", budget, f"{op.name} keeps the {budget} budget")
    if kept["value_refused"] is None and has_derivative and mixes:
        return Plan("mixed", budget, f"the value of {op.name} keeps the {budget} budget, its gradient: {kept['refused']}")
    return ours(f"{op.name} breaks the {budget} budget: {kept['refused'] or kept['value_refused']}")


# ------------------------------------------------------------------------------------------------------------- made once

_made = weakref.WeakValueDictionary()
_lock = threading.Lock()


def is_remembered(plan: Plan, mode: str, tensors: list) -> bool:
    """Whether a kernel that is made once runs faster than its operations, and keeps its budget.

    JAX compiles it. TensorFlow in eager mode keeps its graph. A graph's optimizer reorders operations, which would break the strict budget.
    """
    if _BACKEND == "tensorflow":
        graph = mode == "eager" and plan.budget == "everyday"
        return (graph or plan.name == "fused") and not autodiff.are_pushed_forward(tensors)
    return _BACKEND == "jax" or plan.name == "fused"


def once(key, make) -> Callable:
    """The result of `make` for this key. All users of the key share it. It is freed with the last of them."""
    with _lock:
        kernel = _made.get(key)
        if kernel is None:
            _made[key] = kernel = make()
        return kernel


def alive() -> int:
    """How many kernels are remembered."""
    return len(_made)
