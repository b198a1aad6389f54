"""Stochastic activations: random in training, deterministic in inference."""

import keras
from keras import ops

from ..catalogue.registry import register
from ..core import arguments
from ..core.axis import AlongAxis
from ..core.elementary import where
from ..core.options import ActivationOptions, Initial, LearnedNumber, LearnedOptions, Unpack
from ..core.parameters import Learned
from ..core.stochastic import Stochastic
from .normalizers import tempered


@register
class RReLU(Stochastic):
    """Randomized LeakyReLU: training multiplies each negative input by its own random slope, which regularizes the network.

    ``f(x) = x if x > 0 else (lower + upper) / 2 * x``

    This is the function in inference. The slope is drawn uniformly between the bounds in training.

    Args:
        lower: Finite number, the least slope. Default 1/8, as in PyTorch and TensorFlow Addons.
        upper: Finite number, at least `lower`, the greatest slope. Default 1/3, as in PyTorch and TensorFlow Addons.
        seed: Integer, or None: see `Stochastic`.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> RReLU(lower=0.25, upper=0.75)([-2.0, 3.0])
        [-1.0, 3.0]

    Reference:
        Xu, Wang, Chen and Li, Empirical Evaluation of Rectified Activations in Convolutional Network, 2015,
        https://arxiv.org/abs/1505.00853
    """

    aliases = ("randomized_relu", "randomized_leaky_relu")
    samples = ({}, {"lower": 0.25, "upper": 0.75})

    def __init__(self, lower: float = 1 / 8, upper: float = 1 / 3, *, seed: int | None = None, **kwargs: Unpack[ActivationOptions]):
        super().__init__(seed=seed, **kwargs)
        self.lower = arguments.number("lower", lower)
        self.upper = arguments.number("upper", upper)
        if self.lower > self.upper:
            raise ValueError(f"lower must be at most upper; received lower={self.lower!r}, upper={self.upper!r}.")

    def draw(self, shape, dtype, seed):
        return (keras.random.uniform(shape, self.lower, self.upper, dtype=dtype, seed=seed),)

    def expected(self):
        return ((self.lower + self.upper) / 2,)

    def fallback(self, x, slope):
        return where(x <= 0, slope * x, x)


@register
class ProbAct(Stochastic, Learned):
    """ReLU that adds normal noise to its output in training, with a standard deviation that it learns.

    ``f(x) = max(x, 0)``

    This is the function in inference. Training adds sigma times a standard normal number, a different one to each output.

    Args:
        sigma: Finite number, or a Keras initializer: the initial standard deviation. Default 0, as in the authors' code.
        learned: Whether sigma is a weight. Default True.
        seed: Integer, or None: see `Stochastic`.
        **kwargs: How sigma is learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> ProbAct()([-2.0, 3.0])
        [0.0, 3.0]

    Reference:
        Shridhar, Lee, Hayashi, Mehta, Iwana, Kang, Uchida, Ahmed and Dengel, ProbAct: A Probabilistic Activation Function for Deep
        Neural Networks, 2019, https://arxiv.org/abs/1905.10761
    """

    samples = ({}, {"sigma": 0.5, "learned": False}, {"sigma": 0.25, "channels": 4})

    sigma: LearnedNumber

    def __init__(self, sigma: Initial = 0.0, *, learned: bool = True, seed: int | None = None, **kwargs: Unpack[LearnedOptions]):
        super().__init__(learned=learned, seed=seed, **kwargs)  # pyright: ignore[reportCallIssue]
        self.learn(sigma=sigma)

    def draw(self, shape, dtype, seed):
        return (keras.random.normal(shape, dtype=dtype, seed=seed),)

    def expected(self):
        return (0.0,)

    def fallback(self, x, noise, sigma):
        return ops.relu(x) + sigma * noise


@register
class GumbelSoftmax(Stochastic, AlongAxis):
    """Samples from the categorical distribution of the softmax, made smooth by a temperature so that gradients pass.

    ``f(x) = exp(x / temperature) / sum(exp(x / temperature))``

    This is the function in inference. Training first adds independent numbers from the Gumbel distribution to the input.

    Args:
        temperature: Number, at least 0.001. A lower one brings the output nearer to a sample. Default 1, as in PyTorch.
        hard: Whether to return an exact sample: 1 at the largest entry and 0 elsewhere, also in inference. The gradient is that of the
            soft output. Default False.
        axis: Integer, the axis of the categories. Default -1.
        seed: Integer, or None: see `Stochastic`.
        **kwargs: As in every activation: see `Activation`.

    Call arguments:
        inputs: Tensor of floats: the logarithms of probabilities, up to a constant.
        mask: See `AlongAxis`.
        training: Whether to draw random numbers: see `Stochastic`.

    Example:
        >>> GumbelSoftmax(temperature=0.5)([1.0, 2.0, 1.0])
        [0.10650698, 0.78698604, 0.10650698]
        >>> GumbelSoftmax(hard=True)([1.0, 2.0, 1.0])
        [0.0, 1.0, 0.0]

    Reference:
        Jang, Gu and Poole, Categorical Reparameterization with Gumbel-Softmax, 2016, https://arxiv.org/abs/1611.01144; and
        independently Maddison, Mnih and Teh, The Concrete Distribution, 2016, https://arxiv.org/abs/1611.00712
    """

    samples = ({}, {"temperature": 0.5, "axis": -2})

    def __init__(
        self, temperature: float = 1.0, hard: bool = False, axis: int = -1, *, seed: int | None = None, **kwargs: Unpack[ActivationOptions]
    ):
        super().__init__(axis=axis, seed=seed, **kwargs)  # pyright: ignore[reportCallIssue]
        self.temperature = arguments.number("temperature", temperature, low=0.001)
        self.hard = arguments.flag("hard", hard)

    def call(self, inputs, mask=None, training=None):
        return self._applied(inputs, mask, training=training)

    def draw(self, shape, dtype, seed):
        # The smallest numbers are excluded, because their double logarithm would be infinite.
        least = 1e-300 if dtype == "float64" else 1e-37
        return (-ops.log(-ops.log(keras.random.uniform(shape, least, 1.0, dtype=dtype, seed=seed))),)

    def expected(self):
        return (0.0,)

    def fallback(self, x, noise):
        soft = tempered(x + noise, self.temperature, self.axis)
        if not self.hard:
            return soft
        fixed = ops.stop_gradient(soft)
        (axis,) = self._checked_axes(x.shape)
        sample = ops.one_hot(ops.argmax(fixed, axis=axis), ops.shape(x)[axis], axis=axis, dtype=x.dtype)
        # soft - fixed is computed first. It is exactly 0, so the sample stays exact, and the gradient passes through it.
        return sample + (soft - fixed)
