"""A card about an activation, computed from the function itself."""

import dataclasses
import math
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from .. import Activation, AlongAxis, Parametric, Splitting, get
from . import advice, cards
from .analysis import Shape
from .curves import curves_of, entry_of, written
from .initializing import prescribed_gain
from .table import Printed


@dataclass(frozen=True, repr=False)
class Description(Printed):
    """What is known about one activation. `print` shows it as a card, and `to_dict` gives plain values for JSON.

    All numbers about the function are computed from its values. Those about time come from measurements on a CPU.

    Args:
        name: Its name in the catalogue, or the name of the callable.
        written: How to write it, with the arguments that differ from the defaults.
        summary: One sentence.
        formula: ``f(x) = ...``, or None.
        note: What the numbers belong to, if the activation takes a row of numbers.
        infimum, supremum: The range.
        attains: Whether some x has the infimum as its value, and some x the supremum.
        minimum, maximum: (x, value) where one x has the least or greatest value, or None.
        zeros: The single points where it is 0, from -16 to 16.
        monotonic: "increasing", "decreasing" or None.
        curvature: "convex", "concave", "linear" or None.
        symmetry: "odd", "even" or None.
        smoothness: How many of its derivatives are continuous: -1 for a jump, 0 for a kink, None where all are.
        corners: (x, how many derivatives are continuous there) from -16 to 16.
        lipschitz: The greatest magnitude of its slope, inf if there is none.
        limits: What it approaches at -inf and inf, None where it oscillates.
        asymptotes: (slope, offset) of the straight lines that it approaches at -inf and inf, None where there is none.
        saturates: The intervals where the magnitude of its slope stays below 0.01.
        dead: The intervals where its slope is exactly 0.
        value_at_zero: Its value at 0.
        slopes_at_zero: Its slopes to the left and to the right of 0, which differ at a kink.
        from_identity: The greatest distance from x, for x between -1 and 1.
        mean, deviation: Of its values, for a normally distributed input of mean 0 and deviation 1.
        gain: The gain that preserves the variance forward, or None: see `keras_activations.gain`.
        gradient: The factor by which each layer changes the deviation of gradients, if the weights have that gain.
        sensitivity: The power by which errors of the variance grow with every layer. Above 1 a deep network needs normalization.
        initializer: The initializer that belongs to it, as code.
        companions: What else belongs to it.
        learned: The arguments that may be weights.
        has_weights: Whether it has weights as it is.
        elementwise: Whether each entry of the output depends on one entry of the input.
        may_stand_in_a_host: Whether it can be the `activation` of a layer such as `Dense`.
        plans: What runs for kernel="auto", by mode, on this backend.
        cost: The time of its value and gradient divided by that of ReLU, by backend.
        inaccurate: By dtype, where docs/accuracy.md has it outside its budget: the worst errors of value, gradient and second derivative
            with kernel="fallback", in units in the last place, and how many results were not finite. They are those of all samples of
            hyperparameters together.
        exports: The conversions that do not work.
        aliases: Further names.
        reference: The source.
        use_for, avoid_for: Sentences with their sources.
    """

    name: str
    written: str
    summary: str
    formula: str | None
    note: str | None
    infimum: float
    supremum: float
    attains: tuple[bool, bool]
    minimum: tuple[float, float] | None
    maximum: tuple[float, float] | None
    zeros: tuple[float, ...]
    monotonic: str | None
    curvature: str | None
    symmetry: str | None
    smoothness: int | None
    corners: tuple[tuple[float, int], ...]
    lipschitz: float
    limits: tuple[float | None, float | None]
    asymptotes: tuple[tuple[float, float] | None, tuple[float, float] | None]
    saturates: tuple[tuple[float, float], ...]
    dead: tuple[tuple[float, float], ...]
    value_at_zero: float
    slopes_at_zero: tuple[float, float]
    from_identity: float
    mean: float
    deviation: float
    gain: float | None
    gradient: float | None
    sensitivity: float | None
    initializer: str | None
    companions: tuple[str, ...]
    learned: tuple[str, ...]
    has_weights: bool
    elementwise: bool
    may_stand_in_a_host: bool
    plans: Mapping[str, str]
    cost: Mapping[str, float]
    inaccurate: Mapping[str, tuple[float, float, float, int]]
    exports: tuple[str, ...]
    aliases: tuple[str, ...]
    reference: str
    use_for: tuple[str, ...]
    avoid_for: tuple[str, ...]

    @property
    def bounded(self) -> bool:
        """Whether its range is finite."""
        return math.isfinite(self.infimum) and math.isfinite(self.supremum)

    @property
    def zero_centered(self) -> bool:
        """Whether the mean of its values is at most a tenth of their deviation, for a normally distributed input."""
        return abs(self.mean) <= 0.1 * self.deviation

    @property
    def year(self) -> int | None:
        """The year of its source."""
        years = [int(word) for word in self.reference.replace(",", " ").split() if word.isdigit() and 1900 < int(word) < 2100]
        return min(years, default=None)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON. Infinity is the string "inf" or "-inf"."""
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return {name: as_json(value) for name, value in fields.items()}

    def __str__(self) -> str:
        lines = [f"    {text}" for text in (self.formula, self.note and f"The numbers are about this: {self.note}.") if text]
        for label, text in self.rows():
            lines += _wrapped(f"    {label:<14} {text}", 19) if text else []
        for text in (*(f"Use it {text}." for text in self.use_for), *(f"Avoid it {text}." for text in self.avoid_for), self.reference):
            lines += _wrapped(f"    {text}", 6) if text else []
        title = textwrap.wrap(f"{self.written}: {self.summary}", 118, subsequent_indent="    ")
        return "\n".join([*title, *lines])

    def rows(self) -> list[tuple[str, str]]:
        """(label, text) of the lines of the card."""
        low, high = "[" if self.attains[0] else "(", "]" if self.attains[1] else ")"
        left, right = map(_n, self.slopes_at_zero)
        slope = "it has no greatest slope" if math.isinf(self.lipschitz) else f"at most {_n(self.lipschitz)} in magnitude"
        places = ", ".join(_n(x) for x, _ in self.corners[:6]) + (", ..." if len(self.corners) > 6 else "")
        return [
            ("range", f"{low}{_n(self.infimum)}, {_n(self.supremum)}{high}" + (", bounded" if self.bounded else "")),
            ("minimum", _extreme(self.minimum)),
            ("maximum", _extreme(self.maximum)),
            ("zeros", ", ".join(map(_n, self.zeros[:6])) + (", ..." if len(self.zeros) > 6 else "")),
            ("shape", ", ".join(word for word in (self.monotonic or "not monotonic", self.curvature, self.symmetry) if word)),
            ("smoothness", SMOOTHNESS[self.smoothness] + (f", at x = {places}" if places else "")),
            ("slope", f"{slope}, at 0 " + (left if left == right else f"{left} on the left and {right} on the right")),
            ("at 0", _n(self.value_at_zero)),
            ("saturates", _intervals(self.saturates) and f"{_intervals(self.saturates)}: the slope stays below 0.01"),
            ("dead", _intervals(self.dead) and f"{_intervals(self.dead)}: the slope is 0"),
            (
                "ends",
                " and ".join(f"{_end(*pair)} at {end}" for end, *pair in zip(("-inf", "inf"), self.limits, self.asymptotes, strict=True)),
            ),
            ("normal input", f"mean {_n(self.mean)}, deviation {_n(self.deviation)}" + (", zero-centered" if self.zero_centered else "")),
            ("gain", "" if self.gain is None else f"{_n(self.gain)}; {self.initializer}"),
            ("depth", _depth(self.gradient, self.sensitivity)),
            ("companions", ", ".join(self.companions)),
            ("learns", ", ".join(self.learned) + (" (as it is)" if self.has_weights else " (with learned=True)" if self.learned else "")),
            ("in a host", "" if self.may_stand_in_a_host else "no: a layer of its own"),
            ("cost", ", ".join(f"{backend} {factor:.2g}" for backend, factor in self.cost.items()) + (" times relu" if self.cost else "")),
            ("runs", "; ".join(f"{mode}: {plan}" for mode, plan in self.plans.items())),
            ("accuracy", _errors(self.inaccurate)),
            ("export fails", ", ".join(self.exports)),
            ("further names", ", ".join(self.aliases)),
        ]


def describe(activation: Any) -> Description:
    """A card about an activation, computed from the function itself.

    Args:
        activation: Anything that `get` takes, such as "gelu", LeakyReLU(0.1), the activation of a trained layer, or a callable of your
            own, which is assumed to be elementwise. Of weights per channel or element, the median of the curves is described.

    Returns:
        A `Description`.

    Raises:
        ValueError: for a name that `get` does not know.
        RuntimeError: on Keras's NumPy backend, for an activation that is not in the catalogue with its default arguments: most ops of that
            backend round to float32.

    Example:
        >>> card = describe("gelu")
        >>> round(card.minimum[0], 5), round(card.minimum[1], 5), card.monotonic, card.smoothness
        (-0.75179, -0.16997, None, None)
    """
    function = get(activation)
    of_function = cards.stored(function)
    notes: list[str] = []
    if of_function is None:
        if keras.backend.backend() == "numpy":
            raise RuntimeError(
                f"Most ops of Keras's NumPy backend round to float32, which is too coarse for a card about {function!r}. "
                "Set KERAS_BACKEND to tensorflow, jax or torch."
            )
        curves, notes = curves_of(function)
        of_function = properties(Shape(curves[0])) | {"note": "; ".join(notes) or None}
    fields = _of_layer(function) | of_function | _of_weights(function, of_function)
    return Description(**fields, **advice.of(function, fields))


def properties(shape: Shape) -> dict[str, Any]:
    """The fields of a `Description` that the values of the function give."""
    mean, square, slope_square = shape.moment(1), shape.moment(2), shape.slope_moment()
    near = np.linspace(-1.0, 1.0, 257)
    infimum, supremum = shape.bounds
    has_gain = math.isfinite(square) and square > 1e-12
    return {
        "infimum": infimum,
        "supremum": supremum,
        "attains": shape.attained,
        "minimum": shape.minimum,
        "maximum": shape.maximum,
        "zeros": shape.zeros,
        "monotonic": shape.monotonic,
        "curvature": shape.curvature,
        "symmetry": shape.symmetry,
        "smoothness": None if math.isinf(shape.smoothness) else int(shape.smoothness),
        "corners": tuple((corner.x, corner.order) for corner in shape.corners),
        "lipschitz": shape.lipschitz,
        "limits": tuple(tail.limit for tail in shape.tails),
        "asymptotes": tuple(None if tail.slope is None else (tail.slope, tail.offset) for tail in shape.tails),
        "saturates": shape.saturated,
        "dead": tuple((low, high) for low, high, _ in shape.constant),
        "value_at_zero": float(shape.function(np.zeros(1))[0]) + 0.0,
        "slopes_at_zero": shape.slopes_beside(0.0),
        "from_identity": float(abs(shape.function(near) - near).max()),
        "mean": mean if abs(mean) > 1e-9 else 0.0,
        "deviation": math.sqrt(max(square - mean**2, 0.0)),
        "gain": 1 / math.sqrt(square) if has_gain else None,
        "gradient": math.sqrt(slope_square / square) if has_gain and math.isfinite(slope_square) else None,
        "sensitivity": shape.sensitivity() if has_gain else None,
    }


def _of_weights(function, found):
    """The gain and what follows from it. An activation along an axis has none, and a sine as in SIREN has that of its paper."""
    if isinstance(function, AlongAxis):
        return {"gain": None, "gradient": None, "sensitivity": None}
    if (prescribed := prescribed_gain(function)) is not None and found["gradient"] is not None:
        return {"gain": prescribed, "gradient": found["gradient"] * prescribed / found["gain"]}
    return {}


def _of_layer(function):
    """The fields that the layer gives."""
    if not isinstance(function, Activation):
        name = getattr(function, "__name__", type(function).__name__)
        summary = (getattr(function, "__doc__", None) or "a function without a docstring").strip().partition("\n")[0]
        own = {"name": name, "written": name, "summary": summary, "formula": None, "aliases": (), "reference": ""}
        rest = {
            "learned": (),
            "has_weights": False,
            "elementwise": True,
            "may_stand_in_a_host": True,
            "plans": {},
            "exports": (),
            "inaccurate": {},
            "cost": {},
        }
        return own | rest
    entry = entry_of(function)
    known = entry.name if entry else function.__name__
    learned = tuple(function.declared) if isinstance(function, Parametric) else ()
    return {
        "name": known,
        "written": written(function),
        "summary": entry.summary if entry else "",
        "formula": entry.formula if entry else None,
        "aliases": entry.aliases if entry else (),
        "reference": entry.reference if entry else "",
        "learned": learned,
        "has_weights": bool(learned and function.learned),
        "elementwise": not isinstance(function, AlongAxis),
        "may_stand_in_a_host": not isinstance(function, Splitting),
        "plans": {mode: _plan(function.plan(mode, "float32")) for mode in MODES.get(keras.backend.backend(), ())},
        "cost": cards.cost(known),
        "exports": cards.exports(known),
        "inaccurate": cards.inaccurate(known),
    }


SMOOTHNESS = {
    None: "smooth",
    -1: "it jumps",
    0: "continuous, with kinks",
    1: "one continuous derivative",
    2: "two continuous derivatives",
    3: "three continuous derivatives",
}

MODES = {"tensorflow": ("eager", "graph", "fused"), "torch": ("eager", "fused"), "jax": ("fused",)}
"""The modes in which a backend runs: eager, TensorFlow's graphs, and where a compiler fuses operations."""


