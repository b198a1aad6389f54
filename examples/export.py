# %% [markdown]
# # From TensorFlow to JAX and ONNX
#
# What one sees: a network with a learned activation is trained on TensorFlow, saved, and predicts the same in a process with JAX; then it
# becomes a file of ONNX, which runs without Keras and without this package.
#
# It needs TensorFlow, JAX, and for ONNX `pip install "keras-activations[export]"`: without it, that part says so. It takes fifteen seconds.

# %%
import os
import subprocess
import sys
import warnings
from importlib.util import find_spec
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np

import keras_activations as ka

OUTPUT = Path("output")
OUTPUT.mkdir(exist_ok=True)

# %% [markdown]
# ## Trained by TensorFlow

# %%
keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(512, 8)).astype("float32")
y = np.sin(x).sum(axis=1, keepdims=True)
model = keras.Sequential(
    [
        keras.Input((8,)),
        keras.layers.Dense(64, ka.Mish()),
        keras.layers.Dense(64),
        ka.Swish(learned=True),
        keras.layers.Dense(32, ka.GELU()),
        keras.layers.Dense(1),
    ]
)
model.compile(keras.optimizers.Adam(0.01), "mse")
losses = model.fit(x, y, epochs=10, verbose=0).history["loss"]
model.save(OUTPUT / "trained.keras")
expected = model.predict(x, verbose=0)
print(
    f"trained by {keras.backend.backend()}: loss {losses[0]:.2f} -> {losses[-1]:.3f}, learned beta {model.layers[2].get_weights()[0]:.4f}"
)


def compare(name, predictions):
    difference = abs(predictions - expected).max()
    print(f"{name:24}largest difference {difference:.0e} of predictions up to {abs(expected).max():.1f}")
    if difference > 1e-5:
        raise RuntimeError("that is too much")


# %% [markdown]
# ## Served by JAX
#
# A `.keras` file belongs to no backend. The other process imports `keras_activations`, so that Keras knows its classes.

# %%
SERVER = """
import os

os.environ["KERAS_BACKEND"] = "jax"

import keras
import keras_activations
import numpy as np

model = keras.saving.load_model("trained.keras")
np.save("served.npy", model.predict(np.load("x.npy"), verbose=0))
print(keras.backend.backend(), end="")
"""
np.save(OUTPUT / "x.npy", x)
server = subprocess.run([sys.executable, "-c", SERVER], cwd=OUTPUT, capture_output=True, text=True)
if server.returncode:
    raise RuntimeError(server.stderr)
compare(f"served by {server.stdout}", np.load(OUTPUT / "served.npy"))

# %% [markdown]
# ## As ONNX
#
# The file holds ordinary operators. Its runtime knows neither Keras nor this package.

# %%
missing = [package for package in ("tf2onnx", "onnxruntime") if find_spec(package) is None]
if missing:
    print(f'No ONNX here: {" and ".join(missing)} not installed. Run pip install "keras-activations[export]"')
else:
    import onnxruntime

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # Keras 3.15 looks for a name that NumPy had
        model.export(OUTPUT / "trained.onnx", format="onnx", verbose=False)
    session = onnxruntime.InferenceSession(OUTPUT / "trained.onnx")
    (served,) = session.run(None, {session.get_inputs()[0].name: x})
    compare("served by onnxruntime", served)
    print(f"{OUTPUT / 'trained.onnx'}: {(OUTPUT / 'trained.onnx').stat().st_size:,} bytes")

# %% [markdown]
# [docs/export.md](../docs/export.md) has what was measured of every activation in ONNX, LiteRT, OpenVINO and SavedModel.
