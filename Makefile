# Every target does its own set-up, in .venv (and .venv-peers for the libraries Keratin is measured
# against). A stamp per group of packages makes the second run instant.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
PIP_OPTIONS := --quiet --disable-pip-version-check --no-input
# Compiled modules are kept: tests start many processes.
unexport PYTHONDONTWRITEBYTECODE
# An environment with tensorflow-cpu 2.21, keras, jax and torch; by default `make` builds it.
PEERS ?= .venv-peers/bin/python

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */  make \1~/' | column -t -s '~'

demo: $(VENV)/stamps/demo ## train a small network to read handwritten digits, draw how it learnt
	$(RUN) examples/digits.py

test: $(VENV)/stamps/test ## the tests and the examples in the docstrings, without the slow ones
	$(RUN) -m pytest -n auto --dist worksteal -m "not slow"

test-all: $(VENV)/stamps/test ## all tests, compiled as users' programs are
	$(RUN) -m pytest -n auto --dist worksteal --optimized

lint: $(VENV)/stamps/lint ## ruff (check and format) and mypy
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy

bench: $(VENV)/stamps/demo $(filter .venv-peers/%,$(PEERS)) ## ours against the peers, in one run: a table and build/bench.json
	$(RUN) -m benchmarks --peers $(PEERS) $(SUBJECTS)

golden: $(filter .venv-peers/%,$(PEERS)) ## make golden files with TensorFlow: all, or NAMES="math_elementwise ..."
	$(PEERS) tests/golden/make.py $(NAMES)

snapshot: $(VENV)/stamps/test ## write the list of public names that a test guards
	$(RUN) -m tests.structure.exports

clean: ## remove the environments, caches and everything built
	rm -rf $(VENV) .venv-peers build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Keratin needs Python 3.11 or later, and $(PYTHON) is older: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# One group of packages: the extra of that name in pyproject.toml.
$(VENV)/stamps/%: pyproject.toml | $(VENV)/bin/python
	$(RUN) -m pip install $(PIP_OPTIONS) --editable '.[$*]'
	@mkdir -p $(@D) && touch $@

.venv-peers/bin/python: benchmarks/peers.txt
	@rm -rf .venv-peers && $(PYTHON) -m venv .venv-peers
	.venv-peers/bin/pip install $(PIP_OPTIONS) --requirement benchmarks/peers.txt || { rm -rf .venv-peers; exit 1; }
	@touch $@

.PHONY: help demo test test-all lint bench golden snapshot clean
.PRECIOUS: $(VENV)/stamps/%
