"""Learned parameters use one mechanism on every backend. The tests show it with Swish."""

import warnings

import keras
import numpy as np
import pytest
from keras import ops

import keras_activations as ka
from keras_activations import testing
from keras_activations.core import autodiff, elementary
from lab.cases import BACKEND, CATALOGUE

X = np.random.default_rng(3).normal(size=(2, 6, 4)).astype("float32")


LEARNED = [entry.cls for entry in CATALOGUE.values() if entry.arguments.get("learned")]


def number(x):
    return float(ops.convert_to_numpy(x))


@pytest.mark.parametrize("cls", LEARNED)
def test_by_default_all_weights_exist_before_the_first_call(cls):
    layer = cls()
    weights = [tuple(weight.shape) for weight in layer.weights]
    assert weights
    host = layer if issubclass(cls, ka.Splitting) else keras.layers.Dense(8, activation=layer)
    host(np.ones((2, 8)))
    assert [tuple(weight.shape) for weight in layer.weights] == weights


@pytest.mark.parametrize(
    "arguments", [{"channels": 8}, {"per": "element"}, {"shared_axes": [1]}, {"regularizer": "l2"}, {"constraint": "non_neg"}], ids=repr
)
def test_what_is_said_of_weights_is_noticed_where_there_are_none(arguments):
    with pytest.warns(UserWarning, match=rf"^Swish\(.*\) learns nothing: .*{next(iter(arguments))} without effect\. Write learned=True\.$"):
        layer = ka.Swish(**arguments)
    assert not layer.weights
    assert ka.Swish(learned=True, **arguments).learned


@pytest.mark.parametrize("cls", LEARNED)
def test_every_parameter_moves(cls):
    layer = cls()
    model = keras.Sequential([keras.Input((6, 4)), layer])
    before = [testing.array(weight) for weight in layer.weights]
    model.compile(keras.optimizers.SGD(0.01), "mse")
    width = model.output_shape[-1]
    # The training has two steps. A parameter may have no effect until another parameter has left its initial value.
    model.fit(np.tile(X, (2, 1, 1)), np.full((4, 6, width), 0.3), epochs=2, verbose=0)
    still = [weight.name for old, weight in zip(before, layer.weights, strict=True) if (testing.array(weight) == old).all()]
    assert not still, f"{still} of {layer!r} did not move"


@pytest.mark.parametrize("alpha", [0.0, 1e-30, -1e-30, 1e-6, -1e-6])
def test_soft_exponential_leaves_0_in_either_direction(alpha):
    layer = ka.SoftExponential(alpha)
    x, weights = ops.convert_to_tensor(X), [testing.tensor(alpha, "float32")]
    y, (gradient,) = autodiff.value_and_gradients(lambda w: layer.stateless_call([w], [], x)[0], weights, ops.ones((2, 6, 4)))
    np.testing.assert_allclose(testing.array(y), X, rtol=1e-5, atol=2e-6)
    np.testing.assert_allclose(number(gradient), np.sum(1 + X**2 / 2), rtol=1e-5)


@pytest.mark.parametrize(
    "entry", [e for e in CATALOGUE.values() if e.parameters and not issubclass(e.cls, ka.Learned)], ids=lambda e: e.name
)
def test_the_gradient_of_what_a_layer_has_once(entry):
    """The gradient agrees with central differences.

    test_values.py compares the gradient of parameters per channel with that of the formula.
    """
    layer = entry.cls(learned=True)
    weights = [testing.array(weight) for weight in layer.weights]
    x = testing.tensor(X, "float32")
    upstream = np.linspace(-1, 2, int(np.prod(layer.compute_output_shape(X.shape)))).reshape(layer.compute_output_shape(X.shape))

    def call(*weights):
        return layer.stateless_call(list(weights), [], x)[0]

    _, gradients = autodiff.value_and_gradients(call, [testing.tensor(w, "float32") for w in weights], testing.tensor(upstream, "float32"))
    for k, (weight, gradient) in enumerate(zip(weights, gradients, strict=True)):
        for index in np.ndindex(weight.shape):
            ends = []
            for step in (-(2.0**-8), 2.0**-8):
                moved = [w.copy() for w in weights]
                moved[k][index] += step
                ends.append((testing.array(call(*(testing.tensor(w, "float32") for w in moved))) * upstream).sum())
            np.testing.assert_allclose(testing.array(gradient)[index], (ends[1] - ends[0]) * 2**7, rtol=2e-3, atol=2e-3)


