# %% [markdown]
# # Handwritten digits
#
# What one sees: a classifier with four activations that learns, is saved, and predicts the same in a new process; then one network with
# each of ten activations, and a picture of them.
#
# It needs scikit-learn, matplotlib and any backend of Keras, and takes half a minute: `make demo`, or `python examples/digits.py`.

# %%
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

# TensorFlow greets on stderr while it is imported, whatever its settings (2.21). What fails is raised, and so not lost.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
terminal = os.dup(2)
os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
try:
    import keras

    import keras_activations as ka
finally:
    os.dup2(terminal, 2)

OUTPUT = Path("output")
OUTPUT.mkdir(exist_ok=True)
SEED = 7

images, labels = load_digits(return_X_y=True)
images = (images / 16).astype("float32")
train_x, test_x, train_y, test_y = train_test_split(images, labels, test_size=0.2, stratify=labels, random_state=SEED)
print(
    f"{len(train_x)} images of 8 by 8 pixels to learn from, {len(test_x)} to test. Keras {keras.__version__} on {keras.backend.backend()}."
)


def classifier(*hidden):
    """A compiled model of hidden layers and a softmax over the ten digits."""
    model = keras.Sequential([keras.Input((64,)), *hidden, keras.layers.Dense(10, activation=ka.Softmax())])
    model.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
    ka.check(model)  # finds what Keras would notice late, such as a learned activation that two layers share
    return model


def accuracy(model):
    return model.evaluate(test_x, test_y, verbose=0, return_dict=True)["accuracy"]


# %% [markdown]
# ## One model, four activations
#
# An activation stands inside a host or is a layer of its own. One of these is learned, and GELU runs by either kernel.

# %%
keras.utils.set_random_seed(SEED)
swish = ka.Swish(learned=True)
model = classifier(
    keras.layers.Dense(128, activation=ka.get("leaky_relu", negative_slope=0.1)),
    keras.layers.Dense(64),
    swish,
    keras.layers.Dense(64, activation=ka.GELU(kernel="native")),
    keras.layers.Dense(64, activation=ka.GELU(kernel="fallback")),
)
print("\nOne model with leaky_relu, a learned swish, and gelu by the framework's op and by this package")
(initial,) = swish.get_weights()
for start, end in ((0, 1), (1, 4), (4, 10)):
    model.fit(train_x, train_y, initial_epoch=start, epochs=end, verbose=0)
    print(f"  epoch {end:2}: {accuracy(model):6.1%} of the test images are right", flush=True)
(learned,) = swish.get_weights()
print(f"  Swish learned its beta: from {initial:.4f} to {learned:.4f}.")

# %% [markdown]
# ## The same model in a new process
#
# The other process names no class of this package. To import it is enough.

# %%
RELOAD = """
import keras
import keras_activations
import numpy as np

model = keras.saving.load_model("digits.keras")
np.save("predictions.npy", model.predict(np.load("test_images.npy"), verbose=0))
"""
model.save(OUTPUT / "digits.keras")
np.save(OUTPUT / "test_images.npy", test_x)
reload = subprocess.run([sys.executable, "-c", RELOAD], cwd=OUTPUT, capture_output=True, text=True)
if reload.returncode:
    raise RuntimeError(reload.stderr)
here, there = model.predict(test_x, verbose=0), np.load(OUTPUT / "predictions.npy")
if not np.array_equal(here, there):
    raise RuntimeError(f"The reloaded model predicts differently, by up to {np.abs(here - there).max():.3g}.")
print(f"\nThe same model, saved and loaded by a new process: all {here.size} predictions are bit-identical.")

# %% [markdown]
# ## One network, ten activations
#
# Each string is anything that `ka.get` understands. Each network starts from the initializer that suits its activation.

# %%
COMPARED = (
    "relu",
    "leaky_relu(negative_slope=0.1)",
    "elu",
    "selu",
    "silu",
    "swish(learned=True)",
    "gelu",
    "mish",
    "tanh",
    "sigmoid",
)
print(f"\n{'One network with each of':32}{'test accuracy':>13}{'seconds':>9}   value computed by")
compared = []
for name in COMPARED:
    keras.utils.set_random_seed(SEED)
    hidden = [keras.layers.Dense(64, activation=ka.get(name), kernel_initializer=ka.initializer(name)) for _ in range(2)]
    model = classifier(*hidden)
    start = time.perf_counter()
    model.fit(train_x, train_y, epochs=10, verbose=0)
    seconds = time.perf_counter() - start
    activation = hidden[0].activation
    by = "the framework's op" if activation.implementation == "native" else "this package"
    print(f"  {name:30}{accuracy(model):13.1%}{seconds:9.1f}   {by}", flush=True)
    compared.append(activation)
print("  The seconds are those of 10 epochs, with the compilation of the training step.")

# %%
figure = ka.plot(compared, path=OUTPUT / "activations.png")
print(f"\nWritten: {OUTPUT / 'digits.keras'}, the first model\n         {OUTPUT / 'activations.png'}, the activations as they were learned")
figure.set_dpi(70)  # a notebook shows it smaller than the file
figure

# %%
python = ".venv/bin/python" if Path(".venv/bin/python").exists() else "python"
print(f"""
What to try next
  make gallery  (every activation on one page, output/gallery.html)
  {python} -m keras_activations show gelu
  {python} -m keras_activations suggest --bounded --smooth 2 --zero-centered
  {python} examples/dead_relus.py  (more of these: examples/README.md)
""")
