"""Agreement with the frameworks' own functions.

The tests force this package's kernel. The native path would compare the frameworks' functions with themselves.
"""

import keras
import numpy as np
import pytest

import keras_activations as ka
from keras_activations import testing
from keras_activations.catalogue import registry
from keras_activations.core import autodiff
from lab.cases import BACKEND, CATALOGUE

# (name, arguments) of the activation, and the framework's function. Values and gradients are equal, except for a few units of rounding.
TF_NN = [
    ("relu", {}, "relu", {}),
    ("relu6", {}, "relu6", {}),
    ("leaky_relu", {}, "leaky_relu", {}),
    ("leaky_relu", {"negative_slope": 0.01}, "leaky_relu", {"alpha": 0.01}),
    ("crelu", {}, "crelu", {}),
    ("elu", {}, "elu", {}),
    ("selu", {}, "selu", {}),
    ("softplus", {}, "softplus", {}),
    ("softsign", {}, "softsign", {}),
    ("sigmoid", {}, "sigmoid", {}),
    ("tanh", {}, "tanh", {}),
    ("silu", {}, "silu", {}),
    ("swish", {"beta": 1.5}, "swish", {"beta": 1.5}),
    ("gelu", {}, "gelu", {}),
    ("gelu", {"approximate": True}, "gelu", {"approximate": True}),
    ("softmax", {}, "softmax", {}),
    ("softmax", {"axis": -2}, "softmax", {"axis": -2}),
    ("log_softmax", {}, "log_softmax", {}),
]

# The other functions of tf.nn are no activations. A name that is in neither list fails a test below.
# fmt: off
NO_ACTIVATIONS = {
    "all_candidate_sampler", "approx_max_k", "approx_min_k", "atrous_conv2d", "atrous_conv2d_transpose", "avg_pool", "avg_pool1d",
    "avg_pool2d", "avg_pool3d", "batch_norm_with_global_normalization", "batch_normalization", "bias_add", "collapse_repeated",
    "compute_accidental_hits", "compute_average_loss", "conv1d", "conv1d_transpose", "conv2d", "conv2d_transpose", "conv3d",
    "conv3d_transpose", "conv_transpose", "convolution", "ctc_beam_search_decoder", "ctc_greedy_decoder", "ctc_loss",
    "ctc_unique_labels", "depth_to_space", "depthwise_conv2d", "depthwise_conv2d_backprop_filter",
    "depthwise_conv2d_backprop_input", "dilation2d", "dropout", "embedding_lookup", "embedding_lookup_sparse", "erosion2d",
    "experimental", "fixed_unigram_candidate_sampler", "fractional_avg_pool", "fractional_max_pool", "in_top_k",
    "isotonic_regression", "l2_loss", "l2_normalize", "learned_unigram_candidate_sampler", "local_response_normalization",
    "log_poisson_loss", "lrn", "max_pool", "max_pool1d", "max_pool2d", "max_pool3d", "max_pool_with_argmax", "moments", "nce_loss",
    "normalize_moments", "pool", "RNNCellDeviceWrapper", "RNNCellDropoutWrapper", "RNNCellResidualWrapper",
    "safe_embedding_lookup_sparse", "sampled_softmax_loss", "scale_regularization_loss", "separable_conv2d",
    "sigmoid_cross_entropy_with_logits", "softmax_cross_entropy_with_logits", "space_to_batch", "space_to_depth",
    "sparse_softmax_cross_entropy_with_logits", "sufficient_statistics", "top_k", "weighted_cross_entropy_with_logits",
    "weighted_moments", "with_space_to_batch", "zero_fraction",
}
# fmt: on

