"""Find dead links in the built site: `python -m lab.site.links FOLDER`.

Every href and src that stays inside of the site must lead to a file, and a fragment to an element with that id or name. External links are
not looked at, so that the answer depends on the site alone.
"""

import sys
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LINKS = {"href", "src", "poster", "data-src"}
ANCHORS = {"id", "name"}
BY_SCRIPT = {"gallery.html"}
"""Pages whose fragments are read by their own program."""


class _Page(HTMLParser):
    """The links of a page, and what its fragments may be."""

    def __init__(self):
        super().__init__()
        self.links: list[tuple[int, str]] = []
        self.anchors = {"", "top"}
        self.loads: list[tuple[int, str]] = []

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if value and name in LINKS:
                self.links.append((self.getpos()[0], value))
                if tag in ("script", "link", "img", "iframe", "source"):
                    self.loads.append((self.getpos()[0], value))
            elif value and name in ANCHORS:
                self.anchors.add(value)


@cache
def read(file: Path) -> _Page:
    """A page, parsed once."""
    page = _Page()
    page.feed(file.read_text(encoding="utf-8"))
    return page


def dead(folder: Path) -> Iterator[str]:
    """ "file:line: link" for each link that leads nowhere, and each file that a page would load from a network."""
    folder = folder.resolve()
    for file in sorted(folder.rglob("*.html")):
        page = read(file)
        yield from (f"{file.relative_to(folder)}:{line}: {link}" for line, link in page.links if not _leads(folder, file, link))
        yield from (f"{file.relative_to(folder)}:{line}: loads {link}" for line, link in page.loads if _is_external(link))


def _is_external(link):
    parts = urlsplit(link)
    return bool(parts.netloc) and parts.scheme in ("http", "https", "")


def _leads(folder, file, link):
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return True
    path = unquote(parts.path)
    start = folder if path.startswith("/") else file.parent
    target = (start / path.lstrip("/")).resolve() if path else file
    target = target / "index.html" if target.is_dir() else target
    if not target.is_file() or not target.is_relative_to(folder):
        return False
    is_fixed = target.suffix == ".html" and target.name not in BY_SCRIPT
    return not is_fixed or unquote(parts.fragment) in read(target).anchors


def main(folder: str) -> int:
    """Print the dead links, and return the exit code."""
    pages = len(list(Path(folder).rglob("*.html")))
    if not pages:
        print(f"There is no page in {folder}. Build the site first: make docs.")
        return 1
    found = list(dead(Path(folder)))
    print(*found, f"{len(found)} dead links in {pages} pages.", sep="\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
