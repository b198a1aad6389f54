"""What the config of a model file means, written for Keras 3.

A layer or function stays as it is where Keras 3 computes the same. Where Keras 3 lacks it, or means something else, an activation of this
package stands for it. What neither has is listed, and nothing is guessed.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import keras

from ... import Activation, deserialize, get, serialize
from .wiring import rewired, valid_name

# The functions that Keras 2 finds by name, and `mish`, which means the same everywhere. The value is the library whose meaning they have.
# None: Keras 3 computes the same.
FUNCTIONS: dict[str, str | None] = {
    **dict.fromkeys(("elu", "exponential", "gelu", "leaky_relu", "linear", "log_softmax", "mish", "relu", "relu6", "selu", "sigmoid")),
    **dict.fromkeys(("silu", "softmax", "softplus", "softsign", "swish", "tanh")),
    "hard_sigmoid": "keras2",
}
# Classes by the library, and an argument that it wrote. Other code has other layers with these names.
CLASSES = {
    "PELU": ("keras_contrib", "alpha_initializer"),
    "SineReLU": ("keras_contrib", "epsilon"),
    "SReLU": ("keras_contrib", "t_left_initializer"),
    "Swish": ("keras_contrib", "beta"),
    "ThresholdedReLU": ("keras2", "theta"),
}

# TensorFlow Addons registered its functions and classes under this package.
ADDONS = "Addons>"
ADDONS_FUNCTIONS = ("gelu", "hardshrink", "lisht", "mish", "rrelu", "snake", "softshrink", "sparsemax", "tanhshrink")
ADDONS_CLASSES = ("GELU", "Snake", "Sparsemax", "TLU")

# Why these have no counterpart.
REASONS = {
    "Addons>Maxout": "it compares channels that are num_units apart, and Maxout here compares neighbours",
    "Lambda": "it holds Python code, which is not run",
    "squash": "that of keras-contrib is 'keras_contrib.squash', and others have 'squash'",
    "SlicingOpLambda": "it holds a TensorFlow operation",
    "TensorFlowOpLayer": "it holds a TensorFlow operation",
    "TFOpLambda": "it holds a TensorFlow operation",
}

# Arguments that Keras 3 does not take, and the only value at which it computes the same.
_GONE = {"ragged": False, "softmax_robust_masking": False, "time_major": False}
# Arguments that Keras 3 does not take, and that do not change a prediction. It sees the shapes in the input.
_IDLE = frozenset(("batch_input_shape", "input_dtype", "input_length", "key_shape", "query_shape", "rng_type", "value_shape"))
_OWN_IDLE = {
    **dict.fromkeys(("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose", "DepthwiseConv1D", "DepthwiseConv2D"), ("groups",)),
    **dict.fromkeys(("SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"), ("noise_shape", "trainable")),
    "Discretization": ("trainable",),
    **dict.fromkeys(("SeparableConv1D", "SeparableConv2D"), ("groups", "kernel_initializer", "kernel_regularizer", "kernel_constraint")),
}
_PARTS = ("backward_layer", "cell", "cells", "layer", "layers")  # arguments that hold layers


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
    """Translates the config of a model, and lists what it has translated and what is unknown.

    Args:
        keras_2: Whether Keras 2 wrote the file.
        custom_objects: What the user's own names mean.
    """

    def __init__(self, keras_2: bool, custom_objects: Mapping[str, Any]):
        self.keras_2 = keras_2
        self.custom_objects = custom_objects
        self.translated: list[Translation] = []
        self.unknown: list[Translation] = []
        self.relative_thresholds: set[str] = set()  # names of layers whose right threshold is relative to the left one

    def model(self, config: dict[str, Any]) -> dict[str, Any]:
        """The dict of the whole model, for Keras 3."""
        return self._layer(config, "")

    def _layer(self, config: dict[str, Any], where: str) -> Any:
        """The dict of the layer or model at this place."""
        name, own = config.get("registered_name") or config["class_name"], config["config"]
        if isinstance(own, list):  # a Sequential of the first releases of Keras 2
            own = {"name": config.get("name", "sequential"), "layers": own}
        if self.keras_2:
            config, own = _named(config), _named(own)
        connected = {key: config[key] for key in ("name", "inbound_nodes") if key in config}
        given = self.custom_objects.get(name)
        if isinstance(given, str):
            return connected | self._translate(where, name, get(given, name=own.get("name")))
        if self._is_known(name):
            return config | {"config": self._inside(own, where)}
        if name.startswith(ADDONS) and name.removeprefix(ADDONS) in ADDONS_CLASSES:
            return connected | self._activation_layer(name, name, own, where)
        if not self.keras_2 and not name.startswith(ADDONS):
            return config | {"config": self._inside(own, where)}
        library, argument = CLASSES.get(name, (None, None))
        if argument in own:
            return connected | self._activation_layer(name, f"{library}.{name}", own, where)
        name = "Functional" if name == "Model" else name
        if name in REASONS or not _is_of_keras(name):
            return self._refuse(where, name)
        module = {"Functional": "keras.src.models.functional", "Sequential": "keras"}.get(name, "keras.layers")
        inside = self._inside(self._with_new_words(name, own, where), where)
        return connected | {"module": module, "class_name": name, "config": inside, "registered_name": None}

    def _activation_layer(self, name, meaning, config, where):
        config = {key: _dtype(value) if key == "dtype" else value for key, value in config.items() if key not in _IDLE}
        if name == "Swish":  # `trainable` of keras-contrib says whether beta is a weight
            config["learned"] = config["trainable"]
        layer: Any = deserialize({"class_name": meaning, "config": config})
        if name == "SReLU":
            self.relative_thresholds.add(layer.name)
        return self._translate(where, name, layer)

    def _activation(self, value, where):
        """The value of an argument such as `activation`."""
        if _is_layer(value) and value["class_name"] != "function":
            return self._layer(value, where)
        name = value.get("config") if isinstance(value, dict) else value
        if not isinstance(name, str):
            return value
        given = self.custom_objects.get(name)
        if isinstance(given, (str, type, keras.layers.Layer)):
            return self._translate(where, name, get(given))
        if self._is_known(name):
            return {"module": "builtins", "class_name": "function", "config": name, "registered_name": "function"}
        if name.startswith(ADDONS) and (bare := name.removeprefix(ADDONS)) in ADDONS_FUNCTIONS:
            arguments: Any = {"learned": False} if bare == "snake" else {}  # unlike the layer, the function has no weight
            return self._translate(where, name, get(name, **arguments))
        if not self.keras_2 and not name.startswith(ADDONS):
            return value
        if name not in FUNCTIONS:
            return self._refuse(where, name)
        library = FUNCTIONS[name]
        return name if library is None else self._translate(where, name, get(name, like=library))

    def _is_known(self, name):
        """Whether Keras finds the object by itself: the user gave it, or it is registered."""
        return callable(self.custom_objects.get(name)) or keras.saving.get_registered_object(name) is not None

    def _inside(self, config, where):
        """The config of a layer, with everything in it translated."""

        def below(layer):
            if not _is_layer(layer):
                return layer
            name = layer["config"].get("name") if isinstance(layer["config"], dict) else layer.get("name")
            return self._layer(layer, "/".join(filter(None, (where, name or layer["class_name"]))))

        result = rewired(config) if self.keras_2 else dict(config)
        for key, value in result.items():
            if key.endswith("activation"):
                result[key] = self._activation(value, f"{where}.{key}")
            elif key == "dtype" and self.keras_2:
                result[key] = _dtype(value)
            elif key in _PARTS and isinstance(value, list):
                result[key] = [*(_input_of(value) if key == "layers" and self.keras_2 else ()), *map(below, value)]
            elif key in _PARTS:
                result[key] = below(value)
        return result

    def _with_new_words(self, name, config, where):
        """The config of a layer of Keras, with the arguments that it has in Keras 3."""
        result = {}
        for key, value in config.items():
            if key == "batch_input_shape" and name == "InputLayer":
                result["batch_shape"] = value
            elif key == "alpha" and name == "LeakyReLU":
                result["negative_slope"] = value
            elif key == "axis" and name == "BatchNormalization" and isinstance(value, list) and len(value) == 1:
                result[key] = value[0]
            elif key in _GONE and value != _GONE[key]:
                self.unknown.append(Translation(f"{where}.{key}", f"{name}({key}={value!r})", "Keras 3 has no such argument"))
            elif key not in _GONE and key not in _IDLE and key not in _OWN_IDLE.get(name, ()):
                result[key] = value
        return result

    def _translate(self, where, before, activation):
        # Keras 2 wrote a dtype for every layer. It is kept, and not shown.
        ours = isinstance(activation, Activation)
        shown = activation.from_config({**activation.get_config(), "dtype": None}) if ours else activation
        self.translated.append(Translation(where, before, repr(shown)))
        return serialize(activation)

    def _refuse(self, where, name):
        self.unknown.append(Translation(where, name, REASONS.get(name, "there is none by this name")))


def _is_layer(value):
    """Whether the value is the dict of a layer, of a Keras model or of another object with a config."""
    return isinstance(value, dict) and isinstance(value.get("class_name"), str) and isinstance(value.get("config"), (dict, list))


def _is_of_keras(name):
    found = {"Functional": keras.Model, "Sequential": keras.Sequential}.get(name) or getattr(keras.layers, name, None)
    return isinstance(found, type) and issubclass(found, keras.layers.Layer)


def _named(config):
    return config | {"name": valid_name(config["name"])} if isinstance(config.get("name"), str) else config


def _dtype(value):
    """A dtype, or the name of a policy such as mixed_float16."""
    return value["config"]["name"] if isinstance(value, dict) else value


def _input_of(layers):
    """The input layer of a Sequential of the first releases of Keras 2, whose first layer had the shape."""
    first = layers[0]["config"] if layers and _is_layer(layers[0]) else {}
    shape = first.get("batch_input_shape") if isinstance(first, dict) else None
    if shape is None or layers[0]["class_name"] == "InputLayer" or "inbound_nodes" in layers[0]:
        return []
    config = {"batch_shape": shape, "dtype": "float32", "name": f"{first['name']}_input"}
    return [{"module": "keras.layers", "class_name": "InputLayer", "config": config, "registered_name": None}]
