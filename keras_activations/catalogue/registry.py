"""The catalogue of activations, and their lookup by name in any spelling."""

import ast
import difflib
import inspect
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, overload

import keras

from ..core.activation import Activation, canonical_name
from ..core.hosted import positional_arguments, translated
from .entry import Entry, call
from .presets import AMBIGUOUS, LIKE, PREFIXES, PRESETS, VARIANTS, WORDS

PACKAGE = "keras_activations"

_NAME = re.compile(r"[\w\s-]+")
_classes = {}  # by key: a name without case and punctuation, which is the same for all its spellings


_Class = TypeVar("_Class", bound=type[Activation])


@overload
def register(cls: _Class, *, package: str | None = None) -> _Class: ...
@overload
def register(*, package: str | None = None) -> Callable[[_Class], _Class]: ...
def register(cls: Any = None, *, package: str | None = None) -> Any:
    """Class decorator: register an activation with Keras, so that it can be saved and loaded, and with `get`.

    Args:
        cls: The class, a subclass of `Activation`.
        package: The prefix under which Keras saves the class. Choose a name of your own, and keep it as long as there are files.

    Raises:
        ValueError: if one of its names already belongs to another activation, or if the package is missing or is this one's.

    Example:
        >>> @register(package="my_lab")
        ... class Cube(Activation):
        ...     '''``f(x) = x**3``'''
        ...     def fallback(self, x):
        ...         return x * x * x
        >>> get("cube")
        Cube()
    """
    if cls is None:
        return lambda cls: register(cls, package=package)
    if not (inspect.isclass(cls) and issubclass(cls, Activation)):
        raise TypeError(f"register takes a subclass of Activation; received {cls!r}.")
    own = cls.__module__.partition(".")[0] == PACKAGE
    if own == (package not in (None, PACKAGE)):
        raise ValueError(f"{cls.__name__} needs a package of its own; received {package!r}. Write @register(package='my_lab').")
    registered_name = f"{package or PACKAGE}>{cls.__name__}"
    aliases = vars(cls).get("aliases", ())
    if not isinstance(aliases, tuple) or not all(isinstance(alias, str) and _NAME.fullmatch(alias) for alias in aliases):
        raise ValueError(f"The aliases of {cls.__name__} must be a tuple of names such as 'my_name'; received {aliases!r}.")
    names = {_key(name): name for name in (cls.__name__, *aliases)}
    for key, name in names.items():
        owner = _classes.get(key)
        # The same class is no conflict: a module or a notebook cell may run again.
        if key in _presets or (owner and keras.saving.get_registered_name(owner) != registered_name):
            taken = _presets[key][0] if key in _presets else keras.saving.get_registered_name(owner)
            raise ValueError(f"The name {name!r} of {registered_name} already belongs to {taken}. Choose another.")
    for key in [key for key, old in _classes.items() if keras.saving.get_registered_name(old) == registered_name]:
        del _classes[key]
    keras.saving.register_keras_serializable(package or PACKAGE)(cls)
    _classes.update(dict.fromkeys(names, cls))
    return cls


def catalogue(
    *,
    family: str | None = None,
    learned: bool | None = None,
    elementwise: bool | None = None,
    may_stand_in_a_host: bool | None = None,
) -> dict[str, Entry]:
    """Every registered activation, as a sorted dict from name to `Entry`. An argument that is not None keeps only those with this value.

    Args:
        family: The name of a family, such as "gates".
        learned: Whether it has weights by default.
        elementwise: Whether each entry of the output depends on one entry of the input alone.
        may_stand_in_a_host: Whether it can be the `activation` of a layer such as `Dense`.

    Raises:
        ValueError: if the family does not exist.

    Example:
        >>> list(catalogue(family="shrinkers", elementwise=True))
        ['hard_shrink', 'shrink', 'soft_shrink', 'tanh_shrink']
    """
    entries = sorted(map(Entry, set(_classes.values())), key=lambda entry: entry.name)
    if family is not None and family not in (families := sorted({entry.family for entry in entries})):
        raise ValueError(f"There is no family {family!r}. Choose from {', '.join(families)}.")
    wanted = {"family": family, "learned": learned, "elementwise": elementwise, "may_stand_in_a_host": may_stand_in_a_host}
    wanted = {name: value for name, value in wanted.items() if value is not None}
    return {entry.name: entry for entry in entries if all(getattr(entry, name) == value for name, value in wanted.items())}


