"""Formulas in docstrings, evaluated with their derivatives in as many digits as it takes.

The grammar of a formula, ``f(x) = ...``:

* On the left, x; or the pieces that the fallback of a `Splitting` takes, such as ``f(a, b)``.
* On the right, a Python expression of them, of the constructor's arguments, of numbers, `pi` and `inf`, with ``+ - * / **``,
  comparisons (which may be chained), ``u if condition else v``, and the functions of `FUNCTIONS`, `min` and `max`. An argument
  that is None is read as `inf`: no limit.
* In an `AlongAxis`, x is the row along the axis; ``sum(...)`` and ``max(...)`` of one argument reduce it.
* An argument that is a tuple is a row too: ``polynomial(x, c)`` is ``c[0] + c[1] x + c[2] x**2 + ...``, and ``index(c)`` is 1, 2, 3, ...
* Several expressions with commas between them are concatenated.

Where the formula has a corner, the derivative is that of the piece to which the corner belongs; ``min(u, v)`` is v at a tie, and so
is ``max(u, v)``. At infinity the formula means its limit, which is read off a few points from 1e400 on: infinite where they grow, as
those of a logarithm do, and NaN where they disagree, as those of a sine do.
"""

import ast
import functools
import itertools
import operator

import mpmath as mp
import numpy as np


def _tanh(u):
    # At no precision used here does it differ from its limit out there, and its exponential would be slow to evaluate.
    return mp.sign(u) if abs(u) > 10**5 else mp.tanh(u)


def _erf(u):
    return mp.sign(u) if abs(u) > 10**5 else mp.erf(u)


def _bell(u):
    return mp.mpf(0) if abs(u) > 10**5 else 2 / mp.sqrt(mp.pi) * mp.exp(-u * u)


def _sech_squared(u):
    return mp.mpf(0) if abs(u) > 10**5 else mp.sech(u) ** 2


FUNCTIONS = {
    # name: the function and its first two derivatives
    "exp": (mp.exp, mp.exp, mp.exp),
    "expm1": (mp.expm1, mp.exp, mp.exp),
    "log": (mp.log, lambda u: 1 / u, lambda u: -1 / u**2),
    "sqrt": (mp.sqrt, lambda u: 1 / (2 * mp.sqrt(u)), lambda u: -1 / (4 * mp.sqrt(u) ** 3)),
    "tanh": (_tanh, _sech_squared, lambda u: -2 * _tanh(u) * _sech_squared(u)),
    "sin": (mp.sin, mp.cos, lambda u: -mp.sin(u)),
    "cos": (mp.cos, lambda u: -mp.sin(u), lambda u: -mp.cos(u)),
    "atan": (mp.atan, lambda u: 1 / (1 + u * u), lambda u: -2 * u / (1 + u * u) ** 2),
    "erf": (_erf, _bell, lambda u: -2 * u * _bell(u)),
    "erfc": (
        mp.erfc,
        lambda u: -2 / mp.sqrt(mp.pi) * mp.exp(-u * u),
        lambda u: 4 * u / mp.sqrt(mp.pi) * mp.exp(-u * u),
    ),
    "abs": (abs, lambda u: mp.sign(u), lambda u: mp.mpf(0)),
}


