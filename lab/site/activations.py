"""A page about each activation, and one about all of them, by family. Everything on them is data of the catalogue and the tools."""

import functools
import html
import re
from typing import Any

import keras

import keras_activations as ka
from keras_activations.catalogue.entry import call
from keras_activations.tools.curves import written
from keras_activations.tools.gallery.data import activation
from keras_activations.tools.gallery.parameters import argument_texts

from ..api import TOLD_ELSEWHERE, by_family
from .curves import drawn, svg
from .equivalents import equivalents
from .neighbours import EQUAL, kind, neighbours

WORDS = {
    "zero_centered": "zero-centered",
    "never_dead": "never dead",
    "within_budget": "within its accuracy budget",
}
TITLES = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "torch"}


@functools.cache
def known(name: str) -> dict[str, Any]:
    """What the gallery shows of an activation."""
    return activation(ka.catalogue()[name])


def page(entry) -> str:
    """The page of an activation, in Markdown."""
    parts = {
        "": _head(entry),
        "Code": _code(entry),
        "Example": _example(entry),
        "Arguments": _arguments(entry),
        "Card": _card(entry),
        "Accuracy and cost": _measured(entry),
        "Names": _names(entry),
        "Reference": linked(entry.reference),
        "Neighbours": _neighbours(entry),
    }
    sections = [f"## {title}\n\n{text}" if title else text for title, text in parts.items() if text]
    return (
        "\n\n".join([f"---\ntitle: {entry.name}\ndescription: {_quoted(plain(entry.summary))}\n---", f"# {entry.name}", *sections]) + "\n"
    )


def _head(entry):
    found = known(entry.name)
    words = [WORDS.get(name, name) for name in found["has"]] + ["may stand in a host" if found["host"] else "a layer of its own"]
    titles = {family: title for family, title, *_ in by_family()}
    family = f"[{titles[entry.family]}](index.md#{anchor(titles[entry.family])})"
    facts = " · ".join([f"`ka.{entry.cls.__name__}`", family, *([str(found["year"])] if found["year"] else [])])
    chips = "".join(f"<li>{word}</li>" for word in words)
    what = ["the function", "its derivative in dashes"] + ["circles at its corners"] * bool(drawn(entry.name).corners)
    note = f" Drawn: {found['note']}." if found["note"] else ""
    caption = f"{_joined(what).capitalize()}.{note}"
    return "\n\n".join(
        part
        for part in [
            f"{facts}\n{{ .facts }}",
            entry.summary,
            f'<figure class="plot" data-search-exclude>{svg(entry.name, 640, 360, ticks=True)}<figcaption>{caption}</figcaption></figure>',
            found["math"] and f'<div class="formula" data-search-exclude>{found["math"]}</div>',
            f'<ul class="chips">{chips}</ul>',
            _prose(entry),
            f"[Move its parameters in the gallery](../gallery.html#view={entry.name})" + "{ .md-button }",
        ]
        if part
    )


def _prose(entry):
    """The paragraphs of the docstring between the summary and its sections, without the formula, which is typeset."""
    text = re.split(r"^(?:Args|Example|Reference|Returns|Raises|Attributes|Note):\n", entry.description, flags=re.MULTILINE)[0]
    paragraphs = [paragraph.strip() for paragraph in text.split("\n\n")[1:]]
    return "\n\n".join(paragraph for paragraph in paragraphs if not paragraph.startswith("``f("))


def snippets(entry) -> dict[str, str]:
    """Code to copy, by what it is."""
    layer = f"ka.{entry.layer()!r}" if entry.cls.samples[0] else f"ka.{entry.cls.__name__}()"
    made = {
        "Layer": f"x = {layer}(x)",
        "activation=": f"keras.layers.Dense(64, activation={layer})" if entry.may_stand_in_a_host else "",
        "String": f'ka.get("{written(entry.layer())}")',
        **{TITLES[library]: f"y = {code}" for library, code in equivalents(entry).items()},
    }
    return {title: code for title, code in made.items() if code}


