"""Model files of Keras 2, and those of Keras 3 with activations of TensorFlow Addons."""

import json
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import keras
from keras import ops

from ... import SShapedReLU
from ...core.keras_gaps import held_layers
from ..table import Printed
from .meanings import Translation, Translator

_WEIGHTS, _CONFIG = "model.weights.h5", "config.json"


@dataclass(frozen=True, repr=False)
class Report(Printed):
    """What a model file contains, and what becomes of it.

    Attributes:
        path: The file.
        format: "keras", a zip archive, or "h5". The suffix of the file may say something else.
        keras_version: The version of Keras that wrote it.
        translated: The activations that Keras 3 lacks or takes for something else, in the order of the file. All others stay as they are.
        unknown: What neither Keras 3 nor this package has. `load_model` refuses such a file.
    """

    path: str
    format: str
    keras_version: str
    translated: tuple[Translation, ...]
    unknown: tuple[Translation, ...]

    def to_dict(self) -> dict[str, Any]:
        """The attributes as plain values for JSON."""
        lists = {"translated": self.translated, "unknown": self.unknown}
        values = {"path": self.path, "format": self.format, "keras_version": self.keras_version}
        return values | {name: [entry.to_dict() for entry in entries] for name, entries in lists.items()}

    def __str__(self) -> str:
        rows = [(entry.where, entry.before, entry.after) for entry in self.translated]
        rows += [(entry.where, entry.before, f"UNKNOWN: {entry.after}") for entry in self.unknown]
        head = f"{self.path}: {self.format} file of Keras {self.keras_version}"
        if not rows:
            return f"{head}; nothing in it has to be translated"
        first, second = (max(len(row[column]) for row in rows) for column in (0, 1))
        return "\n".join([head, *(f"  {where:{first}}  {before:{second}}  {after}" for where, before, after in rows)])


def _file(tool, path):
    """The path of a file, or an error for anything else."""
    if not isinstance(path, (str, os.PathLike)):
        kind = type(path).__name__
        raise TypeError(f"{tool} takes the path of a .keras or .h5 file; received {kind}. For a model in memory, see find_activations.")
    return Path(path)


def inspect(path: "str | os.PathLike[str]", *, custom_objects: Mapping[str, Any] | None = None) -> Report:
    """Say what `load_model` would do with a file. No model is built.

    Args:
        path: A .h5 or .keras file of Keras 2 or 3.
        custom_objects: As in `load_model`.

    Returns:
        A `Report`, which prints as a table.

    Raises:
        FileNotFoundError: if there is no file.
        ValueError: if the file is damaged, holds no model or only weights, or is of Keras 1.

    Example:
        >>> print(inspect("old.h5"))  # doctest: +SKIP
        old.h5: h5 file of Keras 2.12.0
          dense.activation           Addons>mish   Mish()
          lstm.recurrent_activation  hard_sigmoid  HardSigmoid(slope=0.2)
    """
    return _translated(_file("inspect", path), custom_objects or {})[0]


