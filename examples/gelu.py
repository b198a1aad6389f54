# %% [markdown]
# # A GELU where the framework has none
#
# What one sees: which code computes GELU, what happens in a release of Keras that has no `gelu`, and how accurate each way is, compared
# with `math.erfc` in double precision.
#
# It needs matplotlib and any backend of Keras, and takes ten seconds. With TensorFlow, `tf.nn.gelu` takes part.

# %%
import math
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np

import keras_activations as ka

OUTPUT = Path("output")
OUTPUT.mkdir(exist_ok=True)

# %% [markdown]
# ## Which code runs
#
# `layer.plan()` says it with the reason, and `layer.implementation` in a word.

# %%
for kernel in ("auto", "native", "fallback"):
    layer = ka.GELU(kernel=kernel)
    print(f"{kernel:9} {layer.implementation:9} {layer.plan().reason}")

# %% [markdown]
# ## Without the op
#
# `kernel="fallback"` is made of simpler operations, for frameworks that have no GELU. To prove it, the op is taken away from Keras for a
# while.

# %%
x = np.linspace(-12, 4, 4001, dtype="float32")
homes = [home for home in (keras.ops, keras.activations) if hasattr(home, "gelu")]
op = keras.ops.gelu
for home in homes:
    del home.gelu
absent = keras.ops.convert_to_numpy(ka.GELU(kernel="fallback")(x))
try:
    ka.NativeOp("gelu")(x)
except ValueError as error:
    print(error)
print(f"kernel='fallback' computed {np.isfinite(absent).sum()} of {len(x)} values.")
for home in homes:
    home.gelu = op

# %% [markdown]
# ## How accurate it is
#
# The truth is `x / 2 * erfc(-x / sqrt(2))` in double precision. Far left, GELU is tiny, and a formula that adds 1 to an `erf` near -1 loses
# all digits there.

# %%
truth = np.array([number / 2 * math.erfc(-number / math.sqrt(2)) for number in x.astype("float64")])
tiny = np.finfo("float32").tiny
normal = abs(truth) > tiny  # smaller numbers have fewer digits
z = keras.ops.convert_to_tensor(x)
computed = {
    "0.5 x (1 + erf(x / sqrt(2)))": 0.5 * z * (1 + keras.ops.erf(z / math.sqrt(2))),
    "keras.ops.gelu": keras.ops.gelu(z, approximate=False),
    "ka.GELU()": ka.GELU()(x),
    "ka.GELU(kernel='fallback')": absent,
}
if keras.backend.backend() == "tensorflow":
    import tensorflow as tf

    computed["tf.nn.gelu"] = tf.nn.gelu(x)
errors = {name: abs(keras.ops.convert_to_numpy(y) - truth)[normal] for name, y in computed.items()}
print(f"{'':30}{'largest error':>15}{'largest relative error':>25}")
for name, error in errors.items():
    print(f"{name:30}{error.max():15.1e}{(error / abs(truth[normal])).max():25.1e}")

# %%
figure = plt.figure(figsize=(6.8, 3.8), dpi=110, layout="constrained")
axes = figure.add_subplot()
for name, error in sorted(errors.items(), key=lambda pair: -pair[1].max()):
    axes.semilogy(x[normal], np.maximum(error / abs(truth[normal]), 1e-9), linewidth=1, label=name)
axes.set(xlabel="x", ylabel="relative error", title="GELU in float32, beside double precision")
axes.axhline(np.finfo("float32").eps, color="#666666", linewidth=0.8, linestyle=":")
axes.spines[["top", "right"]].set_visible(False)
axes.legend(frameon=False, fontsize=8)
figure.savefig(OUTPUT / "gelu.png")

# %% [markdown]
# ## The approximation
#
# `approximate=True` is the form with tanh, which GPT-2 has and JAX takes by default.

# %%
difference = keras.ops.convert_to_numpy(ka.GELU(approximate=True)(x)) - truth
print(f"The two forms differ by up to {abs(difference).max():.1e}, at x = {x[abs(difference).argmax()]:.2f}.")
