"""`replace` and `set_activation` against models that were built with the other activation from the start."""

import json

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_activations as ka

RNG = np.random.default_rng(0)
X = RNG.normal(size=(3, 6, 4)).astype("float32")


def predicted(model, x=X):
    return [ops.convert_to_numpy(y) for y in keras.tree.flatten(model(x, training=False))]


def assert_equal(first, second):
    assert len(first) == len(second)
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


def sequential(a):
    return keras.Sequential([keras.Input((6, 4)), layers.Dense(5, activation=a()), layers.BatchNormalization(), layers.Dense(3, "softmax")])


def own_layer(a):
    return keras.Sequential([keras.Input((6, 4)), layers.Dense(5), a(own=True), layers.Dense(3, "softmax")])


def unbuilt(a):
    model = keras.Sequential([layers.Dense(5, activation=a()), a(own=True), layers.Dense(3)])
    model(X)
    return model


def nested_and_shared(a):
    part = keras.Sequential([keras.Input((6, 4)), layers.Dense(4, activation=a()), a(own=True)], name="part")
    inputs = keras.Input((6, 4))
    outer = keras.Model(inputs, layers.Dense(4)(part(inputs)), name="outer")
    inputs = keras.Input((6, 4))
    return keras.Model(inputs, [outer(part(part(inputs))), part(inputs)])


def one_layer_in_two_models(a):
    shared = a(own=True)
    first, second = keras.Input((6, 4)), keras.Input((6, 4))
    one = keras.Model(first, shared(layers.Dense(4)(first)), name="one")
    two = keras.Model(second, shared(layers.Dense(4)(second)), name="two")
    inputs = keras.Input((6, 4))
    return keras.Model(inputs, two(one(inputs)))


def several_inputs(a):
    inputs = {"one": keras.Input((6, 4), name="one"), "two": keras.Input((6, 4), name="two")}
    x = layers.MultiHeadAttention(2, 3)(inputs["one"], value=inputs["two"], key=inputs["one"])
    x = layers.Concatenate()([a(own=True)(x), layers.Dense(2, activation=a())(inputs["two"])])
    return keras.Model(inputs, {"left": layers.Dense(2, "softmax")(x), "right": x * 2.0})


def wrapped(a):
    inputs = keras.Input((6, 4))
    part = keras.Sequential([keras.Input((4,)), layers.Dense(4), a(own=True)])
    x = layers.TimeDistributed(part)(inputs)
    x = layers.TimeDistributed(a(own=True))(x)
    x = layers.TimeDistributed(layers.Dense(4, activation=a()))(x)
    x = layers.Bidirectional(layers.LSTM(3, activation=a(), return_sequences=True))(x)
    x = layers.RNN([layers.GRUCell(3), layers.SimpleRNNCell(3, activation=a())], return_sequences=True)(x)
    return keras.Model(inputs, layers.Conv1D(2, 2, activation=a())(x))


@keras.saving.register_keras_serializable("tests")
class Block(layers.Layer):
    def __init__(self, activation, **kwargs):
        super().__init__(**kwargs)
        self.activation = keras.activations.get(activation)
        self._self_norm = layers.LayerNormalization()

    def build(self, shape):
        self._self_norm.build(shape)
        self.dense = layers.Dense(shape[-1], activation=self.activation)
        self.dense.build(shape)

    def call(self, x):
        return x + self.dense(self._self_norm(x))

    def get_config(self):
        return super().get_config() | {"activation": keras.saving.serialize_keras_object(self.activation)}


def block(a):
    inputs = keras.Input((6, 4))
    return keras.Model(inputs, Block(a())(Block(a())(inputs)))


@keras.saving.register_keras_serializable("tests")
class Constructed(keras.Model):
    """A functional model with a constructor of its own, as those of KerasHub."""

    def __init__(self, kind="relu", **kwargs):
        inputs = keras.Input((6, 4))
        x = MAKERS[kind](own=True)(layers.Dense(4, activation=MAKERS[kind]())(inputs)) * 2.0
        super().__init__(inputs, layers.Dense(2)(x)[:, 1:], **kwargs)
        self.kind = kind

    def get_config(self):
        return {"kind": self.kind, "name": self.name}


def constructed(a):
    return Constructed(kind_of(a))


