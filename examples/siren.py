# %% [markdown]
# # SIREN on an image
#
# What one sees: networks that learn a picture as a function from coordinates to grey. ReLU sees the coarse form. Sines see the details, if
# they have the initializer that belongs to them.
#
# It needs scikit-learn, matplotlib and any backend of Keras, and takes twenty seconds. The idea is that of Sitzmann et al., Implicit Neural
# Representations with Periodic Activation Functions, 2020, https://arxiv.org/abs/2006.09661.

# %%
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_sample_image

import keras_activations as ka

OUTPUT = Path("output")
OUTPUT.mkdir(exist_ok=True)
SIZE, WIDTH, STEPS = 80, 64, 300

# %% [markdown]
# ## The picture
#
# The Summer Palace in Beijing, a photograph that scikit-learn has, as 80 by 80 numbers from -1 to 1.

# %%
photograph = load_sample_image("china.jpg")[40:360, 160:480].mean(axis=2) / 127.5 - 1
picture = photograph.reshape(SIZE, 4, SIZE, 4).mean(axis=(1, 3)).astype("float32")
axis = np.linspace(-1, 1, SIZE, dtype="float32")
places = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2)
greys = picture.reshape(-1, 1)
print(f"{len(places)} pixels")

# %% [markdown]
# ## Three networks
#
# All have three hidden layers of 64 units, and 300 steps to learn. `ka.initializer("siren", inputs=2)` is for the first layer of a SIREN,
# which gets the coordinates, and `ka.initializer("siren")` for all others. Each layer has one of its own: an initializer of Keras draws the
# same numbers in every call.

# %%
repeated = np.tile(places, (STEPS, 1)), np.tile(greys, (STEPS, 1))  # one epoch of many steps is faster than many epochs of one


def drawn_by(model, places):
    """What a model shows at the places of a square."""
    return keras.ops.convert_to_numpy(model(places)).reshape(-1, int(len(places) ** 0.5))


def decibels(drawn, truth):
    """The ratio of peak signal to noise."""
    return 10 * np.log10(4 / np.mean((drawn - truth) ** 2))


def show(pictures):
    """Pictures side by side, in a figure."""
    figure = plt.figure(figsize=(11, 3.1), dpi=72, layout="constrained")
    for axes, (name, drawn) in zip(figure.subplots(1, len(pictures)), pictures.items(), strict=True):
        axes.imshow(drawn, cmap="gray", vmin=-1, vmax=1)
        axes.set_title(name, fontsize=9)
        axes.axis("off")
    return figure


def learn(activation, first, hidden):
    """A network's picture, and the network. `first` and `hidden` make the initializers."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((2,))])
    for initializer in (first, hidden, hidden):
        model.add(keras.layers.Dense(WIDTH, ka.get(activation), kernel_initializer=initializer()))
    model.add(keras.layers.Dense(1, kernel_initializer=hidden()))
    model.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, STEPS)), "mse")
    model.fit(*repeated, batch_size=len(places), shuffle=False, verbose=0)
    learned = drawn_by(model, places)
    return learned, model


weights = {
    "relu, He's weights": ("relu", lambda: ka.initializer("relu"), lambda: ka.initializer("relu")),
    "siren, Keras's default weights": ("siren", lambda: "glorot_uniform", lambda: "glorot_uniform"),
    "siren, its own weights": ("siren", lambda: ka.initializer("siren", inputs=2), lambda: ka.initializer("siren")),
}
pictures, models = {"photograph": picture}, {}
for name, arguments in weights.items():
    pictures[name], models[name] = learn(*arguments)
    print(f"{name:32} {decibels(pictures[name], picture):.1f} dB", flush=True)
print("siren is", ka.get("siren"))

# %%
show(pictures).savefig(OUTPUT / "siren.png")

# %% [markdown]
# ## Between the pixels
#
# A function has values everywhere. Here each network is asked for a part of the picture in four times the resolution, which it has never
# seen. What a network has learned by heart, without its form, is noise there.

# %%
rows, columns = np.arange(4, 132), np.arange(20, 148)  # of the photograph
finer = np.meshgrid(*((2 * (pixels - 1.5) / 4 / (SIZE - 1) - 1).astype("float32") for pixels in (rows, columns)), indexing="ij")
close = {"photograph": photograph[np.ix_(rows, columns)]}
for name, model in models.items():
    close[name] = drawn_by(model, np.stack(finer, axis=-1).reshape(-1, 2))
    print(f"{name:32} {decibels(close[name], close['photograph']):.1f} dB")

# %%
show(close).savefig(OUTPUT / "siren_close.png")
