"""Activation functions as Keras layers that train, save, load and keep their digits."""

from .activation import Activation, AlongAxis, Splitting
from .check import check
from .families.exponentials import CELU, ELU, SELU, Exponential
from .families.gates import GELU, HardSiLU, Mish, SiLU, Swish
from .families.learned import PReLU
from .families.normalizers import LogSoftmax, Softmax, Sparsemax
from .families.periodic import GCU, Cosine, Sine, SineReLU
from .families.radial import Absolute, BentIdentity, Gaussian, Hat, InverseMultiquadric, LogCosh, Multiquadric, Seagull
from .families.rationals import Rational
from .families.rectifiers import ALReLU, BipolarReLU, ClippedLinear, LeakyReLU, Linear, ReLU, ReLU6, ReSP, Step, Threshold
from .families.shrinkers import HardShrink, Shrink, SoftShrink, TanhShrink
from .families.sigmoids import HardSigmoid, HardTanh, LogSigmoid, Sigmoid, Softsign, SparseSigmoid, Tanh
from .families.softpluses import Softplus, SparsePlus, Squareplus
from .families.splitters import GEGLU, GLU, XATGLU, Bilinear, ClampedSwiGLU, CReLU, NCReLU, ReGLU, SeGLU, SwiGLU
from .families.stochastic import RReLU
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
    "BentIdentity",
    "Bilinear",
    "BipolarReLU",
    "build_activations",
    "catalogue",
    "CELU",
    "check",
    "ClampedSwiGLU",
    "ClippedLinear",
    "Cosine",
    "CReLU",
    "deserialize",
    "ELU",
    "Exponential",
    "Gaussian",
    "GCU",
    "GEGLU",
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
    "Parameter",
    "Parametric",
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
    "Stochastic",
    "SwiGLU",
    "Swish",
    "Tanh",
    "TanhShrink",
    "Threshold",
    "XATGLU",
]
