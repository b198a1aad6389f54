"""Gains against closed forms, published tables and quadrature in high precision; initializers against deep networks."""

import functools
import json
import math
import subprocess
import sys
import warnings

import keras
import mpmath as mp
import numpy as np
import pytest
from keras import ops

import keras_activations as ka
from keras_activations import testing
from lab.cases import BACKEND

ONCE = pytest.mark.skipif(BACKEND != "torch", reason="the gain does not depend on the backend")


def test_closed_forms():
    assert ka.gain("linear") == pytest.approx(1, rel=1e-12)
    assert ka.gain("relu") == ka.gain("relu", direction="backward") == pytest.approx(math.sqrt(2), rel=1e-12)
    assert ka.gain("leaky_relu(negative_slope=0.3)") == pytest.approx(math.sqrt(2 / (1 + 0.3**2)), rel=1e-7)
    assert ka.gain("selu") == pytest.approx(1, abs=1e-9)
    assert ka.gain("sine") == pytest.approx(1 / math.sqrt((1 - math.exp(-2)) / 2), rel=1e-9)
    assert ka.gain("relu", centered=True) == pytest.approx(1 / math.sqrt(0.5 - 1 / (2 * math.pi)), rel=1e-9)


@ONCE
@pytest.mark.parametrize(
    ("name", "function"), [("tanh", mp.tanh), ("gelu", lambda x: x * mp.ncdf(x)), ("silu", lambda x: x / (1 + mp.exp(-x)))]
)
def test_quadrature_in_high_precision(name, function):
    def mean(g):
        return float(mp.quad(lambda z: g(z) * mp.npdf(z), [-12, -4, 0, 4, 12]))

    assert ka.gain(name) == pytest.approx(mean(lambda z: function(z) ** 2) ** -0.5, rel=1e-9)
    assert ka.gain(name, direction="backward") == pytest.approx(mean(lambda z: mp.diff(function, z) ** 2) ** -0.5, rel=1e-8)


@ONCE
def test_gains_of_torch():
    torch = pytest.importorskip("torch")
    for name, arguments in (("linear", ()), ("relu", ()), ("leaky_relu", (0.01,)), ("leaky_relu", (0.5,))):
        ours = ka.get(name, negative_slope=arguments[0]) if arguments else name
        assert ka.gain(ours) == pytest.approx(torch.nn.init.calculate_gain(name, *arguments), rel=1e-7)
    # The others are conventions of torch and not computed: 5/3 for tanh, 3/4 for SELU and 1 for the sigmoid.
    assert ka.gain("tanh") == pytest.approx(1.59254, abs=1e-5)
    assert torch.nn.init.calculate_gain("tanh") == pytest.approx(5 / 3)


# deepmind-research, nfnets/base.py, from where keras_cv_attention_models and timm have it. The numbers were sampled, so that they have
# three digits.
NFNETS = {
    "linear": 1.0,
    "celu": 1.270926833152771,
    "elu": 1.2716004848480225,
    "gelu": 1.7015043497085571,
    "leaky_relu(negative_slope=0.01)": 1.70590341091156,
    "log_sigmoid": 1.9193484783172607,
    "relu": 1.7139588594436646,
    "relu6": 1.7131484746932983,
    "selu": 1.0008515119552612,
    "sigmoid": 4.803835391998291,
    "silu": 1.7881293296813965,
    "softsign": 2.338853120803833,
    "softplus": 1.9203323125839233,
    "tanh": 1.5939117670059204,
}


@ONCE
@pytest.mark.parametrize("name", NFNETS)
def test_gains_of_nfnets(name):
    assert ka.gain(name, centered=True) == pytest.approx(NFNETS[name], rel=1e-3)


def test_initializers_of_the_papers():
    same = {
        "he": (ka.initializer("relu", seed=0), keras.initializers.HeNormal(seed=0)),
        "he uniform": (ka.initializer("relu", distribution="uniform", seed=0), keras.initializers.HeUniform(seed=0)),
        "glorot": (ka.initializer(None, mode="fan_avg", distribution="uniform", seed=0), keras.initializers.GlorotUniform(seed=0)),
        "lecun": (ka.initializer("selu", seed=0), keras.initializers.LecunNormal(seed=0)),
    }
    for name, (ours, theirs) in same.items():
        np.testing.assert_allclose(*(ops.convert_to_numpy(draw((64, 32))) for draw in (ours, theirs)), rtol=1e-6, err_msg=name)
    # Sitzmann et al., 2020, section 3.2: uniform up to sqrt(6 / n) / 30, and up to 1 / n in the first layer.
    hidden, first = (
        ops.convert_to_numpy(draw) for draw in (ka.initializer("siren")((256, 256)), ka.initializer("siren", inputs=2)((2, 256)))
    )
    assert abs(hidden).max() == pytest.approx(math.sqrt(6 / 256) / 30, rel=1e-3)
    assert hidden.std() == pytest.approx(math.sqrt(2 / 256) / 30, rel=1e-2)
    assert 0.45 < abs(first).max() <= 0.5


