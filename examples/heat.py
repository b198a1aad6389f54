"""A physics-informed network: solve the heat equation with each of several activations, and see which of them can.

    python examples/heat.py

The equation is u_t = u_xx / 10 for 0 < x < 1 and 0 < t < 1, with u = sin(pi x) at t = 0 and u = 0 at both ends; its solution is
exp(-pi^2 t / 10) sin(pi x). The loss is what the network leaves of the equation, whose u_xx is a second derivative by the input: it
needs a backend of Keras, such as TensorFlow, and takes less than a minute. ReLU, whose second derivative is 0, cannot solve it.
"""

import sys
import time

import keras
import numpy as np
from keras import ops

import keras_activations as ka

BACKEND = keras.backend.backend()
SEED = 7
RATE = 0.1

COMPARED = ("tanh", "sine", "silu", "mish", "gelu", "gaussian", "relu")


def main(steps=600):
    print(f"{'activation':<14}{'loss':>12}{'error':>12}{'seconds':>9}")
    for name in COMPARED:
        start = time.perf_counter()
        loss, error = solve(name, steps)
        print(f"{name:<14}{loss:>12.1e}{error:>12.2%}{time.perf_counter() - start:>9.1f}", flush=True)
    print("The error is the root mean square of the difference from the exact solution, as a share of the solution's own.")
    print("ReLU has a small loss and a wrong solution: its u_xx is 0, so that what it solves is another equation, u_t = 0.")


def exact(x, t):
    return np.exp(-RATE * np.pi**2 * t) * np.sin(np.pi * x)


def solve(name, steps):
    """Train a network with one activation, and return its last loss and its error."""
    keras.utils.set_random_seed(SEED)
    layers = [keras.layers.Dense(24, activation=ka.get(name), kernel_initializer="glorot_normal") for _ in range(2)]
    model = keras.Sequential([keras.Input((2,)), *layers, keras.layers.Dense(1)])
    draw = np.random.default_rng(SEED)
    inside = draw.uniform(size=(256, 2)).astype("float32")
    x, t, side = draw.uniform(size=(3, 64)).astype("float32")
    border = np.concatenate([np.stack([x, 0 * t], axis=1), np.stack([np.round(side), t], axis=1)])
    known = exact(border[:, :1], border[:, 1:])
    loss = train(model, physics_loss, [ops.convert_to_tensor(part, "float32") for part in (inside, border, known)], steps)
    x, t = (grid.reshape(-1, 1) for grid in np.meshgrid(np.linspace(0, 1, 41), np.linspace(0, 1, 41)))
    difference = model.predict(np.concatenate([x, t], axis=1).astype("float32"), verbose=0) - exact(x, t)
    return loss, np.sqrt(np.mean(difference**2) / np.mean(exact(x, t) ** 2))


def physics_loss(u, inside, border, known):
    """What a function u of points (x, t) leaves of the equation inside, and of the known values at the border."""
    x, t = inside[:, :1], inside[:, 1:]
    u_t = derivative(lambda t: u(ops.concatenate([x, t], axis=1)))(t)
    u_xx = derivative(derivative(lambda x: u(ops.concatenate([x, t], axis=1))))(x)
    return ops.mean((u_t - RATE * u_xx) ** 2) + 10.0 * ops.mean((u(border) - known) ** 2)


def adam(model, steps):
    """The optimizer, which slows down to nothing."""
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.02, steps))
    optimizer.build(model.trainable_variables)
    return optimizer


# What each backend calls differentiation: `derivative(function)`, of a function whose rows do not depend on each other, and
# `train(model, loss, data, steps)`, which minimizes ``loss(model, *data)`` and returns the last loss.

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


if __name__ == "__main__":
    main()
