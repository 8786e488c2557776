# Every target sets up what it needs. `make help` lists them.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Two workers for each of two cores: many tests wait for the vendors' limits in real time.
TEST_JOBS ?= 4
HISTORIES ?= 2000
KILLS ?= 300
# What holds its state in a database that the test itself opens; the rest names a file.
ON_POSTGRESQL := tests/e2e/laws tests/e2e/hostile tests/complaints tests/contract

.PHONY: help setup demo ui test test-long coverage check bench pictures metrics-page

help: ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup: $(READY) ## make .venv and install everything, pinned

$(READY): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Accord needs Python 3.11 or newer; none was found on PATH."; exit 2; }
	@echo "Setting up $(VENV) (once, about a minute) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
		--editable '.[sandbox,dev]'
	@touch $(READY)

demo: $(READY) ## the whole job on the sandbox: set up, plan, sync, 30 days of work, scorecard
	@$(BIN)/accord demo

ui: $(READY) ## the demo's world in the Dagster UI, with schedules ready to be switched on
	@$(BIN)/accord demo --ui

test: $(READY) ## every test but the long ones
	@$(BIN)/python -m pytest -n $(TEST_JOBS) --dist loadfile -m "not long"

test-long: $(READY) ## the long tests too, new random cases, every law on PostgreSQL, thousands of hostile histories
	@HYPOTHESIS_PROFILE=random $(BIN)/python -m pytest -n $(TEST_JOBS) --dist loadfile
	@TEST_DATABASE=postgresql $(BIN)/python -m pytest -n $(TEST_JOBS) --dist loadfile $(ON_POSTGRESQL)
	@$(BIN)/python -m tests.e2e.hostile --histories $(HISTORIES) --kills $(KILLS)

coverage: $(READY) ## branches of the pure packages that their tests reach; below 95 % fails
	@$(BIN)/python -m pytest -n $(TEST_JOBS) --dist loadfile tests/unit tests/property --cov=contract_files \
		--cov=sync_rules --cov=sla_rules --cov-branch --cov-report=term:skip-covered --cov-fail-under=95

check: $(READY) ## lint, types, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(READY) ## the side-by-side measurements
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
		--editable '.[bench]'
	@$(BIN)/python -m benchmarks.qualification
	@$(BIN)/python -m benchmarks.million
	@$(BIN)/python -m benchmarks.clocks
	@$(BIN)/python -m benchmarks.suggestion
	@$(BIN)/python -m benchmarks.api_calls

pictures: $(READY) ## make the pictures of the documentation (needs Chromium)
	@$(BIN)/python -m docs.pictures

metrics-page: $(READY) ## write docs/metrics.md from the registry of metrics
	@$(BIN)/python -m docs.metrics_page
