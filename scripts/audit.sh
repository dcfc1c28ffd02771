#!/usr/bin/env bash
# Known vulnerabilities of the packages that run, by PyPI's advisory service. Offline it is skipped:
# what was locked does not become worse by that, and the next run with a network looks again.
#   scripts/audit.sh [requirements.lock]
set -euo pipefail
cd "$(dirname "$0")/.."
lock=${1:-requirements.lock}
memory=$(mktemp -d "${TMPDIR:-/tmp}/audit.XXXXXX")
trap 'rm -rf "$memory"' EXIT

ask=(.venv/bin/pip-audit --requirement "$lock" --no-deps --disable-pip --progress-spinner off
  --timeout 5 --desc off --format json)

# What cannot even be read is no matter of the network.
if ! "${ask[@]}" --dry-run >/dev/null 2>"$memory/complaints"; then
  printf '[audit] %s cannot be looked up:\n' "$lock" >&2
  tail -n 1 "$memory/complaints" >&2
  exit 1
fi

# 1 says that something was found, or that nobody answered: the answer tells which. It goes through
# a file, since advisories are longer than the arguments of a process may be.
timeout 20 "${ask[@]}" >"$memory/answer" 2>/dev/null || true
.venv/bin/python - "$lock" "$memory/answer" <<'P'
import json, pathlib, sys
lock, answer = sys.argv[1:]
try:
    found = json.loads(pathlib.Path(answer).read_text("utf-8"))["dependencies"]
except (ValueError, KeyError):
    found = []
known = [package for package in found if "skip_reason" not in package]
if not known:
    print("[audit] skipped: no network, or no advisory service behind it")
    sys.exit(0)
bad = [(package, hole) for package in known for hole in package["vulns"]]
for package, hole in bad:
    mended = ", ".join(hole["fix_versions"]) or "no version yet"
    print(f"[audit] {package['name']} {package['version']}: {hole['id']}, mended in {mended}")
print(f"[audit] {len(known)} packages of {lock} looked up, {len(bad)} vulnerabilities")
sys.exit(1 if bad else 0)
P
