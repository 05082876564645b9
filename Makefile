# Everything runs in .venv, which each target makes or brings up to date from a lock file first.

SHELL := /bin/bash
.DEFAULT_GOAL := demo
.PHONY: demo test test-fast lint lock size clean

# The first Python of these that is 3.11 or newer.
PYTHON ?= $(shell for python in python3.11 python3 python3.12 python3.13 python3.14; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
# Scripts in .venv name the folder it was made in: where the checkout was copied or moved, .venv is made anew.
HERE := .venv/made-in-$(shell pwd -P | cksum | cut -d ' ' -f 1)
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header $(UPGRADE)

demo: $(HERE)/local.stamp
	@$(BIN)/sim run scenarios/hello.yaml
	@printf '\nLook at next:\n'
	@printf '  %-60s  %s\n' \
		'$(BIN)/sim run scenarios/messy.yaml' 'every fault there is' \
		'$(BIN)/sim run scenarios/messy.yaml --mutant dedupe-off' 'a pipeline broken on purpose: this must FAIL' \
		'$(BIN)/sim runs' 'every run; runs/ has a folder for each' \
		'README.md' 'what the folder of a run holds'

test: $(HERE)/dev.stamp
	@$(BIN)/python -m pytest -n auto

test-fast: $(HERE)/dev.stamp
	@$(BIN)/python -m pytest -n auto -m "not slow"

lint: $(HERE)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# `make lock UPGRADE=--upgrade` takes the newest versions; without it, only what pyproject.toml asks for changes.
lock: $(HERE)/dev.stamp
	$(COMPILE) -o requirements/local.lock pyproject.toml requirements/build.in
	for extra in dev gcp dashboard; do \
		$(COMPILE) -o requirements/$$extra.lock pyproject.toml requirements/build.in --extra $$extra \
			-c requirements/local.lock || exit; done

size: $(HERE)/dev.stamp
	@$(BIN)/python tests/benchmarks/install_size.py

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is as new as the lock that was installed. Installing is safe to interrupt: without the stamp it starts again.
$(HERE)/%.stamp: requirements/%.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none was found as python3.11 or python3." >&2; exit 1; }
	@echo "Installing from $< into .venv, once; this takes a minute or two."
	@test -d $(HERE) && $(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	@mkdir -p $(HERE)
	@$(INSTALL) --require-hashes -r $<
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@
