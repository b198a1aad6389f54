"""The conformance kit: what every activation of this package promises, for yours too.

    from keras_activations.testing import check_activation

    check_activation(MyActivation)

It compares value and gradient with the formula in the docstring, whose grammar `keras_activations.formula` describes, and puts the
layer through what Keras does to layers. It needs the extra `keras-activations[test]`.
"""

import hashlib
import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import ml_dtypes
import numpy as np
from keras import ops

from . import arguments
from .activation import AlongAxis, Splitting
from .autodiff import value_and_gradients
from .parameters import Learned, Parameter, Parametric
from .registry import Entry

try:
    from .formula import Formula
except ImportError as error:
    raise ImportError('keras_activations.testing needs mpmath: pip install "keras-activations[test]"') from error

# --------------------------------------------------------------------------------------------------------- points and witnesses

BITS = {"float64": 52, "float32": 23, "bfloat16": 7, "float16": 10}
_NUMPY = {"float64": np.float64, "float32": np.float32, "bfloat16": ml_dtypes.bfloat16, "float16": np.float16}


def scalar_points(kinks=()):
    """Inputs for elementwise functions, exact in float64, that hold a grid for every dtype: see `exact_in`."""
    points = [np.array([0.0, -0.0, np.inf, -np.inf])]
    for dtype in _NUMPY.values():
        info = ml_dtypes.finfo(dtype)
        high, low, lowest = float(info.max), float(info.smallest_normal), float(info.smallest_subnormal)
        sizes = np.concatenate([[lowest, low, high / 2, high], 10.0 ** np.linspace(np.log10(low), np.log10(high), 80)[1:-1]])
        dense = np.linspace(-20, 20, 241)
        corners = np.array(kinks, dtype)
        steps = [np.nextafter(corners, dtype(side * np.inf)) for side in (-1, 1)]
        with np.errstate(all="ignore"):
            points += [np.asarray(part, dtype).astype(np.float64) for part in (sizes, -sizes, dense, corners, *steps)]
    for dtype in (ml_dtypes.bfloat16, np.float16):
        patterns = np.arange(0, 2**16, 131, dtype=np.uint16).view(dtype).astype(np.float64)
        points.append(patterns[np.isfinite(patterns)])
    return np.unique(np.concatenate(points))


def pair_points(width):
    """Inputs for functions of several pieces: every combination of a few numbers, exact in 16 bits but for the largest ones."""
    entries = [0.0, -0.5, 2.0**-10, -3.25, 11.0, -40.0, 1e4, 3.0e38, -3.0e38, *np.linspace(-15, 15, 13)]
    if width > 2:
        entries = [0.0, -0.5, 11.0, 1e4, 3.0e38, -3.0e38]
    return np.array(list(itertools.product(np.array(entries, np.float32).astype(np.float64), repeat=width)))


def row_points():
    """Rows for functions along an axis: of one, ties, far apart, near the largest number, with -inf, and from 16-bit grids."""
    top = float(np.finfo(np.float32).max)
    rows = [[0.0], [-3.0], [0.0, 0.5], [4.0, 4.0], [0.0, 20.0], [0.0, 0.5, 1.0], [1.0, 1.0, 1.0], [0.0, 0.0, 0.0, 20.0]]
    rows += [[top] * 4, [top, -top, 0.0, 0.0], [-np.inf, 0.0, 1.0, -2.0], [3e4, -3e4, 3e4, 0.0], [1e30, 2e30, 3e30, 1e30]]
    draw = np.random.default_rng(7)
    rows += [list(np.round(draw.normal(size=size) * scale * 64) / 64) for size in (2, 3, 4, 5) for scale in (0.3, 1, 4) for _ in range(4)]
    return [[float(np.float32(v)) for v in row] for row in rows]


def exact_in(points, dtype):
    """A mask of the points (rows) that `dtype` holds exactly."""
    with np.errstate(all="ignore"):
        same = np.asarray(points, _NUMPY[dtype]).astype(np.float64) == points
    return same.all(axis=-1)