class Net(keras.Model):
    """As users write it: no get_config, lists and dicts of layers."""

    def __init__(self, kind="relu"):
        super().__init__()
        a = MAKERS[kind]
        self.blocks = [layers.Dense(4, activation=a()), {"deep": a(own=True)}]
        self.pair = (layers.Dense(4, activation=a()), a(own=True))
        self.attention = layers.MultiHeadAttention(2, 2)
        self.head = layers.Dense(2, "softmax")

    def call(self, x):
        x = self.blocks[1]["deep"](self.blocks[0](x))
        x = self.pair[1](self.pair[0](x))
        return self.head(self.attention(x, x))


MAKERS = {
    "relu": lambda own=False: layers.ReLU() if own else "relu",
    "mish": lambda own=False: ka.Mish(),
    "prelu": lambda own=False: ka.PReLU(alpha=0.1),
}


def kind_of(a):
    return next(kind for kind, maker in MAKERS.items() if maker is a)


def subclassed(a):
    model = Net(kind_of(a))
    model(X)
    return model


MODELS = [
    sequential,
    own_layer,
    unbuilt,
    nested_and_shared,
    one_layer_in_two_models,
    several_inputs,
    wrapped,
    block,
    constructed,
    subclassed,
]
INPUTS = {several_inputs: {"one": X, "two": X[::-1].copy()}}


def randomized(model):
    for variable in model.weights:
        if "float" in variable.dtype:
            values = RNG.uniform(-0.9, 0.9, size=variable.shape)
            variable.assign(abs(values) if "variance" in variable.name else values)
    return model


def other_weights(model):
    """The weights that belong to no activation of this package."""
    inside = {id(weight) for _, act in ka.core.keras_gaps.held_layers(model, ka.Activation) for weight in act.weights}
    return [ops.convert_to_numpy(weight) for weight in model.weights if id(weight) not in inside]


@pytest.mark.parametrize("make", MODELS)
def test_as_if_it_had_been_built_so(make):
    x = INPUTS.get(make, X)
    model = randomized(make(MAKERS["relu"]))
    before, weights, places = predicted(model, x), model.get_weights(), str(ka.find_activations(model))
    result = ka.replace(model, {"relu": ka.PReLU(alpha=0.1)})
    witness = make(MAKERS["prelu"])
    for variable, value in zip([w for w in witness.weights if w.name != "alpha"], other_weights(model), strict=True):
        variable.assign(value)
    after = predicted(result.model, x)
    assert_equal(after, predicted(witness, x))
    assert any((a != b).any() for a, b in zip(after, before, strict=True))
    assert_equal(other_weights(result.model), weights)
    assert len(result.model.weights) == len(witness.weights)
    assert len(result.model.trainable_weights) == len(witness.trainable_weights)
    assert type(result.model) is type(model)
    assert "relu" not in [place.name for place in ka.find_activations(result.model)]
    if keras.backend.backend() == "torch":
        assert len(list(result.model.parameters())) == len(list(witness.parameters()))
    # The original is as it was.
    assert_equal(predicted(model, x), before)
    assert_equal(model.get_weights(), weights)
    assert str(ka.find_activations(model)) == places
    # A new model can be replaced again, and the same function gives the same bits.
    back = ka.replace(result.model, {"prelu": "relu"}).model
    assert_equal(predicted(back, x), before)
    assert_equal(back.get_weights(), weights)


# Keras 3.10 warns of the input of every functional model that it has loaded.
@pytest.mark.filterwarnings("ignore:The structure of `inputs` doesn")
@pytest.mark.parametrize("make", [unbuilt, wrapped, block])
def test_the_new_model_trains_saves_and_loads(make, tmp_path):
    x = INPUTS.get(make, X)
    result = ka.replace(make(MAKERS["relu"]), {"relu": "prelu"}).model
    learned = [weight for weight in result.trainable_weights if weight.name == "alpha"]
    start = [ops.convert_to_numpy(weight) for weight in learned]
    outputs = result(x)
    result.compile(keras.optimizers.SGD(0.1), loss=keras.tree.map_structure(lambda _: keras.losses.MeanSquaredError(), outputs))
    result.fit(x, keras.tree.map_structure(lambda y: np.ones((3, *y.shape[1:])), outputs), verbose=0)
    assert learned
    assert all((ops.convert_to_numpy(weight) != old).any() for weight, old in zip(learned, start, strict=True))
    result.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    for a, b in zip(predicted(loaded, x), predicted(result, x), strict=True):
        np.testing.assert_array_equal(a, b)


