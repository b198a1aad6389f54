"""Activation functions as Keras layers that train, save, load, export and stay accurate."""

from . import startup as startup  # before Keras

# isort: split
import importlib
from typing import TYPE_CHECKING

from .catalogue.registry import catalogue, deserialize, get, libraries, register, serialize, spelled
from .core import keras_gaps
from .core.activation import Activation
from .core.axis import AlongAxis, Splitting
from .core.kernels import NativeOp
from .core.parameters import Learned, Parameter, Parametric, build_activations
from .core.stochastic import Stochastic
from .families.bent_rectifiers import NLReLU, ReSP, SquaredReLU, StarReLU
from .families.elus import CELU, ELU, ISRLU, MPELU, PELU, SELU, SERLU, XIELU, ELiSH, HardELiSH
from .families.exponentials import Exponential, SoftExponential
from .families.gates.normal import GELU, IGELU, SMU, ClippedGELU, ErfAct, Pserf, Serf
from .families.gates.others import EIS, PFLU, Aria2, CoLU, GoLU
from .families.gates.sigmoid import PFTS, AconC, DoubleSwish, ESwish, FlattenTSwish, HardSiLU, Logish, SiLU, Swish
from .families.gates.tanh import APTx, BetaMish, HardMish, LiSHT, Mila, Mish, Phish, Smish, TanhExp, TanhSoft
from .families.groups import GroupSort, Householder, Maxout
from .families.normalizers import LogSoftmax, SigSoftmax, Softmax, Softmax1, Softmin, Softpick, SoLU, Squash, TemperatureSoftmax
from .families.periodic import GCU, Cosine, Sine, SineReLU, SinLU, Snake, SnakeBeta
from .families.piecewise import APL, TLU, ClippedLinear, Linear, SShapedReLU, Step, Threshold
from .families.radial import Absolute, BentIdentity, Gaussian, Hat, InverseMultiquadric, LogCosh, Multiquadric, Seagull
from .families.randomized import GumbelSoftmax, ProbAct, RReLU
from .families.rationals import Rational
from .families.rectifiers import ALReLU, AReLU, BipolarReLU, DPReLU, DualLine, FlexibleReLU, LeakyReLU, ModReLU, PReLU, ReLU, ReLU6
from .families.series import ABU, SLAF, Fourier, PolyNorm, PolyReLU
from .families.shrinkers import HardShrink, Shrink, SoftShrink, TanhShrink
from .families.sigmoids import (
    ISRU,
    SQNL,
    Arctan,
    CLogLog,
    HardSigmoid,
    Laplace,
    LogSigmoid,
    PiecewiseLinear,
    Sigmoid,
    SoftClipping,
    Softsign,
    SparseSigmoid,
)
from .families.softpluses import SMU1, ShiftedSoftplus, SmeLU, Softplus, SparsePlus, SqrtSoftplus, Squareplus, SwooshL, SwooshR
from .families.sparse import Entmax, Entmax15, KSubsets, Normmax, Sparsemax
from .families.splitters import GEGLU, GLU, XATGLU, Bilinear, ClampedSwiGLU, CReLU, NCReLU, ReGLU, SeGLU, SwiGLU
from .families.tanhs import DynamicErf, DynamicTanh, HardTanh, LeakyTanh, LeCunTanh, PenalizedTanh, Tanh, WeightedTanh

if TYPE_CHECKING:
    from .tools import compat
    from .tools.check import check
    from .tools.comparing import Comparison, Suggestions, compare, suggest
    from .tools.describing import Description, describe
    from .tools.finding import find_activations
    from .tools.history_figure import plot_history
    from .tools.initializing import gain, initializer
    from .tools.monitoring import ActivationMonitor
    from .tools.plotting import plot
    from .tools.setting import set_kernel
    from .tools.surgery import replace, set_activation

__version__ = "0.3.0"

keras_gaps.warn_of_keras_2(stacklevel=3)

