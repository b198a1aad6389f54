"""Names that mean an activation with certain hyperparameters: {name: (activation, arguments)}."""

PRESETS = {
    # What Hugging Face, PyTorch and Keras Hub call the exact and the tanh form.
    "gelu_python": ("gelu", {"approximate": False}),
    "gelu_fast": ("gelu", {"approximate": True}),
    "gelu_tanh": ("gelu", {"approximate": True}),
    "gelu_new": ("gelu", {"approximate": True}),
    "gelu_approximate": ("gelu", {"approximate": True}),
    "gelu_pytorch_tanh": ("gelu", {"approximate": True}),
    "gelu_python_tanh": ("gelu", {"approximate": True}),
    "gelu_accurate": ("gelu", {"approximate": True}),
    # What Hugging Face calls the one for 8-bit inference.
    "gelu_10": ("clipped_gelu", {"min_value": -10.0, "max_value": 10.0}),
    # What CLIP called it, after the sigmoid approximation in the paper of GELU, https://arxiv.org/abs/1606.08415.
    "quick_gelu": ("swish", {"beta": 1.702}),
    # 0.01 x - 2 x and 0.01 x - x for negative x, in the code of their authors, https://arxiv.org/abs/2010.08031. Elsewhere QReLU is
    # found as 0.01 x (x - 2).
    "qrelu": ("alrelu", {"alpha": 1.99}),
    "m_qrelu": ("alrelu", {"alpha": 0.99}),
    # The sigmoid from -1 to 1, (1 - exp(-x)) / (1 + exp(-x)), as ActTensor calls it.
    "bipolar_sigmoid": ("weighted_tanh", {"weight": 0.5}),
    # What the paper of GroupSort, https://arxiv.org/abs/1811.05381, calls its two ends.
    "max_min": ("group_sort", {"group_size": 2}),
    "full_sort": ("group_sort", {"group_size": None}),
}
