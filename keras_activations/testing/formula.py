"""Formulas in docstrings, evaluated with their derivatives in as many digits as are needed.

The grammar of a formula, ``f(x) = ...``:

* The left side has x, or the pieces that the fallback of a `Splitting` takes, such as ``f(a, b)``. x alone is the row of pieces there.
* The right side is a Python expression of them, of the constructor's arguments, of numbers, `pi` and `inf`. It has ``+ - * / **``,
  comparisons, ``u if condition else v``, and the functions of `FUNCTIONS`, `min` and `max`. Comparisons may be chained, and an argument
  may be compared with a string. An argument that is None is read as `inf`: no limit.
* In an `AlongAxis`, x is the row along the axis. ``sum(...)``, ``mean(...)`` and ``max(...)`` of one argument reduce it.
* An argument that is a tuple is a row, too, with entries ``c[0]``, ... ``polynomial(x, c)`` is ``c[0] + c[1] x + c[2] x**2 + ...``, and
  ``index(c)`` is 1, 2, 3, ...
* Several expressions with commas between them are concatenated.

The derivative at a corner is that of the piece to which the corner belongs. ``min(u, v)`` and ``max(u, v)`` are v at a tie. An infinite
derivative, at the 0 of a root, is read as 0, and so is that of ``abs(u)`` at 0. Numbers are compared as float64, after rounding, so that
``0.5 / slope`` is 3 if the slope is 1 / 6. At infinity the formula means its limit, which is computed from a few points from 1e400 on. It
is infinite if they grow, as those of a logarithm do. It is NaN if they disagree, as those of a sine do.
"""

import ast
import functools
import itertools
import operator
from typing import Any

import mpmath as mp
import numpy as np


def _exp(u):
    # The exponential of an exponential may be smaller than any number that mpmath can represent.
    if u < -(mp.mpf(10) ** 1500):
        return mp.mpf(0)
    if abs(u) < 10**5:
        return mp.exp(u)
    # mpmath multiplies e with itself if u is an integer, which takes a hundred times as long.
    with mp.extraprec(mp.mag(u) + 10):
        power = mp.floor(u / mp.ln2)
        rest = u - power * mp.ln2
    return mp.ldexp(mp.exp(rest), int(power))


def _expm1(u):
    return _exp(u) - 1 if abs(u) > 10**5 else mp.expm1(u)


def _tanh(u):
    # tanh equals its limit for such u, at every precision used here. Its exponential would be slow to evaluate.
    return mp.sign(u) if abs(u) > 10**5 else mp.tanh(u)


def _erf(u):
    return mp.sign(u) if abs(u) > 10**5 else mp.erf(u)


def _erfc(u):
    return 1 - mp.sign(u) if abs(u) > 10**5 else mp.erfc(u)


def _bell(u):
    return mp.mpf(0) if abs(u) > 10**5 else 2 / mp.sqrt(mp.pi) * mp.exp(-u * u)


def _sech_squared(u):
    return mp.mpf(0) if abs(u) > 10**5 else mp.sech(u) ** 2


FUNCTIONS = {
    # name: the function and its first two derivatives. A derivative that is 0 everywhere is None.
    "exp": (_exp, _exp, _exp),
    "expm1": (_expm1, _exp, _exp),
    "log": (mp.log, lambda u: 1 / u, lambda u: -1 / u**2),
    "log1p": (mp.log1p, lambda u: 1 / (1 + u), lambda u: -1 / (1 + u) ** 2),
    "sqrt": (mp.sqrt, lambda u: 1 / (2 * mp.sqrt(u)) if u else u, lambda u: -1 / (4 * mp.sqrt(u) ** 3) if u else u),
    "tanh": (_tanh, _sech_squared, lambda u: -2 * _tanh(u) * _sech_squared(u)),
    "sin": (mp.sin, mp.cos, lambda u: -mp.sin(u)),
    "cos": (mp.cos, lambda u: -mp.sin(u), lambda u: -mp.cos(u)),
    "atan": (mp.atan, lambda u: 1 / (1 + u * u), lambda u: -2 * u / (1 + u * u) ** 2),
    "erf": (_erf, _bell, lambda u: -2 * u * _bell(u)),
    "erfc": (_erfc, lambda u: -_bell(u), lambda u: 2 * u * _bell(u)),
    "abs": (abs, mp.sign, None),
}