def test_fan_avg_is_between_both():
    # Forward and backward, the sigmoid's differ by a factor of six. In the mean over both, E[f(z)**2] and E[f'(z)**2] count alike.
    forward, backward = ka.gain("sigmoid") ** -2, ka.gain("sigmoid", direction="backward") ** -2
    assert ka.initializer("sigmoid", mode="fan_avg").scale == pytest.approx(1 / ((forward + backward) / 2), rel=1e-9)


@pytest.mark.parametrize("mode", ["fan_in", "fan_out", "fan_avg"])
def test_the_variance_of_the_weights(mode):
    inputs, outputs = 400, 100
    forward, backward = ka.gain("gelu"), ka.gain("gelu", direction="backward")
    expected = {
        "fan_in": forward**2 / inputs,
        "fan_out": backward**2 / outputs,
        "fan_avg": 2 / (1 / forward**2 + 1 / backward**2) / (inputs + outputs) * 2,
    }[mode]
    for distribution in ("truncated_normal", "untruncated_normal", "uniform"):
        weights = ops.convert_to_numpy(ka.initializer("gelu", mode=mode, distribution=distribution, seed=1)((inputs, outputs)))
        assert weights.var() == pytest.approx(expected, rel=0.03)


@functools.cache
def normal(layer):
    """Return normally distributed weights of a wide layer, with variance 1. All networks have the same."""
    return np.random.default_rng(layer).standard_normal((1024, 1024), "float32")


def deviations(name, depth=50):
    """Return the deviations of the inputs of the activations in a deep network with the initializer of the activation."""
    activation = ka.get(name)
    # The first layer of a SIREN gives its sines a deviation of 1.
    omega = getattr(activation, "omega", 1.0)
    weight = math.sqrt(ka.initializer(activation).scale / 1024)
    x, found = np.random.default_rng(99).standard_normal((32, 1024), "float32") / omega, []
    for layer in range(depth):
        x = weight * testing.array(activation(x)).astype("float32") @ normal(layer)
        found.append(omega * x.std())
    return found


@ONCE
@pytest.mark.parametrize(
    "name", ["relu", "leaky_relu", "elu", "selu", "tanh", "softsign", "arctan", "softplus", "prelu", "hard_tanh", "snake", "siren"]
)
def test_fifty_layers_keep_the_deviation(name):
    found = deviations(name)
    assert min(found) > 0.5
    assert max(found) < 2


@ONCE
def test_functions_that_grow_slowly_keep_it_for_ten_layers():
    for name in ("gelu", "silu", "mish"):
        assert 0.5 < deviations(name, 10)[-1] < 2


def test_without_the_initializer_the_signal_of_mish_is_lost():
    x = keras.random.normal((64, 256), seed=5)
    draw = keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(3))
    for _ in range(30):
        x = ops.matmul(ka.Mish()(x), draw((256, 256)))
    assert float(ops.std(x)) < 1e-5


def test_a_warning_where_no_gain_helps():
    with pytest.warns(UserWarning, match="No gain keeps the variance of many layers of 'squared_relu'"):
        ka.gain("squared_relu")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        last = deviations("squared_relu", 12)[-1]
    assert not 0.5 < last < 2  # it grows or dies with the second power in every layer


def test_the_initializer_loads_without_this_package():
    layer = keras.layers.Dense(4, kernel_initializer=ka.initializer("gelu", seed=7))
    config = json.dumps(keras.saving.serialize_keras_object(layer))
    program = (
        "import sys, json, keras; layer = keras.saving.deserialize_keras_object(json.loads(sys.stdin.read())); "
        "print('keras_activations' in sys.modules, layer.kernel_initializer.scale)"
    )
    run = subprocess.run([sys.executable, "-c", program], input=config, capture_output=True, text=True, check=True, timeout=300)
    assert run.stdout.split() == ["False", str(layer.kernel_initializer.scale)]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ka.gain("softmax"), "mixes the entries of a row"),
        (lambda: ka.gain("step", direction="backward"), "has no backward gain"),
        (lambda: ka.gain("relu", direction="sideways"), "direction must be"),
        (lambda: ka.gain("relu", direction="backward", centered=True), "Leave one of them out"),
        (lambda: ka.initializer("relu", mode="fan"), "mode must be"),
        (lambda: ka.initializer("relu", distribution="cauchy"), "distribution must be"),
        (lambda: ka.initializer("relu", inputs=3), "for the first layer of a SIREN"),
    ],
)
def test_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
