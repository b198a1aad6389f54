"""A callback that watches every activation of a model during training."""

import math
import os
import warnings
from typing import Any

import keras
import numpy as np
from keras import ops

from ..core import arguments
from .diseases import diseases
from .observing import NUMBERS, Measure, Probe
from .table import table


class ActivationMonitor(keras.callbacks.Callback):
    """Watch every activation of a model on a probe batch, and warn of dead units and other diseases.

    It sees what `find_activations` lists, except linear places: activations in hosts, layers, nested models and shared layers. What it
    cannot see is in `unwatched`, with the reason. It observes once before training, and then every so many steps or after each epoch. The
    model runs on the probe batch as in inference. Its weights, moving statistics, metrics and random numbers stay as they are.

    A disease is a Python warning, once for each layer:

    * dead: more than `most_dead` of a layer's units have the slope 0 for the whole probe batch;
    * saturated: more than `most_saturated` of the other units have slopes below 0.01 in the mean;
    * not finite: some outputs are infinite or not a number;
    * vanishing or exploding: the gradient is less than `vanishing` or more than `exploding` times that at the last activation;
    * collapsed: the deviation of the outputs is below `collapsed`.

    The activation that gives the predictions their range, such as a final softmax, may saturate. Neither it nor the softmax of attention
    is called dead or saturated.

    Args:
        x: The inputs of the probe batch, as the model takes them: an array, or a list or dict of arrays. 32 to 256 examples of the
            training data are enough.
        y: The targets of the probe batch, for the gradient of the model's loss. Default None: the gradient is that of the mean square of
            the outputs. This is also so for a model that is compiled without a loss.
        every: Integer, the number of training steps from one observation to the next. Default None: after each epoch.
        logs: Names of quantities that go into the logs of each epoch, as "dense:activation/dead". `keras.callbacks.History`,
            `EarlyStopping` and others find them there, if they come later in the list of callbacks. The progress bar prints them. Any of
            "dead", "saturated", "not_finite", "mean", "deviation", "gradient", "attenuation" and "drift", as in `history`. Default
            ("dead",).
        log_dir: A folder for an event file with all quantities and histograms, which TensorBoard shows. Default None: no file.
        most_dead: From 0 to 1, see above. Default 0.5.
        most_saturated: From 0 to 1, see above. Default 0.5.
        vanishing: A positive number, see above. Default 1e-4.
        exploding: A positive number, see above. Default 1e4.
        collapsed: A positive number, see above. Default 1e-6.

    Attributes:
        history: A list with a dict for each activation in each observation, which `pandas.DataFrame` takes. "step" is the number of
            training steps before it, "epoch" that of epochs. The other keys are "path", "name", "role", "units", "dead", "saturated",
            "not_finite", "mean", "deviation", "gradient", "attenuation", "drift", "counts" and "edges": see
            `keras_activations.tools.observing.Measure`.
        unwatched: The paths of activations that are not seen, and why.

    Raises:
        TypeError: if x or y is a dataset and not a batch, or if another argument has a wrong type.
        ValueError: if an array has no examples or another number of them than the others, if an argument is out of its range, or at the
            start of training if the model is not built or does not take the probe batch.
        ImportError: if log_dir is given and tensorboard is not installed.

    Example:
        >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> x, y = np.ones((32, 4)), np.ones((32, 1))
        >>> monitor = ActivationMonitor(x, y)
        >>> history = model.fit(x, y, epochs=2, verbose=0, callbacks=[monitor])
        >>> [(row["step"], row["path"]) for row in monitor.history]
        [(0, 'dense:activation'), (1, 'dense:activation'), (2, 'dense:activation')]
    """

    def __init__(
        self,
        x: Any,
        y: Any = None,
        *,
        every: int | None = None,
        logs: tuple[str, ...] | list[str] = ("dead",),
        log_dir: "str | os.PathLike[str] | None" = None,
        most_dead: float = 0.5,
        most_saturated: float = 0.5,
        vanishing: float = 1e-4,
        exploding: float = 1e4,
        collapsed: float = 1e-6,
    ):
        super().__init__()
        self.x, count = _batch("x", x)
        self.y, targets = (None, count) if y is None else _batch("y", y)
        if targets != count:
            raise ValueError(f"x and y must have as many examples; received {count} and {targets}.")
        self.every = None if every is None else arguments.integer("every", every, low=1)
        if isinstance(logs, str) or not all(name in NUMBERS for name in logs):
            raise ValueError(f"logs must be a list of names out of {', '.join(NUMBERS)}; received {logs!r}.")
        self.logs = tuple(logs)
        self.diseases = diseases(
            arguments.number("most_dead", most_dead, low=0, high=1),
            arguments.number("most_saturated", most_saturated, low=0, high=1),
            arguments.number("vanishing", vanishing, above=0),
            arguments.number("exploding", exploding, above=0),
            arguments.number("collapsed", collapsed, above=0),
        )
        self.log_dir = None if log_dir is None else os.fspath(log_dir)
        if log_dir is not None:
            _event_file()  # to see now whether it can be written
        self._file = None
        self.history: list[dict[str, Any]] = []
        self.unwatched: dict[str, str] = {}
        self._warned: set[tuple[str, str]] = set()
        self._measures: tuple[Measure, ...] = ()
        self._step = self._epoch = self._before = 0

    def on_train_begin(self, logs=None):
        """Look at the model before training, which also shows whether it takes the probe batch."""
        model: Any = self.model
        if not model.built:
            raise ValueError(f"{model.name} is not built, so its activations cannot run. Call it once: model(x).")
        try:
            self._probe = Probe(model, self.x, self.y)
            self._measures = self._probe()
        except Exception as error:  # whatever the model and the backend raise
            shapes = keras.tree.map_structure(lambda array: array.shape, (self.x, self.y))
            raise ValueError(f"{model.name} does not run on the probe batch, with (x, y) of shapes {shapes}: {error}") from error
        if self.log_dir is not None:
            self._file = _event_file()(self.log_dir)
        self._keep()
        if not self._measures:
            warnings.warn(f"ActivationMonitor sees no activation in {model.name}. {self._excuses()}".strip(), stacklevel=2)

    def on_epoch_begin(self, epoch, logs=None):
        """Remember the step, from which the batches of the epoch are counted."""
        self._before = self._step

    def on_train_batch_end(self, batch, logs=None):
        """Count the step, and observe if it is time."""
        before, self._step = self._step, self._before + batch + 1
        # A compiled step may be several batches.
        if self.every is not None and self._step // self.every > before // self.every:
            self._observe()

    def on_epoch_end(self, epoch, logs=None):
        """Observe if it is time, and write to the logs."""
        self._epoch += 1
        if self.every is None:
            self._observe()
        if logs is not None:
            found = {f"{measure.path}/{name}": getattr(measure, name) for measure in self._measures for name in self.logs}
            logs.update({key: value for key, value in found.items() if value is not None})

    def on_train_end(self, logs=None):
        """Close the event file."""
        if self._file is not None:
            self._file.close()

    def _observe(self):
        # On JAX, `self.model` brings the weights back from the training step to the model.
        _ = self.model
        self._measures = self._probe()
        self._keep()

    def _keep(self):
        """Write the last observation to the history and the event file, and warn of what is new."""
        self.unwatched = dict(self._probe.unwatched)
        # A second `fit` begins where the first one ended.
        if not self.history or self.history[-1]["step"] < self._step:
            self.history += [{"step": self._step, "epoch": self._epoch, **measure.to_dict()} for measure in self._measures]
            if self._file is not None:
                self._file.write(self._step, self._measures)
        for disease in self.diseases:
            ill = [measure for measure in disease.among(self._measures) if (disease.name, measure.path) not in self._warned]
            self._warned.update((disease.name, measure.path) for measure in ill)
            if ill:
                warnings.warn(disease.warning(ill, self._step), stacklevel=2)

    def to_dict(self) -> dict[str, Any]:
        """The history and what is not watched, in plain values for JSON: None replaces numbers that are not finite."""
        rows = [{name: _plain(value) for name, value in row.items()} for row in self.history]
        return {"history": rows, "unwatched": dict(self.unwatched)}

    def __str__(self) -> str:
        """A table of the last observation."""
        if not self.history:
            return "ActivationMonitor: nothing observed yet"
        step = self.history[-1]["step"]
        last = [row for row in self.history if row["step"] == step]
        shown = [[row["path"], row["name"], *("-" if row[name] is None else f"{row[name]:.3g}" for name in NUMBERS)] for row in last]
        lines = [f"After {step} steps:", table(["path", "activation", *(name.replace("_", " ") for name in NUMBERS)], shown)]
        return "\n".join([*lines, *([self._excuses()] if self.unwatched else [])])

    def _excuses(self):
        return "\n".join(f"{path} is not watched: {reason}." for path, reason in self.unwatched.items())


def _batch(name, batch):
    """The batch as NumPy arrays, and its number of examples."""
    leaves = keras.tree.flatten(batch)
    for leaf in leaves:
        if not getattr(leaf, "shape", None):
            raise TypeError(
                f"{name} must be one batch: an array, or a list or dict of arrays, with the examples along the first axis; received "
                f"{leaf!r} ({type(leaf).__name__}). Of a dataset, write x, y = next(iter(dataset)), or dataset[0]."
            )
    counts = {int(leaf.shape[0]) for leaf in leaves}
    if len(counts) != 1 or 0 in counts:
        raise ValueError(f"The arrays of {name} must have as many examples, and at least one; received {sorted(counts)}.")
    return keras.tree.map_structure(_array, batch), counts.pop()


def _array(leaf):
    """An array, with real numbers in Keras's float type, as `fit` has them."""
    array = np.array(ops.convert_to_numpy(leaf) if ops.is_tensor(leaf) else leaf)
    return array.astype(keras.config.floatx()) if array.dtype == "float64" else array


def _event_file():
    try:
        from .event_file import EventFile
    except ImportError as error:
        raise ImportError('log_dir needs tensorboard: pip install "keras-activations[tensorboard]"') from error
    return EventFile


def _plain(value):
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value
