"""A value with a derivative of its own, on each backend's own hook: the only file that knows what the backends call it.

This file is long because it holds the hooks of three backends.

`differentiate(value, derivative, *tensors)` computes ``value(*tensors)``; the gradient with respect to each tensor is the upstream
gradient times the matching partial of ``derivative(*tensors)``, summed over the axes along which that tensor was broadcast.
`recompute(value, *tensors)` computes the same and leaves the derivative to the backend, which on JAX and torch evaluates the value again.
Either way only the tensors themselves are kept for the backward pass there. 16-bit tensors are kept as they are and widened inside.
`automatic(value, *tensors)` leaves to the backend what is kept too.

All three can be differentiated again and again. The gradient of straight lines does not depend on the tensors: for its derivative,
TensorFlow answers None and torch raises an error. Here it is tied to them, and its derivative is 0.
"""

import contextlib
import functools
import importlib
import itertools
import os
import shutil
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

_BACKEND = keras.backend.backend()

# A type checker sees all three.
if TYPE_CHECKING or _BACKEND == "tensorflow":
    import tensorflow as tf
    from tensorflow.python.eager import forwardprop_util
    from tensorflow.python.ops import control_flow_util
if TYPE_CHECKING or _BACKEND == "jax":
    import jax
if TYPE_CHECKING or _BACKEND == "torch":
    import torch


TRIGONOMETRY: Any = jax.numpy if _BACKEND == "jax" else ops
"""Who has sin, cos and arctan: on JAX, `keras.ops` makes float32 of float64 in these functions (Keras 3.15)."""

HAS_ERF = _BACKEND != "jax"
"""Whether the backend's erf may be used. TensorFlow 2.21 does not know the operation that JAX 0.10 writes for it into a SavedModel."""

SOFTMAX_SPREADS_NAN = _BACKEND == "torch"
"""Whether a NaN makes NaN of its whole row in the backend's softmax. TensorFlow's makes 0 of the other entries."""

_NAMES: dict[Any, str] = {}  # of the common dtypes: Keras's function for that is slow
if _BACKEND in ("tensorflow", "torch"):
    _NAMES |= {getattr(tf if _BACKEND == "tensorflow" else torch, name): name for name in ("float16", "bfloat16", "float32", "float64")}
_ONE_DEVICE = _BACKEND == "torch" and not torch.accelerator.is_available()


def mode():
    """How operations run now.

    "fused": a compiler makes one pass over memory of many operations, as XLA and torch.compile do, and JAX always, for it compiles each
    kernel outside jit too. "graph": TensorFlow or an exporter records them, and each is a pass. "eager": each runs at once.
    """
    if _BACKEND == "tensorflow":
        if tf.executing_eagerly():
            return "eager"
        # TensorFlow 2.21 has no public function that tells whether jit_compile=True is set.
        return "fused" if control_flow_util.GraphOrParentsInXlaContext(tf.compat.v1.get_default_graph()) else "graph"
    if _BACKEND == "torch":
        if torch.jit.is_tracing() or torch.compiler.is_exporting():  # pyright: ignore[reportPrivateImportUsage]
            return "graph"
        return "fused" if is_compiling() else "eager"
    return "fused" if _BACKEND == "jax" else "eager"


def is_compiling():
    """Whether torch compiles or exports the code that runs."""
    return _BACKEND == "torch" and torch.compiler.is_compiling()


def is_read_by_dynamo():
    """Whether torch's Dynamo reads the code, and does not run it."""
    return _BACKEND == "torch" and torch.compiler.is_dynamo_compiling()


def are_pushed_forward(tensors):
    """Whether a ForwardAccumulator of TensorFlow watches the tensors. The gradient of a function is an error to it (TensorFlow 2.21)."""
    return bool(forwardprop_util.pack_tangents(tensors).tangents)


def signature(tensors):
    """What a function must be made for once more, where the backend remembers functions: None where that sees to it by itself.

    On TensorFlow the dtypes and ranks. The shape of the first tensor may change from call to call, and so may that of others which have
    the same. A parameter keeps its shape, from which its gradient is summed.
    """
    if _BACKEND in ("jax", "torch"):
        return None
    shapes = [(None,) * len(x.shape) if x.shape == tensors[0].shape else tuple(x.shape) for x in tensors]
    return tuple((shape, x.dtype) for shape, x in zip(shapes, tensors, strict=True))


