"""Derivatives of functions of a tensor, by each backend."""

from .cases import BACKEND


def gradient_of(function, order):
    """The derivative of the given order of an elementwise function, by reverse mode over reverse mode."""
    if not order:
        return function
    if BACKEND == "tensorflow":
        import tensorflow as tf

        def derivative(x):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = gradient_of(function, order - 1)(x)
            return tape.gradient(y, x, unconnected_gradients="zero")

        return derivative
    if BACKEND == "jax":
        import jax

        return jax.grad(lambda x: gradient_of(function, order - 1)(x).sum())

    import torch

    def derivative(x):
        y = gradient_of(function, order - 1)(x if x.requires_grad else x.requires_grad_())
        if not y.requires_grad:
            return torch.zeros_like(x)
        (gradient,) = torch.autograd.grad(y.sum(), x, create_graph=True, allow_unused=True)
        return torch.zeros_like(x) if gradient is None else gradient

    return derivative