def libraries() -> dict[str, dict[str, str]]:
    """The libraries that `like=` takes. Each has the names whose meaning or defaults differ from those here, and their meaning.

    Example:
        >>> libraries()["torch"]["leaky_relu"]
        'leaky_relu(negative_slope=0.01)'
    """
    return {
        library: {name: call(target, arguments) for name, (target, arguments) in sorted(table.items())}
        for library, table in sorted(LIKE.items())
    }


_Layer = TypeVar("_Layer", bound=keras.layers.Layer)
_Function = TypeVar("_Function", bound=Callable)


@overload
def get(identifier: str | dict[str, Any] | None, *, like: str | None = None, **kwargs: Any) -> Activation | Any: ...
@overload
def get(identifier: type[_Layer], *, like: str | None = None, **kwargs: Any) -> _Layer: ...
@overload
def get(identifier: _Function) -> _Function: ...
def get(identifier, *, like=None, **kwargs):
    """An activation from its name, its class, a config or another description.

    Args:
        identifier: One of

            * a name in any spelling, such as "leaky_relu", "LeakyReLU" or "leaky-relu": a new layer each time;
            * a name with its library before it, such as "torch.nn.SiLU", "tf.nn.relu" or "Addons>mish": see `like`;
            * a call with literal arguments, such as "leaky_relu(negative_slope=0.1)", which is parsed and never evaluated;
            * a class, which is called; a config dict as `serialize` and Keras write it;
            * a layer or any other callable, which is returned as it is;
            * None: `Linear`.
        like: The library whose meaning and defaults the name has, if they differ from ours: one of the keys of
            `keras_activations.catalogue.presets.LIKE`, such as "torch", "keras2", "jax", "onnx" or "hf". The arguments have the names
            and the order of that library, or the names here. So what torch prints, such as "Softmax(dim=1)", is read as it is.
        **kwargs: Arguments of the activation, if the identifier is a name or a class.

    Returns:
        A Keras layer, unless another callable was given. It may be the `activation` of another layer, unless it changes the width of
        its input, as GLU does. Its entry in the catalogue says this by `may_stand_in_a_host`.

    Raises:
        ValueError: for an unknown name, a name that means different functions, a malformed string, an unknown library, a library before
            the name that is not `like`, or arguments for something that is already configured.
        TypeError: for arguments that the activation does not have, and for an identifier that does not describe an activation.

    Example:
        >>> get("leaky_relu(negative_slope=0.1)")
        LeakyReLU(negative_slope=0.1)
        >>> get("LeakyReLU", negative_slope=0.1)
        LeakyReLU(negative_slope=0.1)
        >>> get("leaky_relu", like="torch")
        LeakyReLU(negative_slope=0.01)
        >>> get("torch.nn.Softmax(dim=1)")
        Softmax(axis=1)
    """
    if like is not None and like not in LIKE:
        near = difflib.get_close_matches(str(like).lower(), LIKE, n=1)
        advice = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"like must be one of {', '.join(map(repr, sorted(LIKE)))}; received {like!r}.{advice}")
    if identifier is None:
        identifier = "linear"
    if isinstance(identifier, str):
        name, args, literal = _parsed(identifier)
        meaning = _looked_up(name, like)
        positional = meaning.named(args)
        if repeated := (positional | literal).keys() & kwargs.keys() | positional.keys() & literal.keys():
            raise ValueError(f"{sorted(map(str, repeated))} are given twice in get({identifier!r}, ...). Leave one of them out.")
        completed = meaning.completed(translated(meaning.cls, positional | literal | kwargs, meaning.words))
        meaning.refuse_missing(completed)
        return meaning.cls(**completed)
    if inspect.isclass(identifier) and issubclass(identifier, keras.layers.Layer):
        named = like and issubclass(identifier, Activation)
        return get(canonical_name(identifier), like=like, **kwargs) if named else identifier(**kwargs)
    from_torch = _advice_on_torch(identifier)
    if given := kwargs | ({"like": like} if like else {}):
        if from_torch:
            raise TypeError(f"{identifier!r} is torch's, and not described by {given}. {from_torch}")
        raise ValueError(
            f"The arguments {given} cannot be given beside {identifier!r}, which is already configured. "
            "Give them where it is made, or give get a name or a class."
        )
    if isinstance(identifier, dict):
        return deserialize(identifier)
    if callable(identifier) and not inspect.isclass(identifier):
        if from_torch:
            warnings.warn(f"Keras cannot load {identifier!r}, which is torch's, from a file. {from_torch}", stacklevel=2)
        return identifier
    raise TypeError(
        "get takes a name such as 'mish', a layer class, a config dict, a callable or None; "
        f"received {identifier!r} ({type(identifier).__name__}). {from_torch}".rstrip()
    )


