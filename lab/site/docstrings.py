"""How griffe reads the docstrings. It knows the section "Examples:" of Google's style, and here it is one "Example:"."""

import re

import griffe


class Sections(griffe.Extension):
    """Gives the section its other name, so that it is shown as code."""

    def on_instance(self, *, obj: griffe.Object, **kwargs) -> None:
        if obj.docstring:
            obj.docstring.value = re.sub(r"^Example:$", "Examples:", obj.docstring.value, flags=re.MULTILINE)