class Witness:
    """What an activation should compute: rows of inputs, and the truth about them from its formula or from an oracle.

    Args:
        cls: An activation class.
        sample: Dict of hyperparameters.
        oracle: Function of (row, **hyperparameters) to (values, Jacobian) or (values, Jacobian, Hessian), lists of numbers, for a class
            without a formula.
        cache: Directory in which truths are kept, or None.
        exempt: Function of rows of inputs to a mask of those at which nothing is promised, or None.
        allowance: What the budget of this activation is multiplied by.
    """

    def __init__(self, cls, sample, oracle=None, cache=None, exempt=None, allowance=1.0):
        self.cls, self.sample, self.allowance = cls, sample, allowance
        equation = Entry(cls).formula
        if equation is None and oracle is None:
            raise AssertionError(
                f"{cls.__name__} can be compared with nothing: its docstring has no ``f(x) = ...``, and no oracle is given."
            )
        self.formula: Any = equation and Formula(equation)
        self.oracle = oracle
        layer = cls(**sample)
        self.learned = list(layer.declared) if isinstance(layer, Parametric) and layer.learned else []
        # What was asked for, and not what the layer made of it: it may have forgotten.
        self.arguments = Entry(cls).arguments | sample
        if isinstance(layer, Parametric):
            self.arguments |= {name: p.value for name, p in layer.declared.items() if self.arguments.get(name) is None}
            # Weights have float32.
            self.arguments |= {name: np.float64(np.float32(self.arguments[name])).tolist() for name in self.learned}
        self.axis = getattr(layer, "axis", -1) if isinstance(layer, AlongAxis) else -1
        groups = self._rows(layer)
        self.groups = [self._cached(rows if exempt is None else rows[~exempt(rows)], cache) for rows in groups]

    def _rows(self, layer):
        """Arrays of rows along the axis, one array for each length of row."""
        if isinstance(layer, AlongAxis) and not isinstance(layer, Splitting):
            rows = [row for row in row_points() if len(row) % layer.divisor == 0 and (not isinstance(self.axis, tuple) or len(row) == 4)]
            return [np.array(list(group)) for _, group in itertools.groupby(sorted(rows, key=len), key=len)]
        width = max(len(self.formula.inputs), layer.divisor if isinstance(layer, Splitting) else 1)
        return [pair_points(width) if width > 1 else scalar_points(self.formula.kinks(self._scalars()))[:, None]]

    def order(self, width):
        """Where in a row of the input each piece of the formula stands."""
        if not issubclass(self.cls, Splitting):
            return list(range(width))
        pieces = self.cls(**self.sample | {"axis": -1})._pieces(tensor(np.arange(width), "float32"))
        return [int(array(piece).item()) for piece in pieces]

    def between(self, gradients, rows, slopes, dtype):
        """The true gradients, where beside a corner any slope between the one-sided ones is right, and so the one that was computed."""
        if not self.formula or self.formula.inputs != ["x"] or issubclass(self.cls, AlongAxis):
            return gradients
        gradients, x = gradients.copy(), rows[:, 0]
        for corner in self.formula.kinks(self._scalars()):
            size = max(1.0, abs(corner))
            near = np.abs(x - corner) <= 2.0 ** -BITS[dtype] * size
            sides = self._truth(np.array([[corner - 2.0**-40 * size], [corner + 2.0**-40 * size]]))["gradient"][:, 0, 0]
            true = gradients[near, 0, 0]
            nearest = np.clip(np.nan_to_num(slopes[near, 0], nan=np.inf), np.minimum(true, sides.min()), np.maximum(true, sides.max()))
            gradients[near, 0, 0] = nearest
        return gradients

    def _scalars(self):
        plain = {name: list(value) if isinstance(value, tuple) else value for name, value in self.arguments.items()}
        plain = {name: value for name, value in plain.items() if value is None or isinstance(value, (int, float, list, str))}
        return {name: value for name, value in plain.items() if not isinstance(value, list) or not isinstance(value[0], str)}

    def _cached(self, rows, cache):
        if cache is None or self.oracle:
            return rows, self._truth(rows)
        text = "\n".join([self.formula.equation, repr(sorted(self._scalars().items())), repr(self.learned), rows.tobytes().hex()])
        file = Path(cache) / f"{self.cls.__name__}-{hashlib.sha256(text.encode()).hexdigest()[:24]}.npz"
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            partial = file.with_suffix(f".{id(self)}.npz")
            np.savez(partial, allow_pickle=False, **self._truth(rows))
            partial.rename(file)
        with np.load(file) as stored:
            return rows, dict(stored)

    def _truth(self, rows):
        if self.oracle:
            results = [self.oracle(row, **self._scalars()) for row in rows.tolist()]
            values, jacobians, *hessians = (np.array(part, float) for part in zip(*results, strict=True))
            hessians = hessians[0] if hessians else np.zeros((*jacobians.shape, rows.shape[1]))
            return {"value": values, "rest": np.zeros_like(values), "gradient": jacobians, "hessian": hessians}
        inputs = self.formula.inputs
        whole_row = issubclass(self.cls, AlongAxis) and (len(inputs) < rows.shape[1] or not issubclass(self.cls, Splitting))
        points = [self._scalars() | ({inputs[0]: row} if whole_row else dict(zip(inputs, row, strict=True))) for row in rows.tolist()]
        return self.formula.truth(points, [*inputs, *self.learned])


