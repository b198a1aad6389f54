"""What a kernel asks of the elementary functions, and a function beside its derivative."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from .autodiff import is_read_by_dynamo


@dataclass(frozen=True)
class Terms:
    """What a kernel asks of the elementary functions.

    Args:
        everyday: Whether the everyday budget holds, and not the strict one.
        exported: Whether a converter may read the operations. Then only those are used that converters know.
        final: Whether the operations are not differentiated, because the kernel has a derivative of its own.
        fused: Whether a compiler fuses the operations. Then a few cheap ones are faster than one function that expands to many.
    """

    everyday: bool = False
    exported: bool = False
    final: bool = False
    fused: bool = False


_terms = ContextVar("terms", default=None)  # of the kernel that is running


def under(terms, function):
    """The function, computed under these terms."""

    def computed(*tensors):
        if is_read_by_dynamo():  # it does not know context variables, and compiles the strict form
            return function(*tensors)
        token = _terms.set(terms)
        try:
            return function(*tensors)
        finally:
            _terms.reset(token)

    return computed


def strictly(function):
    """The function under the strict budget, whatever the kernel asks for."""
    return under(Terms(), function)


def _asked():
    return Terms() if is_read_by_dynamo() else _terms.get() or Terms()


def is_bound():
    """Whether a strict kernel is running. The activations inside it are strict, too."""
    terms = None if is_read_by_dynamo() else _terms.get()
    return terms is not None and not terms.everyday


def is_everyday():
    """Whether the everyday budget binds."""
    return _asked().everyday


def is_light():
    """Whether the backend's own functions serve, also those that converters do not take and compilers do not make fast."""
    terms = _asked()
    return terms.everyday and not terms.exported and not terms.fused


def is_unexported():
    """Whether the everyday budget binds, and functions serve that converters do not take."""
    terms = _asked()
    return terms.everyday and not terms.exported


def is_final():
    """Whether the everyday budget binds, and nobody differentiates what is computed."""
    terms = _asked()
    return terms.everyday and terms.final


class Curve:
    """A function of x with its derivative, such as ``tanh(x)`` and ``tanh.slope(x)``; parameters may follow x.

        @Curve
        def square(x):
            return x * x

        @square.derived
        def square_slope(x):
            return 2.0 * x

    A derivative that is made of the value takes it too, as ``y=None``, and is `derived_by_value`: who knows the value hands it on.
    """

    def __init__(self, value: Callable, derivative: Callable | None = None, by_value: bool = False):
        self.value, self.derivative, self.by_value = value, derivative, by_value

    def __call__(self, x: Any, *parameters: Any) -> Any:
        return self.value(x, *parameters)

    def slope(self, x: Any, *parameters: Any, y: Any = None) -> Any:
        """The derivative at x, where the value is y."""
        assert self.derivative is not None
        return self.derivative(x, *parameters, y=y) if self.by_value else self.derivative(x, *parameters)

    def derived(self, derivative: Callable) -> Callable:
        """Set the derivative."""
        self.derivative, self.by_value = derivative, False
        return derivative

    def derived_by_value(self, derivative: Callable) -> Callable:
        """Set the derivative, which takes the value too."""
        self.derivative, self.by_value = derivative, True
        return derivative