class Jet:
    """A number with its first and second derivatives. Those that are 0 by construction are left out.

    Variables have numbers: inputs count up from 0, and learned parameters count down from -1. ``gradient[i]`` is the derivative with
    respect to variable i. ``hessian[i, j]`` is the derivative of ``gradient[i]`` with respect to an input j.
    """

    def __init__(self, value, gradient=None, hessian=None):
        self.value, self.gradient, self.hessian = mp.mpf(value), gradient or {}, hessian or {}

    def through(self, f, first, second):
        """The chain rule."""
        if not self.gradient:
            return Jet(f(self.value))
        slope, g = first(self.value), self.gradient
        bend = second and second(self.value)
        curved = {} if bend is None else {(i, j): bend * g[i] * g[j] for i in g for j in g if j >= 0}
        return Jet(f(self.value), _scaled(slope, g), _added(_scaled(slope, self.hessian), curved))

    def __add__(self, other):
        other = _lifted(other)
        return Jet(self.value + other.value, _added(self.gradient, other.gradient), _added(self.hessian, other.hessian))

    def __mul__(self, other):
        other = _lifted(other)
        u, v, g, k = self.value, other.value, self.gradient, other.gradient
        mixed = [{(i, j): a[i] * b[j] for i in a for j in b if j >= 0} for a, b in ((g, k), (k, g))]
        return Jet(
            u * v,
            _added(_scaled(v, g), _scaled(u, k)),
            _added(_scaled(v, self.hessian), _scaled(u, other.hessian), *mixed),
        )

    def __pow__(self, exponent):
        p = exponent.value

        def slope(u, q):
            return u**q if u or q >= 0 else u

        bend = None if p == 1 else lambda u: p * (p - 1) * slope(u, p - 2)
        return self.through(lambda u: u**p, lambda u: p * slope(u, p - 1), bend)

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -_lifted(other)

    def __truediv__(self, other):
        return self * _lifted(other).through(lambda u: 1 / u, lambda u: -1 / u**2, lambda u: 2 / u**3)


def _lifted(x):
    return x if isinstance(x, Jet) else Jet(x)


def _scaled(factor, derivatives):
    return {key: factor * value for key, value in derivatives.items()}


def _added(*terms):
    total = {}
    for term in terms:
        for key, value in term.items():
            total[key] = total[key] + value if key in total else value
    return total


_OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Pow: operator.pow}
_COMPARISONS = {ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge}


