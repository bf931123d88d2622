# make run: play. make test: check everything. CI runs the same command.
#
# Any Python from 3.11 on will do, even when `python3` is an older one; choose with `make run PYTHON=/path/to/python`.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?=

.PHONY: run test soak bench format clean
.DEFAULT_GOAL := run

run: $(VENV)/.installed
	@$(BIN)/raftlab

test: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict raftlab
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 --dist worksteal

soak: $(VENV)/.installed-dev
	$(BIN)/python -m tests.importers.mutating --inputs 10000 --seed 1
	$(BIN)/raftlab soak --runs 100000 --jobs 2

bench: $(VENV)/.installed
	@$(BIN)/python -c 'import pysyncobj' 2>/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	$(BIN)/raftlab bench

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .benchmarks
	find raftlab tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps: what is installed is installed again only after pyproject.toml changed.

$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/.installed

# A shim of a version manager may be on PATH and still not run, so each candidate is asked rather than looked up.
# Debian's python3 may come without ensurepip: then virtualenv is tried, and else the person is told what to install.
$(BIN)/python:
	@for python in $(PYTHON) python3.14 python3.13 python3.12 python3.11 python3 python; do \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	  echo "making $(VENV) with $$("$$python" --version)"; \
	  "$$python" -m venv $(VENV) >/dev/null 2>&1 && "$(BIN)/python" -m pip --version >/dev/null 2>&1 && exit 0; \
	  rm -rf $(VENV); \
	  "$$python" -m virtualenv --quiet $(VENV) 2>/dev/null && exit 0; \
	  rm -rf $(VENV); \
	  echo "$$python can't make a virtual environment: install its venv module (Debian, Ubuntu: apt install python3-venv)" >&2; \
	done; \
	echo "raftlab needs Python 3.11 or newer, with venv; none was found (or name one: make run PYTHON=/path/to/python)" >&2; \
	exit 1
