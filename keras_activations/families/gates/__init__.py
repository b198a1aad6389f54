"""Gates: the input times a soft step of itself.

Every value is written as max(x, 0) minus a tail, or as the product of x and a gate without cancellation. A form such as
x * (1 + tanh(...)) loses every digit on the negative side.
"""
