"""Write files of Keras 2, with what its models predict: `make legacy`.

The program runs in environments of their own, because Keras 2 and TensorFlow Addons need releases of TensorFlow from before Keras 3:

* TensorFlow 2.12, whose Keras writes the older form of configs, with TensorFlow Addons;
* TensorFlow 2.15, whose Keras writes the newer form, with TensorFlow Addons;
* the latest `tf_keras`.

tests/data/legacy/<model>-<version> is the model as .h5 and as .keras. The .npz file beside the two holds inputs and predictions.
`tests/test_compat.py` loads them all.
"""

import os
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf

try:
    import tf_keras as keras
except ImportError:
    import keras
try:
    import tensorflow_addons as addons
except ImportError:
    addons = None

DATA = Path(__file__).parents[1] / "tests" / "data" / "legacy"
layers, initializers, K = keras.layers, keras.initializers, keras.backend

FUNCTIONS = ["elu", "exponential", "gelu", "hard_sigmoid", "linear", "relu", "selu", "sigmoid"]
FUNCTIONS += ["softmax", "softplus", "softsign", "swish", "tanh"]


class PerElement(layers.Layer):
    """A layer of keras-contrib with weights for each element. Its own code needs Keras 2.2, and so does that of the layers below.

    `drawn` has the weights with their initializers. keras-contrib also writes further arguments, which nobody set: `unset`.
    """

    drawn: tuple = ()
    unset = ()

    def __init__(self, shared_axes=None, **kwargs):
        for argument in (*(f"{name}_initializer" for name, _ in self.drawn), *self.unset):
            kwargs.pop(argument, None)
        super().__init__(**kwargs)
        self.shared_axes = shared_axes

    def build(self, input_shape):
        shape = [1 if axis in (self.shared_axes or ()) else input_shape[axis] for axis in range(1, len(input_shape))]
        for name, _ in self.drawn:
            setattr(self, name, self.add_weight(name, shape))

    def get_config(self):
        drawn = {f"{name}_initializer": initializers.serialize(initializer) for name, initializer in self.drawn}
        return {**super().get_config(), **drawn, **dict.fromkeys(self.unset), "shared_axes": self.shared_axes}


class PELU(PerElement):
    drawn = ("alpha", initializers.Ones()), ("beta", initializers.Ones())
    unset = "alpha_regularizer", "alpha_constraint", "beta_regularizer", "beta_constraint"

    def call(self, x):
        return K.relu(x) * self.alpha / self.beta + self.alpha * (K.exp(-K.relu(-x) / self.beta) - 1)


class SReLU(PerElement):
    drawn = (
        ("t_left", initializers.Zeros()),
        ("a_left", initializers.RandomUniform(0, 1)),
        ("t_right", initializers.RandomUniform(0, 5)),
        ("a_right", initializers.Ones()),
    )

    def call(self, x):
        right = self.t_left + K.abs(self.t_right)
        between = tf.minimum(tf.maximum(x, self.t_left), right)
        return between + self.a_left * tf.minimum(x - self.t_left, 0.0) + self.a_right * tf.maximum(x - right, 0.0)


class Swish(layers.Layer):
    def __init__(self, beta=1.0, trainable=False, **kwargs):
        super().__init__(**kwargs)
        self.beta, self.trainable = beta, trainable

    def build(self, input_shape):
        factor = tf.Variable(self.beta, dtype="float32", name="scaling_factor", trainable=self.trainable)
        self.factor = factor if self.trainable else K.constant(self.beta)

    def call(self, x):
        return x * K.sigmoid(self.factor * x)

    def get_config(self):
        beta = float(self.get_weights()[0]) if self.trainable and self.built else self.beta
        return {**super().get_config(), "beta": beta, "trainable": self.trainable}


class SineReLU(layers.Layer):
    def __init__(self, epsilon=0.0025, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def call(self, x):
        return K.maximum(self.epsilon * (K.sin(x) - K.cos(x)), x)

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}


def squash(x, axis=-1):
    """As in keras-contrib."""
    squares = K.sum(K.square(x), axis, keepdims=True) + K.epsilon()
    return K.sqrt(squares) / (0.5 + squares) * x


