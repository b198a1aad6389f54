"""Initial weights that keep the variance of activations, or of gradients, through a deep network."""

import math
import warnings
from typing import Any, Literal

import keras

from .. import AlongAxis, Sine, get
from ..core import arguments
from .analysis import Shape
from .curves import curves_of

UNSTABLE = 1.3
"""From here on, an error of 5 % in the variance is an error by a factor of two after ten layers."""


def gain(activation: Any, *, direction: Literal["forward", "backward"] = "forward", centered: bool = False) -> float:
    """The gain of an activation: the deviation of the weights, times sqrt(fan), for which variances stay as they are.

    With weights of mean 0 and variance ``gain**2 / fan_in``, and a normally distributed input of mean 0 and variance 1, the input of the
    next layer has variance 1, too. The gain is ``1 / sqrt(E[f(z)**2])``. Backward it is ``1 / sqrt(E[f'(z)**2])``, for weights of variance
    ``gain**2 / fan_out``. The means are computed by Gauss quadrature between the corners of the function.

    The exceptions are those of the papers. For SELU the gain is 1. That is also what quadrature gives. For a sine of an omega other
    than 1, as in SIREN, the gain is ``sqrt(2) / omega``, as in Sitzmann et al.

    The gain is exact for one layer. In a deep network without normalization, errors of the variance die out for functions such as tanh,
    and stay for ReLU. For functions such as GELU and SiLU they grow slowly, so that dozens of layers need normalization or shortcuts.

    Args:
        activation: Anything that `get` takes: an elementwise activation, or any elementwise callable.
        direction: "forward" preserves the variance of activations, "backward" that of gradients.
        centered: Whether the mean of the activations does not count, because the weights of each unit sum to 0, as with the scaled weight
            standardization of NFNets. The gain is ``1 / sqrt(Var[f(z)])``.

    Returns:
        A positive number. A warning says where no gain keeps the variance of a deep network, as with squared_relu.

    Raises:
        ValueError: for an activation along an axis such as softmax, and if the function is 0 or infinite for most inputs.

    Example:
        >>> round(gain("relu"), 4), round(gain("gelu"), 4), round(gain("tanh", direction="backward"), 4)
        (1.4142, 1.5335, 1.4674)

    Reference:
        Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, AISTATS 2010,
        https://proceedings.mlr.press/v9/glorot10a.html;
        He et al., Delving Deep into Rectifiers, ICCV 2015, https://arxiv.org/abs/1502.01852;
        Sitzmann et al., Implicit Neural Representations with Periodic Activation Functions, NeurIPS 2020,
        https://arxiv.org/abs/2006.09661;
        Brock et al., Characterizing signal propagation to close the performance gap in unnormalized ResNets, ICLR 2021,
        https://arxiv.org/abs/2101.08692
    """
    arguments.choice("direction", direction, ("forward", "backward"))
    arguments.flag("centered", centered)
    if centered and direction == "backward":
        raise ValueError("centered=True is about the mean of activations; received direction='backward'. Leave one of them out.")
    function = get(activation)
    if (prescribed := prescribed_gain(function)) is not None:
        return prescribed
    shape = _shape(function)
    forward = shape.moment(2)
    square = shape.slope_moment() if direction == "backward" else forward - (shape.moment(1) ** 2 if centered else 0.0)
    if not (math.isfinite(square) and square > 1e-12):
        what = {"forward": "square of its value", "backward": "square of its derivative"}[direction]
        raise ValueError(f"{activation!r} has no {direction} gain: for a normally distributed input, the mean {what} is {square:.3g}.")
    if (power := shape.sensitivity()) > UNSTABLE:
        warnings.warn(
            f"No gain keeps the variance of many layers of {activation!r}: an error of the variance grows to its power {power:.2f} with "
            "every layer. Put a normalization layer before each activation.",
            stacklevel=2,
        )
    return 1 / math.sqrt(square)


def initializer(
    activation: Any,
    *,
    mode: Literal["fan_in", "fan_out", "fan_avg"] = "fan_in",
    distribution: Literal["truncated_normal", "untruncated_normal", "uniform"] | None = None,
    inputs: int | None = None,
    seed: int | None = None,
) -> keras.initializers.Initializer:
    """The initializer of the kernel of a layer with this activation, such as ``Dense(64, "relu", kernel_initializer=initializer("relu"))``.

    It is one of Keras's own, so that a saved model loads without this package. See `gain` for what it preserves, and where it cannot. For
    ReLU it is He's, for a linear layer with mode="fan_avg" it is Glorot's, and for SELU it is LeCun's, which belongs together with
    `keras.layers.AlphaDropout`.

    Call it once for each layer. One of Keras's initializers draws the same numbers in every call, so that layers of one shape that share
    it start with equal weights. `check` finds that.

    Args:
        activation: Anything that `get` takes. The activation belongs to the layer before the weights. In a network with one activation
            this is the activation of the layer itself.
        mode: "fan_in" preserves the variance of activations, "fan_out" that of gradients, and "fan_avg" is between them.
        distribution: The distribution of the weights. Default None: "truncated_normal", but "uniform" for a sine of an omega other
            than 1, as in SIREN.
        inputs: For the first layer of a SIREN: how many inputs it has. Its weights are uniform between ``-1 / inputs`` and ``1 / inputs``.
        seed: Integer, or None for a seed that Keras draws.

    Raises:
        ValueError: as `gain` does, for another mode or distribution, and for `inputs` where there is no sine.

    Example:
        >>> initializer("relu").get_config()["scale"]
        2.0
        >>> initializer("siren", inputs=2).get_config()["maxval"]
        0.5
    """
    arguments.choice("mode", mode, ("fan_in", "fan_out", "fan_avg"))
    arguments.choice("distribution", distribution, ("truncated_normal", "untruncated_normal", "uniform", None))
    function = get(activation)
    is_siren = prescribed_gain(function) is not None
    if inputs is not None:
        arguments.integer("inputs", inputs, low=1)
        if not is_siren:
            raise ValueError(f"inputs={inputs} is for the first layer of a SIREN; received {activation!r}. Leave it out.")
        return keras.initializers.RandomUniform(-1 / inputs, 1 / inputs, seed=seed)
    forward = gain(function) ** 2 if mode != "fan_out" else math.nan
    backward = gain(function, direction="backward") ** 2 if mode != "fan_in" else math.nan
    scale = {"fan_in": forward, "fan_out": backward, "fan_avg": 2 / (1 / forward + 1 / backward)}[mode]
    distribution = distribution or ("uniform" if is_siren else "truncated_normal")
    return keras.initializers.VarianceScaling(float(f"{scale:.12g}"), mode, distribution, seed=seed)


def prescribed_gain(function: Any) -> float | None:
    """The gain that the authors of an activation prescribe: of a sine, where it is that of a SIREN."""
    return math.sqrt(2) / function.omega if isinstance(function, Sine) and function.omega != 1 else None


def _shape(function):
    if isinstance(function, AlongAxis):
        raise ValueError(f"{function!r} mixes the entries of a row, so that it has no gain. Take the gain of the elementwise part.")
    (curve,), _ = curves_of(function)
    return Shape(curve)