def _code(entry):
    imports = {"torch": "import torch", "JAX": "import jax"}
    tabs = []
    for title, code in snippets(entry).items():
        first = imports.get(title, "import keras\nimport keras_activations as ka" if "keras." in code else "import keras_activations as ka")
        body = f"```python\n{first}\n\n{code}\n```"
        tabs.append(f'=== "{title}"\n\n' + "\n".join(f"    {line}" if line else "" for line in body.splitlines()))
    return "\n\n".join(tabs)


def _example(entry):
    """The example of the docstring, which the tests run."""
    found = re.search(r"^Example:\n((?:    .*\n?|\n)+)", entry.description, re.MULTILINE)
    if not found:
        return ""
    lines = [line[4:] for line in found.group(1).rstrip().splitlines()]
    return "```pycon\n" + "\n".join(line.replace("  # doctest: +SKIP", "") for line in lines) + "\n```"


def _arguments(entry):
    texts = argument_texts(entry.description)
    own = {name: default for name, default in entry.arguments.items() if name in texts}
    rows = [
        f"| `{name}` | {'required' if default is entry.required else f'`{default!r}`'} | {cell(texts[name])} |"
        for name, default in own.items()
    ]
    table = "\n".join(["| argument | default | meaning |", "|---|---|---|", *rows]) + "\n\n" if rows else ""
    learning = [name for name in entry.arguments if name not in own and name in TOLD_ELSEWHERE | {"axis", "seed"}]
    how = f"How parameters are learned, by {_listed(learning)}, is told by [Learned][keras_activations.Learned]. " if learning else ""
    other = "`kernel`, `name`, `dtype`, `trainable` and `activity_regularizer`"
    return f"{table}{how}Every activation takes {other}: see [Activation][keras_activations.Activation]."


def _card(entry):
    rows = [f"| {label} | {cell(text)} |" for label, text in known(entry.name)["card"] if label != "accuracy"]
    note = known(entry.name)["note"]
    about = f"The numbers are about this: {note}.\n\n" if note else ""
    advice = [f"Use it {linked(text)}." for text in known(entry.name)["use"]] + [
        f"Avoid it {linked(text)}." for text in known(entry.name)["avoid"]
    ]
    listed = "\n".join(f"* {sentence}" for sentence in advice)
    return f"{about}| property | value |\n|---|---|\n" + "\n".join(rows) + (f"\n\n{listed}" if advice else "")


def _measured(entry):
    found = known(entry.name)
    if found["accuracy"]:
        head = "| dtype | value | gradient | second derivative | not finite |\n|---|---|---|---|---|\n"
        rows = [f"| {dtype} | {' | '.join(f'{number:.3g}' for number in errors)} |" for dtype, errors in found["accuracy"].items()]
        accuracy = (
            'Outside its budget, which [Accuracy](../accuracy.md) explains. The worst errors with `kernel="fallback"`, of all samples of '
            "arguments, in units in the last place:\n\n" + head + "\n".join(rows)
        )
    else:
        accuracy = "Value, gradient and second derivative are within their budgets in every dtype: see [Accuracy](../accuracy.md)."
    times = [f"{found['cost'][backend]:.2g} times that of ReLU on {TITLES[backend]}" for backend in TITLES if backend in found["cost"]]
    cost = f"The time of value and gradient is {_joined(times)}: see [Speed](../speed.md) and [Memory](../memory.md)."
    export = (
        f"These conversions fail: {', '.join(found['exports'])}. See [Export](../export.md)."
        if found["exports"]
        else "Every measured conversion succeeds: see [Export](../export.md)."
    )
    return "\n\n".join([accuracy, *([cost] if times else []), _native(entry), export])


