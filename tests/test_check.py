"""`check` reports the properties of a host that the layer in it cannot see."""

import keras
import pytest

import keras_activations as ka

layers = keras.layers


def model(*stack):
    return keras.Sequential([keras.Input((6, 4)), *stack])


def test_sound_models_pass():
    ka.check(model(layers.Dense(4, activation=ka.Mish()), ka.Swish(learned=True), ka.GLU(), layers.LSTM(4, activation=ka.Tanh())))
    stateless = ka.Mish()
    ka.check(model(layers.Dense(4, activation=stateless), layers.Dense(4, activation=stateless)))
    ka.check(model(layers.TimeDistributed(ka.GLU()), layers.Bidirectional(layers.LSTM(4, activation=ka.Swish(learned=True)))))
    ka.check(layers.Dense(4, activation=ka.Swish(learned=True)))


@pytest.mark.parametrize("arguments", [{}, {"channels": 4}, {"per": "channel"}])
def test_a_shared_learned_instance(arguments):
    act = ka.Swish(learned=True, name="act", **arguments)
    first, second = layers.Dense(4, activation=act, name="first"), layers.LSTM(4, activation=act, name="second")
    with pytest.raises(ValueError, match=r"act has weights and is shared by first, lstm_cell.*Give each layer an activation of its own"):
        ka.check(model(first, second))


def test_a_shared_instance_in_nested_models():
    act = ka.Swish(learned=True, name="act")
    inner = keras.Sequential([keras.Input((6, 4)), layers.Dense(4, activation=act, name="inner")])
    with pytest.raises(ValueError, match="shared by inner, outer"):
        ka.check(model(inner, layers.Dense(4, activation=act, name="outer")))


def test_a_model_may_hold_what_a_part_of_it_holds():
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.act = ka.Swish(learned=True)
            self.part = keras.Sequential([layers.Dense(4), self.act])

        def call(self, x):
            return self.act(self.part(x))

    ka.check(Net())


@pytest.mark.parametrize("host", [lambda a: layers.Dense(4, activation=a, name="host"), lambda a: layers.Activation(a, name="host")])
@pytest.mark.parametrize("act", [ka.GLU, ka.CReLU])
def test_a_splitter_in_a_host(host, act):
    with pytest.raises(
        ValueError,
        match=r"changes the width of its input, which host does not know.*\[Dense\(units\), (GLU|CReLU)\(axis=-1",
    ):
        ka.check(host(act()))


def test_everything_is_reported_at_once():
    act = ka.Swish(learned=True)
    bad = [layers.Dense(4, activation=act), layers.Dense(4, activation=act), layers.Dense(4, activation=ka.GLU())]
    with pytest.raises(ValueError, match="has weights") as error:
        ka.check(keras.Sequential(bad))
    assert len(str(error.value).splitlines()) == 2
