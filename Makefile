# Everything runs from .venv, which `make setup` builds from the lock: nothing else needs installing.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Every path is relative, so that the project may lie anywhere, also where a path has a space in it.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.set-up
AUDIT := .venv-audit/bin
AUDIT_STAMP := .venv-audit/.set-up
BENCH := .venv-bench/bin
BENCH_STAMP := .venv-bench/.set-up

# Processes that test at once. A story mostly waits for its own processes, so there may be more than cores.
TESTERS ?= 4

# Where `make run` and `make demo` listen.
export PORT ?= 8080
export PHONES_PORT ?= 8081

.PHONY: help
help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

.PHONY: setup
setup: $(STAMP) ## Build .venv from the lock (again only when the lock or pyproject.toml changes)
	@:

$(STAMP): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Python 3.11 or newer is needed, and $(PYTHON) is not: make PYTHON=/path/to/python3.11 ..." >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make a virtual environment: install its venv package (Debian: python3-venv)" >&2; exit 2; }
	@echo "Building .venv; the first time this takes a minute or two"
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --disable-pip-version-check --require-hashes -qq -r requirements-dev.lock
	@$(BIN)/python -m pip install --disable-pip-version-check --no-deps --no-build-isolation -qq --editable .
	@touch $(STAMP)

.PHONY: run
run: setup ## Run the whole service on this machine until Ctrl-C (PORT, PHONES_PORT)
	@exec $(BIN)/goldenhour run

.PHONY: demo
demo: setup ## Play one story through everything; it ends by itself
	@exec $(BIN)/goldenhour demo

.PHONY: check
check: setup ## Lint, format, types, layers, security, secrets
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit -q -r service workers client
	$(BIN)/hadolint Dockerfile
	@# What tests hold is made up; what ships must hold nothing that looks like a secret.
	@git ls-files -z service workers client config helm Dockerfile compose.yaml Makefile pyproject.toml | xargs -0 $(BIN)/detect-secrets-hook

.PHONY: reference
reference: setup ## Write docs/reference/cli.md and api.md from the software itself
	@$(BIN)/python -m docs.making.reference

.PHONY: pictures
pictures: setup ## The pictures of the documents, and what the software prints in them; a minute (screens need a Chromium)
	@$(BIN)/python -m docs.making.pictures

.PHONY: docs
docs: setup ## The site of the documents, in build/site; any broken link or lost page stops it
	@$(BIN)/python -m docs.making.site

.PHONY: sbom
sbom: $(AUDIT_STAMP) ## The software bill of materials of what ships, as CycloneDX in build/sbom.json
	@mkdir -p build
	$(AUDIT)/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --output-reproducible -o build/sbom.json

# Strict: what could not be asked for is a failure, and never taken for well. No part of `make test`: what becomes
# known on some day must not break what did not change.
.PHONY: audit
audit: $(AUDIT_STAMP) ## Ask the registry whether a fault of anything that ships has become known (needs the network)
	@$(AUDIT)/pip-audit --strict --progress-spinner off --disable-pip --require-hashes -r requirements.lock || { \
	  echo "make audit: a fault is known, or the registry could not be asked about everything; the last lines say which" >&2; exit 1; }

$(AUDIT_STAMP): requirements-audit.lock
	@$(PYTHON) -m venv --clear .venv-audit
	@$(AUDIT)/python -m pip install --disable-pip-version-check --require-hashes -qq -r requirements-audit.lock
	@touch $(AUDIT_STAMP)

# What no wheel carries. Without them the browser tests and those of the alerts are skipped, and say so. Of Debian's
# prometheus only promtool is taken: installing the package would start a server on this machine.
.PHONY: tools
tools: setup
	@if ! command -v chromium chromium-browser google-chrome >/dev/null && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing chromium for the browser tests"; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } \
	    >/dev/null 2>&1 || echo "chromium cannot be installed: the browser tests are skipped"; \
	fi
	@if ! command -v promtool $(BIN)/promtool >/dev/null && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Fetching promtool for the tests of the alerts"; \
	  folder=$$(mktemp -d); bin=$$(cd $(BIN) && pwd); \
	  { apt-get update -qq && cd "$$folder" && chmod 755 . && apt-get download -qq prometheus \
	    && dpkg-deb -x prometheus_*.deb . && install usr/bin/promtool "$$bin/promtool"; } \
	    >/dev/null 2>&1 || echo "promtool cannot be fetched: the tests of the alerts are skipped"; \
	  rm -rf "$$folder"; \
	fi

