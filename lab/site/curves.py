"""The curves of the catalogue as SVG elements. They stand in the page itself and take their colours from it, in light and in dark."""

import functools
import math
from dataclasses import dataclass

import numpy as np

import keras_activations as ka
from keras_activations.tools.curves import curves_of
from keras_activations.tools.drawing import POINTS, suitable_half, vertical_range, without_jumps

NEAR = np.linspace(-4.0, 4.0, 257)
"""Where two activations are compared."""


@dataclass(frozen=True)
class Drawn:
    """The curves of an activation with its default arguments.

    Args:
        x: The numbers at which it is sampled.
        pieces: (values, slopes) for each output.
        corners: The places of its corners.
        note: What the curves are, if the activation takes a row of numbers.
    """

    x: np.ndarray
    pieces: list[tuple[np.ndarray, np.ndarray]]
    corners: tuple[float, ...]
    note: str | None


@functools.cache
def drawn(name: str) -> Drawn:
    """The curves of an activation of the catalogue, over the range that the gallery shows."""
    layer = ka.catalogue()[name].layer()
    card = ka.describe(layer)
    half = math.ceil(4 * suitable_half(card)) / 4
    x = np.linspace(-half, half, POINTS)
    with np.errstate(all="ignore"):
        pieces = [tuple(part[:, 0] for part in curve.with_slope(x)) for curve in curves_of(layer)[0]]
    return Drawn(x, pieces, tuple(place for place, order in card.corners if order >= 0), card.note)


@functools.cache
def near(name: str) -> np.ndarray:
    """Its values from -4 to 4."""
    return curves_of(ka.catalogue()[name].layer())[0][0](NEAR)


def svg(name: str, width: int, height: int, *, ticks: bool) -> str:
    """The picture of an activation: the function, its derivative in dashes, and with ticks also numbers and corners."""
    found = drawn(name)
    low, high = found.x[0], found.x[-1]
    finite = [[np.where(np.isfinite(part), part, np.nan) for part in piece] for piece in found.pieces]
    bottom, top = vertical_range(found.x, [part for piece in finite for part in piece])

    def across(x):
        return (x - low) / (high - low) * width

    def down(y):
        return (top - y) / (top - bottom) * height

    parts = [f'<path class="zero" d="M0 {down(0):.1f}H{width}M{across(0):.1f} 0V{height}"/>']
    parts += _ticks(across, down, (low, high), (bottom, top), width, height) if ticks else []
    for order, kind in ((1, "slope"), (0, "value")):
        for index, piece in enumerate(finite):
            # Far outside of the picture the numbers need not be right, and short ones make a small file.
            y = np.clip(without_jumps(piece[order]), 2 * bottom - top, 2 * top - bottom)
            parts.append(f'<path class="{kind}{" further" if index else ""}" d="{_path(across(found.x), down(y))}"/>')
    if ticks:
        heights = [np.interp(place, found.x, finite[0][0]) for place in found.corners]
        parts += [
            f'<circle class="corner" cx="{across(place):.1f}" cy="{down(y):.1f}" r="4"/>'
            for place, y in zip(found.corners, heights, strict=True)
            if low <= place <= high and bottom <= y <= top
        ]
    label = f"The curve of {name}" + (" with its derivative" if ticks else "")
    return f'<svg class="curve" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">{"".join(parts)}</svg>'


def _ticks(across, down, x_ends, y_ends, width, height):
    """Numbers at the ends of the picture, with thin lines."""
    lines, labels = [], []
    for x in _round_numbers(*x_ends):
        lines.append(f"M{across(x):.1f} 0V{height}")
        labels.append(f'<text x="{across(x):.1f}" y="{height - 6}" text-anchor="middle">{x:g}</text>')
    for y in _round_numbers(*y_ends):
        lines.append(f"M0 {down(y):.1f}H{width}")
        labels.append(f'<text x="6" y="{down(y) - 4:.1f}">{y:g}</text>')
    return [f'<path class="line" d="{"".join(lines)}"/>', *labels]


def _round_numbers(low, high):
    """A few round numbers other than 0, not at the ends themselves."""
    rough = (high - low) / 6
    unit = 10 ** math.floor(math.log10(rough))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough)
    margin = (high - low) / 20
    counted = range(math.ceil((low + margin) / step), math.floor((high - margin) / step) + 1)
    return [round(index * step, 10) for index in counted if index]


def _path(x, y):
    """The commands of a path. It begins anew after NaN, and leaves out the points that are on a line with their neighbours."""
    commands = []
    for piece in np.ma.clump_unmasked(np.ma.masked_invalid(y)):
        points = np.stack([x[piece], y[piece]], axis=1)
        corners = points[_needed(points)]
        commands.append("M" + "L".join(f"{across:.1f} {down:.1f}" for across, down in corners))
    return "".join(commands)


def _needed(points, tolerance=0.08):
    """Which points a polyline needs to stay within a tolerance of all: the algorithm of Ramer, Douglas and Peucker."""
    keep = np.zeros(len(points), bool)
    keep[[0, -1]] = True
    stack = [(0, len(points) - 1)]
    while stack:
        first, last = stack.pop()
        if last - first < 2:
            continue
        start, along = points[first], points[last] - points[first]
        inner = points[first + 1 : last] - start
        away = abs(along[0] * inner[:, 1] - along[1] * inner[:, 0]) / np.hypot(*along)
        if away.max() > tolerance:
            middle = first + 1 + int(away.argmax())
            keep[middle] = True
            stack += [(first, middle), (middle, last)]
    return keep
