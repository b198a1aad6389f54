"""What an activation should compute: the formula of its docstring, in high precision, at inputs that make errors visible."""

import hashlib
import itertools
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np

from ..catalogue.entry import Entry
from ..core.axis import AlongAxis, Splitting
from ..core.parameters import Parametric
from .arrays import BITS, NUMPY, array, tensor
from .formula import Formula


def scalar_points(kinks=()):
    """Inputs for elementwise functions, exact in float64. They contain a grid for every dtype: see `representable_in`."""
    points = [np.array([0.0, -0.0, np.inf, -np.inf])]
    for dtype in NUMPY.values():
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
    """Inputs for functions of several pieces: every combination of a few numbers, which are exact in 16 bits except the largest ones."""
    entries = [0.0, -0.5, 2.0**-10, -3.25, 11.0, -40.0, 1e4, 3.0e38, -3.0e38, *np.linspace(-15, 15, 13)]
    if width > 2:
        entries = [0.0, -0.5, 11.0, 1e4, 3.0e38, -3.0e38]
    return np.array(list(itertools.product(np.array(entries, np.float32).astype(np.float64), repeat=width)))


def row_points():
    """Rows for functions along an axis: of one entry, with ties, far apart, near the largest number, with -inf, and from 16-bit grids."""
    top = float(np.finfo(np.float32).max)
    rows = [[0.0], [-3.0], [0.0, 0.5], [4.0, 4.0], [0.0, 20.0], [0.0, 0.5, 1.0], [1.0, 1.0, 1.0], [0.0, 0.0, 0.0, 20.0]]
    rows += [[top] * 4, [top, -top, 0.0, 0.0], [-np.inf, 0.0, 1.0, -2.0], [3e4, -3e4, 3e4, 0.0], [1e30, 2e30, 3e30, 1e30]]
    draw = np.random.default_rng(7)
    rows += [list(np.round(draw.normal(size=size) * scale * 64) / 64) for size in (2, 3, 4, 5) for scale in (0.3, 1, 4) for _ in range(4)]
    return [[float(np.float32(v)) for v in row] for row in rows]


class Witness:
    """What an activation should compute: rows of inputs, and the true results for them, from its formula or from an oracle.

    Args:
        cls: An activation class.
        sample: Dict of hyperparameters.
        oracle: Function of (row, **hyperparameters) to (values, Jacobian) or (values, Jacobian, Hessian), lists of numbers, for a class
            without a formula.
        cache: Directory in which true results are kept, or None.
        exempt: Function from rows of inputs to a mask of those for which nothing is promised, or None.
        allowance: The factor by which the budget of this activation is multiplied.
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
        # These are the requested arguments, and not those of the layer, which may have forgotten some.
        self.arguments = Entry(cls).arguments | sample
        if isinstance(layer, Parametric):
            self.arguments |= {name: p.value for name, p in layer.declared.items() if self.arguments.get(name) is None}
            # Weights are float32.
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
        """The position of each piece of the formula in a row of the input."""
        if not issubclass(self.cls, Splitting):
            return list(range(width))
        pieces = self.cls(**self.sample | {"axis": -1})._chunks(tensor(np.arange(width), "float32"))
        return [int(array(piece).item()) for piece in pieces]

    def between(self, gradients, rows, slopes, dtype):
        """The true gradients. Any slope between the one-sided ones is right beside a corner, so the one nearest to the result is taken."""
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
