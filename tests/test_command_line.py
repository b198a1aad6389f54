"""The command line prints the data of the tools, and starts quietly."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

import keras_activations as ka
from keras_activations import startup
from keras_activations.__main__ import main
from lab.cases import BACKEND, CATALOGUE

ROOT = Path(__file__).parents[1]


def run(capsys, *words):
    """Return (exit code, what it printed, what it printed as an error)."""
    code = main([*map(str, words)])
    return code, *capsys.readouterr()


def test_list(capsys):
    code, text, _ = run(capsys, "list", "--json")
    assert code == 0
    assert [row["name"] for row in json.loads(text)] == list(CATALOGUE)
    assert "hard_shrink" in run(capsys, "list", "--family", "shrinkers")[1]


def test_show_and_compare(capsys):
    assert "-0.16997 at x = -0.75179" in run(capsys, "show", "gelu", "relu")[1]
    (card,) = json.loads(run(capsys, "show", "leaky_relu(0.1)", "--json")[1])
    assert card["asymptotes"][0][0] == pytest.approx(0.1)
    assert "smoothness" in run(capsys, "compare", "relu", "gelu")[1]


def test_suggest(capsys):
    names = [
        card["name"] for card in json.loads(run(capsys, "suggest", "--bounded", "--smooth", "2", "--zero-centered", "--json")[1]).values()
    ]
    assert "tanh" in names
    assert "relu" not in names
    assert "relu6" in run(capsys, "suggest", "--bounded", "--dead")[1]
    assert "No activation has all" in run(capsys, "suggest", "--lipschitz", "1e-6")[1]


def test_gain(capsys):
    (row,) = json.loads(run(capsys, "gain", "relu", "--json")[1])
    assert row == {"activation": "relu", "gain": "1.41421", "initializer": "VarianceScaling(2, 'fan_in', 'truncated_normal')"}


def test_plot_writes_no_file_twice(capsys, tmp_path):
    picture = tmp_path / "curves.png"
    assert run(capsys, "plot", "relu", "gelu", "--overlaid", "--second", "--out", picture)[0] == 0
    before = picture.read_bytes()
    assert before.startswith(b"\x89PNG")
    code, _, error = run(capsys, "plot", "mish", "--out", picture)
    assert code == 2
    assert "exists. Nothing was written" in error
    assert picture.read_bytes() == before


@pytest.fixture
def saved(tmp_path):
    """Return a saved model, and the path of its file."""
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "relu", name="a"), keras.layers.Dense(2, "softmax")])
    path = tmp_path / "model.keras"
    model.save(path)
    return model, path


def test_replace(capsys, saved, tmp_path):
    model, path = saved
    before = path.read_bytes()
    code, text, _ = run(capsys, "replace", path, tmp_path / "new.keras", "--map", "relu=mish")
    assert code == 0
    assert "a:activation" in text
    assert path.read_bytes() == before
    new = keras.saving.load_model(tmp_path / "new.keras")
    assert isinstance(new.layers[0].activation, ka.Mish)
    for ours, theirs in zip(new.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_replace_refuses(capsys, saved, tmp_path):
    _, path = saved
    before = path.read_bytes()
    mistakes = {
        "exists. Nothing was written": (path, path, "--map", "relu=mish"),
        "There is no file": (tmp_path / "none.keras", tmp_path / "new.keras", "--map", "relu=mish"),
        "takes OLD=NEW": (path, tmp_path / "new.keras", "--map", "relu"),
        "no activation 'mich'": (path, tmp_path / "new.keras", "--map", "relu=mich"),
        "gelu": (path, tmp_path / "new.keras", "--map", "gelu=mish"),
    }
    for words, mistake in mistakes.items():
        code, _, error = run(capsys, "replace", *mistake)
        assert code == 2
        assert words in error
    assert path.read_bytes() == before
    assert not (tmp_path / "new.keras").exists()


def test_check(capsys, saved, tmp_path):
    _, path = saved
    assert run(capsys, "check", path)[0] == 0
    act = ka.Swish(learned=True, name="act")
    shared = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, act), keras.layers.Dense(4, act)])
    shared.save(tmp_path / "shared.keras")
    (tmp_path / "nonsense.keras").write_text("no model")
    code, _, error = run(capsys, "check", tmp_path / "nonsense.keras")
    assert code == 2
    assert "nonsense.keras" in error


def compiled(path, loss):
    """Save a compiled model that ends with a sigmoid."""
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "relu", name="a"), keras.layers.Dense(1, "sigmoid", name="b")])
    model.compile("sgd", loss)
    model.save(path)
    return path


def test_check_sees_the_loss_in_the_file(capsys, tmp_path):
    path = compiled(tmp_path / "wrong.keras", keras.losses.BinaryCrossentropy(from_logits=True))
    code, text, _ = run(capsys, "check", path, "--json")
    assert code == 1
    assert "from_logits=True" in json.loads(text)["problems"][0]
    assert run(capsys, "check", compiled(tmp_path / "right.keras", "binary_crossentropy"))[0] == 0


def test_replace_keeps_how_the_model_is_compiled(capsys, saved, tmp_path):
    path = compiled(tmp_path / "compiled.keras", "binary_crossentropy")
    assert run(capsys, "replace", path, tmp_path / "new.keras", "--map", "relu=mish")[0] == 0
    assert keras.saving.load_model(tmp_path / "new.keras").compiled
    # A file that holds no loss is taken as it is, and the user is told.
    code, _, error = run(capsys, "replace", saved[1], tmp_path / "newer.keras", "--map", "relu=mish")
    assert code == 0
    assert "is taken without loss and optimizer" in error


def test_bench(capsys):
    rows = json.loads(run(capsys, "bench", "relu", "gelu", "--numbers", "4096", "--json")[1])
    assert [row["name"] for row in rows] == ["relu", "gelu"]
    assert all(row["both"] > 0 for row in rows)


def test_usage(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["nonsense"])
    assert stop.value.code == 2
    code, _, error = run(capsys, "show", "gelo")
    assert code == 2
    assert "Did you mean 'gelu'" in error
    assert "Traceback" not in error
    with pytest.raises(SystemExit):
        main(["replace", "--help"])
    assert "--map relu=hard_silu" in capsys.readouterr().out


def process(*words, **environment):
    own = {name: value for name, value in os.environ.items() if name not in ("KERAS_BACKEND", "TF_CPP_MIN_LOG_LEVEL")}
    return subprocess.run(
        [sys.executable, "-m", "keras_activations", *words], env=own | environment, capture_output=True, text=True, timeout=300
    )


@pytest.mark.skipif(BACKEND != "tensorflow", reason="once is enough")
def test_it_starts_quietly_and_without_a_backend_where_none_is_needed():
    shown = process("suggest", "--bounded", "--smooth", "2")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "tanh" in shown.stdout
    gained = process("gain", "squared_relu", KERAS_BACKEND="tensorflow")
    assert gained.returncode == 0
    assert "oneDNN" not in gained.stderr
    assert "No gain keeps the variance" in gained.stderr  # what is meant for the user comes through
    assert process("show", "gelo").returncode == 2


@pytest.mark.skipif(BACKEND != "tensorflow", reason="once is enough")
def test_the_example_of_its_help_runs_although_it_must_be_computed():
    shown = process("show", "gelu", "leaky_relu(0.1)", "--json")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert [card["name"] for card in json.loads(shown.stdout)] == ["gelu", "leaky_relu"]
    wish = process("show", "leaky_relu(0.1)", KERAS_BACKEND="numpy")  # the user's own
    assert wish.returncode == 2
    assert "Set KERAS_BACKEND" in wish.stderr


def test_an_import_starts_nothing(monkeypatch):
    assert not startup.is_command_line()
    monkeypatch.setattr(sys, "argv", ["-m"])
    monkeypatch.setattr(sys, "orig_argv", ["python", "-m", "keras_activations", "list", "--json"])
    assert startup.is_command_line()
    assert startup.arguments() == ["list", "--json"]
    monkeypatch.setattr(sys, "orig_argv", ["python", "-m", "pytest"])
    assert not startup.is_command_line()
    monkeypatch.setattr(sys, "argv", ["/somewhere/bin/keras-activations", "gain", "gelu"])
    assert startup.is_command_line()
    assert startup.arguments() == ["gain", "gelu"]


def test_noise_is_what_tensorflow_writes():
    noise = [
        b"WARNING: All log messages before absl::InitializeLog() is called are written to STDERR",
        b"I0000 00:00:1795778427.238450    7678 port.cc:153] oneDNN custom operations are on.",
        b"To enable the following instructions: AVX2 AVX512F, in other operations, rebuild TensorFlow",
        b"2026-11-27 10:00:00.000000: I tensorflow/core/platform/cpu_feature_guard.cc:210] This TensorFlow binary",
    ]
    assert all(map(startup.NOISE.match, noise))
    assert not startup.NOISE.match(b"UserWarning: No gain keeps the variance")
    assert not startup.NOISE.match(b"Traceback (most recent call last):")


def test_every_command_that_a_page_or_an_example_shows_exists(capsys):
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").glob("*")]
    text = "".join(page.read_text() for page in pages if page.is_file())
    shown = set(re.findall(r"-m keras_activations (\w+)", text))
    assert {"gallery", "suggest", "replace"} <= shown
    for command in sorted(shown):
        with pytest.raises(SystemExit) as ended:
            main([command, "--help"])
        assert ended.value.code == 0, capsys.readouterr().err


def test_a_missing_backend_is_named_with_what_to_install():
    run = subprocess.run([sys.executable, "-c", WITHOUT_TORCH], capture_output=True, text=True, env=os.environ | {"KERAS_BACKEND": "torch"})
    assert run.returncode == 1
    last = run.stderr.splitlines()[-1]
    assert last.startswith(
        "ModuleNotFoundError: Keras is set to the backend torch, which is not installed. Write pip install torch, or set"
    )
    assert "tensorflow (installed)" in last


WITHOUT_TORCH = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name == "torch":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
import keras_activations
"""
