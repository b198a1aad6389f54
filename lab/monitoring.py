"""How much `ActivationMonitor` slows training down at every=50: the time of steps with it divided by that without it.

    KERAS_BACKEND=tensorflow python -m lab.monitoring

Both kinds of rounds alternate in one process, and the least time of each counts. A round is one epoch of 50 steps with one observation.
"""

import time
import warnings

import keras
import numpy as np

import keras_activations as ka

EVERY, BATCH, ROUNDS = 50, 64, 20


def perceptron():
    hidden = [keras.layers.Dense(256, "relu") for _ in range(4)]
    return keras.Sequential([keras.Input((128,)), *hidden, keras.layers.Dense(10, "softmax")])


def convolutional():
    def block(filters):
        return [keras.layers.Conv2D(filters, 3, padding="same"), keras.layers.BatchNormalization(), ka.GELU(), keras.layers.MaxPooling2D()]

    inner = [*block(16), *block(32), keras.layers.Flatten(), keras.layers.Dense(64, "relu")]
    return keras.Sequential([keras.Input((16, 16, 3)), *inner, keras.layers.Dense(10, "softmax")])


class Sometimes(ka.ActivationMonitor):
    """A monitor that observes in every other epoch, and takes the time of the steps of each."""

    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        self.times = {None: [], EVERY: []}

    def on_epoch_begin(self, epoch, logs=None):
        super().on_epoch_begin(epoch, logs)
        self.every = EVERY if epoch % 2 else None
        self.began = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.times[self.every].append(time.perf_counter() - self.began)


def measure(make):
    """(seconds without, seconds with, seconds of the start), of the first observation, for which the program is made."""
    keras.utils.set_random_seed(0)
    random, model = np.random.default_rng(0), make()
    x = random.normal(size=(EVERY * BATCH, *model.input_shape[1:])).astype("float32")
    y = random.integers(0, 10, len(x))
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y, batch_size=BATCH, verbose=0)
    monitor = Sometimes(x[:BATCH], y[:BATCH])
    monitor.set_model(model)
    began = time.perf_counter()
    monitor.on_train_begin()
    first = time.perf_counter() - began
    model.fit(x, y, batch_size=BATCH, epochs=2 * ROUNDS, verbose=0, callbacks=[monitor])
    return min(monitor.times[None]), min(monitor.times[EVERY]), first


def main():
    warnings.filterwarnings("ignore")
    if keras.backend.backend() == "torch":
        import torch

        # Threads wait for each other, and so for all other work of the machine.
        torch.set_num_threads(1)
    print("| backend | network | 50 steps, ms | with the monitor, ms | overhead | start, s |")
    print("|---|---|---|---|---|---|")
    for make in (perceptron, convolutional):
        without, with_it, first = measure(make)
        print(
            f"| {keras.backend.backend()} | {make.__name__} | {without * 1e3:.0f} | {with_it * 1e3:.0f} | {with_it / without - 1:.1%} "
            f"| {first:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