def relu6(x):
    """As in the MobileNet of the first releases of Keras 2."""
    return K.relu(x, max_value=6)


OWN = {thing.__name__: thing for thing in (PELU, SReLU, Swish, SineReLU, squash, relu6)}


def functions():
    """Every function of Keras 2, as a string."""
    inputs = keras.Input((4,))
    outputs = [layers.Activation(name, name=f"activation_{name}")(inputs) for name in FUNCTIONS]
    return keras.Model(inputs, [*outputs, layers.Dense(2, "hard_sigmoid")(inputs)])


def advanced():
    """The layers of Keras 2 that are activations, in a nested model too, and as the activation of another layer."""
    inputs = keras.Input((3, 3, 2))
    chosen = [
        layers.ReLU(max_value=2.0, negative_slope=0.25, threshold=0.5),
        layers.ReLU(6.0),
        layers.LeakyReLU(alpha=0.125),
        layers.LeakyReLU(),
        layers.ELU(alpha=0.5),
        layers.PReLU(shared_axes=[1, 2], alpha_initializer=initializers.Constant(0.25)),
        layers.PReLU(),
        layers.ThresholdedReLU(theta=0.75),
        layers.Softmax(axis=1),
        layers.Conv2D(2, 1, activation=layers.LeakyReLU(alpha=0.375)),
        layers.Conv2D(2, 1, activation=layers.ThresholdedReLU(theta=0.25)),
        keras.Sequential([keras.Input((3, 3, 2)), layers.PReLU(shared_axes=[1, 2]), layers.ThresholdedReLU(theta=0.5)], name="nested"),
    ]
    return keras.Model(inputs, [layer(inputs) for layer in chosen])


def recurrent():
    """Recurrent layers, whose gates had the hard sigmoid in early files, and wrappers."""
    inputs = keras.Input((3, 2))
    gates = {"recurrent_activation": "hard_sigmoid"}
    chosen = [
        layers.LSTM(2, **gates),
        layers.GRU(2, reset_after=False, **gates),
        layers.Bidirectional(layers.GRU(2, **gates)),
        layers.RNN([layers.LSTMCell(2, **gates), layers.GRUCell(2, **gates)]),
        layers.TimeDistributed(layers.Dense(2, "hard_sigmoid")),
        layers.TimeDistributed(layers.ThresholdedReLU(theta=0.5)),
    ]
    encoded, *states = layers.LSTM(2, return_state=True)(inputs)
    decoded = layers.LSTM(2, recurrent_activation="hard_sigmoid")(inputs, initial_state=states)
    return keras.Model(inputs, [encoded, decoded, *(layer(inputs) for layer in chosen)])


