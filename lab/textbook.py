"""The code that a user would write in place of an activation of this package: the formula of its docstring, in `keras.ops`.

    KERAS_BACKEND=numpy python -m lab.textbook mish,swiglu    # prints the code; without names, that of every activation

`source` writes the code by these rules:

1. The left side of an entry in `IDIOMS` becomes its right side. Every library has functions for the right sides.
2. An expression that does not depend on the input is a number. Hyperparameters and parameters that could be learned are numbers too. A
   factor 1, a summand 0 and a product with 0 are left out. They stay in a unit that can learn them.
3. A function of the formula is that of `keras.ops`. ``u if condition else v`` is `where`. ``u**2`` is `square`, and a higher whole power
   is a product. ``sum``, ``mean`` and ``max`` of one argument reduce the last axis. A tuple of numbers is written out, entry by entry.
4. An expression that occurs twice is computed once.

Nothing else is done. The derivative comes from the backend's automatic differentiation.
"""

import ast
import functools
import math
import re
import sys
from collections import Counter

import keras
from keras import ops

import keras_activations as ka
from keras_activations.catalogue.entry import Entry
from keras_activations.testing.formula import Formula

# Each idiom is replaced in the whole formula, in this order. The first two move signs to the front of a product. The last three move
# them back.
IDIOMS = (
    ("-u * v", "-(u * v)"),
    ("-u / v", "-(u / v)"),
    ("log(1 + exp(u))", "softplus(u)"),
    ("1 / (1 + exp(-u))", "sigmoid(u)"),
    ("v / (1 + exp(-u))", "v * sigmoid(u)"),
    ("v / (1 + exp(u))", "v * sigmoid(-u)"),
    ("exp(u) / sum(exp(u))", "softmax(u)"),
    ("v * exp(u) / sum(exp(u))", "v * softmax(u)"),
    ("max(u, 0)", "relu(u)"),
    ("erfc(-u)", "1 + erf(u)"),
    ("erfc(u)", "1 - erf(u)"),
    ("-(u - v)", "v - u"),
    ("-(u * v)", "-u * v"),
    ("-(u / v)", "-u / v"),
)

# The code of these is short, but `source` cannot write it. The formula is about a few neighbours, its result has no number of x's dtype,
# or there is no formula.
BY_HAND = {
    "bipolar_relu": "ops.where(ops.arange(x.shape[-1]) % 2 == 0, ops.relu(x), -ops.relu(-x))",
    "group_sort": "ops.reshape(ops.sort(ops.reshape(x, (*x.shape[:-1], -1, 2)), axis=-1), x.shape)",
    "maxout": "ops.max(ops.reshape(x, (*x.shape[:-1], -1, 2)), axis=-1)",
    "step": "ops.cast(x >= 0.0, x.dtype)",
}

# The place of the gate b in the input of a splitter.
HALVES = {
    "first": "b, a = ops.split(x, 2, axis=-1)",
    "last": "a, b = ops.split(x, 2, axis=-1)",
    "interleaved": "b, a = x[..., ::2], x[..., 1::2]",
}

NUMBERS = {name: getattr(math, name) for name in ("exp", "expm1", "log", "log1p", "sqrt", "tanh", "erf", "pi", "inf")} | {
    "abs": abs,
    "index": lambda row: tuple(range(1, len(row) + 1)),
    "max": max,
    "min": min,
    "sigmoid": lambda u: 1 / (1 + math.exp(-u)),
}
"""The names that a formula may use on numbers alone."""

OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


def parsed(text):
    return ast.parse(text, mode="eval").body


class Rewritten(ast.NodeTransformer):
    """Replaces one idiom in a formula, from the inside to the outside."""

    def __init__(self, before, after):
        self.before, self.after = parsed(before), after

    def visit(self, node):
        node, bound = self.generic_visit(node), {}
        return Filled(bound).visit(parsed(self.after)) if matches(self.before, node, bound) else node


