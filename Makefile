# `make demo` and `make test` set themselves up in .venv: they need only python3 and make.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python

# The CPU build. An index that serves CUDA builds under this name has it as torch==2.13.0+cpu.
TORCH ?= torch==2.13.0

export TF_CPP_MIN_LOG_LEVEL ?= 2
# JAX compiles in every process and test what others have compiled before, unless it finds it here, however small it is.
export JAX_COMPILATION_CACHE_DIR ?= $(CURDIR)/tests/.compiled
export JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS ?= 0
export JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES ?= -1
ACCURACY := $(RUN) -m lab.accuracy
BACKENDS := tensorflow jax torch

.PHONY: demo gallery gallery-data gallery-test test test-oldest fuzz lint oracle api accuracy measurements cards applications bench rows \
	memory export survive legacy golden dist release docs docs-check notebooks clean \
	$(BACKENDS:%=test-%) $(BACKENDS:%=test-%-first) $(BACKENDS:%=test-%-second) $(BACKENDS:%=survive-%)

demo: $(VENV)/demo
	KERAS_BACKEND=tensorflow $(RUN) examples/digits.py

# One page about every activation, which needs no network: output/gallery.html.
gallery: $(VENV)/demo
	@mkdir -p output
	KERAS_BACKEND=tensorflow $(RUN) -m keras_activations gallery --out output/gallery.html --force

# The page in a real browser: Debian's Chromium, or the one whose path is CHROMIUM.
gallery-test: $(VENV)-browser/done
	KERAS_BACKEND=tensorflow $(VENV)-browser/bin/python -m pytest --quiet tests/test_gallery.py tests/test_gallery_browser.py

# Side by side, also on two cores: one after the other, the last would have one core to itself and the other would rest. Halves, because
# the sessions take different times, and the longest first. Each with one thread: small tensors gain nothing from more, and threads on busy
# cores wait for each other.
test: export OMP_NUM_THREADS := 1
test: export TF_NUM_INTRAOP_THREADS := 1
test: export TF_NUM_INTEROP_THREADS := 1
test: oracle
	$(MAKE) --no-print-directory --jobs=3 --output-sync=target --keep-going test-tensorflow-second test-jax-second test-tensorflow-first \
		test-torch-first test-jax-first test-torch-second lint

$(BACKENDS:%=test-%): test-%: $(VENV)/test
	KERAS_BACKEND=$* $(RUN) -m pytest --quiet

$(BACKENDS:%=test-%-first): test-%-first: $(VENV)/test
	KERAS_BACKEND=$* $(RUN) -m pytest --quiet tests/test_[a-k]*.py

$(BACKENDS:%=test-%-second): test-%-second: $(VENV)/test
	KERAS_BACKEND=$* $(RUN) -m pytest --quiet tests/test_[l-z]*.py

# The oldest Keras that is supported, with the TensorFlow of its time; its NumPy backend imports JAX.
test-oldest: $(VENV)-oldest/done oracle
	KERAS_BACKEND=tensorflow $(VENV)-oldest/bin/python -m pytest --quiet

# Arguments, shapes, dtypes and names at random, others in every run.
fuzz: $(VENV)/test
	KERAS_BACKEND=tensorflow EXAMPLES=20000 $(RUN) -m pytest --quiet tests/test_fuzz.py
	KERAS_BACKEND=torch EXAMPLES=20000 $(RUN) -m pytest --quiet tests/test_fuzz.py

lint: $(VENV)/test
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m pyright --pythonpath $(RUN)

# The truth in high precision, computed once, without a backend, and read by every one of them.
oracle: $(VENV)/test
	KERAS_BACKEND=numpy $(RUN) -m lab.cases

# What is generated of the catalogue: promises, docs/catalogue.md, rows for what is not measured yet.
api: $(VENV)/test
	KERAS_BACKEND=numpy $(RUN) -m lab.api

# Every activation and its peers at every 16-bit number and many others, which takes long, and what kernel="auto" keeps: rewrites
# docs/accuracy.md.
accuracy: oracle
	KERAS_BACKEND=numpy $(ACCURACY) truth
	KERAS_BACKEND=tensorflow $(ACCURACY) measure
	KERAS_BACKEND=tensorflow TF_ENABLE_ONEDNN_OPTS=0 $(ACCURACY) measure
	KERAS_BACKEND=torch $(ACCURACY) measure
	KERAS_BACKEND=jax $(ACCURACY) measure
	KERAS_BACKEND=jax JAX_ENABLE_X64=1 $(ACCURACY) measure
	for backend in $(BACKENDS); do KERAS_BACKEND=$$backend $(ACCURACY) auto || exit 1; done
	KERAS_BACKEND=numpy $(ACCURACY) table

