"""What every answer of the web process carries, whom it believes, and when it locks a door."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dashboard.conf import Config
from dashboard.files import artifact_response
from dashboard.models import Artifact, User
from dashboard.proxies import ClientAddress
from dashboard.services import artifacts
from tests.conftest import make_user
from tests.console import builders

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.fixture
def staff() -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("root", password="correct horse battery"))
    return client


# --- headers ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "path",
    ["/sign-in/", "/nowhere/", "/healthz", "/v1/docs", "/v1/openapi.json", "/v1/nowhere",
     "/admin/", "/admin/dashboard/user/", "/admin/dashboard/user/add/", "/static/js/console.js",
     "/sign-in/link/spent/", "/account/"],
)  # fmt: skip
def test_every_answer_is_closed_to_strangers_scripts(staff: Client, path: str) -> None:
    answer = staff.get(path)
    policy = dict(
        part.strip().partition(" ")[::2] for part in answer["Content-Security-Policy"].split(";")
    )
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["default-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "camera=()" in answer["Permissions-Policy"]
    body = b"".join(answer) if answer.streaming else answer.content
    if answer["Content-Type"].startswith("text/html"):
        text = body.decode()
        assert not re.search(r"<script(?![^>]*\b(src|type=.application/json))", text)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", text), path


def test_errors_are_as_closed_as_pages(settings: Any) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    forged = client.post("/sign-in/", {"username": "a", "password": "b"})
    wrong_host = client.get("/", headers={"host": "evil.example"})
    for answer, status in ((forged, 403), (wrong_host, 400)):
        assert answer.status_code == status
        assert "script-src 'self'" in answer["Content-Security-Policy"]
        assert b"Traceback" not in answer.content


# --- production settings --------------------------------------------------------------------------
def of_production(tmp_path: Path, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": "/usr/bin:/bin", "WEBAGENT_DATA_DIR": str(tmp_path),
        "WEBAGENT_PUBLIC_URL": "https://agents.example.com", **more,
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, text=True, capture_output=True,
        timeout=60, check=False,
    )  # fmt: skip


def test_the_documented_production_settings_pass_djangos_checks(tmp_path: Path) -> None:
    done = of_production(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr


def test_behind_tls_cookies_and_names_are_ours_alone(tmp_path: Path) -> None:
    script = (
        "import django; django.setup(); from django.conf import settings as s;"
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY,"
        " s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS > 0, s.DEBUG, s.ALLOWED_HOSTS,"
        " s.CSRF_TRUSTED_ORIGINS)"
    )
    done = of_production(tmp_path, "-c", script, DJANGO_SETTINGS_MODULE="dashboard.settings")
    assert done.stdout.strip() == (
        "True True True True True False "
        "['localhost', '127.0.0.1', '[::1]', 'agents.example.com'] ['https://agents.example.com']"
    ), done.stderr


@pytest.mark.parametrize(
    ("given", "hosts", "address"),
    [
        ({}, ["localhost", "127.0.0.1", "[::1]"], "http://127.0.0.1:8000"),
        ({"host": "::1"}, ["localhost", "127.0.0.1", "[::1]"], "http://[::1]:8000"),
        ({"host": "0.0.0.0"}, ["*"], "http://127.0.0.1:8000"),
        ({"host": "::", "allowed_hosts": "a.lan, b.lan"}, ["a.lan", "b.lan"],
         "http://127.0.0.1:8000"),
        ({"host": "2001:db8::7", "port": 80},
         ["localhost", "127.0.0.1", "[::1]", "[2001:db8::7]"], "http://[2001:db8::7]:80"),
    ],
)  # fmt: skip
def test_names_and_addresses(given: dict[str, Any], hosts: list[str], address: str) -> None:
    config = Config(**given)
    assert config.hosts == hosts
    assert config.address == address


# --- whose address it is --------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("count", "forwarded", "expected"),
    [
        (0, ["1.1.1.1"], "10.0.0.9"),
        (1, [], "10.0.0.9"),
        (1, ["2.2.2.2"], "2.2.2.2"),
        (1, ["6.6.6.6, 2.2.2.2"], "2.2.2.2"),  # the first is the caller's own word
        (1, ["6.6.6.6", "2.2.2.2"], "2.2.2.2"),
        (2, ["6.6.6.6, 2.2.2.2, 10.0.0.8"], "2.2.2.2"),
        (2, ["2.2.2.2"], "10.0.0.9"),
        (1, ["2001:db8::1"], "2001:db8::1"),
        (1, ["<script>"], "10.0.0.9"),
    ],
)
async def test_the_proxys_word_counts(count: int, forwarded: list[str], expected: str) -> None:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["client"][0])

    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    scope = {"type": "http", "headers": headers, "client": ("10.0.0.9", 5)}
    await ClientAddress(app, count)(scope, None, None)
    assert seen == [expected]


# --- signing in -----------------------------------------------------------------------------------
def try_to_sign_in(client: Client, password: str, address: str = "9.9.9.9") -> Any:
    form = {"username": "olivia", "password": password}
    return client.post(reverse("sign-in"), form, REMOTE_ADDR=address)


def test_wrong_passwords_lock_the_name_for_the_address(settings: Any) -> None:
    make_user("olivia")
    client = Client()
    for _ in range(settings.AXES_FAILURE_LIMIT - 1):
        assert try_to_sign_in(client, "wrong").status_code == 200
    locked = try_to_sign_in(client, "wrong")
    assert locked.status_code == 429
    assert b"locked for your address" in locked.content
    # The right one helps no more; from elsewhere its owner still gets in.
    assert try_to_sign_in(client, "correct horse battery").status_code == 429
    assert try_to_sign_in(Client(), "correct horse battery", "8.8.8.8").status_code == 302


def test_a_lock_holds_for_all_addresses_of_one_ipv6_customer(settings: Any) -> None:
    make_user("olivia")
    client, right = Client(), "correct horse battery"
    for number in range(settings.AXES_FAILURE_LIMIT):
        try_to_sign_in(client, "wrong", f"2001:db8:5:7::{number + 1:x}")
    assert try_to_sign_in(client, right, "2001:db8:5:7:ffff::1").status_code == 429
    assert try_to_sign_in(Client(), right, "2001:db8:5:8::1").status_code == 302


# --- files from the web -------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("media_type", "shown", "served"),
    [
        ("image/png", True, "image/png"),
        ("image/jpeg; charset=x", True, "image/jpeg"),
        ("image/svg+xml", False, "image/svg+xml"),
        ("text/html", False, "text/html"),
        ("application/pdf", False, "application/pdf"),
        ("text/html\r\nSet-Cookie: a=b", False, "application/octet-stream"),
        ("", False, "application/octet-stream"),
    ],
)
def test_files_are_never_run(operator: Any, media_type: str, shown: bool, served: str) -> None:
    sha256, size = artifacts.write_bytes(b"<script>alert(1)</script>")
    task = builders.running(operator)
    row = Artifact.objects.create(
        project=operator.project, session=task.session, task=task, kind="download",
        name='x"\r\n.html', media_type=media_type, size_bytes=size, sha256=sha256,
    )  # fmt: skip
    answer = artifact_response(row)
    answer.close()
    assert answer["Content-Type"].partition(";")[0] == served
    assert answer["Content-Disposition"].startswith("inline" if shown else "attachment")
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"