.PHONY: test
test: setup tools check ## Everything: the checks and all tests
	$(BIN)/python -m pytest -n $(TESTERS) --dist loadfile --no-loadscope-reorder tests/stories tests/simulator tests

.PHONY: test-fast
test-fast: setup ## The tests that start no processes
	$(BIN)/python -m pytest -m "not slow" -n 2 --dist loadfile

# How many faults `make chaos` does, and which.
FAULTS ?= 200
SEED ?= 1

.PHONY: chaos
chaos: setup ## The kill test: real processes, faults by seed, three ledgers compared (FAULTS, SEED)
	@$(BIN)/python -m simulator.chaos --faults $(FAULTS) --seed $(SEED)

.PHONY: bench
bench: setup $(BENCH_STAMP) ## First contacts a second and their cost, how soon a page, a sweep; writes docs/reference/performance.md
	@$(BIN)/python -m benchmarks.performance
	@$(BENCH)/python -m benchmarks.performance_plots

# Where `make load` sends, with which key, how many requests a second, for how long; ANYWHERE=1 for another machine.
URL ?= http://127.0.0.1:$(PORT)
RATE ?= 20
SECONDS ?= 30
export KEY ANYWHERE

.PHONY: load
load: setup ## What `make run` answers under a set rate of a clinic's requests (URL, KEY, RATE, SECONDS)
	@$(BIN)/python -m benchmarks.load --url '$(URL)' --rate $(RATE) --seconds $(SECONDS)

.PHONY: fuzz
fuzz: setup ## The API against its own document, and cases against their model, thousands of times (half an hour)
	CONTRACT_EXAMPLES=120 MODEL_RUNS=2000 $(BIN)/python -m pytest -q -n 2 tests/web/test_contract.py tests/usecases/test_model.py

.PHONY: evaluate
evaluate: eval-data $(BENCH_STAMP) ## Measure the reading and its peers on EVAL_DATA; writes docs/reference/evaluation.md
	@$(BENCH)/python -m benchmarks.evaluate $(ARGS)

.PHONY: bench-reading
bench-reading: $(BENCH_STAMP) ## How fast the reading is, and whether any text makes it slow
	@$(BENCH)/python -m benchmarks.speed

.PHONY: eval-data
eval-data:
	@test -d "$${EVAL_DATA:-}" || { \
	  echo "make evaluate needs EVAL_DATA: the folder of the evaluation data (see docs/reference/evaluation.md)" >&2; exit 2; }

$(BENCH_STAMP): requirements-bench.lock pyproject.toml
	@echo "Building .venv-bench with the peers; the first time this takes a minute or two"
	@$(PYTHON) -m venv --clear .venv-bench
	@$(BENCH)/python -m pip install --disable-pip-version-check --require-hashes -qq -r requirements-bench.lock
	@$(BENCH)/python -m pip install --disable-pip-version-check --no-deps --no-build-isolation -qq --editable .
	@touch $(BENCH_STAMP)

.PHONY: lock
lock: ## Resolve the locks anew (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv on the PATH" >&2; exit 2; }
	uv pip compile -q pyproject.toml --universal --python-version 3.11 \
	  --generate-hashes --no-header --upgrade -o requirements.lock
	uv pip compile -q pyproject.toml --universal --python-version 3.11 --extra embedded --group dev \
	  --generate-hashes --no-header --upgrade -o requirements-dev.lock
	uv pip compile -q --universal --python-version 3.11 --group pyproject.toml:audit \
	  --generate-hashes --no-header --upgrade -o requirements-audit.lock
	uv pip compile -q pyproject.toml --universal --python-version 3.11 --group bench -c requirements.lock \
	  --generate-hashes --no-header --upgrade -o requirements-bench.lock
