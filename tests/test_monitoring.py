"""The monitor finds known diseases, measures what NumPy computes, and leaves the training as it is."""

import itertools
import json
import sys
import warnings

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_activations as ka
from keras_activations.core import keras_gaps

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(64, 4)).astype("float32")
Y = RANDOM.normal(size=(64, 1)).astype("float32")


def sequential(*parts, optimizer="sgd", **arguments):
    model = keras.Sequential([keras.Input((4,)), *parts])
    model.compile(optimizer, "mse", **arguments)
    return model


def observed(model, x=X, y=Y, **arguments):
    """The rows of one observation, by path, and the warnings."""
    monitor = ka.ActivationMonitor(x, y, **arguments)
    monitor.set_model(model)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        monitor.on_train_begin()
    return {row["path"]: row for row in monitor.history}, [str(each.message) for each in caught if each.category is UserWarning], monitor


def weights(model):
    return [np.array(ops.convert_to_numpy(variable)) for variable in model.variables]


def same(before, after):
    return all(np.array_equal(one, other, equal_nan=True) for one, other in zip(before, after, strict=True))


# ------------------------------------------------------------------------------------------------------------------ diseases


def test_dead_units_are_counted_and_named():
    model = sequential(layers.Dense(8, "relu", name="first"), layers.Dense(8, "leaky_relu", name="second"), layers.Dense(1))
    for layer in model.layers[:2]:
        layer.bias.assign([-100.0] * 3 + [0.0] * 5)
    rows, told, _ = observed(model, most_dead=0.25)
    assert rows["first:activation"]["dead"] == 3 / 8
    assert rows["second:activation"]["dead"] == 0
    assert rows["second:activation"]["saturated"] == 0
    (message,) = told
    assert "3 of 8 units of first:activation are dead" in message
    assert "leaky_relu" in message
    assert observed(model)[1] == []  # 3 of 8 are not most


def test_a_warning_comes_once_for_each_layer():
    model = sequential(layers.Dense(8, "relu", bias_initializer=keras.initializers.Constant(-100.0)), layers.Dense(1))
    monitor = ka.ActivationMonitor(X, Y)
    with pytest.warns(UserWarning, match="8 of 8 units of .* are dead") as caught:
        model.fit(X, Y, epochs=3, verbose=0, callbacks=[monitor])
    assert sum(each.category is UserWarning for each in caught) == 1
    assert [row["dead"] for row in monitor.history] == [1.0] * 4


def test_gradients_vanish_in_the_first_layers_of_sigmoids():
    depth = 20
    model = sequential(*[layers.Dense(16, "sigmoid", name=f"layer_{index}") for index in range(depth)], layers.Dense(1))
    rows, told, _ = observed(model)
    gradients = [row["gradient"] for row in rows.values()]
    assert all(one < other for one, other in itertools.pairwise(gradients))
    assert rows["layer_0:activation"]["attenuation"] == pytest.approx(gradients[0] / gradients[-1])
    (message,) = told
    assert "the gradient at layer_0:activation is" in message
    assert "of that at the last activation" in message
    assert "layer_19" not in message


def test_gradients_explode():
    large = keras.initializers.RandomNormal(stddev=30.0)
    model = sequential(*[layers.Dense(16, "relu", kernel_initializer=large, name=f"layer_{index}") for index in range(4)], layers.Dense(1))
    _, told, _ = observed(model, exploding=1e5)
    assert any("gradient at layer_0:activation is" in message and "times that at the last" in message for message in told)


def test_what_is_not_finite_is_named_from_where_it_begins():
    model = sequential(layers.Dense(4, "tanh", name="sound"), layers.Dense(4, "relu", name="ill"), layers.Dense(2, "tanh", name="after"))
    model.get_layer("ill").bias.assign([np.nan, 0, 0, 0])
    rows, told, _ = observed(model, np.abs(X), np.zeros((64, 2), "float32"))
    assert rows["sound:activation"]["not_finite"] == 0
    assert rows["ill:activation"]["not_finite"] == 0.25
    assert rows["after:activation"]["not_finite"] == 1
    assert rows["after:activation"]["counts"] == []
    assert "25% of the outputs of ill:activation are not finite; 100% of the outputs of after:activation" in told[0]


