# %% [markdown]
# # Snake on a periodic signal
#
# What one sees: networks of ReLU, tanh and Snake learn a wave with a trend on one interval, and are asked how it goes on. ReLU goes on as a
# straight line, tanh levels off, and Snake, `x + sin(alpha x)**2 / alpha`, goes on to oscillate.
#
# It needs matplotlib and any backend of Keras, and takes ten seconds. The idea is that of Ziyin, Hartwig and Ueda, Neural Networks Fail to
# Learn Periodic Functions and How to Fix It, 2020, https://arxiv.org/abs/2006.08195.

# %%
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np

import keras_activations as ka

OUTPUT = Path("output")
OUTPUT.mkdir(exist_ok=True)


def signal(time):
    return np.sin(time) + 0.1 * time


inside = np.linspace(-15, 15, 512, dtype="float32")[:, None]
beyond = np.linspace(15, 25, 128, dtype="float32")[:, None]

# %% [markdown]
# ## Learn inside, ask beyond
#
# `alpha` is learned. Its start decides: the larger it is, the higher are the frequencies that a layer begins with.

# %%
ACTIVATIONS = ("relu", "tanh", "snake(alpha=2)")
STEPS = 500
repeated = np.tile(inside, (STEPS, 1))  # one epoch of many steps is faster than many epochs of one
models = {}
print("mean squared error   inside   beyond")
for name in ACTIVATIONS:
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(64, ka.get(name)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.AdamW(keras.optimizers.schedules.CosineDecay(2e-2, STEPS)), "mse")
    model.fit(repeated, signal(repeated), batch_size=512, shuffle=False, verbose=0)
    errors = [model.evaluate(time, signal(time), verbose=0) for time in (inside, beyond)]
    print(f"{name:18}", *(f"{error:8.4f}" for error in errors), flush=True)
    models[name] = model
(alpha,) = models["snake(alpha=2)"].layers[0].activation.get_weights()
print(f"Snake's alpha went from 2 to {alpha:.3f}.")

# %% [markdown]
# ## How they go on

# %%
time = np.linspace(-25, 25, 1001, dtype="float32")[:, None]
figure = plt.figure(figsize=(8, 6), dpi=100, layout="constrained")
for axes, (name, model) in zip(figure.subplots(len(models), sharex=True, sharey=True), models.items(), strict=True):
    axes.axvspan(-15, 15, color="#f0f0f0", zorder=0)
    axes.plot(time, signal(time), color="#999999", linewidth=1, label="signal")
    axes.plot(time, model.predict(time, batch_size=1001, verbose=0), color="#0072B2", linewidth=2, label="network")
    axes.set_title(name, loc="left", fontweight="bold", fontsize=10)
    axes.set(xlim=(-25, 25), ylim=(-4, 4))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="lower right", ncols=2, frameon=False, fontsize=8)
axes.set_xlabel("time; the networks have learned what is on grey")
figure.savefig(OUTPUT / "snake.png")
