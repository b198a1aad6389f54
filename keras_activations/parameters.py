"""Learned parameters: numbers of an activation that may become weights of the layer."""

import keras
from keras import ops

from . import arguments
from .activation import Activation
from .special import is_double


class Learned(Activation):
    """An activation with parameters that may be learned.

    A subclass ends its constructor with ``self.learn(name=value, ...)``. `fallback`, `derivative` and `native` take the parameters
    after x in that order, as tensors that broadcast to x when they are learned and as numbers when not. ``layer.name`` is the number
    or the weight, and setting it sets the weight. The config holds the initial value.

    Args:
        learned: Whether the parameters are weights. If not, they are plain numbers and the layer has no weights at all; to freeze
            weights for a while, set Keras's `trainable`.
        per: "layer" learns one number for the whole layer, "channel" one for each index along `axis`, "element" one for each entry
            of the input but the batch.
        channels: Integer, how many channels there are. It implies ``per="channel"`` and creates the weights at once. Without it,
            weights per channel or element are created by the first call, which an optimizer or a weights file may not wait for.
        axis: Integer, the axis of the channels: -1 for "channels_last", 1 for "channels_first".
        regularizer: Keras regularizer of the weights, or None.
        constraint: Keras constraint of the weights, or None.
        **kwargs: As in every activation.
    """

    def __init__(
        self,
        *,
        learned: bool = False,
        per: str = "layer",
        channels: int | None = None,
        axis: int = -1,
        regularizer=None,
        constraint=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.learned = arguments.flag("learned", learned)
        self.per = arguments.choice("per", per, ("layer", "channel", "element"))
        self.channels = channels if channels is None else arguments.integer("channels", channels, low=1)
        if channels is not None:
            if per == "element":
                raise ValueError(f"channels={channels} is for per='channel'; received per='element'. Leave one of them out.")
            self.per = "channel"
        self.axis = arguments.integer("axis", axis)
        if axis == 0:
            raise ValueError("axis=0 is the batch, whose size changes; received axis=0. Write the axis of the channels, such as -1.")
        self.regularizer = keras.regularizers.get(regularizer)
        self.constraint = keras.constraints.get(constraint)
        self._initial = {}

    def learn(self, **values: float) -> None:
        """Declare the parameters and their initial values, as the last act of a constructor."""
        if self._initial:
            raise ValueError(
                f"{type(self).__name__} declares {', '.join(values)} after {', '.join(self._initial)}. "
                "Call learn once, with all parameters: a subclass with more of them derives from Learned."
            )
        for name, value in values.items():
            self._initial[name] = arguments.number(name, value)
            setattr(self, name, self._initial[name])
        if not self.learned:
            self.built = True
        elif not self._weights_may_be_missing():
            self.build(self._input_shape((self.channels,)))

    def build(self, input_shape):
        if self.built:
            return
        shape = self._parameter_shape(input_shape)
        if None in shape:
            raise ValueError(
                f"{type(self).__name__}(per={self.per!r}) needs to know how many parameters it has; received an input of shape "
                f"{tuple(input_shape)}. Give that size to keras.Input, or write channels=n or per='layer'."
            )
        for name, value in self._initial.items():
            weight = self.add_weight(
                name=name,
                shape=shape,
                initializer=keras.initializers.Constant(value),
                regularizer=self.regularizer,
                constraint=self.constraint,
                # A policy of 16 bits would round the value, and let its gradient overflow.
                autocast=False,
            )
            setattr(self, name, weight)

    def _weights_may_be_missing(self):
        return self.learned and self.per != "layer" and self.channels is None

    def build_from_weights(self, shapes):
        self.build(self._input_shape(shapes[0]))

    def __setattr__(self, name, value):
        current = self.__dict__.get(name)
        if isinstance(current, keras.Variable) and not isinstance(value, keras.Variable):
            current.assign(ops.broadcast_to(ops.convert_to_tensor(value, dtype=current.dtype), current.shape))
            return
        if name in self.__dict__.get("_initial", ()) and not isinstance(value, keras.Variable):
            value = self._initial[name] = arguments.number(name, value)
        super().__setattr__(name, value)

    def _argument(self, name):
        return self._initial[name] if self.learned and name in self._initial else super()._argument(name)

    def compute_output_shape(self, input_shape):
        if self.learned and self.built:
            self._checked(input_shape)
        return tuple(input_shape)

    def _checked(self, input_shape):
        """Refuse an input that the weights do not fit, which broadcasting might hide."""
        needed, present = self._parameter_shape(input_shape), tuple(getattr(self, next(iter(self._initial))).shape)
        if len(needed) != len(present) or any(n not in (None, p) for n, p in zip(needed, present, strict=True)):
            raise ValueError(
                f"{self!r} has parameters of shape {present}; received an input of shape {tuple(input_shape)}, which needs {needed}."
            )

    def _parameter_shape(self, input_shape):
        if self.per == "layer":
            return ()
        if self.per == "element":
            return tuple(input_shape[1:])
        rank = len(input_shape)
        if not -rank < self.axis < rank:
            raise ValueError(f"axis={self.axis} is no axis of channels in an input of shape {tuple(input_shape)}.")
        return (input_shape[self.axis],)

    def _input_shape(self, parameter_shape):
        """An input shape whose parameters have `parameter_shape`."""
        if self.per == "layer":
            return ()
        if self.per == "element":
            return (None, *parameter_shape)
        before, after = (self.axis, 0) if self.axis > 0 else (1, -self.axis - 1)
        return (None,) * before + tuple(parameter_shape) + (None,) * after

    def _operands(self, x):
        values = [getattr(self, name) for name in self._initial]
        if not self.learned:
            return (), values
        if self.per != "layer":
            self._checked(x.shape)
        # In float32 also beside a 16-bit x: they are rounded once, with the result.
        dtype = "float64" if is_double(x) else "float32"
        return [self._aligned(ops.cast(value, dtype), x) for value in values], ()

    def _aligned(self, parameter, x):
        """`parameter` with axes of size 1 added, so that it broadcasts to x along `axis`."""
        if self.per != "channel" or self.axis == -1:
            return parameter
        shape = [1] * len(x.shape)
        shape[self.axis] = -1
        return ops.reshape(parameter, shape)
