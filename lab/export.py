"""Measure which activations survive which converter, and write the table to `docs/export.md`.

    python -m lab.export            # the first sample of every class
    python -m lab.export --all      # every sample
    python -m lab.export --only mish,gelu --format litert
    python -m lab.export --sizes    # nodes, bytes and run time beside those of Keras's own functions, and nothing else

Each class stands in a Keras model with a batch of unknown size. The model is exported. The runtime of the format loads it and runs it on
numbers from -200 to 200. A class works if its outputs equal those of the layer within 1e-4, absolute plus relative. The gradients of a
reloaded SavedModel with respect to the input and the weights must be equal too. Many classes share a model. A class that fails in a shared
model is tried again in a model of its own.

New sizes replace the old sizes of the same classes. The other sizes stay while the machine and the versions are the same. Each backend runs
in a process of its own. The table has no column for a converter that is not installed.
"""

import argparse
import contextlib
import importlib
import importlib.metadata
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "export.md"
SIZES = ROOT / "output" / "export"
SHAPE = (4, 4)
TOLERANCE = 1e-4
TOGETHER = 20
MANY = 2**20
"""How many numbers are timed."""

# The reason for a gap, by a pattern in its error message. The first match counts. A message without a match is quoted.
REASONS = (
    (r"'tf\.(\w+)' op is neither a custom op nor a flex op", r"LiteRT has no builtin operator for TensorFlow's {0}"),
    (r"Didn't find op for builtin opcode '(\w+)'", r"the converter writes {0}, which its interpreter does not have"),
    (r"No Op registered for (\w+)", r"ONNX has no operator {0}, and the converter writes it all the same"),
    (r"Exporting the operator '([\w:]+)' to ONNX", r"the converter does not know {0}"),
    (r"unregistered operation '([\w.]+)'", r"JAX writes {0}, which this TensorFlow is too old to read"),
    (r"(-?inf) in place of", r"the result is {0} too early"),
)