class Filled(ast.NodeTransformer):
    """Fills the right side of an idiom with the expressions for u and v."""

    def __init__(self, bound):
        self.bound = bound

    def visit_Name(self, node):
        return self.bound.get(node.id, node)


def matches(pattern, node, bound):
    """Whether the node is the pattern for some u and v. `bound` gets these u and v."""
    if isinstance(pattern, ast.Name) and pattern.id in ("u", "v"):
        return same(bound.setdefault(pattern.id, node), node)
    if type(pattern) is not type(node):
        return False
    if not isinstance(pattern, ast.AST):
        return pattern == node
    parts = [(p, n) for field in pattern._fields for p, n in listed(getattr(pattern, field), getattr(node, field))]
    return all(matches(p, n, bound) for p, n in parts)


def listed(pattern, node):
    if not isinstance(pattern, list):
        return [(pattern, node)]
    return list(zip(pattern, node, strict=True)) if len(pattern) == len(node) else [(None, node)]


def same(a, b):
    return ast.dump(a) == ast.dump(b)


class Writer:
    """Writes an expression in `keras.ops`, as text. A row of numbers makes a list of texts."""

    def __init__(self, inputs, arguments):
        self.inputs, self.keeps_all = set(inputs), "learned" in arguments
        self.numbers = NUMBERS | {name: math.inf if value is None else value for name, value in arguments.items()}

    def write(self, node):
        if not self.inputs & {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}:
            return literal(eval(ast.unparse(node), {"__builtins__": {}}, self.numbers))
        match node:
            case ast.Name(id=name):
                return name
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return each("(-{})", self.write(operand))
            case ast.BinOp(op=ast.Pow(), left=left, right=right):
                return broadcast(power, self.write(left), self.write(right))
            case ast.BinOp(op=op, left=left, right=right):
                combine = (
                    f"({{}} {OPERATORS[type(op)]} {{}})".format if self.keeps_all else functools.partial(combined, OPERATORS[type(op)])
                )
                return broadcast(combine, self.write(left), self.write(right))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                condition = self.write(test)
                if condition in ("True", "False"):
                    return self.write(body if condition == "True" else orelse)
                return f"ops.where({condition}, {self.write(body)}, {self.write(orelse)})"
            case ast.Compare(left=left, ops=operators, comparators=comparators):
                sides = [self.write(side) for side in (left, *comparators)]
                pairs = [f"({a} {COMPARISONS[type(op)]} {b})" for a, op, b in zip(sides, operators, sides[1:], strict=False)]
                return functools.reduce("ops.logical_and({}, {})".format, pairs)
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self.call(name, [self.write(argument) for argument in arguments])
        raise ValueError(f"{ast.unparse(node)!r} cannot be written in keras.ops.")

    def call(self, name, arguments):
        match name, arguments:
            case "sum", [list(row)]:
                return functools.reduce("({} + {})".format, row)
            case "min", [u, "inf"]:
                return u
            case "polynomial", [u, row]:
                return functools.reduce(lambda result, c: f"({result} * {u} + {c})", reversed(row))
            case "sum" | "mean" | "max", [u]:
                return f"ops.{name}({u}, axis=-1, keepdims=True)"
            case "softmax", [u]:
                return f"ops.softmax({u}, axis=-1)"
        name = {"atan": "arctan", "max": "maximum", "min": "minimum"}.get(name, name)
        return each(f"ops.{name}({', '.join('{}' for _ in arguments)})", *arguments)


def literal(value):
    if isinstance(value, tuple):
        return [literal(entry) for entry in value]
    return repr(value) if isinstance(value, bool) else repr(float(value))


def each(template, *operands):
    return broadcast(template.format, *operands)


def broadcast(function, *operands):
    size = max((len(operand) for operand in operands if isinstance(operand, list)), default=None)
    if size is None:
        return function(*operands)
    return [function(*entries) for entries in zip(*(o if isinstance(o, list) else [o] * size for o in operands), strict=True)]


