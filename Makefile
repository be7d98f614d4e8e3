# What a person types. `make` alone lists it.

ROADTEST := .venv/bin/roadtest
DEMO := --model scripted:oracle --model scripted:nop --model scripted:clumsy --model scripted:wrong-fix
TESTS := .venv/bin/python -m pytest --durations=25 --durations-min=3
# Tests that ask no engine share the cores; those that do have the machine for themselves.
SHARED := -n 2 --dist loadfile
WITH_ENGINE := tests/adversarial tests/contract tests/e2e

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo lint test test-unit test-all bench format lock clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: ## the virtual environment and a Docker engine
	@scripts/setup

setup-dev:
	@scripts/setup --dev

demo: setup ## run the demo suite against the built-in candidates
	@$(ROADTEST) run tasks/demo $(DEMO)

lint: ## ruff and the type checker
	@scripts/setup --dev --venv
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

test: setup-dev lint ## checks and tests (under 20 minutes on 2 cores)
	$(TESTS) $(SHARED) -m "not slow and not docker"
	$(TESTS) $(WITH_ENGINE) -m "not slow and docker"

test-unit: ## the tests that need no Docker (seconds)
	@scripts/setup --dev --venv
	$(TESTS) $(SHARED) tests/unit

test-all: setup-dev lint ## all tests, the long ones too
	ROADTEST_EXAMPLES=thorough $(TESTS) $(SHARED) -m "not docker"
	ROADTEST_EXAMPLES=thorough $(TESTS) $(WITH_ENGINE) -m docker

bench: setup-dev ## measure what a call, a snapshot, a trial and judging cost, and keep it in docs/benchmarks.md
	.venv/bin/python -m bench --write

format: ## put the code into its form
	@scripts/setup --dev --venv
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

lock: ## write the lock files anew from pyproject.toml (needs uv)
	scripts/lock

clean: ## remove what was made here (runs/ stays)
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
