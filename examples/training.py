# %% [markdown]
# # Training: initial weights, learning rate, and the size of a network
#
# What one sees: how initial weights decide whether values survive many layers of ReLU, an activation as argument and as layer in a model of
# 3,306 parameters, where these are and how many multiplications they cost, and a learning rate that decays exponentially.
#
# It needs matplotlib, scikit-learn and any backend of Keras, and takes ten seconds.

# %%
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

import keras_activations as ka

OUTPUT = Path("output")
OUTPUT.mkdir(exist_ok=True)

# %% [markdown]
# ## Standardised inputs
#
# Digits of 8 by 8 pixels, made coarser: 16 numbers each, scaled to mean 0 and deviation 1. The scale is that of the training images alone.

# %%
images, labels = load_digits(return_X_y=True)
coarse = images.reshape(-1, 4, 2, 4, 2).mean(axis=(2, 4)).reshape(-1, 16)
train_x, test_x, train_y, test_y = train_test_split(coarse, labels, test_size=0.25, stratify=labels, random_state=0)
scaler = StandardScaler().fit(train_x)
train_x, test_x = (scaler.transform(part).astype("float32") for part in (train_x, test_x))
print(f"before: mean {coarse.mean():.2f}, deviation {coarse.std():.2f}; now: mean {train_x.mean():.2f}, deviation {train_x.std():.2f}")

# %% [markdown]
# ## N(0, sqrt(2 / fan_in)) for ReLU
#
# ReLU removes half of the variance, and He's weights, of deviation sqrt(2 / fan_in), double it. With other weights the values vanish or
# explode by a factor per layer.

# %%
DEPTH, WIDTH = 20, 256
start = np.random.default_rng(0).normal(size=(256, WIDTH)).astype("float32")


def deviations(standard_deviation):
    """The root mean square after each of many layers of ReLU."""
    keras.utils.set_random_seed(0)
    x, found = keras.ops.convert_to_tensor(start), []
    for _ in range(DEPTH):
        weights = keras.initializers.RandomNormal(stddev=standard_deviation)
        x = keras.layers.Dense(WIDTH, ka.ReLU(), kernel_initializer=weights)(x)
        found.append(np.sqrt(np.mean(keras.ops.convert_to_numpy(x).astype("float64") ** 2)))  # float32 has no squares as small as some
    return found


starts = {
    "N(0, 0.01)": deviations(0.01),
    "N(0, sqrt(1 / fan_in))": deviations((1 / WIDTH) ** 0.5),
    "N(0, sqrt(2 / fan_in))": deviations((2 / WIDTH) ** 0.5),
    "N(0, sqrt(4 / fan_in))": deviations((4 / WIDTH) ** 0.5),
}
print("root mean square after layer      1        10        20")
for name, found in starts.items():
    print(f"{name:25}", *(f"{found[layer - 1]:9.1e}" for layer in (1, 10, 20)))
print("ka.gain('relu') is the numerator's root:", round(ka.gain("relu"), 4))

# %% [markdown]
# ## An activation as argument and as layer
#
# Both say the same. The layer form shows the activation in the summary; it has no parameters. A network from 16 inputs over 32 and 64
# units to 10 classes has 3,306 of them.

# %%
as_argument = keras.Sequential(
    [
        keras.Input((16,)),
        keras.layers.Dense(32, activation=ka.get("relu"), kernel_initializer=ka.initializer("relu", seed=1)),
        keras.layers.Dense(64, activation=ka.get("relu"), kernel_initializer=ka.initializer("relu", seed=2)),
        keras.layers.Dense(10, activation=ka.Softmax()),
    ]
)
as_layer = keras.Sequential(
    [
        keras.Input((16,)),
        keras.layers.Dense(32),
        ka.ReLU(),
        keras.layers.Dense(64),
        ka.ReLU(),
        keras.layers.Dense(10),
        ka.Softmax(),
    ]
)
as_layer.set_weights(as_argument.get_weights())
as_layer.summary(line_length=70, print_fn=print)
assert as_argument.count_params() == as_layer.count_params() == 3306
assert np.array_equal(as_argument.predict(test_x, verbose=0), as_layer.predict(test_x, verbose=0))
print("The two models make equal predictions.")

# %% [markdown]
# A dense layer has a weight for each pair of input and unit, which is one multiplication per example, and a bias for each unit.

# %%
print("layer     parameters  multiplications")
dense = [layer for layer in as_argument.layers if isinstance(layer, keras.layers.Dense)]
for layer in dense:
    inputs, units = layer.kernel.shape
    print(f"{inputs:2} to {units:2}  {inputs * units + units:10,}  {inputs * units:15,}")
print(f"sum       {as_argument.count_params():10,}  {sum(np.prod(layer.kernel.shape) for layer in dense):15,}")

# %% [markdown]
# ## An exponentially decaying learning rate
#
# `ExponentialDecay` multiplies the rate by a factor, here 0.5 every 5 epochs: large steps first, small ones to settle.

# %%
EPOCHS, BATCH = 20, 32
per_epoch = -(-len(train_x) // BATCH)
decay = keras.optimizers.schedules.ExponentialDecay(0.02, decay_steps=5 * per_epoch, decay_rate=0.5)
initial = as_argument.get_weights()
losses = {}
for name, rate in (("constant, 0.02", 0.02), ("0.02, halved every 5 epochs", decay)):
    keras.utils.set_random_seed(0)
    model = keras.models.clone_model(as_argument)
    model.set_weights(initial)
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    losses[name] = model.fit(train_x, train_y, batch_size=BATCH, epochs=EPOCHS, verbose=0).history["loss"]
    result = model.evaluate(test_x, test_y, verbose=0, return_dict=True)
    print(f"{name:28} training loss {losses[name][-1]:.4f}, test loss {result['loss']:.3f}, test accuracy {result['accuracy']:.1%}")
for epoch in range(0, EPOCHS + 1, 5):
    print(f"rate after {epoch:2} epochs: {float(decay(epoch * per_epoch)):.5f}")

# %%
figure = plt.figure(figsize=(9, 3.4), dpi=100, layout="constrained")
left, right = figure.subplots(1, 2)
for name, found in starts.items():
    left.semilogy(range(1, DEPTH + 1), found, label=name, linewidth=2)
left.set(xlabel="layer", title="Root mean square of the values, 20 layers of ReLU")
for name, loss in losses.items():
    right.semilogy(range(1, EPOCHS + 1), loss, label=f"rate {name}", linewidth=2)
right.set(xlabel="epoch", title="Training loss")
for axes in (left, right):
    axes.locator_params(axis="x", integer=True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8)
figure.savefig(OUTPUT / "training.png")