def test_keys():
    def changed(key, value="mish", **arguments):
        inputs = keras.Input((6, 4))
        x = layers.Dense(4, "relu", name="a")(inputs)
        x = layers.ReLU(6, name="b")(x)
        x = layers.LeakyReLU(0.3, name="c")(x)
        x = layers.Dense(4, keras.activations.leaky_relu, name="d")(x)
        x = layers.Activation("silu", name="e")(x)
        x = layers.LSTM(4, name="f", return_sequences=True)(x)
        x = layers.Conv1D(4, 1, activation=ka.ReLU(max_value=3.0), name="g")(x)
        x = ops.gelu(x, approximate=True)
        model = keras.Model(inputs, layers.Dense(4, "softmax", name="h")(x))
        return "".join(path[0] for path, _, _ in ka.replace(model, {key: value}, **arguments).changed)

    assert changed("relu") == "a"
    assert changed("relu6") == "b"
    assert changed("relu(max_value=3.0)") == "g"
    assert changed("leaky_relu") == "cd"
    assert changed("LeakyReLU(0.3)") == "c"
    assert changed("swish") == "e"
    assert changed("gelu") == changed("gelu_tanh") == changed("gelu(approximate=True)") == "g"
    assert changed(keras.layers.ReLU) == "b"
    assert changed(ka.ReLU) == "ag"
    assert changed(keras.layers.Dense, roles=("hidden", "output")) == "adh"
    assert changed(keras.activations.relu) == "a"
    assert changed("e") == changed("e:activation") == "e"
    assert changed("tanh") == "f"
    assert changed("sigmoid", roles=("gate",)) == "f"
    assert changed("softmax", "sparsemax", roles=("output",)) == "h"
    assert changed(lambda place: place.path in ("b", "c")) == "bc"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("leaky_relu(0.3)", "LeakyReLU(negative_slope=0.3)"),
        (ka.Swish, "Swish(beta=1.0)"),
        (ka.Swish(beta=2.0), "Swish(beta=2.0)"),
        (ka.serialize(ka.Mish()), "Mish()"),
        (keras.activations.gelu, "gelu"),
        (None, "linear"),
        ("linear", "linear"),
    ],
)
def test_values(value, expected):
    for make in (sequential, own_layer):
        result = ka.replace(make(MAKERS["relu"]), {"relu": value})
        assert [now for _, _, now in result.changed] == [expected]


def test_an_instance_is_a_template_with_its_weights():
    template = ka.Swish(learned=True)
    template.beta = 0.7
    model = keras.Sequential([keras.Input((4,)), layers.Dense(4, "relu", name="a"), layers.Dense(4, "relu", name="b")])
    first, second = (layer.activation for layer in ka.replace(model, {"relu": template}).model.layers)
    assert first is not second
    assert first is not template
    assert float(ops.convert_to_numpy(first.beta)) == float(ops.convert_to_numpy(second.beta)) == pytest.approx(0.7)


def test_pruning_to_the_identity():
    model = randomized(
        keras.Sequential([keras.Input((6, 4)), layers.Dense(5), layers.Activation("linear"), layers.ReLU(), layers.Dense(5)])
    )
    assert_equal(predicted(ka.replace(model, {"linear": None}).model), predicted(model))
    pruned = ka.replace(model, {"relu": None}).model
    assert_equal(predicted(pruned), [ops.convert_to_numpy(model.layers[-1](model.layers[0](X)))])


def test_gates_outputs_and_attention_are_kept_and_reported():
    inputs = keras.Input((6, 4))
    x = layers.LSTM(4, name="a", return_sequences=True)(layers.Dense(4, "sigmoid", name="c")(inputs))
    model = keras.Model(inputs, layers.Dense(1, "sigmoid", name="b")(x))
    result = ka.replace(model, {"sigmoid": "hard_sigmoid"})
    assert [row[0] for row in result.changed] == ["c:activation"]
    assert [(path, reason) for path, _, reason in result.kept] == [
        ("a/lstm_cell:recurrent_activation", "its role is gate"),
        ("b:activation", "its role is output"),
    ]
    assert "kept" in str(result)
    assert json.loads(json.dumps(result.to_dict()))["kept"][1]["reason"] == "its role is output"


