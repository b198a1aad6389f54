"""The conformance kit: it checks your activation for what every activation of this package promises.

    from keras_activations.testing import check_activation

    check_activation(MyActivation)

It compares value and gradient with the formula in the docstring. `keras_activations.testing.formula` describes the grammar of formulas. It
also does to the layer what Keras does to layers. It needs the extra `keras-activations[test]`.
"""

try:
    from .formula import Formula
except ImportError as error:
    raise ImportError('keras_activations.testing needs mpmath: pip install "keras-activations[test]"') from error

from .arrays import BITS, NUMPY, array, representable_in, tensor, upstream
from .budgets import EVERYDAY, LEVELS, STRICT, Budget, gradient_errors, ulp, value_errors
from .checks import check_activation, check_numbers
from .measuring import measure
from .witness import Witness

__all__ = [
    "BITS",
    "EVERYDAY",
    "LEVELS",
    "NUMPY",
    "STRICT",
    "Budget",
    "Formula",
    "Witness",
    "array",
    "check_activation",
    "check_numbers",
    "representable_in",
    "gradient_errors",
    "measure",
    "tensor",
    "ulp",
    "upstream",
    "value_errors",
]