def test_an_initializer_is_an_initial_value():
    layer = ka.Swish(beta=keras.initializers.RandomUniform(1, 2, seed=3), learned=True, channels=64)
    beta = testing.array(layer.beta)
    assert 1 <= beta.min() < 1.2 < 1.8 < beta.max() <= 2
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    np.testing.assert_array_equal(testing.array(again.beta), beta)
    with pytest.raises(ValueError, match="beta is not learned and needs a number"):
        ka.Swish(beta=keras.initializers.RandomUniform(1, 2))


def names_of_initializers():
    """Return the names in both spellings, such as "zeros" and "Zeros"."""
    return [name for name in dir(keras.initializers) if not name.startswith("_") and name not in ("deserialize", "get", "serialize")]


@pytest.mark.parametrize("name", names_of_initializers())
def test_an_initializer_may_be_called_by_its_name(name):
    try:
        expected = testing.array(keras.initializers.get(name)((), dtype="float32"))
    except Exception:
        with pytest.raises(ValueError, match="alpha"):
            ka.PReLU(alpha=name)
        return
    layer = ka.PReLU(alpha=name)
    if name.lower() in ("zeros", "ones"):
        assert number(layer.alpha) == expected
    assert type(layer.declared["alpha"].value) is type(keras.initializers.get(name))
    assert ka.PReLU.from_config(layer.get_config()).get_config() == layer.get_config()


def parameters(several):
    """Return every learned parameter that is a single number, or every one that has several entries."""
    declared = [(entry, entry.cls(**entry.cls.samples[0] | {"learned": True}).declared) for entry in CATALOGUE.values() if entry.parameters]
    return [
        pytest.param(entry.cls, name, id=f"{entry.name}-{name}")
        for entry, parameters in declared
        for name, parameter in parameters.items()
        if (parameter.entries is not None) == several
    ]


@pytest.mark.parametrize(("cls", "name"), parameters(several=False))
def test_every_learned_parameter_takes_an_initializer_in_any_form(cls, name):
    for value in ("zeros", "Zeros", {"class_name": "Zeros", "config": {}}, keras.initializers.Zeros):
        layer = cls(**{name: value, "learned": True})
        assert testing.array(getattr(layer, name)) == np.float32(layer.declared[name].low or 0.0)
        assert layer.get_config()[name]["class_name"] == "Zeros"
    with pytest.raises(
        ValueError, match=f"{name} is not learned and needs a number; received 'he_normal'. Write learned=True, or {name}=0.5"
    ):
        cls(**{name: "he_normal", "learned": False})
    for learned in (True, False):
        with pytest.raises(TypeError, match=f"{name} must be a number, such as {name}=2.5; received '2.5'"):
            cls(**{name: "2.5", "learned": learned})


# Another argument gives the number of entries of these parameters.
COUNTED = [(ka.ABU, "coefficients"), (ka.APL, "slopes"), (ka.Fourier, "sines"), (ka.PolyNorm, "coefficients")]


@pytest.mark.parametrize(("cls", "name"), parameters(several=True))
def test_an_initializer_of_several_entries_needs_to_know_how_many(cls, name):
    defaults = {name: parameter.value for name, parameter in cls().declared.items()}
    if (cls, name) in COUNTED:
        assert testing.array(getattr(cls(**{name: "ones"}), name)).tolist() == [1.0] * len(defaults[name])
    else:
        with pytest.raises(ValueError, match=f"{name} needs to know how many entries it has; received 'ones'. Write a tuple"):
            cls(**defaults | {name: "ones"})
    with pytest.raises(ValueError, match=f"{name} is not learned and needs numbers; received 'ones'. Write learned=True, or a tuple"):
        cls(**defaults | {name: "ones", "learned": False})


