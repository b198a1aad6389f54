"""Write the files that are generated from the catalogue: `make api`.

* `tests/data/promises.json`: classes, arguments, defaults and names. An entry of this file stays. The diff shows every change.
* `docs/catalogue.md`: every activation.
* docs/export.md: a row "not measured yet" for each new activation.
"""

import importlib
import json
import re
from pathlib import Path

import keras_activations as ka
from keras_activations.catalogue.entry import call

ROOT = Path(__file__).resolve().parents[1]
PROMISES, CATALOGUE = ROOT / "tests" / "data" / "promises.json", ROOT / "docs" / "catalogue.md"
EXPORT = ROOT / "docs" / "export.md"

# These arguments say how parameters are learned. They are the same for every activation, and the documentation explains them once.
TOLD_ELSEWHERE = {"per", "channels", "shared_axes", "regularizer", "constraint"}


def promises():
    """The public names and defaults that users rely on, as JSON data."""
    entries = ka.catalogue().values()

    def written(value, entry):
        return "required" if value is entry.required else value

    found = {
        "classes": {e.cls.__name__: {name: written(value, e) for name, value in e.arguments.items()} for e in entries},
        "names": {name: e.name for e in entries for name in e.aliases},
        "presets": {name: [e.name, arguments] for e in entries for name, arguments in e.presets.items()},
        "libraries": ka.libraries(),
        "functions": sorted(name for name in ka.__all__ if not isinstance(getattr(ka, name), type)),
    }
    return json.loads(json.dumps(found))


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


def by_family():
    """(module, title, description, entries) of each family."""
    families = {}
    for entry in ka.catalogue().values():
        families.setdefault(entry.family, []).append(entry)
    for family in sorted(families):
        module = importlib.import_module(f"keras_activations.families.{family}")
        title, _, what = module.__doc__.strip().splitlines()[0].partition(": ")
        yield family, title, f"{what[0].upper()}{what[1:]}", families[family]


def page():
    """The text of docs/catalogue.md."""
    parts = ["# The catalogue", "", "<!-- Written by `make api`, not by hand. -->", "", INTRODUCTION, ""]
    for _, title, what, entries in by_family():
        parts += [f"## {title}", "", what, ""]
        parts += ["| name | what it computes | arguments | further names | source |", "|---|---|---|---|---|", *map(row, entries), ""]
    parts += ["## Presets", "", "Names of other libraries that mean one of these with certain arguments.", ""]
    presets = {name: (entry.name, arguments) for entry in ka.catalogue().values() for name, arguments in entry.presets.items()}
    parts += ["| name | activation |", "|---|---|", *(f"| `{name}` | `{call(*presets[name])}` |" for name in sorted(presets))]
    parts += ["", "## Defaults of other libraries", "", 'Where they differ from those above: `get("leaky_relu", like="torch")`.', ""]
    parts += ["| library | name | activation |", "|---|---|---|"]
    parts += [f"| `{library}` | `{name}` | `{what}` |" for library, table in ka.libraries().items() for name, what in table.items()]
    return "\n".join([*parts, ""])


INTRODUCTION = """`get("name")` takes any spelling (`leaky_relu`, `LeakyReLU`, `leaky-relu`), and `ka.LeakyReLU(...)` is the class. Every
activation also takes `kernel`, `name`, `dtype`, `trainable` and `activity_regularizer`. `ka.catalogue()` has all of this as data, and
`print(ka.catalogue()["gelu"])` shows a card.

In an activation along an axis, `x` in the formula is the row along it. Where there is no formula, the table says what is computed.
Short names that mean different functions in different libraries (`frelu`, `srelu`, `brelu` ...) are refused with the choices."""


def with_every_row(text):
    """The text of docs/export.md with a row for every activation. A new row says "not measured yet". `make export` fills it."""
    start = text.index("## Every activation")
    before, lines = text[:start], text[start:].splitlines()
    first = next(index for index, line in enumerate(lines) if line.startswith("| `"))
    end = next((index for index in range(first, len(lines)) if not lines[index].startswith("| `")), len(lines))
    rows = {line.split("`")[1]: line for line in lines[first:end]}
    measured = {name.partition("(")[0] for name in rows}
    rows |= {name: f"| `{name}`" + " | not measured yet" * lines[first].count(" | ") + " |" for name in ka.catalogue().keys() - measured}
    rows = dict(sorted(rows.items()))
    return before + "\n".join([*lines[:first], *rows.values(), *lines[end:]]) + "\n"


def written():
    """{file: the text that it should have}"""
    return {
        PROMISES: json.dumps(promises(), indent=1) + "\n",
        CATALOGUE: page(),
        EXPORT: with_every_row(EXPORT.read_text()),
    }


if __name__ == "__main__":
    for file, text in written().items():
        file.write_text(text)
        print(file.relative_to(ROOT))
