"""The parameters that the page has sliders for, with the ranges that the constructors accept."""

import functools
import itertools
import math
import re
import warnings
from typing import Any

from ... import Activation, Parametric
from .formulas import names, tree
from .mathml import GREEK

_ENDS = (1, 2, 3, 5, 8, 10, 20, 30, 50, 80, 100)
STEPS = 100  # from the middle of a slider to its end
_FAR = 1e6


@functools.cache
def _at_first(entry):
    """The arguments that are shown at first."""
    found = values(entry, entry.layer())
    return entry.cls.samples[0] | {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}


def values(entry: Any, layer: Activation) -> dict[str, Any]:
    """The values of the parameters in the formula of a layer, by name, in the order of the constructor."""
    if entry.formula is None:
        return {}
    config = layer.get_config()
    declared = {name: found.value for name, found in layer.declared.items()} if isinstance(layer, Parametric) else {}
    wanted = names(entry.formula) - set(tree(entry.formula)[0])
    return {name: _plain(declared.get(name, config.get(name))) for name in entry.arguments if name in wanted}


def parameters(entry: Any) -> tuple[list[dict[str, Any]], list[list[str]]]:
    """(what the page needs to know about each parameter, pairs of which the first must stay below the second).

    ``kind`` is "number", "row" (of numbers), "flag" or "choice". ``required`` says that there is no default. ``follows`` says that the
    default follows from a choice, whose ``defaults`` have it for every option. Numbers have the ends and the step of a slider, and
    ``limits`` beyond which the constructor refuses them. ``may_be_none`` says that None, which means no limit, is one of the values.
    ``any_length`` says that a row may have more entries. ``needs`` is the flag that must be set before the number can be another.
    """
    texts, layer = argument_texts(entry.description), entry.layer()
    learned = set(layer.declared) if isinstance(layer, Parametric) else set()
    found = {}
    for name, value in values(entry, layer).items():
        default = entry.arguments[name]
        common = {"name": name, "value": value, "learned": name in learned, "text": texts.get(name, ""), "sign": GREEK.get(name)}
        common |= {"required": default is entry.required, "follows": default is None and value is not None}
        found[name] = common | _kind(entry, name, value, {})
    for one in found.values():
        if one["kind"] == "choice":
            one["defaults"] = {option: _following(entry, found, {one["name"]: option}) for option in one["options"]}
    pairs = _below(entry, found)
    for first, second in pairs:
        # The limits of one must not depend on where the other happens to be.
        found[first] |= _kind(entry, first, found[first]["value"], {second: _FAR})
        found[second] |= _kind(entry, second, found[second]["value"], {first: -_FAR})
    return list(found.values()), pairs


def _following(entry, found, given):
    """The values of the parameters that follow from others."""
    made = values(entry, entry.cls(**entry.cls.samples[0] | given))
    return {name: made[name] for name, one in found.items() if one["follows"]}


def _below(entry, found):
    """Pairs of parameters of which the first must stay below the second, such as the two ends of a range."""
    numbers = [one for one in found.values() if one["kind"] == "number" and not one["may_be_none"] and not one["needs"]]
    return [
        [first["name"], second["name"]]
        for first, second in itertools.permutations(numbers, 2)
        if first["high"] > second["low"] and not accepts(entry, {first["name"]: first["high"], second["name"]: second["low"]})
    ]


def accepts(entry: Any, given: dict[str, Any]) -> bool:
    """Whether the constructor takes these arguments, beside the ones that are shown at first."""
    return _is_made(entry.cls, _at_first(entry) | given)


def _is_option(entry, given):
    """Whether the constructor takes a choice. What follows from it may be other than at first."""
    return _is_made(entry.cls, entry.cls.samples[0] | given)


def _is_made(cls, given):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            cls(**given)
    except (ValueError, TypeError):
        return False
    return True


def argument_texts(description: str) -> dict[str, str]:
    """The sentences about each argument in a docstring."""
    section = re.search(r"^Args:\n((?: +.*\n?)+)", description, re.MULTILINE)
    parts = re.split(r"^    (\w[\w, ]*|\*\*kwargs): ", section.group(1), flags=re.MULTILINE)[1:] if section else []
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return {name: " ".join(text.split()) for words, text in pairs for name in words.split(", ")}


def _plain(value):
    return list(value) if isinstance(value, tuple) else value


def _kind(entry, name, value, others):
    if isinstance(value, bool):
        return {"kind": "flag"}
    if isinstance(value, str):
        texts = _texts(tree(entry.formula)[1]) | {sample[name] for sample in entry.cls.samples if name in sample} | {value}
        return {"kind": "choice", "options": sorted(text for text in texts if _is_option(entry, {name: text}))}
    if isinstance(value, list):
        ends = _range(entry, value[0], max(map(abs, value)), lambda number: {name: (number,) * len(value)} | others)
        return {"kind": "row", "may_be_none": False, "any_length": accepts(entry, {name: (*value, 0.0)})} | ends
    start = value
    if value is None:
        start = next(sample[name] for sample in entry.cls.samples if sample.get(name) is not None)
    return {"kind": "number", "may_be_none": value is None} | _range(entry, start, abs(start), lambda number: {name: number} | others)


def _texts(part):
    """The strings in a tree."""
    if not isinstance(part, list):
        return set()
    return {part[1]} if part[:1] == ["text"] else set().union(*map(_texts, part))


def _range(entry, start, size, written):
    """The ends of a slider around a value, its step, and the limits beyond which the constructor refuses a value, or None."""
    end = next((end for end in _ENDS if end >= 2.5 * size), 10 * size) if size else 2
    step = end / STEPS

    def limits(given):
        return [_limit(lambda number: accepts(entry, written(number) | given), start, side) for side in (-end, end)]

    found, needs = limits({}), None
    if found == [start, start]:
        needs = next(flag for flag, value in entry.arguments.items() if value is False and limits({flag: True}) != found)
        found = limits({needs: True})
    # The slider stops at whole steps, so that its ends are round numbers.
    low = -end if found[0] is None else min(start, math.ceil(found[0] / step) * step)
    high = end if found[1] is None else max(start, math.floor(found[1] / step) * step)
    return {"low": float(f"{low:.6g}"), "high": float(f"{high:.6g}"), "step": step, "limits": found, "needs": needs}


def _limit(is_accepted, good, bad):
    """The accepted number next to those that are refused, on the way from one that is accepted, or None if none is refused."""
    if is_accepted(bad):
        return None
    for _ in range(32):
        middle = (good + bad) / 2
        good, bad = (middle, bad) if is_accepted(middle) else (good, middle)
    return round(good, 6) if is_accepted(round(good, 6)) else good
