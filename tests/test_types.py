"""Types in an editor: pyright finds no error in right programs, and finds each mistake in wrong programs."""

import inspect
import json
import subprocess
import sys
from pathlib import Path

import keras
import pytest

import keras_activations as ka
from lab.cases import BACKEND, CATALOGUE

pytestmark = pytest.mark.skipif(
    BACKEND != "tensorflow" or keras.__version__ < "3.15", reason="types depend on no backend, and on the newest Keras"
)
ROOT = Path(__file__).parents[1]

RIGHT = """
import keras
import numpy as np

import keras_activations as ka
from keras_activations.testing import check_activation

x = np.ones((2, 4), "float32")
layer = ka.Swish(beta=2.0, learned=True, per="channel", channels=4, kernel="fallback", name="act", dtype="float32", trainable=False)
layer.beta = 0.5
layer.beta.assign(0.5)
y = layer(x)
y.shape
keras.layers.Dense(4, activation=ka.get("prelu"))(y)
ka.get("leaky_relu", like="torch", negative_slope=0.1)(x)
ka.get("prelu").alpha.assign(0.25)
ka.get(ka.GELU, approximate=True).approximate
ka.get(keras.activations.relu)(x)
ka.PReLU("zeros", regularizer="l2", constraint=keras.constraints.NonNeg())
ka.PReLU(keras.initializers.Constant(0.1))
ka.APL(slopes=(0.1, 0.2), hinges=[0.0, 1.0])
ka.RReLU(seed=1)
ka.SwiGLU(gate="interleaved")([x, x])
ka.Softmax(axis=[1, 2], kernel="native")
ka.plot("gelu", layer, ka.Mish, low=-4, path="picture.png").savefig("again.png")
ka.check(keras.Sequential([layer]))
for name, entry in ka.catalogue().items():
    name.upper(), entry.formula, entry.cls


@ka.register(package="my_lab")
class Cube(ka.Activation):
    def __init__(self, scale: float = 1.0, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale

    def fallback(self, x):
        return self.scale * x**3

    def derivative(self, x):
        return 3 * self.scale * x * x


Cube(2.0)(x)
Cube(scale=3.0).scale.is_integer()
check_activation(Cube, level="strict")
"""

# A line with a comment that describes an error must have that error.
WRONG = """
import keras_activations as ka

ka.Mish(kernal="auto")  # kernal
ka.Mish(kernel="fast")  # kernel
ka.Mish(0.5)  # positional
ka.LeakyReLU(negative_slop=0.1)  # negative_slop
ka.LeakyReLU(negative_slope="0.1")  # str
ka.Softmax(axes=1)  # axes
ka.Softmax(seed=1)  # seed
ka.PReLU(per="chanel")  # chanel
ka.PReLU(chanels=4)  # chanels
ka.PReLU(alpha=[])  # alpha
ka.RReLU(sead=1)  # sead
ka.SwiGLU(gate="second")  # gate
ka.XATGLU(per="channel")  # per
ka.Threshold()  # threshold
ka.get("mish", lik="torch", like=3)  # like
ka.plot("gelu", low="a")  # low
ka.plot("gelu").svg()  # svg
ka.catalogue()["mish"].formla  # formla
ka.register(int)  # int


@ka.register(package=3)  # package
class Wrong(ka.Activation):
    pass
"""


def errors(*arguments):
    """Return the errors that pyright finds, by file name and line. Lines are counted from 1."""
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, *map(str, arguments)]
    run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=600)
    found = json.loads(run.stdout)
    assert found["summary"]["filesAnalyzed"] > 0
    return [
        (Path(error["file"]).name, error["range"]["start"]["line"] + 1, error["message"])
        for error in found["generalDiagnostics"]
        if error["severity"] == "error"
    ]


def test_every_class_can_be_called_with_its_defaults(tmp_path):
    lines = ["import keras_activations as ka"]
    for entry in CATALOGUE.values():
        given = {name: value for name, value in entry.cls.samples[0].items() if entry.arguments.get(name) is entry.required}
        lines += [f"ka.{entry.cls.__name__}({', '.join(f'{name}={value!r}' for name, value in given.items())})(1.0)"]
        lines += [f"ka.{entry.cls.__name__}().{name}" for name in entry.parameters]
    program = tmp_path / "every.py"
    program.write_text("\n".join(lines))
    assert errors(program) == []


def test_a_right_program_has_no_errors(tmp_path):
    program = tmp_path / "right.py"
    program.write_text(RIGHT)
    assert errors(program) == []


def test_every_mistake_is_found(tmp_path):
    program = tmp_path / "wrong.py"
    program.write_text(WRONG)
    marked = {number for number, line in enumerate(WRONG.splitlines(), start=1) if "  # " in line}
    assert {line for _, line, _ in errors(program)} == marked


def test_signatures_name_every_argument():
    for entry in CATALOGUE.values():
        signature = inspect.signature(entry.cls)
        assert [*signature.parameters][: len(entry.arguments)] == [*entry.arguments]
        assert {"kernel", "name", "dtype", "trainable", "activity_regularizer"} <= signature.parameters.keys()
        assert not {"args", "kwargs"} & signature.parameters.keys()
        bound = signature.bind(**entry.cls.samples[0])
        assert isinstance(entry.cls(*bound.args, **bound.kwargs), ka.Activation)
    # This is the signature of the call. tf.function reads it.
    assert [*inspect.signature(ka.PReLU()).parameters] == ["inputs", "args", "kwargs"]
