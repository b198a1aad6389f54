"""Test whether every activation works in every host, dtype policy and file format: `make survive` runs the whole matrix.

    KERAS_BACKEND=tensorflow python -m lab.survival --hosts "Dense;LSTM, recurrent" --policies float32

A branch is one activation in one host under one policy. A model has many branches side by side. The model is trained for an epoch and
saved in every format. A new process reads it, also a process of each other backend. Some formats save the optimizer's state too. A second
epoch after reading them must have the same result as a second epoch without saving. `test_survival.py` runs a selection.
"""

import argparse
import collections
import contextlib
import copy
import functools
import importlib.util
import itertools
import json
import multiprocessing
import os
import pickle
import subprocess
import sys
import tempfile
import time
import warnings
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from pathlib import Path

import keras
import numpy as np
from keras import layers

import keras_activations as ka
from keras_activations.core.hosted import constructor_arguments

BACKEND = keras.backend.backend()
if BACKEND == "torch":
    import torch

    # The last digit of a convolution depends on how torch divides it among threads. Two processes may have different numbers of threads.
    torch.set_num_threads(1)
elif BACKEND == "jax":
    import jax

OTHERS = tuple(name for name in ("tensorflow", "jax", "torch", "numpy", "openvino") if name != BACKEND and importlib.util.find_spec(name))
AT_ONCE = 100 if BACKEND == "jax" else 1000
"""The most branches in one model. JAX maps each function that it compiles into memory. A branch has a few hundred maps. JAX crashes if a
process reaches the limit of Linux: 65,530 maps by default."""

POLICIES = ("float32", "mixed_float16", "mixed_bfloat16")
SHAPE = (4, 4)
"""The shape of one example: steps and channels. Every host returns four channels, for activations with a parameter for each."""


# ----------------------------------------------------------------------------------------------------------------------- models


