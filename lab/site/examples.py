"""A page of each executed notebook, and one about all of them. A notebook is shown as it was executed, and never run here."""

import html
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbconvert import MarkdownExporter

from .sources import ROOT, with_links

NOTEBOOKS = ROOT / "examples" / "notebooks"
NONE_YET = "There is no executed notebook yet."


@dataclass(frozen=True)
class Example:
    """The page of a notebook.

    Args:
        name: The name of the notebook, without its suffix.
        title: Its first heading.
        summary: The first sentence of its text.
        text: The page, in Markdown.
        pictures: {file name: content}.
    """

    name: str
    title: str
    summary: str
    text: str
    pictures: dict[str, bytes]


def example(file: Path) -> Example:
    """The page of one notebook.

    Raises:
        ValueError: if the notebook has no heading, or was not executed.
    """
    notebook = nbformat.read(file, as_version=4)
    if not any(cell.get("outputs") for cell in notebook.cells):
        raise ValueError(f"{file.name} has no outputs. Execute it, and save it with its outputs.")
    prose = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    heading = re.search(r"^# (.+)$", prose, re.MULTILINE)
    if not heading:
        raise ValueError(f"{file.name} has no heading. Begin its first cell with '# ' and a title.")
    after = prose[heading.end() :].strip().split("\n\n")[0]
    # Colours of the terminal are signs of control in a page.
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "text" in output:
                output["text"] = re.sub(r"\x1b\[[0-9;]*m", "", output["text"])
    notebook.metadata.setdefault("language_info", {"name": "python"})
    body, resources = MarkdownExporter().from_notebook_node(notebook)
    pictures = {f"{file.stem}-{name}": content for name, content in resources["outputs"].items()}
    for name in resources["outputs"]:
        body = body.replace(f"]({name})", f"]({file.stem}-{name})")
    body = re.sub(r"!\[png\]\(", f"![{heading.group(1)}](", body)
    download = f"[Download the notebook]({file.name}){{ .md-button download={file.name} }}"
    return Example(file.stem, heading.group(1), _first_sentence(after), f"{body.strip()}\n\n{download}\n", pictures)


def examples(folder: Path = NOTEBOOKS) -> list[Example]:
    """The pages of all notebooks."""
    return [example(file) for file in sorted(folder.glob("*.ipynb"))]


def write(target: Path, folder: Path = NOTEBOOKS) -> None:
    """Write the pages, the pictures, the notebooks to download, the overview and the navigation."""
    target.mkdir(parents=True, exist_ok=True)
    found = examples(folder)
    for one in found:
        # A notebook is made of the script beside its folder, and so are its links.
        (target / f"{one.name}.md").write_text(with_links(one.text, folder.parent, target, target.parent))
        shutil.copy(folder / f"{one.name}.ipynb", target)
        for name, content in one.pictures.items():
            (target / name).write_bytes(content)
    (target / "index.md").write_text(overview(found))
    (target / ".nav.md").write_text("\n".join(["* [Examples](index.md)", *(f"* [{one.title}]({one.name}.md)" for one in found)]) + "\n")


def overview(found: list[Example]) -> str:
    """The page about all examples, in Markdown."""
    tiles = "".join(_tile(one) for one in found)
    body = f'<div class="examples">{tiles}</div>' if found else NONE_YET
    return f"# Examples\n\nEach is a program of less than a minute, shown with what it printed and drew.\n\n{body}\n"


def _tile(one):
    picture = next(iter(one.pictures), None)
    shown = f'<img src="{picture}" alt="" loading="lazy">' if picture else ""
    return f'<a href="{one.name}.html">{shown}<strong>{html.escape(one.title)}</strong><span>{html.escape(one.summary)}</span></a>'


def _first_sentence(paragraph):
    """The first sentence, without the marks of Markdown."""
    words = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", " ".join(paragraph.split())).replace("`", "").replace("*", "")
    return re.split(r"(?<=[.?]) ", words, maxsplit=1)[0]
