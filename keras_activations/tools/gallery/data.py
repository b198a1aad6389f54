"""What the page knows about each activation, as plain values for JSON. All of it is computed, measured, or read from docstrings."""

import collections
import functools
import json
import math
import re
from pathlib import Path
from typing import Any

from ... import AlongAxis, Splitting, __version__, catalogue
from ...catalogue.presets import AMBIGUOUS, LIKE
from ..comparing import CHEAP, HAS
from ..compat.objects import MODULES
from ..curves import row_of
from ..describing import describe
from ..drawing import suitable_half
from .formulas import stable, tree
from .mathml import mathml
from .parameters import parameters

BACKENDS = ("tensorflow", "jax", "torch")
STORED = Path(__file__).with_name("stored.json")
_HIDDEN = {"cost", "runs", "further names", "export fails"}  # rows of the card that the page shows in its own way, or not at all


def data() -> dict[str, Any]:
    """Everything that the page shows."""
    entries = catalogue().values()
    sizes = collections.Counter(entry.family for entry in entries)
    return {
        "version": __version__,
        "backends": BACKENDS,
        "cheap": CHEAP,
        "families": [[family, family.replace("_", " ")] for family in sorted(sizes, key=lambda family: (-sizes[family], family))],
        "ambiguous": {name: list(choices) for name, choices in AMBIGUOUS.items()},
        "activations": [activation(entry) for entry in entries],
    }


def activation(entry: Any) -> dict[str, Any]:
    """What the page shows of one activation."""
    card, (found, pairs) = describe(entry.layer()), parameters(entry)
    return {
        "name": entry.name,
        "class": entry.cls.__name__,
        "family": entry.family,
        "summary": entry.summary.replace("`", ""),
        "formula": entry.formula,
        "math": entry.formula and mathml(entry.formula, rows(entry, found)),
        "tree": entry.formula and formula(entry),
        "samples": stored()["samples"].get(entry.name),
        "note": _note(entry, card.note),
        "parameters": found,
        "below": pairs,
        "names": other_names(entry),
        "learned": entry.learned,
        "host": entry.may_stand_in_a_host,
        "half": math.ceil(4 * suitable_half(card)) / 4,
        "card": [[label, text] for label, text in card.rows() if text and label not in _HIDDEN],
        "has": [name for name, holds in PROPERTIES.items() if holds(entry, card)] + ["within_budget"] * (not card.inaccurate),
        "cost": dict(card.cost),
        "accuracy": dict(card.inaccurate),
        "exports": list(card.exports),
        "use": list(card.use_for),
        "avoid": list(card.avoid_for),
        "reference": card.reference,
        "link": next(iter(re.findall(r"https?://[^\s,;]+", card.reference)), None),
        "year": card.year,
        "equivalents": {library: table[entry.name] for library, table in stored()["equivalents"].items() if entry.name in table},
    }


PROPERTIES = {
    **{name: lambda entry, card, holds=HAS[name]: holds(card) for name in ("bounded", "monotonic", "zero_centered")},
    "smooth": lambda entry, card: card.smoothness is None,
    "never_dead": lambda entry, card: not HAS["dead"](card),
    "learned": lambda entry, card: entry.learned,
    "elementwise": lambda entry, card: entry.elementwise,
}
"""The properties that the page filters by, as in `suggest`. What is cheap depends on the backend, which the page knows."""


@functools.cache
def stored() -> dict[str, Any]:
    """What `python -m lab.gallery` computed: samples, and equivalents elsewhere."""
    return json.loads(STORED.read_text())


def formula(entry: Any) -> dict[str, Any]:
    """The formula for the interpreter, and the row of inputs for which it is drawn. The row is that of the other pictures."""
    inputs, trees = tree(entry.formula)
    layer = entry.layer()
    row = row_of(layer) if isinstance(layer, AlongAxis) else ["x"]
    is_row = isinstance(layer, AlongAxis) and len(inputs) == 1
    return {"inputs": inputs, "trees": [stable(part) for part in trees], "row": row, "is_row": is_row}


def rows(entry: Any, found: list[dict[str, Any]]) -> set[str]:
    """The names in a formula that are rows of numbers."""
    is_row = issubclass(entry.cls, AlongAxis) and not issubclass(entry.cls, Splitting)
    return {parameter["name"] for parameter in found if parameter["kind"] == "row"} | ({"x"} if is_row else set())


def other_names(entry: Any) -> list[list[Any]]:
    """(name, library or "", arguments) for everything by which the activation may be known."""
    found = [[name, "", {}] for name in entry.aliases]
    found += [[name, "", given] for name, given in entry.presets.items()]
    for library, table in LIKE.items():
        found += [[name, library, given] for name, (target, given) in table.items() if target == entry.name]
    if entry.cls.__name__ in MODULES:
        found.append([MODULES[entry.cls.__name__][0], "torch", {}])
    return found


def _note(entry, note):
    """What the curves are, where this is not clear. The sliders show what is learned."""
    return None if note is None or entry.elementwise else note
