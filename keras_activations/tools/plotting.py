"""A picture of activations: each function with its derivative, as the backend computes them."""

import math
import os
import textwrap
from collections.abc import Callable
from typing import TYPE_CHECKING

import keras
import numpy as np
from keras import ops

from ..catalogue.entry import Entry
from ..catalogue.registry import get
from ..core import arguments
from ..core.activation import Activation
from ..core.autodiff import value_and_gradients
from ..core.axis import AlongAxis, Splitting
from ..core.parameters import Learned

if TYPE_CHECKING:
    from .figure import Figure

# Blue and vermilion of Okabe and Ito, which colour-blind people can distinguish. The dashes distinguish the curves in print.
VALUE = {"color": "#0072B2", "linewidth": 2.2}
SLOPE = {"color": "#D55E00", "linewidth": 1.5, "dashes": (4, 1.8)}
GREY, PALE = "#666666", "#cccccc"

POINTS = 960  # even, so that 0, where many activations have a corner, is between two points
PANEL = 3.6, 2.7  # inches
TITLE, TITLE_LINE = 8.5, 11.0  # points
SMALL, SMALL_LINE = 6.6, 8.5


def plot(
    *activations: str | type | dict | Callable, low: float = -6.0, high: float = 6.0, path: "str | os.PathLike[str] | None" = None
) -> "Figure":
    """Draw activations with their derivatives, one panel each.

    An activation that takes a row of numbers is drawn as a function of one of them. For softmax and similar functions this is the first
    output for the row [x, 0, 0]. For GLU and the other gated units it is the output for a = 1 and the gate b = x. For parameters learned
    per channel or element, the median of the curves is drawn, with their range. Values larger in magnitude than every x are cut off.

    Args:
        *activations: Anything that `get` takes, such as "gelu", Swish(beta=2.0) or the activation of a trained layer. A callable that
            is no activation of this package is assumed to be elementwise.
        low: Number, the left end of the x axis.
        high: Number, the right end, greater than low.
        path: Where to write the picture; the suffix, such as .png or .svg, decides the format. None, the default, writes nothing.

    Returns:
        The `matplotlib.figure.Figure`, which a notebook shows.

    Raises:
        ValueError: if there are no activations, if low >= high or one of them is not finite, or if `get` does not know a name.
        ImportError: if matplotlib is not installed.
        NotImplementedError: on a backend without gradients.

    Example:
        >>> plot("gelu", Swish(beta=2.0), low=-4, high=4, path="gates.png")  # doctest: +SKIP
    """
    try:
        from .figure import ConstrainedLayoutEngine, Figure
    except ImportError as error:
        raise ImportError('plot needs matplotlib: pip install "keras-activations[plot]"') from error

    if not activations:
        raise ValueError("plot takes one or more activations; received none. Write plot('gelu', 'mish').")
    low, high = arguments.number("low", low), arguments.number("high", high)
    if low >= high:
        raise ValueError(f"low must be less than high; received low={low} and high={high}.")

    functions = [get(activation) for activation in activations]
    count = len(functions)
    columns = count if count <= 3 else min(4, math.ceil(math.sqrt(count)))
    rows = math.ceil(count / columns)
    figure = Figure(figsize=(columns * PANEL[0], rows * PANEL[1] + 0.3), dpi=150, layout=ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.1))
    panels = [figure.add_subplot(rows, columns, i + 1) for i in range(count)]
    x = np.linspace(low, high, POINTS)
    captions = [_caption(function, _draw(axes, function, x)) for axes, function in zip(panels, functions, strict=True)]
    for first in range(0, count, columns):
        _write(panels[first : first + columns], captions[first : first + columns])
    figure.legend(panels[0].get_lines()[:2], ["function", "derivative"], loc="outside upper left", ncols=2, frameon=False, fontsize=9)
    if path is not None:
        figure.savefig(path)
    return figure