def load_model(path: "str | os.PathLike[str]", *, custom_objects: Mapping[str, Any] | None = None, compile: bool = False) -> keras.Model:
    """Load a model that Keras 2 has saved, so that it predicts what it predicted there.

    Activations of TensorFlow Addons, of keras-contrib and of Keras 2 become those of this package where Keras 3 lacks them, or means
    something else: "hard_sigmoid" had the slope 0.2. `inspect` shows each of them. Layers that Keras 3 has stay layers of Keras. A file of
    Keras 3 keeps the meaning that it has there, and only names of TensorFlow Addons are translated. Save the model with ``model.save``, and
    Keras loads it as it loads every other model.

    A name means what Keras 2 made of it when it loaded the file. That of TensorFlow 2.15 wrote the function `tfa.activations.gelu` as
    "gelu", which is its own, exact one. TensorFlow Addons computed the approximation by tanh, which differs by up to 5e-4.

    Args:
        path: A .h5 or .keras file.
        custom_objects: What the names of your own code mean: a dict from a name to a layer class, to a function, or to what `get` takes,
            such as ``{"my_act": "leaky_relu(negative_slope=0.2)"}``.
        compile: Whether Keras also restores loss, optimizer and metrics. It cannot read those of most files of Keras 2. Default False:
            call ``model.compile`` before a further training.

    Returns:
        The model.

    Raises:
        FileNotFoundError: if there is no file.
        ValueError: if something in the file is unknown (the error names all of it, and where it is), if the file is damaged, holds no
            model or only weights, is a SavedModel or of Keras 1, or if Keras cannot build or compile the model.

    Example:
        >>> model = load_model("old.h5", custom_objects={"my_act": "swish(beta=2.0)"})  # doctest: +SKIP
        >>> model.save("new.keras")  # doctest: +SKIP
    """
    path, given = _file("load_model", path), dict(custom_objects or {})
    report, before, after, relative = _translated(path, given)
    if report.unknown:
        lines = [f"\n  {entry.where}: {entry.before} ({entry.after})" for entry in report.unknown]
        raise ValueError(
            f"{path} has parts that Keras {keras.__version__} and this package do not know:{''.join(lines)}\n"
            "Give what your own names mean, such as custom_objects={'my_act': 'swish(beta=2.0)'}."
        )
    # Keras loads a copy of the file, with another config.
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / f"model.{report.format}"
        write = _write_archive if report.format == "keras" else _write_h5
        write(path, copy, before, after)
        own = {name: meaning for name, meaning in given.items() if callable(meaning)}
        try:
            model: Any = keras.models.load_model(copy, custom_objects=own, compile=compile)
        except Exception as error:  # Keras raises many kinds
            advice = " Without compile=True it may." if compile else ""
            raise ValueError(f"Keras {keras.__version__} cannot build what {path} describes.{advice} {error}") from error
    if compile and not model.compiled:
        raise ValueError(f"{path} holds no training configuration that Keras {keras.__version__} reads. Leave out compile=True.")
    # Weights are found by the order of the layers.
    if (order := _order(model)) != (expected := _names(after)):
        raise ValueError(f"Keras {keras.__version__} has the layers of {path} in another order, {order} and not {expected}.")
    for _, layer in held_layers(model, SShapedReLU):
        if layer.name in relative:  # keras-contrib's right threshold is the distance from the left one
            layer.right_threshold.assign(layer.left_threshold + ops.abs(layer.right_threshold))
    return model


def _translated(path, custom_objects):
    """(report, config in the file, config for Keras 3, names of layers with relative thresholds)"""
    kind, version, config = _read(path)
    if int(version.partition(".")[0]) < 2:
        raise ValueError(f"{path} is of Keras {version}, whose layers had other arguments. Load and save it with Keras 2 first.")
    translator = Translator(version.startswith("2."), custom_objects)
    after = translator.model(config)
    report = Report(str(path), kind, version, tuple(translator.translated), tuple(translator.unknown))
    return report, config, after, translator.relative_thresholds


def _read(path):
    """(format, version of Keras, config) of a model file. The content decides, because Keras 2.12 wrote HDF5 as .keras, too."""
    if not path.exists():
        raise FileNotFoundError(f"There is no file {path}.")
    if path.is_dir():
        if (path / "saved_model.pb").exists():
            raise ValueError(
                f"{path} is a SavedModel, which holds TensorFlow's graph. Load it with tf_keras and save it as .keras or .h5, or use "
                "keras.layers.TFSMLayer for predictions alone."
            )
        raise ValueError(f"{path} is a folder. Write the path of a .keras or .h5 file.")
    with path.open("rb") as file:
        start = file.read(8)
    if start == b"\x89HDF\r\n\x1a\n":
        return "h5", *_read_h5(path)
    if start.startswith(b"PK"):
        return "keras", *_read_archive(path)
    raise ValueError(f"{path} is no model file: neither a zip archive (.keras) nor HDF5 (.h5).")


