"""What other libraries call an activation, and which hyperparameters they mean. Data; `registry` reads it.

Every entry is ``name: (activation of this package, its arguments)``.
"""

# Names that mean exactly these arguments: others beside them are refused.
PRESETS = {
    # What Hugging Face, PyTorch, MLX, thinc and Keras Hub call the exact, the tanh and the clipped form.
    "gelu_python": ("gelu", {"approximate": False}),
    "gelu_fast": ("gelu", {"approximate": True}),
    "gelu_tanh": ("gelu", {"approximate": True}),
    "gelu_new": ("gelu", {"approximate": True}),
    "gelu_approx": ("gelu", {"approximate": True}),
    "gelu_approximate": ("gelu", {"approximate": True}),
    "gelu_pytorch_tanh": ("gelu", {"approximate": True}),
    "gelu_python_tanh": ("gelu", {"approximate": True}),
    "gelu_accurate": ("gelu", {"approximate": True}),
    "gelu_10": ("clipped_gelu", {"min_value": -10.0, "max_value": 10.0}),
    # What CLIP called it, after the sigmoid approximation in the paper of GELU, https://arxiv.org/abs/1606.08415.
    "quick_gelu": ("swish", {"beta": 1.702}),
    "gelu_fast_approx": ("swish", {"beta": 1.702}),
    # The sigmoid from -1 to 1, (1 - exp(-x)) / (1 + exp(-x)), as ActTensor calls it.
    "bipolar_sigmoid": ("weighted_tanh", {"weight": 0.5}),
    # The distribution function of the normal distribution, as in Gomes and Ludermir, https://doi.org/10.1109/HIS.2008.40
    "probit": ("laplace", {"mu": 0.0, "sigma": 1.0}),
    # 0.01 x - 2 x and 0.01 x - x for negative x, in the code of their authors, https://arxiv.org/abs/2010.08031. Elsewhere QReLU is
    # found as 0.01 x (x - 2).
    "qrelu": ("alrelu", {"alpha": 1.99}),
    "m_qrelu": ("alrelu", {"alpha": 0.99}),
    # Anil, Lucas and Grosse, https://arxiv.org/abs/1811.05381.
    "max_min": ("group_sort", {"group_size": 2}),
    "full_sort": ("group_sort", {"group_size": None}),
    # QKeras, after Theano's ultra_fast_sigmoid.
    "smooth_sigmoid": ("hard_sigmoid", {"slope": 0.1875}),
}

# Names that change the defaults.
VARIANTS = {
    # Hannun et al., Deep Speech, 2014, https://arxiv.org/abs/1412.5567
    "clipped_relu": ("relu", {"max_value": 20.0}),
    "bounded_relu": ("relu", {"max_value": 1.0}),
    "relu_n": ("relu", {"max_value": 1.0}),
    "thresholded_relu": ("threshold", {"threshold": 1.0, "default_value": 0.0}),
    "stanh": ("lecun_tanh", {}),
    "siren": ("sine", {"omega": 30.0}),
}

# Short names that mean different functions, none of which is the usual one: refused. A choice begins with a name that `get` knows, or
# says that the function is not here.
AMBIGUOUS = {
    "frelu": ("flexible_relu: max(x, 0) + b", "no other: funnel ReLU has a convolution inside"),
    "srelu": ("s_shaped_relu: three lines, learned", "no other: shifted ReLU is max(x, -1)"),
    "brelu": ("bounded_relu: min(max(x, 0), 1)", "bipolar_relu: the sign alternates along the axis"),
    "grelu": ("reglu: one half times the positive part of the other", "no other: generalised ReLU has learned pieces"),
    "trelu": ("tlu: max(x, tau), learned", "thresholded_relu: x beyond a threshold, else 0", "no other: tanh for negative x"),
    "delu": ("no other: SiLU for negative x and a line for positive x, or the extended exponential linear unit",),
    "slu": ("swish: x sigmoid(beta x)", "no other: a softplus for negative x and a line for positive x"),
    "plu": ("dual_line: two slopes, learned", "no other: the piecewise linear unit of three lines, https://arxiv.org/abs/1809.09534"),
}

