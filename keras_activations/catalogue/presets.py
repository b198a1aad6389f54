"""The names of activations and arguments in other libraries, and the hyperparameters that they mean. `registry` reads this data.

Every entry of `PRESETS`, `VARIANTS` and a library in `LIKE` is ``name: (activation of this package, its arguments)``.
"""

import warnings

from ..core import arguments

# Names that mean exactly these arguments. Other values of these arguments are refused.
PRESETS = {
    # The names of the exact, the tanh and the clipped form in Hugging Face, PyTorch, MLX, thinc and Keras Hub.
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
    # CLIP's name for the sigmoid approximation in the paper of GELU, https://arxiv.org/abs/1606.08415.
    "quick_gelu": ("swish", {"beta": 1.702}),
    "gelu_fast_approx": ("swish", {"beta": 1.702}),
    # ActTensor's name for the sigmoid from -1 to 1, (1 - exp(-x)) / (1 + exp(-x)).
    "bipolar_sigmoid": ("weighted_tanh", {"weight": 0.5}),
    # The distribution function of the normal distribution, as in Gomes and Ludermir, https://doi.org/10.1109/HIS.2008.40
    "probit": ("laplace", {"mu": 0.0, "sigma": 1.0}),
    # The code of the authors has 0.01 x - 2 x and 0.01 x - x for negative x, https://arxiv.org/abs/2010.08031. Other code has
    # 0.01 x (x - 2) for QReLU.
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

# Short names that mean different functions, none of which is the usual one. They are refused. A choice begins with a name that `get`
# knows, or says that this package does not have the function.
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
    # It normalizes over the channels of an image, whose axis is before height and width.
    "softmax2d": ("softmax", {"axis": -3}),
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
    # Functions such as `keras.ops.gelu` and layers such as `keras.layers.LeakyReLU` have other defaults than `keras.activations`.
    "keras_ops": _KERAS
    | {
        "gelu": ("gelu", {"approximate": True}),
    },
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

# The libraries that a prefix of a name may mean, as in "torch.nn.SiLU". It means the first one, unless `like` names another of them. A
# path such as "torch.nn.modules.activation" has the meaning of its longest beginning in this table.
PREFIXES = {library: (library,) for library in LIKE} | {
    "addons": ("tfa",),  # it registered its functions and layers under names such as "Addons>mish"
    "f": ("torch", "timm", "hf", "paddle", "chainer"),
    "jnp": ("jax",),
    "keras": ("keras", "keras2"),
    "keras.layers": ("keras_layers", "keras2"),
    "keras.ops": ("keras_ops",),
    "keras.src.layers": ("keras_layers",),
    "keras_activations": (None,),  # the meaning that the name has in this package
    "linen": ("flax",),
    "nn": ("torch", "timm", "hf", "tf", "jax", "flax", "mlx", "paddle"),
    "nnx": ("flax",),
    "tensorflow": ("tf",),
    # Keras 3 from TensorFlow 2.16 on.
    "tensorflow.keras": ("keras", "keras2"),
    "tensorflow.keras.layers": ("keras_layers", "keras2"),
    "tensorflow_addons": ("tfa",),
    "tf.keras": ("keras", "keras2"),
    "tf.keras.layers": ("keras_layers", "keras2"),
    "tf_keras": ("keras2",),
    "torch": ("torch", "timm", "hf"),
    "transformers": ("hf",),
}


def _inplace(name, value):
    """The argument has no effect, because a Keras layer returns a new tensor, with the same values."""
    arguments.flag(name, value)
    return {}


def _overflow(name, value):
    """torch returns x if beta x exceeds the threshold, so that nothing overflows. Here nothing overflows anyway.

    At a threshold of 20, the default, softplus is x to the last digit of float32. At a lower one, torch's function has a step.
    """
    if arguments.number(name, value) < 20:
        warnings.warn(f"torch's Softplus({name}={value!r}) is x where beta * x exceeds it. Here it is softplus there too.", stacklevel=4)
    return {}


def _ignored(name, value):
    """torch warns that it does not use this argument."""
    arguments.number(name, value)
    return {}


def _dim(name, value):
    if value is None:
        raise ValueError(f"{name}=None lets torch choose the axis by the rank of the input. Write which it is, such as {name}=1.")
    return {"axis": value}


def _num_parameters(name, value):
    """One parameter is for all channels. Several are for the channels along axis 1."""
    return {} if arguments.integer(name, value, low=1) == 1 else {"channels": value, "axis": 1}


def _of_one_parameter(name, value):
    """In this package, all parameters of a layer have one regularizer and one constraint."""
    if value is not None:
        kind = name.partition("_")[2]
        raise ValueError(f"A layer has one {kind} for all its parameters here; received {name}={value!r}. Write {kind}={value!r}.")
    return {}


def _one_of_several(name):
    """The three arguments that Keras's layers have for each learned parameter."""
    return {f"{name}_initializer": name, f"{name}_regularizer": _of_one_parameter, f"{name}_constraint": _of_one_parameter}


def _words(*same, **other):
    """The arguments of a library in its order. Those with the same name here come first."""
    return dict(zip(same, same, strict=True)) | other


_TORCH_WORDS = {
    "celu": _words("alpha", inplace=_inplace),
    "elu": _words("alpha", inplace=_inplace),
    "glu": _words(dim=_dim),
    "gumbel_softmax": _words(tau="temperature", hard="hard", eps=_ignored, dim=_dim),
    "hard_shrink": _words(lambd="threshold"),
    "hard_sigmoid": _words(inplace=_inplace),
    "hard_silu": _words(inplace=_inplace),
    "hard_tanh": _words(min_val="min_value", max_val="max_value", inplace=_inplace),
    "leaky_relu": _words("negative_slope", inplace=_inplace),
    "log_softmax": _words(dim=_dim),
    "mish": _words(inplace=_inplace),
    "prelu": _words(num_parameters=_num_parameters, init="alpha"),
    "relu": _words(inplace=_inplace),
    "relu6": _words(inplace=_inplace),
    "rrelu": _words("lower", "upper", inplace=_inplace),
    "selu": _words(inplace=_inplace),
    "silu": _words(inplace=_inplace),
    "soft_shrink": _words(lambd="threshold"),
    "softmax": _words(dim=_dim),
    "softmin": _words(dim=_dim),
    "softplus": _words("beta", threshold=_overflow),
    "threshold": _words("threshold", value="default_value", inplace=_inplace),
}
_KERAS_LAYERS_WORDS = {
    "prelu": _words(alpha_initializer="alpha", alpha_regularizer="regularizer", alpha_constraint="constraint", shared_axes="shared_axes"),
    "relu": _words("max_value", "negative_slope", "threshold"),
}

# The arguments of an activation in a library, in its order, if they differ from ours. The value is the name here, or a function of name and
# value that returns arguments here. `get("Softmax(dim=1)", like="torch")` has the axis 1. Names that are accepted without `like` are in
# `renamed`, above the constructor of the class.
WORDS = {
    "keras2": _KERAS_LAYERS_WORDS | {"threshold": _words(theta="threshold")},
    "keras_contrib": {
        "pelu": _words(**_one_of_several("alpha"), **_one_of_several("beta"), shared_axes="shared_axes"),
        "s_shaped_relu": _words(
            t_left_initializer="left_threshold",
            a_left_initializer="left_slope",
            t_right_initializer="right_threshold",
            a_right_initializer="right_slope",
            shared_axes="shared_axes",
        ),
    },
    "keras_layers": _KERAS_LAYERS_WORDS,
    "torch": _TORCH_WORDS,
    "timm": _TORCH_WORDS,
    "hf": _TORCH_WORDS,
    "tfa": {
        "snake": _words(frequency_initializer="alpha"),
        "tlu": _words("affine", **_one_of_several("tau"), **_one_of_several("alpha")),
    },
}
