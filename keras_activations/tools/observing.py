"""What each activation of a model does with one batch: its values, its slopes, and the gradient that reaches it."""

import contextlib
import itertools
import math
from dataclasses import asdict, dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from ..core import autodiff, keras_gaps
from .analysis import FLAT
from .finding import Place, find_activations

BINS = 30

NUMBERS = ("dead", "saturated", "not_finite", "mean", "deviation", "gradient", "attenuation", "drift")
"""The attributes of a `Measure` that say how the activation does."""


@dataclass(frozen=True)
class Measure:
    """One activation on the probe batch.

    A unit is an entry of the last axis of the activation's input, or of the axis after the batch in a layer with
    ``data_format="channels_first"``. The slope is the derivative of the output with respect to the input. For an activation that takes a
    row of numbers, such as softmax, it is that of the outputs added up with random signs.

    Attributes:
        path: Where it stands, as `find_activations` writes it.
        name: The name of the function.
        role: "hidden", "output" or "attention", as in `find_activations`.
        units: The number of units.
        dead: The fraction of the units whose slope is 0 for the whole batch. They do not learn from it.
        saturated: The fraction of the units that are not dead, but whose slope has a mean magnitude below 0.01.
        not_finite: The fraction of the outputs that are infinite or not a number.
        mean, deviation: Of the finite outputs. NaN if there are none.
        gradient: The norm of the gradient of the loss with respect to the activation's input.
        attenuation: This gradient divided by that of the activation that runs last. NaN if that is 0.
        drift: The greatest change of any of the activation's weights since training began. None if it has no weights.
        counts: How many outputs are in each of 30 intervals. Empty if none is finite.
        edges: The 31 ends of these intervals.
    """

    path: str
    name: str
    role: str
    units: int
    dead: float
    saturated: float
    not_finite: float
    mean: float
    deviation: float
    gradient: float
    attenuation: float
    drift: float | None
    counts: tuple[int, ...]
    edges: tuple[float, ...]

    def to_dict(self) -> dict[str, Any]:
        """The attributes by name."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


@dataclass
class _Call:
    """One call of an activation while the model ran."""

    index: int
    x: Any
    y: Any
    arguments: tuple
    keywords: dict


class Probe:
    """A model and the batch on which it is looked at. Each call returns the `Measure` of every activation that runs, in that order.

    The model runs as in inference, and nothing of it changes. Its program is made at the first call and sees the weights of each later
    one.

    Args:
        model: A model that is built.
        x: Its inputs, as arrays.
        y: The targets of its loss. Where they are None, or the model is compiled without a loss, the loss is the mean square of the
            outputs.

    Attributes:
        unwatched: The paths of activations that are not seen, and why. It is complete after the first call.
    """

    def __init__(self, model: keras.Model, x: Any, y: Any):
        self.model, self.variables = model, model.variables
        self.x = keras.tree.map_structure(ops.convert_to_tensor, x)
        self.y = None if y is None else keras.tree.map_structure(ops.convert_to_tensor, y)
        self.places, self.unwatched = _watchable(model)
        self.paths = _unique([place.path for place in self.places])
        self._order: list[int] = []
        self._run = self._observed if model.run_eagerly else autodiff.compiled(self._observed)
        self._weights = [list(getattr(place.activation, "weights", ())) for place in self.places]
        self._start = [list(map(_array, weights)) for weights in self._weights]
        if keras.backend.backend() == "tensorflow":
            # tf.vectorized_map writes its operations between those of the graph around it. Eagerly it has a graph of its own.
            with keras.StatelessScope(), self._watching():
                model(self.x, training=False)

    def __call__(self) -> tuple[Measure, ...]:
        found = self._run([ops.convert_to_tensor(variable) for variable in self.variables], self.x, self.y)
        calls: dict[int, list] = {}
        for index, call in zip(self._order, found, strict=True):
            calls.setdefault(index, []).append({name: _array(value) for name, value in call.items()})
        for index, path in enumerate(self.paths):
            if index not in calls:
                self.unwatched.setdefault(path, "it did not run when the model was called")
        if not calls:
            return ()
        norms = {index: math.hypot(*(float(call["gradient"]) for call in calls[index])) for index in calls}
        last = norms[self._order[-1]]
        return tuple(self._measure(index, calls[index], norms[index], last) for index in calls)

    def _measure(self, index, calls, norm, last):
        y = np.concatenate([np.ravel(call["y"]) for call in calls])
        finite = y[np.isfinite(y)]
        counts, edges = _histogram(finite)
        dead, flat = _by_unit(calls)
        moved = [np.abs(_array(weight) - start).max() for weight, start in zip(self._weights[index], self._start[index], strict=True)]
        place = self.places[index]
        return Measure(
            path=self.paths[index],
            name=place.name,
            role=place.role,
            units=dead.size,
            dead=float(dead.mean()),
            saturated=float((flat & ~dead).mean()),
            not_finite=1 - finite.size / y.size,
            mean=float(finite.mean()) if finite.size else math.nan,
            deviation=float(finite.std()) if finite.size else math.nan,
            gradient=norm,
            attenuation=norm / last if last else math.nan,
            drift=float(max(moved)) if moved else None,
            counts=counts,
            edges=edges,
        )

    def _observed(self, values, x, y):
        """For each call of an activation: its output, what its slopes say of each unit, and the norm of the gradient."""
        # In this scope, nothing assigns to the model's own variables: neither moving statistics, nor metrics, nor random seeds.
        state = list(zip(self.variables, values, strict=True))
        with keras.StatelessScope(state), self._watching() as calls:
            self.model(x, training=False)
        # One call may be in a loop and another one not.
        calls = [call for call in calls if self.paths[call.index] not in self.unwatched]
        self._order = [call.index for call in calls]
        with keras.StatelessScope(state):
            slopes = [_slope(self.places[call.index].activation, call) for call in calls]

        def loss(*shifts):
            with keras.StatelessScope(state, collect_losses=True), self._watching(shifts):
                return self._loss(x, y, self.model(x, training=False))

        # A shift of 0 changes no number. The gradient with respect to it is that with respect to the activation's input.
        shifts = [ops.zeros_like(call.x) for call in calls]
        _, gradients = autodiff.value_and_gradients(loss, shifts, ops.ones(())) if shifts else (None, [])
        return [
            {**_of_units(self.places[call.index], slope), "y": call.y, "gradient": _norm(gradient)}
            for call, slope, gradient in zip(calls, slopes, gradients, strict=True)
        ]

    def _loss(self, x, y, outputs):
        if y is not None and self.model.compiled and keras_gaps.compile_arguments(self.model)["loss"] is not None:
            return self.model.compute_loss(x=x, y=y, y_pred=outputs, training=False)
        return sum(ops.mean(ops.square(ops.cast(output, "float32"))) for output in keras.tree.flatten(outputs))

    @contextlib.contextmanager
    def _watching(self, shifts=None):
        """While this context is open, the calls of activations go into the list that it yields, with a shift added to each input."""
        calls, here = [], autodiff.surroundings()

        def watched(index, function):
            def run(x, *arguments, **keywords):
                path = self.paths[index]
                if not (keras.backend.is_keras_tensor(x) or ops.is_tensor(x)) or not keras.backend.is_float_dtype(x.dtype):
                    self.unwatched[path] = "its input is no tensor of real numbers"
                elif autodiff.surroundings() != here:
                    self.unwatched[path] = "it runs in a loop, a branch or a map that the backend records for itself"
                if path in self.unwatched:
                    return function(x, *arguments, **keywords)
                x = x if shifts is None else x + shifts[len(calls)]
                y = function(x, *arguments, **keywords)
                calls.append(_Call(index, x, y, arguments, keywords))
                return y

            return run

        with keras_gaps.shadowed(
            (place.layer, place.attribute or "call", watched(index, place.activation if place.attribute else place.layer.call))
            for index, place in enumerate(self.places)
        ):
            yield calls


def _watchable(model) -> tuple[list[Place], dict[str, str]]:
    """The places to watch, and the paths of those that cannot be watched, with the reason."""
    loops = [layer for _, layer in keras_gaps.held_layers(model, keras.layers.RNN)]
    looped = {(id(place.layer), place.attribute): layer.name for layer in loops for place in find_activations(layer)}
    places, unwatched = [], {}
    for place in find_activations(model):
        if place.is_linear:
            continue
        if name := looped.get((id(place.layer), place.attribute)):
            unwatched[place.path] = f"it runs once for each step of a sequence, in the loop of {name}"
        elif isinstance(place.activation, str):
            unwatched[place.path] = "the attribute is a name, and the function that runs is elsewhere"
        else:
            places.append(place)
    return places, unwatched


def _unique(paths):
    """The paths, with a number at those that repeat."""
    counts = {path: itertools.count(1) for path in paths}
    numbers = [next(counts[path]) for path in paths]
    return [path if number == 1 else f"{path} ({number})" for path, number in zip(paths, numbers, strict=True)]


def _slope(activation, call):
    """The magnitude of the derivative at each entry of the input, for random signs of the outputs."""

    def function(x):
        return activation(x, *call.arguments, **call.keywords)

    # Of outputs that add up to 1, the sum has no derivative. Signs for each index of each axis need no memory.
    random, shape = np.random.default_rng(0), call.y.shape
    signs = ops.ones((1,) * len(shape), dtype=call.y.dtype)
    for axis, size in enumerate(shape):
        drawn = random.choice([-1.0, 1.0], (size or 1,)).reshape([-1 if each == axis else 1 for each in range(len(shape))])
        signs = signs * ops.convert_to_tensor(drawn, dtype=call.y.dtype)
    _, (slope,) = autodiff.value_and_gradients(function, [call.x], ops.broadcast_to(signs, ops.shape(call.y)))
    # Where the input is not a number, many functions say that their slope is 0. Such a unit is not dead, but worse.
    return ops.where(ops.isfinite(call.x), ops.abs(slope), math.nan)


def _of_units(place, slope):
    """Of each unit: whether its slopes are all 0, the mean of their magnitudes, and from how many of them."""
    first = getattr(place.layer, "data_format", None) == "channels_first"
    others = [axis for axis in range(len(slope.shape)) if axis != (1 if first else len(slope.shape) - 1)]
    slope = ops.cast(slope, "float32")
    count = ops.size(slope) / slope.shape[1 if first else -1]
    return {"dead": ops.all(slope == 0, axis=others), "steepness": ops.mean(slope, axis=others), "count": count}


def _norm(gradient):
    """The Euclidean norm. The square of a vanishing gradient would be 0 in float32."""
    gradient = ops.cast(gradient, "float32")
    most = ops.max(ops.abs(gradient))
    scaled = gradient / ops.where(most == 0, ops.ones_like(most), most)
    return most * ops.sqrt(ops.sum(ops.square(scaled)))


def _by_unit(calls):
    """Which units are dead and which are flat, over all calls. Calls with different numbers of units have different units."""
    dead, flat = [], []
    for _, group in itertools.groupby(sorted(calls, key=lambda call: call["dead"].size), key=lambda call: call["dead"].size):
        same = list(group)
        dead.append(np.all([call["dead"] for call in same], axis=0))
        flat.append(np.average([call["steepness"] for call in same], axis=0, weights=[float(call["count"]) for call in same]) < FLAT)
    return np.concatenate(dead), np.concatenate(flat)


def _histogram(values):
    """Counts and edges."""
    if not values.size:
        return (), ()
    low, high = values.min(), values.max()
    # NumPy cannot divide an interval of a few units in the last place.
    scale = max(abs(low), abs(high)) or 1.0
    ends = (low, high) if high - low > 1e-9 * scale else (low - scale / 2, high + scale / 2)
    counts, edges = np.histogram(values, bins=BINS, range=ends)
    return tuple(map(int, counts)), tuple(map(float, edges))


def _array(tensor):
    array = np.asarray(ops.convert_to_numpy(tensor))
    return array if array.dtype == bool else array.astype("float64")
