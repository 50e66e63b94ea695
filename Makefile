# Everything happens inside .venv; `make install` makes it from the hash-pinned locks.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: install run test lint prove bench lock messages format

install: $(VENV)/.installed
$(VENV)/.installed: requirements-dev.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes -r requirements-dev.txt
	touch $@

run: install
	$(BIN)/python -m bot run

# In the order of names the files of many quick tests come last, and both processes end together.
test: install
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not prove"

prove: install
	$(BIN)/python -m pytest -m prove -s

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install
	$(BIN)/python -m benchmarks.turns
	$(BIN)/python -m benchmarks.lanes
	$(BIN)/python -m benchmarks.reminders
	$(BIN)/python -m benchmarks.progress

# Collects the English texts of the code and merges them into both catalogues; untranslated ones fail `make test`.
messages: install
	$(BIN)/python -m locales.update

# Needs uv; the locks name versions and hashes, never an address.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements.in -o requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements-dev.in -o requirements-dev.txt
