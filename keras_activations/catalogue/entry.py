"""The information that the catalogue has about one activation."""

import inspect
import itertools
import re
import textwrap
from dataclasses import dataclass
from typing import Any, ClassVar

from ..core.activation import Activation, canonical_name, distance
from ..core.axis import AlongAxis, Splitting
from ..core.hosted import constructor_arguments
from ..core.parameters import Parametric
from .presets import PRESETS, VARIANTS


@dataclass(frozen=True)
class Entry:
    """The information that the catalogue has about one activation, read from its class.

    Example:
        >>> catalogue()["leaky_relu"].formula
        'f(x) = x if x > 0 else negative_slope * x'
        >>> catalogue()["gelu"].presets["gelu_tanh"]
        {'approximate': True}

    ``print(catalogue()["leaky_relu"])`` shows a card:

        leaky_relu: ReLU that lets a part of the negative input through, so that no unit dies.
            f(x) = x if x > 0 else negative_slope * x
            arguments: negative_slope=0.2
            further names: lrelu
            rectifiers, elementwise
            Maas, Hannun and Ng, Rectifier Nonlinearities Improve Neural Network Acoustic Models, 2013,
            https://ai.stanford.edu/~amaas/papers/relu_hybrid_icml2013_final.pdf
    """

    cls: type
    required: ClassVar = inspect.Parameter.empty
    """The value in `arguments` of an argument without a default."""

    @property
    def name(self) -> str:
        """The name in snake_case, such as "leaky_relu"."""
        return canonical_name(self.cls)

    @property
    def family(self) -> str:
        """The module or package in which it is defined, such as "rectifiers" or "gates"."""
        *rooms, module = self.cls.__module__.split(".")
        return "gates" if rooms[-1:] == ["gates"] else module

    @property
    def aliases(self) -> tuple[str, ...]:
        """Further names, besides other spellings of `name`."""
        return vars(self.cls).get("aliases", ())

    @property
    def description(self) -> str:
        """The docstring of the class, or of the class whose value it inherits."""
        steps, text = next((steps, base.__doc__) for steps, base in enumerate(self.cls.__mro__) if base.__doc__)
        redefined = distance(self.cls, "fallback") < steps
        return "" if redefined else inspect.cleandoc(text)

    @property
    def summary(self) -> str:
        """The first sentence of the description."""
        return self.description.partition("\n")[0]

    @property
    def formula(self) -> str | None:
        """The equation ``f(x) = ...`` of the description, or None where there is no closed form."""
        found = re.search(r"``(f\(.*?\) = .*?)``", self.description, re.DOTALL)
        return found and " ".join(found.group(1).split())

    @property
    def arguments(self) -> dict:
        """The hyperparameters, without those that every activation has, in order, with their defaults."""
        common = constructor_arguments(Activation)
        parameters = constructor_arguments(self.cls).values()
        return {p.name: p.default for p in parameters if p.name not in common}

    @property
    def parameters(self) -> tuple[str, ...]:
        """The arguments that may be learned."""
        layer = self.layer()
        return tuple(layer.declared) if isinstance(layer, Parametric) else ()

    def layer(self) -> Activation:
        """A new layer with the defaults, or with the first of its samples where an argument is required."""
        return self.cls(**self.cls.samples[0])

    @property
    def learned(self) -> bool:
        """Whether it has weights by default."""
        return self.arguments.get("learned", False)

    @property
    def elementwise(self) -> bool:
        """Whether each entry of the output depends on one entry of the input alone."""
        return not issubclass(self.cls, AlongAxis)

    @property
    def presets(self) -> dict[str, dict[str, Any]]:
        """Names that mean this activation with certain arguments, such as "gelu_tanh", and these arguments."""
        return {name: dict(arguments) for name, (target, arguments) in (PRESETS | VARIANTS).items() if target == self.name}

    @property
    def may_stand_in_a_host(self) -> bool:
        """Whether it keeps the shape of its input, so that it can be the `activation` of another layer, such as `Dense`."""
        return not issubclass(self.cls, Splitting)

    @property
    def reference(self) -> str:
        """The section of references of the description."""
        _, _, text = self.description.partition("Reference:\n")
        return " ".join(text.split())

    def __str__(self) -> str:
        arguments = ", ".join(name if value is self.required else f"{name}={value!r}" for name, value in self.arguments.items())
        same = {}
        for name, given in self.presets.items():
            same.setdefault(call(self.name, given), []).append(name)
        kinds = [
            self.family,
            "elementwise" if self.elementwise else "along an axis",
            *(["with weights by default"] if self.learned else ["may learn"] if self.parameters else []),
            *([] if self.may_stand_in_a_host else ["a layer of its own, not in a host"]),
        ]
        lines = [
            self.formula,
            arguments and f"arguments: {arguments}",
            self.aliases and f"further names: {', '.join(self.aliases)}",
            *(f"{call} is {', '.join(names)}" for call, names in same.items()),
            ", ".join(kinds),
            self.reference,
        ]
        wrapped = [textwrap.wrap(line, 110, break_on_hyphens=False, break_long_words=False) for line in lines if line]
        return "\n    ".join([f"{self.name}: {self.summary}", *itertools.chain(*wrapped)])


def call(target, arguments):
    """A call as text, such as "gelu(approximate=True)"."""
    return f"{target}({', '.join(f'{key}={value!r}' for key, value in arguments.items())})"
