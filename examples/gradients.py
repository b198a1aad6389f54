# %% [markdown]
# # Value and gradient of sigmoid, tanh and ReLU
#
# What one sees: values and gradients by `tf.GradientTape` beside the formulas of the textbook, the three curves, why gradients vanish
# in deep networks, and what makes an activation good.
#
# It needs TensorFlow and matplotlib, and takes ten seconds.

# %%
import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

import keras_activations as ka

OUTPUT = Path("output")
OUTPUT.mkdir(exist_ok=True)

# %% [markdown]
# ## By tape
#
# An activation is a layer, and a layer is called like a function. The tape records what happens to `x`.

# %%
x = tf.constant([-6.0, -2.0, -0.5, 0.0, 0.5, 2.0, 6.0])
textbook = {
    "sigmoid": lambda x: np.exp(-x) / (1 + np.exp(-x)) ** 2,
    "tanh": lambda x: 1 / np.cosh(x) ** 2,
    "relu": lambda x: np.where(x > 0, 1.0, 0.0),
}
print("x        ", *(f"{number:9.4f}" for number in x.numpy()))
for name, slope in textbook.items():
    activation = ka.get(name)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = activation(x)
    gradient, expected = tape.gradient(y, x).numpy(), slope(x.numpy().astype("float64"))
    print(f"\n{name:9}", *(f"{number:9.4f}" for number in y.numpy()))
    print("gradient ", *(f"{number:9.4f}" for number in gradient))
    print(f"largest difference from the textbook's gradient: {abs(gradient - expected).max():.0e}")

# %% [markdown]
# At 6 the gradient of sigmoid and of tanh is nearly 0: they *saturate*. ReLU has the gradient 1 there, and 0 for every negative number.

# %%
figure = ka.plot("sigmoid", "tanh", "relu", low=-6, high=6)
figure.savefig(OUTPUT / "gradients.png")
figure

# %% [markdown]
# ## Gradients vanish
#
# Backpropagation multiplies by the slope and by the weights in every layer. So the gradient of a deep network shrinks or grows by a factor
# per layer. `ka.describe(name).gradient` predicts this factor from the function alone, for weights that keep the variance of the values.
# Here it is measured in a network of 30 layers.

# %%
DEPTH, WIDTH = 30, 256
batch = tf.random.stateless_normal((64, WIDTH), seed=(1, 2))


def gradients(name):
    """The norm of the gradient that arrives at each layer, from the first to the last."""
    keras.utils.set_random_seed(0)
    weights = ka.initializer(name)  # for ReLU He's, for the others what keeps the variance
    layers = [keras.layers.Dense(WIDTH, ka.get(name), kernel_initializer=weights.clone()) for _ in range(DEPTH)]
    values = [batch]
    with tf.GradientTape() as tape:
        tape.watch(batch)
        for layer in layers:
            values.append(layer(values[-1]))
        target = tf.reduce_sum(values[-1] * tf.random.stateless_normal((64, WIDTH), seed=(3, 4)))
    return np.array([np.linalg.norm(gradient) for gradient in tape.gradient(target, values[:-1])])


names = ("sigmoid", "tanh", "relu", "selu")
arrived = {name: gradients(name) for name in names}
print("activation  predicted factor  measured factor  first layer / last layer")
for name, norms in arrived.items():
    factor = (norms[0] / norms[-1]) ** (1 / (DEPTH - 1))
    print(f"{name:10}  {ka.describe(name).gradient:16.3f}  {factor:15.3f}  {norms[0] / norms[-1]:24.0e}")

# %%
vanishing = plt.figure(figsize=(6.4, 3.6), dpi=110, layout="constrained")
axes = vanishing.add_subplot()
for name, norms in arrived.items():
    axes.semilogy(range(1, DEPTH + 1), norms / norms[-1], label=name, linewidth=2)
axes.set(xlabel="layer", ylabel="gradient / gradient at the last layer", title="What arrives at each layer of a deep network")
axes.spines[["top", "right"]].set_visible(False)
axes.legend(frameon=False)
vanishing.savefig(OUTPUT / "vanishing.png")

# %% [markdown]
# ## What makes an activation good
#
# Values around 0 (zero-centered), a slope near 1 where most inputs are, no wide region without slope, and a low cost. No function has
# all of it, and `ka.describe` computes what each has.

# %%
print("activation  slope at most  mean  gradient per layer  saturates below, above  dead  times ReLU's cost")
for name in (*names, "gelu"):
    card = ka.describe(name)
    below = next((f"{end:.1f}" for start, end in card.saturates if start == -np.inf), "-")
    above = next((f"{start:.1f}" for start, end in card.saturates if end == np.inf), "-")
    print(
        f"{name:10}  {card.lipschitz:13.2f}  {card.mean:4.2f}  {card.gradient:18.2f}  {below:>15}, {above:>5}"
        f"  {'yes' if card.dead else 'no':>4}  {card.cost['tensorflow']:19.1f}"
    )

# %% [markdown]
# Which activations are smooth, keep the gradient in deep networks, grow without bound, and have a fixed form?

# %%
for card in ka.suggest(smooth=True, deep=True, bounded=False, dead=False, learned=False).descriptions:
    print(f"{card.name:18}{card.summary}")
