"""Activation functions as Keras layers that train, save, load and keep their digits."""

from .activation import Activation, AlongAxis, Splitting
from .check import check
from .families.exponentials import CELU, ELU, SELU, Exponential
from .families.gates import GELU, HardSiLU, Mish, SiLU, Swish
from .families.normalizers import LogSoftmax, Softmax, Sparsemax
from .families.periodic import GCU, Cosine, Sine, SineReLU
from .families.radial import Absolute, BentIdentity, Gaussian, Hat, InverseMultiquadric, LogCosh, Multiquadric, Seagull
from .families.rectifiers import ALReLU, BipolarReLU, ClippedLinear, LeakyReLU, Linear, ReLU, ReLU6, ReSP, Step, Threshold
from .families.shrinkers import HardShrink, Shrink, SoftShrink, TanhShrink
from .families.sigmoids import HardSigmoid, HardTanh, LogSigmoid, Sigmoid, Softsign, SparseSigmoid, Tanh
from .families.softpluses import Softplus, SparsePlus, Squareplus
from .families.splitters import GLU, CReLU, NCReLU
from .parameters import Learned
from .plotting import plot
from .registry import catalogue, deserialize, get, register, serialize

__version__ = "0.1.0"

__all__ = [
    "Absolute",
    "Activation",
    "AlongAxis",
    "ALReLU",
    "BentIdentity",
    "BipolarReLU",
    "catalogue",
    "CELU",
    "check",
    "ClippedLinear",
    "Cosine",
    "CReLU",
    "deserialize",
    "ELU",
    "Exponential",
    "Gaussian",
    "GCU",
    "GELU",
    "get",
    "GLU",
    "HardShrink",
    "HardSigmoid",
    "HardSiLU",
    "HardTanh",
    "Hat",
    "InverseMultiquadric",
    "LeakyReLU",
    "Learned",
    "Linear",
    "LogCosh",
    "LogSigmoid",
    "LogSoftmax",
    "Mish",
    "Multiquadric",
    "NCReLU",
    "plot",
    "register",
    "ReLU",
    "ReLU6",
    "ReSP",
    "Seagull",
    "SELU",
    "serialize",
    "Shrink",
    "Sigmoid",
    "SiLU",
    "Sine",
    "SineReLU",
    "Softmax",
    "Softplus",
    "SoftShrink",
    "Softsign",
    "Sparsemax",
    "SparsePlus",
    "SparseSigmoid",
    "Splitting",
    "Squareplus",
    "Step",
    "Swish",
    "Tanh",
    "TanhShrink",
    "Threshold",
]
