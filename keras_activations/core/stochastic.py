"""Activations that draw random numbers in training, and none in inference."""

import keras
from keras import ops

from . import arguments
from .activation import Activation
from .elementary import is_double
from .options import ActivationOptions, Unpack


class Stochastic(Activation):
    """An activation that is random in training and deterministic in inference.

    On JAX it cannot be used in a recurrent layer without ``unroll=True``, because the steps of that layer are one compiled loop.

    A subclass defines `draw` and `expected`. `fallback` and `derivative` take the results of these right after x.

    Args:
        seed: Integer that makes the draws reproducible, or None to seed them at random. Each training call draws new numbers.
        **kwargs: As in every activation.

    Call arguments:
        inputs: Tensor of floats.
        training: Whether to draw random numbers. Keras sets it in `fit`, also inside a host. Default False.
    """

    def __init__(self, *, seed: int | None = None, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.seed = seed if seed is None else arguments.integer("seed", seed, low=0)
        self.seed_generator = keras.random.SeedGenerator(self.seed)

    def draw(self, shape, dtype, seed) -> tuple:
        """Tensors of random numbers for an input of `shape`. Draws by `keras.random` with `seed` are reproducible."""
        raise NotImplementedError(f"{type(self).__name__} does not define draw(self, shape, dtype, seed).")

    def expected(self) -> tuple[float, ...]:
        """The numbers that replace the draws in inference."""
        raise NotImplementedError(f"{type(self).__name__} does not define expected(self), the numbers that replace its draws.")

    def call(self, inputs, training=None):
        return self._applied(inputs, training=training)

    def _apart(self):
        return super()._apart() | {"seed_generator"}

    def _operands(self, x, training=None, **context):
        # A dtype of 16 bits has too few different random numbers. The result is rounded once.
        dtype = "float64" if is_double(x) else "float32"
        if training:
            drawn = self.draw(ops.shape(x), dtype, self.seed_generator)
        else:
            drawn = (ops.convert_to_tensor(number, dtype=dtype) for number in self.expected())
        learned, fixed = super()._operands(x, **context)
        return (*drawn, *learned), fixed
