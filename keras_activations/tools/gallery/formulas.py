"""Formulas of docstrings as trees for the page's interpreter, and as MathML for its reader.

The grammar is that of `keras_activations.testing.formula`. That module computes in high precision and needs mpmath. This one only reads.
"""

import ast
from typing import Any

_OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
_COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "=="}
_BINDS = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 4}

GREEK = dict(zip(("alpha", "beta", "gamma", "delta", "theta", "epsilon", "mu", "sigma", "omega", "tau", "pi"), "αβγδθεμσωτπ", strict=True))

Tree = Any
"""A number, the name of a variable, or a list: the operation and its operands. ["text", "A"] is a string."""


def tree(equation: str) -> tuple[list[str], list[Tree]]:
    """(the inputs, one tree for each output) of an equation such as "f(x) = x * tanh(x)".

    Example:
        >>> tree("f(x) = x if x > 0 else alpha * x")
        (['x'], [['if', ['>', 'x', 0], 'x', ['*', 'alpha', 'x']]])
    """
    left, _, right = equation.partition(" = ")
    call, body = (ast.parse(side, mode="eval").body for side in (left, right))
    assert isinstance(call, ast.Call)
    outputs = body.elts if isinstance(body, ast.Tuple) else [body]
    return [argument.id for argument in call.args if isinstance(argument, ast.Name)], [_tree(output) for output in outputs]


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
            return [_OPERATORS[type(op)], _tree(left), _tree(right)]
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return ["if", _tree(test), _tree(body), _tree(orelse)]
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            sides = [left, *comparators]
            pairs = [[_COMPARISONS[type(op)], _tree(a), _tree(b)] for op, a, b in zip(ops, sides[:-1], sides[1:], strict=True)]
            return pairs[0] if len(pairs) == 1 else ["and", *pairs]
        case ast.Subscript(value=value, slice=ast.Constant(value=index)):
            return ["at", _tree(value), index]
        case ast.Call(func=ast.Name(id=name), args=args):
            return [name, *map(_tree, args)]
        case _:
            return [_tree(part) for part in node.values] if isinstance(node, ast.BoolOp) else node.value  # a truth value by its name


def mathml(equation: str) -> str:
    """The equation as MathML, which browsers typeset without a library."""
    left, _, right = equation.partition(" = ")
    call, body = (ast.parse(side, mode="eval").body for side in (left, right))
    outputs = body.elts if isinstance(body, ast.Tuple) else [body]
    shown = "<mo>,</mo>".join(_math(output) for output in outputs)
    assert isinstance(call, ast.Call)
    inputs = "<mo>,</mo>".join(_math(argument) for argument in call.args)
    return f'<math display="block"><mi>f</mi><mo>(</mo>{inputs}<mo>)</mo><mo>=</mo>{shown}</math>'


def _math(node: ast.AST, binds: int = 0) -> str:
    """MathML of an expression, in parentheses if the operation around it binds more tightly."""
    match node:
        case ast.Constant(value=value):
            return f"<mtext>{value}</mtext>" if isinstance(value, str) else f"<mn>{value}</mn>"
        case ast.Name(id="inf"):
            return "<mi>∞</mi>"
        case ast.Name(id=name):
            return f"<mi>{GREEK[name]}</mi>" if name in GREEK else _name(name)
        case ast.UnaryOp(operand=operand):
            return _grouped(f"<mo>−</mo>{_math(operand, 2)}", binds > 1)
        case ast.BinOp(op=ast.Div(), left=left, right=right):
            return f"<mfrac><mrow>{_math(left)}</mrow><mrow>{_math(right)}</mrow></mfrac>"
        case ast.BinOp(op=ast.Pow(), left=left, right=right):
            return f"<msup><mrow>{_math(left, 5)}</mrow><mrow>{_math(right)}</mrow></msup>"
        case ast.BinOp(left=left, op=op, right=right):
            sign = _OPERATORS[type(op)]
            shown = {"+": "<mo>+</mo>", "-": "<mo>−</mo>", "*": "<mo>⁢</mo>"}[sign]
            if sign == "*" and _is_number(right):
                shown = "<mo>·</mo>"
            text = _math(left, _BINDS[sign]) + shown + _math(right, _BINDS[sign] + (sign == "-"))
            return _grouped(text, _BINDS[sign] < binds)
        case ast.IfExp():
            return _cases(node)
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            signs = {"<": "&lt;", "<=": "≤", ">": "&gt;", ">=": "≥", "==": "="}
            tail = "".join(f"<mo>{signs[_COMPARISONS[type(op)]]}</mo>{_math(side)}" for op, side in zip(ops, comparators, strict=True))
            return _math(left) + tail
        case ast.Subscript(value=value, slice=index):
            return f"<msub><mrow>{_math(value)}</mrow><mrow>{_math(index)}</mrow></msub>"
        case ast.Call(func=ast.Name(id=name), args=args):
            return _call(name, args)
        case _:
            raise ValueError(f"{ast.unparse(node)} is not in the grammar of formulas.")


def _name(name: str) -> str:
    return f'<mi{"" if len(name) == 1 else " mathvariant=normal"}>{name.replace("_", " ")}</mi>'.replace("=normal", '="normal"')


def _is_number(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and _is_number(node.left))


def _grouped(text: str, is_needed: bool) -> str:
    return f"<mrow><mo>(</mo>{text}<mo>)</mo></mrow>" if is_needed else text


def _cases(node: ast.IfExp) -> str:
    """A brace, with one line for each case."""
    rows, rest = [], node
    while isinstance(rest, ast.IfExp):
        rows.append(f"<mtr><mtd>{_math(rest.body)}</mtd><mtd><mtext>if </mtext>{_math(rest.test)}</mtd></mtr>")
        rest = rest.orelse
    rows.append(f"<mtr><mtd>{_math(rest)}</mtd><mtd><mtext>else</mtext></mtd></mtr>")
    return f'<mrow><mo>{{</mo><mtable columnalign="left">{"".join(rows)}</mtable></mrow>'


def _call(name: str, args: list[ast.expr]) -> str:
    inner = [_math(argument) for argument in args]
    if name == "sqrt":
        return f"<msqrt>{inner[0]}</msqrt>"
    if name == "exp":
        return f"<msup><mi>e</mi><mrow>{inner[0]}</mrow></msup>"
    if name == "abs":
        return f"<mrow><mo>|</mo>{inner[0]}<mo>|</mo></mrow>"
    if name == "sum":
        return f"<mrow><mo>∑</mo>{_math(args[0], 2)}</mrow>"
    return f'<mrow><mi mathvariant="normal">{name}</mi><mo>(</mo>{"<mo>,</mo>".join(inner)}<mo>)</mo></mrow>'