def test_saturated_units_and_a_collapsed_signal():
    model = sequential(layers.Dense(6, "sigmoid", name="flat"), layers.Dense(4, "tanh", name="same"), layers.Dense(1))
    model.get_layer("flat").bias.assign([12.0, -12.0, 12.0, -12.0, 12.0, 0.0])
    model.get_layer("same").kernel.assign(np.zeros((6, 4)))
    rows, told, _ = observed(model)
    assert rows["flat:activation"]["saturated"] == 5 / 6
    assert rows["flat:activation"]["dead"] == 0
    assert rows["same:activation"]["deviation"] == 0
    assert "5 of 6 units of flat:activation are saturated" in told[0]
    assert "the outputs of same:activation have a deviation of 0" in told[-1]


def test_the_function_of_the_predictions_may_saturate():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3, "softmax", name="last")])
    model.layers[0].bias.assign([20.0, 0.0, 0.0])
    rows, told, _ = observed(model, y=None)
    assert rows["last:activation"]["saturated"] == 1
    assert told == []


def test_the_slope_of_a_softmax_is_not_that_of_its_sum():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3), ka.Softmax(name="rows"), layers.Softmax(axis=1, name="of_keras")])
    rows, _, _ = observed(model, y=None)
    assert all(row["dead"] == row["saturated"] == 0 for row in rows.values())


# -------------------------------------------------------------------------------------------------------------------- numbers


@pytest.mark.parametrize("eagerly", [False, True])
def test_numbers_are_those_of_numpy(eagerly):
    parts = [layers.Dense(5, "tanh", name="hidden"), layers.Dense(3), ka.Sigmoid(name="alone"), layers.Dense(1, name="last")]
    model = sequential(*parts, run_eagerly=eagerly)
    rows, _, _ = observed(model)
    w1, b1, w2, b2, w3, b3 = [weight.astype("float64") for weight in model.get_weights()]
    hidden = np.tanh(X @ w1 + b1)
    alone = 1 / (1 + np.exp(-(hidden @ w2 + b2)))
    upstream = 2 * (alone @ w3 + b3 - Y) / len(X) @ w3.T
    second = upstream * alone * (1 - alone)
    first = second @ w2.T * (1 - hidden**2)
    for path, values, gradient in (("hidden:activation", hidden, first), ("alone", alone, second)):
        row = rows[path]
        assert row["gradient"] == pytest.approx(np.linalg.norm(gradient), rel=1e-4)
        assert row["attenuation"] == pytest.approx(np.linalg.norm(gradient) / np.linalg.norm(second), rel=1e-4)
        assert row["mean"] == pytest.approx(values.mean(), rel=1e-4)
        assert row["deviation"] == pytest.approx(values.std(), rel=1e-4)
        assert sum(row["counts"]) == values.size
        np.testing.assert_allclose([row["edges"][0], row["edges"][-1]], [values.min(), values.max()], rtol=1e-5)
        inner = np.searchsorted(np.sort(values.ravel()), row["edges"][15])
        assert abs(sum(row["counts"][:15]) - inner) <= 1


@pytest.mark.parametrize("y", [None, Y])
def test_the_gradient_is_of_the_loss_or_of_the_mean_square(y):
    model = sequential(layers.Dense(1, "tanh", name="last"))
    kernel, bias = model.get_weights()
    out = np.tanh(X @ kernel + bias)
    expected = np.linalg.norm(2 * (out - (0 if y is None else y)) * (1 - out**2) / len(X))
    assert observed(model, y=y)[0]["last:activation"]["gradient"] == pytest.approx(expected, rel=1e-4)


