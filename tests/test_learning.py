"""Learned parameters: one mechanism, shown on Swish, on every backend."""

import keras
import numpy as np
import pytest
from cases import BACKEND
from keras import ops

import keras_activations as ka
from keras_activations import autodiff, testing

X = np.random.default_rng(3).normal(size=(2, 6, 4)).astype("float32")


def number(x):
    return float(ops.convert_to_numpy(x))


def test_it_learns_and_can_be_frozen():
    x = np.linspace(-3, 3, 64, dtype="float32")[:, None]
    y = x / (1 + np.exp(-3 * x))
    act = ka.Swish(learned=True)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="ones"), act])
    model.layers[0].trainable = False
    model.compile(keras.optimizers.Adam(0.1), "mse")
    model.fit(x, y, epochs=60, verbose=0, batch_size=64)
    assert abs(number(act.beta) - 3) < 0.3
    act.trainable, model.layers[0].trainable = False, True
    model.compile(keras.optimizers.Adam(0.1), "mse")
    frozen = number(act.beta)
    model.fit(x, -y, epochs=1, verbose=0)
    assert number(act.beta) == frozen


def test_what_is_not_learned_stays_fixed_whatever_happens_to_trainable():
    host = keras.layers.Dense(4, activation=ka.Swish(beta=2.0))
    host.build((None, 4))
    host.trainable = False
    host.trainable = True
    assert len(host.trainable_weights) == 2
    assert host.activation.beta == 2.0


@pytest.mark.parametrize(("arguments", "shape"), [({}, ()), ({"channels": 4}, (4,)), ({"channels": 6, "axis": 1}, (6,))])
def test_weights_exist_at_construction(arguments, shape):
    layer = ka.Swish(beta=1.5, learned=True, **arguments)
    assert [tuple(weight.shape) for weight in layer.weights] == [shape]
    np.testing.assert_allclose(testing.array(layer(X)), testing.array(ka.Swish(beta=1.5)(X)), rtol=1e-6)
    assert len(layer.weights) == 1


@pytest.mark.parametrize(
    ("arguments", "shape"), [({"per": "channel"}, (4,)), ({"per": "channel", "axis": 1}, (6,)), ({"per": "element"}, (6, 4))]
)
def test_weights_are_made_by_the_first_call(arguments, shape):
    layer = ka.Swish(learned=True, **arguments)
    assert layer.weights == []
    layer(X)
    assert [tuple(weight.shape) for weight in layer.weights] == [shape]


def test_channels_work_on_sizes_that_are_not_known():
    inputs = keras.Input((None, None, 3))
    model = keras.Model(inputs, ka.Swish(learned=True, per="channel")(inputs))
    assert model.count_params() == 3
    for size in (2, 5):
        assert model.predict(np.ones((1, size, size, 3)), verbose=0).shape == (1, size, size, 3)


@pytest.mark.parametrize("arguments", [{}, {"channels": 4}, {"channels": 6, "axis": 1}, {"per": "element"}])
def test_the_gradient_is_summed_over_what_was_broadcast(arguments):
    """Against central differences in float64 of the definition."""
    layer = ka.Swish(beta=1.5, learned=True, **arguments)
    layer(X)
    weight = testing.tensor(testing.array(layer.beta), "float32")

    def call(beta):
        return layer.stateless_call([beta], [], ops.convert_to_tensor(X))[0]

    _, (gradient,) = autodiff.value_and_gradients(call, [weight], ops.ones((2, 6, 4)))
    shape = {"channels": (1, 1, 4), "per": (1, 6, 4)}.get(next(iter(arguments), None), (1, 1, 1)) if "axis" not in arguments else (1, 6, 1)

    def definition(step):
        return X.astype("float64") / (1 + np.exp(-(1.5 + step) * X.astype("float64")))

    each = (definition(1e-6) - definition(-1e-6)) / 2e-6
    expected = each.sum(axis=tuple(axis for axis, size in enumerate(shape) if size == 1))
    np.testing.assert_allclose(testing.array(gradient), expected, rtol=1e-5, atol=1e-6)


def test_the_gradient_is_summed_in_float32():
    """65,536 terms of 2**-4 would stop growing at 16 in bfloat16."""
    layer = ka.Swish(beta=1.0, learned=True)
    x = testing.tensor(np.full((65536, 1), 1.0), "bfloat16")
    weight = testing.tensor(1.0, "float32")
    _, (gradient,) = autodiff.value_and_gradients(lambda beta: layer.stateless_call([beta], [], x)[0], [weight], ops.ones((65536, 1)))
    slope = np.exp(-1.0) / (1 + np.exp(-1.0)) ** 2
    np.testing.assert_allclose(number(gradient), 65536 * slope, rtol=1e-3)


