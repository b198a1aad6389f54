"""Every activation of a model: where it stands, which function it is, and what it is for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import keras

from .. import Activation, catalogue, get
from ..core.activation import canonical_name
from ..core.keras_gaps import children, held_attributes, producer
from .table import Printed, counted, table

LAYERS = (Activation, keras.layers.ReLU, keras.layers.LeakyReLU, keras.layers.PReLU, keras.layers.ELU, keras.layers.Softmax)
"""The classes of layers that are an activation. `keras.layers.Activation` is not one, but holds one."""

ROLES = ("hidden", "output", "state", "gate", "attention")

_OTHERS = ("get", "serialize", "deserialize")
_FUNCTIONS = {
    id(function): function.__name__ for name, function in vars(keras.activations).items() if callable(function) and name not in _OTHERS
}

# These decide which predictions a model can make. At the end of a model, every other function gives features.
_RANGES = {
    "entmax", "entmax15", "exponential", "hard_sigmoid", "hard_tanh", "linear", "log_sigmoid", "log_softmax", "sigmoid", "softmax",
    "softplus", "softsign", "sparsemax", "sparse_sigmoid", "tanh",
}  # fmt: skip

# These layers change neither the values that pass through them in inference, nor their order.
_PASSING = (keras.layers.Reshape, keras.layers.Flatten, keras.layers.Permute, keras.layers.Dropout, keras.layers.Identity)


@dataclass(frozen=True)
class Place:
    """A place in a model where an activation stands.

    Attributes:
        paths: The names of the layers that lead to it, one path for each way, such as "encoder/dense:activation". The attribute stands
            after the colon. A shared layer has several paths.
        layer: The layer that holds the activation in an attribute, or the layer that is the activation.
        attribute: The name of that attribute, such as "activation" or "recurrent_activation". None if the layer is the activation.
        activation: The function or the layer.
        name: Its name in the catalogue, such as "leaky_relu", or the name of the function or class if the catalogue has none.
        role: One of

            * "output" for the function that gives the model's predictions their range: sigmoid, softmax, tanh, linear and others at the
              end of the model. Other functions there give features, and their role is "hidden". Where the layers of a subclassed model
              run is not known, so its last layer counts as its end;
            * "gate" for the recurrent_activation of a recurrent layer, and "state" for the activation of its state;
            * "attention" for the softmax in an attention layer;
            * "hidden" for all others.
    """

    paths: tuple[str, ...]
    layer: Any
    attribute: str | None
    activation: Callable | str
    name: str
    role: str

    @property
    def path(self) -> str:
        """The first of the paths."""
        return self.paths[0]

    @property
    def is_linear(self) -> bool:
        """Whether it is the identity, which is what ``activation=None`` means."""
        return self.name == "linear"

    def to_dict(self) -> dict:
        """The place in plain Python values, with the activation as `keras_activations.tools.finding.shown` writes it."""
        return {
            "paths": list(self.paths),
            "layer": self.layer.name,
            "attribute": self.attribute,
            "activation": shown(self.activation),
            "name": self.name,
            "role": self.role,
        }


@dataclass(frozen=True, repr=False)
class Activations(Printed, Sequence):
    """The places of a model where activations stand, in the order of its layers. It prints as a table."""

    model: str
    places: tuple[Place, ...]

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, index: Any) -> Any:
        return self.places[index]

    def to_dict(self) -> dict:
        return {"model": self.model, "places": [place.to_dict() for place in self.places]}

    def __str__(self) -> str:
        curved = [place for place in self.places if not place.is_linear]
        linear = counted(len(self.places) - len(curved), "place")
        title = f"{self.model}: {counted(len(curved), 'activation')}, and {linear} without one (linear)"
        rows = [[", ".join(place.paths), shown(place.activation), place.role] for place in curved]
        return "\n".join([title, *([table(["path", "activation", "role"], rows)] if rows else [])])


def find_activations(model: keras.layers.Layer) -> Activations:
    """List every activation of a model: in layers such as `keras.layers.ReLU`, in `Activation` layers, and as `activation=` of any layer.

    It looks into nested models, wrappers, recurrent cells, and lists and dicts of layers. A shared layer is listed once. An attribute of
    a layer counts if its name ends with "activation", or if it holds one of Keras's activation functions. In a functional model,
    operations such as ``keras.ops.relu(x)`` are listed, too. What the `call` of a layer computes by itself is not seen.

    Args:
        model: A Keras model or layer.

    Returns:
        An `Activations`, which is a sequence of `Place` and prints as a table. Linear places are in it, but not in the table.

    Raises:
        TypeError: if model is not a Keras layer.

    Example:
        >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "relu"), Mish(), keras.layers.Dense(2, "softmax")])
        >>> [(place.name, place.role) for place in find_activations(model)]
        [('relu', 'hidden'), ('linear', 'hidden'), ('mish', 'hidden'), ('softmax', 'output')]
    """
    if not isinstance(model, keras.layers.Layer):
        raise TypeError(f"find_activations takes a Keras model or layer; received {model!r} ({type(model).__name__}).")
    found: dict[tuple[int, str | None], dict] = {}
    for path, holder, layer, attribute, activation in _walk(model, (), None, frozenset()):
        key = id(layer), attribute
        place = found.setdefault(key, {"paths": [], "layer": layer, "attribute": attribute, "activation": activation, "holder": holder})
        place["paths"].append("/".join(path) + (f":{attribute}" if attribute else ""))
    ends = {id(layer) for layer in _ends(model)}
    places = []
    for place in found.values():
        holder, name = place.pop("holder"), name_of(place["activation"])
        role = _role(holder, place["layer"], place["attribute"], name, ends)
        places.append(Place(**{**place, "paths": tuple(dict.fromkeys(place["paths"]))}, name=name, role=role))
    return Activations(model.name, tuple(places))


def _walk(layer, path, holder, above) -> Iterator[tuple]:
    """(path, holder, layer, attribute, activation) of each activation in `layer` and below it. `path` leads to the layer."""
    own = path or (layer.name,)
    if isinstance(layer, LAYERS) or is_operation(layer):
        yield own, holder, layer, None, layer
    if isinstance(layer, LAYERS) or not isinstance(layer, keras.layers.Layer):
        return
    held = held_activations(layer)
    for attribute, activation in held.items():
        yield own, holder, layer, attribute, activation
    apart = {id(activation) for activation in held.values()} | above
    inner = layer.operations if graph_of(layer) else children(layer)
    for child in inner:
        if id(child) not in apart:
            yield from _walk(child, (*path, child.name), layer, above | {id(layer)})


def graph_of(layer):
    """Whether the layer is a functional model or a sequential one, and not just a layer."""
    return isinstance(layer, keras.Model) and bool(getattr(layer, "operations", None))


def held_activations(layer) -> dict[str, Callable | str]:
    """The activations that a layer holds in attributes, by the name of the attribute."""
    held = {}
    for name, value in sorted(held_attributes(layer).items(), key=lambda pair: pair[0]):
        named = name.endswith("activation") and (is_known(value) if isinstance(value, str) else callable(value))
        if (named and not isinstance(value, type)) or id(value) in _FUNCTIONS:
            held[name] = value
    return held


def is_known(name):
    """Whether Keras takes the string as an activation."""
    return callable(getattr(keras.activations, name, None))


def is_operation(operation):
    """Whether the operation of a functional model, which is no layer, computes one of Keras's activations, as `keras.ops.relu` does."""
    return (
        isinstance(operation, keras.Operation)
        and not isinstance(operation, keras.layers.Layer)
        and canonical_name(type(operation)) in _FUNCTIONS.values()
    )


