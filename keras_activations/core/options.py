"""The arguments that constructors hand on as ``**kwargs``, written down as types.

An editor completes them and marks a typo. At run time nothing depends on them: the constructors check what they receive.
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
"""The value of a parameter, or where it is learned, what makes the initial one."""
InitialNumbers: TypeAlias = "Sequence[float] | str | Config | keras.Initializer"
"""The same for a parameter of several entries."""
LearnedNumber: TypeAlias = "keras.Variable | Any"
"""What a parameter is as an attribute: the weight, or a number, or a tuple of numbers for a parameter of several entries."""


class LayerOptions(TypedDict, total=False):
    """What every Keras layer takes."""

    name: str | None
    dtype: Any  # a name, a policy, its config or None
    trainable: bool
    activity_regularizer: "keras.Regularizer | str | Config | None"


class ActivationOptions(LayerOptions, total=False):
    """What every activation takes."""

    kernel: Literal["auto", "native", "fallback"]


class ParametricOptions(ActivationOptions, total=False):
    """How a parameter is learned, of which there is one for the layer."""

    regularizer: "keras.Regularizer | str | Config | None"
    constraint: "keras.constraints.Constraint | str | Config | None"


class LearnedOptions(ParametricOptions, total=False):
    """How a parameter is learned, of which there may be several."""

    per: Literal["layer", "channel", "element"]
    channels: int | None
    axis: int
    shared_axes: int | Sequence[int] | None


class StochasticOptions(ActivationOptions, total=False):
    """What an activation takes that draws random numbers."""

    seed: int | None


class LearnedStochasticOptions(LearnedOptions, StochasticOptions, total=False):
    """Both."""
