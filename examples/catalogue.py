"""Print the catalogue of activations as Markdown, by family: the tables of README.md, which `make readme` brings up to date."""

import importlib
import re
import sys
from pathlib import Path

import keras_activations as ka
from keras_activations.catalogue import presets

README = Path(__file__).parents[1] / "README.md"
MARKS = "<!-- The catalogue, written by `make readme`. -->\n", "<!-- The end of the catalogue. -->\n"

# How parameters are learned is the same for every activation, and is told once.
TOLD_ELSEWHERE = {"per", "channels", "shared_axes", "regularizer", "constraint"}


def row(entry):
    computes = entry.formula.removeprefix("f(x) = ") if entry.formula else None
    hidden = TOLD_ELSEWHERE | ({"axis"} if issubclass(entry.cls, ka.Learned) else set())
    arguments = ", ".join(
        name if default is entry.required else f"{name}={default!r}" for name, default in entry.arguments.items() if name not in hidden
    )
    link = re.search(r"https?://[^\s,]+", entry.reference)
    year = re.search(r"\b(19|20)\d\d\b", entry.reference)
    cells = [
        f"`{entry.name}`",
        f"`{computes}`" if computes else entry.summary,
        arguments and f"`{arguments}`",
        ", ".join(f"`{alias}`" for alias in entry.aliases),
        link and f"[{year.group() if year else 'link'}]({link.group().rstrip('.,;')})",
    ]
    return "| " + " | ".join(cell or "" for cell in cells).replace("||", "or") + " |"


def call(name, arguments):
    return f"{name}({', '.join(f'{key}={value!r}' for key, value in arguments.items())})"


def markdown():
    families = {}
    for entry in ka.catalogue().values():
        families.setdefault(entry.family, []).append(entry)
    parts = []
    for family in sorted(families):
        module = importlib.import_module(f"keras_activations.families.{family}")
        title, _, what = module.__doc__.strip().splitlines()[0].partition(": ")
        parts += [f"### {title}", "", f"{what[0].upper()}{what[1:]}", ""]
        parts += [
            "| name | what it computes | arguments | further names | source |",
            "|---|---|---|---|---|",
            *map(row, families[family]),
            "",
        ]
    parts += ["### Presets", "", "Names of other libraries that mean one of these with certain arguments.", ""]
    parts += ["| name | activation |", "|---|---|"]
    parts += [f"| `{name}` | `{call(*meaning)}` |" for name, meaning in sorted((presets.PRESETS | presets.VARIANTS).items())]
    parts += ["", "### Defaults of other libraries", "", 'Where they differ from those above: `get("leaky_relu", like="torch")`.', ""]
    parts += ["| library | name | activation |", "|---|---|---|"]
    for library, table in sorted(presets.LIKE.items()):
        parts += [f"| `{library}` | `{name}` | `{call(*meaning)}` |" for name, meaning in sorted(table.items())]
    return "\n".join([*parts, ""])


def updated(text):
    """The text of the README with the catalogue of now."""
    before, _, rest = text.partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    return before + MARKS[0] + "\n" + markdown() + "\n" + MARKS[1] + after


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        README.write_text(updated(README.read_text()))
    else:
        print(markdown())
