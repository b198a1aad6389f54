"""Activations side by side, and those that have the properties that one looks for."""

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import keras

from .. import catalogue
from ..core import arguments
from .describing import SMOOTHNESS, Description, describe
from .table import Printed, table

CHEAP = 1.5
"""An activation is cheap if its value and gradient take at most this many times as long as those of ReLU."""


@dataclass(frozen=True, repr=False)
class Comparison(Printed, Sequence):
    """Descriptions side by side. It is a sequence of `Description`, prints as a table, and `to_dict` gives plain values for JSON."""

    descriptions: tuple[Description, ...]

    def __len__(self) -> int:
        return len(self.descriptions)

    def __getitem__(self, index: Any) -> Any:
        return self.descriptions[index]

    def to_dict(self) -> dict[str, Any]:
        """{how the activation is written: its description as plain values}."""
        return {description.written: description.to_dict() for description in self.descriptions}

    def titles(self) -> list[str]:
        """The names. Two of one class are told apart by their arguments."""
        names = [description.name for description in self.descriptions]
        return [d.written if names.count(d.name) > 1 else d.name for d in self.descriptions]

    def rows(self) -> list[list[str]]:
        """[label, one text for each activation] for every property that some of them have."""
        columns = [dict(description.rows()) for description in self.descriptions]
        labels = [label for label in columns[0] if any(column[label] for column in columns)]
        return [[label, *(column[label] or "-" for column in columns)] for label in labels]

    def __str__(self) -> str:
        return table(["", *self.titles()], _folded(self.rows()))


@dataclass(frozen=True, repr=False)
class Suggestions(Comparison):
    """The activations that have certain properties. It prints one line for each, and what to use them for."""

    header: ClassVar = ("name", "range", "smoothness", "monotonic", f"cost on {keras.backend.backend()}", "year")

    def rows(self) -> list[list[str]]:
        """The cells under `header`, for each activation. The cost is that on this backend, relative to ReLU."""
        return [
            [
                d.name,
                f"{'[' if d.attains[0] else '('}{d.infimum:.4g}, {d.supremum:.4g}{']' if d.attains[1] else ')'}",
                SMOOTHNESS[d.smoothness],
                d.monotonic or "not monotonic",
                f"{_cost(d):.2g}",
                str(d.year or "-"),
            ]
            for d in self.descriptions
        ]

    def advice(self) -> str:
        """What to use them for, and what not, with the sources."""
        lines = []
        for verb, texts in (("Use", "use_for"), ("Avoid", "avoid_for")):
            known: dict[str, list[str]] = {}
            for description in self.descriptions:
                for text in getattr(description, texts):
                    known.setdefault(text, []).append(description.name)
            lines += [f"{verb} {_few(names)} {text}." for text, names in known.items()]
        return "\n".join(lines)

    def __str__(self) -> str:
        if not self.descriptions:
            return "No activation has all of these properties. Leave one of them out."
        return "\n".join([table(self.header, self.rows()), self.advice()])


def compare(*activations: Any) -> Comparison:
    """Activations side by side.

    Args:
        *activations: Two or more of what `describe` takes.

    Returns:
        A `Comparison`: a sequence of `Description` that prints as a table.

    Raises:
        ValueError: for fewer than two, and as `describe` does.

    Example:
        >>> [round(card.gain, 4) for card in compare("relu", "gelu", "mish")]
        [1.4142, 1.5335, 1.4868]
    """
    if len(activations) < 2:
        raise ValueError(f"compare takes two or more activations; received {activations!r}. For a single one, write describe.")
    return Comparison(tuple(describe(activation) for activation in activations))


