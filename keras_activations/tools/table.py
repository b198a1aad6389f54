"""A table as plain text."""

from collections.abc import Iterable, Sequence


class Printed:
    """Data that shows itself at a prompt and in a notebook as it prints."""

    def __repr__(self) -> str:
        return str(self)


def counted(number: int, noun: str) -> str:
    """Such as "1 place" and "2 places"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The rows under the header, in columns as wide as their longest cell.

    Example:
        >>> print(table(["path", "role"], [["dense:activation", "hidden"]]))
        path              role
        dense:activation  hidden
    """
    lines = [header, *rows]
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines)
