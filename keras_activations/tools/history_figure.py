"""What an `ActivationMonitor` has seen, as a picture: layers from top to bottom, time from left to right."""

import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .drawing import GREY, new_figure
from .monitoring import ActivationMonitor

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH, ROW, TALLEST = 2.0, 0.3, 9.0  # inches: of a panel, of a layer with room for text, and of all layers
MISSING = "#e8e8e8"
LONGEST = 34  # characters of a path


@dataclass(frozen=True)
class Panel:
    """A quantity and its colours.

    Args:
        name: The key in the history.
        title: What is written above.
        colors: The name of a colormap of matplotlib.
        scale: "fraction", "magnitude" for a logarithmic scale, or "factor" for one that is symmetric around 1.
    """

    name: str
    title: str
    colors: str
    scale: str

    @property
    def write(self) -> Callable[[float], str]:
        """How a number is written."""
        return (lambda value: f"{value:.0%}") if self.scale == "fraction" else _written


PANELS = (
    Panel("not_finite", "not finite", "Reds", "fraction"),
    Panel("dead", "dead units", "Oranges", "fraction"),
    Panel("saturated", "saturated units", "Purples", "fraction"),
    Panel("deviation", "deviation", "viridis", "magnitude"),
    Panel("gradient", "gradient norm", "viridis", "magnitude"),
    Panel("attenuation", "gradient / last", "RdBu_r", "factor"),
    Panel("drift", "drift of weights", "viridis", "magnitude"),
)


def plot_history(monitor: ActivationMonitor, *, path: "str | os.PathLike[str] | None" = None) -> "Figure":
    """Draw what a monitor has seen: a panel for each quantity, a row for each activation, and a column for each observation.

    The activations are in the order in which they run, the first one at the top. The number at the right end of a row is the last one. A
    grey field has no number. Outputs that are not finite and the drift of learned weights are drawn only if there are any.

    Args:
        monitor: An `ActivationMonitor` that has observed a training.
        path: Where to write the picture; the suffix, such as .png or .svg, decides the format. None, the default, writes nothing.

    Returns:
        The `matplotlib.figure.Figure`, which a notebook shows.

    Raises:
        TypeError: if monitor is no ActivationMonitor.
        ValueError: if it has observed nothing yet.
        ImportError: if matplotlib is not installed.

    Example:
        >>> monitor = ActivationMonitor(x, y, every=50)  # doctest: +SKIP
        >>> model.fit(images, labels, callbacks=[monitor])  # doctest: +SKIP
        >>> plot_history(monitor, path="history.png")  # doctest: +SKIP
    """
    if not isinstance(monitor, ActivationMonitor):
        raise TypeError(f"plot_history takes an ActivationMonitor; received {monitor!r} ({type(monitor).__name__}).")
    if not monitor.history:
        raise ValueError("The monitor has observed nothing yet. Give it to fit: model.fit(..., callbacks=[monitor]).")
    paths = list(dict.fromkeys(row["path"] for row in monitor.history))
    steps = sorted({row["step"] for row in monitor.history})
    drawn = [(panel, _grid(monitor.history, panel.name, paths, steps)) for panel in PANELS]
    drawn = [(panel, grid) for panel, grid in drawn if _is_worth_drawing(panel.name, grid)]
    row = min(ROW, TALLEST / len(paths))
    names = [_short(path) for path in paths]
    margin = 0.075 * max(map(len, names))
    figure = new_figure("plot_history", margin + WIDTH * len(drawn), row * len(paths) + 1.4, w_pad=0.06, h_pad=0.08)
    first = None
    for index, (panel, grid) in enumerate(drawn):
        axes = figure.add_subplot(1, len(drawn), index + 1, sharey=first)
        _draw(figure, axes, panel, grid, steps, row)
        if first is None:
            first = axes
            axes.set_yticks(range(len(paths)), names)
            axes.invert_yaxis()
        axes.tick_params(length=0, labelsize=7, labelcolor=GREY, labelleft=index == 0)
        axes.tick_params(axis="y", labelsize=min(7.5, 62 * row), labelcolor="black")
    figure.supxlabel("training steps", fontsize=8, color=GREY)
    if path is not None:
        figure.savefig(path)
    return figure