def network():
    """A convolutional network like the first MobileNet, with a part that is used twice."""
    block = keras.Sequential(
        [
            keras.Input((4, 4, 2)),
            layers.DepthwiseConv2D(3, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.Activation(relu6),
        ],
        name="block",
    )
    features = keras.Input((4, 4, 2))
    head = keras.Model(features, layers.Dense(3, "hard_sigmoid")(layers.GlobalAveragePooling2D()(features)), name="head")
    inputs = keras.Input((4, 4, 2))
    first, second = block(inputs), block(layers.Conv2D(2, 1)(inputs))
    return keras.Model(inputs, [layers.Add()([first, second]), head(first), layers.Concatenate()([head(inputs), head(second)])])


def others():
    """Layers of Keras 2 that are no activations, and whose configs Keras 3 does not take as they are."""
    inputs = keras.Input((6, 4))
    image = layers.Reshape((3, 2, 4))(inputs)
    series = [
        layers.SeparableConv1D(2, 2, name="part/separable"),
        layers.DepthwiseConv1D(2, padding="same"),
        layers.Conv1DTranspose(2, 2),
        layers.LayerNormalization(axis=[1, 2]),
        layers.SpatialDropout1D(0.5),
        layers.Dropout(0.5, noise_shape=[None, 1, 4]),
        keras.Sequential([layers.Dense(2, "hard_sigmoid"), layers.BatchNormalization()], name="deferred"),
    ]
    images = [layers.SeparableConv2D(2, 2), layers.Conv2DTranspose(2, 2), layers.ZeroPadding2D(1), layers.LayerNormalization()]
    outputs = [layer(inputs) for layer in series] + [layer(image) for layer in images]
    outputs.append(layers.GlobalAveragePooling1D()(outputs[0]))
    outputs.append(layers.MultiHeadAttention(2, 3)(inputs, inputs))
    outputs.append(layers.Dot(axes=2)([inputs, outputs[4]]))
    outputs.append(layers.ConvLSTM2D(2, 1, recurrent_activation="hard_sigmoid")(layers.Reshape((2, 3, 1, 4))(inputs)))
    words = layers.Embedding(9, 3, mask_zero=True, input_length=4)(layers.ReLU(8.0)(layers.GlobalMaxPooling1D()(inputs)))
    outputs.append(layers.LSTM(2, recurrent_activation="hard_sigmoid")(words))
    return keras.Model(inputs, outputs)


def contrib():
    """What keras-contrib has."""
    inputs = keras.Input((3, 2))
    chosen = [
        PELU(),
        PELU(shared_axes=[1]),
        SReLU(),
        SReLU(shared_axes=[1]),
        Swish(beta=1.5),
        Swish(beta=0.5, trainable=True),
        SineReLU(),
        SineReLU(0.25),
    ]
    chosen += [layers.Activation(squash), keras.Sequential([keras.Input((3, 2)), SReLU(), PELU()], name="nested")]
    return keras.Model(inputs, [layer(inputs) for layer in chosen])


def addons_functions():
    """The functions of TensorFlow Addons, as the activation of a layer."""
    inputs = keras.Input((4,))
    names = ["gelu", "hardshrink", "lisht", "mish", "rrelu", "snake", "softshrink", "sparsemax", "tanhshrink"]
    outputs = [layers.Activation(getattr(addons.activations, name), name=f"activation_{name}")(inputs) for name in names]
    return keras.Model(inputs, [*outputs, layers.Dense(2, addons.activations.mish)(inputs), layers.Dense(2, "Addons>lisht")(inputs)])


def addons_layers():
    """The layers of TensorFlow Addons that are activations."""
    inputs = keras.Input((4,))
    own = addons.layers
    chosen = [own.GELU(), own.GELU(approximate=False), own.Snake(), own.Sparsemax(), own.TLU(), own.TLU(affine=True)]
    chosen += [layers.Dense(2, own.GELU()), keras.Sequential([keras.Input((4,)), own.Snake(), layers.Dense(2), own.TLU()], name="nested")]
    return keras.Model(inputs, [layer(inputs) for layer in chosen])


def main():
    generator = np.random.default_rng(0)
    with TemporaryDirectory() as folder, zipfile.ZipFile(DATA / f"{keras.__version__}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for make in [functions, advanced, recurrent, network, others, contrib] + [addons_functions, addons_layers] * (addons is not None):
            K.clear_session()
            model = make()
            # Numbers from 0.3 on are valid for every kind of parameter. Kernels have both signs.
            model.set_weights([_drawn(weight.shape, generator) for weight in model.get_weights()])
            x = generator.normal(scale=2.0, size=(5, *model.input_shape[1:])).astype("float32")
            path = Path(folder) / make.__name__
            model.save(path.with_suffix(".h5"))
            model.save(path.with_suffix(".keras"))  # the Keras of TensorFlow 2.12 writes HDF5 here, too
            # That of TensorFlow 2.15 writes the function `gelu` of TensorFlow Addons as its own. A file means what Keras 2 loads from it.
            loaded = keras.models.load_model(path.with_suffix(".keras"), custom_objects=OWN)
            outputs = [y.numpy() for y in tf.nest.flatten(loaded(x, training=False))]
            np.savez(path.with_suffix(".npz"), x=x, **{f"{index:02}": y for index, y in enumerate(outputs)})
            for file in sorted(Path(folder).glob(f"{make.__name__}.*")):
                archive.write(file, file.name)


def _drawn(shape, generator):
    values = generator.uniform(0.3, 1.2, shape)
    return values * generator.choice([-1, 1], shape) if len(shape) == 2 else values


if __name__ == "__main__":
    DATA.mkdir(exist_ok=True)
    main()
