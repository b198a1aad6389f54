"""The memory kept for the backward pass is counted, and not timed.

`lab/memory.py` counts in TensorFlow's graphs too.
"""

import keras
import pytest
from keras import ops

import keras_activations as ka
from lab import memory
from lab.cases import BACKEND, CATALOGUE, case_id

pytestmark = pytest.mark.skipif(BACKEND not in ("torch", "jax"), reason="there, what is kept can be counted exactly")

AGAINST = [name for name in CATALOGUE if "textbook" in memory.contestants(name)]
FIRST = [(entry.cls, entry.cls.samples[0]) for entry in CATALOGUE.values()]
ELEMENTWISE = [case for case in FIRST if case[0].derivative and not issubclass(case[0], ka.AlongAxis)]

# The activations that may keep more than the textbook, and the reason.
ALLOWED = {"torch": {"log_sigmoid": "torch's op, which Keras's function is too, keeps exp(-abs(x)) besides x"}, "jax": {}}

# These activations keep more than the textbook for no good reason. They must be fixed. Most have no derivative of their own.
OPEN = {
    "torch": "dual_line gumbel_softmax mod_relu poly_norm rational rrelu s_shaped_relu shrink sig_softmax softmax1 softmin softpick "
    "solu squash star_relu step temperature_softmax",
    "jax": "sig_softmax softmin softpick solu squash",
}


def marked(name):
    why = "it keeps more than the textbook"
    return pytest.param(name, marks=pytest.mark.xfail(reason=why, strict=True) if name in OPEN.get(BACKEND, "").split() else ())


@pytest.mark.parametrize("name", [*map(marked, AGAINST)])
def test_no_more_than_the_textbook_keeps(name):
    """A layer may also keep x alone or y alone, because these are often alive anyway.

    The textbook keeps booleans for straight lines.
    """
    row = {side: memory.kept(memory.contestants(name)[side]()) for side in ("ours", "textbook")}
    assert name in ALLOWED[BACKEND] or not memory.keeps_more(row, "textbook"), row


@pytest.mark.parametrize("case", ELEMENTWISE, ids=case_id)
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_the_input_alone_where_the_derivative_is_ours(case, dtype):
    """This also holds for activations that learn. Their parameters are small."""
    cls, sample = case
    layer = cls(**sample)
    if layer.plan(dtype=dtype).name in ("native", "automatic"):
        pytest.skip("the framework's own gradient runs")
    assert memory.kept(layer, dtype) == {"x": 1.0, "y": 0.0, "others": 0.0}


class Known(keras.layers.Layer):
    """A function as a layer."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def call(self, x):
        return self.function(x)


@pytest.mark.parametrize(
    ("function", "on"),
    [
        (lambda x: x + 1.0, {"torch": "nothing", "jax": "nothing"}),
        (lambda x: x * x, {"torch": "x", "jax": "x"}),
        (lambda x: ops.exp(x), {"torch": "y", "jax": "y"}),
        (lambda x: x * ops.exp(x), {"torch": "x + 1", "jax": "x + 1"}),
        (lambda x: ops.sin(ops.sin(x)), {"torch": "x + 1", "jax": "2"}),
        (lambda x: ops.where(x > 0.0, x, 0.5 * x), {"torch": "0.25", "jax": "0.25"}),
        (lambda x: ops.relu(x), {"torch": "y", "jax": "0.25"}),
    ],
)
def test_what_is_kept_is_seen(function, on):
    assert memory.words(memory.kept(Known(function))) == on[BACKEND]


def test_the_page_shows_what_keeps_more():
    x, y, more = {"x": 1.0, "y": 0.0, "others": 0.0}, {"x": 0.0, "y": 1.0, "others": 0.0}, {"x": 1.0, "y": 0.0, "others": 1.25}
    less = {"x": 0.0, "y": 0.0, "others": 0.25}
    kept = {
        "mish": {"plan": "ours", "ours": x, "textbook": more},
        "relu": {"plan": "native", "ours": y, "textbook": less},
        "tanh": {"plan": "native", "ours": more, "textbook": x, "keras": y},
    }
    peak = {"unit": "mish", "layers": 4, "ours": 3.04, "textbook": 7.96}
    has = {"processor": "a processor", "cores": 2, "keras": "3.15.1", "torch": "2.13.0"}
    text = memory.page({"torch": {"environment": has, "kept": kept, "peaks": [peak]}})
    assert "* Measured on torch: a processor, 2 cores, keras 3.15.1, torch 2.13.0." in text
    assert "| torch | textbook | 3 | 1.42 | 1.17 | 1 | 0 | 1 | `tanh` |" in text
    assert "| torch | keras | 1 | 2.25 | 1.00 | 0 | 0 | 0 | `tanh` |" in text
    assert "| `mish` | ours | x | x + 1.25 |  |" in text
    assert "| `relu` | native | y | 0.25 |  |" in text
    assert "| `tanh` | native | **x + 1.25** | x | y |" in text
    assert "| torch | `mish` | 4 | 3.0 | 8.0 |  |" in text
