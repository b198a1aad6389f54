"""The activations, one file per family."""
