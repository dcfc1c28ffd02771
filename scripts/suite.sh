#!/usr/bin/env bash
# Run a pytest command; when it fails in up to six tests, run exactly those again, once, alone.
#   scripts/suite.sh .venv/bin/python -m pytest -n 2 tests
# CI runs the suite through this. Browsers and processes share two cores there, so that one test in
# thousands may starve; what fails again by itself, or in company, is a defect. A test that is named
# "unsteady" below is one too, just not of the change at hand: mend it.
set -uo pipefail
cd "$(dirname "$0")/.."

most=6  # an error in the next test's setup counts as one, too
memory=$(mktemp -d "${TMPDIR:-/tmp}/suite.XXXXXX")
trap 'rm -rf "$memory"' EXIT

failed() {  # names of the tests that failed in the last run, one a line
  .venv/bin/python - "$memory/v/cache/lastfailed" <<'P'
import json, pathlib, sys
file = pathlib.Path(sys.argv[1])
names = json.loads(file.read_text()) if file.exists() else {}
print("\n".join(names), end="\n" if names else "")
P
}

"$@" -o cache_dir="$memory"
code=$?
# 1 says that tests failed. All else (an error in collection, an interruption) is no test's doing.
[ "$code" = 1 ] || exit "$code"

mapfile -t names < <(failed)
if [ "${#names[@]}" = 0 ] || [ "${#names[@]}" -gt "$most" ]; then
  echo "[suite] ${#names[@]} tests failed: none of them is tried again."
  exit 1
fi

echo "[suite] ${#names[@]} failed beside others; trying again, alone:"
printf '[suite]   %s\n' "${names[@]}"
"$@" -o cache_dir="$memory" -n 0 --last-failed --last-failed-no-failures none
code=$?
if [ "$code" != 0 ]; then
  echo "[suite] It failed again: this is no accident."
  exit "$code"
fi
printf '[suite] ==== UNSTEADY: failed beside others, passed alone: %s ====\n' "${names[@]}"
