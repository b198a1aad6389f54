"""The names of the activations, and what other libraries mean by them."""