class Polygon(ka.Learned):
    """``f(x) = sum(heights * max(x - corners, 0)) + offset``"""

    def __init__(self, heights=(1.0, 0.5), corners=(0.0, 1.0), offset=0.0, *, learned=True, **kwargs):
        super().__init__(learned=learned, **kwargs)
        self.learn(
            heights=ka.Parameter(heights, low=0.125, entries=0),
            corners=ka.Parameter(corners, entries=len(heights)),
            offset=ka.Parameter(offset, shared=True),
        )

    def fallback(self, x, heights, corners, offset):
        pieces = zip(heights, corners, strict=True)
        return sum(height * elementary.where(x <= corner, 0.0, x - corner) for height, corner in pieces) + offset


@pytest.mark.parametrize(
    ("arguments", "shapes"),
    [
        ({}, [(2,), (2,), ()]),
        ({"channels": 4}, [(2, 4), (2, 4), ()]),
        ({"channels": 6, "axis": 1}, [(2, 6), (2, 6), ()]),
        ({"per": "element"}, [(2, 6, 4), (2, 6, 4), ()]),
    ],
)
def test_parameters_of_several_entries_and_shared_ones(arguments, shapes, tmp_path):
    layer = Polygon(**arguments)
    plain = testing.array(Polygon(learned=False)(X))
    np.testing.assert_allclose(testing.array(layer(X)), plain, rtol=1e-6)
    np.testing.assert_allclose(plain, np.maximum(X, 0) + 0.5 * np.maximum(X - 1, 0), rtol=1e-6)
    assert [tuple(weight.shape) for weight in layer.weights] == shapes
    layer.heights = (2.0, 3.0)
    assert (testing.array(layer.heights).reshape(2, -1) == [[2.0], [3.0]]).all()
    # The weights are loaded into a layer that was never called. The layer is built with the shapes in the file.
    model, again = (keras.Sequential([act]) for act in (layer, Polygon(**arguments)))
    model(X)
    model.save_weights(tmp_path / "model.weights.h5")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        again.layers[0].load_own_variables({str(k): testing.array(w) for k, w in enumerate(layer.weights)})
    np.testing.assert_array_equal(testing.array(again.layers[0](X)), testing.array(layer(X)))
    assert layer.get_config()["heights"] == [1.0, 0.5]


@pytest.mark.parametrize("arguments", [{}, {"channels": 4}, {"per": "element"}])
def test_the_gradient_of_several_entries(arguments):
    layer = Polygon(**arguments)
    layer(X)
    weights = [testing.tensor(testing.array(w), "float32") for w in layer.weights]
    _, gradients = autodiff.value_and_gradients(
        lambda *weights: layer.stateless_call(list(weights), [], ops.convert_to_tensor(X))[0], weights, ops.ones((2, 6, 4))
    )
    each = np.stack([np.maximum(X, 0), np.maximum(X - 1, 0)])
    axes = {"channels": (1, 2), "per": (1,)}.get(next(iter(arguments), None), (1, 2, 3))
    np.testing.assert_allclose(testing.array(gradients[0]), each.sum(axis=axes), rtol=1e-5)
    assert number(gradients[2]) == X.size


def test_a_least_value_is_kept():
    class AtMostEight(keras.constraints.Constraint):
        def __call__(self, weight):
            return ops.minimum(weight, 8.0)

    for target, bound in ((-50.0, 0.125), (50.0, 8.0)):
        layer = Polygon(channels=4, constraint=AtMostEight())
        model = keras.Sequential([keras.Input((6, 4)), layer])
        model.compile(keras.optimizers.SGD(100.0), "mse")
        model.fit(np.abs(X) + 1, np.full((2, 6, 4), target), epochs=1, verbose=0)
        assert (testing.array(layer.heights) == bound).all()
    with pytest.raises(ValueError, match=r"heights must be at least 0.125; received 0.0"):
        Polygon(heights=(1.0, 0.0))
    with pytest.raises(ValueError, match=r"corners must be a tuple of 2 numbers; received \(1.0,\)"):
        Polygon(corners=(1.0,))


