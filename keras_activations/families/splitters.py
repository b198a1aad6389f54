"""Splitters: activations that change the width of an axis, and so must be layers of their own."""

import math
from fractions import Fraction
from typing import Literal, TypeAlias

from keras import ops

from ..catalogue.registry import register
from ..core import arguments
from ..core.axis import Splitting
from ..core.elementary import SQUARE_OVERFLOWS, arctan_near, clamp_above, gelu, is_double, magnitude, positive_part, sigmoid, where
from ..core.kernels import NativeOp
from ..core.options import ActivationOptions, Initial, LearnedNumber, ParametricOptions, Unpack
from ..core.parameters import Parametric
from ..core.terms import Curve, is_everyday
from .elus import selu
from .gates.normal import gelu_tanh
from .gates.sigmoid import silu, swish

Gate: TypeAlias = Literal["first", "last", "interleaved"]


def _damped(a, b):
    """``e = exp(-abs(b))`` and ``a e``. e has two factors if b is large, because e may underflow where the product does not."""
    t, bound = magnitude(b), 700.0 if is_double(b) else 80.0
    far = t > bound
    # The difference t - bound has no rounding error.
    e, rest = ops.exp(-where(far, t - bound, t)), where(far, math.exp(-bound), ops.ones_like(t))
    return e * rest, a * e * rest


class _Gated(Splitting):
    """A splitter of two halves. One half is the gate b. It decides how much of the other half, a, passes."""

    def __init__(self, axis: int = -1, gate: Gate = "first", **kwargs: Unpack[ActivationOptions]):
        super().__init__(axis=axis, **kwargs)
        self.gate = arguments.choice("gate", gate, ("first", "last", "interleaved"))

    def _split(self, x, axis):
        return self._interleaved(x, axis) if self.gate == "interleaved" else super()._split(x, axis)

    def _ordered(self, pieces):
        return super()._ordered(pieces if self.gate == "last" else pieces[::-1])

    def curve(self) -> Curve:
        """The activation of the gate. A class that adds nothing else defines only this."""
        raise NotImplementedError(f"{type(self).__name__} does not say which activation its gate has.")

    def fallback(self, a, b):
        return a * self.curve()(b)

    def derivative(self, a, b):
        yield self.curve()(b)
        yield a * self.curve().slope(b)


@register
class GLU(_Gated):
    """Gated linear unit: one half of the channels, gated by the sigmoid of the other half; the output is half as wide as the input.

    ``f(a, b) = a / (1 + exp(-b))``

    It changes the width of its input. So it must be a layer of its own, and cannot be the `activation` of another layer.

    Args:
        axis: Integer, the axis to split. Default -1.
        gate: The part that is the gate b: "last" is the second half, "first" is the first half, and "interleaved" is the entries
            with even index. Default "last", as in Keras and PyTorch.
        **kwargs: As in every activation: see `Activation`.

    Raises:
        ValueError: if the width is odd. A symbolic input raises it, too.

    Example:
        >>> GLU()([2.0, 4.0, 0.0, 100.0])
        [1.0, 4.0]

    Reference:
        Dauphin, Fan, Auli and Grangier, Language Modeling with Gated Convolutional Networks, 2016, https://arxiv.org/abs/1612.08083
    """

    samples = ({}, {"axis": -2}, {"gate": "first"}, {"gate": "interleaved"})

    def __init__(self, axis: int = -1, gate: Gate = "last", **kwargs: Unpack[ActivationOptions]):
        super().__init__(axis, gate, **kwargs)

    def fallback(self, a, b):
        if is_everyday():
            return a * sigmoid(b)
        e, gated = _damped(a, b)
        return where(b >= 0, a, gated) / (1.0 + e)

    def derivative(self, a, b):
        if is_everyday():
            s = sigmoid(b)
            yield s
            yield a * sigmoid.slope(b, y=s)
        else:
            e, gated = _damped(a, b)
            yield where(b >= 0, 1.0, e) / (1.0 + e)
            yield gated / ((1.0 + e) * (1.0 + e))

    def native(self):
        return NativeOp("glu", axis=self.axis) if self.gate == "last" else None


