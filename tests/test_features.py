"""Other features of Keras for a model: quantization, adapters, replicas, rematerialization, and its own test of layers."""

import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

import keras_activations as ka
from keras_activations import testing
from lab.cases import BACKEND

X = np.random.default_rng(3).normal(size=(2, 6, 4)).astype("float32")
KINDS = [
    (ka.Mish, {}),
    (ka.LeakyReLU, {"negative_slope": 0.3}),
    (ka.Swish, {"learned": True}),
    (ka.Swish, {"learned": True, "channels": 4}),
    (ka.Softmax, {}),
    (ka.GLU, {}),
    (ka.RReLU, {"seed": 1}),
]


# Keras warns about the training that its own test does.
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(("cls", "arguments"), KINDS)
def test_keras_own_test_of_layers(cls, arguments):
    from keras.src.testing import TestCase

    layer = cls(**arguments)
    TestCase().run_layer_test(
        cls,
        init_kwargs=arguments,
        input_data=X,
        expected_output_shape=layer.compute_output_shape(X.shape),
        expected_num_trainable_weights=len(layer.trainable_weights),
        expected_num_non_trainable_weights=0,
        expected_num_seed_generators=int(isinstance(layer, ka.Stochastic)),
        supports_masking=True,
        # This check also requires that the `build` of a subclass waits for an input. But `build` makes the parameters.
        assert_built_after_instantiation=not layer.weights,
    )


@pytest.mark.filterwarnings("ignore:Layer InputLayer does not have a `quantize` method:UserWarning")
@pytest.mark.parametrize("mode", ["int8", "int4"])
def test_a_quantized_host_keeps_its_activation(mode, tmp_path):
    if mode == "int4" and keras.__version__.startswith("3.10"):
        pytest.skip("Keras 3.10 has no int4")
    hosts = [keras.layers.Dense(8, activation=ka.Mish()), keras.layers.Dense(8, ka.Swish(learned=True))]
    model = keras.Sequential([keras.Input((4,)), *hosts])
    hosts[1].activation.beta = 0.5
    expected = model.predict(X[0], verbose=0)
    model.quantize(mode)
    quantized = model.predict(X[0], verbose=0)
    error = abs(quantized - expected).max()
    assert error < (0.05 if mode == "int8" else 0.5)
    hosts[1].activation.beta = -0.5
    assert abs(model.predict(X[0], verbose=0) - expected).max() > 2 * error
    hosts[1].activation.beta = 0.5
    model.save(tmp_path / "model.keras")
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "model.keras").predict(X[0], verbose=0), quantized)


def test_under_a_quantized_policy():
    keras.config.set_dtype_policy("int8_from_float32")
    for activation in (ka.Mish(), ka.Swish(learned=True), ka.Softmax()):
        expected = testing.array(type(activation).from_config(activation.get_config() | {"dtype": "float32"})(X))
        np.testing.assert_allclose(testing.array(activation(X)), expected, rtol=1e-6)


def test_an_activation_learns_beside_an_adapter(tmp_path):
    host = keras.layers.Dense(4, activation=ka.Swish(learned=True))
    model = keras.Sequential([keras.Input((4,)), host])
    host.enable_lora(2)
    assert [weight.name for weight in model.trainable_weights] == ["bias", "lora_kernel_a", "lora_kernel_b", "beta"]
    model.compile(keras.optimizers.SGD(0.1), "mse")
    model.fit(X[0], np.ones((6, 4)), epochs=2, verbose=0)
    assert testing.array(host.activation.beta) != 1.0
    expected = model.predict(X[0], verbose=0)
    model.save(tmp_path / "model.keras")
    np.testing.assert_allclose(keras.models.load_model(tmp_path / "model.keras").predict(X[0], verbose=0), expected, rtol=1e-6)


@pytest.mark.parametrize("activation", [ka.Mish(), ka.Swish(learned=True, channels=4), ka.Softmax()], ids=repr)
def test_rematerialization_changes_no_gradient(activation):
    """The model runs eagerly on TensorFlow.

    Keras's RematScope fails in TensorFlow's graphs, also for Keras's own activations.
    """

    def trained(host):
        model = keras.Sequential([keras.Input((4,)), host])
        before = model.get_weights()
        model.compile(keras.optimizers.SGD(0.5), "mse", run_eagerly=BACKEND == "tensorflow", jit_compile=False)
        model.fit(X[0], np.ones((6, 4)), epochs=2, shuffle=False, verbose=0)
        return before, model.get_weights()

    copy = type(activation).from_config(activation.get_config())
    with keras.RematScope(mode="full"):
        before, inside = trained(keras.layers.Dense(4, activation=activation, kernel_initializer="identity"))
    _, outside = trained(keras.layers.Dense(4, activation=copy, kernel_initializer="identity"))
    for start, a, b in zip(before, inside, outside, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
        assert (a != start).any()


REPLICAS = {
    "tensorflow": """
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
assert strategy.num_replicas_in_sync == 2
def replicated(build):
    with strategy.scope():
        return build()
""",
    "jax": """
import jax, keras
assert len(jax.devices()) == 2
def replicated(build):
    keras.distribution.set_distribution(keras.distribution.DataParallel())
    return build()
""",
}

TRAINING = """
import keras
import numpy as np
import keras_activations as ka
from lab.survival import KINDS, Branch, activations, build, may_stand

learned = [activation for kind, activation in activations() if kind != KINDS[0] and may_stand(activation, "Dense")]
chosen = [a for a in learned if not isinstance(ka.get(a), ka.Stochastic)]
chosen = chosen[::3]  # Every third, in the order of the catalogue, because each is traced for each of the two devices.

def fresh():
    keras.utils.set_random_seed(0)
    model = build([Branch("Dense", a) for a in chosen])
    model.compile(keras.optimizers.SGD(0.5), keras.losses.MeanSquaredError(), jit_compile=False)
    return model

def trained(model):
    x = np.random.default_rng(0).normal(size=(8, 4, 4)).astype("float32")
    model.fit(x, np.zeros((8, model.output_shape[-1])), epochs=2, shuffle=False, verbose=0)
    return model.get_weights()

before, alone, together = fresh().get_weights(), trained(fresh()), trained(replicated(fresh))
moved = 0
for start, a, b in zip(before, alone, together, strict=True):
    np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)
    moved += (a != start).any()
assert moved > 0.9 * len(before), f"{moved} of {len(before)} weights moved"
"""


@pytest.mark.skipif(BACKEND == "torch", reason="Keras has no distribution for torch")
def test_replicas_learn_what_one_device_learns():
    """Learned activations in Dense run on two devices. A new process makes the two devices from one processor."""
    here = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    flags = ["--xla_force_host_platform_device_count=2"]
    if BACKEND == "jax":
        # One device waits for the other for 40 seconds, which is too short on a busy machine.
        flags.append("--xla_cpu_collective_call_terminate_timeout_seconds=500")
    # XLA has as many threads as NPROC says, or else as there are processors. A device that waits for the other keeps one of them.
    env = os.environ | {"PYTHONPATH": here, "XLA_FLAGS": " ".join(flags), "NPROC": "8"}
    run = subprocess.run([sys.executable, "-c", REPLICAS[BACKEND] + TRAINING], capture_output=True, text=True, env=env, timeout=600)
    assert run.returncode == 0, run.stderr[-3000:]
