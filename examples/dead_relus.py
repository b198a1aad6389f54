# %% [markdown]
# # Dead ReLUs, found and cured
#
# What one sees: a bias that is too negative leaves most units of a network without a slope, `ka.ActivationMonitor` notices and names the
# layer, and `ka.replace` cures the trained network. A learning rate that is too high does the same to healthy units.
#
# It needs scikit-learn, matplotlib and any backend of Keras, and takes fifteen seconds.

# %%
import warnings
from pathlib import Path

import keras
from sklearn.datasets import load_digits

import keras_activations as ka

OUTPUT = Path("output")
OUTPUT.mkdir(exist_ok=True)

images, labels = load_digits(return_X_y=True)
images = (images / 16).astype("float32")
train, test = slice(0, 1200), slice(1200, None)


def network(activation="relu", bias=0.0, rate=0.003):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((64,)),
            keras.layers.Dense(64, ka.get(activation), bias_initializer=keras.initializers.Constant(bias), name="first"),
            keras.layers.Dense(64, ka.get(activation), name="second"),
            keras.layers.Dense(10, "softmax", name="classes"),
        ]
    )
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def accuracy(model):
    return model.evaluate(images[test], labels[test], verbose=0, return_dict=True)["accuracy"]


def train_watched(model, epochs=3):
    """Train, print the first warning and the dead units at the end, and return what the monitor has seen."""
    monitor = ka.ActivationMonitor(images[:100], labels[:100], every=12)
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always", UserWarning)
        model.fit(images[train], labels[train], epochs=epochs, verbose=0, callbacks=[monitor])
    print(found[0].message if found else "No warning.")
    for path in ("first:activation", "second:activation"):
        last = [row for row in monitor.history if row["path"] == path][-1]
        print(f"  {path:18}{last['dead']:5.0%} of the units are dead after training")
    print(f"  accuracy {accuracy(model):.1%}\n")
    return monitor


# %% [markdown]
# ## Found
#
# A dead unit has the slope 0 for every example, so that nothing moves it again. The monitor looks at a hundred images every twelve steps,
# and warns once of each disease.

# %%
model = network(bias=-1.4)
monitor = train_watched(model)

# %%
figure = ka.plot_history(monitor)
figure.set_dpi(90)
figure.savefig(OUTPUT / "dead_relus.png")
figure

# %% [markdown]
# ## Cured
#
# `ka.replace` makes a copy with the weights and the optimizer that the network has, and another activation. With a slope everywhere the
# dead units learn again, and those that worked keep what they have learned. Both networks learn for three further epochs.

# %%
cured = ka.replace(model, {"relu": "leaky_relu(negative_slope=0.1)"}).model
for name, candidate in (("relu", model), ("leaky_relu", cured)):
    candidate.fit(images[train], labels[train], epochs=3, verbose=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        diseases = len(ka.check(candidate, images[test]).warnings)  # looks for dead units without a callback
    print(f"{name:12}{accuracy(candidate):6.1%}, warnings of ka.check: {diseases}")

# %% [markdown]
# ## Killed by the learning rate
#
# A step that is too long makes a bias so negative that its unit dies. Here the healthy network, with a bias of 0, learns with thirty times
# the rate. Units with a slope everywhere do not die, but the long steps harm them, too: this cure is a smaller rate.

# %%
for activation, rate in (("relu", 0.1), ("leaky_relu(negative_slope=0.1)", 0.1), ("relu", 0.003)):
    print(f"{activation}, rate {rate}")
    train_watched(network(activation, rate=rate))
