"""Activations along an axis: properties that need no formula, masks, and every axis."""

import keras
import mpmath as mp
import numpy as np
import pytest
from keras import ops

import keras_activations as ka
from keras_activations import testing
from keras_activations.core import autodiff
from keras_activations.core.activation import canonical_name
from lab.calculus import gradient_of
from lab.cases import BACKEND, MASKED, ORACLES, entmax_values, exact_k_subsets, exact_sparsemax, normmax_values

PROBABILITIES = [
    ka.Entmax,
    ka.Entmax15,
    ka.GumbelSoftmax,
    ka.Normmax,
    ka.SigSoftmax,
    ka.Softmax,
    ka.Softmin,
    ka.Sparsemax,
    ka.TemperatureSoftmax,
]
SHIFT_INVARIANT = [*(cls for cls in PROBABILITIES if cls is not ka.SigSoftmax), ka.LogSoftmax, ka.KSubsets]
X = np.random.default_rng(3).normal(size=(3, 5, 7)).astype("float32") * 3


@pytest.mark.parametrize("kernel", ["auto", "fallback"])
@pytest.mark.parametrize("axis", [-1, -2, 0, 1, 2])
@pytest.mark.parametrize("cls", MASKED)
def test_an_axis_is_the_last_one_moved(cls, axis, kernel):
    expected = np.moveaxis(testing.array(cls(kernel=kernel)(np.moveaxis(X, axis, -1))), -1, axis)
    np.testing.assert_allclose(testing.array(cls(axis=axis, kernel=kernel)(X)), expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("cls", [cls for cls in MASKED if cls.takes_several_axes])
def test_several_axes_are_one_long_axis(cls):
    expected = testing.array(cls()(X.reshape(3, 35))).reshape(X.shape)
    for kernel in ("auto", "native", "fallback") if cls.native else ("auto",):
        for axis in ([1, 2], (-2, -1)):
            np.testing.assert_allclose(testing.array(cls(axis=axis, kernel=kernel)(X)), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("axis", [-1, -2, 0])
def test_splitters_along_any_axis(axis):
    x = X[:, :4, :6].repeat(2, axis=0)
    expected = np.moveaxis(testing.array(ka.GLU()(np.moveaxis(x, axis, -1))), -1, axis)
    np.testing.assert_array_equal(testing.array(ka.GLU(axis=axis)(x)), expected)
    expected = np.concatenate([np.maximum(x, 0), np.maximum(-x, 0)], axis)
    np.testing.assert_array_equal(testing.array(ka.CReLU(axis=axis)(x)), expected)
    groups = np.moveaxis(x, axis, -1).reshape(*np.moveaxis(x, axis, -1).shape[:-1], -1, 2)
    np.testing.assert_array_equal(testing.array(ka.Maxout(axis=axis)(x)), np.moveaxis(groups.max(axis=-1), -1, axis))
    expected = np.moveaxis(np.sort(groups, axis=-1).reshape(*groups.shape[:-2], -1), -1, axis)
    np.testing.assert_array_equal(testing.array(ka.GroupSort(axis=axis)(x)), expected)
    np.testing.assert_array_equal(testing.array(ka.GroupSort(group_size=None, axis=axis)(x)), np.sort(x, axis=axis))


@pytest.mark.parametrize(("pieces", "x"), [(2, [np.nan, 1.0, 1.0, np.nan]), (4, [0.0, np.nan, 2.0, 1.0])])
def test_maxout_lets_every_nan_through(pieces, x):
    assert np.isnan(testing.array(ka.Maxout(pieces=pieces)(x))).all()


@pytest.mark.parametrize("axis", [1, 2])
def test_the_width_of_a_group_may_be_unknown(axis):
    inputs = keras.Input((None, None))
    layers = [cls(axis=axis) for cls in (ka.GroupSort, ka.Maxout, ka.Householder, ka.PolyNorm)]
    model = keras.Model(inputs, [layer(inputs) for layer in layers])
    x = X[:, :4, :6]
    for y, layer in zip(model.predict(x, verbose=0), layers, strict=True):
        np.testing.assert_allclose(y, testing.array(layer(x)), rtol=1e-6)


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
        # Each of the 17 terms is rounded once in 16 bits. The error is at most half a unit of that term.
        slack = 0 if dtype == "float32" else epsilon * y.sum(axis=-1)
        assert (np.abs(y.sum(axis=-1) - 1) <= epsilon + slack).all()


@pytest.mark.parametrize("cls", SHIFT_INVARIANT)
def test_shifts(cls):
    x = np.round(X * 64) / 64  # the shift is exact for these numbers
    np.testing.assert_allclose(testing.array(cls()(x + 1024)), testing.array(cls()(x)), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("cls", MASKED)
def test_permutations(cls):
    order = np.random.default_rng(1).permutation(7)
    np.testing.assert_allclose(testing.array(cls()(X[..., order])), testing.array(cls()(X))[..., order], rtol=1e-6, atol=2e-7)


SPARSE = {
    ka.Sparsemax(): lambda row: exact_sparsemax(row)[0],
    ka.KSubsets(0.75): lambda row: exact_k_subsets(row, 0.75)[0],
    ka.Entmax15(): lambda row: entmax_values(row, 1.5),
    **{ka.Entmax(alpha): lambda row, alpha=alpha: entmax_values(row, alpha) for alpha in (1.25, 1.5, 2.0)},
    **{ka.Normmax(alpha): lambda row, alpha=alpha: normmax_values(row, alpha)[0] for alpha in (1.5, 2.0, 4.0)},
}


@pytest.mark.parametrize("n", [1, 2, 3, 5, 16, 100])
@pytest.mark.parametrize("layer", SPARSE, ids=repr)
def test_supports_of_every_size(layer, n):
    scales = np.geomspace(0.5 / n, 8, 8 if n == 100 else 16)[:, None]
    x = np.round(np.random.default_rng(n).normal(size=(len(scales), n)) * scales * 256) / 256
    expected = np.array([[float(p) for p in SPARSE[layer](row)] for row in x.tolist()])
    np.testing.assert_allclose(testing.array(layer(x.astype("float32"))), expected, rtol=1e-5, atol=4e-7)
    assert len(set(np.count_nonzero(expected, axis=1))) >= min(n, 3)


@pytest.mark.parametrize("alpha", [1.25, 1.5, 1.75, 2.0])
def test_rows_that_take_few_steps_stand_beside_rows_that_take_many(alpha):
    """The largest probability determines all the others, and all of them sum to 1."""
    i = np.arange(20000) / 20000
    x = np.float32([0 * i, -(i**0.5), -i, -(i**0.5) / 50, np.where(i == 0, 0, -50), np.log(i + 1e-5)])
    scaled = (alpha - 1) * x.astype("float64")
    for layer in (ka.Entmax(alpha), *{1.5: [ka.Entmax15()], 2.0: [ka.Sparsemax()]}.get(alpha, [])):
        y = testing.array(layer(x))
        top = y.max(axis=-1, keepdims=True)
        tau = scaled.max(axis=-1, keepdims=True) - top ** (alpha - 1)
        np.testing.assert_allclose(y / top, np.maximum(scaled - tau, 0) ** (1 / (alpha - 1)) / top, atol=1e-3)
        np.testing.assert_allclose(y.sum(axis=-1), 1, rtol=1e-5)


@pytest.mark.skipif(BACKEND != "torch", reason="the other backends' vmap runs loops of their own")
@pytest.mark.parametrize("layer", SPARSE, ids=repr)
def test_a_search_under_vmap(layer):
    import torch

    x = testing.tensor(X, "float32")
    np.testing.assert_allclose(testing.array(torch.func.vmap(layer)(x)), testing.array(layer(x)), rtol=1e-5, atol=1e-7)


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
    y = testing.array(ka.LogSoftmax(kernel="fallback")([0.0] * 9 + [20.0]))
    np.testing.assert_allclose(y[-1], -np.log1p(9 * np.exp(-20.0)), rtol=1e-6)


@pytest.mark.parametrize("layer", [*(cls() for cls in PROBABILITIES), ka.Entmax(1.125), ka.Entmax(2.0), ka.Normmax(1.25)], ids=repr)
def test_rows_of_many_equal_numbers(layer):
    x = np.zeros((1, 131072))
    np.testing.assert_allclose(testing.array(layer(testing.tensor(x, "float16"))), 2.0**-17, rtol=1e-2)
    np.testing.assert_allclose(testing.array(layer(testing.tensor(x, "float32"))), 2.0**-17, rtol=2e-5)


def test_the_logarithm_of_many_equal_float16_numbers():
    x = testing.tensor(np.zeros((1, 131072)), "float16")
    np.testing.assert_allclose(testing.array(ka.LogSoftmax()(x)), -np.log(131072), rtol=1e-3)


@pytest.mark.parametrize("cls", MASKED)
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
@pytest.mark.parametrize("cls", MASKED)
def test_a_row_without_entries_is_finite_and_so_is_its_gradient(cls, dtype):
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


@pytest.mark.parametrize("alpha", [1.0, 1.125, 1.5, 1.75, 2.0])
@pytest.mark.parametrize("x", [[0.0, 0.5, 1.0, -2.0], [0.25, 0.25, -0.125, 0.375, 0.125], [3.0], [9.0, 1.0, -8.0]])
def test_the_derivatives_of_entmax_with_respect_to_alpha(alpha, x):
    """The first and second derivatives agree with differences at fifty digits."""
    layer, row = ka.Entmax(alpha=1.5), testing.tensor(x, "float32")
    weights = testing.upstream(len(x))

    def output(alpha):
        return layer.fallback(row, alpha) * testing.tensor(weights, "float32")

    with mp.workdps(50):
        # The ends of the range of alpha are replaced by points 1e-10 inside. The derivatives there are the same, except for 1e-10.
        near, step = {1.0: 1 + mp.mpf(10) ** -10, 2.0: 2 - mp.mpf(10) ** -10}.get(alpha, mp.mpf(alpha)), mp.mpf(10) ** -11
        before, at, after = (
            sum(w * p for w, p in zip(weights, entmax_values([mp.mpf(v) for v in x], near + shift), strict=True))
            for shift in (-step, 0, step)
        )
        first, second = float((after - before) / (2 * step)), float((after - 2 * at + before) / step**2)
    alpha = testing.tensor(alpha, "float32")
    np.testing.assert_allclose(testing.array(gradient_of(output, 1)(alpha)), first, rtol=1e-5, atol=2e-6)
    np.testing.assert_allclose(testing.array(gradient_of(output, 2)(alpha)), second, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("layer", [*map(ka.Entmax, (1.0, 1.25, 1.5, 2.0)), ka.Entmax15(), *map(ka.Normmax, (1.5, 2.0, 4.0))], ids=repr)
@pytest.mark.parametrize("x", [[0.0, 0.5, 1.0, -2.0], [0.25, 0.25, -0.125, 0.375, 0.125], [3.0], [9.0, 1.0, -8.0], [4.0, 3.75]])
def test_second_derivatives_by_the_input(layer, x):
    *_, hessian = ORACLES[canonical_name(type(layer))](x, **layer.get_config())
    first, second = (testing.upstream(len(x))[::step] for step in (1, -1))

    def slope(x):
        return gradient_of(lambda x: layer(x) * testing.tensor(first, "float32"), 1)(x) * testing.tensor(second, "float32")

    expected = np.einsum("i,j,ijk->k", first, second, hessian)
    np.testing.assert_allclose(testing.array(gradient_of(slope, 1)(testing.tensor(x, "float32"))), expected, rtol=2e-4, atol=2e-5)


def test_the_ends_of_entmax_are_softmax_and_sparsemax():
    np.testing.assert_allclose(testing.array(ka.Entmax(alpha=1.0)(X)), testing.array(ka.Softmax()(X)), rtol=2e-6)
    np.testing.assert_allclose(testing.array(ka.Entmax(alpha=2.0)(X)), testing.array(ka.Sparsemax()(X)), atol=5e-7)
    np.testing.assert_allclose(testing.array(ka.Entmax(alpha=1.5)(X)), testing.array(ka.Entmax15()(X)), atol=5e-7)
    np.testing.assert_allclose(testing.array(ka.KSubsets(budget=1)(X)), testing.array(ka.Sparsemax()(X)), atol=2e-7)


def test_a_learned_alpha_stays_between_softmax_and_sparsemax():
    targets = np.eye(7, dtype="float32")[None, [3] * 5].repeat(3, axis=0)
    for wanted, alpha in ((targets, 2.0), (np.full_like(targets, 1 / 7), 1.0)):
        layer = ka.Entmax(learned=True)
        model = keras.Sequential([keras.Input((5, 7)), layer])
        model.compile(keras.optimizers.SGD(1e4), "mse")
        model.fit(targets + X / 9, wanted, epochs=1, verbose=0)
        assert testing.array(layer.alpha) == alpha


@pytest.mark.parametrize("temperature", [0.5, 4.0])
def test_the_gradient_of_a_learned_temperature(temperature):
    """The gradient agrees with the derivative in closed form. Some entries are infinitely far from the largest one."""
    layer = ka.TemperatureSoftmax(temperature, learned=True)
    x = np.concatenate([X, np.full((3, 5, 1), -np.inf), np.full((3, 5, 1), -3e38)], axis=-1)
    weights = np.cos(np.arange(9.0))
    p = testing.array(layer(testing.tensor(x, "float32")))
    mean = (p[..., :7] * X).sum(axis=-1, keepdims=True)
    expected = (-weights[:7] * p[..., :7] * (X - mean) / temperature**2).sum()
    _, (gradient,) = autodiff.value_and_gradients(
        lambda t: layer.stateless_call([t], [], testing.tensor(x, "float32"))[0],
        [testing.tensor(temperature, "float32")],
        testing.tensor(np.broadcast_to(weights, x.shape), "float32"),
    )
    np.testing.assert_allclose(testing.array(gradient), expected, rtol=1e-5)


def test_a_low_temperature_is_the_largest_entry():
    np.testing.assert_array_equal(testing.array(ka.TemperatureSoftmax(0.001)([0.0, 3.0, 1.0])), [0.0, 1.0, 0.0])


def test_softmax1_far_below_and_far_above_0():
    np.testing.assert_allclose(testing.array(ka.Softmax1()([-50.0, -50.0])), [np.exp(-50.0)] * 2, rtol=1e-6)
    np.testing.assert_allclose(testing.array(ka.Softmax1()([100.0, 100.0])), [0.5, 0.5], rtol=1e-6)
    assert testing.array(ka.Softmax1()([-np.inf, -np.inf])).tolist() == [0.0, 0.0]


def test_sig_softmax_where_every_sigmoid_underflows():
    np.testing.assert_allclose(testing.array(ka.SigSoftmax()([-200.0, -201.0])), [1 / (1 + np.exp(-2)), 1 / (1 + np.exp(2))], rtol=1e-6)
    np.testing.assert_allclose(testing.array(ka.SigSoftmax()([-3.4e38, -3.4e38])), [0.5, 0.5], rtol=1e-6)


def test_softpick_without_the_entries_of_minus_infinity():
    x, weights = [-np.inf, 0.5, -1.0, 2.0], testing.upstream(4)
    (y, (gradient,)), (rest, (slopes,)) = (
        autodiff.value_and_gradients(ka.Softpick(), [testing.tensor(x[start:], "float32")], testing.tensor(weights[start:], "float32"))
        for start in (0, 1)
    )
    np.testing.assert_allclose(testing.array(y), [0.0, *testing.array(rest)], rtol=1e-6)
    np.testing.assert_allclose(testing.array(gradient), [0.0, *testing.array(slopes)], rtol=1e-6)
    assert testing.array(ka.Softpick()([-np.inf, -np.inf])).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("size", [0.0, 1e-42, 1e-38, 1e-30, 1e-20, 1e-8, 1e8, 1e20, 1e30, 1e38])
def test_squash_of_the_shortest_and_longest_vectors(size):
    direction = np.array([0.75, 0.0, -0.5, 0.25])
    x = np.float32(size * direction)
    layer, upstream = ka.Squash(kernel="fallback"), testing.tensor([1.0, 0, 0, 0], "float32")
    y, (gradient,) = autodiff.value_and_gradients(layer, [testing.tensor(x, "float32")], upstream)
    length = np.linalg.norm(x.astype(float))
    tiny = np.finfo("float32").tiny
    np.testing.assert_allclose(testing.array(y), x.astype(float) * length / (1 + length**2), rtol=1e-6, atol=tiny)
    unit = x / length if length else direction
    expected = length / (1 + length**2) * (np.eye(4)[0] + unit[0] * unit * (1 - length**2) / (1 + length**2))
    # Products of two entries are subnormal from 1e-19 to 1e-22. They lose digits there.
    np.testing.assert_allclose(testing.array(gradient), expected, rtol=1e-5, atol=1e-24 if size == 1e-20 else 2 * tiny)


@pytest.mark.parametrize("kernel", ["auto", "fallback"])
def test_squash_of_infinite_vectors(kernel):
    y = testing.array(ka.Squash(kernel=kernel)([np.inf, 0.0, -np.inf, 5.0]))
    np.testing.assert_allclose(y, [0.5**0.5, 0.0, -(0.5**0.5), 0.0], rtol=1e-6, atol=2e-37)


@pytest.mark.parametrize(
    ("budget", "x", "expected"),
    [
        (2, [-2.0, 0.0, 0.5], [0.0, 1.0, 1.0]),
        (2, [0.0, 0.5, 1.0, 2.0], [0.0, 0.25, 0.75, 1.0]),
        (2, [1e30, 2e30, 3e30, 1e30], [0.0, 1.0, 1.0, 0.0]),
        (2, [1e30, 1e30, 3e30, -np.inf], [0.5, 0.5, 1.0, 0.0]),
        (2.5, [7.0], [1.0]),
        (2, [4.0, -4.0], [1.0, 1.0]),
        (1.5, [0.0, 0.0, 0.0], [0.5, 0.5, 0.5]),
    ],
)
def test_k_subsets(budget, x, expected):
    np.testing.assert_allclose(testing.array(ka.KSubsets(budget=budget)(x)), expected, rtol=1e-6)


def test_k_subsets_sum_to_the_budget():
    x = np.random.default_rng(0).normal(size=(200, 17)).astype("float32")
    for scale in (1e-3, 0.3, 1.0, 30.0, 1e4):
        for budget in (0.5, 2.0, 3.75, 16.0):
            y = testing.array(ka.KSubsets(budget=budget)(x * np.float32(scale)))
            assert ((y >= 0) & (y <= 1)).all()
            np.testing.assert_allclose(y.sum(axis=-1), budget, rtol=6e-7)


def test_presets_of_group_sort():
    np.testing.assert_array_equal(testing.array(ka.get("max_min")([2.0, 1.0, 4.0, 3.0])), [1.0, 2.0, 3.0, 4.0])
    np.testing.assert_array_equal(testing.array(ka.get("FullSort")([2.0, 4.0, 1.0])), [1.0, 2.0, 4.0])


@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_the_gradient_of_the_coefficients_of_poly_norm(axis):
    layer, x = ka.PolyNorm((0.5, 1.0, -0.25, 0.125), axis=axis), X.astype(float)
    powers = [np.ones_like(x)] + [x**k / np.sqrt(np.mean(x ** (2 * k), axis=axis, keepdims=True) + 1e-6) for k in (1, 2, 3)]
    y, (gradient,) = autodiff.value_and_gradients(
        lambda c: layer.stateless_call([c], [], testing.tensor(X, "float32"))[0],
        [testing.tensor([0.5, 1.0, -0.25, 0.125], "float32")],
        testing.tensor(np.broadcast_to(np.cos(np.arange(7.0)), X.shape), "float32"),
    )
    np.testing.assert_allclose(testing.array(y), np.tensordot([0.5, 1.0, -0.25, 0.125], powers, 1), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(testing.array(gradient), [(np.cos(np.arange(7.0)) * p).sum() for p in powers], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("axis", [-1, 1])
def test_householder_has_a_theta_for_each_pair(axis):
    layer, thetas = ka.Householder(channels=4, axis=axis), np.array([0.5, -2.0])
    layer.theta = thetas
    x, weights = np.moveaxis(X[:, :, :4], -1, axis), np.cos(np.arange(60.0)).reshape(3, 5, 4)
    y, (gradient,) = autodiff.value_and_gradients(
        lambda theta: layer.stateless_call([theta], [], testing.tensor(x, "float32"))[0],
        [testing.tensor(thetas, "float32")],
        testing.tensor(np.moveaxis(weights, -1, axis), "float32"),
    )
    a, b = np.split(X[:, :, :4].astype(float), 2, axis=-1)
    beyond = np.sin(thetas / 2) * a > np.cos(thetas / 2) * b
    first, second = np.cos(thetas) * a + np.sin(thetas) * b, np.sin(thetas) * a - np.cos(thetas) * b
    expected = np.concatenate([np.where(beyond, first, a), np.where(beyond, second, b)], axis=-1)
    np.testing.assert_allclose(np.moveaxis(testing.array(y), axis, -1), expected, rtol=1e-5, atol=1e-6)
    slope = np.where(beyond, -second * weights[..., :2] + first * weights[..., 2:], 0.0)
    np.testing.assert_allclose(testing.array(gradient), slope.sum(axis=(0, 1)), rtol=1e-5)


def test_the_width_of_householder():
    assert ka.plot(ka.Householder(channels=2)).axes
    for layer, width, words in (
        (ka.Householder(), 3, "needs a width divisible by 2 along axis -1; received 3"),
        (ka.Householder(channels=2), 4, r"is for 2 channels; received 4 in an input of shape \(3, 4\)"),
    ):
        with pytest.raises(ValueError, match=words):
            layer(np.ones((3, width)))
        with pytest.raises(ValueError, match=words):
            layer(keras.KerasTensor((3, width)))
    with pytest.raises(ValueError, match="channels must be even, for they are taken in pairs; received 3"):
        ka.Householder(channels=3)


def test_an_infinite_pair_that_stays_has_no_part_in_theta():
    layer = ka.Householder()
    _, (gradient,) = autodiff.value_and_gradients(
        lambda theta: layer.stateless_call([theta], [], testing.tensor([-np.inf, np.inf], "float32"))[0],
        [testing.tensor(1.0, "float32")],
        testing.tensor([1.0, 1.0], "float32"),
    )
    assert testing.array(gradient) == 0


@pytest.mark.skipif(BACKEND != "tensorflow", reason="about sizes that TensorFlow does not know before")
@pytest.mark.parametrize("layer", [ka.Maxout(2), ka.SwiGLU(gate="interleaved")], ids=repr)
def test_a_width_that_is_found_out_late_is_checked_too(layer):
    import tensorflow as tf

    compiled = tf.function(layer, input_signature=[tf.TensorSpec([None, None])])
    assert compiled(tf.ones((2, 6))).shape == (2, 3)
    with pytest.raises(tf.errors.InvalidArgumentError, match="reshape"):
        compiled(tf.ones((3, 3)))


def test_masked_steps_are_not_sorted_among_the_others():
    masked = keras.layers.Masking()(np.ones((1, 4, 2), "float32"))
    assert ka.GroupSort()(masked)._keras_mask.shape == (1, 4)
    with pytest.raises(ValueError, match="would sort masked steps among the others"):
        ka.GroupSort(axis=1)(masked)


@pytest.mark.skipif(BACKEND != "tensorflow", reason="about XLA, which takes the squares of both parts of a quotient")
@pytest.mark.parametrize("layer", [ka.Squash(), ka.PolyNorm()], ids=repr)
def test_rows_of_the_largest_numbers_under_xla(layer):
    import tensorflow as tf

    x = tf.constant([[np.finfo("float32").max] * 4])
    np.testing.assert_allclose(tf.function(layer, jit_compile=True)(x), layer(x), rtol=1e-6)
