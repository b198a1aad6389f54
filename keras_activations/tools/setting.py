"""One kernel for all activations of a model."""

import warnings

import keras

from .. import Activation
from ..core import arguments, kernels
from ..core.keras_gaps import held_layers


def set_kernel(model: keras.layers.Layer, kernel: str) -> int:
    """Set the `kernel` of all activations of this package in a model, also of those in hosts and in nested models.

    The compiled functions of `fit`, `evaluate` and `predict` are made again at their next call. A function of your own, such as a
    `tf.function` around the model, keeps the kernels with which it was traced.

    Args:
        model: A Keras model or layer.
        kernel: "auto", "native", "fallback" or "fused": see `Activation`. With "native", activations without a native op keep their
            kernel, and a warning names them. "fused" is for models that run one operation at a time: in torch, and in TensorFlow
            without ``jit_compile=True``. On torch each kernel is compiled once, in some seconds. This needs a C++ compiler on a CPU and
            Triton on a GPU. Activations without their own derivative run as with "fallback" there. In TensorFlow, XLA compiles for each
            size of the input. Converters do not take such a model, so set "auto" before an export.

    Returns:
        The number of activations that were set.

    Raises:
        ValueError: for another kernel.
        TypeError: if model is not a Keras layer.

    Example:
        >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, GELU()), keras.layers.Dense(8, Mish())])
        >>> set_kernel(model, "fallback")
        2
    """
    arguments.choice("kernel", kernel, kernels.KERNELS)
    if not isinstance(model, keras.layers.Layer):
        raise TypeError(f"set_kernel takes a Keras model or layer; received {model!r} ({type(model).__name__}).")
    found = dict.fromkeys([model] if isinstance(model, Activation) else [layer for _, layer in held_layers(model, Activation)])
    without = [layer for layer in found if kernel == "native" and (layer.native is None or layer.native() is None)]
    if without:
        warnings.warn(f"These have no native op and keep their kernel: {', '.join(map(repr, without))}.", stacklevel=2)
    chosen = [layer for layer in found if layer not in without]
    for layer in chosen:
        layer.kernel = kernel
    if isinstance(model, keras.Model):
        model.train_function = model.test_function = model.predict_function = None
    return len(chosen)
