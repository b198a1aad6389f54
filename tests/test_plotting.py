"""The picture of an activation shows its numbers."""

import base64
import io
import math

import keras
import matplotlib.image as mpimg
import nbformat
import numpy as np
import pytest
from matplotlib.figure import Figure
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
    (axes,) = ka.plot(layer, low=-6, high=6).axes
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


def test_the_second_derivative():
    (axes,) = ka.plot("tanh", second=True, low=-3, high=3).axes
    x, bend = axes.get_lines()[2].get_data()
    np.testing.assert_allclose(bend, -2 * np.tanh(x) / np.cosh(x) ** 2, atol=1e-6)
    (axes,) = ka.plot("relu", second=True).axes
    assert np.nanmax(abs(axes.get_lines()[2].get_ydata())) == 0  # at the kink it is infinite, and left out


def test_overlaid_curves_share_one_panel_and_a_legend():
    figure = ka.plot(["relu", ka.LeakyReLU(0.1)], "gelu", overlaid=True)
    (axes,) = figure.axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["relu", "leaky_relu(negative_slope=0.1)", "gelu", "derivative"]
    curves = [line for line in axes.get_lines() if len(line.get_xdata()) == 960]
    assert len(curves) == 6
    assert len({line.get_color() for line in curves}) == 3


def test_it_draws_into_axes_that_are_given():
    figure = Figure()
    left, right = figure.subplots(1, 2)
    assert ka.plot("gelu", ax=right) is figure
    assert right.get_lines()
    assert not left.get_lines()


def test_ranges_suit_the_function():
    def ends(name):
        return ka.plot(name).axes[0].get_xlim()

    assert ends("hard_silu")[1] == pytest.approx(4.5)  # its corners are at -3 and 3
    assert ends("relu6")[1] == pytest.approx(9)
    assert ends("siren")[1] < 0.6  # three waves
    assert ends("linear") == (-4, 4)
    assert ka.plot("gelu", low=-2).axes[0].get_xlim() == (-2, 2)


def test_corners_limits_and_asymptotes_are_marked():
    (axes,) = ka.plot("relu6").axes
    (circles,) = [line for line in axes.get_lines() if line.get_marker() == "o"]
    np.testing.assert_allclose(circles.get_data(), [[0, 6], [0, 6]], atol=1e-6)
    (axes,) = ka.plot("arctan").axes
    heights = [line.get_ydata()[0] for line in axes.get_lines() if line.get_linestyle() == "--" or line.get_linewidth() == 0.8]
    assert math.pi / 2 == pytest.approx(max(heights), abs=1e-4)


def test_titles_are_names():
    titles = [axes.get_title(loc="left") for axes in ka.plot("gelu", "relu", keras.activations.relu, ka.Swish(beta=2.0)).axes]
    assert titles == ["gelu", "relu", "relu", "swish(beta=2.0)"]


def test_of_a_model_the_learned_activations_are_drawn_with_their_start():
    swish, slopes = ka.Swish(learned=True, name="swish"), ka.PReLU(per="channel", name="slopes")
    inner = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, swish, name="dense"), slopes], name="inner")
    model = keras.Sequential([keras.Input((3,)), inner, keras.layers.Dense(2, "relu")])
    swish.beta = 3.0
    slopes.alpha.assign([0.5, 0.6, 0.7, 0.9])
    figure = ka.plot(model)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["inner/dense:activation", "inner/slopes"]
    x = figure.axes[0].get_lines()[0].get_xdata()
    start, function, _ = [line.get_ydata() for line in figure.axes[0].get_lines()[:3]]
    np.testing.assert_allclose(start, x / (1 + np.exp(-x)), rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(function, x / (1 + np.exp(-3 * x)), rtol=1e-6, atol=1e-9)
    x, start = figure.axes[1].get_lines()[0].get_data()
    np.testing.assert_allclose(start[x < 0], 0.25 * x[x < 0], rtol=1e-6)
    with pytest.raises(ValueError, match="No activation of plain has weights"):
        ka.plot(keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, "relu")], name="plain"))


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
