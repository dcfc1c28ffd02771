# Thin over commands that also work by hand. `make help` lists them.
# CI puts scripts/suite.sh before it; a failure on this machine fails at once.
THROUGH ?=
# Five processes for two cores: browsers keep these busy, and each process costs a start. A file stays
# in one process, whose tests share its servers and browsers; tests/conftest.py has the order. Hundreds
# of processes start: where no bytecode may be kept, as in many containers, each would compile the
# project anew.
PYTEST = $(THROUGH) env -u PYTHONDONTWRITEBYTECODE .venv/bin/python -m pytest -n 5 --dist loadfile --no-loadscope-reorder
TESTS ?=
# What touches the database or Redis. The engine's rooms, the SDK and the practice site know neither;
# tests marked `once` prove what no database can change.
SERVICE_TESTS ?= $(or $(TESTS),tests/dashboard tests/console tests/e2e tests/agents/jobs)

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test test-services lint lint-style lint-imports lint-holes lint-audit fix bench lock

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## make .venv, install what it needs to run, find a browser
	@scripts/bootstrap.sh

setup-dev: ## the same, and what tests and linters need
	@scripts/bootstrap.sh dev

run: setup ## start everything; Ctrl-C ends everything
	@.venv/bin/python manage.py up

test: setup-dev ## whole suite: SQLite, private Valkey, real browser (TESTS=path narrows)
	$(PYTEST) $(TESTS)

test-services: setup-dev ## all that touches them again, on PostgreSQL and Redis
	scripts/services.sh $(PYTEST) -m "not once" $(SERVICE_TESTS)

lint: setup-dev ## ruff, format, import rules, bandit, known vulnerabilities
	@$(MAKE) --jobs --output-sync --no-print-directory lint-style lint-imports lint-holes lint-audit

lint-style:
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

lint-imports:
	.venv/bin/lint-imports --no-cache

lint-holes:
	.venv/bin/bandit --quiet --configfile pyproject.toml --recursive agents dashboard practice sdk manage.py

lint-audit:
	scripts/audit.sh

fix: setup-dev ## let ruff correct and format what it can
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

bench: setup-dev ## print the figures that docs/performance.md states
	.venv/bin/python bench/api.py
	.venv/bin/python bench/browser.py
	.venv/bin/python bench/egress.py
	.venv/bin/python bench/hold.py
	.venv/bin/python bench/live_view.py
	.venv/bin/python bench/writers.py
	.venv/bin/python -m bench.executor
	.venv/bin/python -m bench.observe
	.venv/bin/python bench/miniwob.py
	.venv/bin/python -m bench.planner

lock: setup-dev ## pin the dependencies of pyproject.toml anew
	scripts/lock.sh
