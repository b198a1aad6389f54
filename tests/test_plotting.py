"""The picture of an activation shows its numbers."""

import keras
import numpy as np
import pytest
from cases import BACKEND, CATALOGUE

import keras_activations as ka
from keras_activations import testing


def test_curves_are_value_and_derivative():
    (axes,) = ka.plot("silu").axes
    (x, function), (_, derivative) = [line.get_data() for line in axes.get_lines()[:2]]
    np.testing.assert_allclose(function, x / (1 + np.exp(-x)), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(derivative, np.gradient(function, x), atol=2e-3)


@pytest.mark.skipif(BACKEND == "jax", reason="JAX would compile each, for half a minute")
def test_every_activation_is_drawn(tmp_path):
    layers = [entry.cls(**entry.cls.samples[0]) for entry in CATALOGUE.values()]
    figure = ka.plot(*layers, path=tmp_path / "all.png")
    assert (tmp_path / "all.png").stat().st_size > 50_000
    assert len(figure.axes) == len(layers)
    for axes in figure.axes:
        assert all(np.isfinite(line.get_ydata()).sum() > 900 for line in axes.get_lines()[:2])


def test_learned_values_are_drawn_and_unbuilt_layers_stay_unbuilt():
    layer = ka.Swish(learned=True)
    layer.beta = 3.0
    (axes,) = ka.plot(layer).axes
    x, function = axes.get_lines()[0].get_data()
    np.testing.assert_allclose(function, testing.array(ka.Swish(beta=3.0)(x)), rtol=1e-5, atol=1e-6)
    lazy = ka.Swish(learned=True, per="channel")
    sharing = ka.PReLU(shared_axes=[1])
    ka.plot(lazy, sharing, keras.activations.relu)
    assert not lazy.built
    assert not sharing.built


@pytest.mark.parametrize(
    ("activations", "ends", "words"),
    [
        ((), {}, "takes one or more activations; received none"),
        (("mich",), {}, "Did you mean 'mish'"),
        (("mish",), {"low": 3, "high": -3}, "received low=3.0 and high=-3.0"),
        (("mish",), {"low": float("-inf")}, "low must be finite; received -inf"),
    ],
)
def test_bad_input(activations, ends, words):
    with pytest.raises(ValueError, match=words):
        ka.plot(*activations, **ends)