# -------------------------------------------------------------------------------------------------------------------- budgets


@dataclass(frozen=True)
class Budget:
    """The errors that are allowed.

    Args:
        value: Dict from dtype to the largest error of a value, in units of the last place. In float32 and float64 a change of the input by
            one unit is forgiven (cond-ULP).
        gradient: The same for gradients, of which every dtype is forgiven that change.
        absolute: Whether the unit is the dtype's epsilon times ``max(1, abs(y))``, for values in float32 and float64 and for gradients.
        reach: The largest input in magnitude at which the budget binds.
    """

    value: dict[str, float]
    gradient: dict[str, float]
    absolute: bool = False
    reach: float = np.inf

    def unit(self, x, dtype):
        """The unit of errors of a result whose true value is x."""
        return 2.0 ** -BITS[dtype] * np.maximum(1.0, np.abs(x)) if self.absolute else ulp(x, dtype, _floor(dtype))


STRICT = Budget(
    value={"float64": 16.0, "float32": 5.0, "bfloat16": 0.51, "float16": 0.51},
    gradient={"float64": 32.0, "float32": 8.0, "bfloat16": 0.51, "float16": 0.51},
)
"""What this package asks of itself."""

EVERYDAY = Budget(
    value={"float64": 10.0, "float32": 10.0, "bfloat16": 1.0, "float16": 1.0},
    gradient={"float64": 80.0, "float32": 80.0, "bfloat16": 1.0, "float16": 1.0},
    absolute=True,
    reach=1e18,
)
"""What the frameworks' own operations keep: nothing is promised at infinity, nor where the true value is beyond the largest number."""

LEVELS = {"everyday": EVERYDAY, "strict": STRICT}

ABSOLUTE_GRADIENT_BUDGET = 2.5
"""In float32, units of the dtype's epsilon, where the gradient is at most 1: part of the strict budget."""


def ulp(x, dtype, floor=0.0):
    """The distance of neighbouring numbers of `dtype` at x, no smaller than at `floor` and at the smallest normal number."""
    low = float(ml_dtypes.finfo(_NUMPY[dtype]).smallest_normal)
    size = np.where(np.isfinite(x), np.maximum(np.abs(x), max(low, floor)), low)
    return np.ldexp(1.0, np.frexp(size)[1] - 1 - BITS[dtype])


def _floor(dtype):
    # What is smaller may be flushed to zero on the way.
    return {"float16": 0.0, "float64": 2.0**-960}.get(dtype, 2.0**-96)


def _condition(slopes, inputs, dtype):
    """How far the result moves when every input moves by one unit in the last place."""
    with np.errstate(all="ignore"):
        return np.nan_to_num(np.sum(np.abs(slopes) * ulp(inputs, dtype), axis=-1), nan=0.0, posinf=np.inf)


def _size(numbers, rows, of_halves):
    """The numbers; of products of two halves, the halves where they are larger: each has the error of one factor times the other."""
    return np.fmax(np.abs(numbers), np.abs(rows).max(axis=1).reshape(-1, *[1] * (numbers.ndim - 1))) if of_halves else numbers


