"""Splitters take one tensor or its pieces. The tests also cover the places where a splitter may be used."""

import keras
import numpy as np
import pytest

import keras_activations as ka
from keras_activations import testing
from keras_activations.core.autodiff import value_and_gradients
from lab.cases import CASES, CATALOGUE, parametrize

layers = keras.layers
X = np.random.default_rng(5).normal(size=(2, 4, 8)).astype("float32")
OF_PIECES = [(cls, sample) for cls, sample in CASES if issubclass(cls, ka.Splitting) and cls(**sample).divisor > 1]


def split(layer, x):
    """Split x with NumPy into halves, or into every n-th entry if the layer splits neighbours."""
    x = np.moveaxis(x, layer.axis, -1)
    of_neighbours = isinstance(layer, ka.Maxout) or layer.gate == "interleaved"
    pieces = [x[..., i :: layer.divisor] for i in range(layer.divisor)] if of_neighbours else np.split(x, layer.divisor, axis=-1)
    return [np.ascontiguousarray(np.moveaxis(piece, -1, layer.axis)) for piece in pieces]


@parametrize(OF_PIECES)
def test_pieces_are_what_would_be_split_off(case):
    cls, sample = case
    layer = cls(**sample)
    pieces = split(layer, X)
    whole = layer(X)
    for given in (pieces, tuple(pieces), [testing.tensor(piece, "float32") for piece in pieces]):
        # A native op takes the whole tensor and not its pieces.
        np.testing.assert_allclose(testing.array(layer(given)), testing.array(whole), rtol=1e-6, atol=1e-7)
    assert layer([keras.KerasTensor((None, *piece.shape[1:])) for piece in pieces]).shape == (None, *whole.shape[1:])

    upstream = testing.tensor(np.random.default_rng(6).normal(size=whole.shape), "float32")
    _, (gradient,) = value_and_gradients(layer, [testing.tensor(X, "float32")], upstream)
    tensors = [testing.tensor(piece, "float32") for piece in pieces]
    _, gradients = value_and_gradients(lambda *tensors: layer(list(tensors)), tensors, upstream)
    for one, other in zip(split(layer, testing.array(gradient)), gradients, strict=True):
        np.testing.assert_allclose(one, testing.array(other), rtol=1e-6, atol=1e-6)


def test_the_gate_comes_first_or_last_as_gate_says():
    gate, up = np.float32([[0.5, -1.0]]), np.float32([[3.0, 2.0]])
    expected = up * gate / (1 + np.exp(-gate))
    np.testing.assert_allclose(testing.array(ka.SwiGLU()([gate, up])), expected, rtol=1e-6)
    np.testing.assert_allclose(testing.array(ka.SwiGLU(gate="last")([up, gate])), expected, rtol=1e-6)
    np.testing.assert_allclose(testing.array(ka.SwiGLU(gate="interleaved")([gate, up])), expected, rtol=1e-6)
    np.testing.assert_allclose(testing.array(ka.GLU(kernel="native")([up, gate])), up / (1 + np.exp(-gate)), rtol=1e-6)


def test_two_projections_train_and_are_saved(tmp_path):
    x = keras.Input((4,))
    model = keras.Model(x, layers.Dense(1)(ka.SwiGLU()([layers.Dense(6, name="gate")(x), layers.Dense(6, name="up")(x)])))
    model.compile("sgd", keras.losses.MeanSquaredError())
    before = model.get_weights()
    model.fit(X[:, 0, :4], X[:, 0, :1], verbose=0)
    assert not any(np.array_equal(one, other) for one, other in zip(before, model.get_weights(), strict=True))
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.predict(X[:, 0, :4], verbose=0), model.predict(X[:, 0, :4], verbose=0))


def test_pieces_of_several_dtypes():
    one, other = testing.tensor(X[:, 0], "float16"), testing.tensor(X[:, 1], "float32")
    assert keras.backend.standardize_dtype(ka.SwiGLU()([one, other]).dtype) == "float32"
    assert keras.backend.standardize_dtype(ka.SwiGLU()([one, one]).dtype) == "float16"
    assert keras.backend.standardize_dtype(ka.SwiGLU(dtype="float16")([other, other]).dtype) == "float16"
    symbols = [keras.KerasTensor((2, 3), dtype=dtype) for dtype in ("float16", "float32")]
    assert ka.SwiGLU()(symbols).dtype == "float32"


