# %% [markdown]
# # MobileNet with other activations
#
# What one sees: the 27 ReLU6 of a trained MobileNet are swapped in one line. With the same function no prediction changes. With another
# one every weight stays, the accuracy falls, and two epochs of training bring it back.
#
# It needs scikit-learn and any backend of Keras, downloads nothing, and takes half a minute. A network with downloaded weights is swapped
# in the same way.

# %%
import time

import keras
import numpy as np
from sklearn.datasets import load_digits

import keras_activations as ka

# %% [markdown]
# ## A trained network
#
# Handwritten digits, blown up to 32 by 32 pixels in three channels, for eight epochs.

# %%
images, labels = load_digits(return_X_y=True)
images = images.reshape(-1, 8, 8, 1).astype("float32") / 8 - 1
images = np.kron(images, np.ones((1, 4, 4, 3), "float32"))
train, test = slice(0, 1024), slice(1024, 1280)


def learn(model, epochs):
    model.fit(images[train], labels[train], batch_size=64, epochs=epochs, verbose=0)


def predict(model):
    """Probabilities, in milliseconds, the least of several tries."""
    times = []
    for _ in range(10):
        start = time.perf_counter()
        predicted = model.predict_on_batch(images[test])
        times.append(time.perf_counter() - start)
    return predicted, 1000 * min(times)


def accuracy(predicted):
    return (predicted.argmax(axis=1) == labels[test]).mean()


keras.utils.set_random_seed(0)
model = keras.applications.MobileNet(input_shape=(32, 32, 3), alpha=0.25, weights=None, classes=10)
for layer in model.layers:
    if isinstance(layer, keras.layers.BatchNormalization):
        layer.momentum = 0.8  # 0.999 is for thousands of steps
model.compile(keras.optimizers.Adam(3e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
learn(model, 8)
expected, duration = predict(model)
print(f"{model.count_params():,} parameters, accuracy {accuracy(expected):.1%}")

# %% [markdown]
# ## What is there
#
# `ka.find_activations` lists each activation with its role. The softmax of the output has another role than the hidden ones, so that
# `ka.replace` leaves it, unless `roles=` names it.

# %%
places = ka.find_activations(model)
print(f"{len(places)} activations, such as")
for place in (places[0], places[1], places[-1]):
    print(f"  {place.path:24}{place.role:8}")

# %% [markdown]
# ## The same function
#
# `ka.ReLU6` in the place of Keras's changes no bit of the predictions.

# %%
same = ka.replace(model, {"relu6": "relu6"})
predicted, _ = predict(same.model)
print(f"{len(same.changed)} swapped, equal predictions: {np.array_equal(predicted, expected)}")

# %% [markdown]
# ## Other functions
#
# MobileNetV3 has hard SiLUs, which are cheap on small devices. Every layer after a swap gets other numbers, and the statistics of batch
# normalization are those of the old function: so the accuracy falls at first.

# %%
print(f"{'activation':12}{'parameters':>12}{'old weights':>13}{'accuracy':>10}{'milliseconds':>14}")
print(f"{'relu6':12}{model.count_params():12,}{'':13}{accuracy(expected):10.1%}{duration:14.1f}")
swapped = {}
for name in ("hard_silu", "prelu"):
    swapped[name] = ka.replace(model, {"relu6": name}).model
    weights = {weight.path: keras.ops.convert_to_numpy(weight) for weight in swapped[name].weights}
    kept = all(np.array_equal(weights[weight.path], keras.ops.convert_to_numpy(weight)) for weight in model.weights)
    predicted, duration = predict(swapped[name])
    kept = "kept" if kept else "changed"
    print(f"{name:12}{swapped[name].count_params():12,}{kept:>13}{accuracy(predicted):10.1%}{duration:14.1f}", flush=True)

# %% [markdown]
# Each PReLU learns a slope, which are the further parameters.
#
# ## Training on
#
# The new model is compiled as the old one was, and the optimizer keeps its state.

# %%
light = swapped["hard_silu"]
learn(light, 2)
print(f"hard_silu after two epochs: accuracy {accuracy(predict(light)[0]):.1%}")
print(f"The original predicts what it did: {np.array_equal(predict(model)[0], expected)}")
