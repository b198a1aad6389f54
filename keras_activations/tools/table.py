"""A table as plain text."""

from collections.abc import Iterable, Sequence


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
