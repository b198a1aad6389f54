"""Activation functions as Keras layers that train, save, load and keep their digits."""

from .activation import Activation, AlongAxis, Splitting
from .check import check
from .families.exponentials import CELU, ELU, SELU, Exponential
from .families.gates import EIS, PFLU, CoLU, DoubleSwish, ESwish, FlattenTSwish, GoLU, HardSiLU, SiLU, Swish
from .families.gelus import GELU, IGELU, ClippedGELU
from .families.learned import PReLU
from .families.normalizers import LogSoftmax, Softmax, Sparsemax
from .families.periodic import GCU, Cosine, Sine, SineReLU
from .families.radial import Absolute, BentIdentity, Gaussian, Hat, InverseMultiquadric, LogCosh, Multiquadric, Seagull
from .families.rationals import Rational
from .families.rectifiers import ALReLU, BipolarReLU, ClippedLinear, LeakyReLU, Linear, ReLU, ReLU6, ReSP, Step, Threshold
from .families.shrinkers import HardShrink, Shrink, SoftShrink, TanhShrink
from .families.sigmoids import HardSigmoid, HardTanh, Laplace, LogSigmoid, Sigmoid, Softsign, SparseSigmoid, Tanh
from .families.softpluses import Softplus, SparsePlus, Squareplus
from .families.splitters import GEGLU, GLU, XATGLU, Bilinear, ClampedSwiGLU, CReLU, NCReLU, ReGLU, SeGLU, SwiGLU
from .families.stochastic import RReLU
from .families.tanh_gates import APTx, BetaMish, HardMish, LiSHT, Mila, Mish, Phish, Serf, Smish, TanhExp, TanhSoft
from .parameters import Learned, Parameter, Parametric, build_activations
from .plotting import plot
from .registry import catalogue, deserialize, get, register, serialize
from .stochastic import Stochastic

__version__ = "0.1.0"

__all__ = [
    "Absolute",
    "Activation",
    "AlongAxis",
    "ALReLU",
    "APTx",
    "BentIdentity",
    "BetaMish",
    "Bilinear",
    "BipolarReLU",
    "build_activations",
    "catalogue",
    "CELU",
    "check",
    "ClampedSwiGLU",
    "ClippedGELU",
    "ClippedLinear",
    "CoLU",
    "Cosine",
    "CReLU",
    "deserialize",
    "DoubleSwish",
    "EIS",
    "ELU",
    "ESwish",
    "Exponential",
    "FlattenTSwish",
    "Gaussian",
    "GCU",
    "GEGLU",
    "GELU",
    "get",
    "GLU",
    "GoLU",
    "HardMish",
    "HardShrink",
    "HardSigmoid",
    "HardSiLU",
    "HardTanh",
    "Hat",
    "IGELU",
    "InverseMultiquadric",
    "Laplace",
    "LeakyReLU",
    "Learned",
    "Linear",
    "LiSHT",
    "LogCosh",
    "LogSigmoid",
    "LogSoftmax",
    "Mila",
    "Mish",
    "Multiquadric",
    "NCReLU",
    "Parameter",
    "Parametric",
    "PFLU",
    "Phish",
    "plot",
    "PReLU",
    "Rational",
    "register",
    "ReGLU",
    "ReLU",
    "ReLU6",
    "ReSP",
    "RReLU",
    "Seagull",
    "SeGLU",
    "SELU",
    "Serf",
    "serialize",
    "Shrink",
    "Sigmoid",
    "SiLU",
    "Sine",
    "SineReLU",
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
    "Step",
    "Stochastic",
    "SwiGLU",
    "Swish",
    "Tanh",
    "TanhExp",
    "TanhShrink",
    "TanhSoft",
    "Threshold",
    "XATGLU",
]