def _read_h5(path):
    try:
        with h5py.File(path) as file:
            attributes = {name: file.attrs.get(name) for name in ("model_config", "keras_version")}
    except OSError as error:
        raise ValueError(f"{path} is damaged or was cut off: {error}") from error
    if attributes["model_config"] is None:
        raise ValueError(f"{path} holds weights and no model. Build the model, and call model.load_weights.")
    return _version(path, attributes["keras_version"]), json.loads(attributes["model_config"])


def _read_archive(path):
    try:
        with zipfile.ZipFile(path) as archive:
            damaged, names = archive.testzip(), archive.namelist()
            found = {name: json.loads(archive.read(name)) for name in (_CONFIG, "metadata.json") if name in names}
    except (zipfile.BadZipFile, ValueError) as error:
        raise ValueError(f"{path} is damaged or was cut off: {error}") from error
    if damaged is not None:
        raise ValueError(f"{path} is damaged: {damaged} in it cannot be read.")
    if len(found) < 2 or _WEIGHTS not in names:
        raise ValueError(f"{path} is a zip archive, but holds no model: {_CONFIG}, metadata.json and {_WEIGHTS} are not all in it.")
    return _version(path, found["metadata.json"].get("keras_version")), found[_CONFIG]


def _version(path, version):
    version = version.decode() if isinstance(version, bytes) else version
    if not isinstance(version, str) or not re.match(r"\d+\.", version):
        raise ValueError(f"{path} does not say which version of Keras wrote it, and names had different meanings. Received {version!r}.")
    return version


def _write_h5(path, copy, before, after):
    """The file with another config. The weights are in the order of the layers, and stay."""
    shutil.copyfile(path, copy)
    if before != after:
        with h5py.File(copy, "r+") as file:
            file.attrs["model_config"] = json.dumps(after)


def _write_archive(path, copy, before, after):
    """The archive with another config, and with the weights where Keras looks for them."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(copy, "w") as target:
        for name in source.namelist():
            if name == _CONFIG:
                target.writestr(name, json.dumps(after))
            elif name == _WEIGHTS:
                weights = Path(source.extract(name, copy.parent))
                _move_weights(weights, dict(zip(_places(before), _places(after), strict=True)))
                target.write(weights, name)
            else:
                target.writestr(name, source.read(name))


def _move_weights(path, places):
    """Rename groups, in two steps because one may have the name that another one had."""
    with h5py.File(path, "r+") as file:
        moved = {old: new for old, new in places.items() if old != new and old in file}
        for index, old in enumerate(moved):
            file.move(old, f"moved_{index}")
        for index, new in enumerate(moved.values()):
            file.move(f"moved_{index}", new)


def _places(config, path=""):
    """Yield the group of each layer in `config`. It has the name of the class, and a number if the class was there before."""
    counts = {}
    for layer in _layers(config):
        name = re.sub(
            r"\W", "", re.sub(r"(?<=[a-z0-9])([A-Z])|(?<=.)([A-Z])(?=[a-z])", r"_\1\2", layer["class_name"].rpartition(">")[2])
        ).lower()
        counts[name] = count = counts.get(name, -1) + 1
        place = f"{path}layers/{name}" + (f"_{count}" if count else "")
        yield place
        yield from _places(layer, f"{place}/")


def _layers(config):
    inside = config["config"]
    return inside.get("layers", []) if isinstance(inside, dict) else []


def _names(config):
    """The names of the layers of a model and of the models in it, without input layers."""
    return [(layer["config"]["name"], _names(layer)) for layer in _layers(config) if layer["class_name"] != "InputLayer"]


def _order(model):
    layers = [layer for layer in getattr(model, "layers", []) if not isinstance(layer, keras.layers.InputLayer)]
    return [(layer.name, _order(layer) if isinstance(layer, keras.Model) else []) for layer in layers]