def grid():
    """Numbers from -200 to 200, with zeros, corners and numbers close to 0. A row has either neighbours or mixed numbers."""
    corners = [0.0, 1e-7, 1e-3, 0.25, 0.5, 2 / 3, 1.0, 1.5, 2.0, 2.5, 3.0, 6.0, 20.0, 40.0, 80.0, 87.0, 88.5, 89.0, 104.0, 200.0]
    numbers = np.concatenate([np.linspace(-200, 200, 161), np.linspace(-8, 8, 311), corners, np.negative(corners)])
    numbers = np.sort(numbers)[: numbers.size // 16 * 16]
    mixed = np.random.default_rng(0).permutation(numbers)
    return np.concatenate([numbers, mixed, mixed * 0.02]).reshape(-1, *SHAPE).astype("float32")


@dataclass(frozen=True)
class Subject:
    """A layer to export: its name, and a function that makes it."""

    name: str
    make: Callable


def units(every_sample):
    """Every class with its samples of arguments."""
    import keras_activations as ka
    from keras_activations.core.activation import canonical_name

    def unit(cls, sample):
        arguments = ", ".join(f"{key}={value!r}" for key, value in sample.items())
        return Subject(f"{canonical_name(cls)}({arguments})".removesuffix("()"), lambda: cls(**sample))

    return [unit(e.cls, sample) for e in ka.catalogue().values() for sample in (e.cls.samples if every_sample else e.cls.samples[:1])]


def controls():
    """Layers that use one Keras op each. They show whether a limit belongs to the converter or to this package."""
    import keras
    from keras import ops

    functions = {
        "keras.ops.sort": lambda x: ops.sort(x, axis=-1),
        "keras.ops.cumsum": lambda x: ops.cumsum(x, axis=-1),
        "keras.ops.fori_loop": lambda x: ops.fori_loop(0, 3, lambda i, y: 0.5 * y, x),
        "keras.ops.erf": ops.erf,
        "keras.ops.arctan": ops.arctan,
        "keras.ops.expm1": ops.expm1,
        "keras.ops.log1p": ops.log1p,
        "keras.ops.gelu(approximate=False)": lambda x: ops.gelu(x, approximate=False),
        "keras.ops.celu": ops.celu,
        "keras.ops.exp": ops.exp,
        "keras.ops.silu": ops.silu,
        "keras.ops.softplus": ops.softplus,
        "keras.ops.log_sigmoid": ops.log_sigmoid,
        "keras.ops.split": lambda x: ops.concatenate(ops.split(x, 2, axis=-1), axis=-1),
        "keras.ops.split, of multiples": lambda x: ops.multiply(*ops.split(x, 2, axis=-1)),
        "keras.ops.unstack": lambda x: ops.multiply(*ops.unstack(ops.reshape(x, (-1, 4, 2, 2)), axis=3)),
    }
    return [Subject(name, lambda function=function: keras.layers.Lambda(function)) for name, function in functions.items()]


def model_of(group):
    """A model in which each unit has an input and an output of its own."""
    import keras

    inputs = [keras.Input(SHAPE) for _ in group]
    return keras.Model(inputs, [unit.make()(x) for unit, x in zip(group, inputs, strict=True)])


def numpy_of(tensors):
    from keras import ops

    return [np.asarray(ops.convert_to_numpy(tensor)) for tensor in (tensors if isinstance(tensors, (list, tuple)) else [tensors])]


def tensorflow_gradients(function, weights, inputs):
    """The outputs, and the gradients of their weighted sum with respect to every input and weight."""
    import tensorflow as tf

    inputs = [tf.constant(x) for x in inputs]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = function(inputs)
        outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        upstream = [tf.constant(np.cos(np.arange(np.prod(y.shape), dtype="float32")).reshape(y.shape)) for y in outputs]
    by_input, by_weight = tape.gradient(outputs, (inputs, weights), upstream, unconnected_gradients="zero")
    return [np.asarray(y) for y in outputs], [np.asarray(g) for g in by_input], [np.asarray(g) for g in by_weight]


# Each function exports a model to the folder, runs it on the inputs and returns the outputs.


def saved_model(model, folder, inputs):
    import tensorflow as tf

    model.export(folder, format="tf_saved_model", verbose=False)
    loaded = tf.saved_model.load(folder)
    return [np.asarray(y) for y in as_list(loaded.serve(inputs))]


def saved_model_gradients(model, folder, inputs):
    """The outputs, and the gradients by the input and by the weights, of the reloaded model and of the original model."""
    import tensorflow as tf

    model.export(folder, format="tf_saved_model", verbose=False)
    loaded = tf.saved_model.load(folder)
    weights = list(loaded.trainable_variables)
    if len(weights) != len(model.trainable_variables):
        raise ValueError(f"{len(weights)} of {len(model.trainable_variables)} weights were reloaded")
    outputs, by_input, by_weight = tensorflow_gradients(loaded.serve, weights, inputs)
    _, expected_by_input, expected_by_weight = tensorflow_gradients(model, [w.value for w in model.trainable_variables], inputs)
    return outputs, by_input, by_weight, expected_by_input, expected_by_weight


def as_list(outputs):
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]


def onnx(model, folder, inputs):
    return onnx_call(onnx_file(model, folder), inputs)()


