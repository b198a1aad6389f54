"""`find_activations` sees every activation of a model, wherever it hides, once, with what it is for."""

import json

import keras
import pytest
from keras import layers

import keras_activations as ka


def found(model):
    return {place.path: (place.name, place.role) for place in ka.find_activations(model) if not place.is_linear}


def functional(*stack, size=4):
    inputs = x = keras.Input((6, size))
    for layer in stack:
        x = layer(x)
    return keras.Model(inputs, x)


@keras.saving.register_keras_serializable("tests")
def mine(x):
    return x


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (lambda: layers.Dense(4, "relu", name="a"), {"a:activation": ("relu", "hidden")}),
        (lambda: layers.Dense(4, keras.activations.swish, name="a"), {"a:activation": ("silu", "hidden")}),
        (lambda: layers.Dense(4, ka.Mish(), name="a"), {"a:activation": ("mish", "hidden")}),
        (lambda: layers.Dense(4, layers.LeakyReLU(), name="a"), {"a:activation": ("leaky_relu", "hidden")}),
        (lambda: layers.Dense(4, mine, name="a"), {"a:activation": ("mine", "hidden")}),
        (lambda: layers.Activation("gelu", name="a"), {"a:activation": ("gelu", "hidden")}),
        (lambda: layers.ReLU(name="a"), {"a": ("relu", "hidden")}),
        (lambda: layers.ReLU(6, name="a"), {"a": ("relu6", "hidden")}),
        (lambda: layers.ReLU(negative_slope=0.1, name="a"), {"a": ("leaky_relu", "hidden")}),
        (lambda: layers.PReLU(name="a"), {"a": ("prelu", "hidden")}),
        (lambda: layers.ELU(name="a"), {"a": ("elu", "hidden")}),
        (lambda: layers.Softmax(name="a"), {"a": ("softmax", "output")}),
        (lambda: ka.Snake(name="a"), {"a": ("snake", "hidden")}),
        (lambda: layers.TimeDistributed(layers.Dense(4, "tanh", name="b"), name="a"), {"a/b:activation": ("tanh", "output")}),
        (lambda: layers.SeparableConv1D(4, 2, activation="elu", name="a"), {"a:activation": ("elu", "hidden")}),
        (
            lambda: layers.LSTM(4, name="a"),
            {"a/lstm_cell:activation": ("tanh", "state"), "a/lstm_cell:recurrent_activation": ("sigmoid", "gate")},
        ),
        (
            lambda: layers.Bidirectional(layers.SimpleRNN(4, name="b"), name="a"),
            {
                "a/forward_b/simple_rnn_cell:activation": ("tanh", "state"),
                "a/backward_b/simple_rnn_cell:activation": ("tanh", "state"),
            },
        ),
        (
            lambda: layers.RNN([layers.GRUCell(4, name="c"), layers.SimpleRNNCell(4, "relu", name="d")], name="a"),
            {
                "a/stacked_rnn_cells/c:activation": ("tanh", "state"),
                "a/stacked_rnn_cells/c:recurrent_activation": ("sigmoid", "gate"),
                "a/stacked_rnn_cells/d:activation": ("relu", "state"),
            },
        ),
    ],
)
def test_where_activations_hide(layer, expected):
    keras.utils.clear_session(free_memory=False)
    assert found(functional(layer())) == expected


def test_nested_and_shared():
    part = keras.Sequential([keras.Input((6, 4)), layers.Dense(4, "relu", name="a"), layers.ReLU(name="b")], name="part")
    whole = keras.Sequential([keras.Input((6, 4)), part, layers.Dense(4, "softmax", name="d")], name="whole")
    inputs = keras.Input((6, 4))
    model = keras.Model(inputs, whole(part(part(inputs))))
    places = ka.find_activations(model)
    assert [place.paths for place in places] == [
        ("part/a:activation", "whole/part/a:activation"),
        ("part/b", "whole/part/b"),
        ("whole/d:activation",),
    ]
    assert [place.role for place in places] == ["hidden", "hidden", "output"]


def test_operations_of_a_functional_model():
    inputs = keras.Input((6, 4))
    model = keras.Model(inputs, keras.ops.leaky_relu(keras.ops.silu(keras.ops.gelu(inputs, approximate=True)), 0.1))
    assert [place.name for place in ka.find_activations(model)] == ["gelu", "silu", "leaky_relu"]


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.blocks = [layers.Dense(4, "relu", name="a"), {"deep": layers.ReLU(name="b")}]
        self.attention = layers.MultiHeadAttention(2, 2, name="m")
        self.nonlinearity = keras.activations.silu
        self.inner_activation = "gelu"
        self.head = layers.Dense(2, "softmax", name="h")

    def call(self, x):
        x = self.blocks[1]["deep"](self.blocks[0](x))
        return self.head(self.nonlinearity(self.attention(x, x)))


def test_a_subclassed_model():
    net = Net()
    net(keras.ops.ones((2, 3, 4)))
    paths = found(net)
    softmax = next(path for path in paths if path.startswith("m/softmax"))
    assert paths == {
        f"{net.name}:inner_activation": ("gelu", "hidden"),
        f"{net.name}:nonlinearity": ("silu", "hidden"),
        "a:activation": ("relu", "hidden"),
        "b": ("relu", "hidden"),
        softmax: ("softmax", "attention"),
        "h:activation": ("softmax", "output"),
    }


def test_the_end_of_a_model():
    outputs = functional(layers.Dense(4), layers.Activation("softmax"), layers.Reshape((24,)), layers.Activation("linear"))
    assert "output" in [role for _, role in found(outputs).values()]
    features = functional(layers.Dense(4, "relu"))
    assert [role for _, role in found(features).values()] == ["hidden"]
    logits = functional(layers.Dense(4, "sigmoid"), layers.Dense(4))
    assert [place.role for place in ka.find_activations(logits)] == ["hidden", "output"]


def test_it_prints_and_is_data():
    places = ka.find_activations(functional(layers.Dense(4, name="a"), layers.ReLU(6, name="b")))
    assert str(places).splitlines() == [
        f"{places.model}: 1 activation, and 1 place without one (linear)",
        "path  activation                      role",
        "b     keras.layers.ReLU(max_value=6)  hidden",
    ]
    assert json.loads(json.dumps(places.to_dict()))["places"][1]["name"] == "relu6"
    assert len(places) == 2
    assert places[0].attribute == "activation"


def test_no_model():
    with pytest.raises(TypeError, match="find_activations takes a Keras model or layer; received 3"):
        ka.find_activations(3)  # pyright: ignore[reportArgumentType]