def test_a_tiny_gradient_has_a_norm():
    model = sequential(layers.Dense(1, "relu", name="last", kernel_initializer="ones"))
    out = np.maximum(X.sum(axis=1, keepdims=True), 0)
    scale = 1e-30  # the squares of such numbers are 0 in float32
    model.compile("sgd", lambda true, found: ops.mean(found) * scale)
    assert observed(model)[0]["last:activation"]["gradient"] == pytest.approx(scale * np.sqrt((out > 0).sum()) / 64, rel=1e-4, abs=0)


def test_units_are_channels_wherever_they_stand():
    class Host(layers.Layer):
        data_format = "channels_first"
        activation = None

        def __init__(self):
            super().__init__(name="host")
            self.activation = keras.activations.relu

        def call(self, x):
            return self.activation(x)

    x = np.abs(RANDOM.normal(size=(8, 3, 5)).astype("float32")) + 0.1
    x[:, 1] *= -1
    row = observed(keras.Sequential([keras.Input((3, 5)), Host()]), x, None)[0]["host:activation"]
    assert (row["units"], row["dead"]) == (3, 1 / 3)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_in_mixed_precision(policy):
    keras.config.set_dtype_policy(policy)
    model = sequential(layers.Dense(8, "relu", name="hosted"), layers.Dense(8), layers.PReLU(name="of_keras"), layers.Dense(1, ka.PReLU()))
    model.layers[0].bias.assign([-100.0] * 3 + [0.0] * 5)
    rows, _, _ = observed(model)
    assert rows["hosted:activation"]["dead"] == 3 / 8
    assert all(0 < row["gradient"] < 10 and row["not_finite"] == 0 for row in rows.values())


def test_learned_weights_drift_by_what_they_moved():
    learned = ka.Swish(learned=True, name="learned")
    model = sequential(layers.Dense(8), learned, layers.Dense(8, ka.get("prelu"), name="hosted"), layers.Dense(1))
    monitor = ka.ActivationMonitor(X, Y)
    learned_before = learned.get_weights()[0]
    hosted_before = model.get_layer("hosted").activation.get_weights()[0]
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[monitor])
    rows = {row["path"]: row for row in monitor.history[-2:]}
    assert monitor.history[0]["drift"] == 0
    assert rows["learned"]["drift"] == abs(float(learned.get_weights()[0]) - float(learned_before)) > 0
    moved = np.abs(model.get_layer("hosted").activation.get_weights()[0].astype("float64") - hosted_before).max()
    assert rows["hosted:activation"]["drift"] == moved > 0


# --------------------------------------------------------------------------------------------------------------------- models


def test_nested_shared_and_functional_operations():
    inner = keras.Sequential([keras.Input((8,)), layers.Dense(8, "gelu", name="deep")], name="inner")
    shared = layers.Dense(8, "relu", name="shared", kernel_initializer="zeros")
    a, b = keras.Input((8,), name="a"), keras.Input((8,), name="b")
    joined = layers.Concatenate()([shared(a), shared(inner(b))])
    model = keras.Model({"a": a, "b": b}, ops.silu(layers.Dense(2, name="last")(joined)))
    # The first 2 units are dead in both calls. The next ones are alive in the second call alone.
    kernel = np.zeros((8, 8), "float32")
    kernel[0, 2:] = 1
    shared.kernel.assign(kernel)
    inner.get_layer("deep").bias.assign([5.0] * 8)
    x = {"a": -np.ones((16, 8), "float32"), "b": np.zeros((16, 8), "float32")}
    rows, _, monitor = observed(model, x, None)
    assert list(rows)[:2] == ["inner/deep:activation", "shared:activation"]
    assert [row["name"] for row in rows.values()] == ["gelu", "relu", "silu"]
    assert rows["shared:activation"]["dead"] == 2 / 8
    assert rows["shared:activation"]["mean"] == pytest.approx(0.5 * 6 / 8 * 5.0, rel=1e-4)
    assert sum(rows["shared:activation"]["counts"]) == 2 * 16 * 8
    assert monitor.unwatched == {}


