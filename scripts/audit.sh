#!/usr/bin/env bash
# Known vulnerabilities of the packages that run, by PyPI's advisory service. Offline it is skipped:
# what was locked does not become worse by that, and the next run with a network looks again.
#   scripts/audit.sh [requirements.lock]
set -uo pipefail
cd "$(dirname "$0")/.."
lock=${1:-requirements.lock}

answer=$(timeout 20 .venv/bin/pip-audit --requirement "$lock" --no-deps --disable-pip \
  --progress-spinner off --timeout 5 --format json 2>/dev/null)
.venv/bin/python - "$lock" "$answer" <<'P'
import json, sys
lock, answer = sys.argv[1:]
try:
    found = json.loads(answer)["dependencies"]
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
