"""Calls of torch and JAX with equal values, as code. The gallery stores which calls these are."""

from typing import Any

from keras_activations.tools.gallery.data import stored
from keras_activations.tools.gallery.parameters import values


def equivalents(entry) -> dict[str, str]:
    """{library: the call with the default arguments}, where the library has one."""
    tables = stored()["equivalents"]
    calls = {library: _call(tables[library][entry.name], entry, library) for library in tables if entry.name in tables[library]}
    return {library: call for library, call in sorted(calls.items()) if call}


def _call(known, entry, library):
    """The call, or None where the library has no argument for a value that differs from its own."""
    at = values(entry, entry.layer())
    if any(at[name] != value for name, value in known["where"].items()):
        return None
    moved = {word: _word(known["words"].get(name, {}), at[name]) for word, name in known["arguments"].items()}
    given = [f"{word}={value!r}" for word, value in (moved | known["fixed"]).items()]
    return f"{known['call']}({', '.join(given)})(x)" if library == "torch" else f"{known['call']}({', '.join(['x', *given])})"


def _word(words: dict[str, Any], value: Any):
    """What the library writes for a value."""
    return words.get(str(value).lower(), value)