class Formula:
    """The equation of a docstring, parsed once.

    Args:
        equation: String such as ``"f(x) = x if x > 0 else slope * x"``.

    Example:
        >>> Formula("f(x) = x**2").truth([{"x": 3.0}], ["x"])["gradient"]
        array([[[6.]]])
    """

    def __init__(self, equation):
        self.equation = equation
        left, _, right = equation.partition(" = ")
        self.inputs = [name.id for name in ast.parse(left, mode="eval").body.args]
        self.body = ast.parse(right, mode="eval").body
        self.names = {node.id for node in ast.walk(self.body) if isinstance(node, ast.Name)}

    def kinks(self, arguments):
        """The numbers with which the input is compared. The pieces of the formula meet there."""
        found = set()
        for node in ast.walk(self.body):
            sides = []
            if isinstance(node, ast.Compare) and not any(isinstance(op, ast.Eq) for op in node.ops):
                sides = [node.left, *node.comparators]
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("min", "max"):
                sides = node.args
            fixed = [side for side in sides if not any(isinstance(part, ast.Name) and part.id in self.inputs for part in ast.walk(side))]
            for side in fixed if len(fixed) < len(sides) else ():
                jets = self._evaluate(side, {name: self._constant(value) for name, value in arguments.items()})
                found |= {float(jet.value) for jet in (jets if isinstance(jets, list) else [jets]) if mp.isfinite(jet.value)}
        return sorted(found)

    def truth(self, points, variables):
        """Value, gradient and Hessian at each point, as float64 arrays, for every output. "rest" is the value's rounding error in float64.

        Args:
            points: List of dicts: the numbers (or lists of numbers, for rows) of all names in the formula.
            variables: Names to differentiate by, those of the input first. Each entry of a row is one variable. The Hessian has a row
                for each variable and a column for each entry of the input.
        """
        results = [self._limit(point, variables) for point in points]
        return {name: np.array([result[name] for result in results]) for name in results[0]}

    def _limit(self, point, variables):
        """The truth at one point. The point may be infinite."""
        if not any(np.isinf(value).any() for value in point.values() if isinstance(value, (float, list))):
            return self._floats(point, variables)
        far = [self._floats({name: _far(value, exponent) for name, value in point.items()}, variables) for exponent in _FAR]
        return {name: _extrapolated(np.stack([truth[name] for truth in far])) for name in far[0]}

    def _floats(self, point, variables):
        jets = self._settled(point, variables)
        order = [index for _, indices in self._numbered(point, variables) for index in indices]
        inputs = [j for j in order if j >= 0]
        return {
            "value": np.array([_float(jet.value) for jet in jets]),
            "rest": np.array([_rest(jet.value) for jet in jets]),
            "gradient": np.array([[_float(jet.gradient.get(i, 0.0)) for i in order] for jet in jets]),
            "hessian": np.array([[[_float(jet.hessian.get((i, j), 0.0)) for j in inputs] for i in order] for jet in jets]),
        }

    def _numbered(self, point, variables):
        """Every variable's name with the numbers of its entries."""
        up, down = itertools.count(), itertools.count(-1, -1)
        for name in variables:
            entries = point[name] if isinstance(point[name], list) else [point[name]]
            yield name, [next(up if name in self.inputs else down) for _ in entries]

    def _settled(self, point, variables):
        """The jets of all outputs. The number of digits is doubled until two evaluations agree to twenty digits."""
        digits, previous = 30 + _digits_at_stake(point), None
        while True:
            with mp.workdps(digits):
                jets = self._jets(point, variables)
                if previous is not None and (digits > 1000 or all(_agree(a, b) for a, b in zip(jets, previous, strict=True))):
                    return jets
            previous, digits = jets, 2 * digits

    def _jets(self, point, variables):
        scope = {name: self._constant(value) for name, value in point.items()}
        for name, indices in self._numbered(point, variables):
            entries: Any = scope[name] if isinstance(scope[name], list) else [scope[name]]
            for jet, index in zip(entries, indices, strict=True):
                jet.gradient = {index: mp.mpf(1)}
        expressions = self.body.elts if isinstance(self.body, ast.Tuple) else [self.body]
        results = [self._evaluate(expression, scope) for expression in expressions]
        return [jet for result in results for jet in (result if isinstance(result, list) else [result])]

    @staticmethod
    def _constant(value):
        if isinstance(value, list):
            return [Formula._constant(v) for v in value]
        if isinstance(value, str):
            return value
        return Jet(mp.inf if value is None else value)

    def _evaluate(self, node, scope):
        evaluate = functools.partial(self._evaluate, scope=scope)
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
            return Jet(node.value)
        if isinstance(node, ast.Name):
            if node.id in ("pi", "inf"):
                return Jet(getattr(mp, node.id))
            if node.id in scope:
                return scope[node.id]
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            return evaluate(node.value)[node.slice.value]
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return _broadcast(operator.neg, evaluate(node.operand))
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            return _broadcast(_OPERATORS[type(node.op)], evaluate(node.left), evaluate(node.right))
        if isinstance(node, ast.IfExp):
            return evaluate(node.body if self._holds(node.test, scope) else node.orelse)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
            name, arguments = node.func.id, [evaluate(argument) for argument in node.args]
            if name in ("sum", "max") and len(arguments) == 1:
                return functools.reduce({"sum": operator.add, "max": _largest}[name], arguments[0])
            if name == "mean" and len(arguments) == 1:
                return functools.reduce(operator.add, arguments[0]) / len(arguments[0])
            if name in ("min", "max") and len(arguments) == 2:
                return _broadcast({"min": _smallest, "max": _largest}[name], *arguments)
            if name == "polynomial" and len(arguments) == 2:
                u, coefficients = arguments
                return functools.reduce(lambda result, c: result * u + c, reversed(coefficients))
            if name == "index" and len(arguments) == 1:
                return [Jet(k) for k, _ in enumerate(*arguments, start=1)]
            if name in FUNCTIONS:
                return _broadcast(lambda jet: jet.through(*FUNCTIONS[name]), *arguments)
        raise ValueError(
            f"The formula {self.equation!r} contains {ast.unparse(node)!r}, which is not in the grammar. Functions are: "
            f"{', '.join(FUNCTIONS)}, min, max, sum, mean, polynomial, index; names are: {', '.join(scope)}, pi, inf."
        )

    def _holds(self, node, scope):
        match node:
            case ast.Compare(left=ast.Name(id=name), comparators=[ast.Constant(value=str(word)), *_]):
                return scope[name] == word
        if isinstance(node, ast.Compare):
            values = [_float(self._evaluate(side, scope).value) for side in (node.left, *node.comparators)]
            return all(_COMPARISONS[type(op)](*pair) for op, pair in zip(node.ops, itertools.pairwise(values), strict=True))
        return bool(self._evaluate(node, scope).value)