def suggest(
    *,
    bounded: bool | None = None,
    smooth: bool | int | None = None,
    monotonic: bool | None = None,
    zero_centered: bool | None = None,
    saturates: bool | None = None,
    dead: bool | None = None,
    deep: bool | None = None,
    learned: bool | None = None,
    elementwise: bool | None = True,
    may_stand_in_a_host: bool | None = None,
    cheap: bool | None = None,
    lipschitz: float | None = None,
    family: str | None = None,
) -> Suggestions:
    """The activations of the catalogue, with their default arguments, that have certain properties.

    An argument that is None does not count. The properties are computed and measured: see `Description`.

    Args:
        bounded: Whether the range is finite.
        smooth: True where all derivatives are continuous, an integer for at least so many, False where one of the first three is not.
        monotonic: Whether it only rises, or only falls.
        zero_centered: Whether a normally distributed input gives an output whose mean is almost 0.
        saturates: Whether the slope vanishes towards -inf or inf.
        dead: Whether there is an interval of inputs without a gradient.
        deep: Whether errors of the variance stay or die out in a deep network without normalization.
        learned: Whether it has weights by default.
        elementwise: Whether each entry of the output depends on one entry of the input. Default True.
        may_stand_in_a_host: Whether it can be the `activation` of a layer such as `Dense`.
        cheap: Whether value and gradient take at most 1.5 times as long as those of ReLU on this backend; on NumPy, on every backend.
        lipschitz: The greatest slope that is allowed, a number greater than 0.
        family: The name of a family, such as "gates".

    Returns:
        A `Suggestions`: a sequence of `Description`, the cheapest first, that prints as a table, with what to use them for.

    Raises:
        ValueError, TypeError: for a value that an argument does not take.

    Example:
        >>> sorted(card.name for card in suggest(bounded=True, smooth=True, monotonic=True, zero_centered=True, lipschitz=1.0))
        ['arctan', 'dynamic_erf', 'dynamic_tanh', 'isru', 'tanh', 'weighted_tanh']
    """
    flags = {
        "bounded": bounded,
        "monotonic": monotonic,
        "zero_centered": zero_centered,
        "saturates": saturates,
        "dead": dead,
        "deep": deep,
        "cheap": cheap,
    }
    wanted = {name: arguments.flag(name, value) for name, value in flags.items() if value is not None}
    if smooth is not None and not isinstance(smooth, bool):
        arguments.integer("smooth", smooth, low=0, high=4)
    if lipschitz is not None:
        lipschitz = arguments.number("lipschitz", lipschitz, above=0)
    entries = catalogue(family=family, learned=learned, elementwise=elementwise, may_stand_in_a_host=may_stand_in_a_host).values()
    found = []
    for entry in entries:
        card = describe(entry.layer())
        fits = all(HAS[name](card) == value for name, value in wanted.items())
        if fits and _is_smooth(card, smooth) and (lipschitz is None or card.lipschitz <= lipschitz * (1 + 1e-6)):
            found.append(card)
    return Suggestions(tuple(sorted(found, key=lambda card: (_cost(card), card.name))))


HAS = {
    "bounded": lambda card: card.bounded,
    "monotonic": lambda card: card.monotonic is not None,
    "zero_centered": lambda card: card.zero_centered,
    "saturates": lambda card: bool(card.saturates),
    "dead": lambda card: bool(card.dead),
    "deep": lambda card: card.sensitivity is not None and card.sensitivity < 1.02 and card.gradient > 0.9,
    "cheap": lambda card: _cost(card) <= CHEAP,
}


def _is_smooth(card, smooth):
    if smooth is None:
        return True
    if isinstance(smooth, bool):
        return (card.smoothness is None) == smooth
    return card.smoothness is None or card.smoothness >= smooth


def _cost(card):
    """The cost on this backend, or the greatest of all where it was not measured; inf if there is none."""
    return card.cost.get(keras.backend.backend(), max(card.cost.values(), default=math.inf))


def _few(names):
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def _folded(rows, width=30):
    """The rows, with long cells on several lines."""
    for row in rows:
        cells = [textwrap.wrap(cell, width) or [""] for cell in row]
        for index in range(max(map(len, cells))):
            yield [lines[index] if index < len(lines) else "" for lines in cells]
