"""The gallery: one page without a network, made of the files beside this one."""

import html
import json
import os
from pathlib import Path

from ...core import arguments
from .data import data

FOLDER = Path(__file__).parent
STYLES = ("page.css", "grid.css", "detail.css", "chart.css")
SCRIPTS = (
    *("jets.js", "interpreter.js", "numbers.js", "calls.js", "state.js", "sampling.js"),
    *("chart.js", "filters.js", "grid.js", "sliders.js", "code.js", "account.js", "detail.js", "page.js"),
)


def gallery(path: "str | os.PathLike[str]", *, overwrite: bool = False) -> Path:
    """Write a page about every activation: curves to look at, parameters to move, code to copy.

    The page is one file of HTML and needs no network. It evaluates the formulas itself. It is the same with every backend.

    Args:
        path: Where to write it, such as "gallery.html".
        overwrite: Whether to write over a file that exists. Default False.

    Returns:
        The path.

    Raises:
        FileExistsError: if the file exists and overwrite is False.

    Example:
        >>> gallery("gallery.html")  # doctest: +SKIP
        PosixPath('gallery.html')
    """
    target = Path(path)
    if target.exists() and not arguments.flag("overwrite", overwrite):
        raise FileExistsError(f"{target} exists. Nothing was written. Choose another name, or allow to overwrite it.")
    target.write_text(page(), encoding="utf-8")
    return target


def page() -> str:
    """The text of the page."""
    known = data()
    return (
        (FOLDER / "page.html")
        .read_text(encoding="utf-8")
        .replace("{{version}}", html.escape(known["version"]))
        .replace("{{count}}", str(len(known["activations"])))
        .replace("{{style}}", _joined(STYLES))
        .replace("{{data}}", as_script(known))
        .replace("{{script}}", _joined(SCRIPTS))
    )


def as_script(value: object) -> str:
    """JSON that may stand in an element of HTML: no tag or comment can begin or end in it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c").replace("\u2028", "\\u2028")


def _joined(names):
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in names)
