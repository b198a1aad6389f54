"""The picture of an activation shows its numbers."""

import base64
import io
import math

import keras
import matplotlib.image as mpimg
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

import keras_activations as ka
from keras_activations import testing
from lab.cases import BACKEND, CATALOGUE


def test_curves_are_value_and_derivative():
    (axes,) = ka.plot("silu").axes
    (x, function), (_, derivative) = [line.get_data() for line in axes.get_lines()[:2]]
    np.testing.assert_allclose(function, x / (1 + np.exp(-x)), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(derivative, np.gradient(function, x), atol=2e-3)


@pytest.mark.skipif(BACKEND != "torch", reason="the drawing does not depend on the backend, and torch compiles nothing")
def test_every_activation_is_drawn(tmp_path):
    layers = [entry.cls(**entry.cls.samples[0]) for entry in CATALOGUE.values()]
    figure = ka.plot(*layers, path=tmp_path / "all.png")
    assert (tmp_path / "all.png").stat().st_size > 50_000
    assert len(figure.axes) == len(layers)
    for axes in figure.axes:
        assert all(np.isfinite(line.get_ydata()).sum() > 900 for line in axes.get_lines()[:2])


def gate(name, b):
    """Return the part of 1 that the gate passes."""
    sigmoid = 1 / (1 + np.exp(-b))
    return {
        "glu": sigmoid,
        "swiglu": b * sigmoid,
        "reglu": np.maximum(b, 0),
        "geglu": b / 2 * np.vectorize(math.erfc)(-b / np.sqrt(2)),
        "seglu": np.where(b > 0, 1.0507009873554805 * b, 1.7580993408473766 * np.expm1(b)),
        "xatglu": np.arctan(b) / np.pi + 0.5,
        "bilinear": b,
        "clamped_swiglu": 2 * b / (1 + np.exp(-1.702 * b)),
    }[name]


@pytest.mark.parametrize("place", ["first", "last", "interleaved"])
@pytest.mark.parametrize("name", ["glu", "swiglu", "reglu", "geglu", "seglu", "xatglu", "bilinear", "clamped_swiglu"])
def test_of_gated_units_the_gate_is_drawn(name, place):
    layer = ka.get(name, gate=place)
    (axes,) = ka.plot(layer).axes
    x, function = axes.get_lines()[0].get_data()
    np.testing.assert_allclose(function, gate(name, x), rtol=2e-5, atol=2e-5)


@pytest.mark.skipif(BACKEND != "torch", reason="a notebook is a process of its own, and torch starts it fastest")
def test_a_fresh_notebook_shows_the_picture():
    cells = [nbformat.v4.new_code_cell("import keras_activations as ka\nka.plot('gelu')")]
    notebook = NotebookClient(nbformat.v4.new_notebook(cells=cells), kernel_name="python3", timeout=300).execute()
    (shown,) = [output.data for output in notebook.cells[0].outputs if output.output_type == "execute_result"]
    picture = mpimg.imread(io.BytesIO(base64.b64decode(shown["image/png"])))
    assert min(picture.shape[:2]) > 200
    assert picture.std() > 0.05


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
