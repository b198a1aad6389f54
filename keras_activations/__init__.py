"""Activation functions as Keras layers that train, save, load and keep their digits."""

from .activation import Activation, AlongAxis, Splitting
from .check import check
from .families.exponentials import CELU, ELU, SELU, Exponential
from .families.gates import EIS, PFLU, CoLU, DoubleSwish, ESwish, FlattenTSwish, GoLU, HardSiLU, SiLU, Swish
from .families.gelus import GELU, IGELU, ClippedGELU
from .families.normalizers import LogSoftmax, Softmax, Sparsemax
from .families.rectifiers import LeakyReLU, Linear, ReLU, ReLU6, Threshold
from .families.shrinkers import HardShrink, SoftShrink, TanhShrink
from .families.sigmoids import HardSigmoid, HardTanh, Laplace, LogSigmoid, Sigmoid, Softsign, SparseSigmoid, Tanh
from .families.softpluses import Softplus, SparsePlus, Squareplus
from .families.splitters import GLU, CReLU
from .families.tanh_gates import (
    APTx,
    BetaMish,
    HardMish,
    LiSHT,
    Mila,
    Mish,
    Phish,
    Serf,
    Smish,
    TanhExp,
    TanhSoft,
)
from .parameters import Learned
from .plotting import plot
from .registry import catalogue, deserialize, get, register, serialize

__version__ = "0.1.0"

__all__ = [
    "Activation",
    "AlongAxis",
    "APTx",
    "BetaMish",
    "catalogue",
    "CELU",
    "check",
    "ClippedGELU",
    "CoLU",
    "CReLU",
    "deserialize",
    "DoubleSwish",
    "EIS",
    "ELU",
    "ESwish",
    "Exponential",
    "FlattenTSwish",
    "GELU",
    "get",
    "GLU",
    "GoLU",
    "HardMish",
    "HardShrink",
    "HardSigmoid",
    "HardSiLU",
    "HardTanh",
    "IGELU",
    "Laplace",
    "LeakyReLU",
    "Learned",
    "Linear",
    "LiSHT",
    "LogSigmoid",
    "LogSoftmax",
    "Mila",
    "Mish",
    "PFLU",
    "Phish",
    "plot",
    "register",
    "ReLU",
    "ReLU6",
    "SELU",
    "Serf",
    "serialize",
    "Sigmoid",
    "SiLU",
    "Smish",
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
    "TanhExp",
    "TanhShrink",
    "TanhSoft",
    "Threshold",
]
