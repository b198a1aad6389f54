"""Pictures of activations: each function with its derivatives, as the backend computes them."""

import itertools
import math
import os
import textwrap
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from .. import Activation, get
from ..core import arguments
from .curves import entry_of
from .drawing import COLORS, GREY, NAMES, ORDERS, POINTS, Drawing, frame, new_figure
from .finding import find_activations

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PANEL = 3.6, 2.7  # inches
TITLE, TITLE_LINE = 8.5, 11.0  # points
SMALL, SMALL_LINE = 6.6, 8.5


def plot(
    *activations: "str | type | dict | Callable | list",
    low: float | None = None,
    high: float | None = None,
    second: bool = False,
    overlaid: bool = False,
    ax: Any = None,
    path: "str | os.PathLike[str] | None" = None,
) -> "Figure":
    """Draw activations with their derivatives, in a panel each or all in one.

    Circles mark the corners, and dotted lines the limits and the straight lines that a function approaches. Values larger in magnitude
    than every x are cut off.

    An activation that takes a row of numbers is drawn as a function of one of them. For softmax and similar functions this is the first
    output for the row [x, 0, 0]. For GLU and the other gated units it is the output for a = 1 and the gate b = x. For parameters learned
    per channel or element, the median of the curves is drawn, with their range.

    Args:
        *activations: Anything that `get` takes, such as "gelu", Swish(beta=2.0) or the activation of a trained layer, or a list of such.
            A callable that is no activation of this package is assumed to be elementwise. Of a Keras model, each activation that has
            weights is drawn, with the function from which it started in grey, where its config says this.
        low: Number, the left end of the x axis. Default None: where it suits the functions. Without derivatives at both ends nothing
            would be seen.
        high: Number, the right end, greater than low. Default None: where it suits the functions.
        second: Whether to draw the second derivative, too.
        overlaid: Whether to draw all functions into one panel, in a colour each, and their derivatives in dashes.
        ax: The axes of matplotlib to draw into, which implies overlaid=True. Default None: a new figure.
        path: Where to write the picture; the suffix, such as .png or .svg, decides the format. None, the default, writes nothing.

    Returns:
        The `matplotlib.figure.Figure`, which a notebook shows.

    Raises:
        ValueError: if there are no activations, if low >= high or one of them is not finite, if `get` does not know a name, or if a model
            has no activation with weights.
        ImportError: if matplotlib is not installed.
        NotImplementedError: on a backend without gradients.

    Example:
        >>> plot("gelu", Swish(beta=2.0), low=-4, high=4, path="gates.png")  # doctest: +SKIP
        >>> plot(["relu", "gelu", "mish"], overlaid=True, second=True)  # doctest: +SKIP
    """
    low, high = (None if end is None else arguments.number(name, end) for name, end in (("low", low), ("high", high)))
    arguments.flag("second", second)
    arguments.flag("overlaid", overlaid)
    flat = [single for given in activations for single in (given if isinstance(given, (list, tuple)) else [given])]
    if not flat:
        raise ValueError("plot takes one or more activations; received none. Write plot('gelu', 'mish').")
    drawings = [drawing for single in flat for drawing in _drawings(single)]
    ends = [_ends(drawing, low, high) for drawing in drawings]
    orders = 3 if second else 2
    if ax is None and not overlaid:
        figure = _panels(drawings, ends, orders)
    else:
        figure = _figure(1, 1) if ax is None else ax.figure
        axes = figure.add_subplot() if ax is None else ax
        _overlay(axes, drawings, min(low for low, _ in ends), max(high for _, high in ends), orders)
    if path is not None:
        figure.savefig(path)
    return figure


def _drawings(activation):
    """What to draw of an activation, or of each activation of a model that has weights."""
    if not isinstance(activation, keras.Model):
        return [Drawing(get(activation))]
    places = [place for place in find_activations(activation) if isinstance(place.activation, Activation) and place.activation.weights]
    if not places:
        raise ValueError(f"No activation of {activation.name} has weights. To draw functions, write plot('relu', 'gelu').")
    return [Drawing(place.activation, title=place.path, start=_start(place.activation)) for place in places]


