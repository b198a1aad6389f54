# %% [markdown]
# # A physics-informed network
#
# What one sees: networks that solve the heat equation without having seen a solution, with each of several activations, and which of them
# can. ReLU, whose second derivative is 0, cannot.
#
# It needs matplotlib and TensorFlow, JAX or torch, and takes twenty seconds. The idea is that of Raissi, Perdikaris and Karniadakis, 2019,
# https://doi.org/10.1016/j.jcp.2018.10.045.
#
# ## The equation
#
# `u_t = u_xx / 10` for `0 < x < 1` and `0 < t < 1`, with `u = sin(pi x)` at `t = 0` and `u = 0` at both ends. Its solution is
# `exp(-pi^2 t / 10) sin(pi x)`. The loss is what the network leaves of the equation, whose `u_xx` is a second derivative by the input.

# %%
import sys
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import ops

import keras_activations as ka

OUTPUT = Path("output")
OUTPUT.mkdir(exist_ok=True)
BACKEND = keras.backend.backend()
SEED = 7
RATE = 0.1


def exact(x, t):
    return np.exp(-RATE * np.pi**2 * t) * np.sin(np.pi * x)


def physics_loss(u, inside, border, known):
    """What a function u of points (x, t) leaves of the equation inside, and of the known values at the border."""
    x, t = inside[:, :1], inside[:, 1:]
    u_t = derivative(lambda t: u(ops.concatenate([x, t], axis=1)))(t)
    u_xx = derivative(derivative(lambda x: u(ops.concatenate([x, t], axis=1))))(x)
    return ops.mean((u_t - RATE * u_xx) ** 2) + 10.0 * ops.mean((u(border) - known) ** 2)


# %% [markdown]
# ## Differentiation
#
# What each backend calls it: `derivative(function)`, of a function whose rows do not depend on each other, and
# `train(model, loss, data, steps)`, which minimizes `loss(model, *data)` and returns the last loss.


# %%
def adam(model, steps):
    """The optimizer, which slows down to nothing."""
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.02, steps))
    optimizer.build(model.trainable_variables)
    return optimizer


if BACKEND == "tensorflow":
    import tensorflow as tf

    def derivative(function):
        def slope(x):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = function(x)
            return tape.gradient(y, x, unconnected_gradients="zero")

        return slope

    def train(model, loss, data, steps):
        optimizer = adam(model, steps)

        @tf.function
        def step():
            with tf.GradientTape() as tape:
                result = loss(model, *data)
            optimizer.apply(tape.gradient(result, model.trainable_variables), model.trainable_variables)
            return result

        for _ in range(steps):
            result = step()
        return float(result)

elif BACKEND == "jax":
    import jax

    def derivative(function):
        return jax.grad(lambda x: function(x).sum())

    def train(model, loss, data, steps):
        optimizer = adam(model, steps)

        @jax.jit
        def step(weights, state):
            result, gradients = jax.value_and_grad(lambda w: loss(lambda x: model.stateless_call(w, [], x)[0], *data))(weights)
            return result, *optimizer.stateless_apply(state, gradients, weights)

        weights, state = ([v.value for v in variables] for variables in (model.trainable_variables, optimizer.variables))
        for _ in range(steps):
            result, weights, state = step(weights, state)
        for variable, value in zip(model.trainable_variables, weights, strict=True):
            variable.assign(value)
        return float(result)

elif BACKEND == "torch":
    import torch

    torch.set_num_threads(1)  # for matrices as small as these, threads would only wait for each other

    def derivative(function):
        def slope(x):
            x = x if x.requires_grad else x.detach().requires_grad_()
            return torch.autograd.grad(function(x).sum(), x, create_graph=True)[0]

        return slope

    def train(model, loss, data, steps):
        optimizer = adam(model, steps)
        for _ in range(steps):
            result = loss(model, *data)
            gradients = torch.autograd.grad(result, [variable.value for variable in model.trainable_variables])
            with torch.no_grad():
                optimizer.apply(gradients, model.trainable_variables)
        return result.item()

else:
    sys.exit(f"The {BACKEND} backend computes no gradients. Set KERAS_BACKEND to tensorflow, jax or torch.")

# %% [markdown]
# ## Solve it
#
# 256 points inside, and 64 at the border, where the values are known.

# %%
GRID = np.linspace(0, 1, 41)
X, T = np.meshgrid(GRID, GRID)


def solve(name, steps):
    """Train a network with one activation, and return its last loss, its error and its solution on a grid."""
    keras.utils.set_random_seed(SEED)
    layers = [keras.layers.Dense(24, activation=ka.get(name), kernel_initializer="glorot_normal") for _ in range(2)]
    model = keras.Sequential([keras.Input((2,)), *layers, keras.layers.Dense(1)])
    draw = np.random.default_rng(SEED)
    inside = draw.uniform(size=(256, 2)).astype("float32")
    x, t, side = draw.uniform(size=(3, 64)).astype("float32")
    border = np.concatenate([np.stack([x, 0 * t], axis=1), np.stack([np.round(side), t], axis=1)])
    known = exact(border[:, :1], border[:, 1:])
    loss = train(model, physics_loss, [ops.convert_to_tensor(part, "float32") for part in (inside, border, known)], steps)
    solution = ops.convert_to_numpy(model(np.stack([X.ravel(), T.ravel()], axis=1).astype("float32"))).reshape(X.shape)
    return loss, np.sqrt(np.mean((solution - exact(X, T)) ** 2) / np.mean(exact(X, T) ** 2)), solution


# %% [markdown]
# The error is the root mean square of the difference from the exact solution, as a share of the solution's own. ReLU has a small loss and a
# wrong solution: its `u_xx` is 0, so that what it solves is another equation, `u_t = 0`.

# %%
if __name__ == "__main__":  # the tests import `solve`
    solutions = {"exact": exact(X, T)}
    print(f"{'activation':<12}{'loss':>9}{'error':>9}")
    for name in ("tanh", "sine", "gelu", "gaussian", "relu"):
        loss, error, solutions[name] = solve(name, steps=500)
        print(f"{name:<12}{loss:>9.1e}{error:>9.2%}", flush=True)

    figure = plt.figure(figsize=(9, 3.2), dpi=100, layout="constrained")
    for axes, name in zip(figure.subplots(1, 3, sharey=True), ("exact", "gelu", "relu"), strict=True):
        image = axes.imshow(solutions[name], origin="lower", extent=(0, 1, 0, 1), cmap="inferno", vmin=0, vmax=1, interpolation="bilinear")
        axes.set_title(name, fontweight="bold", fontsize=10)
        axes.set(xlabel="x", ylabel="t" if name == "exact" else "")
    figure.colorbar(image, ax=axes.figure.axes, label="u, the temperature")
    figure.savefig(OUTPUT / "heat.png")
