"""Shrinkers: they set small inputs to 0, or near it."""

from ..catalogue.registry import register
from ..core import arguments
from ..core.activation import Activation
from ..core.elementary import tanh, tanh_parts, where
from ..core.hosted import renamed
from ..core.kernels import NativeOp
from ..core.options import ActivationOptions, Unpack


@register
class SoftShrink(Activation):
    """Moves the input towards 0 by a threshold, but not past 0: the proximal operator of the L1 norm, for sparse codes.

    ``f(x) = x - threshold if x > threshold else x + threshold if x < -threshold else 0``

    Args:
        threshold: Number >= 0. Default 0.5, as everywhere.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> SoftShrink()([-2.0, 0.25, 1.0])
        [-1.5, 0.0, 0.5]

    Reference:
        Donoho, De-noising by soft-thresholding, 1995, https://doi.org/10.1109/18.382009
    """

    aliases = ("soft_threshold",)
    samples = ({}, {"threshold": 1.25})

    @renamed(lambd="threshold")
    def __init__(self, threshold: float = 0.5, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.threshold = arguments.number("threshold", threshold, low=0.0)

    def fallback(self, x):
        moved = where(x < 0, x + self.threshold, x - self.threshold)
        return where(abs(x) <= self.threshold, 0.0, moved)

    def native(self):
        return NativeOp("soft_shrink", threshold=self.threshold)


@register
class HardShrink(Activation):
    """The input where its magnitude exceeds a threshold, and 0 elsewhere.

    ``f(x) = 0 if -threshold <= x <= threshold else x``

    Args:
        threshold: Number >= 0. Default 0.5, as everywhere.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> HardShrink()([-2.0, 0.25, 1.0])
        [-2.0, 0.0, 1.0]

    Reference:
        Donoho and Johnstone, Ideal spatial adaptation by wavelet shrinkage, 1994, https://doi.org/10.1093/biomet/81.3.425
    """

    aliases = ("hard_threshold",)
    samples = ({}, {"threshold": 1.25})

    @renamed(lambd="threshold")
    def __init__(self, threshold: float = 0.5, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.threshold = arguments.number("threshold", threshold, low=0.0)

    def fallback(self, x):
        return where(abs(x) <= self.threshold, 0.0, x)

    def native(self):
        return NativeOp("hard_shrink", threshold=self.threshold)


@register
class Shrink(Activation):
    """Sets small inputs to 0 and moves the others towards 0: HardShrink if the bias is 0, SoftShrink if the bias is the threshold.

    ``f(x) = x + bias if x < -threshold else x - bias if x > threshold else 0``

    Args:
        threshold: Number >= 0. Default 0.5, as in ONNX, where its name is lambd.
        bias: Finite number by which the other inputs are moved. Default 0, as in ONNX.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> Shrink(bias=0.25)([-2.0, 0.5, 1.0])
        [-1.75, 0.0, 0.75]

    Reference:
        The operator Shrink of ONNX: https://onnx.ai/onnx/operators/onnx__Shrink.html
    """

    samples = ({}, {"threshold": 1.25, "bias": 0.75})

    @renamed(lambd="threshold")
    def __init__(self, threshold: float = 0.5, bias: float = 0.0, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.threshold = arguments.number("threshold", threshold, low=0.0)
        self.bias = arguments.number("bias", bias)

    def fallback(self, x):
        moved = where(x < 0, x + self.bias, x - self.bias)
        return where(abs(x) <= self.threshold, 0.0, moved)


@register
class TanhShrink(Activation):
    """The input minus its tanh: a cubic near 0, and the input minus or plus 1 far from 0.

    ``f(x) = x - tanh(x)``

    Example:
        >>> TanhShrink()([-1.0, 0.0, 2.0])
        [-0.23840584, 0.0, 1.0359724]

    Reference:
        Offered as torch.nn.Tanhshrink: https://pytorch.org/docs/stable/generated/torch.nn.Tanhshrink.html
    """

    def fallback(self, x):
        # The difference cancels near 0. It is computed there as x y / (y + D).
        y, fraction = tanh_parts(x)
        return where(abs(x) < 1.5, x * (y / (y + fraction)), x - tanh(x))

    def derivative(self, x):
        return tanh(x) * tanh(x)

    def native(self):
        return NativeOp("tanh_shrink")
