"""Activation functions as Keras layers that train, save, load and keep their digits."""

from .activation import Activation, AlongAxis, Splitting
from .check import check
from .families.exponentials import CELU, ELU, SELU, Exponential
from .families.gates import GELU, HardSiLU, Mish, SiLU, Swish
from .families.learned import PReLU
from .families.normalizers import LogSoftmax, Softmax, Sparsemax
from .families.rectifiers import LeakyReLU, Linear, ReLU, ReLU6, Threshold
from .families.shrinkers import HardShrink, SoftShrink, TanhShrink
from .families.sigmoids import HardSigmoid, HardTanh, LogSigmoid, Sigmoid, Softsign, SparseSigmoid, Tanh
from .families.softpluses import Softplus, SparsePlus, Squareplus
from .families.splitters import GEGLU, GLU, XATGLU, Bilinear, ClampedSwiGLU, CReLU, ReGLU, SeGLU, SwiGLU
from .families.stochastic import RReLU
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
    "Exponential",
    "GEGLU",
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
    "Parameter",
    "Parametric",
    "plot",
    "PReLU",
    "register",
    "ReGLU",
    "ReLU",
    "ReLU6",
    "RReLU",
    "SeGLU",
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
    "Stochastic",
    "SwiGLU",
    "Swish",
    "Tanh",
    "TanhShrink",
    "Threshold",
    "XATGLU",
]