def test_a_subclassed_model_with_several_outputs():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.blocks = [layers.Dense(8, "relu", name="block"), layers.Dense(8, ka.Mish(), name="block")]
            self.glu, self.unused = ka.GLU(), layers.Dense(3, "tanh", name="unused")
            self.unused.build((None, 4))
            self.unused.trainable = False

        def call(self, inputs, training=False):
            x = inputs[0] + inputs[1]
            for block in self.blocks:
                x = block(x)
            return {"one": self.glu(x), "two": ops.sum(x, axis=-1)}

    model = Own()
    x, y = [X, X], {"one": np.zeros((64, 4), "float32"), "two": np.zeros(64, "float32")}
    model.compile("sgd", {"one": "mse", "two": "mae"}, metrics={"one": ["mae"]})
    model.fit(x, y, verbose=0)
    before = weights(model), [np.array(ops.convert_to_numpy(variable)) for variable in model.metrics_variables]
    rows, _, monitor = observed(model, x, y)
    assert list(rows)[:2] == ["block:activation", "block:activation (2)"]
    assert len(rows) == 3  # with glu
    assert monitor.unwatched == {"unused:activation": "it did not run when the model was called"}
    assert same(before[0], weights(model))
    assert same(before[1], [np.array(ops.convert_to_numpy(variable)) for variable in model.metrics_variables])


def test_what_runs_in_loops_is_named_and_not_watched():
    class Steps(layers.Layer):
        def __init__(self):
            super().__init__(name="steps")
            self.inner = layers.Dense(4, "relu", name="inner")

        def build(self, shape):
            self.inner.build(shape[1:])

        def call(self, x):
            return self.inner(x[0]) + ops.vectorized_map(self.inner, x)

    parts = [layers.Bidirectional(layers.LSTM(3, return_sequences=True)), Steps(), layers.GRU(3, activation=ka.Mish())]
    model = keras.Sequential([keras.Input((5, 4)), *parts, layers.Dense(2, "relu", name="last")])
    rows, _, monitor = observed(model, RANDOM.normal(size=(8, 5, 4)), None)
    assert list(rows) == ["last:activation"]
    assert {path.rpartition(":")[2] for path in monitor.unwatched} == {"activation", "recurrent_activation"}
    assert len(monitor.unwatched) == 2 * 2 + 1 + 2
    assert any("loop of" in reason for reason in monitor.unwatched.values())
    assert any("records for itself" in reason for reason in monitor.unwatched.values())
    assert "is not watched" in str(monitor)


# ------------------------------------------------------------------------------------------------------------ side effects


class Restless(layers.Layer):
    """A layer that draws random numbers and counts its calls, also in inference."""

    def __init__(self):
        super().__init__()
        self.seed_generator = keras.random.SeedGenerator(1)
        self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False)

    def call(self, x):
        self.calls.assign(self.calls + 1)
        return x + 0.01 * keras.random.normal(ops.shape(x), seed=self.seed_generator)


def trained(*callbacks):
    keras.utils.set_random_seed(3)
    parts = [layers.Dense(8, "relu"), layers.BatchNormalization(), layers.Dropout(0.3), Restless(), ka.PReLU()]
    model = sequential(*parts, layers.Dense(1, ka.Swish(learned=True)), optimizer="adam", metrics=["mae"])
    history = model.fit(X, Y, epochs=2, batch_size=16, verbose=0, validation_split=0.25, callbacks=list(callbacks))
    return model, history.history


def test_training_is_the_same_with_and_without():
    monitor = ka.ActivationMonitor(X, Y, every=1, logs=[])
    (model, history), (other, expected) = trained(monitor), trained()
    assert sorted({row["step"] for row in monitor.history}) == list(range(7))
    assert same(weights(other), weights(model))
    assert same(*([np.array(ops.convert_to_numpy(each)) for each in trained.optimizer.variables] for trained in (other, model)))
    assert history == expected


