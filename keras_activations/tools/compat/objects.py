"""Activations of torch and names of Hugging Face, as layers here, and layers here as modules of torch."""

from typing import TYPE_CHECKING, Any

import numpy as np
from keras import ops

from ... import Activation, LeakyReLU, PReLU, ReLU, ReLU6, SiLU, Swish, get
from ...core import arguments

if TYPE_CHECKING:
    import torch

# The names that `hidden_act` and its like may have in a config of Hugging Face's transformers 5.
HUGGING_FACE = frozenset(
    (
        *("gelu", "gelu_10", "gelu_accurate", "gelu_fast", "gelu_new", "gelu_python", "gelu_python_tanh", "gelu_pytorch_tanh"),
        *("hardswish", "laplace", "leaky_relu", "linear", "mish", "prelu", "quick_gelu", "relu", "relu2", "relu6", "sigmoid", "silu"),
        *("sqrtsoftplus", "swish", "tanh", "xielu"),
    )
)

# By the class here: the class of torch, and its arguments by the attributes here.
MODULES = {
    "CELU": ("CELU", {"alpha": "alpha"}),
    "ELU": ("ELU", {"alpha": "alpha"}),
    "GELU": ("GELU", {"approximate": "approximate"}),
    "GLU": ("GLU", {"dim": "axis"}),
    "HardShrink": ("Hardshrink", {"lambd": "threshold"}),
    "HardSigmoid": ("Hardsigmoid", {}),
    "HardSiLU": ("Hardswish", {}),
    "HardTanh": ("Hardtanh", {"min_val": "min_value", "max_val": "max_value"}),
    "LeakyReLU": ("LeakyReLU", {"negative_slope": "negative_slope"}),
    "Linear": ("Identity", {}),
    "LogSigmoid": ("LogSigmoid", {}),
    "LogSoftmax": ("LogSoftmax", {"dim": "axis"}),
    "Mish": ("Mish", {}),
    "ReLU": ("ReLU", {}),
    "ReLU6": ("ReLU6", {}),
    "RReLU": ("RReLU", {"lower": "lower", "upper": "upper"}),
    "SELU": ("SELU", {}),
    "Sigmoid": ("Sigmoid", {}),
    "SiLU": ("SiLU", {}),
    "Softmax": ("Softmax", {"dim": "axis"}),
    "Softmin": ("Softmin", {"dim": "axis"}),
    "Softplus": ("Softplus", {"beta": "beta"}),
    "SoftShrink": ("Softshrink", {"lambd": "threshold"}),
    "Softsign": ("Softsign", {}),
    "Tanh": ("Tanh", {}),
    "TanhShrink": ("Tanhshrink", {}),
    "Threshold": ("Threshold", {"threshold": "threshold", "value": "default_value"}),
}
_ELSEWHERE = {"activity_regularizer", "dtype", "kernel", "name", "trainable"}  # arguments that do not change the values


def from_torch(module: "torch.nn.Module", *, channel_axis: int = 1) -> Activation:
    """The layer with the values of an activation module of torch, with its hyperparameters and weights.

    `dim` is kept as it is. The weights of PReLU become numbers of Keras's floatx.

    Args:
        module: An instance of one of the classes of activations in `torch.nn`, or `torch.nn.Identity`.
        channel_axis: Integer, the axis of the channels in the Keras model, for PReLU with several parameters and for Softmax2d. In torch
            it is 1, which is the default. In a Keras model of "channels_last" it is -1.

    Returns:
        A new layer. torch is not imported, and the backend of Keras may be another one.

    Raises:
        TypeError: if module is no such instance.
        ValueError: for an activation that has no equal here: Softplus whose threshold is below 20, and Softmax without a `dim`.

    Example:
        >>> from_torch(torch.nn.LeakyReLU(0.1))  # doctest: +SKIP
        LeakyReLU(negative_slope=0.1)
        >>> from_torch(torch.nn.PReLU(64), channel_axis=-1)  # doctest: +SKIP
        PReLU(alpha=0.25, channels=64)
    """
    kind = type(module)
    place = f"{kind.__module__}.{kind.__name__}"
    known = kind.__module__ == "torch.nn.modules.activation" and kind.__name__ != "MultiheadAttention"
    if not known and place != "torch.nn.modules.linear.Identity":
        raise TypeError(f"from_torch takes an activation module such as torch.nn.SiLU(); received {module!r} ({place}).")
    channel_axis = arguments.integer("channel_axis", channel_axis)
    other: Any = module
    if kind.__name__ == "Softplus" and other.threshold < 20:
        raise ValueError(
            f"{module!r} has a step at {other.threshold / other.beta:g}, where it becomes x. There is no such activation here."
        )
    layer = get(repr(module), like="torch")
    if kind.__name__ == "Softmax2d":
        return layer if channel_axis == 1 else get("softmax", axis=channel_axis)
    if isinstance(layer, PReLU):
        weight = other.weight.detach().cpu().double().numpy()
        # `repr` shows the initial value. A number of torch is 0.3 in float32, and not 0.30000001192092896.
        initial = float(str(np.float32(weight[0]))) if np.ptp(weight) == 0 else 0.25
        layer = PReLU(initial) if layer.channels is None else PReLU(initial, channels=layer.channels, axis=channel_axis)
        layer.set_weights([weight.reshape(layer.weights[0].shape)])
    return layer