def openvino(model, folder, inputs):
    import openvino

    model.export(f"{folder}/model.xml", format="openvino", verbose=False)
    # OpenVINO computes in bfloat16 without this hint, if the processor can.
    compiled = openvino.Core().compile_model(f"{folder}/model.xml", "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    results = compiled(inputs)
    # OpenVINO makes one more output of every dead end in a graph of TensorFlow. Each custom gradient has a dead end, also that of
    # Keras's silu. These outputs come after the others. The others are sorted by name as text: the eleventh comes before the third.
    named = {name: output for output in reversed(compiled.outputs) for name in output.names}
    names = ["Identity:0", *(f"Identity_{k}:0" for k in range(1, len(inputs)))]
    return [results[output] for output in ([named[name] for name in names] if names[0] in named else compiled.outputs[: len(inputs)])]


def tensorflow_litert(model, folder, inputs):
    return litert_call(tensorflow_litert_file(model, folder), inputs)()


def torch_litert(model, folder, inputs):
    path = f"{folder}/model.tflite"
    # This converter takes no batch of unknown size.
    model.export(path, format="litert", verbose=False, input_signature=signature(inputs))
    return litert_call(path, inputs)()


def torch_exported(model, folder, inputs):
    import torch

    path = f"{folder}/model.pt2"
    model.export(path, format="torch", verbose=False, input_signature=signature(inputs))
    return numpy_of(torch.export.load(path).module()([torch.from_numpy(x) for x in inputs]))


def signature(inputs):
    import keras

    return [[keras.InputSpec(shape=x.shape, dtype="float32") for x in inputs]]


# These functions are of three kinds. The first writes a file and returns its path. The second returns the names of the operators in it.
# The third loads it and returns a function that runs it on the inputs, on one thread.


def onnx_file(model, folder):
    path = f"{folder}/model.onnx"
    model.export(path, format="onnx", verbose=False)
    return path


def onnx_operators(path):
    from onnx import load

    return [node.op_type for node in load(path).graph.node if node.op_type != "Constant"]


def onnx_call(path, inputs):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    named = dict(zip([i.name for i in session.get_inputs()], inputs, strict=True))
    return lambda: session.run(None, named)


def tensorflow_litert_file(model, folder):
    import tensorflow as tf

    path = f"{folder}/model.tflite"
    model.export(path, format="litert", verbose=False, target_spec={"supported_ops": [tf.lite.OpsSet.TFLITE_BUILTINS]})
    return path


def litert_operators(path):
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(Path(path).read_bytes(), 0))
    names = {code: name for name, code in vars(schema.BuiltinOperator).items()}
    return [names[model.operatorCodes[node.opcodeIndex].builtinCode] for graph in model.subgraphs for node in graph.operators]


def litert_call(path, inputs):
    from ai_edge_litert.interpreter import Interpreter

    runner = Interpreter(path, num_threads=1).get_signature_runner()
    in_order = sorted(runner.get_input_details().values(), key=lambda details: details["index"])
    names = {details["index"]: name for name, details in runner.get_input_details().items()}
    named = {names[details["index"]]: x for details, x in zip(in_order, inputs, strict=True)}

    def call():
        outputs = runner(**named)
        return [outputs[name] for name in sorted(outputs, key=lambda name: [int(n) for n in re.findall(r"\d+", name)])]

    return call


# {backend: {format: (exporter, the packages that it needs)}}
FORMATS = {
    "tensorflow": {
        "SavedModel": (saved_model, ["tensorflow"]),
        "SavedModel, gradients": (saved_model_gradients, ["tensorflow"]),
        "ONNX": (onnx, ["tf2onnx", "onnxruntime"]),
        "LiteRT": (tensorflow_litert, ["ai_edge_litert"]),
        "OpenVINO": (openvino, ["openvino"]),
    },
    "torch": {
        "torch.export": (torch_exported, ["torch"]),
        "ONNX": (onnx, ["onnxscript", "onnxruntime"]),
        "LiteRT": (torch_litert, ["litert_torch", "ai_edge_litert"]),
        "OpenVINO": (openvino, ["openvino"]),
    },
    "jax": {"SavedModel": (saved_model, ["jax", "tensorflow"])},
}

# The formats whose files are compared with those of Keras's own functions.
FILES = {
    "tensorflow": {
        "ONNX": (onnx_file, onnx_operators, onnx_call),
        "LiteRT": (tensorflow_litert_file, litert_operators, litert_call),
    },
    "torch": {"ONNX": (onnx_file, onnx_operators, onnx_call)},
}


def difference(result, expected):
    """A description of the error, or None."""
    result = np.asarray(result)
    if result.shape != expected.shape:
        return f"has the shape {result.shape} and not {expected.shape}"
    with np.errstate(invalid="ignore", over="ignore"):
        wrong = ~(np.abs(result - expected) <= TOLERANCE + TOLERANCE * np.abs(expected))
        wrong &= ~((result == expected) | (np.isnan(result) & np.isnan(expected)))
        if not wrong.any():
            return None
        errors = np.where(wrong & np.isfinite(result), np.abs(result - expected) / (1 + np.abs(expected)), 0)
    k = np.argmax(np.where(wrong & ~np.isfinite(result), np.inf, errors))
    return f"{result.ravel()[k]:.6g} in place of {expected.ravel()[k]:.6g}, entry {k}, {wrong.sum()} of {wrong.size} entries are wrong"