def test_flags_dtypes_and_names_are_kept():
    inputs = keras.Input((6, 4), name="given")
    x = layers.Dense(4, "relu", dtype="mixed_float16", kernel_regularizer="l2", kernel_constraint="non_neg", name="a")(inputs)
    x = layers.ReLU(dtype="float32", activity_regularizer="l2", name="d")(x)
    x = layers.Dropout(0.5, name="b")(x)
    x = layers.BatchNormalization(name="c", trainable=False)(x)
    block = Block("relu", name="f")
    x = block(x)
    block.dense.trainable = False
    model = keras.Model(inputs, layers.Dense(2, name="e")(x), name="whole")
    model.get_layer("e").trainable = False
    result = ka.replace(model, {"relu": "relu"}).model
    assert [layer.name for layer in result.layers] == [layer.name for layer in model.layers]
    assert [layer.trainable for layer in result.layers] == [layer.trainable for layer in model.layers]
    assert [layer.dtype_policy.name for layer in result.layers] == [layer.dtype_policy.name for layer in model.layers]
    assert result.name == "whole"
    assert result.get_layer("f").trainable
    assert not result.get_layer("f").dense.trainable
    assert result.get_layer("d").activity_regularizer is not None
    assert len(result.losses) == len(model.losses)
    assert len(result.non_trainable_weights) == len(model.non_trainable_weights)
    assert_equal(predicted(result), predicted(model))
    assert ops.convert_to_numpy(result.get_layer("d")(ops.ones((1, 4), "float16"))).dtype == "float32"


def test_compile_state_and_the_optimizer():
    def twice(model):
        model.fit(X, np.ones((3, 6, 3)), epochs=2, verbose=0, shuffle=False)

    def loss(y, p):
        return keras.losses.mean_squared_error(y, p)

    model = sequential(MAKERS["relu"])
    metric = keras.metrics.MeanSquaredError("mse")
    model.compile(keras.optimizers.Adam(0.01), loss=lambda y, p: loss(y, p), metrics=["mae", metric])
    twice(model)
    result = ka.replace(model, {"relu": "relu"})
    assert result.notes == (f"The optimizer of {model.name} keeps its state for 6 of 6 weights.",)
    assert result.model.optimizer is not model.optimizer
    # A step of the new model leaves the original alone.
    before, counted = model.get_weights(), float(ops.convert_to_numpy(metric.result()))
    twice(result.model)
    assert_equal(model.get_weights(), before)
    assert float(ops.convert_to_numpy(metric.result())) == counted
    twice(model)
    for a, b in zip(result.model.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-7)
    assert set(result.model.evaluate(X, np.ones((3, 6, 3)), return_dict=True, verbose=0)) == {"loss", "mae", "mse"}
    learned = ka.replace(model, {"relu": "prelu"})
    assert learned.notes[0].endswith("for 6 of 7 weights; it is new for the others.")
    twice(learned.model)


@pytest.mark.parametrize("make", [constructed, subclassed])
def test_a_config_without_the_new_activations_is_reported(make):
    notes = ka.replace(make(MAKERS["relu"]), {"relu": "mish"}).notes
    assert len(notes) == 1
    assert "does not have its new activations. A file of the model loads with the old ones" in notes[0]
    assert ka.replace(block(MAKERS["relu"]), {"relu": "mish"}).notes == ()


def test_a_layer_that_hands_down_its_argument_has_one_activation():
    result = ka.replace(block(MAKERS["relu"]), {"relu": "prelu"}).model
    first, second = result.layers[1:]
    assert first.activation is first.dense.activation
    assert first.activation is not second.activation
    assert ka.check(result).warnings == ()


def relu(x):
    return 2 * ops.relu(x)


def test_the_functions_of_the_user_keep_their_identity():
    model = keras.Sequential([keras.Input((6, 4)), layers.Dense(4, relu), layers.Dense(4, lambda x: x * 3), layers.Dense(4, "silu")])
    result = ka.replace(model, {"silu": "silu"}).model
    assert result.layers[0].activation is relu
    assert_equal(predicted(result), predicted(model))