_TORCH = {
    "leaky_relu": ("leaky_relu", {"negative_slope": 0.01}),
    "swish": ("silu", {}),
}
_KERAS = {
    "swish": ("silu", {}),
}
_SLOPE_02 = {
    "hard_sigmoid": ("hard_sigmoid", {"slope": 0.2}),
}

# The defaults of other libraries, where they differ from ours: `get("leaky_relu", like="torch")`.
LIKE = {
    "tf": {},
    "keras": _KERAS,
    # `keras.layers.LeakyReLU` and its like, whose defaults are not those of `keras.activations`.
    "keras_layers": _KERAS
    | {
        "leaky_relu": ("leaky_relu", {"negative_slope": 0.3}),
        "prelu": ("prelu", {"alpha": 0.0, "per": "element"}),
    },
    "keras2": _KERAS
    | _SLOPE_02
    | {
        "leaky_relu": ("leaky_relu", {"negative_slope": 0.3}),
        "prelu": ("prelu", {"alpha": 0.0, "per": "element"}),
    },
    "keras_contrib": {
        "sine_relu": ("sine_relu", {"epsilon": 0.0025}),
        "squash": ("squash", {"constant": 0.5}),
        "srelu": ("s_shaped_relu", {}),
    },
    "torch": _TORCH,
    "timm": _TORCH,
    "hf": _TORCH,
    "jax": {
        "gelu": ("gelu", {"approximate": True}),
        "leaky_relu": ("leaky_relu", {"negative_slope": 0.01}),
        "swish": ("silu", {}),
    },
    "flax": {
        "gelu": ("gelu", {"approximate": True}),
        "leaky_relu": ("leaky_relu", {"negative_slope": 0.01}),
        "prelu": ("prelu", {"alpha": 0.01}),
        "swish": ("silu", {}),
    },
    "tfa": {
        "gelu": ("gelu", {"approximate": True}),
        "tlu": ("tlu", {"per": "element"}),
    },
    "onnx": _SLOPE_02
    | {
        "leaky_relu": ("leaky_relu", {"negative_slope": 0.01}),
    },
    "mlx": {
        "leaky_relu": ("leaky_relu", {"negative_slope": 0.01}),
        "swish": ("silu", {}),
    },
    "paddle": {
        "leaky_relu": ("leaky_relu", {"negative_slope": 0.01}),
        "stanh": ("lecun_tanh", {"slope": 0.67}),
        "swish": ("silu", {}),
    },
    "nnlib": {
        "trelu": ("threshold", {"threshold": 1.0, "default_value": 0.0}),
        "gelu": ("gelu", {"approximate": True}),
        "leaky_relu": ("leaky_relu", {"negative_slope": 0.01}),
        "swish": ("silu", {}),
    },
    "chainer": _SLOPE_02
    | {
        "gumbel_softmax": ("gumbel_softmax", {"temperature": 0.1}),
    },
    "thinc": _SLOPE_02
    | {
        "hard_swish": ("hard_silu", {"slope": 0.2}),
        "hard_swish_mobilenet": ("hard_silu", {}),
        "logistic_activation": ("sigmoid", {}),
        "relu_k": ("relu", {"max_value": 6.0}),
        "sigmoid_activation": ("sigmoid", {}),
        "swish": ("silu", {}),
    },
    "darknet": {
        "leaky": ("leaky_relu", {"negative_slope": 0.1}),
        "leaky_relu": ("leaky_relu", {"negative_slope": 0.1}),
    },
    # Binarized networks: QKeras, ActTensor, and the paper of BinaryConnect.
    "qkeras": {
        "hard_sigmoid": ("sparse_sigmoid", {}),
    },
    "xformers": {
        "star_relu": ("star_relu", {"learned": False, "scale": 0.8944, "bias": -0.4472}),
    },
}