def _advice_on_torch(identifier):
    """What to write instead of an activation module of torch or its class, or nothing for anything else. torch need not be installed."""
    kind = identifier if inspect.isclass(identifier) else type(identifier)
    if kind.__module__ != "torch.nn.modules.activation":
        return ""
    return f"Write keras_activations.compat.from_torch({f'{kind.__name__}()' if kind is identifier else repr(identifier)})."


def serialize(activation: Callable) -> dict:
    """The config dict of an activation. `deserialize` makes an equal one from it, and so does Keras wherever it takes an activation.

    Example:
        >>> serialize(get("mish"))["registered_name"]
        'keras_activations>Mish'
    """
    config: Any = keras.saving.serialize_keras_object(activation)
    return config


def deserialize(config: dict, custom_objects: dict | None = None) -> Callable:
    """The activation that a config dict describes.

    Args:
        config: Dict with "class_name", which may be a registered name or any name that `get` knows, such as "Addons>GELU", and "config".
        custom_objects: Dict of names to classes that are not registered, as in Keras.

    Raises:
        TypeError: if config is no dict. ValueError: if it names no activation.
    """
    if not isinstance(config, dict):
        raise TypeError(f"deserialize takes a config dict; received {config!r} ({type(config).__name__}). For a name, use get.")
    name = config.get("class_name")
    if not isinstance(name, str):
        raise ValueError(f"A config dict needs a 'class_name', such as {{'class_name': 'Mish', 'config': {{}}}}; received {config}.")
    # Keras looks up a registered name, except a name of a library that does not exist with this Keras.
    registered = ">" in name and (keras.saving.get_registered_object(name) or not _library(name)[0])
    if not registered and "module" not in config and "registered_name" not in config and name not in (custom_objects or {}):
        meaning = _looked_up(name)
        given = translated(meaning.cls, config.get("config") or {}, meaning.words)
        return meaning.cls.from_config(meaning.completed(given))
    return keras.saving.deserialize_keras_object({"config": {}, **config}, custom_objects=custom_objects)


def _key(name):
    return re.sub(r"[\s_-]", "", name).lower()


# By key: the name as it is written, the name of the activation, other defaults, and the arguments that are part of the meaning.
_presets = {_key(name): (name, target, {}, fixed) for name, (target, fixed) in PRESETS.items()}
_presets |= {_key(name): (name, target, defaults, {}) for name, (target, defaults) in VARIANTS.items()}
_ambiguous = {_key(name): choices for name, choices in AMBIGUOUS.items()}


@dataclass(frozen=True)
class _Meaning:
    """The meaning of a name."""

    name: str
    cls: type
    defaults: dict  # those that differ from the defaults of the class
    fixed: dict  # arguments that are part of the meaning
    words: dict  # the arguments of the library, as in `WORDS`

    def named(self, args):
        """The positional arguments, as a dict by their names."""
        order = [*self.words] or positional_arguments(self.cls)
        if len(args) > len(order):
            raise TypeError(f"{self.name!r} takes {len(order)} positional argument(s) {order}; received {tuple(args)}.")
        return dict(zip(order, args, strict=False))

    def refuse_missing(self, given):
        """Refuse arguments without one that has no default."""
        required = [name for name, default in Entry(self.cls).arguments.items() if default is Entry.required]
        if missing := [name for name in required if name not in given]:
            example = call(canonical_name(self.cls), {name: self.cls.samples[0][name] for name in required if name in self.cls.samples[0]})
            raise TypeError(f"{self.name!r} needs {', '.join(missing)}. Write get({example!r}), with numbers of your own.")

    def completed(self, given):
        """The arguments `given`, and those that the name implies."""
        if any(given.get(key, value) != value for key, value in self.fixed.items()):
            other = canonical_name(self.cls)
            raise ValueError(f"{self.name!r} means {self.fixed}; received {given}. Write get({other!r}, ...) for other arguments.")
        # `channels`, or learned=False, already decides what `per` decides. The default of `per` is not used then.
        said = {"per"} if "channels" in given or given.get("learned") is False else set()
        defaults = {name: value for name, value in self.defaults.items() if name not in said}
        return defaults | self.fixed | given


