"""Along an axis: properties that need no formula, masks, and every axis."""

import keras
import numpy as np
import pytest
from cases import BACKEND, exact_sparsemax
from keras import ops

import keras_activations as ka
from keras_activations import testing

PROBABILITIES = [ka.Softmax, ka.Sparsemax]
ALL = [ka.Softmax, ka.LogSoftmax, ka.Sparsemax]
X = np.random.default_rng(3).normal(size=(3, 5, 7)).astype("float32") * 3


@pytest.mark.parametrize("kernel", ["auto", "fallback"])
@pytest.mark.parametrize("axis", [-1, -2, 0, 1, 2])
@pytest.mark.parametrize("cls", ALL)
def test_an_axis_is_the_last_one_moved(cls, axis, kernel):
    expected = np.moveaxis(testing.array(cls(kernel=kernel)(np.moveaxis(X, axis, -1))), -1, axis)
    np.testing.assert_allclose(testing.array(cls(axis=axis, kernel=kernel)(X)), expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("cls", [ka.Softmax, ka.LogSoftmax])
def test_several_axes_are_one_long_axis(cls):
    expected = testing.array(cls()(X.reshape(3, 35))).reshape(X.shape)
    for kernel in ("auto", "native", "fallback"):
        for axis in ([1, 2], (-2, -1)):
            np.testing.assert_allclose(testing.array(cls(axis=axis, kernel=kernel)(X)), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("axis", [-1, -2, 0])
def test_splitters_along_any_axis(axis):
    x = X[:, :4, :6].repeat(2, axis=0)
    expected = np.moveaxis(testing.array(ka.GLU()(np.moveaxis(x, axis, -1))), -1, axis)
    np.testing.assert_array_equal(testing.array(ka.GLU(axis=axis)(x)), expected)
    expected = np.concatenate([np.maximum(x, 0), np.maximum(-x, 0)], axis)
    np.testing.assert_array_equal(testing.array(ka.CReLU(axis=axis)(x)), expected)


@pytest.mark.parametrize("axis", [-1, -2, 0, 1, 2])
def test_bipolar_relu_alternates_along_its_axis(axis):
    even = (np.arange(X.shape[axis]) % 2 == 0).reshape((-1,) + (1,) * (2 - axis % 3))
    np.testing.assert_array_equal(testing.array(ka.BipolarReLU(axis=axis)(X)), np.where(even, np.maximum(X, 0), np.minimum(X, 0)))


def test_bipolar_relu_hands_masks_on_and_does_not_apply_them():
    x, layer = keras.Input((5, 7)), ka.BipolarReLU()
    y = layer(keras.layers.Masking()(x))
    assert y._keras_mask is not None
    for mask in (np.zeros((3, 5), bool), np.zeros((3, 5, 7), bool)):
        assert layer.compute_mask(X, mask) is mask


def test_bipolar_relu_of_an_unknown_width():
    model = keras.Sequential([keras.Input((None, 4)), ka.BipolarReLU(axis=1)])
    np.testing.assert_array_equal(model.predict(X[..., :4], verbose=0), testing.array(ka.BipolarReLU(axis=1)(X[..., :4])))


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
@pytest.mark.parametrize("cls", PROBABILITIES)
def test_probabilities(cls, dtype):
    rng = np.random.default_rng(0)
    for scale in (1e-3, 1.0, 30.0, 1e4):
        x = testing.tensor(rng.normal(size=(200, 17)) * scale, dtype)
        y = testing.array(cls()(x))
        assert (y >= 0).all()
        epsilon = {"float32": 5 * 2.0**-23, "bfloat16": 0.5 * 2.0**-7, "float16": 0.5 * 2.0**-10}[dtype]
        # In 16 bits each of the 17 terms is rounded once, by at most half a unit of its own.
        slack = 0 if dtype == "float32" else epsilon * y.sum(axis=-1)
        assert (np.abs(y.sum(axis=-1) - 1) <= epsilon + slack).all()


@pytest.mark.parametrize("cls", ALL)
def test_shifts_and_permutations(cls):
    x = np.round(X * 64) / 64  # so that the shift is exact
    shifted = testing.array(cls()(x + 1024))
    np.testing.assert_allclose(shifted, testing.array(cls()(x)), rtol=1e-6, atol=1e-7)
    order = np.random.default_rng(1).permutation(7)
    np.testing.assert_allclose(testing.array(cls()(x[..., order])), testing.array(cls()(x))[..., order], rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("n", [1, 2, 3, 5, 16, 100])
def test_sparsemax_has_supports_of_every_size(n):
    rng = np.random.default_rng(n)
    sizes = set()
    for scale in np.geomspace(0.5 / n, 8, 24):
        x = np.round(rng.normal(size=n) * scale * 256) / 256
        expected, _ = exact_sparsemax(x.tolist())
        np.testing.assert_allclose(testing.array(ka.Sparsemax()(x.astype("float32"))), expected, atol=2e-7)
        sizes.add(np.count_nonzero(expected))
    assert len(sizes) >= min(n, 4)


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        ([0.0, 0.5, 1.0], [0.0, 0.25, 0.75]),
        ([1.0, 1.0, 1.0], [1 / 3, 1 / 3, 1 / 3]),
        ([1.3e8, 1.6e8], [0.0, 1.0]),
        ([3.4e38, 3.4e38, -3.4e38, 0.0], [0.5, 0.5, 0.0, 0.0]),
        ([-float("inf"), 0.0, 0.0], [0.0, 0.5, 0.5]),
        ([7.0], [1.0]),
    ],
)
def test_sparsemax_where_others_fail(x, expected):
    np.testing.assert_allclose(testing.array(ka.Sparsemax()(x)), expected, rtol=1e-6)


def test_log_softmax_keeps_the_digits_near_zero():
    y = testing.array(ka.LogSoftmax()([0.0] * 9 + [20.0]))
    np.testing.assert_allclose(y[-1], -np.log1p(9 * np.exp(-20.0)), rtol=1e-6)


def test_rows_of_many_equal_float16_numbers():
    x = testing.tensor(np.zeros((1, 131072)), "float16")
    np.testing.assert_allclose(testing.array(ka.Softmax()(x)), 2.0**-17, rtol=1e-2)
    np.testing.assert_allclose(testing.array(ka.LogSoftmax()(x)), -np.log(131072), rtol=1e-3)


@pytest.mark.parametrize("cls", ALL)
def test_a_mask_takes_entries_out(cls):
    rng = np.random.default_rng(2)
    mask = rng.random(X.shape) < 0.6
    mask[..., 0] = True
    y = testing.array(cls()(X, mask=mask))
    for index in np.ndindex(3, 5):
        kept = testing.array(cls()(X[index][mask[index]]))
        np.testing.assert_allclose(y[index][mask[index]], kept, rtol=1e-6, atol=1e-7)
    removed = np.float32(np.finfo("float32").min) if cls is ka.LogSoftmax else 0.0
    assert (y[~mask] == removed).all()


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
@pytest.mark.parametrize("cls", ALL)
def test_a_row_without_entries_is_finite_and_so_is_its_gradient(cls, dtype):
    from keras_activations import autodiff

    x, mask = testing.tensor(X, dtype), np.zeros(X.shape, bool)
    y, (gradient,) = autodiff.value_and_gradients(lambda x: cls()(x, mask=mask), [x], ops.ones(X.shape))
    assert np.isfinite(testing.array(y)).all()
    assert (testing.array(gradient) == 0).all()


def test_a_mask_broadcasts_and_may_be_symbolic():
    mask = np.array([[[True, True, False, True, False, False, True]]])
    np.testing.assert_array_equal(
        testing.array(ka.Softmax()(X, mask=mask)), testing.array(ka.Softmax()(X, mask=np.broadcast_to(mask, X.shape)))
    )
    inputs, masks = keras.Input((5, 7)), keras.Input((5, 7), dtype="bool")
    model = keras.Model([inputs, masks], ka.Softmax()(inputs, mask=masks))
    np.testing.assert_allclose(
        model.predict([X, np.broadcast_to(mask, X.shape)], verbose=0), testing.array(ka.Softmax()(X, mask=mask)), rtol=1e-5, atol=1e-7
    )


def test_keras_own_softmax_layer_agrees_under_a_mask():
    mask = np.random.default_rng(2).random(X.shape) < 0.6
    mask[..., 0] = True
    np.testing.assert_allclose(testing.array(ka.Softmax()(X, mask=mask)), testing.array(keras.layers.Softmax()(X, mask=mask)), atol=1e-6)


@pytest.mark.skipif(BACKEND != "torch", reason="torch's softmax as a witness")
def test_sparsemax_gradient_is_zero_outside_the_support():
    import torch

    x = torch.tensor([0.0, 0.5, 1.0], requires_grad=True)
    ka.Sparsemax()(x)[2].backward()
    assert x.grad.tolist() == [0.0, -0.5, 0.5]
