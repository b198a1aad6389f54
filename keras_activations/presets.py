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
    # What CLIP called it, after the sigmoid approximation in the paper of GELU, https://arxiv.org/abs/1606.08415.
    "quick_gelu": ("swish", {"beta": 1.702}),
    # What the paper of GroupSort, https://arxiv.org/abs/1811.05381, calls its two ends.
    "max_min": ("group_sort", {"group_size": 2}),
    "full_sort": ("group_sort", {"group_size": None}),
}