class Jet:
    """A number with its gradient and Hessian with respect to n variables."""

    def __init__(self, value, gradient, hessian):
        self.value, self.gradient, self.hessian = value, gradient, hessian

    @classmethod
    def constant(cls, value, n):
        return cls(mp.mpf(value), [mp.mpf(0)] * n, [[mp.mpf(0)] * n for _ in range(n)])

    @classmethod
    def variable(cls, value, index, n):
        jet = cls.constant(value, n)
        jet.gradient[index] = mp.mpf(1)
        return jet

    def through(self, f, first, second):
        """The chain rule."""
        slope, bend = first(self.value), second(self.value)
        g, n = self.gradient, range(len(self.gradient))
        hessian = [[slope * self.hessian[i][j] + bend * g[i] * g[j] for j in n] for i in n]
        return Jet(f(self.value), [slope * gi for gi in g], hessian)

    def _lift(self, other):
        return other if isinstance(other, Jet) else Jet.constant(other, len(self.gradient))

    def __add__(self, other):
        other = self._lift(other)
        n = range(len(self.gradient))
        return Jet(
            self.value + other.value,
            [self.gradient[i] + other.gradient[i] for i in n],
            [[self.hessian[i][j] + other.hessian[i][j] for j in n] for i in n],
        )

    def __mul__(self, other):
        other = self._lift(other)
        u, v, g, k, n = self.value, other.value, self.gradient, other.gradient, range(len(self.gradient))
        return Jet(
            u * v,
            [g[i] * v + u * k[i] for i in n],
            [[self.hessian[i][j] * v + g[i] * k[j] + g[j] * k[i] + u * other.hessian[i][j] for j in n] for i in n],
        )

    def __pow__(self, exponent):
        p = exponent.value
        return self.through(lambda u: u**p, lambda u: p * u ** (p - 1), lambda u: p * (p - 1) * u ** (p - 2) if p != 1 else mp.mpf(0))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -self._lift(other)

    def __truediv__(self, other):
        return self * self._lift(other).through(lambda u: 1 / u, lambda u: -1 / u**2, lambda u: 2 / u**3)


_OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Pow: operator.pow}
_COMPARISONS = {ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge}