def value_errors(result, truth, rows, dtype, of_halves=False, budget=STRICT):
    """Errors of values in units of the budget's measure; inf where a finite value is missing or an overflow has the wrong sign."""
    wide = dtype in ("float32", "float64")
    unit = (
        budget.unit(_size(truth["value"], rows, of_halves and budget.absolute), dtype)
        if wide
        else ulp(truth["value"], dtype, _floor(dtype))
    )
    if wide:
        unit = np.maximum(unit, _condition(truth["gradient"][..., : rows.shape[1]], rows[:, None, :], dtype))
    return _errors(result, truth["value"], truth["rest"], unit, dtype, budget)


def gradient_errors(result, truth, rows, dtype, along_axis=False, of_halves=False, budget=STRICT):
    """The same for the gradient of the outputs, weighted by `upstream`, with respect to the inputs and the learned parameters."""
    weights = upstream(truth["value"].shape[1])[:, None]
    width = rows.shape[1]
    expected = np.sum(weights * truth["gradient"], axis=1)
    unit = budget.unit(_size(truth["gradient"], rows, of_halves and budget.absolute), dtype)
    unit = np.maximum(unit, _condition(truth["hessian"][..., :width], rows[:, None, None, :], dtype))
    unit = np.maximum(np.sum(np.abs(weights) * unit, axis=1), budget.unit(expected, dtype))
    total = np.sum(np.abs(weights))
    if along_axis:
        # Along an axis the upstream gradients cancel against each other, and what they lose is absolute.
        epsilon = 2.0 ** -(52 if dtype == "float64" else 23)
        unit = unit + ABSOLUTE_GRADIENT_BUDGET * epsilon * total / budget.gradient[dtype]
    errors = _errors(result, expected, 0.0, unit, dtype, budget)
    # Learned parameters stay in float32, and the sum of their gradient is no smaller than its terms.
    if dtype == "float32" and not budget.absolute:
        small = (np.abs(expected) <= 1) & (np.arange(expected.shape[1]) < width)
        with np.errstate(all="ignore"):
            absolute = np.abs(result - expected) / (total * 2.0**-23) * (budget.gradient[dtype] / ABSOLUTE_GRADIENT_BUDGET)
        errors = np.where(small, np.fmax(errors, absolute), errors)
    return errors


def _errors(result, truth, rest, unit, dtype, budget):
    largest = float(ml_dtypes.finfo(_NUMPY[dtype]).max)
    with np.errstate(all="ignore"):
        error = np.abs((result - truth) - rest) / unit
        error = np.where(np.isfinite(result), error, np.inf)
        # Beyond the largest number, infinity and the largest number are right.
        error = np.where(np.isnan(truth), np.where(np.isnan(result), 0.0, np.inf), error)  # without a limit at infinity
        beyond = np.abs(truth) > largest * (1 - 2.0 ** -BITS[dtype])
        right = (np.sign(result) == np.sign(truth)) & (np.abs(result) >= largest * (1 - 2.0 ** (2 - BITS[dtype])))
        return np.where(beyond, np.where(right | budget.absolute, 0.0, np.inf), error)


# ------------------------------------------------------------------------------------------------------------------ running


def upstream(width):
    """Weights of the outputs of a row, so that a gradient can be compared: all different, exact in 16 bits."""
    return np.array([1.0, -0.5, 0.25, 2.0, -1.5, 0.75, 3.0, -0.125])[:width]


def tensor(array, dtype):
    """A tensor of the exact numbers of `array`."""
    if dtype == "float64":
        return ops.convert_to_tensor(np.asarray(array, np.float64), dtype="float64")
    return ops.cast(ops.convert_to_tensor(np.asarray(array, np.float32)), dtype)


def array(x):
    """A float64 array of the exact numbers of a tensor."""
    wide = "float64" if keras.backend.standardize_dtype(x.dtype) == "float64" else "float32"
    return np.asarray(ops.convert_to_numpy(ops.cast(x, wide)), np.float64)


