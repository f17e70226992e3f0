# Needs python 3.11 or newer and make; everything else comes into .venv. What Windows needs instead: README.md.
# make test: pip only · make proof: with LibreOffice, Gnumeric, Poppler, npm; SIZE=0.2 is a fifth of the full size.

VENV = .venv
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check
PYTEST = $(BIN)/python -m pytest -q
SIZE = 1
SECONDS = 600
DIR =
ARGS =

.NOTPARALLEL:
.PHONY: help demo test proof fuzz lint bench docs words teeth clean

help:
	@echo "make demo | test | proof [SIZE=0.2] | fuzz [SECONDS=600] | lint | bench | docs | words | teeth | clean"

demo: $(VENV)/base.stamp
	@$(BIN)/aggregator demo $(DIR)

test: $(VENV)/test.stamp
	@$(PYTEST) -n auto $(ARGS)

proof: $(VENV)/dev.stamp
	@PROOF_SIZE=$(SIZE) $(PYTEST) tests/proof $(ARGS)

fuzz: $(VENV)/test.stamp
	@$(BIN)/python -m tests.fuzz --seconds $(SECONDS) $(ARGS)

lint: $(VENV)/dev.stamp
	@$(BIN)/ruff check .
	@$(BIN)/mypy --strict aggregator
	@$(PYTEST) tests/test_house.py

bench: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.bench $(ARGS)

docs: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.make_docs $(ARGS)

words: $(VENV)/test.stamp
	@$(BIN)/python -m tests.make_words

teeth: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.teeth $(ARGS)

clean:
	@rm -rf $(VENV) .cache build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .benchmarks
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/base.stamp: $(VENV)/bin/python setup.cfg pyproject.toml
	@$(PIP) -e .
	@touch $@

$(VENV)/test.stamp: $(VENV)/bin/python setup.cfg pyproject.toml
	@$(PIP) -e '.[test]'
	@touch $@

$(VENV)/dev.stamp: $(VENV)/bin/python setup.cfg pyproject.toml
	@$(PIP) -e '.[dev]'
	@touch $@

$(VENV)/bin/python:
	@for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	  if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    exec $$python -m venv $(VENV); \
	  fi; \
	done; \
	echo 'No Python 3.11 or newer with venv was found (on Debian and Ubuntu: package python3-venv).' >&2; exit 1