# The same lists for the other backends. These have functions that tf.nn lacks.
JAX_NN = [
    ("celu", {"alpha": 1.7}, "celu", {"alpha": 1.7}),
    ("mish", {}, "mish", {}),
    ("squareplus", {}, "squareplus", {}),
    ("sparse_plus", {}, "sparse_plus", {}),
    ("sparse_sigmoid", {}, "sparse_sigmoid", {}),
    ("hard_sigmoid", {}, "hard_sigmoid", {}),
    ("hard_silu", {}, "hard_silu", {}),
    ("hard_tanh", {}, "hard_tanh", {}),
    ("log_sigmoid", {}, "log_sigmoid", {}),
    ("glu", {}, "glu", {}),
    ("elu", {"alpha": 1.7}, "elu", {"alpha": 1.7}),
]
TORCH = [
    ("celu", {"alpha": 1.7}, "celu", {"alpha": 1.7}),
    ("mish", {}, "mish", {}),
    ("hard_sigmoid", {}, "hardsigmoid", {}),
    ("hard_silu", {}, "hardswish", {}),
    ("hard_tanh", {"min_value": -0.5, "max_value": 2.0}, "hardtanh", {"min_val": -0.5, "max_val": 2.0}),
    ("log_sigmoid", {}, "logsigmoid", {}),
    ("soft_shrink", {}, "softshrink", {}),
    ("hard_shrink", {}, "hardshrink", {}),
    ("tanh_shrink", {}, "tanhshrink", {}),
    ("threshold", {"threshold": 1.0, "default_value": 0.5}, "threshold", {"threshold": 1.0, "value": 0.5}),
    ("gelu", {}, "gelu", {}),
    ("gelu", {"approximate": "tanh"}, "gelu", {"approximate": "tanh"}),
    ("softsign", {}, "softsign", {}),
    ("glu", {}, "glu", {}),
    ("softmin", {}, "softmin", {"dim": -1}),
    ("softplus", {"beta": 2.0}, "softplus", {"beta": 2.0}),
    ("rrelu", {}, "rrelu", {}),
]


# The frameworks' functions may differ by more than rounding. Each number is the factor. Digits cancel in their tanh form of GELU
# near 5, in their squareplus near -20, and in the gradient of their mish beyond 5.
THEIR_ERRORS = {("mish",): 5, ("gelu", "approximate"): 5, ("squareplus",): 2}


def rows():
    """Return the pairs (row, function) of the backend in use."""
    if BACKEND == "tensorflow":
        import tensorflow as tf

        return [(row, getattr(tf.nn, row[2])) for row in TF_NN]
    if BACKEND == "jax":
        import jax

        return [(row, getattr(jax.nn, row[2])) for row in JAX_NN]
    import torch

    return [(row, getattr(torch.nn.functional, row[2])) for row in TORCH]


GRID = np.concatenate([np.linspace(-20, 20, 641), [-80, -60, -30, 30, 60, 80, 1e-4, -1e-4]]).reshape(59, 11).repeat(2, axis=1)
# The conventions differ at corners, so these points are left out. test_derivatives.py lists the corners.
SMOOTH = np.isin(GRID, [-3, -1, -0.5, 0, 0.5, 1, 2, 3, 6], invert=True)


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "bfloat16"])
@pytest.mark.parametrize(("row", "theirs"), rows(), ids=lambda part: f"{part[0]}({part[1]})" if isinstance(part, tuple) else "")
def test_parity(row, theirs, dtype):
    if dtype == "float64" and BACKEND == "jax":
        pytest.skip("JAX has float64 only where the whole process asks for it")
    name, arguments, _, their_arguments = row
    ours = ka.get(name, kernel="fallback", **arguments)
    x = testing.tensor(GRID, dtype)
    weights = testing.tensor(np.ones(ours.compute_output_shape(GRID.shape)), dtype)
    y, (gradient,) = autodiff.value_and_gradients(ours, [x], weights)
    expected, (expected_gradient,) = autodiff.value_and_gradients(lambda x: theirs(x, **their_arguments), [x], weights)
    # Some of the frameworks' functions compute step by step in 16 bits. Others use float32 constants in float64 (tf.nn.gelu,
    # tf.nn.leaky_relu).
    tolerance = {"float64": 3e-8, "float32": 1e-6, "float16": 8e-3, "bfloat16": 6e-2}[dtype]
    tolerance *= THEIR_ERRORS.get((name, *arguments), 1)
    # tf.nn.selu flushes small negative inputs to 0 in 16 bits. It then takes their gradient from the positive side.
    smooth = SMOOTH & (np.abs(GRID) > (1e-3 if "16" in dtype else 0))
    for got, wanted, chosen in ((y, expected, ...), (gradient, expected_gradient, smooth)):
        got, wanted = testing.array(got)[chosen], testing.array(wanted)[chosen]
        assert np.max(np.abs(got - wanted) / np.maximum(1, np.abs(wanted))) <= tolerance