def measure(witness, dtype, kernel, compiler=None, budget=STRICT):
    """Worst errors of a layer against its witness: a list of (rows, value errors, gradient errors), one for each length of row.

    A `compiler`, such as `tf.function`, is applied to the layer first.

    Rows are those that the dtype holds exactly and that the budget reaches. Gradients are not measured at subnormal numbers, which
    processors may flush to zero.
    """
    measured = []
    for rows, truth in witness.groups:
        exact = np.flatnonzero(exact_in(rows, dtype) & (np.abs(rows) <= budget.reach).all(axis=1))
        if not len(exact):
            continue
        # The last row again, up to a power of two: JAX compiles for each new shape.
        exact = np.pad(exact, (0, (1 << (len(exact) - 1).bit_length()) - len(exact)), mode="edge")
        rows, truth = rows[exact], {name: part[exact] for name, part in truth.items()}
        n, width = truth["value"].shape
        order = witness.order(rows.shape[1])
        x, undo = _laid_out(rows[:, np.argsort(order)], witness.axis)
        y_weights, _ = _laid_out(np.broadcast_to(upstream(width), (n, width)), witness.axis)
        sample = dict(witness.sample)
        each = witness.learned and issubclass(witness.cls, Learned)
        if each:
            # A parameter for each point, so that each point has a gradient of its own.
            sample |= {"channels": n}
            x, y_weights, undo = x.T, y_weights.T, np.transpose
        layer = (_unshared(witness.cls) if each else witness.cls)(kernel=kernel, **sample)
        weights = [tensor(array(w), "float32") for w in layer.trainable_variables]

        def function(x, *weights, layer=layer):
            state = [variable.value for variable in layer.non_trainable_variables]
            return layer.stateless_call(list(weights), state, x)[0] if weights else layer(x)

        function = compiler(function) if compiler else function
        y, gradients = value_and_gradients(function, [tensor(x, dtype), *weights], tensor(y_weights, dtype))
        y, slopes = undo(array(y)), [undo(array(gradients[0]))[:, order]]
        if dtype == "float64" or not each:  # the weights and their gradients have float32
            truth = truth | {"gradient": truth["gradient"][..., : rows.shape[1]], "hessian": truth["hessian"][..., : rows.shape[1], :]}
        else:
            slopes += [array(g).reshape(-1, n).T for g in gradients[1:]]
        with np.errstate(all="ignore"):
            normal = (np.abs(rows) >= float(np.finfo(np.float32).tiny if dtype != "float64" else np.finfo(float).tiny)) | (rows == 0)
        normal = normal.all(axis=1)[:, None]
        of_halves = issubclass(witness.cls, Splitting)
        errors = value_errors(y, truth, rows, dtype, of_halves, budget)
        if (rows == 0).all(axis=1).any():
            # A function that jumps at 0 has the value there for subnormal numbers too, where the processor flushes them.
            zero = np.argmax((rows == 0).all(axis=1))
            at_zero = {name: np.broadcast_to(part[zero], part.shape) for name, part in truth.items()}
            flushed = value_errors(y, at_zero, rows, dtype, of_halves, budget)
            errors = np.where(normal, errors, np.minimum(errors, flushed))
        along_axis = issubclass(witness.cls, AlongAxis) and not issubclass(witness.cls, Splitting)
        if budget.absolute:
            truth = truth | {"gradient": witness.between(truth["gradient"], rows, slopes[0], dtype)}
        slope_errors = gradient_errors(np.concatenate(slopes, axis=1), truth, rows, dtype, along_axis, of_halves, budget)
        measured.append((rows, errors, np.where(normal, slope_errors, 0.0)))
    return measured


def _unshared(cls):
    """The class with a parameter for each channel also where all channels share one."""

    def learn(self, **values):
        cls.learn(self, **{name: replace(value, shared=False) if isinstance(value, Parameter) else value for name, value in values.items()})

    return type(cls.__name__, (cls,), {"learn": learn, "__module__": cls.__module__})


def _laid_out(rows, axis):
    """The rows along `axis` of an input of two axes (or three, for a pair of axes), and the way back."""
    if isinstance(axis, tuple):
        return rows.reshape(-1, 2, 2), lambda x: x.reshape(-1, 4)
    return np.moveaxis(rows, -1, axis), lambda x: np.moveaxis(x, axis, -1)


# --------------------------------------------------------------------------------------------------------------- the promises


