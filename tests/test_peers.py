"""Each activation name of other libraries resolves here, or it is listed with the reason why it does not."""

import pytest

import keras_activations as ka
from keras_activations.catalogue import presets
from lab.cases import BACKEND

# The names are from the sources of each library. `get` must know every name.
# The tests pass `like=` where the library is in the table of defaults.
OFFERED = {
    "torch": """Threshold ReLU RReLU Hardtanh ReLU6 Sigmoid Hardsigmoid Tanh SiLU Mish Hardswish ELU CELU SELU GLU GELU Hardshrink LeakyReLU
        LogSigmoid Softplus Softshrink PReLU Softsign Tanhshrink Softmin Softmax Softmax2d LogSoftmax gumbel_softmax MultiheadAttention""",
    "jax": """relu relu6 sigmoid softplus sparse_plus sparse_sigmoid silu swish log_sigmoid leaky_relu hard_sigmoid hard_silu hard_swish
        hard_tanh elu celu selu gelu glu squareplus mish identity soft_sign tanh softmax log_softmax logmeanexp logsumexp standardize
        one_hot dot_product_attention scaled_matmul scaled_dot_general get_scaled_dot_general_config log1mexp""",
    "timm": """silu swish mish relu relu6 leaky_relu elu prelu celu selu gelu gelu_tanh quick_gelu sigmoid tanh hard_sigmoid hard_swish
        hard_mish identity""",
    "hf": """gelu gelu_10 gelu_fast gelu_new gelu_python gelu_pytorch_tanh gelu_python_tanh gelu_accurate laplace leaky_relu linear mish
        quick_gelu relu relu2 relu6 sigmoid silu swish tanh prelu xielu sqrtsoftplus""",
    "tfa": """gelu hardshrink lisht mish rrelu snake softshrink sparsemax tanhshrink GELU Maxout Snake Sparsemax TLU
        FilterResponseNormalization""",
    "keras_contrib": "squash Swish PELU SReLU SineReLU CosineDense",
    "mlx": """celu elu gelu gelu_approx gelu_fast_approx glu hardswish hard_shrink hard_tanh leaky_relu log_sigmoid log_softmax mish prelu
        relu relu2 relu6 selu sigmoid silu softmax softmin softplus softshrink softsign step tanh""",
    "paddle": """CELU ELU GELU GLU Hardshrink Hardsigmoid Hardswish Hardtanh LeakyReLU LogSigmoid LogSoftmax Maxout Mish PReLU ReLU ReLU6
        RReLU SELU Sigmoid Silu Softmax Softplus Softshrink Softsign Swish Tanh Tanhshrink ThresholdedReLU stanh gumbel_softmax swiglu""",
    "entmax": """sparsemax entmax15 sparsemax_bisect entmax_bisect normmax_bisect budget_bisect""",
    "nnlib": """celu elu gelu hardsigmoid hardtanh leakyrelu lisht logcosh logsigmoid mish relu relu6 rrelu selu sigmoid softplus softshrink
        softsign swish hardswish tanhshrink trelu sigmoid_fast tanh_fast""",
    "thinc": """ClippedLinear Dish Gelu HardSigmoid HardSwish HardSwishMobilenet HardTanh LogisticActivation Maxout Mish ReluK Relu Softmax
        Swish SigmoidActivation""",
    "onnx": """Celu Elu Gelu HardSigmoid HardSwish LeakyRelu LogSoftmax Mish PRelu Relu Selu Shrink Sigmoid Softmax Softplus Softsign Swish
        Tanh ThresholdedRelu Hardmax""",
    "kecam": """hard_swish hard_sigmoid_torch leaky_relu mish phish prelu gelu gelu_linear gelu_quick squared_relu star_relu""",
    "acttensor": """SoftShrink HardShrink GLU Bilinear ReGLU GeGLU SwiGLU SeGLU ReLU Identity Step Sigmoid HardSigmoid LogSigmoid SiLU
        ParametricLinear PiecewiseLinear CLL Bipolar BipolarSigmoid Tanh TanhShrink LeCunTanh HardTanh TanhExp ABS SquaredReLU
        ParametricReLU RandomizedReLU LeakyReLU ReLU6 ModReLU CosReLU SinReLU Probit Cos Gaussian Multiquadratic InvMultiquadratic
        SoftPlus Mish Smish ParametricSmish Swish ESwish HardSwish GCU CoLU PELU SELU CELU ArcTan ShiftedSoftPlus Softmax Logit GELU
        Softsign ELiSH HardELiSH Serf ELU Phish QReLU MQReLU FReLU""",
    "echo": """weighted_tanh swish eswish aria2 elish hard_elish mila sine_relu fts sqnl isru isrlu bent_id soft_clipping srelu brelu apl
        soft_exponential maxout mish beta_mish""",
}

REQUIRED = {
    "Threshold": {"threshold": 1.0, "default_value": 0.0},
    "PiecewiseLinear": {"min_value": -1.0, "max_value": 1.0},
}

NO_ACTIVATION = "not an activation"
NO_SOURCE = "neither the library nor we know a publication"
REFUSED = "means different functions in different libraries, and is refused with the choices"
JAX_OTHERS = [
    "logmeanexp",
    "logsumexp",
    "standardize",
    "one_hot",
    "dot_product_attention",
    "scaled_matmul",
    "scaled_dot_general",
    "get_scaled_dot_general_config",
    "log1mexp",
]
MISSING = {
    "torch": {"MultiheadAttention": NO_ACTIVATION},
    "jax": dict.fromkeys(JAX_OTHERS, NO_ACTIVATION),
    "tfa": {"FilterResponseNormalization": NO_ACTIVATION},
    "keras_contrib": {"CosineDense": NO_ACTIVATION},
    "entmax": {
        "sparsemax_bisect": "the exact one",
        "entmax_bisect": "Entmax",
        "normmax_bisect": "Normmax",
        "budget_bisect": "KSubsets",
    },
    "nnlib": {
        "sigmoid_fast": "an approximation of Sigmoid",
        "tanh_fast": "an approximation of Tanh",
    },
    "onnx": {"Hardmax": "GumbelSoftmax(hard=True) in inference"},
    "kecam": {"hard_sigmoid_torch": "hard_sigmoid", "gelu_quick": "quick_gelu"},
    "acttensor": {
        "ParametricLinear": NO_SOURCE,
        "Bipolar": "the sign, a quantiser",
        "CosReLU": NO_SOURCE,
        "SinReLU": NO_SOURCE,
        "Logit": NO_SOURCE,
        "FReLU": REFUSED,
    },
    "echo": {"srelu": REFUSED, "brelu": REFUSED},
}


@pytest.mark.parametrize("library", OFFERED)
def test_what_others_offer(library):
    like = library if library in presets.LIKE else None
    unknown = []
    for name in OFFERED[library].split():
        try:
            ka.get(name, like=like, **REQUIRED.get(name, {}))
        except ValueError:
            unknown.append(name)
    assert unknown == [name for name in OFFERED[library].split() if name in MISSING.get(library, {})]


def test_the_lists_are_those_of_the_libraries_that_are_here():
    if BACKEND == "torch":
        import torch

        offered = set(torch.nn.modules.activation.__all__)
    elif BACKEND == "jax":
        import jax

        offered = {name for name in dir(jax.nn) if not name.startswith("_") and name != "initializers"}
    else:
        pytest.skip("of tf.nn and keras.activations, test_parity.py knows every name")
    new = offered - set(OFFERED[BACKEND].split())
    assert not new, f"{BACKEND} offers {sorted(new)}: add what is an activation to the package, and all of it to OFFERED."