def to_torch(activation: Any, *, channel_axis: int = 1) -> "torch.nn.Module":
    """The module of torch with the values of an activation of this package, with its hyperparameters and weights.

    Args:
        activation: A layer of this package, or what `get` takes.
        channel_axis: Integer, for PReLU with a number for each channel: the axis of the channels in the Keras model. In torch it is
            always 1. Give -1 for a layer of "channels_last", whose input has its channels at axis 1 in torch. Default 1.

    Returns:
        A new module on the CPU.

    Raises:
        ImportError: if torch is not installed.
        TypeError: if activation is none of this package.
        ValueError: if torch has no module with equal values: the error names the activation.

    Example:
        >>> to_torch(LeakyReLU(0.1))  # doctest: +SKIP
        LeakyReLU(negative_slope=0.1)
    """
    try:
        import torch
    except ImportError as error:
        raise ImportError("to_torch needs torch: pip install torch") from error

    layer = get(activation)
    if not isinstance(layer, Activation):
        raise TypeError(f"to_torch takes an activation of keras_activations; received {layer!r} ({type(layer).__name__}).")
    if isinstance(layer, PReLU) and layer.learned:
        return _prelu(layer, channel_axis, torch)
    shown, layer = repr(layer), _simplest(layer)
    name, words = MODULES.get(type(layer).__qualname__, (None, {}))
    if name is not None:
        given = {word: getattr(layer, attribute) for word, attribute in words.items()}
        if "approximate" in given:
            given["approximate"] = "tanh" if given["approximate"] else "none"
        module = getattr(torch.nn, name)(**given)
        # torch may lack an argument, such as the slope of the hard sigmoid. What it reads back shows it.
        if isinstance(given.get("dim", 0), int) and _values(from_torch(module)) == _values(layer):
            return module
    raise ValueError(f"torch has no module that computes {shown}.")


def from_hf(name: str) -> Activation:
    """The layer that a name in a config of Hugging Face's transformers means, such as `hidden_act` or `activation_function`.

    It is ``get(name, like="hf")`` for the names that transformers has, and no other.

    Args:
        name: Such as "gelu_new".

    Raises:
        TypeError: if name is no string. ValueError: if transformers does not have the name.

    Example:
        >>> from_hf("gelu_pytorch_tanh")
        GELU(approximate=True)
        >>> from_hf("quick_gelu")
        Swish(beta=1.702)
    """
    name = arguments.text("name", name)
    gate, _, inner = name.partition("-")
    if gate == "gated":
        inner = {"gelu": "gelu_new"}.get(inner, inner)
        raise ValueError(f"{name!r} is a gated block with two kernels, and not one activation. That of its gate is from_hf({inner!r}).")
    if name not in HUGGING_FACE:
        raise ValueError(f"transformers has no activation {name!r}. It has {', '.join(sorted(HUGGING_FACE))}.")
    return get(name, like="hf")


def _simplest(layer):
    """The layer under the name that torch has for its values."""
    if isinstance(layer, PReLU):
        return LeakyReLU(layer.alpha)
    if isinstance(layer, ReLU) and layer.threshold == 0:
        if layer.max_value is None and layer.negative_slope:
            return LeakyReLU(layer.negative_slope)
        if layer.max_value == 6 and not layer.negative_slope:
            return ReLU6()
    return SiLU() if isinstance(layer, Swish) and not layer.learned and layer.beta == 1 else layer


def _values(layer):
    return type(layer), {name: value for name, value in layer.get_config().items() if name not in _ELSEWHERE}


def _prelu(layer, channel_axis, torch):
    if layer.per == "element" or not layer.built:
        raise ValueError(
            f"torch.nn.PReLU has one number, or one for each of a known number of channels; received {layer!r}, "
            + ("which is not built. Call it first." if not layer.built else "which has one for each element.")
        )
    if layer.per == "channel" and layer.axis != channel_axis:
        raise ValueError(
            f"{layer!r} has its channels at axis {layer.axis}, and torch has them at axis 1. Write channel_axis={layer.axis} if the module "
            "will get tensors with the channels at axis 1."
        )
    weight = np.reshape(ops.convert_to_numpy(layer.weights[0]), -1)
    module = torch.nn.PReLU(len(weight))
    module.load_state_dict({"weight": torch.tensor(weight, dtype=module.weight.dtype)})
    return module
