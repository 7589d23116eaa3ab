# Two commands do everything on a fresh machine: `make demo` and `make test`.
# PYTHON picks the interpreter (3.11 or newer), VENV the folder of the virtual environment.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
JOBS ?= 2
PYTEST_ARGS ?=

.PHONY: help demo test lint style scripts unit verify drafts bundle schema bench clean
help:
	@echo "make demo     flood the built-in town, offline: the folder demo/, with demo/map.html"
	@echo "make test     style, types and all tests"
	@echo "make verify   the slow checks as well (thousands of random cities, fine grids)"
	@echo "make drafts   mappings drafted from the public sets beside the checkout, and the cities that come of them"
	@echo "make bench    the benchmarks behind docs/performance.md"
	@echo "make bundle   rebuild what the maps run, after a change of their JavaScript (maintainers; needs npm)"

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

# The pages' scripts beside Python's: each is one process for most of its time.
lint: $(VENV)/.test
	@$(MAKE) --no-print-directory -j2 style scripts

style: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/mypy

# Types, rules and layout of the pages' scripts; what is built of them is committed, so node is for maintainers only.
scripts:
	@if command -v npm >/dev/null 2>&1; then \
	  $(MAKE) --no-print-directory $(MODULES) && cd viewer/bundle && npm run --silent lint; \
	else \
	  echo "node is missing: the pages' scripts are NOT checked (Debian: apt-get install nodejs npm)"; \
	fi

MODULES := viewer/bundle/node_modules/.package-lock.json
$(MODULES): viewer/bundle/package-lock.json
	cd viewer/bundle && npm ci --ignore-scripts --silent
	@touch $@

unit: $(VENV)/.test
	@command -v chromium >/dev/null 2>&1 || echo "chromium is missing: the browser tests will be skipped (Debian: apt-get install chromium)"
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m "not verify" $(PYTEST_ARGS)

verify: $(VENV)/.test
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(PYTEST_ARGS)

drafts: $(VENV)/.test
	$(BIN)/python -m pytest --durations 5 tests/geodata/importing/drafting/test_trials.py $(PYTEST_ARGS)

bench: $(VENV)/.test
	$(BIN)/python -m benchmarks

bundle: $(VENV)/.run $(MODULES)
	$(BIN)/python -m viewer.enums
	cd viewer/bundle && npm run --silent build

schema: $(VENV)/.run
	$(BIN)/twin schema > scenarios/scenario.schema.json

clean:
	rm -rf build dist demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
