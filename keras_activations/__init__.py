"""Activation functions as Keras layers that train, save, load and keep their digits."""

from .activation import Activation, AlongAxis, Splitting
from .check import check
from .families.exponentials import CELU, ELU, SELU, Exponential
from .families.gates import GELU, HardSiLU, Mish, SiLU, Swish
from .families.groups import GroupSort, Maxout
from .families.learned import PReLU
from .families.normalizers import LogSoftmax, SigSoftmax, Softmax, Softmax1, Softmin, Softpick, SoLU, Squash, TemperatureSoftmax
from .families.rectifiers import LeakyReLU, Linear, ReLU, ReLU6, Threshold
from .families.shrinkers import HardShrink, SoftShrink, TanhShrink
from .families.sigmoids import HardSigmoid, HardTanh, LogSigmoid, Sigmoid, Softsign, SparseSigmoid, Tanh
from .families.softpluses import Softplus, SparsePlus, Squareplus
from .families.sparse import Entmax, Entmax15, KSubsets, Normmax, Sparsemax
from .families.splitters import GEGLU, GLU, XATGLU, Bilinear, ClampedSwiGLU, CReLU, ReGLU, SeGLU, SwiGLU
from .families.stochastic import GumbelSoftmax, ProbAct, RReLU
from .parameters import Learned, Parameter, Parametric, build_activations
from .plotting import plot
from .registry import catalogue, deserialize, get, register, serialize
from .stochastic import Stochastic

__version__ = "0.1.0"

__all__ = [
    "Activation",
    "AlongAxis",
    "Bilinear",
    "build_activations",
    "catalogue",
    "CELU",
    "check",
    "ClampedSwiGLU",
    "CReLU",
    "deserialize",
    "ELU",
    "Entmax",
    "Entmax15",
    "Exponential",
    "GEGLU",
    "GELU",
    "get",
    "GLU",
    "GroupSort",
    "GumbelSoftmax",
    "HardShrink",
    "HardSigmoid",
    "HardSiLU",
    "HardTanh",
    "KSubsets",
    "LeakyReLU",
    "Learned",
    "Linear",
    "LogSigmoid",
    "LogSoftmax",
    "Maxout",
    "Mish",
    "Normmax",
    "Parameter",
    "Parametric",
    "plot",
    "PReLU",
    "ProbAct",
    "register",
    "ReGLU",
    "ReLU",
    "ReLU6",
    "RReLU",
    "SeGLU",
    "SELU",
    "serialize",
    "Sigmoid",
    "SigSoftmax",
    "SiLU",
    "Softmax",
    "Softmax1",
    "Softmin",
    "Softpick",
    "Softplus",
    "SoftShrink",
    "Softsign",
    "SoLU",
    "Sparsemax",
    "SparsePlus",
    "SparseSigmoid",
    "Splitting",
    "Squareplus",
    "Squash",
    "Stochastic",
    "SwiGLU",
    "Swish",
    "Tanh",
    "TanhShrink",
    "TemperatureSoftmax",
    "Threshold",
    "XATGLU",
]
