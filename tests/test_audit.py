"""The package audit of `make lint`: the true pip-audit, asked about an advisory server of ours."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.once
ROOT = Path(__file__).resolve().parents[1]
LOCK = "leaky==1.0\nsound==2.0\n"
HOLE = {
    "id": "PYSEC-2026-1",
    # More than one argument of a process may hold (128 KiB on Linux), in all kinds of letters.
    "details": "Grüße “quoted” $(no command)\n" * 8_000,
    "affected": [
        {
            "package": {"name": "leaky", "ecosystem": "PyPI"},
            "ranges": [
                {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}]}
            ],
        }
    ],
}  # fmt: skip


class Advisories(BaseHTTPRequestHandler):
    """Speaks OSV's format. Source: https://google.github.io/osv.dev/post-v1-query/"""

    holes: dict[str, list[Any]] = {}

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        found = self.holes.get(asked["package"]["name"])
        body = json.dumps({"vulns": found} if found else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def advisories(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(Advisories, "holes", {})
    with ThreadingHTTPServer(("127.0.0.1", 0), Advisories) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
        server.shutdown()


def audit(place: Path, service: str, lock: str = LOCK) -> subprocess.CompletedProcess[str]:
    """Run the script in a copy of the project whose pip-audit asks this service."""
    (place / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "audit.sh", place / "scripts")
    programs = place / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name, more in (("python", ""), ("pip-audit", f"-m pip_audit -s osv --osv-url {service}")):
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec {sys.executable} {more} "$@"\n')
        program.chmod(0o755)
    (place / "requirements.lock").write_text(lock)
    return subprocess.run(
        [str(place / "scripts" / "audit.sh")], text=True, capture_output=True, timeout=60,
        check=False, env={"PATH": "/usr/bin:/bin", "HOME": str(place), "LC_ALL": "C"},
    )  # fmt: skip


def test_a_vulnerable_package_is_named_and_fails(tmp_path: Path, advisories: str) -> None:
    Advisories.holes = {"leaky": [HOLE]}
    done = audit(tmp_path, advisories)
    assert done.stdout.splitlines() == [
        "[audit] leaky 1.0: PYSEC-2026-1, mended in 1.1",
        "[audit] 2 packages of requirements.lock looked up, 1 vulnerabilities",
    ], done.stderr
    assert done.returncode == 1


def test_sound_packages_pass(tmp_path: Path, advisories: str) -> None:
    done = audit(tmp_path, advisories)
    assert done.stdout == "[audit] 2 packages of requirements.lock looked up, 0 vulnerabilities\n"
    assert (done.returncode, done.stderr) == (0, "")


def test_without_a_network_it_is_skipped_and_says_so(tmp_path: Path, advisories: str) -> None:
    nobody = "http://127.0.0.1:1/v1/query"
    done = audit(tmp_path, nobody)
    assert done.stdout == "[audit] skipped: no network, or no advisory service behind it\n"
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("lock", ["leaky=1.0\n", "leaky\n"])
def test_a_lock_file_that_cannot_be_read_fails(tmp_path: Path, advisories: str, lock: str) -> None:
    done = audit(tmp_path, advisories, lock)
    assert done.returncode == 1
    assert "requirements.lock" in done.stderr
    assert "skipped" not in done.stdout
