"""A picture of activations: each function with its derivative, as the backend computes them."""

import math
import textwrap

import keras
import numpy as np
from keras import ops

from . import arguments
from .activation import Activation, AlongAxis, Splitting
from .autodiff import value_and_gradients
from .parameters import Learned
from .registry import Entry, get

# Blue and vermilion of Okabe and Ito, which the colour-blind tell apart; in print, the dashes do.
VALUE = {"color": "#0072B2", "linewidth": 2.2}
SLOPE = {"color": "#D55E00", "linewidth": 1.5, "dashes": (4, 1.8)}
GREY, PALE = "#666666", "#cccccc"

POINTS = 961
PANEL = (3.4, 2.7)  # inches
COLUMNS = 4


def plot(*activations, low=-6.0, high=6.0, path=None):
    """Draw activations with their derivatives, one panel each.

    A unit that needs a row of inputs is drawn over one of them: softmax and its like as their first output for the row [x, 0, 0],
    GLU as its output for a = 1 and b = x. Of parameters learned per channel or element, the median curve is drawn, and the range.
    A value beyond the largest magnitude of x is cut off.

    Args:
        *activations: Whatever `get` takes, such as "gelu", Swish(beta=2.0) or the activation of a trained layer. A callable that is no
            activation of this package is taken for elementwise.
        low: Number, the left end of the x axis.
        high: Number, the right end, greater than low.
        path: Where to write the picture; the suffix, such as .png or .svg, decides the format. None, the default, writes nothing.

    Returns:
        The `matplotlib.figure.Figure`.

    Raises:
        ValueError: for no activations, for low >= high or where one of them is not finite, and for what `get` does not know.
        ImportError: where matplotlib is not installed.
        NotImplementedError: on a backend without gradients.

    Example:
        >>> plot("gelu", Swish(beta=2.0), low=-4, high=4, path="gates.png")  # doctest: +SKIP
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError('plot needs matplotlib: pip install "keras-activations[plot]"') from error

    if not activations:
        raise ValueError("plot takes one or more activations; received none. Write plot('gelu', 'mish').")
    low, high = arguments.number("low", low), arguments.number("high", high)
    if low >= high:
        raise ValueError(f"low must be less than high; received low={low} and high={high}.")

    functions = [get(activation) for activation in activations]
    columns = len(functions) if len(functions) <= 3 else min(COLUMNS, math.ceil(math.sqrt(len(functions))))
    rows = math.ceil(len(functions) / columns)
    figure = Figure(figsize=(columns * PANEL[0], rows * PANEL[1] + 0.3), dpi=150, layout="constrained")
    figure.get_layout_engine().set(w_pad=0.12, h_pad=0.1)
    x = np.linspace(low, high, POINTS)
    for i, function in enumerate(functions, start=1):
        axes = figure.add_subplot(rows, columns, i)
        notes = _draw(axes, function, x)
        _label(axes, function, notes)
    lines = figure.axes[0].get_lines()[:2]
    figure.legend(lines, ["function", "derivative"], loc="outside upper left", ncols=2, frameon=False, fontsize=9)
    if path is not None:
        figure.savefig(path)
    return figure


def _draw(axes, function, x):
    """Draw every curve of `function`; returns the notes that say what they are."""
    curves, notes = _curves(function)
    everything = [_sampled(curve, x, copies) for curve, copies in curves]
    for i, pair in enumerate(everything):
        for y, style in zip(pair, (VALUE, SLOPE), strict=True):
            axes.plot(x, _without_jumps(np.median(y, axis=1)), alpha=0.45**i, solid_capstyle="butt", **style)
            if y.shape[1] > 1:
                axes.fill_between(x, y.min(axis=1), y.max(axis=1), color=style["color"], alpha=0.2, linewidth=0)

    reach = max(abs(x[0]), abs(x[-1]), 2.0)
    lowest = max(min(np.nanmin(y, initial=0.0) for pair in everything for y in pair), -reach)
    highest = min(max(np.nanmax(y, initial=0.0) for pair in everything for y in pair), reach)
    margin = 0.06 * (highest - lowest) or 1.0
    axes.set(xlim=(x[0], x[-1]), ylim=(lowest - margin, highest + margin))
    return notes


def _label(axes, function, notes):
    axes.axhline(0, color=PALE, linewidth=0.8, zorder=0)
    axes.axvline(0, color=PALE, linewidth=0.8, zorder=0)
    axes.spines[:].set_visible(False)
    axes.locator_params(nbins=6, steps=[1, 2, 5, 10])
    axes.tick_params(length=0, labelsize=7, labelcolor=GREY)

    ours = isinstance(function, Activation)
    name = repr(function) if ours else getattr(function, "__name__", type(function).__name__)
    formula = ours and Entry(type(function)).formula
    lines = [line for text in (formula, *notes) if text for line in textwrap.wrap(text, 52)]
    small = {"fontsize": 6.8, "color": GREY, "linespacing": 1.25}
    axes.annotate("\n".join(lines), (0, 1), (0, 5), xycoords="axes fraction", textcoords="offset points", family="monospace", **small)
    title = textwrap.fill(name, 44, max_lines=2, placeholder=" ...)")
    axes.set_title(title, loc="left", fontsize=9, fontweight="bold", pad=8 + 9.0 * len(lines))


def _curves(function):
    """([(elementwise function, how many copies of x it takes), ...], notes): what to draw of an activation."""
    if isinstance(function, keras.layers.Layer) and not function.built:
        # Its first call would build it for this picture, and no longer for its model.
        changes = {"per": "layer"} if isinstance(function, Learned) else {}
        function = function.from_config({**function.get_config(), **changes})
    if isinstance(function, AlongAxis):
        return _outputs(function)
    weights = function.weights if isinstance(function, Learned) else []
    if not weights:
        return [(function, 1)], []
    shape = [size or 1 for size in function._input_shape(weights[0].shape)[1:]]
    notes = [f"learned: {weight.name} {_range(ops.convert_to_numpy(weight.value))}" for weight in weights]

    def curve(x):
        return ops.reshape(function(ops.reshape(x, (-1, *shape))), x.shape)

    return [(curve, math.prod(shape))], notes


def _outputs(layer):
    """The curves of a unit that takes a row, over one entry of it."""
    if layer.axis != -1:
        # The curve is the same along any axis.
        weights = layer.get_weights()
        layer = layer.from_config({**layer.get_config(), "axis": -1})
        layer.set_weights(weights)
    if isinstance(layer, Splitting):
        before, after, count = layer.width.denominator - 1, 0, layer.width.numerator
    else:
        before, after, count = 0, 2, 1

    def curve(i):
        def output(x):
            row = [ops.ones_like(x)] * before + [x] + [ops.zeros_like(x)] * after
            return layer(ops.concatenate(row, axis=-1))[:, i : i + 1]

        return output

    row = ", ".join(["1"] * before + ["x"] + ["0"] * after)
    note = f"its {count} outputs, from dark to light" if count > 1 else f"first output for the row [{row}]"
    return [(curve(i), 1) for i in range(count)], [note]


def _sampled(curve, x, copies):
    """(values, derivatives) of an elementwise function at x, as arrays of shape (points, copies)."""
    x = ops.convert_to_tensor(np.repeat(x[:, None], copies, axis=1), dtype=keras.config.floatx())
    y, (slope,) = value_and_gradients(curve, [x], ops.ones_like(x))
    return [np.asarray(ops.convert_to_numpy(tensor), "float64") for tensor in (y, slope)]


def _without_jumps(y):
    """y with NaN, which matplotlib leaves out, where the curve jumps: a vertical stroke would be no value of the function."""
    step = abs(np.diff(y, prepend=y[0], append=y[-1]))
    before, here, after = step[:-2], step[1:-1], step[2:]
    jumps = (here > 10 * np.maximum(before, after)) & (here > 0.01 * np.ptp(y))
    return np.where(np.append(False, jumps), np.nan, y)


def _range(values):
    low, high = values.min(), values.max()
    return f"= {low:.4g}" if low == high else f"from {low:.4g} to {high:.4g}"