def test_build_activations_makes_the_weights_that_would_wait_for_a_call():
    layers = keras.layers

    def act():
        return ka.PReLU(per="channel")

    model = keras.Sequential(
        [
            keras.Input((None, 4)),
            layers.TimeDistributed(layers.Dense(3, act())),
            keras.Sequential([layers.Conv1D(4, 3, activation=act())]),
            layers.Bidirectional(layers.LSTM(2, activation=act())),
        ]
    )
    before = len(model.weights)
    ka.build_activations(model)
    assert len(model.weights) == before + 4
    if BACKEND == "torch":
        assert sum(p.requires_grad for p in model.parameters()) == len(model.trainable_weights)
    optimizer = keras.optimizers.Adam()
    optimizer.build(model.trainable_variables)
    model.compile(optimizer, "mse")
    model.fit(np.ones((2, 9, 4)), np.ones((2, 4)), verbose=0)
    assert len(model.weights) == before + 4

    class Model(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(3, act())

        def call(self, x):
            return self.dense(x)

    model = Model()
    with pytest.raises(ValueError, match="Write build_activations\\(model, x\\)"):
        ka.build_activations(model)
    ka.build_activations(model, X)
    assert len(model.weights) == 3


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
    """The gradient agrees with central differences of the definition in float64."""
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


SHARED = [
    ((6,), None),
    ((6,), [1]),
    ((6, 4), None),
    ((6, 4), 1),
    ((6, 4), [2]),
    ((5, 6, 4), [1, 2]),
    ((5, 6, 4), [2, 3]),
    ((5, 6, 4), [2]),
    ((5, 6, 4), [1, 2, 3]),
    ((5, 6, 4), []),
    ((2, 3, 5, 4), [1, 2]),
    ((2, 3, 5, 4), [1, 2, 3]),
]


@pytest.mark.parametrize(("shape", "shared_axes"), SHARED)
def test_axes_are_shared_as_in_keras(shape, shared_axes, tmp_path):
    """Output, weights and training are those of `keras.layers.PReLU` for every rank.

    The layer is made from the config of `keras.layers.PReLU` and from its arguments.
    """
    x = np.random.default_rng(5).normal(size=(3, *shape)).astype("float32")
    theirs = keras.layers.PReLU(keras.initializers.RandomUniform(0.1, 0.9, seed=3), shared_axes=shared_axes)
    with pytest.warns(UserWarning, match="is called .* here"):
        ours = ka.PReLU.from_config(theirs.get_config())
    if shared_axes is not None:
        assert ka.PReLU(shared_axes=shared_axes).get_config()["shared_axes"] == ours.get_config()["shared_axes"]
    models = [keras.Sequential([keras.Input(shape), layer]) for layer in (theirs, ours)]
    for model in models:
        model.compile(keras.optimizers.SGD(0.5), keras.losses.MeanSquaredError(), jit_compile=False)
        model.fit(x, np.zeros_like(x), batch_size=3, epochs=2, shuffle=False, verbose=0)
    assert ours.alpha.shape == theirs.alpha.shape
    np.testing.assert_allclose(testing.array(ours.alpha), testing.array(theirs.alpha), rtol=1e-5)
    np.testing.assert_allclose(models[1].predict(x, verbose=0), models[0].predict(x, verbose=0), rtol=1e-5)
    models[1].save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.predict(x, verbose=0), models[1].predict(x, verbose=0))


def test_along_shared_axes_sizes_need_not_be_known():
    inputs = keras.Input((None, None, 4))
    model = keras.Model(inputs, ka.PReLU(shared_axes=[1, 2])(inputs))
    assert model.count_params() == 4
    for size in (2, 5):
        assert model.predict(np.ones((1, size, size, 4)), verbose=0).shape == (1, size, size, 4)