def test_a_lambda_layer_keeps_its_function():
    factor = 3.0
    model = keras.Sequential([keras.Input((6, 4)), layers.ReLU(), layers.Lambda(lambda x: ops.multiply(x, factor))])
    assert_equal(predicted(ka.replace(model, {"relu": "relu"}).model), predicted(model))


def test_random_numbers_go_on_as_in_the_original():
    model = keras.Sequential([keras.Input((6, 4)), layers.Dropout(0.5, seed=3), layers.ReLU(), layers.Dense(2)])
    model(X, training=True)
    result = ka.replace(model, {"relu": "relu"}).model
    assert_equal([ops.convert_to_numpy(result(X, training=True))], [ops.convert_to_numpy(model(X, training=True))])


class Unknown(keras.Model):
    def __init__(self, part):
        super().__init__()
        self.part = part

    def call(self, x):
        return self.part(x)

    def get_config(self):
        raise NotImplementedError("no config")


@pytest.mark.parametrize(
    ("mapping", "arguments", "error", "message"),
    [
        ({"gelu": "mish"}, {}, ValueError, r"'gelu' fits no activation of the model. It has: relu, softmax"),
        ({"rellu": "mish"}, {}, ValueError, r"There is no activation 'rellu'. Did you mean"),
        ({"relu": "mihs"}, {}, ValueError, r"There is no activation 'mihs'"),
        ({"softmax": "sparsemax"}, {}, ValueError, r"has the role output, which is kept. Write roles="),
        ({"relu": "glu"}, {}, ValueError, r"changes the width of its input, so it cannot stand at dense"),
        ({"relu": ka.PReLU(per="channel", channels=7)}, {}, ValueError, r"cannot stand at dense.*where the shape is \(None, 6, 5\)"),
        ({}, {}, TypeError, r"mapping must be a dict such as"),
        (["relu"], {}, TypeError, r"mapping must be a dict such as"),
        ({3: "relu"}, {}, TypeError, r"A key of mapping is a name, a class or a function; received 3"),
        ({"relu": "mish"}, {"roles": ("hiden",)}, ValueError, r"roles must be a tuple of some of"),
        ({"relu": "mish"}, {"roles": "hidden"}, ValueError, r"roles must be a tuple of some of"),
    ],
)
def test_errors_come_before_anything_is_changed(mapping, arguments, error, message):
    model = sequential(MAKERS["relu"])
    before = str(ka.find_activations(model))
    with pytest.raises(error, match=message):
        ka.replace(model, mapping, **arguments)
    assert str(ka.find_activations(model)) == before


def test_what_cannot_be_made_again_is_an_error():
    with pytest.raises(TypeError, match="replace takes a Keras model; received 3"):
        ka.replace(3, {"relu": "mish"})  # pyright: ignore[reportArgumentType]
    model = Unknown(layers.Dense(4, "relu"))
    with pytest.raises(ValueError, match=r"unknown \(Unknown\) cannot be made again from its config: no config.*write set_activation"):
        ka.replace(model, {"relu": "mish"})


