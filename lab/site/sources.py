"""The pages that people write, as the site needs them: links to files outside of docs/ lead to their pages, or are words alone."""

import os
import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
OUTSIDE = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
"""Files of the root that are pages of the site."""

_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)#:\s]+)(#[^)\s]*)?\)")


def copy(target: Path) -> None:
    """Write docs/ and the pages of the root into a folder."""
    shutil.copytree(DOCS, target, ignore=shutil.ignore_patterns("*.md"), dirs_exist_ok=True)
    for file in sorted(DOCS.rglob("*.md")):
        page = target / file.relative_to(DOCS)
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(with_links(file.read_text(), file.parent, page.parent, target))
    for name, page in OUTSIDE.items():
        (target / page).write_text(with_links((ROOT / name).read_text(), ROOT, target, target))


def with_links(text: str, folder: Path, here: Path, target: Path) -> str:
    """A page whose links are those of the site.

    Args:
        text: The page as it was written.
        folder: The folder of the file.
        here: The folder of its page.
        target: The folder of all pages.
    """

    def moved(link):
        words, address, fragment = link.groups()
        file = (folder / address).resolve()
        if file.is_relative_to(DOCS):
            page = target / file.relative_to(DOCS)
        elif file.parent == ROOT and file.name in OUTSIDE:
            page = target / OUTSIDE[file.name]
        elif file.parent == ROOT / "examples":  # a script has the page of its notebook
            page = target / "examples" / ("index.md" if file.name == "README.md" else f"{file.stem}.md")
        else:
            return words if "`" in words else f"`{file.relative_to(ROOT)}`" if file.exists() else link.group()
        return f"[{words}]({Path(os.path.relpath(page, here)).as_posix()}{fragment or ''})"

    return "".join(part if code else _LINK.sub(moved, part) for part, code in _split(text))


def _split(text):
    """(part, whether it is code) of a page."""
    parts = re.split(r"(^```.*?^```$)", text, flags=re.DOTALL | re.MULTILINE)
    return [(part, part.startswith("```")) for part in parts]
