"""Activation functions as Keras layers that train, save, load and keep their digits."""

from .activation import Activation, AlongAxis, Splitting
from .check import check
from .families.exponentials import CELU, ELU, ISRLU, SELU, SERLU, ELiSH, Exponential, HardELiSH
from .families.gates import GELU, Aria2, HardSiLU, Mish, SiLU, Swish
from .families.normalizers import LogSoftmax, Softmax, Sparsemax
from .families.rectifiers import LeakyReLU, Linear, NLReLU, ReLU, ReLU6, SquaredReLU, Threshold
from .families.shrinkers import HardShrink, SoftShrink, TanhShrink
from .families.sigmoids import (
    ISRU,
    SQNL,
    Arctan,
    CLogLog,
    HardSigmoid,
    LogSigmoid,
    PiecewiseLinear,
    Sigmoid,
    SoftClipping,
    Softsign,
    SparseSigmoid,
)
from .families.softpluses import ShiftedSoftplus, SmeLU, Softplus, SparsePlus, SqrtSoftplus, Squareplus, SwooshL, SwooshR
from .families.splitters import GLU, CReLU
from .families.tanhs import HardTanh, LeakyTanh, LeCunTanh, PenalizedTanh, Tanh, WeightedTanh
from .parameters import Learned
from .plotting import plot
from .registry import catalogue, deserialize, get, register, serialize

__version__ = "0.1.0"

__all__ = [
    "Activation",
    "AlongAxis",
    "Arctan",
    "Aria2",
    "catalogue",
    "CELU",
    "check",
    "CLogLog",
    "CReLU",
    "deserialize",
    "ELiSH",
    "ELU",
    "Exponential",
    "GELU",
    "get",
    "GLU",
    "HardELiSH",
    "HardShrink",
    "HardSigmoid",
    "HardSiLU",
    "HardTanh",
    "ISRLU",
    "ISRU",
    "LeakyReLU",
    "LeakyTanh",
    "Learned",
    "LeCunTanh",
    "Linear",
    "LogSigmoid",
    "LogSoftmax",
    "Mish",
    "NLReLU",
    "PenalizedTanh",
    "PiecewiseLinear",
    "plot",
    "register",
    "ReLU",
    "ReLU6",
    "SELU",
    "serialize",
    "SERLU",
    "ShiftedSoftplus",
    "Sigmoid",
    "SiLU",
    "SmeLU",
    "SoftClipping",
    "Softmax",
    "Softplus",
    "SoftShrink",
    "Softsign",
    "Sparsemax",
    "SparsePlus",
    "SparseSigmoid",
    "Splitting",
    "SQNL",
    "SqrtSoftplus",
    "SquaredReLU",
    "Squareplus",
    "Swish",
    "SwooshL",
    "SwooshR",
    "Tanh",
    "TanhShrink",
    "Threshold",
    "WeightedTanh",
]
