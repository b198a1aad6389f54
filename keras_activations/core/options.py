"""Types for the arguments that constructors pass on as ``**kwargs``.

An editor completes them and marks a typo. Nothing depends on them at run time, because the constructors check what they receive.
"""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypedDict

if sys.version_info >= (3, 11):
    from typing import Unpack as Unpack
else:
    from typing_extensions import Unpack as Unpack

if TYPE_CHECKING:
    import keras

Config: TypeAlias = dict[str, Any]

Initial: TypeAlias = "float | str | Config | keras.Initializer"
"""The value of a parameter. If it is learned, this may also be an initializer, which makes the initial value."""
InitialNumbers: TypeAlias = "Sequence[float] | str | Config | keras.Initializer"
"""The same for a parameter of several entries."""
LearnedNumber: TypeAlias = "keras.Variable | Any"
"""The type of a parameter as an attribute: the weight, a number, or a tuple of numbers for a parameter of several entries."""


class LayerOptions(TypedDict, total=False):
    """The arguments of every Keras layer."""

    name: str | None
    dtype: Any  # a name, a policy, its config or None
    trainable: bool
    activity_regularizer: "keras.Regularizer | str | Config | None"


class ActivationOptions(LayerOptions, total=False):
    """The arguments of every activation."""

    kernel: Literal["auto", "native", "fallback"]


class ParametricOptions(ActivationOptions, total=False):
    """How parameters are learned, if the layer has one of each."""

    regularizer: "keras.Regularizer | str | Config | None"
    constraint: "keras.constraints.Constraint | str | Config | None"


class LearnedOptions(ParametricOptions, total=False):
    """How parameters are learned, if the layer may have several of each."""

    per: Literal["layer", "channel", "element"]
    channels: int | None
    axis: int
    shared_axes: int | Sequence[int] | None


class StochasticOptions(ActivationOptions, total=False):
    """The arguments of an activation that draws random numbers."""

    seed: int | None


class LearnedStochasticOptions(LearnedOptions, StochasticOptions, total=False):
    """The arguments of an activation that learns and draws random numbers."""