def _draw(axes, function, x):
    """Draw every curve of the function, and return the notes that say what they are."""
    curves, notes = _curves(function)
    sampled = [_sampled(curve, x, copies) for curve, copies in curves]
    for i, pair in enumerate(sampled):
        for y, style in zip(pair, (VALUE, SLOPE), strict=True):
            axes.plot(x, _without_jumps(np.median(y, axis=1)), alpha=0.45**i, solid_capstyle="butt", **style)
            if y.shape[1] > 1:
                axes.fill_between(x, y.min(axis=1), y.max(axis=1), color=style["color"], alpha=0.2, linewidth=0)

    # A curve that grows like exp must not make all other curves flat.
    reach = max(abs(x[0]), abs(x[-1]), 2.0)
    bottom = max(-reach, min(np.nanmin(y, initial=0.0) for pair in sampled for y in pair))
    top = min(reach, max(np.nanmax(y, initial=0.0) for pair in sampled for y in pair))
    margin = 0.06 * (top - bottom) or 1.0
    axes.set(xlim=(x[0], x[-1]), ylim=(bottom - margin, top + margin))
    axes.axhline(0, color=PALE, linewidth=0.8, zorder=0)
    axes.axvline(0, color=PALE, linewidth=0.8, zorder=0)
    axes.spines[:].set_visible(False)
    axes.locator_params(nbins=7, steps=[1, 2, 5, 10])
    axes.tick_params(length=0, labelsize=7, labelcolor=GREY)
    return notes


def _caption(function, notes):
    """The lines of the title, and the lines in small type below it."""
    ours = isinstance(function, Activation)
    title = repr(function) if ours else getattr(function, "__name__", type(function).__name__)
    texts = [Entry(type(function)).formula, *notes] if ours else notes
    small = [line for text in texts if text for line in textwrap.wrap(text, 56, break_on_hyphens=False)]
    return textwrap.wrap(title, 38, max_lines=2, placeholder=" ...)", break_on_hyphens=False), small


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


def _curves(function):
    """([(elementwise function, how many copies of x it takes), ...], notes): what to draw of an activation."""
    if isinstance(function, keras.layers.Layer) and not function.built:
        # The first call builds a layer. A copy is built for this picture, so that the layer is built later for its model.
        changes = {"per": "layer", "shared_axes": None} if isinstance(function, Learned) else {}
        function = function.from_config({**function.get_config(), **changes})
    if isinstance(function, AlongAxis):
        return _outputs(function)
    if isinstance(function, Learned) and function.learned:
        return _learned(function)
    return [(function, 1)], []


def _learned(layer):
    """One curve for every entry of the weights."""
    notes = [f"learned: {weight.name} {_span(weight)}" for weight in layer.weights]
    shape = [size or 1 for size in layer._input_shape(layer.weights[0].shape)[1:]]

    def curves(x):
        return ops.reshape(layer(ops.reshape(x, (-1, *shape))), x.shape)

    return [(curves, math.prod(shape))], notes


def _span(weight):
    low, high = (ops.convert_to_numpy(end(weight)) for end in (ops.min, ops.max))
    return f"= {low:.4g}" if low == high else f"from {low:.4g} to {high:.4g}"


def _outputs(layer):
    """The outputs for a row with x as one entry."""
    if layer.axis != -1:
        # The curve is the same along any axis.
        weights = layer.get_weights()
        layer = layer.from_config({**layer.get_config(), "axis": -1})
        layer.set_weights(weights)
    if isinstance(layer, Splitting):
        row: list = [1] * layer.divisor
        count = layer.width.numerator
        row[layer._ordered(range(layer.divisor))[-1]] = "x"  # the gate, or the last of several pieces
        drawn = "output" if count == 1 else f"{count} outputs, from dark to light,"
    else:
        # The row has x and the rest of a group, or x and two more entries.
        row, count = ["x"] + [0] * (layer.divisor - 1 or 2), 1
        drawn = "first output"

    def output(i):
        def curve(x):
            return layer(ops.concatenate([x if entry == "x" else ops.full_like(x, entry) for entry in row], axis=-1))[:, i : i + 1]

        return curve

    return [(output(i), 1) for i in range(count)], [f"{drawn} for the row [{', '.join(map(str, row))}]"]


def _sampled(curve, x, copies):
    """(values, derivatives) of an elementwise function at x, as arrays of shape (points, copies). NaN replaces infinity."""
    x = ops.convert_to_tensor(np.repeat(x[:, None], copies, axis=1), dtype=keras.config.floatx())
    value, (slope,) = value_and_gradients(curve, [x], ops.ones_like(x))
    arrays = [np.asarray(ops.convert_to_numpy(tensor), "float64") for tensor in (value, slope)]
    return [np.where(np.isfinite(array), array, np.nan) for array in arrays]


def _without_jumps(y):
    """y with NaN where it jumps. matplotlib leaves NaN out. A vertical line would show values that the function never has."""
    step = abs(np.diff(y, prepend=y[0], append=y[-1]))
    before, here, after = step[:-2], step[1:-1], step[2:]
    jumps = (here > 10 * np.maximum(before, after)) & (here > 0.01 * np.ptp(y))
    return np.where(np.append(False, jumps), np.nan, y)
