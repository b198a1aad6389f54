"""Names that mean an activation with certain hyperparameters: {name: (activation, arguments)}."""

PRESETS = {
    # What Hugging Face, mlx, PyTorch and Keras Hub call the tanh form.
    "gelu_tanh": ("gelu", {"approximate": True}),
    "gelu_new": ("gelu", {"approximate": True}),
    "gelu_approximate": ("gelu", {"approximate": True}),
    "gelu_pytorch_tanh": ("gelu", {"approximate": True}),
    "gelu_python_tanh": ("gelu", {"approximate": True}),
    "gelu_accurate": ("gelu", {"approximate": True}),
}
