"""Formulas of docstrings as trees for the page's interpreter.

The grammar is that of `keras_activations.testing.formula`. That module computes in high precision and needs mpmath. This one only reads.
"""

import ast
from typing import Any

OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "=="}

Tree = Any
"""A number, the name of a variable, or a list: the operation and its operands. ["text", "A"] is a string."""


def tree(equation: str) -> tuple[list[str], list[Tree]]:
    """(the inputs, one tree for each output) of an equation such as "f(x) = x * tanh(x)".

    Raises:
        ValueError: if the equation is not in the grammar.

    Example:
        >>> tree("f(x) = x if x > 0 else alpha * x")
        (['x'], [['if', ['>', 'x', 0], 'x', ['*', 'alpha', 'x']]])
    """
    inputs, outputs = parsed(equation)
    return [argument.id for argument in inputs if isinstance(argument, ast.Name)], [_tree(output) for output in outputs]


def parsed(equation: str) -> tuple[list[ast.expr], list[ast.expr]]:
    """(the inputs, the outputs) of an equation, as nodes of Python's parser."""
    left, _, right = equation.partition(" = ")
    call, body = (ast.parse(side, mode="eval").body for side in (left, right))
    assert isinstance(call, ast.Call)
    return call.args, body.elts if isinstance(body, ast.Tuple) else [body]


def names(equation: str) -> set[str]:
    """The variables of the right side."""
    nodes = [node for output in parsed(equation)[1] for node in ast.walk(output)]
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    return {node.id for node in nodes if isinstance(node, ast.Name) and id(node) not in called} - {"pi", "inf"}


def _tree(node: ast.AST) -> Tree:
    match node:
        case ast.Constant(value=str(text)):
            return ["text", text]
        case ast.Constant(value=number):
            return number
        case ast.Name(id=name):
            return name
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return ["neg", _tree(operand)]
        case ast.BinOp(left=left, op=op, right=right):
            return [OPERATORS[type(op)], _tree(left), _tree(right)]
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return ["if", _tree(test), _tree(body), _tree(orelse)]
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            sides = [left, *comparators]
            pairs = [[COMPARISONS[type(op)], _tree(a), _tree(b)] for op, a, b in zip(ops, sides[:-1], sides[1:], strict=True)]
            return pairs[0] if len(pairs) == 1 else ["and", *pairs]
        case ast.Subscript(value=value, slice=ast.Constant(value=index)):
            return ["at", _tree(value), index]
        case ast.Call(func=ast.Name(id=name), args=args):
            return [name, *map(_tree, args)]
    raise ValueError(f"{ast.unparse(node)!r} is not in the grammar of formulas.")


def stable(tree: Tree) -> Tree:
    """The same function, written so that float64 neither overflows nor loses digits where the formula would.

    The page computes in float64. There log(1 + exp(x)) is infinite at 800 and has one digit at -36. `softplus` has all of them.

    Example:
        >>> stable(["log", ["+", 1, ["exp", "x"]]])
        ['softplus', 'x']
    """
    if not isinstance(tree, list) or tree[0] == "text":
        return tree
    match [tree[0], *map(stable, tree[1:])]:
        case ["log", ["+", 1, ["exp", u]]] | ["log1p", ["exp", u]]:
            return ["softplus", u]
        case ["log", ["+", 1, u]]:
            return ["log1p", u]
        case ["log", ["+", ["exp", u], ["exp", ["neg", v]]]] if u == v:
            return ["+", u, ["softplus", ["*", -2, u]]]
        case ["log", ["/", u, v]]:
            return ["-", stable(["log", u]), stable(["log", v])]
        case ["log", ["*", u, ["sigmoid", ["neg", v]]]]:
            return ["-", stable(["log", u]), ["softplus", v]]
        case ["-", ["exp", u], 1]:
            return ["expm1", u]
        case ["-", 1, ["exp", u]]:
            return ["neg", ["expm1", u]]
        case ["/", u, ["+", 1, ["exp", v]]]:
            return ["*", u, ["sigmoid", ["neg", v]]]
        case ["/", ["exp", u], ["sum", ["exp", v]]] if u == v:
            return ["softmax", u]
        case written:
            return written