@keras.saving.register_keras_serializable("keras_activations_tests")
class Subclassed(keras.Model):
    """A model whose structure Keras knows only from its `call`."""

    def __init__(self, activation, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(4, activation=activation, dtype=self.dtype_policy)

    def call(self, x):
        return self.dense(x)

    def get_config(self):
        return {**super().get_config(), "activation": keras.saving.serialize_keras_object(self.dense.activation)}

    @classmethod
    def from_config(cls, config):
        return cls(**config | {"activation": ka.get(config["activation"])})


def reshaped(*shape):
    """A host for images or volumes. It gets the steps as further dimensions."""
    return lambda host: lambda activation: lambda x: host(activation)(layers.Reshape(shape)(x))


def nested(activation):
    inner = keras.Input(SHAPE)
    return keras.Model(inner, layers.Dense(4, activation=activation)(layers.Dense(4)(inner)))


def shared(activation):
    dense = layers.Dense(4, activation=activation)
    return lambda x: dense(dense(x))


HOSTS = {
    "no host": lambda a: a,
    "no host, shared": lambda a: lambda x: a(layers.Dense(4)(a(x))),
    "Activation": layers.Activation,
    "Dense": lambda a: layers.Dense(4, activation=a),
    "Dense, shared": shared,
    "EinsumDense": lambda a: layers.EinsumDense("abc,cd->abd", (4, 4), activation=a),
    "TimeDistributed": layers.TimeDistributed,
    "TimeDistributed Dense": lambda a: layers.TimeDistributed(layers.Dense(4, activation=a)),
    "Conv1D": lambda a: layers.Conv1D(4, 2, activation=a),
    "Conv2D": reshaped(2, 2, 4)(lambda a: layers.Conv2D(4, 2, activation=a)),
    "Conv3D": reshaped(2, 2, 2, 2)(lambda a: layers.Conv3D(4, 2, activation=a)),
    "Conv1DTranspose": lambda a: layers.Conv1DTranspose(4, 2, activation=a),
    "Conv2DTranspose": reshaped(2, 2, 4)(lambda a: layers.Conv2DTranspose(4, 2, activation=a)),
    "Conv3DTranspose": reshaped(2, 2, 2, 2)(lambda a: layers.Conv3DTranspose(4, 2, activation=a)),
    "SeparableConv1D": lambda a: layers.SeparableConv1D(4, 2, activation=a),
    "SeparableConv2D": reshaped(2, 2, 4)(lambda a: layers.SeparableConv2D(4, 2, activation=a)),
    "DepthwiseConv1D": lambda a: layers.DepthwiseConv1D(2, activation=a),
    "DepthwiseConv2D": reshaped(2, 2, 4)(lambda a: layers.DepthwiseConv2D(2, activation=a)),
    "SimpleRNN": lambda a: layers.SimpleRNN(4, activation=a),
    "LSTM": lambda a: layers.LSTM(4, activation=a),
    "LSTM, recurrent": lambda a: layers.LSTM(4, recurrent_activation=a),
    "GRU": lambda a: layers.GRU(4, activation=a),
    "GRU, recurrent": lambda a: layers.GRU(4, recurrent_activation=a),
    "Bidirectional": lambda a: layers.Bidirectional(layers.GRU(4, activation=a)),
    "ConvLSTM1D": reshaped(2, 2, 4)(lambda a: layers.ConvLSTM1D(4, 2, activation=a)),
    "ConvLSTM2D": reshaped(2, 2, 2, 2)(lambda a: layers.ConvLSTM2D(4, 2, activation=a)),
    "nested model": nested,
    "subclassed model": Subclassed,
}
"""{host: a function that puts an activation into it}. The result is called with the input."""

WITHOUT_A_WIDTH = ("no host", "TimeDistributed")
"""Hosts that do not declare the width of their output. A splitter may stand there."""


@dataclass(frozen=True)
class Branch:
    host: str
    activation: str
    policy: str = "float32"

    def __call__(self, x):
        keras.config.set_dtype_policy(self.policy)
        return layers.Flatten(dtype="float32")(HOSTS[self.host](ka.get(self.activation))(x))


KINDS = ("without weights", "one of each parameter", "one for each channel")


def activations():
    """Kind and call of every class with its defaults. A class with parameters is also learned in every way."""
    found = {"GELU(kernel='fallback')": KINDS[0]}
    for entry in ka.catalogue().values():
        known = constructor_arguments(entry.cls)
        for learned in ({}, {"learned": True}, {"learned": True, "channels": 4}):
            if learned.keys() <= known.keys():
                layer = entry.cls(**entry.cls.samples[0] | learned)
                found[repr(layer)] = KINDS[bool(layer.trainable_weights) + ("channels" in learned)]
    return [(kind, activation) for activation, kind in found.items()]


RECURRENT = ("SimpleRNN", "LSTM", "LSTM, recurrent", "GRU", "GRU, recurrent", "Bidirectional", "ConvLSTM1D", "ConvLSTM2D")


def may_stand(activation, host):
    """Whether the documentation allows the activation in the host."""
    layer = ka.get(activation)
    if isinstance(layer, ka.Splitting):
        return host in WITHOUT_A_WIDTH
    # These make powers of powers over the steps, and the powers overflow. Those of the polynomial overflow in 16 bits.
    if isinstance(layer, (ka.Exponential, ka.PolyReLU)) and host in ("SimpleRNN", "LSTM"):
        return False
    # JAX compiles the steps into one loop. The state of a seed cannot leave the loop.
    return not (BACKEND == "jax" and host in RECURRENT and isinstance(layer, ka.Stochastic))


def build(branches):
    """A model of the branches side by side. It is compiled, but was never called."""
    inputs = keras.Input(SHAPE)
    outputs = [branch(inputs) for branch in branches]
    keras.config.set_dtype_policy(branches[0].policy)
    model = keras.Model(inputs, layers.Concatenate(dtype="float32")(outputs))
    model.compile(keras.optimizers.Adam(0.01), keras.losses.MeanSquaredError(), run_eagerly=BACKEND != "jax", jit_compile=BACKEND == "jax")
    return model


# ---------------------------------------------------------------------------------------------------------------------- formats

X = np.random.default_rng(0).normal(size=(2, *SHAPE)).astype("float32")


def forget():
    """Reset the names of Keras, and drop the functions that JAX compiled for earlier models. They take many gigabytes."""
    keras.utils.clear_session()
    if BACKEND == "jax":
        jax.clear_caches()


def state_of(model):
    """The state that must stay the same: the outputs, and then every weight."""
    return [keras.ops.convert_to_numpy(model(X, training=False)), *model.get_weights()]


def fit(model, until, **arguments):
    """Train until the epoch `until` and return the state. Training starts at the first epoch unless the arguments say otherwise."""
    y = np.zeros((len(X), model.output_shape[-1]))
    model.fit(X, y, epochs=until, shuffle=False, verbose=0, **arguments)
    return state_of(model)


class Killed(BaseException):
    """An exception that Keras does not catch."""


class Interruption(keras.callbacks.Callback):
    """Simulates a process that dies when the second epoch begins."""

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 1:
            raise Killed


def never_called(folder, branches):
    model = build(branches)
    model.load_weights(folder / "model.weights.h5")
    return state_of(model)


def from_json(folder, branches):
    model = keras.models.model_from_json((folder / "model.json").read_text())
    model.load_weights(folder / "model.weights.h5")
    return state_of(model)


def cloned(model):
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    return clone


COPIES = {"clone_model": cloned, "deepcopy": copy.deepcopy, "pickle": lambda model: pickle.loads(pickle.dumps(model))}
"""{name: a function that copies a model in its own process}"""

WRITERS = {
    ".keras": lambda model, folder: model.save(folder / "model.keras"),
    ".weights.h5": lambda model, folder: model.save_weights(folder / "model.weights.h5"),
    "JSON": lambda model, folder: (folder / "model.json").write_text(model.to_json()),
    # This writer must be the last: it removes the optimizer from the model's own compile config (Keras 3.15).
    ".h5": lambda model, folder: model.save(folder / "model.h5"),
}

READERS = {
    ".keras": lambda folder, branches: state_of(keras.models.load_model(folder / "model.keras")),
    ".weights.h5": never_called,
    "JSON": from_json,
    ".h5": lambda folder, branches: state_of(keras.models.load_model(folder / "model.h5")),
    "checkpoint": lambda folder, branches: fit(keras.models.load_model(folder / "model.keras"), 2, initial_epoch=1),
    "BackupAndRestore": lambda folder, branches: fit(build(branches), 2, callbacks=[keras.callbacks.BackupAndRestore(folder / "backup")]),
}
"""{name: a function that a new process runs on the files}. The function returns a state. The last two train one more epoch first: the
result depends on the optimizer's state."""

FORMATS = (*COPIES, *READERS)
ELSEWHERE = (".keras", ".weights.h5")
"""The formats that are also read under the other backends."""

# ---------------------------------------------------------------------------------------------------------------------- running


@dataclass
class Failure:
    """Branches that failed in one way, and the cause."""

    branches: list
    way: str
    cause: str


class Trained:
    """A model of the branches after one epoch, its files in a folder, and the state that every reader must find."""

    def __init__(self, branches, folder):
        self.branches, self.folder, self.failures = branches, Path(folder), []
        (self.folder / "branches.json").write_text(json.dumps([asdict(branch) for branch in branches]))
        forget()
        keras.utils.set_random_seed(0)
        model = build(branches)
        outputs = keras.tree.flatten(model.layers[-1].input)
        self.cuts = np.cumsum([output.shape[-1] for output in outputs])[:-1]
        number = {id(weight): index for index, weight in enumerate(model.weights)}
        self.weights = [[number[id(weight)] for weight in keras.Model(model.inputs, output).weights] for output in outputs]
        # One epoch of training moves a weight very little. The comparison could miss the loss of such a small change.
        for weight in model.trainable_weights:
            weight.assign(weight + 0.0625)
        backup = keras.callbacks.BackupAndRestore(self.folder / "backup", delete_checkpoint=False)
        try:
            fit(model, 2, callbacks=[backup, Interruption()])
        except Killed:
            self.state = state_of(model)
        if len(model.weights) != len(number):
            raise ValueError(f"{len(number)} weights before the first call are {len(model.weights)} after it.")
        for name, copied in COPIES.items():
            with self._noting(name):
                self.compare(name, state_of(copied(model)))
        for name, write in WRITERS.items():
            with self._noting(name):
                write(model, self.folder)
        self.further = fit(model, 2, initial_epoch=1)
        for branch, (output, *_) in zip(branches, self._chunks(self.further), strict=True):
            if not np.isfinite(output).all():
                self.failures.append(Failure([branch], "fit", "outputs are not finite"))

    @contextlib.contextmanager
    def _noting(self, way):
        """A context in which an error is a failure of all branches together."""
        try:
            yield
        except Exception as error:
            self.failures.append(Failure(self.branches, way, described(error)))

    def _chunks(self, state):
        """The outputs and the weights of each branch."""
        outputs, *weights = state
        for output, own in zip(np.split(outputs, self.cuts, axis=1), self.weights, strict=True):
            yield [output, *(weights[index] for index in own)]

    def compare(self, name, state, backend=BACKEND):
        """Record the branches whose state has changed."""
        resumed = name in ("checkpoint", "BackupAndRestore")
        expected = self.further if resumed else self.state
        shapes = [[a.shape for a in arrays] for arrays in (state, expected)]
        if shapes[0] != shapes[1]:
            first, (found, wanted) = next((i, p) for i, p in enumerate(itertools.zip_longest(*shapes)) if p[0] != p[1])
            raise ValueError(f"{len(state)} arrays were {len(expected)}, and the one at {first}, of shape {found}, was of shape {wanted}")
        for branch, found, wanted in zip(self.branches, self._chunks(state), self._chunks(expected), strict=True):
            # No file has the state of a seed. Keras's Dropout starts again too.
            if resumed and isinstance(ka.get(branch.activation), ka.Stochastic):
                continue
            for index, (a, b) in enumerate(zip(found, wanted, strict=True)):
                # Other backends may compute other last digits. torch may do so too if the memory alignment differs. A weight that is
                # only read is the same number. A last digit in 16 bits is 1/256, and a part of it enters a training step.
                step = 1e-3 if resumed and "16" in branch.policy else 1e-5
                tolerance = (1e-4, 1e-5) if backend != BACKEND else (step, step)
                close = (index == 0 or resumed) and np.allclose(a, b, *tolerance, equal_nan=True)
                if not (np.array_equal(a, b, equal_nan=True) or close):
                    what = f"weight {index - 1} differs" if index else "outputs differ"
                    self.failures.append(Failure([branch], f"{name} on {backend}", f"{what} by up to {np.nanmax(abs(a - b)):.3g}"))

    def read(self, backend=BACKEND):
        """Let a new process read the files, and compare its results."""
        written = {failure.way for failure in self.failures if failure.branches is self.branches}
        wanted = [name for name in (READERS if backend == BACKEND else ELSEWHERE) if name not in written]
        command = [sys.executable, "-m", "lab.survival", "--read", str(self.folder), *wanted]
        # What is read does not depend on how well JAX compiles what it computes of it.
        quick = {"JAX_DISABLE_MOST_OPTIMIZATIONS": "1"} if backend != BACKEND else {}
        run = subprocess.run(command, env=os.environ | {"KERAS_BACKEND": backend} | quick, capture_output=True, text=True, timeout=1800)
        for name in wanted:
            file = self.folder / f"{name} read by {backend}.npz"
            if file.exists():
                with self._noting(f"{name} on {backend}"):
                    self.compare(name, list(np.load(file).values()), backend)
            else:
                report = file.with_suffix(".txt")
                cause = report.read_text() if report.exists() else run.stderr[-500:]
                self.failures.append(Failure(self.branches, f"{name} on {backend}", cause))


def described(error):
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {' '.join(lines)[:300]}"


def read(folder, names):
    """Read the files in the new process, and write the results."""
    folder = Path(folder)
    branches = [Branch(**branch) for branch in json.loads((folder / "branches.json").read_text())]
    for name in names:
        file = folder / f"{name} read by {BACKEND}.npz"
        try:
            forget()
            # The program that wrote the files sets this policy too. Keras would leave out the loss scale without it.
            keras.config.set_dtype_policy(branches[0].policy)
            np.savez(file, *READERS[name](folder, branches))
        except Exception as error:
            file.with_suffix(".txt").write_text(described(error))


def attempt(branches):
    """The failures of a model of the branches. All branches have one policy."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            trained = Trained(branches, folder)
            # Results in 16 bits differ between backends by more than one unit.
            for backend in (BACKEND, *(OTHERS if branches[0].policy == "float32" else ())):
                trained.read(backend)
        return trained.failures
    except Exception as error:
        return [Failure(branches, "fit", described(error))]


def attempt_apart(branches):
    """The same in a process of its own. The end of the process frees its memory, and it may crash."""
    silently = functools.partial(warnings.filterwarnings, "ignore")
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), initializer=silently) as process:
        try:
            return process.submit(attempt, branches).result()
        except BrokenProcessPool as error:
            return [Failure(branches, "process", described(error))]


def survive(branches, attempt):
    """The failures of such an attempt, for each branch by itself."""
    if len(branches) > AT_ONCE:
        return survive_in_halves(branches, attempt)
    failures = attempt(branches)
    together = [failure for failure in failures if len(failure.branches) > 1]
    if not together:
        return failures
    for failure in together:  # print now: the search takes long, and may not find the failure again
        first = failure.branches[0]
        print(f"{len(branches)} in {first.host}, {first.policy}: {failure.way}: {failure.cause}", file=sys.stderr, flush=True)
    # Each half runs by itself, to find the branch that fails. A failure in no half is a failure of all branches together.
    found = survive_in_halves(branches, attempt)
    ways = {failure.way for failure in found}
    return found + [failure for failure in together if failure.way not in ways]


def survive_in_halves(branches, attempt):
    half = len(branches) // 2
    return survive(branches[:half], attempt) + survive(branches[half:], attempt)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", default=";".join(HOSTS), help="separated by semicolons; all if left out")
    parser.add_argument("--policies", default=";".join(POLICIES))
    parser.add_argument("--every", type=int, default=1, metavar="N", help="take only every N-th activation")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="so many models at once, each of a few gigabytes")
    parser.add_argument("--read", nargs="+", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    if arguments.read:
        return read(arguments.read[0], arguments.read[1:])
    hosts, policies = arguments.hosts.split(";"), arguments.policies.split(";")
    if unknown := set(hosts).difference(HOSTS) | set(policies).difference(POLICIES):
        parser.error(f"there is no {', '.join(unknown)}. Hosts: {'; '.join(HOSTS)}. Policies: {'; '.join(POLICIES)}.")
    chosen, start, checks, failures = [a for _, a in activations()][:: arguments.every], time.time(), 0, []
    pairs = list(itertools.product(hosts, policies))
    models = [[Branch(host, a, policy) for a in chosen if may_stand(a, host)] for host, policy in pairs]
    with ThreadPoolExecutor(arguments.jobs) as threads:
        reports = threads.map(functools.partial(survive, attempt=attempt_apart), models)
        for (host, policy), branches, found in zip(pairs, models, reports, strict=True):
            count = len(branches) * (len(FORMATS) + (len(OTHERS) * len(ELSEWHERE) if policy == "float32" else 0))
            print(f"{host}, {policy}: {count} combinations, {len(found)} failures, {time.time() - start:.0f} s", flush=True)
            for failure in found:
                others = f" and {len(failure.branches) - 1} others" if len(failure.branches) > 1 else ""
                print(f"    {failure.branches[0].activation}{others}: {failure.way}: {failure.cause}", flush=True)
            checks, failures = checks + count, failures + found
    minutes = (time.time() - start) / 60
    print(f"{BACKEND}, keras {keras.__version__}: {checks} combinations, {len(failures)} failures, {minutes:.0f} minutes")
    for cause, count in collections.Counter(f"{failure.way}: {failure.cause}" for failure in failures).most_common():
        print(f"{count:6} {cause}")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