def test_the_attribute_reads_and_sets_the_weight():
    layer = ka.Swish(beta=0.5, learned=True, channels=4)
    assert testing.array(layer.beta).tolist() == [0.5] * 4
    layer.beta = 2.0
    assert testing.array(layer.weights[0]).tolist() == [2.0] * 4
    layer.beta = [1.0, 2.0, 3.0, 4.0]
    assert testing.array(layer.weights[0]).tolist() == [1.0, 2.0, 3.0, 4.0]
    fixed = ka.Swish(beta=0.5)
    fixed.beta = 2.0
    np.testing.assert_allclose(testing.array(fixed(X)), testing.array(ka.Swish(beta=2.0)(X)))
    assert fixed.get_config()["beta"] == 2.0


def test_regularizer_and_constraint_act():
    layer = ka.Swish(beta=-2.0, learned=True, regularizer=keras.regularizers.L2(0.5), constraint="non_neg")
    host = keras.layers.Dense(4, activation=layer)
    host(X)
    assert number(sum(host.losses)) == 2.0
    assert number(layer.weights[0].constraint(ops.convert_to_tensor(-2.0))) == 0.0


def test_inside_a_host_all_weights_are_the_models():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, activation=ka.Swish(learned=True, channels=4))])
    assert model.count_params() == 4 * 4 + 4 + 4
    optimizer = keras.optimizers.Adam()
    optimizer.build(model.trainable_variables)
    model(X[0])
    assert len(model.trainable_variables) == 3


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_parameters_are_not_rounded_by_a_mixed_policy(policy):
    keras.config.set_dtype_policy(policy)
    x = testing.tensor(np.linspace(-6, 6, 201), policy.removeprefix("mixed_"))
    learned, fixed = ka.Swish(beta=1.2345, learned=True), ka.Swish(beta=1.2345)
    np.testing.assert_array_equal(testing.array(learned(x)), testing.array(fixed(x)))


def test_a_value_set_before_the_weight_exists_is_its_initial_value():
    layer = ka.Swish(learned=True, per="channel")
    layer.beta = 5.0
    layer(X)
    assert testing.array(layer.beta).tolist() == [5.0] * 4
    assert layer.get_config()["beta"] == 5.0
    with pytest.raises(TypeError, match="beta must be a number"):
        ka.Swish().beta = "x"


def test_parameters_of_a_users_activation():
    class Line(ka.Learned):
        """``f(x) = a * x + b``"""

        def __init__(self, a=1.0, b=0.0, **kwargs):
            super().__init__(**kwargs)
            self.learn(a=a, b=b)

        def fallback(self, x, a, b):
            return a * x + b

    layer = Line(2.0, -1.0, learned=True)
    assert [weight.name for weight in layer.weights] == ["a", "b"]
    np.testing.assert_allclose(testing.array(layer(X)), 2 * X - 1, rtol=1e-6)

    class More(ka.Swish):
        def __init__(self, gamma=2.0, **kwargs):
            super().__init__(**kwargs)
            self.learn(gamma=gamma)

    with pytest.raises(ValueError, match=r"More declares gamma after beta\. Call learn once"):
        More(learned=True)


@pytest.mark.skipif(BACKEND != "torch", reason="about torch modules")
def test_torch_sees_the_parameters():
    import torch

    class Module(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.act = ka.Swish(learned=True)

    assert len(list(Module().parameters())) == 1
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, activation=ka.Swish(learned=True))])
    model.add(keras.layers.Dense(4, activation=ka.Swish(learned=True)))
    assert len(list(model.parameters())) == len(model.weights) == 6
    assert len(model.state_dict()) >= 6


@pytest.mark.skipif(BACKEND != "jax", reason="about JAX tracing")
def test_a_first_call_inside_jit_leaves_no_tracer_behind():
    import jax

    layer = ka.Swish(learned=True)
    jax.jit(layer)(X)
    assert np.isfinite(testing.array(layer(X))).all()


@pytest.mark.skipif(BACKEND != "tensorflow", reason="about TensorFlow's strategies")
def test_data_parallel_training():
    import tensorflow as tf

    with tf.distribute.MirroredStrategy(["CPU:0"]).scope():
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, activation=ka.Swish(learned=True)), ka.Mish()])
        model.compile("sgd", "mse")
    model.fit(X[0], X[0], epochs=1, verbose=0)
    assert number(model.layers[0].activation.beta) != 1.0


def test_bidirectional_learns_one_for_each_direction():
    layer = keras.layers.Bidirectional(keras.layers.LSTM(4, activation=ka.Swish(learned=True)))
    layer(X)
    assert len(layer.weights) == 2 * (3 + 1)