def _plan(plan):
    return f"{plan.name} ({plan.budget})"


# ---------------------------------------------------------------------------------------------------------------- text


def as_json(value: Any) -> Any:
    """A value as JSON can hold it."""
    if isinstance(value, Mapping):
        return {key: as_json(entry) for key, entry in value.items()}
    if isinstance(value, (tuple, list)):
        return [as_json(entry) for entry in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _wrapped(line, indent):
    return textwrap.wrap(line, 118, subsequent_indent=" " * indent, break_on_hyphens=False, break_long_words=False)


def _n(number):
    """A number in at most five digits."""
    return f"{number + 0.0:.5g}"


def _extreme(extreme):
    return "" if extreme is None else f"{_n(extreme[1])} at x = {_n(extreme[0])}"


def _errors(inaccurate):
    worst = (f"{value:.2g} / {gradient:.2g} in {dtype}" for dtype, (value, gradient, *_) in inaccurate.items())
    return f"outside its budget: {', '.join(worst)} units in the last place" if inaccurate else ""


def _intervals(intervals):
    """Intervals in words, such as "below -4.6 and above 4.6"."""
    words = []
    for low, high in intervals:
        if low == -math.inf:
            words.append("everywhere" if high == math.inf else f"below {_n(high)}")
        else:
            words.append(f"above {_n(low)}" if high == math.inf else f"from {_n(low)} to {_n(high)}")
    return " and ".join(words)


def _end(limit, line):
    """What a function approaches, in words."""
    if limit is None:
        return "no limit"
    if line is None or line[0] == 0:
        return f"{_n(limit)}"
    slope, offset = line
    step = f" {'+' if offset > 0 else '-'} {_n(abs(offset))}" if offset else ""
    return f"{'' if slope == 1 else '-' if slope == -1 else _n(slope) + ' '}x{step}"


def _depth(gradient, sensitivity):
    """What happens in a deep network with the gain, in words."""
    if gradient is None:
        return ""
    growing = (
        "dies out" if sensitivity < 0.98 else "stays" if sensitivity < 1.02 else f"grows to its power {_n(sensitivity)} in every layer"
    )
    return f"each layer multiplies the deviation of gradients by {gradient:.3g}; an error of the variance {growing}"