def test_it_sees_the_weights_of_its_step():
    monitor = ka.ActivationMonitor(X, Y, every=1)
    model = sequential(layers.Dense(6, "tanh"), layers.Dense(1), optimizer=keras.optimizers.SGD(0.1))
    start = model.get_weights()
    model.fit(X, Y, batch_size=16, shuffle=False, verbose=0, callbacks=[monitor])
    model.set_weights(start)
    model.compile(keras.optimizers.SGD(0.1), "mse")
    expected = []
    for step in range(5):
        kernel, bias = model.get_weights()[:2]
        expected.append(np.tanh(X @ kernel + bias).mean())
        if step < 4:
            model.train_on_batch(X[16 * step : 16 * step + 16], Y[16 * step : 16 * step + 16])
    assert len(set(expected)) == 5
    np.testing.assert_allclose([row["mean"] for row in monitor.history], expected, atol=1e-6)


def test_a_model_is_as_before_also_after_an_error():
    model = sequential(layers.Dense(8, ka.Mish(), name="host"), layers.ReLU(), layers.Dense(1))
    before = [dict(vars(layer)) for layer in model.layers]
    observed(model)
    with pytest.raises(ValueError, match=r"does not run on the probe batch, with \(x, y\) of shapes \(\(64, 7\), \(64, 1\)\)"):
        observed(model, np.ones((64, 7)))
    for attributes, layer in zip(before, model.layers, strict=True):
        assert attributes.keys() == vars(layer).keys()
        assert all(vars(layer)[name] is attributes[name] for name in ("activation", "call") if name in attributes)
    assert isinstance(model.layers[0].activation, ka.Mish)


def test_shadows_end_with_an_error():
    def fail(layer):
        with keras_gaps.shadowed([(layer, "activation", None), (layer, "call", None)]):
            raise RuntimeError("activation" if layer.activation is None else "not shadowed")

    layer = layers.Dense(2, ka.Mish())
    activation = layer.activation
    with pytest.raises(RuntimeError, match=r"^activation$"):
        fail(layer)
    assert layer.activation is activation
    assert "call" not in vars(layer)


# -------------------------------------------------------------------------------------------------------------------- outputs


def test_steps_are_counted_over_epochs_and_fits():
    class Data(keras.utils.PyDataset):
        def __len__(self):
            return 4

        def __getitem__(self, index):
            return X[16 * index : 16 * index + 16], Y[16 * index : 16 * index + 16]

    model = sequential(layers.Dense(8, "relu", name="first"), layers.Dense(1))
    monitor = ka.ActivationMonitor(*Data()[0], every=3, logs=["dead", "gradient", "drift"])
    history = model.fit(Data(), epochs=2, verbose=0, callbacks=[monitor]).history
    assert [row["step"] for row in monitor.history] == [0, 3, 6]
    assert [row["epoch"] for row in monitor.history] == [0, 0, 1]
    assert history["first:activation/gradient"] == [row["gradient"] for row in monitor.history[1:]]
    assert "first:activation/drift" not in history
    for _ in range(2):  # the second one begins where the monitor has just looked
        model.fit(Data(), verbose=0, callbacks=[monitor])
    assert [row["step"] for row in monitor.history] == [0, 3, 6, 8, 9, 12, 15]


@pytest.mark.skipif(keras.backend.backend() == "torch", reason="Keras has steps of one batch on torch")
def test_a_compiled_step_may_be_several_batches():
    model = sequential(layers.Dense(8, "relu"), layers.Dense(1), steps_per_execution=4)
    monitor = ka.ActivationMonitor(X, Y, every=3)
    model.fit(X, Y, batch_size=8, verbose=0, callbacks=[monitor])
    assert [row["step"] for row in monitor.history] == [0, 4, 8]


def test_the_history_is_plain():
    model = sequential(layers.Dense(8, "relu"), layers.Dense(1))
    model.layers[0].bias.assign([np.nan] * 8)
    rows, _, monitor = observed(model)
    found = json.loads(json.dumps(monitor.to_dict(), allow_nan=False))
    assert found["history"][0]["mean"] is None
    assert found["history"][0]["dead"] == 0
    assert found["history"][0].keys() == next(iter(rows.values())).keys()