def remembered(function, signature, is_fused):
    """The function, as one that the backend remembers: JAX compiles it, and TensorFlow keeps its graph, which XLA fuses if asked to."""
    if _BACKEND == "jax":
        return jax.jit(function, inline=True)
    if _BACKEND == "torch":
        return function  # its parts were compiled by `fused`
    specification = [tf.TensorSpec(*pair) for pair in signature]
    # A tf.function spends more time on finding its graph than the graph needs on a small input.
    return tf.function(function, autograph=False, jit_compile=is_fused or None).get_concrete_function(*specification)


def bare(cls):
    """A layer of this class without attributes, but for those without which torch's compiler cannot read one."""
    layer = object.__new__(cls)
    if _BACKEND == "torch":
        torch.nn.Module.__init__(layer)
    return layer


def fused(function):
    """On torch the function, compiled for itself, which compiles no gradient. Who differentiates it gets the plain one."""
    return _torch_fused(function) if _BACKEND == "torch" else function


def in_forward_mode():
    """Whether torch is in forward mode, where it differentiates the plain operations. The other backends use the hooks there too."""
    # The level is the only sign of forward mode that is visible inside torch.func, too.
    return _BACKEND == "torch" and torch.autograd.forward_ad._current_level >= 0


def _is_read_or_pushed():
    """Whether torch reads its own operations: to compile or to export them, or in forward mode."""
    return is_compiling() or torch.jit.is_tracing() or in_forward_mode()  # pyright: ignore[reportPrivateImportUsage]


def number(value, x):
    """A number as a tensor of the dtype of x, and on its device: of a plain number, `keras.ops` makes float32 on torch (Keras 3.15)."""
    if _BACKEND == "torch":
        return torch.scalar_tensor(value, dtype=x.dtype, device=x.device)
    return ops.convert_to_tensor(value, dtype=x.dtype)


def as_tensor(x):
    """x as a tensor, which a variable is not, on the device of the backend."""
    # The conversion of a tensor takes as long as an op on a small input.
    if (_BACKEND == "torch" and _ONE_DEVICE and isinstance(x, torch.Tensor)) or (_BACKEND == "tensorflow" and isinstance(x, tf.Tensor)):
        return x
    x = ops.convert_to_tensor(x)
    return tf.convert_to_tensor(x) if _BACKEND == "tensorflow" else x


def is_ragged(x):
    """Whether x is a RaggedTensor of TensorFlow."""
    return _BACKEND == "tensorflow" and isinstance(x, tf.RaggedTensor)


def dtype_of(x) -> str:
    """The name of the dtype of a tensor."""
    return _NAMES.get(x.dtype) or keras.backend.standardize_dtype(x.dtype)


def clamped(x, low=None, high=None) -> Any:
    """x, no less than one number and no more than another."""
    if _BACKEND == "torch":
        return torch.clamp(x, low, high)
    if low is not None:
        x = ops.maximum(x, number(low, x))
    return x if high is None else ops.minimum(x, number(high, x))


def select(condition, a, b) -> Any:
    """``where(condition, a, b)`` of two tensors of one dtype."""
    return _torch_select(condition, a, b) if _BACKEND == "torch" else ops.where(condition, a, b)


def unless_unknown(condition):
    """The condition, for `keras.ops.while_loop`; True where torch cannot look at its value."""
    if _BACKEND != "torch":
        return condition
    if is_compiling() or torch.jit.is_tracing():  # pyright: ignore[reportPrivateImportUsage]
        return True
    try:
        return bool(condition)
    except RuntimeError:  # under vmap, and for a tensor without data
        return True


def differentiate(value, derivative, *tensors):
    """``value(*tensors)``, whose partial derivatives are the list ``derivative(*tensors)``, of which no more than needed is used."""
    if _BACKEND == "tensorflow":
        return _tensorflow(value, derivative, tensors)
    if _BACKEND == "jax":
        return _jax(value, derivative, *tensors)
    if _BACKEND == "torch":
        return _torch(value, derivative, tensors)
    return value(*tensors)  # numpy and openvino compute no gradients


