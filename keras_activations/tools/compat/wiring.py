"""How the layers of a model are connected: what Keras 2 wrote, as Keras 3 writes it.

Keras 3 reads the connections of Keras 2 too, but not all of them (keras 3.10 to 3.15). It does not follow a tensor in a keyword argument,
takes initial states for inputs, and counts the calls of a model in the model from another number.
"""

from typing import Any

_MODELS = ("Functional", "Model", "Sequential")
_RECURRENT = ("Bidirectional", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "GRU", "LSTM", "RNN", "SimpleRNN")


def valid_name(name: str) -> str:
    """The name of a layer without slashes, which Keras 3 does not allow: "conv1/bn" becomes "conv1_bn"."""
    return name.replace("/", "_")


def rewired(config: dict[str, Any]) -> dict[str, Any]:
    """The config of a model with connections for Keras 3. Any other config is returned as it is, in a new dict."""
    if "input_layers" not in config:
        return dict(config)
    classes = {layer["name"]: layer["class_name"] for layer in config["layers"]}
    ends = {key: _ends(config[key], classes) for key in ("input_layers", "output_layers")}
    layers = [layer | {"inbound_nodes": [_node(node, layer, classes) for node in layer["inbound_nodes"]]} for layer in config["layers"]]
    return config | ends | {"layers": layers}


def _ends(value, classes):
    """The inputs or outputs. Keras 2 wrote one tensor as a list of one, and read such a list as one tensor."""
    if isinstance(value, dict):
        return {key: _ends(entry, classes) for key, entry in value.items()}
    if _is_tensor(value, classes):
        # Here Keras 3 counts the calls of functional models from 1, as Keras 2 does, but not those of a Sequential.
        return [valid_name(value[0]), value[1] - (classes[value[0]] == "Sequential"), value[2]]
    ends = [_ends(entry, classes) for entry in value]
    return ends[0] if len(ends) == 1 else ends


def _node(node, layer, classes):
    """One call of a layer: its arguments by position and by keyword."""
    keywords: dict[str, Any] = {}
    inputs = _tensors(node, classes, keywords)
    if isinstance(inputs, list):
        if layer["class_name"] in _RECURRENT and len(inputs) > 1:
            inputs, *keywords["initial_state"] = inputs
        elif len(inputs) == 1:
            (inputs,) = inputs
    return {"args": [inputs], "kwargs": keywords}


def _tensors(value, classes, keywords=None):
    """The value with each reference [name, call, tensor] as Keras 3 writes it. A fourth entry has keyword arguments of the call."""
    if isinstance(value, dict):
        return {key: _tensors(entry, classes, keywords) for key, entry in value.items()}
    if not isinstance(value, list):
        return value
    if keywords is not None and len(value) == 4 and isinstance(value[3], dict):
        keywords.update(_tensors(value[3], classes))
        value = value[:3]
    if value[:2] == ["_CONSTANT_VALUE", -1]:
        return value[2]
    if not _is_tensor(value, classes):
        return [_tensors(entry, classes, keywords) for entry in value]
    name, call, tensor = value
    # Keras 3 looks the tensor up by its history, and replaces this shape and dtype.
    history = [valid_name(name), call - (classes[name] in _MODELS), tensor]
    return {"class_name": "__keras_tensor__", "config": {"shape": [], "dtype": "float32", "keras_history": history}}


def _is_tensor(value, classes):
    return isinstance(value, list) and len(value) == 3 and isinstance(value[0], str) and value[0] in classes and isinstance(value[1], int)