# What the native ops keep and cost, measured here in a few minutes: rewrites keras_activations/measured.json.
measurements: oracle
	KERAS_BACKEND=tensorflow $(RUN) -m lab.measurements
	KERAS_BACKEND=torch $(RUN) -m lab.measurements
	KERAS_BACKEND=jax JAX_ENABLE_X64=1 $(RUN) -m lab.measurements

# The properties of every activation and its cost relative to ReLU, for the tools, in ten minutes: rewrites
# keras_activations/tools/cards.json.
cards: $(VENV)/test
	KERAS_BACKEND=torch $(RUN) -m lab.cards properties
	for backend in $(BACKENDS); do KERAS_BACKEND=$$backend $(RUN) -m lab.cards costs || exit 1; done

# What `replace` does with every model of keras.applications, in a quarter of an hour: rewrites docs/applications.md.
applications: $(VENV)/test
	KERAS_BACKEND=tensorflow $(RUN) -m lab.surgery

# The documentation, which needs no network either: output/site. In strict mode a warning is an error, but one of griffe, which reads the
# docstrings, is only printed.
docs: $(VENV)-docs/done
	KERAS_BACKEND=torch $(VENV)-docs/bin/python -m lab.site
	@NO_COLOR=1 $(VENV)-docs/bin/zensical build --clean --strict > output/docs.log 2>&1; code=$$?; cat output/docs.log; \
		test $$code = 0 && ! grep -q "^griffe:" output/docs.log

# Dead links and anchors in the built pages, and what they would load from a network.
docs-check: $(VENV)-docs/done
	$(VENV)-docs/bin/python -m lab.site.links output/site

# Samples, accuracy and equivalents for the gallery: rewrites keras_activations/tools/gallery/stored.json.
gallery-data: $(VENV)/test
	KERAS_BACKEND=torch $(RUN) -m lab.gallery

# How fast every activation is against what a user would write instead: rewrites docs/speed.md and README.md's table. On a machine that
# does nothing else: a quarter of an hour. `make bench BENCH=--all` takes hours, and `make bench BENCH="--only mish,gelu"` minutes.
BENCH ?=
bench: $(VENV)/test
	for backend in $(BACKENDS); do \
		export KERAS_BACKEND=$$backend; \
		$(RUN) -m lab.speed measure $(BENCH) && $(RUN) -m lab.speed models $(BENCH) || exit 1; \
	done
	KERAS_BACKEND=numpy $(RUN) -m lab.speed table

# How the time of sparsemax and entmax grows with the length of a row, against sorts and the package entmax: rewrites docs/rows.md.
rows: $(VENV)/test
	for backend in $(BACKENDS); do KERAS_BACKEND=$$backend $(RUN) -m lab.rows measure || exit 1; done
	KERAS_BACKEND=numpy $(RUN) -m lab.rows table

# What is kept for the backward pass, and the peaks of a few steps, which take 3 GB: rewrites docs/memory.md in ten minutes.
memory: $(VENV)/test
	for backend in $(BACKENDS); do \
		KERAS_BACKEND=$$backend $(RUN) -m lab.memory measure || exit 1; \
	done
	KERAS_BACKEND=numpy $(RUN) -m lab.memory table

# Which activations survive which converter, and what their files hold: rewrites docs/export.md. `lab/export.py --sizes` measures the
# files alone. The converters bring other versions of what the rest needs, and have an environment of their own.
export: $(VENV)-export/done
	$(VENV)-export/bin/python -m lab.export
	KERAS_BACKEND=tensorflow $(VENV)-export/bin/python -m pytest --quiet -p no:anyio tests/test_export.py
	KERAS_BACKEND=tensorflow $(VENV)-export/bin/python -m pytest --quiet -p no:anyio tests/test_survival.py  # OpenVINO reads the files
	KERAS_BACKEND=torch $(VENV)-export/bin/python -m pytest --quiet -p no:anyio tests/test_examples.py -k test_export  # its part with ONNX

# Every activation in every host, dtype policy and file format, which takes hours: `make survive JOBS=4` where there is memory.
JOBS ?= 1
survive:
	$(MAKE) --no-print-directory --keep-going $(BACKENDS:%=survive-%)

# What survives does not depend on how well it is compiled, and JAX compiles for hours.
survive-jax: export JAX_DISABLE_MOST_OPTIMIZATIONS := 1
$(BACKENDS:%=survive-%): survive-%: $(VENV)/test
	KERAS_BACKEND=$* $(RUN) -m lab.survival --jobs $(JOBS)

# The notebooks of the examples, as jupytext makes them of the scripts, with what they print and draw: rewrites examples/notebooks in four
# minutes. `make notebooks NOTEBOOKS="siren snake"` makes some.
NOTEBOOKS ?=
notebooks: $(VENV)-notebooks/done
	KERAS_BACKEND=tensorflow $(VENV)-notebooks/bin/python -m lab.notebooks $(NOTEBOOKS)

