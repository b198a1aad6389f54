"""Stochastic activations are random in training and deterministic in inference. A seed makes them reproducible."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_activations as ka
from keras_activations import testing
from lab.cases import BACKEND, CATALOGUE, parametrize

X = np.random.default_rng(3).normal(size=(64, 6, 4)).astype("float32")
STOCHASTIC = [(entry.cls, sample) for entry in CATALOGUE.values() for sample in entry.cls.samples if issubclass(entry.cls, ka.Stochastic)]


@parametrize(STOCHASTIC)
def test_inference_is_deterministic(case):
    cls, sample = case
    np.testing.assert_array_equal(testing.array(cls(**sample)(X)), testing.array(cls(**sample, seed=5)(X, training=False)))


def test_rrelu_draws_a_slope_for_each_entry():
    y = testing.array(ka.RReLU(lower=0.25, upper=0.75, seed=1)(X, training=True))
    assert (y[X > 0] == X[X > 0]).all()
    slopes = (y / X)[X <= 0]
    assert 0.25 <= slopes.min() < 0.27
    assert 0.73 < slopes.max() <= 0.75
    np.testing.assert_allclose(slopes.mean(), 0.5, atol=0.02)


def test_the_gradient_is_that_of_the_draw():
    from keras_activations.core import autodiff

    layer = ka.RReLU(seed=1)
    y, (gradient,) = autodiff.value_and_gradients(lambda x: layer(x, training=True), [ops.convert_to_tensor(X)], ops.ones(X.shape))
    np.testing.assert_allclose(testing.array(gradient) * X, testing.array(y), rtol=1e-6)


def test_a_seed_reproduces_and_every_call_draws_anew():
    first, second = ka.RReLU(seed=7), ka.RReLU(seed=7)
    draws = [testing.array(first(X, training=True)) for _ in range(2)]
    assert (draws[0] != draws[1]).any()
    np.testing.assert_array_equal(testing.array(second(X, training=True)), draws[0])
    restored = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(first))
    np.testing.assert_array_equal(testing.array(restored(X, training=True)), draws[0])
    assert (testing.array(ka.RReLU()(X, training=True)) != testing.array(ka.RReLU()(X, training=True))).any()


@pytest.mark.parametrize("jit", [False, True])
def test_fit_draws_also_inside_a_host(jit, tmp_path):
    if jit and BACKEND == "torch":
        pytest.skip("torch compiles with a C++ toolchain, which a test cannot count on")
    minus = keras.initializers.Constant(-np.eye(4))
    host = keras.layers.Dense(4, use_bias=False, kernel_initializer=minus, activation=ka.RReLU(seed=1))
    model = keras.Sequential([keras.Input((4,)), host])
    model.compile(keras.optimizers.SGD(0.0), "mse", jit_compile=jit)
    x = np.ones((512, 4), "float32")
    midpoint = (1 / 8 + 1 / 3) / 2
    # The target is the midpoint. The mean square error is therefore the variance of the uniform distribution.
    loss = model.fit(x, np.full((512, 4), -midpoint), batch_size=512, verbose=0).history["loss"][0]
    np.testing.assert_allclose(loss, (1 / 3 - 1 / 8) ** 2 / 12, rtol=0.15)
    np.testing.assert_allclose(model.predict(x, verbose=0), -midpoint, rtol=1e-6)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.predict(x, verbose=0), model.predict(x, verbose=0))


def test_16_bits_are_rounded_once():
    layer = ka.RReLU(seed=1)
    y = testing.array(layer(testing.tensor(X, "bfloat16"), training=True))
    wide = testing.array(ka.RReLU(seed=1)(testing.tensor(testing.array(testing.tensor(X, "bfloat16")), "float32"), training=True))
    np.testing.assert_array_equal(y, testing.array(testing.tensor(wide, "bfloat16")))


def test_prob_act_adds_normal_noise_as_strong_as_it_has_learned():
    x = np.tile(np.float32([-1.0, 0.0, 1.0, 2.0]), (20000, 1))
    layer = ka.ProbAct(seed=2, channels=4)
    np.testing.assert_array_equal(testing.array(layer(x, training=True)), np.maximum(x, 0))
    layer.sigma = [0.0, 0.5, 1.0, 2.0]
    noise = testing.array(layer(x, training=True)) - np.maximum(x, 0)
    np.testing.assert_allclose(noise.mean(axis=0), 0.0, atol=0.05)
    np.testing.assert_allclose(noise.std(axis=0), [0.0, 0.5, 1.0, 2.0], rtol=0.03)


@pytest.mark.parametrize("axis", [-1, 0])
def test_gumbel_softmax_draws_from_the_softmax(axis):
    x = np.moveaxis(np.tile(np.float32([0.0, 1.0, -1.0, -np.inf]), (20000, 1)), -1, axis)
    y = testing.array(ka.GumbelSoftmax(hard=True, axis=axis, seed=1)(x, training=True))
    assert set(np.unique(y)) == {0.0, 1.0}
    assert (y.sum(axis=axis) == 1).all()
    expected = np.moveaxis(testing.array(ka.Softmax(axis=axis)(x)), axis, -1)[0]
    np.testing.assert_allclose(np.moveaxis(y, axis, -1).mean(axis=0), expected, atol=0.02)


def test_the_soft_sample_has_its_largest_entry_where_the_hard_one_is():
    from keras_activations.core import autodiff

    x = testing.tensor(X, "float32")
    weights = testing.tensor(np.cos(X), "float32")
    (soft, (slope,)), (hard, (through,)) = (
        autodiff.value_and_gradients(lambda x, layer=layer: layer(x, training=True), [x], weights)
        for layer in (ka.GumbelSoftmax(0.5, seed=3), ka.GumbelSoftmax(0.5, hard=True, seed=3))
    )
    np.testing.assert_array_equal(testing.array(hard).argmax(axis=-1), testing.array(soft).argmax(axis=-1))
    np.testing.assert_allclose(testing.array(through), testing.array(slope), rtol=1e-6, atol=1e-8)
    assert (testing.array(soft) != testing.array(ka.GumbelSoftmax(0.5)(X))).any()


def test_a_hard_gumbel_softmax_in_inference_and_under_a_mask():
    layer = ka.GumbelSoftmax(hard=True, seed=1)
    np.testing.assert_array_equal(testing.array(layer([1.0, 3.0, 3.0])), [0.0, 1.0, 0.0])
    mask = np.array([[[True, False, True, True]]])
    y = testing.array(layer(X, mask=mask, training=True))
    assert (y[..., 1] == 0).all()
    assert (y.sum(axis=-1) == 1).all()
    nothing = testing.array(layer(X, mask=np.zeros_like(mask), training=True))
    assert (nothing == 0).all()