@register
class CReLU(Splitting):
    """Concatenated ReLU: the positive part and the negative part, side by side; the output is twice as wide as the input.

    ``f(x) = max(x, 0), max(-x, 0)``

    It changes the width of its input. So it must be a layer of its own, and cannot be the `activation` of another layer.

    Args:
        axis: Integer, the axis to concatenate along. Default -1.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> CReLU()([-1.0, 2.0])
        [0.0, 2.0, 1.0, 0.0]

    Reference:
        Shang, Sohn, Almeida and Lee, Understanding and Improving Convolutional Neural Networks via Concatenated Rectified Linear
        Units, 2016, https://arxiv.org/abs/1603.05201
    """

    samples = ({}, {"axis": -2})
    width = Fraction(2)

    def fallback(self, x):
        return ops.concatenate([ops.relu(x), ops.relu(-x)], axis=self.axis)


@register
class Bilinear(_Gated):
    """One half of the channels times the other, without a gate's activation.

    ``f(a, b) = a * b``

    It changes the width of its input. So it must be a layer of its own, and cannot be the `activation` of another layer.

    Args:
        axis: Integer, the axis to split. Default -1.
        gate: "first", the default, and "last" multiply the two halves, with the same result. "interleaved" multiplies neighbours.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> Bilinear()([2.0, 4.0, 0.5, -1.0])
        [1.0, -4.0]

    Reference:
        Shazeer, GLU Variants Improve Transformer, 2020, https://arxiv.org/abs/2002.05202
    """

    aliases = ("bilinear_glu",)
    samples = ({}, {"axis": -2})

    def fallback(self, a, b):
        return a * b


@register
class ReGLU(_Gated):
    """GLU with a rectifier for the gate.

    ``f(a, b) = a * max(b, 0)``

    It changes the width of its input. So it must be a layer of its own, and cannot be the `activation` of another layer.

    Args:
        axis: Integer, the axis to split. Default -1.
        gate: The part that is the gate b: "first" is the first half, "last" is the second half, and "interleaved" is the entries
            with even index. Default "first", as in the paper.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> ReGLU()([2.0, -1.0, 3.0, 4.0])
        [6.0, 0.0]

    Reference:
        Shazeer, GLU Variants Improve Transformer, 2020, https://arxiv.org/abs/2002.05202
    """

    samples = ({}, {"axis": -2}, {"gate": "last"})

    def fallback(self, a, b):
        return a * ops.relu(b)


@register
class GEGLU(_Gated):
    """GLU with a GELU for the gate, as in T5 v1.1.

    ``f(a, b) = a * b / 2 * (1 + tanh(sqrt(2 / pi) * (b + 0.044715 * b**3))) if approximate else a * b / 2 * erfc(-b / sqrt(2))``

    It changes the width of its input. So it must be a layer of its own, and cannot be the `activation` of another layer.

    Args:
        axis: Integer, the axis to split. Default -1.
        gate: The part that is the gate b: "first" is the first half, "last" is the second half, as in many implementations, and
            "interleaved" is the entries with even index. Default "first", as in the paper.
        approximate: Whether to take the tanh form of `GELU`. Default False.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> GEGLU()([1.0, -1.0, 2.0, 2.0])
        [1.6826894, -0.31731051]

    Reference:
        Shazeer, GLU Variants Improve Transformer, 2020, https://arxiv.org/abs/2002.05202
    """

    samples = ({}, {"axis": -2}, {"gate": "last"}, {"approximate": True})

    def __init__(self, axis: int = -1, gate: Gate = "first", approximate: bool = False, **kwargs: Unpack[ActivationOptions]):
        super().__init__(axis, gate, **kwargs)
        self.approximate = arguments.flag("approximate", approximate)

    def curve(self):
        return gelu_tanh if self.approximate else gelu


