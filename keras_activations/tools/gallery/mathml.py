"""Formulas of docstrings as MathML, which browsers typeset without a library."""

import ast
from collections.abc import Collection
from html import escape

from .formulas import COMPARISONS, OPERATORS, parsed

_NAMES = ("alpha", "beta", "gamma", "delta", "theta", "epsilon", "mu", "sigma", "omega", "tau", "pi")
GREEK: dict[str, str] = dict(zip(_NAMES, "αβγδθεμσωτπ", strict=True))

SIGNS = {"<": "&lt;", "<=": "≤", ">": "&gt;", ">=": "≥", "==": "="}
_SUM, _PRODUCT, _POWER = 1, 2, 4  # how tightly an operation binds
_BINDS = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "**": _POWER}
_REDUCTIONS = {"sum": "∑", "mean": "mean", "max": "max"}


def mathml(equation: str, rows: Collection[str] = ()) -> str:
    """An equation as MathML.

    Args:
        equation: The equation, such as "f(x) = x * tanh(x)".
        rows: The names that are rows of numbers. Inside a sum they have the index j, and elsewhere i.

    Example:
        >>> mathml("f(x) = x**2")
        '<math display="block"><mrow><mi>f</mi><mo>(</mo><mi>x</mi><mo>)</mo></mrow><mo>=</mo><msup><mi>x</mi><mn>2</mn></msup></math>'
    """
    inputs, outputs = parsed(equation)
    write = _Writer(rows)
    shown = '<mo>,</mo><mspace width="0.6em"></mspace>'.join(write(output) for output in outputs)
    arguments = "<mo>,</mo>".join(_letter(ast.unparse(argument)) for argument in inputs)
    # Parentheses grow with what is beside them in their row.
    call = f"<mrow><mi>f</mi><mo>(</mo>{arguments}<mo>)</mo></mrow>"
    call = f"<msub>{call}<mi>i</mi></msub>" if write.has_free_index else call
    return f'<math display="block">{call}<mo>=</mo>{shown}</math>'


