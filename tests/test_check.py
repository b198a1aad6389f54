"""`check` reports the properties of a host that the layer in it cannot see."""

import keras
import numpy as np
import pytest

import keras_activations as ka

layers = keras.layers


def model(*stack):
    return keras.Sequential([keras.Input((6, 4)), *stack])


def test_sound_models_pass():
    ka.check(model(layers.Dense(4, activation=ka.Mish()), ka.Swish(learned=True), ka.GLU(), layers.LSTM(4, activation=ka.Tanh())))
    stateless = ka.Mish()
    ka.check(model(layers.Dense(4, activation=stateless), layers.Dense(4, activation=stateless)))
    ka.check(model(layers.TimeDistributed(ka.GLU()), layers.Bidirectional(layers.LSTM(4, activation=ka.Swish(learned=True)))))
    ka.check(layers.Dense(4, activation=ka.Swish(learned=True)))


@pytest.mark.parametrize("arguments", [{}, {"channels": 4}, {"per": "channel"}])
def test_a_shared_learned_instance(arguments):
    act = ka.Swish(learned=True, name="act", **arguments)
    first, second = layers.Dense(4, activation=act, name="first"), layers.LSTM(4, activation=act, name="second")
    with pytest.raises(ValueError, match=r"act has weights and is shared by first, lstm_cell.*Give each layer an activation of its own"):
        ka.check(model(first, second))


def test_a_shared_instance_in_nested_models():
    act = ka.Swish(learned=True, name="act")
    inner = keras.Sequential([keras.Input((6, 4)), layers.Dense(4, activation=act, name="inner")])
    with pytest.raises(ValueError, match="shared by inner, outer"):
        ka.check(model(inner, layers.Dense(4, activation=act, name="outer")))


def test_a_model_may_hold_what_a_part_of_it_holds():
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.act = ka.Swish(learned=True)
            self.part = keras.Sequential([layers.Dense(4), self.act])

        def call(self, x):
            return self.act(self.part(x))

    ka.check(Net())


@pytest.mark.parametrize("host", [lambda a: layers.Dense(4, activation=a, name="host"), lambda a: layers.Activation(a, name="host")])
@pytest.mark.parametrize("act", [ka.GLU, ka.CReLU])
def test_a_splitter_in_a_host(host, act):
    with pytest.raises(
        ValueError,
        match=r"changes the width of its input, which host does not know.*\[Dense\(units\), (GLU|CReLU)\(axis=-1",
    ):
        ka.check(host(act()))


def test_everything_is_reported_at_once():
    act = ka.Swish(learned=True)
    bad = [layers.Dense(4, activation=act), layers.Dense(4, activation=act), layers.Dense(4, activation=ka.GLU())]
    with pytest.raises(ValueError, match="has weights") as error:
        ka.check(keras.Sequential(bad))
    assert len(str(error.value).splitlines()) == 2


def compiled(activation, loss, units=3):
    net = model(layers.Flatten(), layers.Dense(units, activation, name="out"))
    net.compile("sgd", loss)
    return net


BINARY, MANY = keras.losses.BinaryCrossentropy, keras.losses.SparseCategoricalCrossentropy


@pytest.mark.parametrize(
    ("activation", "loss"),
    [
        ("sigmoid", BINARY(from_logits=True)),
        (ka.Sigmoid(), BINARY(from_logits=True)),
        ("softmax", MANY(from_logits=True)),
        (layers.Softmax(), [MANY(from_logits=True)]),
        ("softmax", keras.losses.CategoricalFocalCrossentropy(from_logits=True)),
    ],
)
def test_probabilities_where_the_loss_takes_logits(activation, loss):
    with pytest.raises(ValueError, match=r"has from_logits=True, but out:activation is .* applied twice"):
        ka.check(compiled(activation, loss))


@pytest.mark.parametrize(
    ("loss", "advice"),
    [
        (BINARY(), "'sigmoid'"),
        ("binary_crossentropy", "'sigmoid'"),
        (MANY(), "'softmax'"),
        ("categorical_crossentropy", "'softmax'"),
        (keras.losses.sparse_categorical_crossentropy, "'softmax'"),
    ],
)
def test_logits_where_the_loss_takes_probabilities(loss, advice):
    with pytest.raises(ValueError, match=f"takes probabilities, but out:activation is linear. Write activation={advice}"):
        ka.check(compiled(None, loss))


@pytest.mark.parametrize(
    ("activation", "loss"),
    [
        ("sigmoid", BINARY()),
        ("softmax", "categorical_crossentropy"),
        (None, MANY(from_logits=True)),
        (None, keras.losses.MeanSquaredError()),
        (None, lambda y, p: keras.ops.mean(p)),
        ("hard_sigmoid", BINARY()),
    ],
)
def test_losses_that_fit(activation, loss):
    assert ka.check(compiled(activation, loss)).warnings == ()


def test_losses_of_several_outputs():
    inputs = keras.Input((4,))
    right = layers.Dense(3, "softmax", name="right")(inputs)
    left = layers.Activation("linear", dtype="float32")(layers.Dense(1, "sigmoid", name="left")(inputs))
    listed, named = keras.Model(inputs, [right, left]), keras.Model(inputs, {"one": right, "two": left})
    listed.compile("sgd", [MANY(), BINARY(from_logits=True)])
    named.compile("sgd", {"one": MANY(from_logits=True), "two": BINARY()})
    with pytest.raises(ValueError, match="left:activation is sigmoid") as error:
        ka.check(listed)
    assert "right" not in str(error.value)
    with pytest.raises(ValueError, match="right:activation is softmax") as error:
        ka.check(named)
    assert "left" not in str(error.value)


