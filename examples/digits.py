"""Handwritten digits: train a classifier with activations of this package, save it, load it elsewhere, and compare activations.

    python examples/digits.py

It needs `pip install "keras-activations[examples]"` and a backend of Keras, such as TensorFlow, and takes less than a minute.
"""

import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import keras_activations as ka

OUTPUT = Path(__file__).resolve().parents[1] / "output"
SEED = 7

# Any spelling that `ka.get` understands. Each call of `ka.get` makes a new layer, so that no two hosts share a learned weight.
COMPARED = (
    "relu",
    "leaky_relu(negative_slope=0.1)",
    "elu",
    "selu",
    "silu",
    "swish(learned=True)",
    "gelu(kernel='native')",
    "gelu(kernel='fallback')",
    "mish",
    "tanh",
    "sigmoid",
)

# What another process runs to use the saved model: no class of this package is named, importing it is enough.
RELOAD = """
import sys

import keras
import keras_activations
import numpy as np

model, images, predictions = sys.argv[1:]
np.save(predictions, keras.saving.load_model(model).predict(np.load(images), verbose=0))
"""


def main():
    OUTPUT.mkdir(exist_ok=True)
    digits = load_images()
    model = train_one_model(digits)
    save_and_reload(model, digits[1])
    compared = compare_activations(digits)
    draw([*activations_of(model), *compared])


def load_images():
    """Training images, test images, training labels and test labels; an image is 64 numbers from 0 to 1."""
    images, labels = load_digits(return_X_y=True)
    images = (images / 16.0).astype("float32")
    return train_test_split(images, labels, test_size=0.2, stratify=labels, random_state=SEED)


def classifier(*hidden):
    """A compiled model of hidden layers and a softmax over the ten digits."""
    model = keras.Sequential([keras.Input((64,)), *hidden, keras.layers.Dense(10, activation=ka.Softmax())])
    model.compile(optimizer=keras.optimizers.Adam(0.003), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    ka.check(model)  # finds what Keras would notice late, such as a learned activation that two layers share
    return model


def train_one_model(digits):
    """Train a model that uses activations in every way: inside of a Dense layer, as a layer, learned, and by either kernel."""
    heading("One model, several activations")
    train_images, test_images, train_labels, test_labels = digits
    keras.utils.set_random_seed(SEED)
    swish = ka.Swish(learned=True)
    model = classifier(
        keras.layers.Dense(128, activation=ka.get("leaky_relu", negative_slope=0.1)),
        keras.layers.Dense(64),
        swish,
        keras.layers.Dense(64, activation=ka.GELU(kernel="native")),
        keras.layers.Dense(64, activation=ka.GELU(kernel="fallback")),
    )
    (initial,) = swish.get_weights()
    model.fit(train_images, train_labels, validation_data=(test_images, test_labels), epochs=10, verbose=1)
    (learned,) = swish.get_weights()
    print(f"\nSwish learned its beta: from {initial:.4f} to {learned:.4f}, a change of {learned - initial:+.4f}.")
    return model


def save_and_reload(model, images):
    """Save the model, let a new process load it and predict, and exit with an error unless not one bit differs."""
    heading("The same model in a new process")
    path, inputs, outputs = OUTPUT / "digits.keras", OUTPUT / "test_images.npy", OUTPUT / "predictions.npy"
    model.save(path)
    np.save(inputs, images)
    subprocess.run([sys.executable, "-c", RELOAD, path, inputs, outputs], check=True)
    here, there = model.predict(images, verbose=0), np.load(outputs)
    if not np.array_equal(here, there):
        sys.exit(f"The reloaded model predicts differently, by up to {np.abs(here - there).max():.3g}.")
    print(f"All {here.size} predictions for {len(images)} test images are bit-identical.")


def compare_activations(digits):
    """Train the same small network once with each activation, print a table, and return the activations of the first layers."""
    heading("One network, several activations")
    train_images, test_images, train_labels, test_labels = digits
    print(f"{'activation':<57}{'implementation':<16}{'test accuracy':>13}{'seconds':>9}")
    compared = []
    for name in COMPARED:
        keras.utils.set_random_seed(SEED)
        first, second = ka.get(name), ka.get(name)
        model = classifier(keras.layers.Dense(64, activation=first), keras.layers.Dense(64, activation=second))
        start = time.perf_counter()
        model.fit(train_images, train_labels, epochs=20, verbose=0)
        seconds = time.perf_counter() - start
        _, accuracy = model.evaluate(test_images, test_labels, verbose=0)
        print(f"{first!r:<57}{first.implementation:<16}{accuracy:>13.1%}{seconds:>9.1f}", flush=True)
        compared.append(first)
    print("The seconds are those of 20 epochs, with the compilation of the training step.")
    return compared


def activations_of(model):
    """Every activation in a model, whether it is a layer or stands in one."""
    candidates = [candidate for layer in model.layers for candidate in (layer, getattr(layer, "activation", None))]
    return [candidate for candidate in candidates if isinstance(candidate, ka.Activation)]


def draw(activations):
    """Draw each of them once, as it was learned, and say where the files are."""
    once = {}
    for activation in activations:
        once.setdefault(repr(activation), activation)
    picture = OUTPUT / "activations.png"
    ka.plot(*once.values(), path=picture)
    heading("Files")
    print(f"{OUTPUT / 'digits.keras'}: the model\n{picture}: the activations and their derivatives")


def heading(text):
    print(f"\n{text}\n{'-' * len(text)}", flush=True)


if __name__ == "__main__":
    main()