def _grid(rows: list[dict[str, Any]], name, paths, steps):
    """The numbers as an array of layers by observations. NaN where there is none."""
    grid = np.full((len(paths), len(steps)), np.nan)
    places = {path: index for index, path in enumerate(paths)}
    times = {step: index for index, step in enumerate(steps)}
    for row in rows:
        if row[name] is not None:
            grid[places[row["path"]], times[row["step"]]] = row[name]
    return grid


def _is_worth_drawing(name, grid):
    if name == "not_finite":
        return bool(np.nansum(grid))
    return name != "drift" or bool(np.isfinite(grid).any())


def _draw(figure, axes, panel, grid, steps, row):
    """One panel, with its scale below and the last numbers at its right."""
    edges = _edges(steps)
    rows = np.arange(len(grid) + 1) - 0.5
    shown = np.ma.masked_invalid(grid)
    mesh = axes.pcolormesh(edges, rows, shown, cmap=panel.colors, norm=_norm(panel.scale, grid), rasterized=True)
    axes.hlines(rows[1:-1], edges[0], edges[-1], color="white", linewidth=10 * row)
    axes.set_facecolor(MISSING)
    axes.spines[:].set_visible(False)
    axes.set_title(panel.title, loc="left", fontsize=8.5, fontweight="bold")
    axes.locator_params(axis="x", nbins=3, integer=True)
    for place, values in enumerate(grid):
        if np.isfinite(values[-1]):
            axes.annotate(
                panel.write(values[-1]),
                (1, place),
                xycoords=axes.get_yaxis_transform(),
                xytext=(3, 0),
                textcoords="offset points",
                va="center",
                fontsize=min(7.0, 58 * row),
                color=GREY,
            )
    bar = figure.colorbar(mesh, ax=axes, location="bottom", fraction=0.05, aspect=24, pad=0.02)
    bar.outline.set_visible(False)
    ends = [mesh.norm.vmin, mesh.norm.vmax]
    ends = [ends[0], 1, ends[1]] if panel.scale == "factor" else ends
    bar.set_ticks(ends, labels=[panel.write(end) for end in ends])
    bar.ax.minorticks_off()
    bar.ax.tick_params(length=0, labelsize=6.5, labelcolor=GREY)


def _norm(scale, grid):
    """How numbers become colours."""
    from matplotlib.colors import LogNorm, Normalize

    if scale == "fraction":
        return Normalize(0, 1)
    positive = grid[np.isfinite(grid) & (grid > 0)]
    if not positive.size:
        return Normalize(0, 1)
    low, high = math.log10(positive.min()), math.log10(positive.max())
    if scale == "factor":
        most = max(1.0, abs(low), abs(high))
        return LogNorm(10**-most, 10**most, clip=True)
    middle, half = (low + high) / 2, max(0.5, (high - low) / 2)
    return LogNorm(10 ** (middle - half), 10 ** (middle + half), clip=True)


def _written(value):
    """The number with two digits, such as 0.25 or 3.1e-5."""
    if value == 0 or 1e-3 < value < 1e4:
        return f"{value:.2g}" if value < 100 else f"{value:.0f}"
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def _edges(steps):
    """The ends of the columns, halfway between the steps."""
    if len(steps) == 1:
        return np.array([steps[0] - 0.5, steps[0] + 0.5])
    middles = (np.array(steps[1:]) + np.array(steps[:-1])) / 2
    return np.array([2 * steps[0] - middles[0], *middles, 2 * steps[-1] - middles[-1]])


def _short(path):
    """The path, without its middle if it is long."""
    path = path.removesuffix(":activation")
    return path if len(path) <= LONGEST else f"{path[: LONGEST // 2 - 1]}…{path[-LONGEST // 2 :]}"
