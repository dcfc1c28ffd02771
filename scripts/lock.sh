#!/usr/bin/env bash
# Pin every dependency: requirements.lock (to run) and requirements-dev.lock (to work on it).
# After a change of pyproject.toml's dependency tables: make lock
set -euo pipefail
cd "$(dirname "$0")/.."
compile() {
  .venv/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
    --no-header --no-annotate --no-emit-index-url --no-emit-find-links "$@"
}
compile --upgrade --output-file requirements.lock
# What runs is what was tested: the second list may only add to the first.
compile --constraint requirements.lock --group dev --output-file requirements-dev.lock
wc -l requirements.lock requirements-dev.lock