class TestInPlace:
    def test_as_if_it_had_been_built_so(self):
        for make in (sequential, wrapped, subclassed):
            model = randomized(make(MAKERS["relu"]))
            witness = ka.replace(model, {"relu": "mish"}).model
            for place in [place for place in ka.find_activations(model) if place.name == "relu"]:
                if place.attribute:
                    ka.set_activation(model, place.path, "mish")
            if make is sequential:
                assert_equal(predicted(model), predicted(witness))
            assert not any(place.name == "relu" and place.attribute for place in ka.find_activations(model))

    def test_compiled_functions_are_made_again_and_new_weights_train(self, tmp_path):
        model = keras.Sequential([keras.Input((6, 4)), layers.Dense(3, "relu", name="a")])
        model.compile("adam", keras.losses.MeanSquaredError())
        model.fit(X, np.ones((3, 6, 3)), verbose=0)
        old = model.predict(X, verbose=0)
        ka.set_activation(model, "a", ka.Swish(learned=True))
        new = model.predict(X, verbose=0)
        assert (old != new).any()
        np.testing.assert_allclose(new, predicted(model)[0], rtol=1e-5, atol=1e-6)
        assert len(model.trainable_weights) == 3
        beta = float(ops.convert_to_numpy(model.trainable_weights[-1]))
        iterations = int(ops.convert_to_numpy(model.optimizer.iterations))
        model.fit(X, np.ones((3, 6, 3)), verbose=0)
        assert float(ops.convert_to_numpy(model.trainable_weights[-1])) != beta
        assert int(ops.convert_to_numpy(model.optimizer.iterations)) == iterations + 1
        model.save(tmp_path / "model.keras")
        assert_equal(predicted(keras.models.load_model(tmp_path / "model.keras")), predicted(model))
        if keras.backend.backend() == "torch":
            assert len(list(model.parameters())) == 3

    def test_a_function_that_was_compiled_before_is_not_stale(self):
        model = keras.Sequential([keras.Input((6, 4)), layers.Dense(3, "relu", name="a")])
        model.compile()
        model.predict(X, verbose=0)
        ka.set_activation(model, "a", "mish")
        np.testing.assert_allclose(model.predict(X, verbose=0), predicted(model)[0], rtol=1e-5, atol=1e-6)

    def test_from_a_layer_to_another_and_to_a_function(self):
        model = keras.Sequential([keras.Input((4,)), layers.Dense(3, ka.PReLU(), name="a")])
        ka.set_activation(model, "a:activation", ka.Swish(learned=True))
        assert [weight.name for weight in model.weights] == ["kernel", "bias", "beta"]
        ka.set_activation(model, "a", None)
        assert [weight.name for weight in model.weights] == ["kernel", "bias"]
        assert model.layers[0].activation is keras.activations.linear

    def test_a_layer_alone(self):
        dense = layers.Dense(3, "relu", name="a")
        dense.build((None, 4))
        ka.set_activation(dense, "a", "mish")
        assert repr(dense.activation) == "Mish()"
        # The lock is back.
        with pytest.raises(ValueError, match="cannot add new elements of state"):
            dense.extra = layers.ReLU()

    @pytest.mark.parametrize(
        ("where", "activation", "message"),
        [
            ("nowhere", "mish", "'nowhere' fits 0 places. Write one of these paths: a:activation, b"),
            ("b", "mish", r"b is the activation itself, keras.layers.ReLU\(\), and not a layer that holds one. Write replace"),
            ("a", "glu", "changes the width"),
            ("a", "mihs", "no activation 'mihs'"),
        ],
    )
    def test_errors(self, where, activation, message):
        model = keras.Sequential([keras.Input((4,)), layers.Dense(4, "relu", name="a"), layers.ReLU(name="b")])
        with pytest.raises(ValueError, match=message):
            ka.set_activation(model, where, activation)
        assert model.layers[0].activation is keras.activations.relu


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="nothing in it depends on the backend")
def test_mobilenet():
    model = keras.applications.MobileNetV2(alpha=0.35, input_shape=(32, 32, 3), weights=None, classes=3, classifier_activation=None)
    x = RNG.uniform(size=(2, 32, 32, 3)).astype("float32")
    randomized(model)
    result = ka.replace(model, {"relu6": "relu6"})
    assert (len(result.changed), len(result.kept)) == (35, 0)
    assert_equal(predicted(result.model, x), predicted(model, x))
    assert_equal(result.model.get_weights(), model.get_weights())
    assert (predicted(ka.replace(model, {"relu6": "hard_silu"}).model, x)[0] != predicted(model, x)[0]).any()


def test_a_layer_may_be_given_alone():
    layer = layers.Dense(4, "relu", name="dense")
    ka.set_activation(layer, "mish")
    assert isinstance(layer.activation, ka.Mish)
    layer.build((None, 3))
    with pytest.warns(UserWarning, match=r"Write set_activation\(model, 'dense', ...\)"):
        ka.set_activation(layer, "prelu(per='layer')")
    assert len(layer.weights) == 3
    x = ops.ones((2, 3))
    np.testing.assert_allclose(
        ops.convert_to_numpy(layer(x)), ops.convert_to_numpy(layer.activation(ops.matmul(x, layer.kernel))), rtol=1e-6
    )
    with pytest.raises(ValueError, match="Write one of these paths: lstm_cell:activation, lstm_cell:recurrent_activation"):
        ka.set_activation(layers.LSTM(4, name="lstm"), "mish")