@pytest.mark.skipif(BACKEND != "tensorflow", reason="about tf.nn")
def test_tf_nn_has_nothing_else():
    import tensorflow as tf

    known = {row[2] for row in TF_NN} | NO_ACTIVATIONS
    unknown = [name for name in dir(tf.nn) if not name.startswith("_") and name not in known]
    assert not unknown, (
        f"tf.nn has new functions: {unknown}. Give each activation a unit and a row in TF_NN; list others in NO_ACTIVATIONS."
    )


def test_keras_activations_has_nothing_else():
    others = {"get", "serialize", "deserialize"}
    missing = [name for name in dir(keras.activations) if not name.startswith("_") and name not in others and not known(name)]
    assert not missing, f"keras.activations has {missing}, which keras_activations does not. Write a unit for each."


def known(name):
    try:
        registry._looked_up(name)
    except ValueError:
        return False
    return True


# Keras's names in Keras's spelling. The arguments make ours equal where a default differs or is missing.
KERAS = {name: {} for name in CATALOGUE if hasattr(keras.activations, name)} | {"threshold": {"threshold": 1.0, "default_value": 0.5}}


@pytest.mark.parametrize("name", KERAS)
def test_equals_the_function_of_keras_activations(name):
    if name == "sparsemax":
        pytest.skip("keras.activations.sparsemax of Keras 3.15 is wrong: keras-team/keras#23425")
    x = testing.tensor(GRID, "float32")
    y = testing.array(ka.get(name, kernel="fallback", **KERAS[name])(x))
    expected = testing.array(getattr(keras.activations, name)(x, **KERAS[name]))
    assert np.max(np.abs(y - expected) / np.maximum(1, np.abs(expected))) <= 1e-6 * THEIR_ERRORS.get((name,), 1)


NATIVE = [name for name, entry in CATALOGUE.items() if entry.cls.native is not None]


@pytest.mark.parametrize("name", NATIVE)
def test_the_native_kernel_is_the_op_of_keras(name):
    layer = ka.get(name, kernel="native", **KERAS.get(name, {}))
    assert layer.implementation == "native"
    x = testing.tensor(GRID, "float32")
    op = layer.native()
    expected = op.function(x, **op.arguments)
    np.testing.assert_array_equal(testing.array(layer(x)), testing.array(expected))


def hide(op, monkeypatch):
    """Take an op out of Keras, wherever this package looks for it or calls it."""
    monkeypatch.delattr(keras.ops, op, raising=False)
    monkeypatch.delattr(keras.activations, op, raising=False)
    monkeypatch.delitem(autodiff.OPS, op, raising=False)


# The op of exponential is exp, without which there is no arithmetic.
@pytest.mark.parametrize("name", sorted({*NATIVE} - {"exponential"}))
def test_a_release_of_keras_without_the_op_runs_the_fallback(name, monkeypatch):
    expected = testing.array(ka.get(name, kernel="fallback", **KERAS.get(name, {}))(GRID))
    layer = ka.get(name, **KERAS.get(name, {}))
    hide(layer.native().name, monkeypatch)
    assert layer.implementation == "fallback"
    assert "in this Keras" in layer.plan().reason
    np.testing.assert_allclose(testing.array(layer(GRID)), expected, rtol=1e-5, atol=1e-6)
    with pytest.raises(ValueError, match="has no op"):
        ka.get(name, kernel="native", **KERAS.get(name, {}))(GRID)


@pytest.mark.parametrize(("op", "name"), [("gelu", "geglu"), ("gelu", "clipped_gelu"), ("silu", "swiglu")])
def test_neither_do_the_relatives_of_an_op_need_it(op, name, monkeypatch):
    x = np.linspace(-5.0, 5.0, 22, dtype="float32").reshape(1, 22)
    expected = testing.array(ka.get(name)(x))
    hide(op, monkeypatch)
    np.testing.assert_allclose(testing.array(ka.get(name)(x)), expected, rtol=1e-5, atol=1e-6)


def test_there_is_no_native_kernel_to_ask_for():
    with pytest.raises(ValueError, match="Sparsemax has no native op on any backend"):
        ka.Sparsemax(kernel="native")