def test_a_step_of_the_output_is_valid_where_both_are():
    masks = [np.array([[True, True, False]]), np.array([[True, False, False]])]
    steps = [np.ones((1, 3, 2), "float32")] * 2
    layer = ka.GLU()
    assert testing.array(layer.compute_mask(steps, masks)).tolist() == [[True, False, False]]
    assert testing.array(layer.compute_mask(steps, [masks[0], None])).tolist() == masks[0].tolist()
    assert layer.compute_mask(steps, [None, None]) is layer.compute_mask(steps) is None
    tokens = keras.Input((3,), dtype="int32")
    embedded = layers.Embedding(5, 2, mask_zero=True)(tokens)
    model = keras.Model(tokens, layers.GlobalAveragePooling1D()(layer([embedded, embedded])))
    short, long = model(np.array([[3, 0, 0], [3, 3, 3]]))
    np.testing.assert_allclose(testing.array(short), testing.array(long), rtol=1e-6)


@pytest.mark.parametrize(
    ("inputs", "error", "words"),
    [
        ([X], TypeError, "takes one tensor or a list of its 2 pieces; received a list of 1"),
        ((X, X, X), TypeError, "takes one tensor or a list of its 2 pieces; received a tuple of 3"),
        ([X, X[:, :2]], ValueError, r"takes pieces of one shape; received \(2, 4, 8\), \(2, 2, 8\)"),
        ([X, X[0]], ValueError, r"takes pieces of one shape; received \(2, 4, 8\), \(4, 8\)"),
    ],
)
def test_other_lists_are_refused(inputs, error, words):
    with pytest.raises(error, match=words):
        ka.SwiGLU()(inputs)
    with pytest.raises(error, match=words):
        ka.SwiGLU()(type(inputs)(keras.KerasTensor(x.shape) for x in inputs))


@pytest.mark.parametrize(
    "arrays", [[X, X], (X,), [X[0, 0], [1.0] * 8], {"x": X}, [[X], [X]]], ids=["two", "one", "an array and a list", "dict", "deep"]
)
@pytest.mark.parametrize("name", ["mish", "softmax", "prelu", "crelu", "group_sort"])
def test_lists_of_arrays_are_not_stacked(name, arrays):
    with pytest.raises(
        TypeError, match=f"takes one tensor; received a {type(arrays).__name__} of {len(arrays)}. Call it on each of them, or stack"
    ):
        ka.get(name)(arrays)


def test_lists_of_numbers_are_arrays():
    for numbers in ([1.0, 2.0], [np.float32(1.0), np.array(2.0)], (1, 2)):
        assert testing.array(ka.SwiGLU()(numbers)).shape == (1,)
        assert testing.array(ka.ReLU()(numbers)).tolist() == [1.0, 2.0]


def test_the_catalogue_says_who_may_stand_in_a_host():
    assert {entry.cls for entry in CATALOGUE.values() if not entry.may_stand_in_a_host} == {
        case[0] for case in CASES if issubclass(case[0], ka.Splitting)
    }
    entry = CATALOGUE["glu"]
    assert not entry.may_stand_in_a_host
    for entry in CATALOGUE.values():
        layer = entry.cls(**entry.cls.samples[0])
        x = keras.KerasTensor((2, 4, 8))
        assert entry.may_stand_in_a_host == (layer.compute_output_shape(x.shape) == x.shape)


@pytest.mark.parametrize("host", [lambda a: layers.Dense(8, activation=a, name="host"), lambda a: layers.Activation(a, name="host")])
def test_a_host_is_named_before_the_next_layer_fails(host):
    model = keras.Sequential([keras.Input((8,)), host(ka.GLU()), layers.Dense(3)])
    words = r"GLU\(axis=-1, gate='last'\) changes the width of its input, which host does not know.*\[Dense\(units\), GLU"
    with pytest.warns(UserWarning, match=words), pytest.raises((ValueError, RuntimeError, TypeError)):
        model(X[:, 0])


def test_a_layer_of_the_users_may_know_what_it_holds():
    class Block(layers.Layer):
        def __init__(self):
            super().__init__()
            self.dense, self.activation = layers.Dense(8), ka.GLU()

        def call(self, x):
            return self.activation(self.dense(x))

    keras.Sequential([keras.Input((8,)), layers.Dense(8), ka.GLU(), Block()])(X[:, 0])
    ka.check(Block())
    layers.TimeDistributed(ka.GLU())(X)