def recompute(value, *tensors):
    """``value(*tensors)``, on JAX and torch evaluated a second time in the backward pass, which keeps no more than the tensors."""
    if _BACKEND == "jax":
        return jax.checkpoint(value)(*tensors)
    if _BACKEND == "torch":
        return _torch_recomputed(value, tensors)
    # In TensorFlow, a tape inside a custom gradient makes forward mode return 0.
    return automatic(value, *tensors)


def automatic(value, *tensors):
    """``value(*tensors)``, which the backend differentiates."""
    if _BACKEND == "tensorflow":
        return value(*_tensorflow_anchored(*tensors))
    if _BACKEND == "torch":
        return value(*_torch_anchored(tensors))
    return value(*tensors)


def value_and_gradients(function, tensors, upstream):
    """``function(*tensors)``, and its gradient with respect to each tensor for an `upstream` gradient of the result's shape.

    A tensor on which the result does not depend has the gradient 0.
    """
    if _BACKEND == "tensorflow":
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            result = function(*tensors)
        upstream = ops.cast(upstream, result.dtype)
        return result, tape.gradient(result, tensors, upstream, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    if _BACKEND == "jax":
        result, pullback = jax.vjp(function, *tensors)
        return result, pullback(ops.cast(upstream, result.dtype))
    if _BACKEND == "torch":
        leaves = [x.detach().clone().requires_grad_() for x in tensors]
        result = function(*leaves)
        if not result.requires_grad:
            return result, [torch.zeros_like(x) for x in leaves]
        return result.detach(), torch.autograd.grad(result, leaves, ops.cast(upstream, result.dtype), materialize_grads=True)
    raise NotImplementedError(f"The {_BACKEND} backend computes no gradients. Set KERAS_BACKEND to tensorflow, jax or torch.")


def compiled(function):
    """The function as a program of the backend, made at its first call. Arguments and results are tensors, in lists, tuples and dicts."""
    if _BACKEND == "tensorflow":
        return tf.function(function, autograph=False)
    return jax.jit(function) if _BACKEND == "jax" else function


def surroundings():
    """What records the operations that run now. Inside a loop, a branch or a map that the backend records for itself, it is another one.

    A tensor from in there cannot be used outside.
    """
    if _BACKEND == "tensorflow":
        return None if tf.executing_eagerly() else tf.compat.v1.get_default_graph()
    if _BACKEND == "jax":
        # Older versions have it elsewhere.
        name = next(name for name in ("jax.extend.core", "jax.core") if hasattr(importlib.import_module(name), "get_opaque_trace_state"))
        return importlib.import_module(name).get_opaque_trace_state(convention="flax")
    if _BACKEND == "torch":
        return torch._C._functorch.maybe_current_level()  # pyright: ignore[reportAttributeAccessIssue]
    return None


def in_float64():
    """A context in which JAX keeps float64 and compiles nothing: for programs that look at a function, at a few thousand numbers.

    TensorFlow and torch keep it anyway. Keras's NumPy backend never does: most of its ops return float32 (Keras 3.15).
    """
    context = contextlib.ExitStack()
    if _BACKEND == "jax":
        # JAX before 0.8 has it elsewhere.
        enable = jax.enable_x64 if hasattr(jax, "enable_x64") else importlib.import_module("jax.experimental").enable_x64
        context.enter_context(enable(True))
        context.enter_context(jax.disable_jit())
    return context


def rounded_once(function, *tensors):
    """``function(*tensors)`` computed in float32 where the tensors have 16 bits, and rounded once to the dtype of the first."""
    dtype = tensors[0].dtype
    return ops.cast(function(*map(_widened, tensors)), dtype) if is_narrow(dtype) else function(*tensors)


def is_narrow(dtype):
    """Whether it has 16 bits."""
    return keras.backend.standardize_dtype(dtype) in ("float16", "bfloat16")


def _widened(x):
    return ops.cast(x, "float32") if is_narrow(x.dtype) else x


def _partials(derivative, tensors):
    return derivative(*map(_widened, tensors))[: len(tensors)]


def _gradients(derivative, tensors, upstream):
    """The upstream gradient through every partial, in the shape and dtype of the tensor that it belongs to."""
    wide = _widened(upstream)
    return [ops.cast(_unbroadcast(wide * partial, x), x.dtype) for partial, x in zip(_partials(derivative, tensors), tensors, strict=True)]


def _unbroadcast(gradient, x):
    """Sum `gradient` over the axes that broadcasting added to x or stretched from 1."""
    if getattr(x.shape, "rank", 0) is None:
        return gradient  # TensorFlow does not know the rank of the input, so nothing was broadcast
    if not len(x.shape):
        return ops.sum(gradient)
    added = len(gradient.shape) - len(x.shape)
    stretched = [added + axis for axis, size in enumerate(x.shape) if size == 1 and gradient.shape[added + axis] != 1]
    if not added and not stretched:
        return gradient
    return ops.reshape(ops.sum(gradient, axis=(*range(added), *stretched)), x.shape)


def _tensorflow(value, derivative, tensors):
    # The partials are tied, and not their products with the upstream gradient, so that forward mode is tied, too.
    def tied(*tensors):
        return _tensorflow_tied(derivative(*tensors), list(map(_tensorflow_nothing, tensors)))

    @tf.custom_gradient
    def hook(*tensors):
        def gradient(upstream):
            # Without this dependency, grappler computes the derivative early and stores its temporaries.
            with tf.control_dependencies([upstream]):
                return _gradients(tied, tensors, upstream)

        # The eager tape does not record operations on stopped arguments.
        return value(*map(tf.stop_gradient, tensors)), gradient

    # A custom gradient accepts no variables.
    return hook(*map(tf.convert_to_tensor, tensors))


if TYPE_CHECKING or _BACKEND == "tensorflow":
    # In eager mode, an array is the cheapest constant.
    _FLAT = np.array([-1], "int32")

    def _tensorflow_tied(slopes, nothing):
        """The slopes as they are, each with the derivative 0 by every tensor of which there is `nothing`."""
        slopes = [tf.convert_to_tensor(slope, x.dtype) for slope, x in zip(slopes, nothing, strict=False)]
        # One operation for each slope, which computes nothing. An infinite slope is not multiplied by 0.
        return [tf.raw_ops.IdentityN(input=[slope, *nothing])[0] for slope in slopes]

    def _tensorflow_nothing(x):
        """A power without entries: it costs nothing, holds no NaN, and depends on x, as do all its derivatives."""
        return tf.raw_ops.Pow(x=tf.reshape(x, _FLAT), y=np.zeros((0, 1), x.dtype.as_numpy_dtype))

    def _tensorflow_anchored(*tensors):
        """The tensors as they are, with gradients that are tied to them. Of the tensors it keeps nothing."""
        return _tensorflow_anchor(len(tensors), *tensors, *map(_tensorflow_nothing, tensors))

    def _tensorflow_anchor(count, *operands):
        @tf.custom_gradient
        def anchor(*operands):
            nothing = operands[count:]
            return operands[:count], lambda *gradients: (*_tensorflow_tied(gradients, nothing), *[None] * count)

        return anchor(*operands)


if TYPE_CHECKING or _BACKEND == "jax":

    @functools.partial(jax.custom_jvp, nondiff_argnums=(0, 1))
    def _jax(value, derivative, *tensors):
        # JAX may pass a Python number.
        return value(*map(jax.numpy.asarray, tensors))

    # The tangent of a constant is a symbol. A number 0 times a partial that overflows would be NaN.
    @functools.partial(_jax.defjvp, symbolic_zeros=True)
    def _jax_tangent(value, derivative, tensors, tangents):
        moving = [not isinstance(tangent, jax.custom_derivatives.SymbolicZero) for tangent in tangents]

        # Without the checkpoint, linearization stores the partials: one float32 array per argument instead of the 16-bit x.
        @jax.checkpoint
        def tangent(tensors, tangents):
            partials = itertools.compress(_partials(derivative, tensors), moving)
            return sum(partial * _widened(t) for partial, t in zip(partials, tangents, strict=True))

        tensors = tuple(map(jax.numpy.asarray, tensors))
        result = _jax(value, derivative, *tensors)
        moved = tangent(tensors, list(itertools.compress(tangents, moving)))
        # A partial may be one number for all of x.
        return result, jax.numpy.broadcast_to(moved, result.shape).astype(result.dtype)


OPS: dict[str, Callable] = {}
"""What the backend has as one op where `keras.ops` composes several, or first looks for symbolic inputs, which takes as long as the op on
a small input (Keras 3.15)."""


if _BACKEND == "tensorflow":
    OPS |= {
        "leaky_relu": lambda x, negative_slope: tf.nn.leaky_relu(x, alpha=negative_slope),
        "relu": tf.nn.relu,
        "relu6": tf.nn.relu6,
        "selu": tf.nn.selu,
        "sigmoid": tf.sigmoid,
        "silu": tf.nn.silu,
        "softplus": tf.math.softplus,
        "tanh": tf.tanh,
    }

if TYPE_CHECKING or _BACKEND == "torch":

    def _torch_softmax(x, axis=-1):
        # On a CPU, keras.ops computes float16 in float32, which is more accurate.
        is_plain = isinstance(axis, int) and x.dtype != torch.float16
        return torch.softmax(x, axis) if is_plain else ops.softmax(x, axis=axis)

    OPS |= {
        "celu": torch.nn.functional.celu,
        "elu": torch.nn.functional.elu,
        "hard_sigmoid": torch.nn.functional.hardsigmoid,
        "hard_silu": torch.nn.functional.hardswish,
        "leaky_relu": torch.nn.functional.leaky_relu,
        "log_sigmoid": torch.nn.functional.logsigmoid,
        "mish": torch.nn.functional.mish,
        "relu": torch.nn.functional.relu,
        "relu6": torch.nn.functional.relu6,
        "selu": torch.nn.functional.selu,
        "sigmoid": torch.sigmoid,
        "silu": torch.nn.functional.silu,
        "softmax": _torch_softmax,
        "softplus": torch.nn.functional.softplus,
        "softsign": torch.nn.functional.softsign,
        "tanh": torch.tanh,
        "tanh_shrink": torch.nn.functional.tanhshrink,
    }

    class _Hook(torch.autograd.Function):
        generate_vmap_rule = True

        @staticmethod
        def forward(value, derivative, *tensors):
            return value(*tensors)

        @staticmethod
        def setup_context(context, inputs, output):
            _, context.derivative, *tensors = inputs
            context.save_for_backward(*tensors)

        @staticmethod
        def backward(context, upstream):
            tensors = context.saved_tensors
            return None, None, *_torch_tied(_gradients(context.derivative, tensors, upstream), tensors)

    class _Recomputed(torch.autograd.Function):
        generate_vmap_rule = True

        @staticmethod
        def forward(value, *tensors):
            result = value(*tensors)
            # The result must be another tensor than the input that is saved.
            return result.view_as(result) if any(result is x for x in tensors) else result

        @staticmethod
        def setup_context(context, inputs, output):
            context.value, *tensors = inputs
            context.save_for_backward(*tensors)

        @staticmethod
        def backward(context, upstream):
            # torch.func is used because torch.autograd.grad does not work inside vmap.
            pullback: Any = torch.func.vjp(context.value, *context.saved_tensors)[1]
            return None, *_torch_tied(pullback(upstream), context.saved_tensors)

    class _Anchor(torch.autograd.Function):
        generate_vmap_rule = True

        @staticmethod
        def forward(count, *tensors):
            return tuple(x.view_as(x) for x in tensors[:count])

        @staticmethod
        def setup_context(context, inputs, output):
            count, *tensors = inputs
            context.save_for_backward(*tensors[count:])

        @staticmethod
        def backward(context, *gradients):
            nothing = context.saved_tensors
            return None, *_torch_tied(gradients, nothing), *[None] * len(nothing)

    _INTEGERS = {8: torch.int64, 4: torch.int32, 2: torch.int16}

    class _Select(torch.autograd.Function):
        """``torch.where(condition, a, b)``, made of the bits: on a CPU torch's own takes ten times as long (torch 2.13)."""

        generate_vmap_rule = True

        @staticmethod
        def forward(condition, a, b):
            integers = _INTEGERS[a.dtype.itemsize]
            x, y = a.view(integers), b.view(integers)
            return (((x ^ y) & -condition.to(integers)) ^ y).view(a.dtype)

        @staticmethod
        def setup_context(context, inputs, output):
            condition, a, b = inputs
            context.save_for_backward(condition)
            context.shapes = a.shape, b.shape

        @staticmethod
        def backward(context, upstream):
            (condition,), zero = context.saved_tensors, upstream.new_zeros(())
            _, *needed = context.needs_input_grad
            parts = [(upstream, zero), (zero, upstream)]
            return None, *[
                _torch_select(condition, *part).sum_to_size(shape) if is_needed else None
                for part, shape, is_needed in zip(parts, context.shapes, needed, strict=True)
            ]

    def _torch_select(condition, a, b):
        if a.device.type != "cpu" or _is_read_or_pushed():
            return torch.where(condition, a, b)
        return _Select.apply(condition, a, b) if torch.is_grad_enabled() else _Select.forward(condition, a, b)

    @functools.cache
    def _require_compiler(device):
        """Refuse where torch.compile has nothing to compile with."""
        if device == "cpu" and not any(map(shutil.which, (os.environ.get("CXX", "g++"), "g++", "clang++"))):
            raise ValueError(
                "kernel='fused' needs a C++ compiler where torch computes on a CPU; found none. Install g++, or write kernel='auto'."
            )

    def _is_transformed(x):
        return torch._C._functorch.is_functorch_wrapped_tensor(x)  # pyright: ignore[reportAttributeAccessIssue]

    def _torch_fused(function):
        # torch compiles one code object at most eight times. So each kernel has a code object of its own.
        own = types.FunctionType(
            function.__code__.replace(), function.__globals__, function.__name__, function.__defaults__, function.__closure__
        )
        compiled = torch.compile(own, dynamic=True, fullgraph=True)

        def run(*tensors):
            recorded = torch.is_grad_enabled() and any(x.requires_grad for x in tensors)
            if recorded or _is_read_or_pushed() or any(map(_is_transformed, tensors)):
                return function(*tensors)
            _require_compiler(tensors[0].device.type)
            shape = tensors[0].shape
            # Tensors of one axis, which are no views: torch compiles again for each rank, also for the rank of a view's base.
            is_flat = shape and all(x.shape in (shape, ()) for x in tensors)
            result = compiled(*[(x.reshape(-1) if x.ndim and is_flat else x).data for x in tensors])
            if not is_flat:
                return result
            parts = result if isinstance(result, list) else [result]
            parts = [y.reshape(shape) if torch.is_tensor(y) and y.ndim else y for y in parts]
            return parts if isinstance(result, list) else parts[0]

        return run

    def _nothing(x):
        """A tensor without entries that depends on x, as do all its derivatives: it costs nothing and holds no NaN."""
        return torch.exp(x[None][:0])  # slicing makes a view, flattening sometimes a copy

    def _torch_tied(gradients, tensors):
        """The gradients as they are, each with the derivative 0 by each of the tensors, if they may be differentiated again."""
        if not torch.is_grad_enabled():
            return gradients
        zero: Any = sum(_nothing(x).sum() for x in tensors)
        return [gradient + zero.to(gradient.dtype) for gradient in gradients]

    def _torch_anchored(tensors):
        """The tensors as they are, with gradients that are tied to them. Of the tensors it keeps nothing."""
        return _Anchor.apply(len(tensors), *tensors, *map(_nothing, tensors)) if _wanted(tensors) else tensors

    def _wanted(tensors):
        """Whether a hook is to be entered."""
        # A hook with a forward-mode rule gives 0 at second order, silently, and Dynamo rejects it. Plain operations are used there.
        return torch.is_grad_enabled() and any(x.requires_grad for x in tensors) and not _is_read_or_pushed()

    def _torch(value, derivative, tensors):
        return _Hook.apply(value, derivative, *tensors) if _wanted(tensors) else value(*tensors)

    def _torch_recomputed(value, tensors):
        return _Recomputed.apply(value, *tensors) if _wanted(tensors) else value(*tensors)