def attempt(exporter, group, x):
    """{name: None or what is wrong} for a group of units in one model. An exception applies to every unit of the group."""
    model = model_of(group)
    inputs = [x] * len(group)
    expected = numpy_of(model(inputs))
    with tempfile.TemporaryDirectory() as folder:
        results = exporter(model, folder, inputs)
    gradients = ()
    if exporter is saved_model_gradients:
        results, *gradients = results
    verdict = {unit.name: difference(r, e) for unit, r, e in zip(group, results, expected, strict=True)}
    if not gradients:
        return verdict
    by_input, by_weight, expected_by_input, expected_by_weight = gradients
    for unit, r, e in zip(group, by_input, expected_by_input, strict=True):
        if verdict[unit.name] is None and (wrong := difference(r, e)) is not None:
            verdict[unit.name] = f"gradient: {wrong}"
    for r, e in zip(by_weight, expected_by_weight, strict=True):
        # Only a model of one unit shows whose weight it is.
        if (wrong := difference(r, e)) is not None:
            verdict |= {unit.name: verdict[unit.name] or f"gradient of a weight: {wrong}" for unit in group}
    return verdict


def measured(exporter, group, x, log=lambda line: None):
    """{name: None or what is wrong}. Each failure is confirmed in a model of its own."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            verdict = attempt(exporter, group, x)
    except Exception as error:
        if len(group) == 1:
            log(f"{group[0].name}: {type(error).__name__}")
            return {group[0].name: f"{type(error).__name__}: {error}"}
        half = len(group) // 2
        return measured(exporter, group[:half], x, log) | measured(exporter, group[half:], x, log)
    if len(group) > 1:
        for unit in group:
            if verdict[unit.name] is not None:
                verdict |= measured(exporter, [unit], x, log)
    elif verdict[group[0].name]:
        log(f"{group[0].name}: {verdict[group[0].name]}")
    return verdict


def missing(packages):
    for package in packages:
        try:
            importlib.import_module(package)
        except ImportError:
            return package
    return None


def formats(backend, arguments):
    """The names of the requested formats whose converters are installed."""
    for name, (_, packages) in FORMATS[backend].items():
        if arguments.format and arguments.format not in name:
            continue
        if package := missing(packages):
            print(f"{backend} {name}: {package} is not installed", file=sys.stderr, flush=True)
            continue
        yield name


def measure_backend(backend, arguments):
    """{format: {name: None or what is wrong}} of this process's backend."""
    table = {}
    for name in formats(backend, arguments):
        exporter, _ = FORMATS[backend][name]
        everything, x = units(arguments.all) + controls(), grid()
        if arguments.only:
            everything = [unit for unit in everything if unit.name in arguments.only.split(",")]
        begin, verdict = time.perf_counter(), {}

        def log(line, prefix=f"{backend} {name}"):
            print(f"{prefix}: {line[:300]}", file=sys.stderr, flush=True)

        for start in range(0, len(everything), TOGETHER):
            verdict |= measured(exporter, everything[start : start + TOGETHER], x, log)
        log(f"{sum(v is None for v in verdict.values())} of {len(verdict)} work, {time.perf_counter() - begin:.0f} s")
        table[name] = verdict
    return table


def pairs():
    """{name: (subject of this package, subject of Keras)} for every function of `keras.activations` that has a class here."""
    from lab import speed

    return {name: (Subject(name, unit.ours), Subject(name, unit.theirs)) for name, unit in speed.units().items() if unit.native}


