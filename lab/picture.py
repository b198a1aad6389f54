"""Draw the picture of README.md, a few activations with their derivatives: `python -m lab.picture`."""

from pathlib import Path

import keras_activations as ka

PICTURE = Path(__file__).parents[1] / "docs" / "activations.png"

if __name__ == "__main__":
    figure = ka.plot("silu", "mish", "prelu", "snake", "gaussian", "hard_tanh", low=-5, high=5)
    figure.set_size_inches(11, 5.2)
    figure.savefig(PICTURE, dpi=72)
