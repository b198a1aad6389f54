"""What follows from the properties of an activation: the initializer, the companions, what to use it for and what not.

Each sentence is a rule. It holds for every function with certain properties, and ends with the source of what it says. No activation has
sentences of its own, except those whose authors prescribe what belongs to them.
"""

import math
from collections.abc import Mapping
from typing import Any

from .. import SELU, AlongAxis, Splitting
from .initializing import prescribed_gain

GLOROT = "Glorot and Bengio, 2010, https://proceedings.mlr.press/v9/glorot10a.html"
GOODFELLOW = "Goodfellow, Bengio and Courville, Deep Learning, 2016, section 6.2.2, https://www.deeplearningbook.org"
DYING = "Lu et al., Dying ReLU and Initialization, 2019, https://arxiv.org/abs/1903.06733"
PHYSICS = "Raissi, Perdikaris and Karniadakis, 2019, https://doi.org/10.1016/j.jcp.2018.10.045"
EFFICIENT = "LeCun et al., Efficient BackProp, 1998, https://doi.org/10.1007/3-540-49430-8_2"
SEARCHED = "Ramachandran, Zoph and Le, 2017, https://arxiv.org/abs/1710.05941"
LIPSCHITZ = "Anil, Lucas and Grosse, 2019, https://arxiv.org/abs/1811.05381"
SIREN = "Sitzmann et al., 2020, https://arxiv.org/abs/2006.09661"
SELF_NORMALIZING = "Klambauer et al., 2017, https://arxiv.org/abs/1706.02515"
GATED = "Shazeer, GLU Variants Improve Transformer, 2020, https://arxiv.org/abs/2002.05202"
MOBILE = "Howard et al., Searching for MobileNetV3, 2019, https://arxiv.org/abs/1905.02244"
COMPUTED = "computed from the function, see keras_activations.gain"


def of(function: Any, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a `Description` that follow from its other fields."""
    return {
        "initializer": _initializer(function, fields),
        "companions": _companions(function),
        "use_for": tuple(f"{text} ({source})" for text, source in _uses(function, fields)),
        "avoid_for": tuple(f"{text} ({source})" for text, source in _dangers(function, fields)),
    }


def _initializer(function, fields):
    if fields["gain"] is None or isinstance(function, AlongAxis):
        return None
    if prescribed_gain(function) is not None:
        return f"RandomUniform(-b, b), where b is sqrt(6 / inputs) / {function.omega:g}, and 1 / inputs in the first layer"
    scale = fields["gain"] ** 2
    named = next((name for name, known in (("he_normal", 2.0), ("lecun_normal", 1.0)) if abs(scale - known) < 1e-6), None)
    return f'"{named}"' if named else f'VarianceScaling({scale:.4g}, "fan_in")'


def _companions(function):
    if isinstance(function, SELU):
        return ('kernel_initializer="lecun_normal"', "keras.layers.AlphaDropout instead of Dropout")
    if prescribed_gain(function) is not None:
        return ("inputs scaled to -1 ... 1", 'initializer("siren", inputs=...) for the first layer')
    return ()


def _uses(function, fields):
    """(what to use it for, the source)."""
    low, high = fields["infimum"], fields["supremum"]
    smooth, bounded = fields["smoothness"] is None, math.isfinite(low) and math.isfinite(high)
    deviation = fields["deviation"]
    centered = deviation > 0 and abs(fields["mean"]) <= 0.1 * deviation
    if isinstance(function, Splitting) and function.divisor == 2 and function.width < 1:
        yield "in the feed-forward layers of transformers", GATED
        return
    if isinstance(function, AlongAxis):
        if (low, high) == (0.0, 1.0):
            yield "for the probabilities of classes that exclude each other, and for attention", GOODFELLOW
        return
    if (low, high) == (0.0, 1.0) and fields["monotonic"]:
        yield "for gates, and for the probability of an output unit", GOODFELLOW
    if None in fields["limits"] and smooth:
        yield "for signals and images as functions of coordinates", SIREN
    if isinstance(function, SELU):
        yield "in deep fully connected networks without normalization", SELF_NORMALIZING
    if smooth and not bounded and fields["monotonic"] is None and high == math.inf and fields["limits"][0] == 0:
        yield "in deep networks, in the place of ReLU", SEARCHED
    if smooth and centered and None not in fields["limits"] and fields["curvature"] != "linear":
        yield "where derivatives of the network enter the loss", PHYSICS
    if centered and not bounded and fields["curvature"] != "linear":
        yield "where the mean of the units should stay near 0, which speeds up learning", EFFICIENT
    # The mean square of its slope is 1 only if the slope is 1 or -1 everywhere.
    if not smooth and fields["lipschitz"] <= 1 + 1e-6 and fields["gradient"] and fields["gradient"] > 0.9999 * fields["gain"]:
        yield "in networks whose Lipschitz constant must be 1: it keeps the norm of gradients", LIPSCHITZ
    if not smooth and fields["cost"] and max(fields["cost"].values()) < 2 and high == math.inf:
        yield "on small devices, where exponentials are slow", MOBILE


def _dangers(function, fields):
    """(what to avoid it for, the source)."""
    if isinstance(function, AlongAxis):
        if (fields["infimum"], fields["supremum"]) == (0.0, 1.0):
            yield "in hidden layers, where it makes the units compete", GOODFELLOW
        return
    both = sum(math.isinf(low) or math.isinf(high) for low, high in fields["saturates"]) == 2
    if both:
        yield "in the hidden layers of deep networks: where it saturates on both sides, gradients vanish", GLOROT
    if not both and any(math.isinf(low) or math.isinf(high) for low, high in fields["dead"]):
        yield "with large learning rates or negative biases: units that reach the dead region learn no more", DYING
    if fields["smoothness"] is not None and fields["smoothness"] < 2:
        yield "where derivatives of the network enter the loss: its second derivative is not continuous", PHYSICS
    if fields["sensitivity"] is not None and fields["sensitivity"] > 1.3:
        yield "in deep networks without normalization: the variance explodes or vanishes", COMPUTED