def file_of(subject, form, folder):
    """{"operators": their names, "bytes": the size, "wrong": None or what is wrong}, and a function or None.

    The function runs the file on many numbers.
    """
    write, operators, load = form
    found = {"operators": None, "bytes": None, "wrong": None}
    x, many = grid(), np.random.default_rng(0).normal(scale=2.0, size=(MANY // np.prod(SHAPE), *SHAPE)).astype("float32")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = model_of([subject])
            expected = numpy_of(model([x]))[0]
            path = write(model, folder)
            found |= {"operators": operators(path), "bytes": Path(path).stat().st_size}
            wrong = difference(load(path, [x])()[0], expected)
        return found | {"wrong": wrong}, load(path, [many])
    except Exception as error:
        return found | {"wrong": f"{type(error).__name__}: {error}"}, None


def measure_sizes(backend, arguments):
    """Write operators, bytes and seconds of every pair into the file of this process's backend."""
    from lab import speed

    environment = {"processor": speed.processor(), "cores": os.cpu_count(), "versions": versions()}
    stored = SIZES / f"{backend}.json"
    kept = json.loads(stored.read_text()) if stored.exists() else {}
    if kept.get("environment") != environment:
        kept = {"environment": environment, "rows": {}}
    for form in formats(backend, arguments):
        for name, pair in pairs().items():
            if form not in FILES[backend] or (arguments.only and name not in arguments.only.split(",")):
                continue
            with tempfile.TemporaryDirectory() as here, tempfile.TemporaryDirectory() as there:
                sides = [file_of(subject, FILES[backend][form], folder) for subject, folder in zip(pair, (here, there), strict=True)]
            (ours, run_ours), (theirs, run_theirs) = sides
            times = speed.compared(run_ours, run_theirs, budget=1.0) if run_ours and run_theirs else None
            kept["rows"].setdefault(form, {})[name] = {"ours": ours, "theirs": theirs, "times": times}
            print(f"{backend} {form} {name}: {ours}, {theirs}, {times and times['ratio']}"[:1000], file=sys.stderr, flush=True)
            SIZES.mkdir(parents=True, exist_ok=True)
            stored.write_text(json.dumps(kept, indent=1))


def reason(word):
    for pattern, text in REASONS:
        if match := re.search(pattern, word):
            return text.format(*match.groups()) + (f": {word}" if "in place of" in word else "")
    return " ".join(word.split())[:200]


def versions():
    names = (
        "keras",
        "tensorflow-cpu",
        "tensorflow",
        "torch",
        "jax",
        "tf2onnx",
        "onnxruntime",
        "ai-edge-litert",
        "litert-torch",
        "openvino",
    )
    found = []
    for name in names:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found.append(f"{name} {importlib.metadata.version(name).partition('+')[0]}")
    return ", ".join(found)


def page(tables, samples):
    """The text of `docs/export.md`, from {backend: {format: {name: None or what is wrong}}}."""
    columns = {(backend, name): verdict for backend, table in tables.items() for name, verdict in table.items()}
    ops = [name for name in next(iter(columns.values())) if name.startswith("keras.")]
    ours = [name for name in next(iter(columns.values())) if name not in ops]
    lines = ["# Export", "", "<!-- Written by `make export`, not by hand. -->", "", PREFACE.format(len(ours), samples), ""]
    lines += ["| from | to | work | do not |", "|---|---|---|---|"]
    for (backend, name), verdict in columns.items():
        bad = [unit for unit in ours if verdict[unit]]
        lines.append(f"| {backend} | {name} | {len(ours) - len(bad)} | {', '.join(f'`{unit}`' for unit in bad)} |")
    lines += ["", f"Measured with {versions()}.", "", "## The gaps, and why", ""]
    gaps = [(unit, *key, verdict[unit]) for key, verdict in columns.items() for unit in ours if verdict[unit]]
    lines += [f"* `{unit}` from {backend} to {name}: {reason(word)}." for unit, backend, name, word in gaps] or ["There are none."]
    lines += ["", "## Beside Keras's own functions", "", BESIDE, "", START, END, ""]
    lines += ["## Keras's own operations", "", CONTROLS, ""]
    lines += ["| operation | " + " | ".join(f"{backend}: {name}" for backend, name in columns) + " |", "|---" * (1 + len(columns)) + "|"]
    for op in ops:
        lines.append(f"| `{op}` | " + " | ".join("no" if verdict[op] else "yes" for verdict in columns.values()) + " |")
    lines += ["", *(f"* `{op}` from {key[0]} to {key[1]}: {reason(v[op])}." for key, v in columns.items() for op in ops if v[op])]
    lines += ["", "## Every activation", ""]
    lines += ["| activation | " + " | ".join(f"{backend}: {name}" for backend, name in columns) + " |", "|---" * (1 + len(columns)) + "|"]
    for unit in ours:
        lines.append(f"| `{unit}` | " + " | ".join("**no**" if verdict[unit] else "yes" for verdict in columns.values()) + " |")
    return "\n".join([*lines, ""])


PREFACE = """What `model.export` makes of each activation. {} of them{} stand in models, which are exported, loaded by the runtime of the
format and run on numbers from -200 to 200. An activation works where its outputs equal those of the layer within 1e-4, absolute plus
relative; "SavedModel, gradients" compares the gradients of a reloaded model with respect to its input and its weights, as fine-tuning
needs them. What draws random numbers in training exports its inference.

No flag is needed, and no import of this package by what runs the model. A few things to know:

* ONNX runs in onnxruntime. LiteRT runs in its interpreter, and is made of builtin operators only.
* From TensorFlow to ONNX, tf2onnx makes a sum of products of every choice between two numbers, so that an infinite input gives NaN.
* OpenVINO computes in bfloat16 where the processor can, which is less accurate than any of this: compile the model with
  `INFERENCE_PRECISION_HINT` f32. Exported from TensorFlow, a model has its outputs first, of which the
  eleventh stands before the third, and then further ones, one for each custom gradient, also of Keras's silu. A model that OpenVINO
  converts from a SavedModel has no further ones.
* From torch, LiteRT and torch.export are made for one size of batch, which the `input_signature` gives."""
START, END = "<!-- sizes -->", "<!-- end of sizes -->"
BESIDE = f"""A model of one layer of this package beside a model of `keras.layers.Activation` with the function of `keras.activations` that
has the name, and the same hyperparameters; the number of this package stands first, then Keras's. Nodes are the operators in the file,
constants left out. The times are those of {MANY:,} numbers in onnxruntime or the interpreter of LiteRT, on one thread, the least of many
in turns, and their ratio: 2.0 is twice as slow. A remark is about Keras's function, unless it says otherwise.

From torch, the file of an activation of this package has one Cast more, to the dtype that the input has: onnxruntime leaves it out."""
CONTROLS = """The same for some operations of Keras in a `Lambda` layer: what fails here is a limit of the converter. This package has
formulas of its own in their place."""


def remark(row):
    """A description of the errors in the files of a row."""
    ours, theirs = (row[side]["wrong"] and reason(row[side]["wrong"]) for side in ("ours", "theirs"))
    if ours:
        return f"both: {ours}" if ours == theirs else f"this package: {ours}"
    return theirs or ""


def sizes_section(results):
    """The lines between the marks, from {backend: the content of its file}."""
    lines, rows = [], {(backend, form): rows for backend, found in results.items() for form, rows in found["rows"].items()}
    for backend, found in results.items():
        has = found["environment"]
        lines.append(f"* {backend}: {has['processor']}, {has['cores']} cores, {has['versions']}.")
    lines += [
        "",
        "| from | to | names | fewer nodes | as many | more nodes | Keras's fails | time, geometric mean (worst) |",
        "|---" * 8 + "|",
    ]
    for (backend, form), every in rows.items():
        counts = {name: [row[side]["operators"] for side in ("ours", "theirs")] for name, row in every.items()}
        counts = {name: [*map(len, pair)] for name, pair in counts.items() if None not in pair}
        more = [f"`{name}`" for name, (ours, theirs) in counts.items() if ours > theirs]
        fewer = sum(ours < theirs for ours, theirs in counts.values())
        ratios = {name: row["times"]["ratio"] for name, row in every.items() if row["times"]}
        worst = max(ratios, key=ratios.get)
        mean = statistics.geometric_mean(ratios.values())
        fails = [f"`{name}`" for name, row in every.items() if row["theirs"]["wrong"]]
        cells = [backend, form, len(every), fewer, len(counts) - fewer - len(more), ", ".join(more), ", ".join(fails)]
        lines.append(f"| {' | '.join(map(str, cells))} | {mean:.2f} (`{worst}` {ratios[worst]:.2f}) |")
    for (backend, form), every in rows.items():
        lines += ["", f"### From {backend} to {form}", "", "| activation | nodes | bytes | ms | ratio | remark |", "|---" * 6 + "|"]
        for name, row in sorted(every.items()):
            nodes, size = (" / ".join(measure(row[side]) for side in ("ours", "theirs")) for measure in (nodes_of, bytes_of))
            times = row["times"]
            spent = f"{times['ours'] * 1e3:.2f} / {times['theirs'] * 1e3:.2f} | {times['ratio']:.2f}" if times else " | "
            lines.append(f"| `{name}` | {nodes} | {size} | {spent} | {remark(row)} |")
    return lines


def nodes_of(side):
    return "none" if side["operators"] is None else str(len(side["operators"]))


def bytes_of(side):
    return "none" if side["bytes"] is None else f"{side['bytes']:,}"


def write_sizes():
    """Write the stored sizes between the marks of the page, if all of them were measured here."""
    results = {backend: json.loads(file.read_text()) for backend in FILES if (file := SIZES / f"{backend}.json").exists()}
    found = {(backend, form): {*rows} for backend, result in results.items() for form, rows in result["rows"].items()}
    lacking = [f"{b} to {form}" for b, table in FILES.items() for form in table if found.get((b, form), set()) != {*pairs()}]
    if lacking:
        print(f"{PAGE.name} keeps its sizes, for not every name was measured here: {', '.join(lacking)}", file=sys.stderr)
        return
    before, _, rest = PAGE.read_text().partition(START)
    PAGE.write_text("\n".join([before + START, *sizes_section(results), END + rest.partition(END)[2]]))


def in_a_process_of_its_own(backend, *further):
    command = [sys.executable, "-m", "lab.export", *sys.argv[1:], "--backend", backend, *further]
    # Converters print many messages.
    subprocess.run(command, check=True, env=os.environ | {"KERAS_BACKEND": backend}, stdout=subprocess.DEVNULL)


def verdicts(backends):
    """{backend: {format: {name: None or what is wrong}}}"""
    tables = {}
    with tempfile.TemporaryDirectory() as folder:
        for backend in backends:
            in_a_process_of_its_own(backend, "--output", f"{folder}/{backend}.json")
            if table := json.loads(Path(f"{folder}/{backend}.json").read_text()):
                tables[backend] = table
    return tables


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true", help="every sample of every class")
    parser.add_argument("--only", help="names, with commas between them; of verdicts nothing is written")
    parser.add_argument("--format", help="a part of the name of a format; of verdicts nothing is written")
    parser.add_argument("--sizes", action="store_true", help="nodes, bytes and run time beside Keras's own functions, and nothing else")
    parser.add_argument("--backend", help="one backend, in this process, which writes JSON")
    parser.add_argument("--output", default=os.devnull, help="where to write it")
    arguments = parser.parse_args()
    if arguments.backend:
        import keras

        assert keras.backend.backend() == arguments.backend
        if arguments.sizes:
            measure_sizes(arguments.backend, arguments)
        else:
            Path(arguments.output).write_text(json.dumps(measure_backend(arguments.backend, arguments)))
        return
    installed = [backend for backend in FORMATS if not missing([backend])]
    everything = not (arguments.only or arguments.format)
    if not arguments.sizes:
        tables = verdicts(installed)
        if everything:
            PAGE.write_text(page(tables, ", with every sample of their arguments," if arguments.all else ", with their default arguments,"))
    if arguments.sizes or everything:
        for backend in FILES:
            if backend in installed:
                in_a_process_of_its_own(backend, "--sizes")
        write_sizes()


if __name__ == "__main__":
    main()
