# Two commands do everything on a fresh machine: `make demo` and `make test`.
# PYTHON picks the interpreter (3.11 or newer), VENV the folder of the virtual environment.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
JOBS ?= 2
PYTEST_ARGS ?=

.PHONY: help demo test lint unit verify bundle schema bench clean
help:
	@echo "make demo     flood the built-in town, offline: the folder demo/, with demo/map.html"
	@echo "make test     style, types and all tests"
	@echo "make verify   the slow checks as well (thousands of random cities, fine grids)"
	@echo "make bench    the benchmarks behind docs/performance.md"
	@echo "make bundle   rebuild the map's JavaScript bundle (maintainers; needs npm)"

# One stamp per kind of environment: what users need, and what developers need beside it.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1)."; \
	  echo "Give another one: make PYTHON=python3.12 demo"; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "Python's venv module is missing. On Debian or Ubuntu:  sudo apt-get install python3-venv"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	@touch $@

$(VENV)/.run: $(VENV)/.made pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.run
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test,figures]'
	@touch $@

demo: $(VENV)/.run
	$(BIN)/twin demo --out demo

test: lint unit

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/mypy

unit: $(VENV)/.test
	@command -v chromium >/dev/null 2>&1 || echo "chromium is missing: the browser tests will be skipped (Debian: apt-get install chromium)"
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m "not verify" $(PYTEST_ARGS)

verify: $(VENV)/.test
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(PYTEST_ARGS)

bench: $(VENV)/.test
	$(BIN)/python -m benchmarks

bundle:
	cd viewer/bundle && npm ci --ignore-scripts && npm run build

schema: $(VENV)/.run
	$(BIN)/twin schema > scenarios/scenario.schema.json

clean:
	rm -rf build dist demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
