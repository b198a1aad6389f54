"""Activation functions as Keras layers that train, save, load and keep their digits."""

from .activation import Activation, AlongAxis, Splitting
from .check import check
from .families.exponentials import CELU, ELU, SELU, Exponential
from .families.gates import GELU, HardSiLU, Mish, SiLU, Swish
from .families.learned import APL, MPELU, PELU, TLU, AReLU, DualLine, FlexibleReLU, PReLU, SReLU, StarReLU
from .families.learned_curves import PFTS, SMU, SMU1, XIELU, AconC, DynamicErf, DynamicTanh, ErfAct, Pserf, SoftExponential
from .families.normalizers import LogSoftmax, Softmax, Sparsemax
from .families.rectifiers import LeakyReLU, Linear, ReLU, ReLU6, Threshold
from .families.shrinkers import HardShrink, SoftShrink, TanhShrink
from .families.sigmoids import HardSigmoid, HardTanh, LogSigmoid, Sigmoid, Softsign, SparseSigmoid, Tanh
from .families.snakes import Snake, SnakeBeta
from .families.softpluses import Softplus, SparsePlus, Squareplus
from .families.splitters import GEGLU, GLU, XATGLU, Bilinear, ClampedSwiGLU, CReLU, ReGLU, SeGLU, SwiGLU
from .families.stochastic import RReLU
from .parameters import Learned, Parameter, Parametric, build_activations
from .plotting import plot
from .registry import catalogue, deserialize, get, register, serialize
from .stochastic import Stochastic

__version__ = "0.1.0"

__all__ = [
    "AconC",
    "Activation",
    "AlongAxis",
    "APL",
    "AReLU",
    "Bilinear",
    "build_activations",
    "catalogue",
    "CELU",
    "check",
    "ClampedSwiGLU",
    "CReLU",
    "deserialize",
    "DualLine",
    "DynamicErf",
    "DynamicTanh",
    "ELU",
    "ErfAct",
    "Exponential",
    "FlexibleReLU",
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
    "MPELU",
    "Parameter",
    "Parametric",
    "PELU",
    "PFTS",
    "plot",
    "PReLU",
    "Pserf",
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
    "SMU",
    "SMU1",
    "Snake",
    "SnakeBeta",
    "SoftExponential",
    "Softmax",
    "Softplus",
    "SoftShrink",
    "Softsign",
    "Sparsemax",
    "SparsePlus",
    "SparseSigmoid",
    "Splitting",
    "Squareplus",
    "SReLU",
    "StarReLU",
    "Stochastic",
    "SwiGLU",
    "Swish",
    "Tanh",
    "TanhShrink",
    "Threshold",
    "TLU",
    "XATGLU",
    "XIELU",
]
