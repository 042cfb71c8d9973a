# One command per wish. `make help` lists them.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.DEFAULT_GOAL := help

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## install everything into .venv

$(STAMP): requirements/bootstrap.lock requirements/dev.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/bootstrap.lock
	$(BIN)/uv pip sync -q --python $(BIN)/python --require-hashes requirements/dev.lock
	$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	touch $@

check: setup ## lint, types, import contracts, fast tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q tests/unit tests/golden

# A module stays on one worker, so what its tests share is made once.
test: setup ## every test, on real engines; installs PostgreSQL and Node.js if missing
	sh tests/lab/install.sh || test "$$CI" != true
	$(BIN)/pytest -n auto --maxprocesses 4 --dist loadscope

demo: setup ## deploy, redeploy under load, break, roll back; leaves the service running
	$(BIN)/python examples/demo.py

demo-down: setup ## end what `make demo` left running
	$(BIN)/python examples/demo.py down

golden: setup ## rewrite the golden files from what the code does now; review the diff
	PIERHEAD_UPDATE_GOLDEN=1 $(BIN)/pytest -q tests/unit tests/golden

docs: setup ## rewrite the reference pages from the code
	$(BIN)/python docs/generate.py
	$(BIN)/python docs/generate_api.py
	$(BIN)/python -m pierhead.config.schema docs

bench: setup ## the figures, as ratios within this run; results also in bench/results
	@for script in bench/bench_*.py $(wildcard bench/write.py); do PYTHONPATH=tests $(BIN)/python $$script || exit 1; done

bench-detect: setup ## how often detection is right: make bench-detect DIR=folders LABELS="a.jsonl b.jsonl"
	PYTHONPATH=tests $(BIN)/python bench/detect.py $(DIR) $(LABELS)

dist: setup ## wheel and sdist, in dist/
	rm -rf dist
	$(BIN)/python -m build --no-isolation
	@ls -l dist

clean: ## remove what checks, builds and benches left; .venv and a running demo stay
	rm -rf dist build bench/results .mypy_cache .ruff_cache .pytest_cache .hypothesis
	rm -rf .import_linter_cache .grimp_cache
	find src tests bench docs examples -name __pycache__ -type d -prune -exec rm -rf {} +

lock: ## resolve the hashed locks anew
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header requirements/bootstrap.in -o requirements/bootstrap.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --group dev pyproject.toml -o requirements/dev.lock

.PHONY: help setup check test golden docs bench bench-detect demo demo-down dist clean lock
