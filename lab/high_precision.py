"""The formulas in the docstrings, with three derivatives, at millions of points.

The tests evaluate a formula with mpmath, at some hundred microseconds for each point. This module evaluates the same text with the power
series of python-flint. Their coefficients are balls: numbers with a bound of their own rounding error. So the precision is doubled
until the bound is small enough, and not until two evaluations agree. `tests/test_exact.py` compares the results of both ways.
"""

import ast
import functools
import math
import operator

import numpy as np
from flint import arb, arb_series, ctx

from keras_activations.testing.formula import FUNCTIONS, Formula

ORDER = 3
BITS = 58
"""How many bits of each result are correct: five more than float64 has."""
MOST_BITS = 4096
VANISHED = -1100
"""A result with an exponent below this is 0 in float64. An underflow or an exact cancellation leaves such a result."""


class Undecided(ArithmeticError):
    """More bits are needed."""


class HighPrecision:
    """A formula of one variable as a function of float64 numbers. It is NaN where the formula is not real.

    Args:
        equation: String, ``"f(x) = ..."`` in the grammar of `keras_activations.formula`, of an elementwise activation or of pieces.
        arguments: Dict of the hyperparameters.
        variable: The name to differentiate by. Default the first input.
    """

    def __init__(self, equation, arguments, variable=None):
        self.formula = Formula(equation)
        self.inputs = self.formula.inputs
        self.variable = variable or self.inputs[0]
        self.arguments = arguments
        self.lifted = {name: _lifted(value) for name, value in arguments.items()}
        body = ast.fix_missing_locations(ast.Expression(_Translated().visit(ast.parse(equation.partition(" = ")[2], mode="eval").body)))
        self.code = compile(body, equation, "eval")

    def __call__(self, points):
        """Value and three derivatives at each point: an array of shape (4, points, outputs). A point is a row of the inputs."""
        return np.moveaxis(np.array([self._at(row) for row in np.asarray(points, float).reshape(-1, len(self.inputs)).tolist()]), 2, 0)

    def _at(self, row):
        ctx.cap, ctx.prec = ORDER + 1, 128
        while ctx.prec <= MOST_BITS:
            try:
                scope = NAMES | {"pi": arb_series([arb.pi()])} | self.lifted
                scope |= {
                    name: arb_series([value, 1]) if name == self.variable else arb_series([value])
                    for name, value in zip(self.inputs, row, strict=True)
                }
                result = eval(self.code, {"__builtins__": {}}, scope)
                return [_floats(series) for series in (result if isinstance(result, tuple) else (result,))]
            except (ArithmeticError, ValueError):
                ctx.prec *= 2
        # The ball of an exponential of an exponential may be as wide as the real line. mpmath can evaluate such a formula, but it gives
        # no third derivative.
        try:
            truth = self.formula.truth([self.arguments | dict(zip(self.inputs, row, strict=True))], self.inputs)
        except (TypeError, ZeroDivisionError):  # a complex number, or a pole
            return [[math.nan] * (ORDER + 1)]
        index = self.inputs.index(self.variable)
        columns = truth["value"][0], truth["gradient"][0, :, index], truth["hessian"][0, :, index, index]
        return [[*column, 0.0] for column in zip(*columns, strict=True)]


class _Translated(ast.NodeTransformer):
    """The differences from Python: comparisons use rounded numbers, `min` and `max` decide by the value, and rows are arrays."""

    def visit_Compare(self, node):
        self.generic_visit(node)
        if any(isinstance(side, ast.Constant) and isinstance(side.value, str) for side in node.comparators):
            return node
        node.left, *node.comparators = (ast.Call(ast.Name("rounded", ast.Load()), [side], []) for side in (node.left, *node.comparators))
        return node

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if isinstance(node.op, ast.Pow) and not isinstance(node.right, ast.Constant):
            return ast.Call(ast.Name("power", ast.Load()), [node.left, node.right], [])
        return node

    def visit_Constant(self, node):
        if isinstance(node.value, float):
            return ast.Call(ast.Name("exactly", ast.Load()), [node], [])
        return node


def _lifted(value):
    if isinstance(value, (list, tuple)):
        return Row(map(_lifted, value))
    if value is None:
        return math.inf
    return arb_series([value]) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _value(u):
    return u[0] if isinstance(u, arb_series) else arb(u)


def _rounded(u):
    return float(_value(u).mid()) if not isinstance(u, float) else u


def _least(u, v):
    return u if _less(u, v) else v


def _greatest(u, v):
    return u if _less(v, u) else v


def _less(u, v):
    if v == math.inf or u == math.inf:
        return v == math.inf and u != math.inf
    u, v = _value(u), _value(v)
    if u.overlaps(v) and not (u.is_exact() and v.is_exact()):
        raise Undecided
    return u < v


def _absolute(u):
    if _value(u) == 0:
        return 0 * u
    return -u if _less(u, arb(0)) else u


def _root(u):
    return 0 * u if _value(u) == 0 else u.sqrt()


def _power(u, exponent):
    if isinstance(exponent, int):
        return u**exponent
    # u may be the logarithm of 1 plus an exponential that underflowed. This logarithm is 0 in float64.
    vanished = _value(u).contains(0) and _value(u).abs_upper() < arb(2) ** (1 - MOST_BITS)
    return arb_series([0]) if vanished and _value(exponent) >= 0.5 else u**exponent


def _tanh(u):
    # python-flint has no tanh of a power series.
    e = (-2 * _absolute(u)).exp() if _value(u) != 0 else (-2 * u).exp()
    result = (1 - e) / (1 + e)
    return -result if _value(u) < 0 else result


def _polynomial(u, coefficients):
    return functools.reduce(lambda result, c: result * u + c, reversed(coefficients))


def _each(function):
    """The function, applied to every entry of a row."""

    def broadcast(*operands):
        size = max((len(operand) for operand in operands if isinstance(operand, Row)), default=None)
        if size is None:
            return function(*operands)
        return Row(map(function, *(operand if isinstance(operand, Row) else [operand] * size for operand in operands)))

    return broadcast


class Row(list):
    """Several numbers. Arithmetic works on them entry by entry."""

    __mul__ = __rmul__ = _each(operator.mul)
    __sub__ = _each(operator.sub)


def _method(name):
    return lambda u: getattr(u if isinstance(u, arb_series) else arb(u), name)()


NAMES = {name: _each(_method(name)) for name in FUNCTIONS} | {
    "expm1": _each(lambda u: u.exp() - 1),
    "log1p": _each(lambda u: (1 + u).log()),
    "tanh": _each(_tanh),
    "sqrt": _each(lambda u: _root(u if isinstance(u, arb_series) else arb_series([u]))),
    "abs": _each(_absolute),
    "min": _each(_least),
    "max": _each(_greatest),
    "power": _each(_power),
    "sum": lambda row: functools.reduce(operator.add, row),
    "polynomial": _polynomial,
    "index": lambda row: Row(range(1, len(row) + 1)),
    "rounded": _rounded,
    "exactly": lambda number: arb_series([number]),
    "inf": math.inf,
}


def _floats(series):
    """The derivatives in float64."""
    series = series if isinstance(series, arb_series) else arb_series([series])
    return [_float(series[k] * math.factorial(k)) for k in range(ORDER + 1)]


def _float(ball):
    if ball.is_exact() or ball.rel_accuracy_bits() >= BITS:
        return float(ball)
    if not ball.is_finite() or ball.abs_upper() > arb(2) ** VANISHED:
        raise Undecided
    return 0.0