def test_tensorboard_reads_the_event_file(tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    model = sequential(layers.Dense(8, "relu", name="first"), layers.Dense(1))
    monitor = ka.ActivationMonitor(X, Y, every=2, log_dir=tmp_path)
    model.fit(X, Y, batch_size=16, verbose=0, callbacks=[monitor])
    events = EventAccumulator(str(tmp_path)).Reload()
    found = events.Scalars("activations/first.activation/gradient")
    assert [event.step for event in found] == [0, 2, 4]
    np.testing.assert_allclose([event.value for event in found], [row["gradient"] for row in monitor.history], rtol=1e-6)
    histogram = events.Histograms("activations/first.activation")[-1].histogram_value
    row = monitor.history[-1]
    assert histogram.bucket[1:] == row["counts"]
    assert histogram.bucket_limit == row["edges"]
    assert histogram.num == 64 * 8
    assert histogram.sum / histogram.num == pytest.approx(row["mean"])


def test_without_tensorboard_the_error_names_the_extra(monkeypatch, tmp_path):
    monkeypatch.delitem(sys.modules, "keras_activations.tools.event_file", raising=False)
    for name in ("tensorboard", "tensorboard.compat.proto.event_pb2"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=r"keras-activations\[tensorboard\]"):
        ka.ActivationMonitor(X, log_dir=tmp_path)


def test_the_picture_shows_the_history(tmp_path):
    model = sequential(layers.Dense(8, "relu", name="first"), layers.Dense(4), ka.Swish(learned=True, name="second"), layers.Dense(1))
    monitor = ka.ActivationMonitor(X, Y, every=1)
    model.fit(X, Y, batch_size=16, verbose=0, callbacks=[monitor])
    figure = ka.plot_history(monitor, path=tmp_path / "history.png")
    assert (tmp_path / "history.png").stat().st_size > 10_000
    panels = {axes.get_title(loc="left"): axes for axes in figure.axes if axes.get_title(loc="left")}
    assert list(panels) == ["dead units", "saturated units", "deviation", "gradient norm", "gradient / last", "drift of weights"]
    assert [label.get_text() for label in panels["dead units"].get_yticklabels()] == ["first", "second"]
    (mesh,) = [artist for artist in panels["deviation"].collections if artist.get_array() is not None]
    shown = np.reshape(mesh.get_array(), (2, 5))
    np.testing.assert_allclose(shown, [[row["deviation"] for row in monitor.history[place::2]] for place in (0, 1)])


def test_pictures_of_nothing():
    with pytest.raises(TypeError, match="takes an ActivationMonitor"):
        ka.plot_history([])
    with pytest.raises(ValueError, match="observed nothing yet"):
        ka.plot_history(ka.ActivationMonitor(X))


# -------------------------------------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"x": [1.0, 2.0]}, TypeError, "x must be one batch"),
        ({"x": iter([X])}, TypeError, "x must be one batch.*next"),
        ({"x": X[:0]}, ValueError, "at least one; received"),
        ({"x": [X, X[:3]]}, ValueError, r"as many examples.*\[3, 64\]"),
        ({"x": X, "y": Y[:5]}, ValueError, "received 64 and 5"),
        ({"x": X, "every": 0}, ValueError, "every must be at least 1"),
        ({"x": X, "logs": "dead"}, ValueError, "logs must be a list of names"),
        ({"x": X, "logs": ["deaf"]}, ValueError, "logs must be a list of names out of dead, "),
        ({"x": X, "most_dead": 2}, ValueError, "most_dead must be at most 1"),
        ({"x": X, "vanishing": 0}, ValueError, "vanishing must be greater than 0"),
    ],
)
def test_bad_arguments(arguments, error, message):
    with pytest.raises(error, match=message):
        ka.ActivationMonitor(**arguments)


def test_a_model_that_cannot_be_watched():
    monitor = ka.ActivationMonitor(X)
    monitor.set_model(keras.Sequential([layers.Dense(3, "relu")]))
    with pytest.raises(ValueError, match="is not built"):
        monitor.on_train_begin()
    _, told, _ = observed(sequential(layers.Dense(1)))
    assert told[0].startswith("ActivationMonitor sees no activation in")
