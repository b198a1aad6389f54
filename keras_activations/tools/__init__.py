"""Tools for users of activations."""