# Files of Keras 2 and values of transformers, which the tests of `compat` read. TensorFlow 2.12 and 2.15, for which TensorFlow Addons was
# made, need Python 3.11 or older: `make legacy PYTHON=python3.11`. Each has an environment of its own.
LEGACY := $(VENV)-legacy
legacy:
	for name in 2.12 2.15; do \
		$(PYTHON) -m venv $(LEGACY)/$$name || exit 1; \
		$(LEGACY)/$$name/bin/python -m pip install --quiet "tensorflow-cpu==$$name.*" tensorflow-addons "setuptools<80" || exit 1; \
		$(LEGACY)/$$name/bin/python -m lab.legacy || exit 1; \
	done
	$(PYTHON) -m venv $(LEGACY)/latest
	$(LEGACY)/latest/bin/python -m pip install --quiet tensorflow-cpu tf_keras
	$(LEGACY)/latest/bin/python -m lab.legacy
	$(PYTHON) -m venv $(LEGACY)/transformers
	$(LEGACY)/transformers/bin/python -m pip install --quiet "$(TORCH)" transformers
	$(LEGACY)/transformers/bin/python -m lab.hugging_face

# What every release has to load, in tests/data: once for each version, after its number has changed.
golden: $(VENV)/test
	KERAS_BACKEND=tensorflow $(RUN) -m lab.golden

# The wheel and the source distribution, in dist/, as an index takes them.
dist: $(VENV)-release/done
	rm -rf dist
	$(VENV)-release/bin/python -m build --outdir dist
	$(VENV)-release/bin/python -m twine check --strict dist/*

# The wheel in a clean environment for each backend, where the programs of README.md run, and how complete its types are.
release: dist
	TORCH="$(TORCH)" $(VENV)-release/bin/python -m lab.release dist/*.whl

# Debian ships venv without what it needs to install pip.
$(RUN):
	$(PYTHON) -c "import ensurepip" || (apt-get update && apt-get install --yes python3-venv) \
		|| (echo "python3 has no ensurepip: install the package python3-venv"; exit 1)
	$(PYTHON) -m venv $(VENV)

$(VENV)/demo: $(RUN) pyproject.toml
	$(RUN) -m pip install --quiet tensorflow-cpu --editable ".[examples]"
	@touch $@

$(VENV)/test: $(RUN) pyproject.toml
	$(RUN) -m pip install --quiet "$(TORCH)"
	$(RUN) -m pip install --quiet tensorflow-cpu jax --editable ".[examples,dev]"
	@touch $@

$(VENV)-export/done: $(RUN) pyproject.toml
	$(PYTHON) -m venv $(VENV)-export
	$(VENV)-export/bin/python -m pip install --quiet "$(TORCH)"
	$(VENV)-export/bin/python -m pip install --quiet tensorflow-cpu jax --editable ".[dev,export]"
	$(VENV)-export/bin/python -m pip install --quiet litert-torch "$(TORCH)"
	@touch $@

# With what the example of export needs.
$(VENV)-notebooks/done: $(RUN) pyproject.toml
	$(PYTHON) -m venv $(VENV)-notebooks
	$(VENV)-notebooks/bin/python -m pip install --quiet tensorflow-cpu jax tf2onnx onnxruntime --editable ".[examples,notebooks]"
	@touch $@

$(VENV)-browser/done: $(RUN) pyproject.toml
	command -v chromium || (apt-get update && apt-get install --yes chromium) || echo "Without Chromium its tests are skipped."
	$(PYTHON) -m venv $(VENV)-browser
	$(VENV)-browser/bin/python -m pip install --quiet "$(TORCH)"
	$(VENV)-browser/bin/python -m pip install --quiet tensorflow-cpu jax playwright axe-core-python --editable ".[dev]"
	@touch $@

# build and twine are those of the Python Packaging Authority.
$(VENV)-release/done: $(RUN) Makefile
	$(PYTHON) -m venv $(VENV)-release
	$(VENV)-release/bin/python -m pip install --quiet build twine
	@touch $@

$(VENV)-docs/done: $(RUN) pyproject.toml
	$(PYTHON) -m venv $(VENV)-docs
	$(VENV)-docs/bin/python -m pip install --quiet "$(TORCH)"
	$(VENV)-docs/bin/python -m pip install --quiet --editable ".[docs]"
	@touch $@

$(VENV)-oldest/done: $(RUN) pyproject.toml
	$(PYTHON) -m venv $(VENV)-oldest
	$(VENV)-oldest/bin/python -m pip install --quiet "keras==3.10.0" "tensorflow-cpu==2.19.*" "jax<0.7" --editable ".[examples,dev]"
	@touch $@

clean:
	rm -rf $(VENV) $(VENV)-browser $(VENV)-docs $(VENV)-export $(VENV)-oldest $(VENV)-legacy $(VENV)-notebooks $(VENV)-release dist output \
		.cache lab/.oracle tests/.compiled