class _Writer:
    """Writes an expression.

    Args:
        rows: The names that are rows of numbers.
    """

    def __init__(self, rows):
        self.rows, self.index, self.has_free_index = rows, "i", False

    def __call__(self, node: ast.AST, binds: int = 0) -> str:
        """MathML of an expression, in parentheses if the operation around it binds more tightly."""
        match node:
            case ast.Constant(value=str(text)):
                return f"<mtext>{escape(text)}</mtext>"
            case ast.Constant(value=number):
                return f"<mn>{_number(number)}</mn>"
            case ast.Name(id=name):
                return self._name(name)
            case ast.UnaryOp(operand=operand):
                return _grouped(f"<mo>&#8722;</mo>{self(operand, _PRODUCT)}", binds > _PRODUCT)
            case ast.BinOp(op=ast.Div(), left=left, right=right):
                return _grouped(f"<mfrac>{_row(self(left))}{_row(self(right))}</mfrac>", binds > _POWER)
            case ast.BinOp(op=ast.Pow(), left=left, right=right):
                return _grouped(f"<msup>{_row(self(left, _POWER + 1))}{_row(self(right))}</msup>", binds > _POWER)
            case ast.BinOp(left=left, op=op, right=right):
                return self._operation(OPERATORS[type(op)], left, right, binds)
            case ast.IfExp():
                return _grouped(self._cases(node), binds > 0)
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                pairs = zip(ops, comparators, strict=True)
                return self(left) + "".join(f"<mo>{SIGNS[COMPARISONS[type(op)]]}</mo>{self(side)}" for op, side in pairs)
            case ast.Subscript(value=ast.Name(id=name), slice=index):
                return f"<msub>{_letter(name)}{self(index)}</msub>"
            case ast.Call(func=ast.Name(id=name), args=args):
                return self._call(name, args, binds)
        raise ValueError(f"{ast.unparse(node)!r} is not in the grammar of formulas.")

    def _name(self, name):
        if name not in self.rows:
            return _letter(name)
        self.has_free_index |= self.index == "i"
        return f"<msub>{_letter(name)}<mi>{self.index}</mi></msub>"

    def _operation(self, sign, left, right, binds):
        shown = {"+": "<mo>+</mo>", "-": "<mo>&#8722;</mo>", "*": "<mo>&#8290;</mo>"}[sign]  # the last is an invisible times
        if sign == "*" and _begins_with_a_number(right):
            shown = "<mo>·</mo>"
        elif sign == "*" and (_is_word(left) or _is_word(right)):
            shown += '<mspace width="0.2em"></mspace>'
        binds_more = sign == "-" or isinstance(right, ast.UnaryOp)
        text = self(left, _BINDS[sign]) + shown + self(right, _BINDS[sign] + binds_more)
        return _grouped(text, _BINDS[sign] < binds)

    def _cases(self, node):
        """A brace, with one line for each case."""
        lines, rest = [], node
        while isinstance(rest, ast.IfExp):
            lines.append(f"<mtr><mtd>{self(rest.body)}</mtd><mtd><mtext>if&#160;</mtext>{self(rest.test)}</mtd></mtr>")
            rest = rest.orelse
        lines.append(f"<mtr><mtd>{self(rest)}</mtd><mtd><mtext>else</mtext></mtd></mtr>")
        return f'<mrow><mo>{{</mo><mtable columnalign="left">{"".join(lines)}</mtable></mrow>'

    def _call(self, name, args, binds):
        if name in _REDUCTIONS and len(args) == 1:
            return _grouped(self._reduced(name, args[0]), binds > _PRODUCT or (binds == _PRODUCT and name == "sum"))
        if name == "polynomial":
            power = f"<msup>{_row(self(args[0], _POWER + 1))}<mi>j</mi></msup>"
            return _grouped(f"{_under('<mo>∑</mo>', 0)}{self._inside(args[1])}{power}", binds >= _PRODUCT)
        if name == "index":
            return "<mi>j</mi>"
        inner = [self(argument) for argument in args]
        if name == "sqrt":
            return f"<msqrt>{inner[0]}</msqrt>"
        if name == "abs":
            return f"<mrow><mo>|</mo>{inner[0]}<mo>|</mo></mrow>"
        if name == "exp":
            return _grouped(f"<msup><mi>e</mi>{_row(inner[0])}</msup>", binds > _POWER)
        shown = f'<mi mathvariant="normal">{name}</mi><mo>(</mo>{"<mo>,</mo>".join(inner)}<mo>)</mo>'
        return _grouped(shown, True) if binds > _POWER else _row(shown)

    def _reduced(self, name, argument):
        sign = f"<mo>{_REDUCTIONS[name]}</mo>" if name == "sum" else f'<mi mathvariant="normal">{name}</mi>'
        counts = any(isinstance(part, ast.Name) and part.id == "index" for part in ast.walk(argument))
        return _under(sign, 1 if counts else None) + self._inside(argument, _PRODUCT)

    def _inside(self, node, binds=0):
        """An expression under a sum."""
        before, self.index = self.index, "j"
        text = self(node, binds)
        self.index = before
        return text


def _under(sign, first):
    """A sign with the index j under it, and where it counts, with the first number."""
    start = "<mi>j</mi>" if first is None else f"<mrow><mi>j</mi><mo>=</mo><mn>{first}</mn></mrow>"
    return f"<munder>{sign}{start}</munder>"


def _letter(name):
    if name in GREEK or len(name) == 1:
        return f"<mi>{GREEK.get(name, name)}</mi>"
    if name == "inf":
        return "<mi>∞</mi>"
    stem, _, index = name.rpartition("_")
    if stem in GREEK and len(index) == 1:
        return f"<msub><mi>{GREEK[stem]}</mi><mi>{index}</mi></msub>"
    if len(name) == 2 and name[1].isdigit():
        return f"<msub><mi>{name[0]}</mi><mn>{name[1]}</mn></msub>"
    return f'<mi mathvariant="normal">{escape(name)}</mi>'


def _is_word(node):
    """Whether the letters of a word would touch what is beside them."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id not in ("exp", "sqrt", "abs")
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return _is_word(node.right)
    return isinstance(node, ast.Name) and len(node.id) > 2 and node.id not in GREEK


def _number(value):
    """At most six digits of a number. Dots say that there are more."""
    short = f"{value:.6g}"
    return short if float(short) == value else f"{short}…"


def _begins_with_a_number(node):
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Pow)):
        return _begins_with_a_number(node.left)
    return isinstance(node, ast.Constant)


def _row(text):
    """One element, as the parts of fractions and powers must be."""
    tag = text[1 : text.find(">")].partition(" ")[0]
    is_one = text.endswith(f"</{tag}>") and text.count(f"<{tag}") == 1
    return text if is_one else f"<mrow>{text}</mrow>"


def _grouped(text, is_needed):
    return f"<mrow><mo>(</mo>{text}<mo>)</mo></mrow>" if is_needed else text