__all__ = [
    "Absolute",
    "ABU",
    "AconC",
    "Activation",
    "ActivationMonitor",
    "AlongAxis",
    "ALReLU",
    "APL",
    "APTx",
    "Arctan",
    "AReLU",
    "Aria2",
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
    "CLogLog",
    "CoLU",
    "compare",
    "Comparison",
    "compat",
    "Cosine",
    "CReLU",
    "describe",
    "Description",
    "deserialize",
    "DoubleSwish",
    "DPReLU",
    "DualLine",
    "DynamicErf",
    "DynamicTanh",
    "EIS",
    "ELiSH",
    "ELU",
    "Entmax",
    "Entmax15",
    "ErfAct",
    "ESwish",
    "Exponential",
    "find_activations",
    "FlattenTSwish",
    "FlexibleReLU",
    "Fourier",
    "gain",
    "Gaussian",
    "GCU",
    "GEGLU",
    "GELU",
    "get",
    "GLU",
    "GoLU",
    "GroupSort",
    "GumbelSoftmax",
    "HardELiSH",
    "HardMish",
    "HardShrink",
    "HardSigmoid",
    "HardSiLU",
    "HardTanh",
    "Hat",
    "Householder",
    "IGELU",
    "initializer",
    "InverseMultiquadric",
    "ISRLU",
    "ISRU",
    "KSubsets",
    "Laplace",
    "LeakyReLU",
    "LeakyTanh",
    "Learned",
    "LeCunTanh",
    "libraries",
    "Linear",
    "LiSHT",
    "LogCosh",
    "Logish",
    "LogSigmoid",
    "LogSoftmax",
    "Maxout",
    "Mila",
    "Mish",
    "ModReLU",
    "MPELU",
    "Multiquadric",
    "NativeOp",
    "NCReLU",
    "NLReLU",
    "Normmax",
    "Parameter",
    "Parametric",
    "PELU",
    "PenalizedTanh",
    "PFLU",
    "PFTS",
    "Phish",
    "PiecewiseLinear",
    "plot",
    "plot_history",
    "PolyNorm",
    "PolyReLU",
    "PReLU",
    "ProbAct",
    "Pserf",
    "Rational",
    "register",
    "ReGLU",
    "ReLU",
    "ReLU6",
    "replace",
    "ReSP",
    "RReLU",
    "Seagull",
    "SeGLU",
    "SELU",
    "Serf",
    "serialize",
    "SERLU",
    "set_activation",
    "set_kernel",
    "ShiftedSoftplus",
    "Shrink",
    "Sigmoid",
    "SigSoftmax",
    "SiLU",
    "Sine",
    "SineReLU",
    "SinLU",
    "SLAF",
    "SmeLU",
    "Smish",
    "SMU",
    "SMU1",
    "Snake",
    "SnakeBeta",
    "SoftClipping",
    "SoftExponential",
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
    "SQNL",
    "SqrtSoftplus",
    "SquaredReLU",
    "Squareplus",
    "Squash",
    "SShapedReLU",
    "StarReLU",
    "Step",
    "Stochastic",
    "suggest",
    "Suggestions",
    "SwiGLU",
    "Swish",
    "SwooshL",
    "SwooshR",
    "Tanh",
    "TanhExp",
    "TanhShrink",
    "TanhSoft",
    "TemperatureSoftmax",
    "Threshold",
    "TLU",
    "WeightedTanh",
    "XATGLU",
    "XIELU",
]


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})


# A program that trains or loads a model needs no tool. Their files would add two thirds to the time of the import.
_TOOLS = {
    "ActivationMonitor": "monitoring",
    "check": "check",
    "compare": "comparing",
    "Comparison": "comparing",
    "compat": "compat",
    "describe": "describing",
    "Description": "describing",
    "find_activations": "finding",
    "gain": "initializing",
    "initializer": "initializing",
    "plot": "plotting",
    "plot_history": "history_figure",
    "replace": "surgery",
    "set_activation": "surgery",
    "set_kernel": "setting",
    "suggest": "comparing",
    "Suggestions": "comparing",
}


def __getattr__(name: str):
    """Import a tool at its first use."""
    if name not in _TOOLS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}. {spelled(name)}".strip())
    module = importlib.import_module(f".tools.{_TOOLS[name]}", __name__)
    found = globals()[name] = module if name == "compat" else getattr(module, name)
    return found