def equivalent(activation) -> Activation | None:
    """The activation of this package that computes the same, or None if none is known to."""
    if isinstance(activation, Activation):
        return activation
    if isinstance(activation, str):
        return get(activation, like="keras")
    if isinstance(activation, keras.layers.PReLU):
        return get("prelu")
    if isinstance(activation, keras.layers.ReLU):
        slope, threshold = float(activation.negative_slope), float(activation.threshold)
        most = None if activation.max_value is None else float(activation.max_value)
        if (slope, most, threshold) == (0, 6, 0):
            return get("relu6")
        if slope and (most, threshold) == (None, 0):
            return get("leaky_relu", negative_slope=slope)
        return get("relu", negative_slope=slope, max_value=most, threshold=threshold)
    if isinstance(activation, keras.layers.LeakyReLU):
        return get("leaky_relu", negative_slope=float(activation.negative_slope))
    if isinstance(activation, keras.layers.ELU):
        return get("elu", alpha=float(activation.alpha))
    if isinstance(activation, keras.layers.Softmax):
        return get("softmax", axis=activation.axis)
    if is_operation(activation):
        name = canonical_name(type(activation))
        arguments = catalogue()[canonical_name(type(get(name, like="keras")))].arguments if name != "threshold" else {}
        return get(name, like="keras", **{key: value for key, value in vars(activation).items() if key in arguments})
    name = _FUNCTIONS.get(id(activation))
    # The arguments of this one have no defaults.
    return None if name in (None, "threshold") else get(name, like="keras")


