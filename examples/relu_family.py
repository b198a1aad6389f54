# %% [markdown]
# # ReLU, its relatives, and softmax
#
# What one sees: what slope, ceiling and threshold do to ReLU, what its relatives do to negative numbers, how SELU keeps a deep network
# standardised, and why softmax is best left to the loss.
#
# It needs matplotlib and any backend of Keras, and takes ten seconds.

# %%
from pathlib import Path

import keras
import numpy as np

import keras_activations as ka

OUTPUT = Path("output")
OUTPUT.mkdir(exist_ok=True)


def array(x):
    return keras.ops.convert_to_numpy(x)


def row(name, numbers):
    print(f"{name!s:34}", *(f"{number:9.4f}" for number in array(numbers)))


# %% [markdown]
# ## Slope, ceiling, threshold
#
# `keras.activations.relu` and `ka.ReLU` take the same arguments. The layer prints them, saves them, and stands in any place.

# %%
x = np.array([-10, -5, 0, 5, 10], "float32")
row("x", x)
for arguments in ({}, {"negative_slope": 0.5}, {"max_value": 5.0}, {"threshold": 5.0}, {"negative_slope": 0.1, "threshold": 5.0}):
    layer = ka.ReLU(**arguments)
    row(", ".join(f"{name}={value}" for name, value in arguments.items()) or "no argument", layer(x))
    assert np.array_equal(array(layer(x)), array(keras.activations.relu(x, **arguments)))

# %% [markdown]
# * `negative_slope=0.5` halves negative numbers instead of removing them, so that the gradient passes.
# * `max_value=5` is a ceiling: 10 becomes 5. With 6 it is ReLU6.
# * `threshold=5` removes what is not above 5. With a slope, `negative_slope * (x - threshold)` continues the line below the threshold.

# %% [markdown]
# ## The relatives
#
# They differ where x is negative.

# %%
x = np.array([-3, -1, -0.1, 0, 2], "float32")
row("x", x)
relatives = {
    "leaky_relu": np.where(x > 0, x, 0.2 * x),
    "elu": np.where(x > 0, x, np.expm1(x)),
    "selu": 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(x)),
    "swish": x / (1 + np.exp(-x)),
}
for name, formula in relatives.items():
    row(ka.get(name), ka.get(name)(x))
    assert np.allclose(array(ka.get(name)(x)), formula, atol=1e-6)

# %% [markdown]
# Libraries disagree about defaults. `like=` takes those of another one:

# %%
for library in ("keras", "torch", "jax"):
    print(f"{library:6}", ka.get("leaky_relu", like=library))

# %%
figure = ka.plot(["relu", "leaky_relu(negative_slope=0.1)", "elu", "selu", "swish"], overlaid=True, low=-4, high=3)
figure.savefig(OUTPUT / "relu_family.png")
figure

# %% [markdown]
# ## SELU keeps a deep network standardised
#
# With LeCun's initializer, values of mean 0 and deviation 1 keep both through any number of layers. The wrong initializer, or ordinary
# dropout in the place of `AlphaDropout`, breaks it.

# %%
standard = np.random.default_rng(0).normal(size=(512, 256)).astype("float32")


def deep(initializer, dropout):
    keras.utils.set_random_seed(0)
    x = keras.ops.convert_to_tensor(standard)
    for _ in range(20):
        x = keras.layers.Dense(256, ka.SELU(), kernel_initializer=initializer)(x)
        x = dropout(x, training=True)
    return f"mean {array(x).mean():6.2f}, deviation {array(x).std():6.2f}"


nothing = keras.layers.Identity()
print("after 20 layers of SELU")
print("lecun_normal                ", deep("lecun_normal", nothing))
print("lecun_normal, AlphaDropout  ", deep("lecun_normal", keras.layers.AlphaDropout(0.1, seed=0)))
print("lecun_normal, Dropout       ", deep("lecun_normal", keras.layers.Dropout(0.1, seed=0)))
print("he_normal                   ", deep("he_normal", nothing))
print("ka.initializer('selu')      ", deep(ka.initializer("selu"), nothing))

# %% [markdown]
# ## Softmax, and a loss on logits
#
# Softmax divides exponentials by their sum. The textbook's form overflows for large numbers. The layer subtracts the largest one first.

# %%
logits = np.array([[1, 2, 3], [1000, 0, -1000]], "float32")
with np.errstate(all="ignore"):
    exponentials = np.exp(logits)
    naive = exponentials / exponentials.sum(axis=1, keepdims=True)
for number, formula, stable in zip(logits, naive, array(ka.Softmax()(logits)), strict=True):
    row(f"{number}", formula)
    row("  as a layer", stable)

# %% [markdown]
# The second example is sure of class 0. If class 2 is right, the loss is 2000. Probabilities cannot say this: that of class 2 has been
# rounded to 0, Keras clips it, and what is clipped has no gradient. From logits the loss is exact. In TensorFlow a softmax layer hands
# its logits on to the loss, so that it is exact there, too.

# %%
label = np.array([2])
probabilities = ka.Softmax()(logits[1:])
cases = {
    "from probabilities": (array(probabilities), False),
    "from the output of ka.Softmax": (probabilities, False),
    "from logits": (logits[1:], True),
}
for name, (given, from_logits) in cases.items():
    loss = keras.losses.sparse_categorical_crossentropy(label, given, from_logits=from_logits)
    print(f"{name:30}{array(loss).item():10.2f}")

# %% [markdown]
# The opposite mistake is to give probabilities to a loss that expects logits: it trains, badly, and without a word. `ka.check` finds it.

# %%
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(3, ka.Softmax())])
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
try:
    ka.check(model)
except ValueError as error:
    print(error)
