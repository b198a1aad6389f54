"""What an activation computes, compared with what it should compute."""

from dataclasses import replace

import numpy as np

from ..core.autodiff import value_and_gradients
from ..core.axis import AlongAxis, Splitting
from ..core.parameters import Learned, Parameter
from .arrays import array, representable_in, tensor, upstream
from .budgets import STRICT, gradient_errors, value_errors


def measure(witness, dtype, kernel, compiler=None, budget=STRICT):
    """The errors of a layer against its witness: a list of (rows, value errors, gradient errors), one for each length of row.

    A `compiler`, such as `tf.function`, is applied to the layer first.

    The rows are those that the dtype represents exactly and to which the budget applies. Gradients are not measured at subnormal numbers,
    because processors may flush these to zero.
    """
    measured = []
    for rows, truth in witness.groups:
        exact = np.flatnonzero(representable_in(rows, dtype) & (np.abs(rows) <= budget.reach).all(axis=1))
        if not len(exact):
            continue
        # The last row is repeated until the number of rows is a power of two, because JAX compiles for each new shape.
        exact = np.pad(exact, (0, (1 << (len(exact) - 1).bit_length()) - len(exact)), mode="edge")
        rows, truth = rows[exact], {name: part[exact] for name, part in truth.items()}
        n, width = truth["value"].shape
        order = witness.order(rows.shape[1])
        x, undo = _laid_out(rows[:, np.argsort(order)], witness.axis)
        y_weights, _ = _laid_out(np.broadcast_to(upstream(width), (n, width)), witness.axis)
        sample = dict(witness.sample)
        each = witness.learned and issubclass(witness.cls, Learned)
        if each:
            # Each point has its own parameter, so that each point has its own gradient.
            sample |= {"channels": n}
            x, y_weights, undo = x.T, y_weights.T, np.transpose
        layer = (_unshared(witness.cls) if each else witness.cls)(kernel=kernel, **sample)
        weights = [tensor(array(w), "float32") for w in layer.trainable_variables]

        def function(x, *weights, layer=layer):
            state = [variable.value for variable in layer.non_trainable_variables]
            return layer.stateless_call(list(weights), state, x)[0] if weights else layer(x)

        function = compiler(function) if compiler else function
        y, gradients = value_and_gradients(function, [tensor(x, dtype), *weights], tensor(y_weights, dtype))
        y, slopes = undo(array(y)), [undo(array(gradients[0]))[:, order]]
        if dtype == "float64" or not each:  # the weights and their gradients are float32
            truth = truth | {"gradient": truth["gradient"][..., : rows.shape[1]], "hessian": truth["hessian"][..., : rows.shape[1], :]}
        else:
            slopes += [array(g).reshape(-1, n).T for g in gradients[1:]]
        with np.errstate(all="ignore"):
            normal = (np.abs(rows) >= float(np.finfo(np.float32).tiny if dtype != "float64" else np.finfo(float).tiny)) | (rows == 0)
        normal = normal.all(axis=1)[:, None]
        of_halves = issubclass(witness.cls, Splitting)
        errors = value_errors(y, truth, rows, dtype, of_halves, budget)
        if (rows == 0).all(axis=1).any():
            # A function that jumps at 0 has its value at 0 for subnormal numbers, too, if the processor flushes them to zero.
            zero = np.argmax((rows == 0).all(axis=1))
            at_zero = {name: np.broadcast_to(part[zero], part.shape) for name, part in truth.items()}
            flushed = value_errors(y, at_zero, rows, dtype, of_halves, budget)
            errors = np.where(normal, errors, np.minimum(errors, flushed))
        along_axis = issubclass(witness.cls, AlongAxis) and not issubclass(witness.cls, Splitting)
        if budget.absolute:
            truth = truth | {"gradient": witness.between(truth["gradient"], rows, slopes[0], dtype)}
        slope_errors = gradient_errors(np.concatenate(slopes, axis=1), truth, rows, dtype, along_axis, of_halves, budget)
        measured.append((rows, errors, np.where(normal, slope_errors, 0.0)))
    return measured


def _unshared(cls):
    """The class with a parameter for each channel, also if all channels share one."""

    def learn(self, **values):
        cls.learn(self, **{name: replace(value, shared=False) if isinstance(value, Parameter) else value for name, value in values.items()})

    return type(cls.__name__, (cls,), {"learn": learn, "__module__": cls.__module__})


def _laid_out(rows, axis):
    """The rows along `axis` of an input with two axes (or three, for a pair of axes), and the function that reverses this."""
    if isinstance(axis, tuple):
        return rows.reshape(-1, 2, 2), lambda x: x.reshape(-1, 4)
    return np.moveaxis(rows, -1, axis), lambda x: np.moveaxis(x, axis, -1)