def name_of(activation) -> str:
    """The name in the catalogue, or the name of the function or class if the catalogue has none."""
    if ours := equivalent(activation):
        return canonical_name(type(ours))
    return getattr(activation, "__name__", None) or canonical_name(type(activation))


def shown(activation) -> str:
    """The activation as text, such as "relu", "ReLU(max_value=6.0)" or "Swish(beta=2.0)"."""
    if isinstance(activation, str):
        return activation
    if isinstance(activation, Activation):
        return repr(activation)
    if isinstance(activation, LAYERS):
        given = {name: getattr(activation, name, None) for name in ("negative_slope", "max_value", "threshold", "alpha", "axis")}
        given = ", ".join(
            f"{name}={value}" for name, value in given.items() if value not in (None, 0) and isinstance(value, (int, float, list))
        )
        return f"keras.layers.{type(activation).__name__}({given})"
    return getattr(activation, "__name__", None) or name_of(activation)


def _role(holder, layer, attribute, name, ends):
    if attribute == "recurrent_activation":
        return "gate"
    if attribute == "activation" and hasattr(layer, "state_size"):
        return "state"
    if "Attention" in type(holder).__name__ and name in ("softmax", "sparsemax", "softmax1", "entmax"):
        return "attention"
    return "output" if id(layer) in ends and name in _RANGES else "hidden"


def ends_of(model, tensor) -> list:
    """The layers whose activation makes this output of a functional model, or that of a model with one output if it is None."""
    return _ends(model) if tensor is None else _ends_before(tensor)


def _ends(layer) -> list:
    """The layers whose activation makes an output of the model."""
    if isinstance(layer, keras.Sequential):
        return _ends_of_list(layer.layers)
    if graph_of(layer):
        return [end for tensor in keras.tree.flatten(layer.outputs) for end in _ends_before(tensor)]
    if isinstance(layer, keras.layers.Wrapper):
        return _ends(layer.layer)
    if isinstance(layer, keras.Model):
        return _ends_of_list(layer.layers)
    return [layer]


def _ends_of_list(layers):
    """The layers at the end of a list, where the values of one pass to the next."""
    for layer in reversed(layers):
        if not _passes(layer):
            return _ends(layer)
    return []


def _ends_before(tensor):
    """The layers that made a symbolic tensor."""
    operation, inputs = producer(tensor)
    if _passes(operation):
        return [end for x in inputs for end in _ends_before(x)]
    return _ends(operation) if isinstance(operation, keras.layers.Layer) else [operation]


def _passes(layer):
    linear = isinstance(layer, keras.layers.Activation) and name_of(layer.activation) == "linear"
    return linear or isinstance(layer, _PASSING)
