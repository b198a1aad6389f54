"""Activation functions as Keras layers that train, save, load and keep their digits."""

from .activation import Activation, AlongAxis, Splitting
from .check import check
from .families.exponentials import CELU, ELU, SELU, Exponential
from .families.gates import GELU, HardSiLU, Mish, SiLU, Swish
from .families.normalizers import LogSoftmax, Softmax, Sparsemax
from .families.rectifiers import LeakyReLU, Linear, ReLU, ReLU6, Threshold
from .families.shrinkers import HardShrink, SoftShrink, TanhShrink
from .families.sigmoids import HardSigmoid, HardTanh, LogSigmoid, Sigmoid, Softsign, SparseSigmoid, Tanh
from .families.softpluses import Softplus, SparsePlus, Squareplus
from .families.splitters import GLU, CReLU
from .parameters import Learned
from .plotting import plot
from .registry import catalogue, deserialize, get, register, serialize

__version__ = "0.1.0"

__all__ = [
    "Activation",
    "AlongAxis",
    "catalogue",
    "CELU",
    "check",
    "CReLU",
    "deserialize",
    "ELU",
    "Exponential",
    "GELU",
    "get",
    "GLU",
    "HardShrink",
    "HardSigmoid",
    "HardSiLU",
    "HardTanh",
    "LeakyReLU",
    "Learned",
    "Linear",
    "LogSigmoid",
    "LogSoftmax",
    "Mish",
    "plot",
    "register",
    "ReLU",
    "ReLU6",
    "SELU",
    "serialize",
    "Sigmoid",
    "SiLU",
    "Softmax",
    "Softplus",
    "SoftShrink",
    "Softsign",
    "Sparsemax",
    "SparsePlus",
    "SparseSigmoid",
    "Splitting",
    "Squareplus",
    "Swish",
    "Tanh",
    "TanhShrink",
    "Threshold",
]
