"""Write what the activations of Hugging Face's transformers compute: `make legacy`. `tests/test_compat.py` compares `from_hf` with them."""

import json
from pathlib import Path

import numpy as np
import torch
import transformers
from transformers.activations import ACT2FN, XIELUActivation

FILE = Path(__file__).parents[1] / "tests" / "data" / "transformers.json"


def main():
    x = np.linspace(-4, 4, 16).astype("float32").astype("float64")  # xIELU replaces numbers near 0 by -1e-6
    # By default xIELU rounds its parameters to bfloat16.
    functions = {name: ACT2FN[name] for name in sorted(ACT2FN)} | {"xielu": XIELUActivation(dtype=torch.float64)}
    outputs = {name: function.double()(torch.tensor(x)).detach().numpy().tolist() for name, function in functions.items()}
    rows = ",\n".join(f" {json.dumps(name)}: {json.dumps(values)}" for name, values in [("x", x.tolist()), *outputs.items()])
    FILE.write_text(f'{{\n "version": "{transformers.__version__}",\n{rows}\n}}\n')


if __name__ == "__main__":
    main()
