"""The duties of a Keras layer, for every activation: dtypes, inputs, shapes, masks, policies of hosts, and compiled models."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_activations as ka
from keras_activations import testing
from keras_activations.catalogue.entry import Entry
from keras_activations.core import autodiff, terms
from lab.cases import BACKEND, CASES, CATALOGUE, parametrize

X = np.random.default_rng(3).normal(size=(2, 6, 4)).astype("float32")


def dtype_of(x):
    return keras.backend.standardize_dtype(x.dtype)


@parametrize()
def test_symbolic_shape_and_dtype_are_the_real_ones(case):
    cls, sample = case
    layer = cls(**sample)
    for dtype in ("float32", "float16", "bfloat16"):
        symbol = layer(keras.KerasTensor((None, 6, 4), dtype=dtype))
        y = layer(testing.tensor(X, dtype))
        assert (symbol.shape[1:], symbol.dtype) == (tuple(y.shape)[1:], dtype_of(y))
        assert dtype_of(y) == dtype
    assert layer.compute_output_shape((None, 6, 4))[1:] == tuple(y.shape)[1:]


@parametrize()
def test_a_model_computes_the_same(case):
    cls, sample = case
    layer = cls(**sample)
    inputs = keras.Input((6, 4))
    model = keras.Model(inputs, layer(inputs))
    assert model.output_shape[1:] == tuple(layer(X).shape)[1:]
    np.testing.assert_allclose(model.predict(X, verbose=0), testing.array(layer(X)), rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("policy", ["float32", "float16", "bfloat16", "mixed_float16", "mixed_bfloat16"])
def test_an_inner_activation_follows_its_host(policy):
    for born_under in ("float32", policy):
        keras.config.set_dtype_policy(born_under)
        for activation in (ka.Mish(), ka.Swish(learned=True), ka.Softmax(), ka.ReLU()):
            host, same = keras.layers.Dense(4, dtype=policy, activation=activation), keras.layers.Dense(4, dtype=policy, activation="relu")
            assert dtype_of(host(X)) == dtype_of(same(X)) == host.compute_dtype
            symbol = keras.KerasTensor((None, 4))
            assert host(symbol).dtype == same(symbol).dtype
            assert all(dtype_of(weight) == "float32" or born_under != "float32" for weight in activation.weights)


@pytest.mark.skipif(BACKEND == "jax", reason="JAX has float64 only where the whole process asks for it")
def test_float64_is_float64():
    x = np.full((1, 1), 1 / 3)
    hosts = [keras.layers.Dense(1, dtype="float64", kernel_initializer="ones", activation=a) for a in ("linear", ka.Linear())]
    string, ours = (host(x) for host in hosts)
    assert dtype_of(ours) == "float64"
    assert testing.array(ours) == testing.array(string)
    assert testing.array(ka.Linear(dtype="float64")(x)).item() == 1 / 3
    y = ka.LeakyReLU(0.1)(testing.tensor([[-1.0]], "float64"))
    assert testing.array(y).item() == -0.1


def test_a_policy_set_later_is_obeyed():
    layer = ka.Mish()
    layer.dtype_policy = "float16"
    assert dtype_of(layer(testing.tensor(X, "float32"))) == "float16"
    assert layer.get_config()["dtype"] is not None
    with pytest.raises(ValueError, match=r"dtype must be a dtype or policy of floats, .*; received 'int32'"):
        layer.dtype_policy = "int32"
    assert dtype_of(layer(testing.tensor(X, "float32"))) == "float16"
    layer.dtype_policy = None
    assert dtype_of(layer(testing.tensor(X, "bfloat16"))) == "bfloat16"
    assert layer.get_config()["dtype"] is None


def test_a_policy_may_be_a_map():
    layer = ka.PReLU(dtype=keras.dtype_policies.DTypePolicyMap(default_policy="mixed_float16"))
    for again in (layer, ka.PReLU.from_config(layer.get_config())):
        assert dtype_of(again(testing.tensor(X, "float32"))) == "float16"


def test_variables_keep_their_dtype():
    assert dtype_of(ka.Mish()(keras.Variable([1.0], dtype="float16"))) == "float16"


def test_who_redefines_the_value_does_not_keep_the_old_derivative_and_native_op():
    class Triple(ka.SiLU):
        def fallback(self, x):
            return 3 * super().fallback(x)

    class ReLU(ka.ReLU):
        def fallback(self, x):
            return 10 * super().fallback(x)

    x = testing.tensor([0.5], "float32")
    (_, (triple,)), (_, (single,)) = (autodiff.value_and_gradients(act, [x], ops.ones((1,))) for act in (Triple(), ka.SiLU()))
    np.testing.assert_allclose(testing.array(triple), 3 * testing.array(single), rtol=1e-6)
    assert testing.array(ReLU()([1.0, 2.0])).tolist() == [10.0, 20.0]


class Doubled:
    def fallback(self, x):
        return 2.0 * super().fallback(x)


@pytest.mark.parametrize("base", [entry.cls for entry in CATALOGUE.values() if not entry.parameters], ids=lambda cls: cls.__name__)
def test_what_belongs_to_a_value_is_not_inherited_by_another(base):
    """A class that redefines the value does not inherit it. A class whose mixin redefines the value does not inherit it either."""
    itself = type("Itself", (base,), {"__doc__": None})
    redefined = type("Redefined", (base,), {"fallback": lambda self, *tensors: 2.0 * base.fallback(self, *tensors)})
    mixed = type("Mixed", (Doubled, base), {"__doc__": None})
    for name in ("derivative", "native", "keeps_logits"):
        assert getattr(itself, name) is getattr(base, name)
        assert not getattr(redefined, name)
        assert not getattr(mixed, name)
    assert Entry(itself).formula == Entry(base).formula
    assert Entry(redefined).formula is Entry(mixed).formula is None
    assert Entry(redefined).reference == Entry(mixed).reference == ""


def test_a_derivative_of_the_subclass_is_its_own():
    class Triple(ka.SiLU):
        def fallback(self, x):
            return 3 * super().fallback(x)

        def derivative(self, x):
            return 3 * ka.SiLU.derivative(self, x)

    class Renamed(Triple):
        pass

    assert Renamed.derivative is Triple.derivative


@pytest.mark.parametrize("base", [ka.LiSHT, ka.DynamicTanh, ka.BetaMish])
def test_a_derivative_of_the_subclass_runs(base):
    """The derivative of the subclass also runs where the backend differentiates the base."""

    class Straight(base):
        def derivative(self, x, *_):
            yield ops.ones_like(x)

    x = testing.tensor(X, "float32")
    arguments = {"learned": False} if issubclass(base, ka.Learned) else {}
    _, (slope,) = autodiff.value_and_gradients(Straight(**arguments), [x], ops.ones_like(x))
    np.testing.assert_array_equal(testing.array(slope), np.ones_like(X))


@pytest.mark.skipif(BACKEND != "tensorflow", reason="about TensorFlow's tensors")
def test_ragged_tensors_and_unknown_ranks():
    import tensorflow as tf

    ragged = tf.ragged.constant([[1.0, -2.0], [3.0]])
    np.testing.assert_allclose(ka.Mish()(ragged).flat_values, ka.Mish()([1.0, -2.0, 3.0]))
    with pytest.raises(TypeError, match="Softmax takes dense tensors; received a RaggedTensor"):
        ka.Softmax()(ragged)
    swish = ka.Swish(learned=True)

    @tf.function(input_signature=[tf.TensorSpec(None)])
    def gradients(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = swish(x)
        return tape.gradient(y, [x, swish.beta.value])

    assert [g.shape for g in gradients(tf.ones((2, 3)))] == [(2, 3), ()]


def test_an_explicit_dtype_casts():
    layer = ka.Sigmoid(dtype="float32")
    assert dtype_of(layer(testing.tensor(X, "float16"))) == "float32"
    assert layer(keras.KerasTensor((None, 4), dtype="float16")).dtype == "float32"
    assert dtype_of(ka.Sigmoid.from_config(layer.get_config())(testing.tensor(X, "float16"))) == "float32"
    assert ka.Sigmoid().get_config()["dtype"] is None


@parametrize([case for case in CASES if "channels" not in case[1]])
def test_integers_lists_and_arrays_become_floatx(case):
    cls, sample = case
    numbers = [[1, -2, 3, 4], [0, 5, -6, 7]]
    expected = testing.array(cls(**sample)(testing.tensor(numbers, "float32")))
    floats = [[float(v) for v in row] for row in numbers]
    for given in (numbers, floats, np.array(numbers), np.array(floats), ops.convert_to_tensor(np.array(numbers, "int32"))):
        y = cls(**sample)(given)
        assert dtype_of(y) == "float32"
        np.testing.assert_array_equal(testing.array(y), expected)
    assert cls(**sample)(keras.KerasTensor((2, 4), dtype="int32")).dtype == "float32"


@pytest.mark.parametrize("policy", ["float16", "bfloat16", "float32"])
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_arrays_take_the_policys_dtype(dtype, policy):
    keras.config.set_dtype_policy(policy)
    x = np.array([-2.0, 0.0, 0.5]).astype(dtype)
    y = ka.Linear()(x)
    assert dtype_of(y) == policy
    np.testing.assert_array_equal(testing.array(y), [-2.0, 0.0, 0.5])


def test_arrays_take_the_policys_dtype_as_in_keras():
    keras.config.set_dtype_policy("mixed_bfloat16")
    assert dtype_of(ka.ReLU()(X)) == dtype_of(keras.layers.ReLU()(X)) == "bfloat16"
    assert dtype_of(ka.ReLU()(ops.convert_to_tensor(X))) == "float32"


# GroupSort along the time axis refuses masks. test_axis.py tests this.
KEEP_STEPS = [case for case in CASES if not issubclass(case[0], ka.Splitting) and case != (ka.GroupSort, {"group_size": None, "axis": -2})]


TOKENS = np.array([[3, 1, 0, 0], [2, 0, 0, 0]])


@pytest.fixture(scope="module")
def embedding():
    # The width equals the number of tokens. A mask with a wrong shape would broadcast.
    return keras.layers.Embedding(5, 4, mask_zero=True)


@parametrize([case for case in KEEP_STEPS if "channels" not in case[1]])
def test_masks_of_time_steps_pass_through(case, embedding):
    cls, sample = case
    embedded = embedding(TOKENS)
    y = cls(**sample)(embedded)
    np.testing.assert_array_equal(ops.convert_to_numpy(y._keras_mask), TOKENS != 0)
    np.testing.assert_allclose(
        testing.array(y), testing.array(cls(**sample)(testing.tensor(testing.array(embedded), "float32"))), rtol=1e-6
    )


def test_a_recurrent_layer_leaves_out_the_masked_steps(embedding):
    y, recurrent = ka.Mish()(embedding(TOKENS)), keras.layers.LSTM(2)
    plain = testing.tensor(testing.array(y), "float32")
    # The compilers choose the order of the sums for each batch size. A sum may be much smaller than its terms.
    np.testing.assert_allclose(testing.array(recurrent(y))[:1], testing.array(recurrent(plain[:1, :2])), rtol=1e-6, atol=1e-8)
    assert (testing.array(recurrent(y)) != testing.array(recurrent(plain))).all()


def test_splitters_split_the_mask_of_the_axis_that_they_split():
    mask = np.array([[True, True, False, True, False, False]])
    x = X[:1]
    np.testing.assert_array_equal(ops.convert_to_numpy(ka.GLU().compute_mask(x, mask)), mask)
    np.testing.assert_array_equal(ops.convert_to_numpy(ka.GLU(axis=1).compute_mask(x, mask)), [[True, False, False]])
    np.testing.assert_array_equal(ops.convert_to_numpy(ka.CReLU(axis=1).compute_mask(x, mask)), np.tile(mask, 2))
    assert ka.GLU(axis=1).compute_mask(x, None) is None


# JAX compiles in either case. torch compiles with a C++ toolchain, and a test cannot rely on that toolchain.
@pytest.mark.parametrize("jit", {"tensorflow": [False, True], "jax": [True], "torch": [False]}[BACKEND])
def test_every_activation_trains_in_one_compiled_model(jit):
    inputs = keras.Input((6, 4))
    # All cases compile for minutes. So XLA takes the first case of each class, and TensorFlow's graph the last.
    one_of_each = [(entry.cls, entry.cls.samples[0 if jit else -1]) for entry in CATALOGUE.values()]
    cases = CASES if BACKEND == "torch" else one_of_each
    branches = [keras.layers.GlobalAveragePooling1D()(cls(**sample)(keras.layers.Dense(4)(inputs))) for cls, sample in cases]
    model = keras.Model(inputs, keras.layers.Dense(1)(keras.layers.Concatenate()(branches)))
    model.compile("sgd", "mse", jit_compile=jit)
    before = len(model.weights)
    history = model.fit(np.tile(X, (4, 1, 1)), np.zeros((8, 1)), epochs=2, verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    assert len(model.weights) == before


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_trains(policy):
    keras.config.set_dtype_policy(policy)
    activations = [ka.GELU(), ka.Swish(learned=True), ka.Mish(), ka.Softmax(dtype="float32")]
    model = keras.Sequential([keras.Input((4,)), *[keras.layers.Dense(4, activation=a) for a in activations]])
    model.compile("adam", "sparse_categorical_crossentropy")
    history = model.fit(X.reshape(-1, 4), np.arange(12) % 4, epochs=2, verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    assert dtype_of(model.layers[-1](testing.tensor(X[0], "float16"))) == "float32"


@pytest.mark.parametrize("activation", [ka.Mish(), ka.Swish(learned=True), ka.Swish(learned=True, channels=4), ka.Softmax()], ids=repr)
def test_nothing_is_added_to_a_models_summary_but_parameters(activation):
    def summary(activation):
        keras.utils.clear_session(free_memory=False)
        model, printed = keras.Sequential([keras.Input((6, 4)), keras.layers.Dense(4, activation=activation)]), []
        model.summary(print_fn=lambda text, **_: printed.append(text))
        return [line.split("│")[1:3] for line in "".join(printed).splitlines()]

    assert summary(activation) == summary(None)


def test_stateless_activations_are_built_and_have_no_weights():
    assert ka.Mish().built
    assert ka.Mish().weights == []
    assert ka.Swish().built
    assert ka.Swish().weights == []


def test_the_name_for_tools_may_be_set():
    act, other = ka.LeakyReLU(), ka.LeakyReLU()
    assert act.__name__ == "leaky_relu"
    act.__name__ = "relu"
    assert act.__name__ == keras.layers.Dense(2, activation=act).activation.__name__ == "relu"
    assert other.__name__ == "leaky_relu"
    assert "relu" not in act.get_config().values()
    learned = ka.PReLU()
    learned.__name__ = "slope"
    assert learned.__name__ == "slope"
    with pytest.raises(TypeError, match="__name__ must be a string; received None"):
        act.__name__ = None


def test_a_subclass_with_a_build_of_its_own_is_built():
    class Scaled(ka.Mish):
        def build(self, input_shape):
            self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones")

        def call(self, inputs):
            return self.scale * super().call(inputs)

    layer = Scaled()
    np.testing.assert_allclose(testing.array(layer(X)), testing.array(ka.Mish()(X)))
    assert layer.weights[0].shape == (4,)


@parametrize()
def test_repr_is_the_constructor_call(case):
    cls, sample = case
    layer = cls(**sample)
    again = eval(repr(layer), vars(ka))
    assert again.get_config() | {"name": None} == layer.get_config() | {"name": None}


def test_repr_shows_what_was_chosen():
    assert repr(ka.Mish(dtype="mixed_bfloat16", kernel="fallback")) == "Mish(kernel='fallback', dtype='mixed_bfloat16')"


def test_repr_of_keras_objects_is_their_constructor_call():
    initializer = keras.initializers.RandomUniform(0.25, 0.75, seed=1)
    layer = ka.PELU(alpha=initializer, regularizer=keras.regularizers.L2(0.25), constraint="non_neg", activity_regularizer="l1")
    assert "regularizer=keras.regularizers.L2(l2=0.25)" in repr(layer)
    again = eval(repr(layer), vars(ka) | {"keras": keras})
    assert again.get_config() | {"name": None} == layer.get_config() | {"name": None}


def test_name_of_the_function():
    assert ka.LeakyReLU().__name__ == "leaky_relu"
    assert ka.HardSiLU().__name__ == "hard_silu"


@parametrize([case for case in CASES if "channels" not in case[1]])
def test_the_choice_costs_nothing_in_a_compiled_graph(case):
    """The graph of the layer is the graph of the kernel. It has the same number of operations, and none is for the choice."""
    if BACKEND != "jax":
        pytest.skip("counted in JAX's own representation")
    import jax

    cls, sample = case
    layer = cls(kernel="fallback", **sample)
    x = testing.tensor(X, "float32")

    def kernel(x):
        learned, fixed = layer._operands(x)
        return terms.strictly(layer.fallback)(*layer._chunks(x), *learned, *fixed)

    assert count(jax.make_jaxpr(layer)(x).jaxpr) <= count(jax.make_jaxpr(kernel)(x).jaxpr)


def count(jaxpr):
    from jax.extend.core import jaxprs_in_params

    inner = [list(jaxprs_in_params(equation.params)) for equation in jaxpr.eqns]
    return sum(sum(map(count, parts)) if parts else 1 for parts in inner)