def _broadcast(function, *operands):
    rows = [len(operand) for operand in operands if isinstance(operand, list)]
    if not rows:
        return function(*operands)
    columns = [operand if isinstance(operand, list) else [operand] * rows[0] for operand in operands]
    return [function(*entries) for entries in zip(*columns, strict=True)]


def _smallest(u, v):
    return u if u.value < v.value else v


def _largest(u, v):
    return u if u.value > v.value else v


# Exponents of the powers of ten that replace infinity.
_FAR = (400, 500, 600, 700, 800, 900)


def _far(value, exponent):
    """The value, with infinity replaced by a number so large that a formula is at its limit."""
    if isinstance(value, list):
        return [_far(v, exponent) for v in value]
    return mp.sign(value) * mp.mpf(10) ** exponent if isinstance(value, float) and np.isinf(value) else value


def _extrapolated(far):
    """The limit of rows of numbers."""
    size, sign = abs(far), np.sign(far[0])
    same, one_sign = (far == far[0]).all(axis=0), ((np.sign(far) == sign) | (far == 0)).all(axis=0)
    grows = one_sign & (size[1:] >= size[:-1]).all(axis=0) & (size[-1] > size[0])
    falls = one_sign & (size[1:] <= size[:-1]).all(axis=0) & (size[-1] < size[0] / 2)
    return np.select([same, grows, falls], [far[0], np.where(sign < 0, -np.inf, np.inf), 0.0], np.nan)


def _digits_at_stake(point):
    """How many digits a number or its exponential may lose if 1 is added. Two evaluations that both lose a term would agree."""
    numbers = [abs(v) for value in point.values() for v in (value if isinstance(value, list) else [value]) if isinstance(v, float) and v]
    # The exponential of larger numbers has underflowed.
    return max((int((v < 2000) * v / 2 + abs(np.log10(v))) for v in numbers if np.isfinite(v)), default=0)


def _agree(a, b):
    if not a.gradient and not b.gradient and a.value == b.value:
        return True
    pairs = zip(*([jet.value, *jet.gradient.values(), *jet.hessian.values()] for jet in (a, b)), strict=True)
    # Two zeros may both be the result of cancellation. So they are no agreement.
    return all(u != 0 and abs(u - v) <= abs(u) * mp.mpf(10) ** -20 for u, v in pairs)


def _float(value):
    return float(value) if abs(value) < mp.mpf(2) ** 1024 else float(mp.sign(value)) * np.inf


def _rest(value):
    nearest = _float(value)
    return float(value - nearest) if np.isfinite(nearest) else 0.0