def check_activation(cls: type, samples: list[dict] | None = None, oracle: Callable | None = None, *, level: str = "everyday") -> None:
    """Put an activation of your own through what every activation of this package passes, on the backend in use.

    Args:
        cls: The class, a registered subclass of `Activation`.
        samples: List of dicts of hyperparameters to check it with. Default ``cls.samples``.
        oracle: For a class without a formula in its docstring, a function of a row of inputs and the hyperparameters that returns
            the outputs and their Jacobian, as lists of numbers, and their Hessian unless it is 0.
        level: "everyday", the default, asks for what the frameworks' own operations keep: finite inputs up to 1e18, values within 10
            epsilon of ``max(1, abs(y))`` and gradients within 80 (in 16 bits 1 unit in the last place and 1 epsilon), beside a corner any
            slope between the one-sided ones. "strict" asks for what this package asks of itself: every input, its limit at infinity, and
            errors of a few units in the last place.

    Raises:
        AssertionError: that says what is wrong, with which hyperparameters, at which input, and what to do.
        ValueError: for another level.

    Example:
        >>> check_activation(SiLU)
    """
    budget = LEVELS[arguments.choice("level", level, tuple(LEVELS))]
    for sample in cls.samples if samples is None else samples:
        check_arguments(cls, sample)
        witness = Witness(cls, sample, oracle)
        for dtype, kernel in itertools.product(("float32", "bfloat16", "float16"), ("auto", "fallback")):
            check_numbers(witness, dtype, kernel, budget)
        check_layer(cls, sample)


def check_arguments(cls, sample):
    """Every argument of the constructor is an attribute, from which the config is made."""
    layer = cls(**sample)
    forgotten = [name for name in Entry(cls).arguments if not hasattr(layer, name)]
    assert not forgotten, (
        f"{cls.__name__} forgets its argument {forgotten[0]}. Write self.{forgotten[0]} = {forgotten[0]} in its constructor."
    )


def check_numbers(witness, dtype, kernel, budget=STRICT):
    """Value and gradient are within the budget."""
    for rows, values, gradients in measure(witness, dtype, kernel, budget=budget):
        for what, errors, allowed in (("value", values, budget.value[dtype]), ("gradient", gradients, budget.gradient[dtype])):
            worst = np.unravel_index(np.argmax(errors), errors.shape)
            allowed *= witness.allowance
            unit = "epsilon" if budget.absolute else "units in the last place"
            assert errors[worst] <= allowed, (
                f"The {what} of {witness.cls.__name__}({witness.sample}) is wrong by {errors[worst]:.3g} {unit} of "
                f"{dtype} (allowed: {allowed}) at x = {rows[worst[0]].tolist()}, with kernel={kernel!r}. "
                + _advice(witness.cls, what, rows[worst[0]], errors[worst])
            )


def _advice(cls, what, row, error):
    """What to do about the worst error."""
    if not np.isfinite(row).all():
        return (
            "Give it its limit at infinity: clamp the factor that grows, as in ops.clip(x, -1e18, 1e18) * ops.sigmoid(x). "
            "Or check finite inputs only, by level='everyday'."
        )
    if what == "gradient" and cls.derivative is None:
        return "Write derivative(self, x, ...), the derivative in closed form, which takes the place of automatic differentiation."
    if np.isinf(error):
        return (
            "It is not finite there. Clamp what overflows before it is used, as in ops.exp(ops.minimum(x, 80.0)); "
            "a branch that ops.where does not select counts too."
        )
    if what == "gradient":
        return "Compare `derivative` with the derivative of the formula; where they are the same function, rewrite what cancels there."
    return "Compare `fallback` with the formula; where they are the same function, rewrite what cancels there, as expm1(x) for exp(x) - 1."


def check_layer(cls, sample):
    """What it computes is independent of how it came about; shapes and dtypes are the declared ones; NaN stays NaN."""
    layer = cls(**sample)
    x = np.linspace(-3, 3, 48, dtype="float32").reshape(2, 6, 4)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert np.array_equal(array(again(x)), array(layer(x))), f"{layer!r} computes something else after it was saved: {again!r}."
    for dtype in ("float32", "float16", "bfloat16"):
        symbol, y = layer(keras.KerasTensor((2, 6, 4), dtype=dtype)), layer(tensor(x, dtype))
        declared, real = (symbol.shape, symbol.dtype), (tuple(y.shape), keras.backend.standardize_dtype(y.dtype))
        assert declared == real, f"{layer!r} declares {declared} for {dtype} and returns {real}."
        assert real[1] == dtype, f"{layer!r} returns {real[1]} for {dtype}."
    assert np.isnan(array(layer(tensor(np.full((1, 4, 4), np.nan), "float32")))).all(), f"{layer!r} turns NaN into numbers."
