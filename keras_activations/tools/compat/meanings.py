"""What the config of a model file means, written for Keras 3.

A layer or function stays as it is where Keras 3 computes the same. Where Keras 3 lacks it, or means something else, an activation of this
package stands for it. What neither has is listed, and nothing is guessed.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import keras

from ... import Activation, deserialize, get, serialize

# What `keras.activations` of Keras 2 has, and `relu6` of its MobileNet. Keras 3 computes the same, except what `_DIFFERENT` names.
KERAS_2 = frozenset(
    "elu exponential gelu hard_sigmoid leaky_relu linear log_softmax mish relu relu6 selu sigmoid silu softmax softplus softsign swish "
    "tanh".split()
)
_DIFFERENT = {"hard_sigmoid": "keras2", "squash": "keras_contrib"}

# The classes that are activations, by the library whose meaning they have.
ADDONS = "Addons>"
CLASSES = {f"{ADDONS}{name}": "tfa" for name in ("GELU", "Snake", "Sparsemax", "TLU")}
CLASSES |= {name: "keras_contrib" for name in ("PELU", "SReLU", "SineReLU", "Swish")}
CLASSES |= {"ThresholdedReLU": "keras2"}
# The functions of TensorFlow Addons, which have no weights.
FUNCTIONS = dict.fromkeys("gelu hardshrink lisht mish rrelu softshrink sparsemax tanhshrink".split(), {}) | {"snake": {"learned": False}}

# Why these have no counterpart.
REASONS = {
    "Addons>Maxout": "it compares channels that are num_units apart, and Maxout here compares neighbours",
    "Lambda": "it holds Python code, which is not run",
    "TFOpLambda": "it holds a TensorFlow operation",
    "SlicingOpLambda": "it holds a TensorFlow operation",
    "TensorFlowOpLayer": "it holds a TensorFlow operation",
}

# Arguments of layers of Keras 2 that Keras 3 does not take, and the value at which it computes the same without them.
_GONE = {"groups": 1, "noise_shape": None, "ragged": False, "softmax_robust_masking": False, "time_major": False}
# Those that do not decide what is predicted: how a training begins, and the shapes that the input shows anyway.
_SHAPES = ("batch_input_shape", "input_dtype", "input_length", "key_shape", "query_shape", "rng_type", "value_shape")
_PARTS = ("backward_layer", "cell", "cells", "layer", "layers")  # arguments that hold layers
_KERNEL = ("kernel_initializer", "kernel_regularizer", "kernel_constraint")
_IDLE = {"SeparableConv1D": _KERNEL, "SeparableConv2D": _KERNEL}
_IDLE |= dict.fromkeys(("Discretization", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"), ("trainable",))


@dataclass(frozen=True)
class Translation:
    """An activation in a file: where it is, what the file calls it, and what it becomes.

    Attributes:
        where: The names of the models and layers on the way, such as "encoder/dense_1.activation".
        before: The name in the file, such as "Addons>mish".
        after: The activation here, such as "Mish()", or why there is none.
    """

    where: str
    before: str
    after: str

    def to_dict(self) -> dict[str, str]:
        """The three attributes."""
        return asdict(self)


class Translator:
    """Translates one config, and lists what it has translated and what is unknown."""

    def __init__(self, keras_2: bool, custom_objects: Mapping[str, Any]):
        self.keras_2 = keras_2
        self.custom_objects = custom_objects
        self.translated: list[Translation] = []
        self.unknown: list[Translation] = []
        self.relative_thresholds: set[str] = set()  # names of layers whose right threshold is relative to the left one

    def model(self, config: dict[str, Any]) -> dict[str, Any]:
        """The dict of the whole model, for Keras 3."""
        return self._layer(config, "")

    def _layer(self, config, where):
        """The dict of the layer or model at this place."""
        name, own = config.get("registered_name") or config["class_name"], config["config"]
        if isinstance(own, list):  # a Sequential of the first releases of Keras 2
            own = {"name": config.get("name", "sequential"), "layers": own}
        given = self.custom_objects.get(name)
        if isinstance(given, str):
            return self._kept(config) | self._translate(where, name, get(given, name=own.get("name")))
        if self._is_known(name):
            return config | {"config": self._inside(own, where)}
        if name in CLASSES and (self.keras_2 or name.startswith(ADDONS)):
            return self._kept(config) | self._activation_layer(name, own, where)
        if not self.keras_2 and not name.startswith(ADDONS):
            return config | {"config": self._inside(own, where)}
        name = "Functional" if name == "Model" else name
        if name in REASONS or not _is_of_keras(name):
            return self._refuse(where, name)
        module = {"Functional": "keras.src.models.functional", "Sequential": "keras"}.get(name, "keras.layers")
        inside = self._inside(self._without_what_is_gone(name, own, where), where)
        return self._kept(config) | {"module": module, "class_name": name, "config": inside, "registered_name": None}

    def _activation(self, value, where):
        """The value of an argument such as `activation`."""
        if isinstance(value, dict) and value["class_name"] != "function":
            return self._layer(value, where) if isinstance(value.get("config"), dict) else self._refuse(where, value["class_name"])
        name = value["config"] if isinstance(value, dict) else value
        if not isinstance(name, str):
            return value
        given = self.custom_objects.get(name)
        if isinstance(given, (str, type, keras.layers.Layer)):
            return self._translate(where, name, get(given))
        if self._is_known(name):
            return {"module": "builtins", "class_name": "function", "config": name, "registered_name": "function"}
        if name.startswith(ADDONS) and name.removeprefix(ADDONS) in FUNCTIONS:
            return self._translate(where, name, get(name, **FUNCTIONS[name.removeprefix(ADDONS)]))
        if not self.keras_2 and not name.startswith(ADDONS):
            return value
        if name in _DIFFERENT:
            return self._translate(where, name, get(name, like=_DIFFERENT[name]))
        return name if name in KERAS_2 else self._refuse(where, name)

    def _is_known(self, name):
        """Whether Keras finds the object by itself: the user gave it, or it is registered."""
        return callable(self.custom_objects.get(name)) or keras.saving.get_registered_object(name) is not None

    def _inside(self, config, where):
        """The config of a layer, with everything in it translated."""

        def below(layer):
            own = layer["config"] if isinstance(layer["config"], dict) else layer
            return self._layer(layer, "/".join(filter(None, (where, own.get("name", layer["class_name"])))))

        result = _rewired(config) if self.keras_2 else dict(config)
        for key, value in result.items():
            if key.endswith("activation"):
                result[key] = self._activation(value, f"{where}.{key}")
            elif key == "dtype" and self.keras_2:
                result[key] = _dtype(value)
            elif key in _PARTS and isinstance(value, list):
                result[key] = [*_input_of(value), *map(below, value)] if key == "layers" else [*map(below, value)]
            elif key in _PARTS and isinstance(value, dict):
                result[key] = below(value)
        return result

    def _without_what_is_gone(self, name, config, where):
        result = {}
        for key, value in config.items():
            if key == "batch_input_shape" and name == "InputLayer":
                result["batch_shape"] = value
            elif key == "alpha" and name == "LeakyReLU":
                result["negative_slope"] = value
            elif key == "axis" and name == "BatchNormalization" and isinstance(value, list) and len(value) == 1:
                result["axis"] = value[0]
            elif key in _SHAPES or key in _IDLE.get(name, ()):
                continue
            elif key in _GONE and value == _GONE[key]:
                continue
            elif key in _GONE and key != "groups":
                self.unknown.append(Translation(f"{where}.{key}", f"{name}({key}={value!r})", "Keras 3 has no such argument"))
            else:
                result[key] = value
        return result

    @staticmethod
    def _kept(config):
        """What says how the layer is connected."""
        return {key: value for key, value in config.items() if key in ("name", "inbound_nodes")}

    def _activation_layer(self, name, config, where):
        config = {key: _dtype(value) if key == "dtype" else value for key, value in config.items() if key not in _SHAPES}
        if name == "Swish":  # `trainable` of keras-contrib says whether beta is a weight
            config["learned"] = config["trainable"]
        layer = deserialize({"class_name": name if name.startswith(ADDONS) else f"{CLASSES[name]}.{name}", "config": config})
        if name == "SReLU":
            self.relative_thresholds.add(layer.name)
        return self._translate(where, name, layer)

    def _translate(self, where, before, activation):
        # Keras 2 wrote a dtype for every layer. It is kept, and not shown.
        shown = activation.from_config({**activation.get_config(), "dtype": None}) if isinstance(activation, Activation) else activation
        self.translated.append(Translation(where, before, repr(shown)))
        return serialize(activation)

    def _refuse(self, where, name):
        self.unknown.append(Translation(where, name, REASONS.get(name, "there is none by this name")))
        return None


def _dtype(value):
    """A dtype, or the name of a policy such as mixed_float16."""
    return value["config"]["name"] if isinstance(value, dict) else value


def _rewired(config):
    """The config of a model, with the connections of its layers as Keras 3 writes them."""
    nested = [layer for layer in config.get("layers", []) if layer["class_name"] == "Sequential"]
    result = _renumbered(config, {layer["name"] for layer in nested if "inbound_nodes" in layer})
    for key in ("input_layers", "output_layers"):
        if isinstance(config.get(key), list) and len(config[key]) == 1:
            (result[key],) = result[key]  # Keras 2 wrote one tensor as a list of one, and took such a list for one tensor
    return result


def _renumbered(value, sequentials):
    """The value, in which each reference [name, node, tensor, ...] to the output of a Sequential counts its calls from 0.

    Keras 2 counts them from 1. Keras 3 does that for functional models alone.
    """
    if isinstance(value, dict):
        return {key: _renumbered(entry, sequentials) for key, entry in value.items()} if sequentials else dict(value)
    if not isinstance(value, list):
        return value
    if len(value) >= 3 and isinstance(value[0], str) and value[0] in sequentials:
        return [value[0], max(value[1] - 1, 0), *value[2:]]
    return [_renumbered(entry, sequentials) for entry in value]


def _input_of(layers):
    """The input layer of a Sequential of the first releases of Keras 2, whose first layer had the shape."""
    first = layers[0]["config"] if layers else {}
    shape = first.get("batch_input_shape") if isinstance(first, dict) else None
    if shape is None or layers[0]["class_name"] == "InputLayer" or "inbound_nodes" in layers[0]:
        return []
    config = {"batch_shape": shape, "dtype": "float32", "name": f"{first['name']}_input"}
    return [{"module": "keras.layers", "class_name": "InputLayer", "config": config, "registered_name": None}]


def _is_of_keras(name):
    found = {"Functional": keras.Model, "Sequential": keras.Sequential}.get(name) or getattr(keras.layers, name, None)
    return isinstance(found, type) and issubclass(found, keras.layers.Layer)
