#!/usr/bin/env bash
# Make a fresh machine ready: .venv from the lock file, and a browser.
#   scripts/bootstrap.sh         what `make run` needs
#   scripts/bootstrap.sh dev     and what tests and linters need
# The second time it does nothing; a changed lock file makes it install again.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '[setup] %s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

lock=requirements.lock
[ "${1:-}" = dev ] && lock=requirements-dev.lock
stamp=.venv/installed-$lock

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
  local name
  for name in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$name" >/dev/null && is_new_enough "$name"; then
      printf '%s' "$name"
      return
    fi
  done
  local found
  found=$(python3 --version 2>/dev/null || echo "no Python at all")
  fail "This project needs Python 3.11 or newer, and this machine has ${found}: install one, or" \
    "name it with PYTHON=/path/to/python3.11 make run."
}

# uv takes a tenth of pip's time. Where it cannot work (no build of it for this machine, an index or a
# certificate that only pip is told of), pip does.
install_with_uv() {
  local tool index done=0
  tool=$(mktemp -d "${TMPDIR:-/tmp}/webagent-uv.XXXXXX")
  index=${PIP_INDEX_URL:-$(.venv/bin/python -m pip config get global.index-url 2>/dev/null || true)}
  pip_install --retries 1 --target "$tool" "$(grep -om 1 '^uv==[0-9.]*' requirements-dev.lock)" \
    >/dev/null 2>&1 &&
    "$tool/bin/uv" pip install --quiet --python .venv/bin/python --compile-bytecode \
      ${index:+--default-index "$index"} --only-binary :all: --requirement "$lock" 2>/dev/null ||
    done=1
  rm -rf "$tool"
  return "$done"
}

install_with_pip() { pip_install --requirement "$lock"; }

pip_install() {
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
    --only-binary :all: "$@"
}

install_packages() {
  if [ ! -x .venv/bin/python ] || ! is_new_enough .venv/bin/python; then
    local python
    python=$(find_python)
    say "Creating .venv with $("$python" --version)..."
    "$python" -m venv --clear .venv || {
      rm -rf .venv
      fail "Python cannot make a virtual environment: install its venv module" \
        "(on Debian and Ubuntu: apt install python3-venv) and run this again."
    }
  fi
  say "Installing $(grep -c '==' "$lock") packages from $lock (up to two minutes)..."
  install_with_uv || install_with_pip ||
    fail "The packages could not be installed: check the network and the lines above, then run" \
      "this again; it goes on where it stopped."
  wanted_stamp "$lock" > "$stamp"
  # The longer list holds the shorter one.
  [ "$lock" = requirements.lock ] || wanted_stamp requirements.lock > .venv/installed-requirements.lock
}

wanted_stamp() { cksum < "$1"; }

has_browser() {
  .venv/bin/python -c 'from agents.browser.executable import find_browser; find_browser()' \
    2>/dev/null
}

install_browser() {
  if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    say "No browser was found; installing Chromium with apt..."
    export DEBIAN_FRONTEND=noninteractive
    local package
    apt-get update -qq || true
    for package in chromium-headless-shell chromium; do
      # On Ubuntu the name is a wrapper round a snap, which may not work: hence the look.
      apt-get install -y -qq --no-install-recommends "$package" fonts-dejavu-core \
        >/dev/null 2>&1 || continue
      has_browser && return
    done
  fi
  say "No browser was found; installing Playwright's Chromium..."
  .venv/bin/python -m playwright install --with-deps chromium ||
    .venv/bin/python -m playwright install chromium || true
  has_browser || fail "No browser could be installed: install Chromium or Chrome, or name one" \
    "with WEBAGENT_BROWSER_PATH, and run this again."
}

if [ ! -x .venv/bin/python ] || [ "$(cat "$stamp" 2>/dev/null)" != "$(wanted_stamp "$lock")" ]; then
  install_packages
  say "Packages are in place."
fi
if ! has_browser; then
  if [ -n "${WEBAGENT_BROWSER_PATH:-}" ]; then
    fail "WEBAGENT_BROWSER_PATH names $WEBAGENT_BROWSER_PATH, which is no program: correct it, or" \
      "leave it out to have a browser found."
  fi
  install_browser
  say "A browser is in place."
fi