def test_a_softmax_of_one_number():
    with pytest.raises(ValueError, match="out:activation is a softmax of one number, which is always 1"):
        ka.check(compiled("softmax", BINARY(), units=1))


@pytest.mark.parametrize(
    ("activation", "initializer", "message"),
    [
        ("selu", "glorot_uniform", "is SELU, but the kernel has GlorotUniform.*'lecun_normal'"),
        (ka.SELU(), "he_normal", "is SELU, but the kernel has HeNormal"),
        (ka.Sine(omega=30.0), "glorot_uniform", r"a sine with omega=30.*initializer\('sine\(omega=30\)'\), with inputs=n"),
    ],
)
def test_an_initializer_that_does_not_fit(activation, initializer, message):
    net = model(layers.Dense(4, activation, kernel_initializer=initializer))
    with pytest.warns(UserWarning, match=message):
        found = ka.check(net)
    assert len(found.warnings) == 1
    assert found.to_dict()["warnings"] == [str(found)]


@pytest.mark.parametrize(
    ("activation", "initializer"),
    [("selu", "lecun_normal"), ("relu", "glorot_uniform"), (ka.Sine(), "glorot_uniform"), (ka.Sine(omega=30.0), "random_uniform")],
)
def test_initializers_that_fit(activation, initializer):
    assert str(ka.check(model(layers.Dense(4, activation, kernel_initializer=initializer)))).endswith("nothing found")


X = np.random.default_rng(0).normal(size=(64, 6, 4)).astype("float32")


def dead(units):
    """The initializer of a bias with which the first `units` units of a rectifier are 0."""
    return lambda shape, dtype=None: keras.ops.convert_to_tensor([-100.0 if unit < units else 0.0 for unit in range(shape[0])], dtype)


def test_layers_that_start_with_equal_weights():
    shared = ka.initializer("relu")
    dense = [layers.Dense(4, "relu", kernel_initializer=shared, name=f"dense_{index}") for index in range(2)]
    with pytest.warns(UserWarning, match="dense_0, dense_1 have equal weights.*one for each layer"):
        found = ka.check(model(*dense))
    assert np.array_equal(dense[0].get_weights()[0], dense[1].get_weights()[0])
    assert len(found.warnings) == 1


def test_layers_of_one_name_that_start_with_equal_weights():
    shared = ka.initializer("relu")
    parts = [model(layers.Dense(4, "relu", kernel_initializer=shared, name="inner")) for _ in range(2)]
    with pytest.warns(UserWarning, match="inner, inner have equal weights"):
        ka.check(model(*parts))


@pytest.mark.parametrize("initializer", ["zeros", "he_normal", keras.initializers.Constant(0.5)])
def test_equal_weights_on_purpose(initializer):
    assert not ka.check(model(*(layers.Dense(4, "relu", kernel_initializer=initializer) for _ in range(2)))).warnings
    shared = keras.initializers.HeNormal()
    assert not ka.check(model(layers.Dense(4, kernel_initializer=shared), layers.Dense(5, kernel_initializer=shared))).warnings


@pytest.mark.parametrize("inner", [False, True])
def test_dead_units(inner):
    stack = [layers.Dense(8, "relu", name="first"), layers.Dense(8, name="wide", bias_initializer=dead(7)), layers.ReLU(name="second")]
    net = model(keras.Sequential([keras.Input((6, 4)), *stack])) if inner else model(*stack)
    before = net(X)
    with pytest.warns(UserWarning, match=r"second \(relu\): 88% of the units give the same number for all of x") as caught:
        found = ka.check(net, X)
    assert found.warnings == tuple(str(each.message) for each in caught if each.category is UserWarning)
    assert len(found.warnings) == 1
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(net(X)), keras.ops.convert_to_numpy(before))
    # Half of them are no disease.
    assert ka.check(model(layers.Dense(8, "relu", bias_initializer=dead(4))), X).warnings == ()


def test_dead_channels_come_first():
    conv = layers.Conv1D(8, 1, activation="relu", bias_initializer=dead(7), data_format="channels_first", name="conv")
    net = keras.Sequential([keras.Input((6, 4)), conv])
    if keras.backend.backend() == "tensorflow":
        pytest.skip("TensorFlow has no such convolution on a CPU.")
    with pytest.warns(UserWarning, match="conv:activation.*88%"):
        ka.check(net, X)


def test_saturated_units():
    net = model(layers.Dense(8, "tanh", name="out", kernel_initializer="zeros", bias_initializer=dead(8)), layers.Dense(2))
    with pytest.warns(UserWarning, match=r"out:activation \(tanh\): 100% of the units are saturated on all of x"):
        ka.check(net, X)


def test_values_that_vanish():
    deep = model(*[layers.Dense(16, "relu", kernel_initializer=keras.initializers.RandomNormal(stddev=0.03)) for _ in range(6)])
    with pytest.warns(UserWarning, match=r"the deviation is .*e-0\d, and .* at the first activation.*'he_normal'"):
        ka.check(deep, X)
    fitting = model(*[layers.Dense(64, "relu", kernel_initializer="he_normal") for _ in range(10)])
    assert ka.check(fitting, X).warnings == ()


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_values_that_are_not_finite(number):
    net = model(layers.Dense(4, "relu", name="first"), layers.Dense(4, "relu", bias_initializer=dead(4)))
    net.get_layer("first").bias.assign([0, 0, number, 0])
    with pytest.warns(UserWarning, match=r"^first:activation \(relu\): some outputs are not finite"):
        found = ka.check(net, X)
    assert len(found.warnings) == 1


def test_a_probe_of_few_samples_says_nothing():
    assert ka.check(model(layers.Dense(8, "relu", bias_initializer=dead(8))), X[:1]).warnings == ()
