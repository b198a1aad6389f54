"""Files and objects of others: what Keras 2, its add-ons, torch and Hugging Face mean, with equal values."""

from .files import Report, inspect, load_model
from .meanings import Translation
from .objects import from_hf, from_torch, to_torch

__all__ = ["from_hf", "from_torch", "inspect", "load_model", "Report", "to_torch", "Translation"]


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