def _start(layer):
    """The activation as it was before training, or None where its weights were random."""
    first, other = (_untrained(layer) for _ in range(2))
    if not first.weights or not all(np.array_equal(*pair) for pair in zip(first.get_weights(), other.get_weights(), strict=True)):
        return None
    return first


def _untrained(layer):
    copy = type(layer).from_config(layer.get_config())
    if not copy.built:
        copy.build((layer.get_build_config() or {})["input_shape"])
    return copy


def _ends(drawing, low, high):
    """The ends of the x axis."""
    if low is None and high is None:
        return drawing.ends()
    low = -abs(high) if low is None and high != 0 else -6.0 if low is None else low
    high = abs(low) if high is None and low != 0 else 6.0 if high is None else high
    if low >= high:
        raise ValueError(f"low must be less than high; received low={low} and high={high}.")
    return low, high


def _figure(columns, rows):
    return new_figure("plot", columns * PANEL[0], rows * PANEL[1] + 0.3, w_pad=0.12, h_pad=0.1)


def _panels(drawings, ends, orders):
    """A figure with a panel for each drawing."""
    count = len(drawings)
    columns = count if count <= 3 else min(4, math.ceil(math.sqrt(count)))
    rows = math.ceil(count / columns)
    figure = _figure(columns, rows)
    panels, captions, first = [], [], []
    for index, (drawing, (low, high)) in enumerate(zip(drawings, ends, strict=True)):
        axes = figure.add_subplot(rows, columns, index + 1)
        x = np.linspace(low, high, POINTS)
        lines = drawing.draw(axes, x, orders)
        frame(axes, x, lines)
        panels.append(axes)
        captions.append(_caption(drawing))
        first = first or lines[:orders]
    for start in range(0, count, columns):
        _write(panels[start : start + columns], captions[start : start + columns])
    figure.legend(first, NAMES[:orders], loc="outside upper left", ncols=3, frameon=False, fontsize=9)
    return figure


def _overlay(axes, drawings, low, high, orders):
    """All drawings in one panel, in a colour each."""
    x, lines, legend = np.linspace(low, high, POINTS), [], []
    for drawing, color in zip(drawings, itertools.cycle(COLORS)):
        styles = [{**style, "color": color, "linewidth": width} for style, width in zip(ORDERS, (2.0, 1.0, 0.8), strict=True)]
        drawn = drawing.draw(axes, x, orders, styles, marks=len(drawings) == 1)
        lines += drawn
        legend.append((drawn[0], drawing.title))
    frame(axes, x, lines)
    legend += [(_key(style), name) for style, name in zip(ORDERS[1:orders], NAMES[1:orders], strict=True)]
    axes.legend(*zip(*legend, strict=True), loc="upper left", frameon=False, fontsize=8)


def _key(style):
    """A line for the legend, which stands for the derivatives of all functions."""
    from matplotlib.lines import Line2D

    return Line2D([], [], **{**style, "color": GREY, "linewidth": 1.0})


def _caption(drawing):
    """The lines of the title, and the lines in small type below it."""
    entry = entry_of(drawing.function)
    texts = [entry.formula if entry else None, *drawing.notes]
    small = [line for text in texts if text for line in textwrap.wrap(text, 56, break_on_hyphens=False)]
    return textwrap.wrap(drawing.title, 38, max_lines=2, placeholder=" ...", break_on_hyphens=False), small


def _write(panels, captions):
    """Write the captions of one row of panels, all from the same height downwards."""
    height = 6 + max(TITLE_LINE * len(title) + SMALL_LINE * len(small) for title, small in captions)
    for axes, (title, small) in zip(panels, captions, strict=True):
        axes.set_title("\n".join(title), loc="left", va="top", pad=height, fontsize=TITLE, fontweight="bold")
        axes.annotate(
            "\n".join(small),
            xy=(0, 1),
            xycoords="axes fraction",
            xytext=(0, height - TITLE_LINE * len(title) - 2),
            textcoords="offset points",
            va="top",
            family="monospace",
            fontsize=SMALL,
            color=GREY,
        )
