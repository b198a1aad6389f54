# %% [markdown]
# # A transformer block with GELU, GEGLU or SwiGLU
#
# What one sees: three networks of one transformer block that differ in the activation of its feed-forward part, with as many parameters
# each. They learn to add the digits of a number to those of its mirror image, which only attention can bring together.
#
# It needs matplotlib and any backend of Keras, and takes fifteen seconds. The idea is that of Shazeer, GLU Variants Improve Transformer,
# 2020, https://arxiv.org/abs/2002.05202.

# %%
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np

import keras_activations as ka

OUTPUT = Path("output")
OUTPUT.mkdir(exist_ok=True)
TOKENS, LENGTH, WIDTH, EPOCHS = 10, 8, 32, 8

# %% [markdown]
# ## The task
#
# Eight digits go in. At each place, the digit there plus the digit at the mirrored place comes out, without the carry.

# %%
numbers = np.random.default_rng(0).integers(0, TOKENS, (2560, LENGTH), dtype="int32")
sums = (numbers + numbers[:, ::-1]) % TOKENS
train, test = slice(0, 2048), slice(2048, None)
print("in: ", *numbers[0])
print("out:", *sums[0])

# %% [markdown]
# ## The block
#
# A gated unit such as SwiGLU halves the width of its input: half of it is the gate of the other half. So it is a layer of its own, after a
# `Dense` twice as wide, and the hidden width is two thirds of that of an ordinary block, for as many parameters.


# %%
def block(x, activation, units):
    """Attention and a feed-forward part, each after a normalization and beside a shortcut."""
    y = keras.layers.LayerNormalization()(x)
    x = x + keras.layers.MultiHeadAttention(4, WIDTH // 4)(y, y)
    y = keras.layers.LayerNormalization()(x)
    y = keras.layers.Dense(units, use_bias=False)(y)
    y = ka.get(activation)(y)
    return x + keras.layers.Dense(WIDTH, use_bias=False)(y)


def network(activation, units):
    keras.utils.set_random_seed(0)
    tokens = keras.Input((LENGTH,), dtype="int32")
    x = keras.layers.Embedding(TOKENS * LENGTH, WIDTH)(tokens + TOKENS * np.arange(LENGTH))  # a vector for each token at each place
    model = keras.Model(tokens, keras.layers.Dense(TOKENS)(block(x, activation, units)))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-2), loss, metrics=["accuracy"])
    ka.check(model)
    return model


# %%
histories = {}
print("activation  parameters  test accuracy")
for activation, units in (("gelu", 4 * WIDTH), ("geglu", 2 * (8 * WIDTH // 3)), ("swiglu", 2 * (8 * WIDTH // 3))):
    model = network(activation, units)
    history = model.fit(numbers[train], sums[train], validation_data=(numbers[test], sums[test]), batch_size=128, epochs=EPOCHS, verbose=0)
    histories[activation] = history.history["val_accuracy"]
    print(f"{activation:10}  {model.count_params():10,}  {histories[activation][-1]:13.1%}", flush=True)

# %%
figure = plt.figure(figsize=(6.4, 3.6), dpi=100, layout="constrained")
axes = figure.add_subplot()
for name, accuracies in histories.items():
    axes.plot(range(1, EPOCHS + 1), accuracies, linewidth=2, marker="o", markersize=4, label=name)
axes.axhline(1 / TOKENS, color="#999999", linewidth=0.8, linestyle=":", label="by chance")
axes.set(xlabel="epoch", ylabel="test accuracy", title="One transformer block", ylim=(0, 1))
axes.spines[["top", "right"]].set_visible(False)
axes.legend(frameon=False, fontsize=9)
figure.savefig(OUTPUT / "transformer.png")

# %% [markdown]
# ## Where a gated unit may stand
#
# As the activation of a `Dense` it would change the width that the layer declares. `ka.check` refuses such a model.

# %%
wrong = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, activation=ka.SwiGLU())])
try:
    ka.check(wrong)
except ValueError as error:
    print(error)

# %% [markdown]
# Checkpoints of Llama have two projections, which the unit takes as they are. In them the gate stands first.

# %%
gate, up = np.random.default_rng(0).normal(size=(2, 3, 16)).astype("float32")
print(ka.SwiGLU()([gate, up]).shape)