def combined(operator, a, b):
    match operator, a, b:
        case ("*", "1.0", u) | ("*" | "/", u, "1.0") | ("+", "0.0", u) | ("+" | "-", u, "0.0"):
            return u
        case ("*", "-1.0", u):
            return f"(-{u})"
        case ("*", "0.0", _) | ("*", _, "0.0"):
            return "0.0"
    return f"({a} {operator} {b})"


def power(u, exponent):
    n = float(exponent)
    if n != int(n) or n < 1:
        return f"ops.power({u}, {exponent})"
    if n == 1:
        return u
    return f"ops.square({power(u, n / 2)})" if n % 2 == 0 else f"({u} * {power(u, n - 1)})"


class Named(ast.NodeTransformer):
    """Replaces a part of an expression with a name."""

    def __init__(self, part, name):
        self.part, self.name = part, name

    def visit(self, node):
        return ast.Name(self.name, ast.Load()) if same(node, self.part) else self.generic_visit(node)


def lines(result):
    """The statements that return an expression. A part that occurs twice gets a name of its own."""
    found = [ast.parse(f"return {result}").body[0]]
    while True:
        parts = [part for line in found for part in ast.walk(line) if isinstance(part, (ast.Call, ast.BinOp, ast.UnaryOp, ast.Compare))]
        parts = [part for part in parts if not isinstance(getattr(part, "operand", None), ast.Constant)]
        counts = Counter(map(ast.dump, parts))
        repeated = [part for part in parts if counts[ast.dump(part)] > 1]
        if not repeated:
            return [ast.unparse(line) for line in found]
        part = max(repeated, key=lambda part: len(ast.dump(part)))
        name = f"t{len(found)}"
        found = [Named(part, name).visit(line) for line in found]
        found.insert(0, ast.parse(f"{name} = {ast.unparse(part)}").body[0])


def source(layer):
    """The code of a function of a tensor that computes the layer, or None if the layer has no formula."""
    entry = Entry(type(layer))
    if entry.name in BY_HAND:
        body = [f"return {BY_HAND[entry.name]}"]
    elif entry.formula is None:
        return None
    else:
        formula = Formula(entry.formula)
        tree = ast.Tuple(formula.body.elts if isinstance(formula.body, ast.Tuple) else [formula.body], ast.Load())
        for idiom in IDIOMS:
            tree = Rewritten(*idiom).visit(tree)
        arguments = layer.get_config() | {name: parameter.value for name, parameter in getattr(layer, "declared", {}).items()}
        writer = Writer(formula.inputs, {name: tuple(v) if isinstance(v, list) else v for name, v in arguments.items()})
        parts = [writer.write(part) for part in tree.elts]
        body = lines(parts[0] if len(parts) == 1 else f"ops.concatenate([{', '.join(parts)}], axis=-1)")
        body = [HALVES[layer.gate], *body] if formula.inputs == ["a", "b"] else body
    return "\n    ".join([f"def {entry.name}(x):", *body])


class Textbook(keras.layers.Layer):
    """The code of `source` as a layer."""

    def __init__(self, code, **kwargs):
        super().__init__(**kwargs)
        scope = {"ops": ops}
        exec(code, scope)
        self.function = scope[re.match(r"def (\w+)", code).group(1)]

    def call(self, x):
        return self.function(x)


def unlearned(cls, **kwargs):
    """A layer with its first sample of hyperparameters. Its parameters are plain numbers."""
    sample = {name: value for name, value in cls.samples[0].items() if name != "channels"}
    if "learned" in Entry(cls).arguments:
        sample["learned"] = False
    return cls(**sample, **kwargs)


if __name__ == "__main__":
    for name in sys.argv[1].split(",") if sys.argv[1:] else ka.catalogue():
        print(source(unlearned(ka.catalogue()[name].cls)) or f"# {name} has no formula", "\n")
