"""One activation drawn into the axes of matplotlib: its curves, its corners, and the lines that it approaches."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .analysis import Shape
from .curves import Curve, curves_of, written

# The colours of Okabe and Ito, which colour-blind people can distinguish. The dashes distinguish the curves in print.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
VALUE, SLOPE, SECOND = (
    {"color": COLORS[0], "linewidth": 2.2},
    {"color": COLORS[1], "linewidth": 1.5, "dashes": (4, 1.8)},
    {"color": COLORS[2], "linewidth": 1.2, "dashes": (1.2, 1.6)},
)
ORDERS = (VALUE, SLOPE, SECOND)
NAMES = ("function", "derivative", "second derivative")
GREY, PALE = "#666666", "#cccccc"

POINTS = 960  # even, so that 0, where many activations have a corner, is between two points
WIDEST, USUAL, NARROWEST = 16.0, 4.0, 3.0


@dataclass
class Drawing:
    """What is drawn of one activation.

    Args:
        function: Anything that `get` takes.
        title: Its name.
        notes: What the curves are, where this is not clear.
        start: The function from which it was learned, or None. It is drawn in grey.
    """

    function: Any
    title: str = ""
    notes: list[str] = field(default_factory=list)
    start: Any = None

    def __post_init__(self):
        self.curves, notes = curves_of(self.function)
        self.before: list[Curve] = [] if self.start is None else curves_of(self.start)[0]
        self.title = self.title or written(self.function)
        self.notes = [*self.notes, *notes]
        self.shape = Shape(self.curves[0])

    def ends(self) -> tuple[float, float]:
        """A range of x, the same on both sides of 0, that shows where something happens."""
        shape = self.shape
        corners, limits = [corner.x for corner in shape.corners], [tail.limit for tail in shape.tails]
        half = _half(limits, shape.zeros, [*corners, *_places(shape)], shape.saturated)
        return -half, half

    def draw(self, axes, x: np.ndarray, orders: int, styles=ORDERS, marks: bool = True) -> list:
        """Draw value and derivatives, up to so many, and return their lines."""
        for curve in self.before:
            axes.plot(x, without_jumps(np.median(_sampled(curve, x, 1)[0], axis=1)), color="#999999", linewidth=1.2, zorder=1)
        lines = []
        for index, curve in enumerate(self.curves):
            for y, style in zip(_sampled(curve, x, orders), styles, strict=False):
                lines += axes.plot(x, without_jumps(np.median(y, axis=1)), alpha=0.45**index, solid_capstyle="butt", **style)
                if y.shape[1] > 1:
                    axes.fill_between(x, y.min(axis=1), y.max(axis=1), color=style["color"], alpha=0.2, linewidth=0)
        if marks:
            self._mark(axes, x, styles[0]["color"])
        return lines

    def _mark(self, axes, x, color):
        """Corners as circles, limits and asymptotes as thin lines."""
        corners = [corner.x for corner in self.shape.corners if x[0] <= corner.x <= x[-1] and corner.order >= 0]
        if corners:
            axes.plot(corners, self.curves[0](np.array(corners)), "o", color=color, markersize=4, markerfacecolor="white", zorder=4)
        for tail, half in zip(self.shape.tails, (x < 0, x > 0), strict=True):
            # A piece that is on its line needs no mark.
            if tail.slope is not None and half.any() and abs(self.curves[0](x[half]) - tail.slope * x[half] - tail.offset).max() > 0.02:
                axes.plot(x[half], tail.slope * x[half] + tail.offset, color=GREY, linewidth=0.8, linestyle=(0, (1, 3)), zorder=0)


def new_figure(tool: str, width: float, height: float, *, w_pad: float, h_pad: float) -> Any:
    """An empty figure of so many inches for a tool, which the error names if matplotlib is not installed."""
    try:
        from .figure import ConstrainedLayoutEngine, Figure
    except ImportError as error:
        raise ImportError(f'{tool} needs matplotlib: pip install "keras-activations[plot]"') from error

    return Figure(figsize=(width, height), dpi=150, layout=ConstrainedLayoutEngine(w_pad=w_pad, h_pad=h_pad))


def suitable_half(card: Any) -> float:
    """The right end of the range of `Drawing.ends`, for a `Description`."""
    return _half(card.limits, card.zeros, [*(x for x, _ in card.corners), *_places(card)], card.saturates)


def _places(found):
    return [extreme[0] for extreme in (found.minimum, found.maximum) if extreme]


def _half(limits, zeros, places, saturated):
    if None in limits and len(zeros) > 6:
        # Three waves on each side are enough.
        return 1.2 * sorted(abs(zero) for zero in zeros)[6]
    ends = [end for interval in saturated for end in interval if math.isfinite(end)]
    half = max([NARROWEST, *(1.5 * abs(place) for place in places), *map(abs, ends)])
    return min(half if places or ends else USUAL, WIDEST)


def vertical_range(x: np.ndarray, heights: list) -> tuple[float, float]:
    """The ends of the y axis. A curve that grows like exp must not make all other curves flat."""
    reach = max(abs(x[0]), abs(x[-1]), 2.0)
    bottom = max(-reach, min(np.nanmin(y, initial=0.0) for y in heights))
    top = min(reach, max(np.nanmax(y, initial=0.0) for y in heights))
    margin = 0.06 * (top - bottom) or 1.0
    return bottom - margin, top + margin


def frame(axes, x: np.ndarray, lines: list) -> None:
    """Ranges, zero lines and ticks."""
    ends = vertical_range(x, [line.get_ydata() for line in lines])
    axes.set(xlim=(x[0], x[-1]), ylim=ends)
    axes.axhline(0, color=PALE, linewidth=0.8, zorder=0)
    axes.axvline(0, color=PALE, linewidth=0.8, zorder=0)
    axes.spines[:].set_visible(False)
    axes.locator_params(nbins=7, steps=[1, 2, 5, 10])
    axes.tick_params(length=0, labelsize=7, labelcolor=GREY)


def _sampled(curve, x, orders):
    """Value, derivative and second derivative at x, as arrays of shape (points, copies). NaN replaces infinity."""
    arrays = [curve.each(x)] if orders == 1 else list(curve.with_slope(x))
    if orders > 2:
        # The second derivative is the difference of derivatives, over a step that no picture shows.
        step = 1e-4 * (x[-1] - x[0])
        arrays.append((curve.with_slope(x + step)[1] - curve.with_slope(x - step)[1]) / (2 * step))
        arrays[2] = np.where(abs(arrays[2]) < 0.02 / step, arrays[2], np.nan)  # at a kink it is infinite
    return [np.where(np.isfinite(array), array, np.nan) for array in arrays]


def without_jumps(y: np.ndarray) -> np.ndarray:
    """y with NaN where it jumps. matplotlib leaves NaN out. A vertical line would show values that the function never has."""
    step = abs(np.diff(y, prepend=y[0], append=y[-1]))
    before, here, after = step[:-2], step[1:-1], step[2:]
    jumps = (here > 10 * np.maximum(before, after)) & (here > 0.01 * np.ptp(y[np.isfinite(y)]) if np.isfinite(y).any() else False)
    return np.where(np.append(False, jumps), np.nan, y)