def _native(entry):
    """The framework's own op."""
    layer = entry.layer()
    op = None if layer.native is None else layer.native()
    if op is None:
        return "No framework has an op for it. This package's own code runs."
    name = f"keras.ops.{op.name}" if hasattr(keras.ops, op.name) else f"keras.activations.{op.name}"
    given = ", ".join(f"{word}={value!r}" for word, value in op.arguments.items())
    return f"The native op is `{name}({given})`. Whether it runs is decided by [`kernel`][keras_activations.Activation]."


def _names(entry):
    """By what it means: the names that have this meaning, and in which library."""
    found: dict[str, dict[str, list[str]]] = {}
    for name, library, given in known(entry.name)["names"]:
        meaning = call(entry.name, given) if given else entry.name
        found.setdefault(meaning, {}).setdefault(library, []).append(f"`{name}`")
    if not found:
        return ""
    rows = [
        f"| {', '.join(names)} | {f'`{library}`' if library else ''} | `{meaning}` |"
        for meaning, libraries in found.items()
        for library, names in libraries.items()
    ]
    table = "| name | library | means |\n|---|---|---|\n" + "\n".join(rows)
    has_library = any(library for libraries in found.values() for library in libraries)
    how = "\n\nA library is the `like` of [`get`][keras_activations.get]: its name means this there." if has_library else ""
    return table + how


def _neighbours(entry):
    near = neighbours(entry)
    tiles = "".join(tile(name, "equal" if apart < EQUAL else f"{apart:.2g} apart") for name, apart in near)
    others = [f"[{other.name}]({other.name}.md)" for other in ka.catalogue(family=entry.family).values() if other.name != entry.name]
    of = {"elementwise": "elementwise activations", "along an axis": "activations along an axis", "splitting": "splitters"}[kind(entry)]
    how = (
        f"The nearest of the {of}, with default arguments. The distance is the root of the mean squared difference of the curves "
        "for x from -4 to 4."
    )
    family = f"\n\nOthers of its family: {', '.join(others)}." if others else ""
    return f'{how}\n\n<div class="tiles" data-search-exclude>{tiles}</div>{family}' if near else family.strip()


def tile(name: str, note: str = "", folder: str = "") -> str:
    """A link to an activation, with its picture."""
    small = f"<small>{html.escape(note)}</small>" if note else ""
    label = name.replace("_", "_<wbr>")  # where a long name may break
    return f'<a class="tile" href="{folder}{name}.html">{svg(name, 120, 72, ticks=False)}<span>{label}</span>{small}</a>'


def overview() -> str:
    """The page about all activations, in Markdown."""
    count = len(ka.catalogue())
    parts = [
        "---\ntitle: All activations\n---\n\n# All activations",
        f"All {count}, by what the function looks like. Each picture is the function and, thinner, its derivative. "
        "[The gallery](../gallery.html) filters, compares and moves their parameters, and [the catalogue](../catalogue.md) has them as "
        "tables.",
    ]
    for _, title, what, entries in by_family():
        tiles = "".join(tile(entry.name) for entry in entries)
        parts += [f"## {title}", what, f'<div class="tiles" data-search-exclude>{tiles}</div>']
    return "\n\n".join(parts) + "\n"


def contents() -> str:
    """The navigation of this part of the site, for literate-nav."""
    lines = ["* [All activations](index.md)", "* [As tables](../catalogue.md)"]
    for _, title, _, entries in by_family():
        lines += [f"* {title}", *(f"    * [{entry.name}]({entry.name}.md)" for entry in entries)]
    return "\n".join(lines) + "\n"


def linked(text: str) -> str:
    """Addresses as links that show where they go."""
    return re.sub(r"https?://([^\s,;)]+[^\s,;.)])", r"[\1](\g<0>)", text)


def plain(text: str) -> str:
    """A sentence without marks."""
    return text.replace("`", "")


def cell(text: str) -> str:
    """A text that may stand in a table."""
    return linked(text.replace("|", "\\|"))


def anchor(title: str) -> str:
    """The anchor of a heading."""
    return re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-")


def _quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _listed(names):
    return _joined([f"`{name}`" for name in names])


def _joined(words):
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