@pytest.mark.parametrize(("given", "written"), [(None, None), (1, [1]), ((1, 2), [1, 2]), ([], [])])
def test_shared_axes_are_written_as_a_list(given, written):
    layer = ka.PReLU(shared_axes=given)
    assert layer.get_config()["shared_axes"] == written
    assert layer.per == ("layer" if written is None else "element")
    assert ka.PReLU.from_config(layer.get_config()).get_config() == layer.get_config()


def test_parameters_of_several_entries_share_axes_too():
    layer = Polygon(shared_axes=[1])
    np.testing.assert_allclose(testing.array(layer(X)), testing.array(Polygon()(X)), rtol=1e-6)
    assert [tuple(weight.shape) for weight in layer.weights] == [(2, 1, 4), (2, 1, 4), ()]


def test_the_gradient_is_summed_in_float32():
    """A sum of 65,536 terms of 2**-4 would stop growing at 16 in bfloat16."""
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

    class Weighted(ka.Learned):
        def __init__(self, weights=1.0, **kwargs):
            super().__init__(**kwargs)
            self.learn(weights=weights)

    with pytest.raises(ValueError, match="'weights' is an attribute of every Weighted"):
        Weighted()
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


@pytest.mark.parametrize("floatx", ["float64", "float16", "bfloat16"])
def test_other_default_dtypes(floatx):
    keras.config.set_floatx(floatx)
    try:
        layer = ka.PReLU(channels=4)
        layer.alpha = 0.5
        assert testing.array(layer.alpha).tolist() == [0.5] * 4
    finally:
        keras.config.set_floatx("float32")


def test_what_is_set_is_checked_like_an_argument():
    layer = ka.PELU()
    for wrong in (-1.0, float("nan"), [float("inf")]):
        with pytest.raises(ValueError, match=r"beta must be finite, at least 0.1 and at most inf; received"):
            layer.beta = wrong
    with pytest.raises(TypeError, match="beta must be a number or an array of numbers; received 'x'"):
        layer.beta = "x"
    assert number(layer.beta) == 1.0
    assert number(ka.PELU(beta=keras.initializers.Zeros()).beta) == np.float32(0.1)
    with pytest.raises(ValueError, match=r"coefficients needs to know how many entries it has.* Write a tuple"):
        ka.SLAF(keras.initializers.Zeros())
    with pytest.raises(ValueError, match="Write affine=True"):
        ka.TLU(alpha=0.5)


@pytest.mark.parametrize("wrong", ["softmax", "glu", "prelu", "rrelu"])
def test_blends_are_of_elementwise_activations_without_weights(wrong):
    with pytest.raises(ValueError, match=f"activations must be elementwise, .*; received '{wrong}'"):
        ka.ABU(("relu", wrong))


@pytest.mark.parametrize("version", "ABCDN")
@pytest.mark.parametrize("name", ["exponential", "leaky_relu", "gelu", "tanh", "poly_relu", "swoosh_l"])
def test_a_rational_unit_is_no_worse_than_a_polynomial(name, version):
    x = np.linspace(-3, 3, 241, dtype="float32")
    target = testing.array(ka.get(name)(x))
    fitted = testing.array(ka.Rational(approximates=name, version=version)(x))
    polynomial = np.polynomial.Polynomial.fit(x, target, 5)(x)
    assert np.square(fitted - target).mean() < 1.1 * np.square(polynomial - target).mean() + 1e-7


def test_rational_units_of_every_degree():
    for version in "ABCDN":
        assert np.isfinite(testing.array(ka.Rational(version=version, degrees=(2, 1))(X))).all()
    with pytest.raises(ValueError, match="approximates must be an elementwise activation; received 'softmax'"):
        ka.Rational(approximates="softmax")


def test_a_rational_unit_with_coefficients_may_be_of_any_degree():
    config = ka.Rational((0.5, 1.0), (0.25,)).get_config() | {"degrees": [40, 33]}  # version 0.2.0 wrote this config
    assert ka.Rational.from_config(config).get_config() == config
