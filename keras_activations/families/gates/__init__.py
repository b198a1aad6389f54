"""Gates: the input times a soft step of itself.

Every value is written as max(x, 0) minus a tail, or as a product with a gate that does not cancel: x * (1 + tanh(...)) and its like
lose every digit on the negative side.
"""
