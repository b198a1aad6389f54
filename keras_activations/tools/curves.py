"""An activation as curves: each is one output as a function of one number. Every tool that looks at a function samples it here."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from keras import ops

from .. import Activation, AlongAxis, Learned, Splitting, catalogue, get
from ..core import autodiff


@dataclass(frozen=True)
class Curve:
    """One output of an activation as a function of one number.

    Args:
        function: A function of a tensor of shape (points, copies). It returns a tensor of the same shape.
        copies: How many functions it is: one for each entry of the weights.
    """

    function: Any
    copies: int = 1

    def each(self, x: np.ndarray) -> np.ndarray:
        """The values at x, of shape (points, copies), computed in float64."""
        return self._sampled(x, lambda tensor: [self.function(tensor)])[0]

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """The values at x, of shape (points,): the median of the copies."""
        values = self.each(np.ravel(x))
        return np.reshape(values[:, 0] if self.copies == 1 else np.median(values, axis=1), np.shape(x))

    def with_slope(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The values and the derivatives at x, both of shape (points, copies), as the backend computes them."""

        def differentiated(tensor):
            value, (slope,) = autodiff.value_and_gradients(self.function, [tensor], ops.ones_like(tensor))
            return [value, slope]

        value, slope = self._sampled(x, differentiated)
        return value, slope

    def _sampled(self, x, compute):
        count = len(x)
        # JAX compiles every operation for every size. With powers of two there are few sizes.
        padded = np.pad(np.asarray(x, "float64"), (0, 2 ** math.ceil(math.log2(max(count, 32))) - count))
        with autodiff.in_float64():
            tensor = ops.convert_to_tensor(np.repeat(padded[:, None], self.copies, axis=1), dtype="float64")
            return [np.asarray(ops.convert_to_numpy(found), "float64")[:count] for found in compute(tensor)]


def curves_of(activation: Any) -> tuple[list[Curve], list[str]]:
    """The curves of an activation, and notes that say what they are.

    An activation that takes a row of numbers becomes a function of one of them. For softmax and similar functions this is the first
    output for the row [x, 0, 0]. For GLU and the other gated units it is the output for a = 1 and the gate b = x.

    Args:
        activation: Anything that `get` takes. A callable that is no activation of this package is assumed to be elementwise.
    """
    function = get(activation)
    if not isinstance(function, Activation):
        return [Curve(function)], []
    with autodiff.in_float64():
        layer = _copied(function)
    if isinstance(layer, Splitting):
        return _pieces(layer)
    if isinstance(layer, AlongAxis):
        row = row_of(layer)
        return [Curve(lambda x: _row(layer, row, x)[:, :1])], [f"first output for the row {_written(row)}"]
    if isinstance(layer, Learned) and layer.learned:
        return _learned(layer)
    return [Curve(layer)], []


def entry_of(function: Any) -> Any:
    """What the catalogue has about the class of an activation, or None for another callable."""
    return next((entry for entry in catalogue().values() if entry.cls is type(function)), None)


def row_of(layer: AlongAxis) -> list[Any]:
    """The row for which an activation along an axis is drawn, with "x" in the place of the number that varies."""
    return [1] * (layer.divisor - 1) + ["x"] if isinstance(layer, Splitting) else ["x"] + [0] * (layer.divisor - 1 or 2)


def written(function: Any) -> str:
    """How to write an activation for `get`, with the arguments that differ from the defaults, such as "leaky_relu(negative_slope=0.1)".

    A callable that is no activation of this package has its own name.
    """
    if not isinstance(function, Activation):
        return getattr(function, "__name__", type(function).__name__)
    entry = entry_of(function)
    if entry is None:
        return repr(function)
    config, defaults = function.get_config(), entry.arguments
    given = {name: config[name] for name in defaults if name in config and _as_list(config[name]) != _as_list(defaults[name])}
    # What Keras writes as a config, such as an initializer, is told by the class alone.
    given = {name: value for name, value in given.items() if not isinstance(value, dict)}
    return f"{entry.name}({', '.join(f'{name}={value!r}' for name, value in given.items())})" if given else entry.name


def _as_list(value):
    return list(value) if isinstance(value, tuple) else value


def _copied(layer):
    """A built copy in float64, so that the layer itself is built later, for its model."""
    config = {**layer.get_config(), "dtype": "float64"}
    if isinstance(layer, AlongAxis):
        # The curve is the same along any axis, and wherever the gate is.
        config |= {"axis": -1} | ({"gate": "last"} if "gate" in config else {})
    if isinstance(layer, Learned) and not layer.built:
        config |= {"per": "layer", "shared_axes": None}
    copy = type(layer).from_config(config)
    if layer.built and not copy.built:
        copy.build(_input_shape(layer))
    if layer.weights:
        copy.set_weights(layer.get_weights())
    return copy


def _learned(layer):
    """One curve for every entry of the weights."""
    shape = [size or 1 for size in _input_shape(layer)[1:]]

    def curves(x):
        return ops.reshape(layer(ops.reshape(x, (-1, *shape))), x.shape)

    return [Curve(curves, math.prod(shape))], [f"learned: {weight.name} {_span(weight)}" for weight in layer.weights]


def _input_shape(layer):
    """The shape with which a layer was built."""
    return (layer.get_build_config() or {})["input_shape"]


def _span(weight):
    low, high = (end(ops.convert_to_numpy(weight)) for end in (np.min, np.max))
    return f"= {low:.4g}" if low == high else f"from {low:.4g} to {high:.4g}"


def _pieces(layer):
    """One curve for every output of a splitter."""
    count, row = layer.width.numerator, row_of(layer)
    drawn = "output" if count == 1 else f"{count} outputs, from dark to light,"
    return [Curve(_output(layer, row, i)) for i in range(count)], [f"{drawn} for the row {_written(row)}"]


def _output(layer, row, index):
    return lambda x: _row(layer, row, x)[:, index : index + 1]


def _row(layer, row, x):
    return layer(ops.concatenate([x if entry == "x" else ops.full_like(x, entry) for entry in row], axis=-1))


def _written(row):
    return f"[{', '.join(map(str, row))}]"