class Formula:
    """A docstring's equation, parsed once.

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

    def kinks(self, arguments):
        """The numbers with which the input is compared: where pieces meet."""
        found = set()
        for node in ast.walk(self.body):
            sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
            if isinstance(node, ast.Call) and node.func.id in ("min", "max"):
                sides = node.args
            fixed = [side for side in sides if not any(isinstance(part, ast.Name) and part.id in self.inputs for part in ast.walk(side))]
            for side in fixed if len(fixed) < len(sides) else ():
                jets = self._evaluate(side, {name: self._constant(value, 1) for name, value in arguments.items()}, 1)
                found |= {float(jet.value) for jet in (jets if isinstance(jets, list) else [jets]) if mp.isfinite(jet.value)}
        return sorted(found)

    def truth(self, points, variables):
        """Value, gradient and Hessian at each point, as float64 arrays, for every output; "rest" is what float64 rounds off the value.

        Args:
            points: List of dicts: the numbers (or lists of numbers, for rows) of all names in the formula.
            variables: Names to differentiate by; a row counts as many variables as it has entries.
        """
        results = [self._limit(point, variables) for point in points]
        return {name: np.array([result[name] for result in results]) for name in results[0]}

    def _limit(self, point, variables):
        """The truth about one point, which may be infinite."""
        if not any(value is not None and np.isinf(value).any() for value in point.values()):
            return self._floats(point, variables)
        far = [self._floats({name: _far(value, exponent) for name, value in point.items()}, variables) for exponent in _FAR]
        return {name: _extrapolated(np.stack([truth[name] for truth in far])) for name in far[0]}

    def _floats(self, point, variables):
        jets = self._settled(point, variables)
        return {
            "value": np.array([_float(jet.value) for jet in jets]),
            "rest": np.array([_rest(jet.value) for jet in jets]),
            "gradient": np.array([[_float(d) for d in jet.gradient] for jet in jets]),
            "hessian": np.array([[[_float(d) for d in row] for row in jet.hessian] for jet in jets]),
        }

    def _settled(self, point, variables):
        """The jets of all outputs, with digits doubled until two evaluations agree to twenty."""
        digits, previous = 30, None
        while True:
            with mp.workdps(digits):
                jets = self._jets(point, variables)
                if previous is not None and (digits > 1000 or all(_agree(a, b) for a, b in zip(jets, previous, strict=True))):
                    return jets
            previous, digits = jets, 2 * digits

    def _jets(self, point, variables):
        sizes = [len(point[name]) if isinstance(point[name], list) else 1 for name in variables]
        n, offset, scope = sum(sizes), 0, {}
        for name, value in point.items():
            scope[name] = self._constant(value, n)
        for name, size in zip(variables, sizes, strict=True):
            entries = point[name] if isinstance(point[name], list) else [point[name]]
            jets = [Jet.variable(mp.mpf(v), offset + k, n) for k, v in enumerate(entries)]
            scope[name] = jets if isinstance(point[name], list) else jets[0]
            offset += size
        expressions = self.body.elts if isinstance(self.body, ast.Tuple) else [self.body]
        results = [self._evaluate(expression, scope, n) for expression in expressions]
        return [jet for result in results for jet in (result if isinstance(result, list) else [result])]

    @staticmethod
    def _constant(value, n):
        if isinstance(value, list):
            return [Formula._constant(v, n) for v in value]
        return Jet.constant(mp.inf if value is None else mp.mpf(value), n)

    def _evaluate(self, node, scope, n):
        evaluate = functools.partial(self._evaluate, scope=scope, n=n)
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
            return Jet.constant(node.value, n)
        if isinstance(node, ast.Name):
            if node.id in ("pi", "inf"):
                return Jet.constant(getattr(mp, node.id), n)
            if node.id in scope:
                return scope[node.id]
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return _broadcast(operator.neg, evaluate(node.operand))
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            return _broadcast(_OPERATORS[type(node.op)], evaluate(node.left), evaluate(node.right))
        if isinstance(node, ast.IfExp):
            return evaluate(node.body if self._holds(node.test, scope, n) else node.orelse)
        if isinstance(node, ast.Call) and not node.keywords:
            name, arguments = node.func.id, [evaluate(argument) for argument in node.args]
            if name in ("sum", "max") and len(arguments) == 1:
                return functools.reduce({"sum": operator.add, "max": _largest}[name], arguments[0])
            if name in ("min", "max") and len(arguments) == 2:
                return _broadcast({"min": _smallest, "max": _largest}[name], *arguments)
            if name == "polynomial" and len(arguments) == 2:
                u, coefficients = arguments
                return functools.reduce(lambda result, c: result * u + c, reversed(coefficients))
            if name == "index" and len(arguments) == 1:
                return [Jet.constant(k, n) for k, _ in enumerate(*arguments, start=1)]
            if name in FUNCTIONS:
                return _broadcast(lambda jet: jet.through(*FUNCTIONS[name]), *arguments)
        raise ValueError(
            f"The formula {self.equation!r} contains {ast.unparse(node)!r}, which is not in the grammar. Functions are: "
            f"{', '.join(FUNCTIONS)}, min, max, sum, polynomial, index; names are: {', '.join(scope)}, pi, inf."
        )

    def _holds(self, node, scope, n):
        if isinstance(node, ast.Compare):
            values = [self._evaluate(side, scope, n).value for side in (node.left, *node.comparators)]
            return all(_COMPARISONS[type(op)](*pair) for op, pair in zip(node.ops, itertools.pairwise(values), strict=True))
        return bool(self._evaluate(node, scope, n).value)


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


# Exponents of the powers of ten that stand for infinity.
_FAR = (400, 500, 600, 700, 800, 900)


def _far(value, exponent):
    """Infinity as a number so large that a formula is at its limit."""
    if isinstance(value, list):
        return [_far(v, exponent) for v in value]
    return mp.sign(value) * mp.mpf(10) ** exponent if value is not None and np.isinf(value) else value


def _extrapolated(far):
    """The limit of rows of numbers."""
    same, sign = (far == far[0]).all(axis=0), np.sign(far[0])
    grows = (abs(far[1:]) > abs(far[:-1])).all(axis=0) & (np.sign(far) == sign).all(axis=0)
    return np.select([same, grows], [far[0], np.where(sign < 0, -np.inf, np.inf)], np.nan)


def _agree(a, b):
    pairs = zip(*([jet.value, *jet.gradient, *itertools.chain(*jet.hessian)] for jet in (a, b)), strict=True)
    # Two zeros may both be what cancellation left, so that they are no agreement.
    return all(u != 0 and abs(u - v) <= abs(u) * mp.mpf(10) ** -20 for u, v in pairs)


def _float(value):
    return float(value) if abs(value) < mp.mpf(2) ** 1024 else float(mp.sign(value)) * np.inf


def _rest(value):
    nearest = _float(value)
    return float(value - nearest) if np.isfinite(nearest) else 0.0