def _library(name, like=None):
    """(the library whose meaning the name has, the name without the library before it)."""
    *path, bare = re.split("[.>]", name)
    while path and ".".join(path).lower() not in PREFIXES:
        path.pop()
    if not path:
        return like, name
    libraries = PREFIXES[".".join(path).lower()]
    if like not in (None, *libraries):
        raise ValueError(f"{name!r} has a library before it, and like={like!r} is another one. Leave one of them out.")
    return like or libraries[0], bare


def _looked_up(name, like=None):
    """The meaning of the name in the library before it, or in `like`."""
    library, bare = _library(name, like)
    key = _key(bare)
    theirs = {_key(known): meaning for known, meaning in LIKE[library].items()} if library else {}
    if key not in theirs and key in _classes:
        key = _key(canonical_name(_classes[key]))
    if key in theirs:
        (target, defaults), fixed = theirs[key], {}
    elif key in _presets:
        _, target, defaults, fixed = _presets[key]
    elif key in _classes:
        target, defaults, fixed = key, {}, {}
    elif key in _ambiguous:
        raise ValueError(f"{name!r} means different functions in different libraries. Choose: {'; '.join(_ambiguous[key])}.")
    else:
        names = {_key(known): known for entry in catalogue().values() for known in (entry.name, *entry.aliases)}
        names |= {key: preset for key, (preset, *_) in _presets.items()}
        near = [names[found] for found in difflib.get_close_matches(key.rpartition(".")[2], names, n=3, cutoff=0.5)]
        advice = f"Did you mean {', '.join(map(repr, near))}?" if near else "The names are listed by keras_activations.catalogue()."
        raise ValueError(f"There is no activation {name!r}. {advice}")
    cls = _classes[_key(target)]
    return _Meaning(name, cls, defaults, fixed, WORDS.get(library or "", {}).get(canonical_name(cls), {}))


def spelled(name: str) -> str:
    """The class that an attribute with another spelling or another library's name may mean, as advice, or nothing."""
    if name.startswith("_"):  # Python itself looks for these
        return ""
    try:
        meaning = _looked_up(name)
    except ValueError as error:
        return str(error) if "Did you mean" in str(error) else ""
    return f"The class is {meaning.cls.__name__}; or write get({name!r})."


def _parsed(text):
    """(name, positional arguments, keyword arguments) of a name, or of a call with literal arguments."""
    found = re.fullmatch(r"\s*([\w\s.>-]+?)\s*(\(.*\))?\s*", text, re.DOTALL)
    if not found or len(text) > 1000:
        advice = " Its parentheses do not match." if text.count("(") != text.count(")") else ""
        raise ValueError(f"{text[:1000]!r} is not a name or a call such as 'leaky_relu(negative_slope=0.1)'.{advice}")
    name, arguments = found.groups()
    if arguments is None:
        return name, (), {}
    try:
        call = ast.parse("f" + arguments, mode="eval").body
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
            raise ValueError("not a single call")
        positional = [ast.literal_eval(argument) for argument in call.args]
        keywords = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
        if None in keywords or len(keywords) < len(call.keywords):
            raise ValueError("** is not a literal, and an argument is given once")
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError) as error:
        words = [word for word in re.findall(r"[(,=]\s*([A-Za-z_]\w*)\s*(?=[,)])", arguments) if word not in ("True", "False", "None")]
        advice = f" Strings need quotes: {words[0]!r}." if words else ""
        raise ValueError(f"{text!r} is not a call with literal arguments, such as 'leaky_relu(negative_slope=0.1)'.{advice}") from error
    return name, positional, keywords
