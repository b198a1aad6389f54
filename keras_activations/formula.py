"""The grammar of the formulas in docstrings: a name of release 0.2.0 for `keras_activations.testing.formula`."""

from .testing.formula import FUNCTIONS as FUNCTIONS
from .testing.formula import Formula as Formula
