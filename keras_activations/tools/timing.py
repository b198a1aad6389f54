"""How long activations take on this machine, against ReLU."""

import dataclasses
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from .. import Activation, Splitting, get
from ..core import arguments, autodiff

ROUNDS = 15


@dataclass(frozen=True)
class Timing:
    """The times of an activation in seconds, the least of several.

    Args:
        name: As it was given.
        forward: The time of its value.
        both: The time of its value and gradient.
        cost: `both` divided by that of ReLU, which took turns with it.
    """

    name: str
    forward: float
    both: float
    cost: float

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return dataclasses.asdict(self)


def relative(activations: Sequence[Any], *, numbers: int = 1 << 20) -> list[Timing]:
    """Measure activations on the backend that is set, in the mode in which Keras trains: compiled by JAX, a graph of TensorFlow, or torch.

    Args:
        activations: What `get` takes.
        numbers: The size of the input, at least 1024. It is normally distributed, in rows of 64.

    Raises:
        NotImplementedError: on a backend without gradients.
    """
    arguments.integer("numbers", numbers, low=1024)
    x = ops.convert_to_tensor(np.random.default_rng(0).normal(size=(numbers // 64, 64)), "float32")
    relu = _calls(get("relu"), x)[1]
    return [_timing(activation, x, relu) for activation in activations]


def _timing(activation, x, relu):
    function = get(activation)
    forward, both = _calls(function, x)
    name = activation if isinstance(activation, str) else repr(function)
    for call in (forward, both, relu):
        call()  # the first call compiles
    samples = np.array([[_seconds(call) for call in (forward, both, relu)] for _ in range(ROUNDS)])
    least = samples.min(axis=0)
    return Timing(name, float(least[0]), float(least[1]), float(least[1] / least[2]))


def _calls(function, x) -> tuple[Callable, Callable]:
    """Two functions without arguments: the value, and the value with the gradient."""
    shape = function.compute_output_shape(x.shape) if isinstance(function, (Activation, Splitting)) else x.shape
    upstream = ops.ones(shape, "float32")
    forward = autodiff.compiled(function)
    both = autodiff.compiled(lambda x: autodiff.value_and_gradients(function, [x], upstream))
    return lambda: _done(forward(x)), lambda: _done(both(x))


def _done(results):
    """Wait for the results: JAX returns before its work is done."""
    for tensor in keras.tree.flatten(results):
        getattr(tensor, "block_until_ready", lambda: None)()


def _seconds(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