@register
class SwiGLU(_Gated):
    """GLU with a SiLU for the gate: the feed-forward layers of most large language models.

    ``f(a, b) = a * b / (1 + exp(-b))``

    The outputs of two projections need not be concatenated: write ``SwiGLU()([Dense(64)(x), Dense(64)(x)])``. The first one is b.

    It changes the width of its input. So it must be a layer of its own, and cannot be the `activation` of another layer.

    Args:
        axis: Integer, the axis to split. Default -1.
        gate: The part that is the gate b: "first" is the first half, "last" is the second half, and "interleaved" is the entries
            with even index. Default "first", as in the paper.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> SwiGLU()([1.0, -1.0, 2.0, 2.0])
        [1.4621172, -0.53788284]

    Reference:
        Shazeer, GLU Variants Improve Transformer, 2020, https://arxiv.org/abs/2002.05202
    """

    samples = ({}, {"axis": -2}, {"gate": "last"})

    def fallback(self, a, b):
        if is_everyday():
            return a * silu(b)
        (e, damped), t = _damped(a, b), clamp_above(magnitude(b), 256.0, 1600.0)
        return where(b >= 0, a * positive_part(b), -t * damped) / (1.0 + e)

    def derivative(self, a, b):
        yield silu(b)
        if is_everyday():
            yield a * silu.slope(b)
        else:
            (e, damped), t = _damped(a, b), clamp_above(magnitude(b), 256.0, 1600.0)
            slope = damped / (1.0 + e) * (1.0 - t / (1.0 + e))
            yield where(b >= 0, a - slope, slope)


@register
class SeGLU(_Gated):
    """GLU with a SELU for the gate.

    ``f(a, b) = a * 1.0507009873554805 * (b if b >= 0 else 1.6732632423543772 * (exp(b) - 1))``

    It changes the width of its input. So it must be a layer of its own, and cannot be the `activation` of another layer.

    Args:
        axis: Integer, the axis to split. Default -1.
        gate: The part that is the gate b: "last" is the second half, "first" is the first half, and "interleaved" is the entries
            with even index. Default "last", as in ActTensor.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> SeGLU()([2.0, 4.0, 1.0, -1.0])
        [2.101402, -4.445322]

    Reference:
        The gate is that of the ActTensor library, https://github.com/pouyaardehkhani/ActTensor; the activation is in Klambauer,
        Unterthiner, Mayr and Hochreiter, Self-Normalizing Neural Networks, 2017, https://arxiv.org/abs/1706.02515
    """

    samples = ({}, {"axis": -2})

    def __init__(self, axis: int = -1, gate: Gate = "last", **kwargs: Unpack[ActivationOptions]):
        super().__init__(axis, gate, **kwargs)

    def curve(self):
        return selu


@register
class ClampedSwiGLU(_Gated):
    """SwiGLU as in gpt-oss: the gate is sharper, both halves are clipped, and 1 is added to the half that is not the gate.

    ``f(a, b) = (min(max(a, -limit), limit) + 1) * min(b, limit) / (1 + exp(-alpha * min(b, limit)))``

    It changes the width of its input. So it must be a layer of its own, and cannot be the `activation` of another layer.

    Args:
        axis: Integer, the axis to split. Default -1.
        gate: The part that is the gate b: "interleaved" is the entries with even index, "first" is the first half, and "last" is
            the second half. Default "interleaved", as in gpt-oss.
        alpha: Finite number, the slope of the gate. Default 1.702.
        limit: Positive number at which a is clipped on both sides, and b from above. Default 7.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> ClampedSwiGLU()([1.0, 0.5, 100.0, 100.0])
        [1.2686937, 55.999626]

    Reference:
        OpenAI, gpt-oss, https://github.com/openai/gpt-oss/blob/main/gpt_oss/torch/model.py
    """

    aliases = ("swiglu_oai",)
    samples = ({}, {"axis": -2}, {"gate": "last", "alpha": 1.0, "limit": 3.0})

    def __init__(
        self, axis: int = -1, gate: Gate = "interleaved", alpha: float = 1.702, limit: float = 7.0, **kwargs: Unpack[ActivationOptions]
    ):
        super().__init__(axis, gate, **kwargs)
        self.alpha = arguments.number("alpha", alpha)
        self.limit = arguments.number("limit", limit, above=0.0)

    def _clipped(self, a, b):
        a = where(a <= -self.limit, -self.limit, where(a >= self.limit, self.limit, a))
        return a + 1.0, where(b >= self.limit, self.limit, b)

    def fallback(self, a, b):
        value, gate = self._clipped(a, b)
        return value * swish(gate, self.alpha)

    def derivative(self, a, b):
        value, gate = self._clipped(a, b)
        yield where(abs(a) >= self.limit, 0.0, swish(gate, self.alpha))
        yield where(b >= self.limit, 0.0, value * swish.slope(gate, self.alpha))


