"""Another activation in a model that exists: in a new model, or in place."""

import warnings
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, overload

import keras

from .. import Activation, Splitting, catalogue, get
from ..core import keras_gaps
from ..core.activation import canonical_name
from .copying import Copy, compile_like
from .finding import ROLES, Place, equivalent, find_activations, name_of, shown
from .table import Printed, counted, table


@dataclass(frozen=True, repr=False)
class Replacement(Printed):
    """What `replace` did. It prints as a table.

    Attributes:
        model: The new model.
        changed: (path, activation before, activation now) of each place that has another activation now.
        kept: (path, activation, reason) of each place that was asked for and has the same activation as before.
        notes: What else differs from the original, in sentences.
    """

    model: Any
    changed: tuple[tuple[str, str, str], ...]
    kept: tuple[tuple[str, str, str], ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict:
        """The report without the model, in plain Python values."""
        changed = [dict(zip(("path", "before", "now"), row, strict=True)) for row in self.changed]
        kept = [dict(zip(("path", "activation", "reason"), row, strict=True)) for row in self.kept]
        return {"model": self.model.name, "changed": changed, "kept": kept, "notes": list(self.notes)}

    def __str__(self) -> str:
        lines = [f"{self.model.name}: {counted(len(self.changed), 'activation')} changed, {len(self.kept)} kept"]
        if self.changed:
            lines.append(table(["changed", "before", "now"], self.changed))
        if self.kept:
            lines.append(table(["kept", "activation", "reason"], self.kept))
        return "\n".join([*lines, *self.notes, "The new model is `.model` of this. The old one is as it was."])


_MISSING: Any = object()


def replace(
    model: keras.Model,
    mapping: Mapping[Any, Any],
    *,
    roles: Collection[str] = ("hidden", "state"),
) -> Replacement:
    """A new model with other activations, wherever they are in it. The weights are those of the model, which stays as it is.

    Args:
        model: A Keras model: functional, sequential, or a subclass that its config makes again.
        mapping: Dict from what to replace to what takes its place. If several keys fit a place, the first one counts. A key is one of

            * a name that `get` knows, such as "relu". It finds functions, strings, Keras's layers and those of this package. A name with
              arguments, such as "leaky_relu(negative_slope=0.3)", finds only those with these values. A
              ``keras.layers.ReLU(max_value=6)`` is "relu6", and not "relu";
            * the name of a layer or a path as `find_activations` prints it;
            * a class, of the activation or of the layer that holds it;
            * one of Keras's functions, such as `keras.activations.relu`, or another function that the model uses;
            * any other function. It gets each `Place` and returns whether to replace its activation.

            A value is anything that `get` takes. Each place gets a new layer like it. None is the identity, which prunes an activation.
        roles: The roles of the places to change; see `find_activations`. By default, the "output" of the model, the "gate" of recurrent
            layers and "attention" keep their activations, whatever the key.

    Returns:
        A `Replacement`. Its `model` has the weights, names, dtypes and flags of the original, and is compiled like it. The optimizer keeps
        its state for the weights that both models have.

    Raises:
        TypeError: if model is no Keras model, or mapping is no dict.
        ValueError: if a key fits no place, if all places that it fits have other roles, if there is no activation of that name, if it
            changes the shape of its input, or if the model cannot be made again from its config. The model is unchanged then, too.

    Example:
        >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "relu", name="a"), keras.layers.Dense(2, "softmax")])
        >>> replace(model, {"relu": "mish"}).changed
        (('a:activation', 'relu', 'Mish()'),)
    """
    if not isinstance(model, keras.Model):
        raise TypeError(f"replace takes a Keras model; received {model!r} ({type(model).__name__}).")
    places = find_activations(model)
    wanted, kept = _chosen(places, mapping, roles)
    copy = Copy(model)
    changed, made = [], {}
    for place, template in wanted:
        given = next((made[above.path] for above in places if above.path in made and _hands_down(above, place)), None)
        new = made[place.path] = _put(copy.model, copy.layers[id(place.layer)], place, given or _fresh(template))
        changed.append((", ".join(place.paths), shown(place.activation), shown(new)))
    keras_gaps.retrack(copy.model)
    return Replacement(copy.model, tuple(changed), tuple(kept), (*copy.forgotten(), *copy.compile()))


@overload
def set_activation(model: keras.layers.Layer, activation: Any, /) -> None: ...
@overload
def set_activation(model: keras.layers.Layer, where: str, activation: Any) -> None: ...
def set_activation(model, where, activation=_MISSING):
    """Set one activation of a model in place, also where its layer is built.

    Keras does not allow ``layer.activation = ...`` with a layer on the right once the layer is built. With a function on the right, the
    compiled functions of the model go on with the old activation. Here they are made again at their next call, and the optimizer of a
    compiled model knows new weights. This is why it takes the model. A layer alone may be given, too, as in
    ``set_activation(layer, "mish")``; a warning says then what a model around it needs. If the model is a part of another model,
    give the outer one. A function of your own, such as a `tf.function` around the model, keeps the activation with which it was traced.

    Args:
        model: A Keras model, or a layer.
        where: A path as `find_activations` prints it, such as "encoder/dense:activation", or the name of a layer that holds one activation.
            It may be left out for a layer, or for a model with one activation.
        activation: Anything that `get` takes. A layer is used as it is. None is the identity.

    Raises:
        TypeError: if model is no Keras layer.
        ValueError: if the path fits no place or several, if the layer is the activation itself, such as `keras.layers.ReLU`, or if there
            is no such activation or it changes the shape of its input.

    Example:
        >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "relu", name="a")])
        >>> set_activation(model, "a", "mish")
        >>> model.layers[0].activation
        Mish()
    """
    places = find_activations(model)
    if activation is _MISSING:
        where, activation = places[0].path if len(places) == 1 else model.name, where
        if model.built and not isinstance(model, keras.Model):
            warnings.warn(
                f"{model.name} does not know its model. A model that was compiled before keeps the old activation, and its optimizer "
                f"does not know new weights. Write set_activation(model, {model.name!r}, ...) instead, or compile it again.",
                stacklevel=2,
            )
    found = [place for place in places if where in (*place.paths, place.layer.name, *(path.partition(":")[0] for path in place.paths))]
    if len(found) != 1:
        raise ValueError(
            f"{where!r} fits {len(found)} places. Write one of these paths: {', '.join(place.path for place in found or places)}."
        )
    (place,) = found
    if place.attribute is None:
        raise ValueError(
            f"{place.path} is the activation itself, {shown(place.activation)}, and not a layer that holds one. Write "
            f"replace(model, {{{place.path!r}: ...}}), which makes a new model."
        )
    new = _template(activation)
    _check_width(new, place)
    parts = [part for part in (model, *(layer for _, layer in keras_gaps.held_layers(model, keras.Model))) if isinstance(part, keras.Model)]
    trained = [list(map(id, part.trainable_variables)) for part in parts]
    variables = {id(variable): variable for variable in model.variables}
    _built(new, place)
    keras_gaps.set_attribute(place.layer, place.attribute, new)
    keras_gaps.retrack(model)
    for part, before in zip(parts, trained, strict=True):
        if part.compiled and before != list(map(id, part.trainable_variables)):
            for note in compile_like(part, part, variables):
                if "is not compiled" in note:
                    warnings.warn(note, stacklevel=2)
        part.train_function = part.test_function = part.predict_function = None


def _chosen(places, mapping, roles):
    """([(place, template) to change], [(path, activation, reason) to keep]), or an error before anything is changed."""
    if not isinstance(mapping, Mapping) or not mapping:
        raise TypeError(f"mapping must be a dict such as {{'relu': 'mish'}}; received {mapping!r}.")
    if isinstance(roles, str) or not set(roles) <= set(ROLES):
        raise ValueError(f"roles must be a tuple of some of {ROLES}; received {roles!r}.")
    wanted, kept, taken = [], [], set()
    for key, value in mapping.items():
        template, matches = _template(value), _matcher(key, places)
        fitting = [place for place in places if matches(place)]
        if not fitting:
            has = ", ".join(sorted({shown(place.activation) for place in places})) or "none that can be seen from outside of its layers"
            raise ValueError(f"{key!r} fits no activation of the model. It has: {has}.")
        if not any(place.role in roles for place in fitting):
            others = sorted({place.role for place in fitting})
            raise ValueError(
                f"All that {key!r} fits, {', '.join(place.path for place in fitting)}, has the role {', '.join(others)}, which is kept. "
                f"Write roles={(*roles, *others)!r} to change it, too."
            )
        for place in fitting:
            if place.paths in taken:
                continue
            taken.add(place.paths)
            if place.role in roles:
                _check_width(template, place)
                wanted.append((place, template))
            else:
                kept.append((", ".join(place.paths), shown(place.activation), f"its role is {place.role}"))
    return wanted, kept


def _matcher(key, places) -> Callable[[Place], Any]:
    """Whether a place fits the key, as a function."""
    if isinstance(key, str):
        if any(_is_at(place, key) for place in places) and not any(place.name == key for place in places):
            return lambda place: _is_at(place, key)
        if any(place.name == key and equivalent(place.activation) is None for place in places):
            return lambda place: place.name == key
        # Keras means another class by some names, such as "swish".
        likes = [(like, _is_exact(key, like)) for like in (get(key), get(key, like="keras"))]
        return lambda place: any(_is_like(equivalent(place.activation), like, exact) for like, exact in likes)
    if isinstance(key, type):
        return lambda place: isinstance(place.activation, key) or isinstance(place.layer, key) or type(equivalent(place.activation)) is key
    if isinstance(key, keras.layers.Layer) or not callable(key):
        raise TypeError(f"A key of mapping is a name, a class or a function; received {key!r} ({type(key).__name__}).")
    if any(key is function for function in (*vars(keras.activations).values(), *(place.activation for place in places))):
        return lambda place: place.activation is key
    return key


def _is_at(place, key):
    return place.layer.name == key or any(key in (path, path.partition(":")[0]) for path in place.paths)


def _is_exact(key, like):
    """Whether the key fits only activations with the same arguments: if it has some, or if they make another function of it."""
    # A ReLU with a ceiling or a threshold is another function.
    return canonical_name(type(like)) == "relu" or "(" in key or _hyperparameters(like) != _hyperparameters(type(like)())


def _is_like(activation, like, exact):
    if type(activation) is not type(like):
        return False
    return not exact or _hyperparameters(activation) == _hyperparameters(like)


def _hyperparameters(activation):
    config = activation.get_config()
    return {name: config[name] for name in catalogue()[canonical_name(type(activation))].arguments}


def _template(value):
    """What takes the place: a layer, or a function. The identity is Keras's own, which costs nothing."""
    found = keras.activations.linear if value is None else get(value)
    return keras.activations.linear if name_of(found) == "linear" else found


def _check_width(template, place):
    if isinstance(template, Splitting):
        raise ValueError(f"{template!r} changes the width of its input, so it cannot stand at {place.path}. {template.advice}")
    shapes = _shapes(place)
    if isinstance(template, Activation) and shapes:
        for shape in shapes:
            try:
                _fresh(template)(keras.ops.zeros([size or 1 for size in shape]))
            except Exception as error:  # each backend has its own
                raise ValueError(f"{template!r} cannot stand at {place.path}, where the shape is {shape}: {error}") from error


def _shapes(place):
    """The symbolic shapes at the place, as far as they are known: where the layer was called in a functional model."""
    calls = keras_gaps.calls_of(place.layer)
    return [outputs[0].shape for _, outputs in calls if len(outputs) == 1]


def _hands_down(above, place):
    """Whether a layer gives its own argument to a layer that it makes, as a transformer block does. Both have one activation then."""
    inside = place.path.startswith(above.path.partition(":")[0] + "/")
    return inside and place.activation is above.activation and above.attribute in above.layer.get_config()


def _fresh(template):
    """A new layer like the template, with its weights and a name of its own. A function is itself."""
    if not isinstance(template, keras.layers.Layer):
        return template
    layer = type(template).from_config({name: value for name, value in template.get_config().items() if name != "name"})
    if template.weights and len(layer.weights) == len(template.weights):
        layer.set_weights(template.get_weights())
    return layer


def _put(model, layer, place, new):
    """Let the copy `layer` of the place's layer hold the activation `new`, or be replaced by it. Returns the new activation."""
    if place.attribute is not None:
        _built(new, place)
        keras_gaps.set_attribute(layer, place.attribute, new)
        return new
    whole = new if isinstance(new, keras.layers.Layer) else keras.layers.Activation(new)
    whole.name = layer.name
    if isinstance(layer, keras.layers.Layer):
        whole.trainable, whole.activity_regularizer = layer.trainable, layer.activity_regularizer
        # Activations of this package keep the dtype of their input, which only some layers change.
        if not isinstance(whole, Activation) or _casts(layer):
            whole.dtype_policy = layer.dtype_policy
    _built(whole, place)
    keras_gaps.replace_operation(model, layer, whole)
    for holder in [model, *(each for _, each in keras_gaps.held_layers(model, keras.layers.Layer))]:
        if any(child is layer for child in keras_gaps.children(holder)):
            keras_gaps.replace_child(holder, layer, whole)
    return new


def _casts(layer):
    """Whether the layer returns another dtype than it gets, or may do so."""
    calls = keras_gaps.calls_of(layer)
    return not calls or any(inputs[0].dtype != outputs[0].dtype for inputs, outputs in calls)


def _built(new, place):
    """Build the layer where it will stand, so that it has its weights before an optimizer or a file needs them."""
    if isinstance(new, keras.layers.Layer) and not new.built and (shapes := _shapes(place)):
        new.build(shapes[0])