@register
class XATGLU(_Gated, Parametric):
    """GLU with an arctan for the gate and a learned range: (-alpha, 1 + alpha) instead of (0, 1).

    ``f(a, b) = a * ((atan(b) / pi + 0.5) * (1 + 2 * alpha) - alpha)``

    It changes the width of its input. So it must be a layer of its own, and cannot be the `activation` of another layer.

    Args:
        axis: Integer, the axis to split. Default -1.
        gate: The part that is the gate b: "first" is the first half, "last" is the second half, and "interleaved" is the entries
            with even index. Default "first", as in the paper.
        alpha: Finite number, or a Keras initializer: how far the range initially reaches beyond 0 and 1. Default 0, as in the paper.
        learned: Whether alpha is a weight. The layer has one. Default True.
        **kwargs: The regularizer and constraint of alpha: see `Parametric`; and as in every activation: see `Activation`.

    Example:
        >>> XATGLU()([1.0, -1.0, 2.0, 2.0])
        [1.5, 0.5]

    Reference:
        Huang, Expanded Gating Ranges Improve Activation Functions, 2024, https://arxiv.org/abs/2405.20768
    """

    samples = ({}, {"axis": -2}, {"alpha": 0.25, "learned": False})

    alpha: LearnedNumber

    def __init__(
        self, axis: int = -1, gate: Gate = "first", alpha: Initial = 0.0, *, learned: bool = True, **kwargs: Unpack[ParametricOptions]
    ):
        super().__init__(axis, gate, learned=learned, **kwargs)  # pyright: ignore[reportCallIssue]
        self.learn(alpha=alpha)

    @staticmethod
    def _gate(b):
        """``atan(b) / pi + 1/2``, without the cancellation for negative b."""
        t = magnitude(b)
        angle = arctan_near(where(t > 1, 1.0, t) / where(t > 1, t, 1.0)) / math.pi
        tail = where(t > 1, angle, 0.5 - angle)
        return where(b >= 0, 1.0 - tail, tail)

    def fallback(self, a, b, alpha):
        return a * (self._gate(b) * (1.0 + 2.0 * alpha) - alpha)

    def derivative(self, a, b, alpha):
        gate, t = self._gate(b), clamp_above(magnitude(b), *SQUARE_OVERFLOWS)
        yield gate * (1.0 + 2.0 * alpha) - alpha
        yield a * ((1.0 + 2.0 * alpha) / (math.pi * (1.0 + t * t)))
        yield a * (2.0 * gate - 1.0)


@register
class NCReLU(Splitting):
    """Negative concatenated ReLU: CReLU whose second part keeps its sign; the output is twice as wide as the input.

    ``f(x) = max(x, 0), min(x, 0)``

    It changes the width of its input. So it must be a layer of its own, and cannot be the `activation` of another layer.

    Args:
        axis: Integer, the axis to concatenate along. Default -1.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> NCReLU()([-1.0, 2.0])
        [0.0, 2.0, -1.0, 0.0]

    Reference:
        Zagoruyko and Komodakis, DiracNets: Training Very Deep Neural Networks Without Skip-Connections, 2017,
        https://arxiv.org/abs/1706.00388
    """

    samples = ({}, {"axis": -2})
    width = Fraction(2)

    def fallback(self, x):
        return ops.concatenate([ops.relu(x), where(x >= 0, 0.0, x)], axis=self.axis)
