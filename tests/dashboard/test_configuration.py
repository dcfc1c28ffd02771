"""The configuration's manual names every setting, and none that does not exist."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from pydantic import ValidationError

from agents.model.settings import KEY_VARIABLES, ModelSettings
from dashboard.conf import BASE_DIR, Config, misfit
from dashboard.models import User
from dashboard.supervisor.plan import Plan
from dashboard.supervisor.welcome import block

MANUAL = (BASE_DIR / "docs" / "configuration.md").read_text()


def known_names() -> set[str]:
    """Every WEBAGENT_* variable that some part of the product reads."""
    names = {f"WEBAGENT_{name.upper()}" for name in Config.model_fields}
    for name, field in ModelSettings.model_fields.items():
        aliases = getattr(field.validation_alias, "choices", [f"WEBAGENT_{name.upper()}"])
        names |= {str(alias) for alias in aliases if str(alias).startswith("WEBAGENT_")}
    keys = {name for names in KEY_VARIABLES.values() for name in names}
    return names - {"WEBAGENT_ENVIRON"} | {name for name in keys if name.startswith("WEBAGENT_")}


def test_the_manual_names_every_setting_and_no_other() -> None:
    assert set(re.findall(r"^\| `(WEBAGENT_[A-Z_]+)`", MANUAL, re.MULTILINE)) == known_names()


def test_the_practice_site_is_the_only_private_origin_unless_it_is_off() -> None:
    assert Config(port=9000).egress_allow_list == ["http://127.0.0.1:9001"]
    assert Config(practice=False).egress_allow_list == []
    extended = Config(practice=False, egress_allow="http://wiki.lan, 10.1.0.0/16")
    assert extended.egress_allow_list == ["http://wiki.lan", "10.1.0.0/16"]


def test_a_secret_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    config = Config(data_dir=tmp_path)
    first = config.secret("sample")
    assert len(first) >= 48
    assert Config(data_dir=tmp_path).secret("sample") == first
    assert (tmp_path / "secrets" / "sample").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("words", [("sign_in_link",), ("keys", "list")])
def test_a_command_before_the_first_start_says_so_and_makes_nothing(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    empty = tmp_path / "none"
    environment = {k: v for k, v in os.environ.items() if k != "WEBAGENT_DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=BASE_DIR, capture_output=True, text=True,
        timeout=60, env=environment | {"WEBAGENT_DATA_DIR": str(empty)},
    )  # fmt: skip
    assert done.returncode == 1 and not empty.exists()
    assert len(done.stderr.splitlines()) == 1 and f"no database in {empty}" in done.stderr


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("PORT", "abc", "it must be a whole number"),
        ("PORT", "70000", "it must be 65535 or less"),
        ("PROXIES", "-1", "it must be 0 or more"),
        ("PRACTICE", "perhaps", "it must be 1 or 0"),
        ("BROWSER_IDLE_S", "long", "it must be a number"),
        ("BROWSER_NETNS", "maybe", "it must be 'off', 'auto' or 'on'"),
    ],
)
def test_a_setting_that_does_not_fit_is_one_plain_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, wanted: str
) -> None:
    monkeypatch.setenv(f"WEBAGENT_{name}", value)
    with pytest.raises(ValidationError) as caught:
        Config()
    said = f"WEBAGENT_{name}={value!r} does not fit: {wanted}. Correct it, or leave it out."
    assert misfit(caught.value) == said


def test_every_command_says_so() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "keys", "list"], cwd=BASE_DIR, capture_output=True, text=True,
        timeout=60, env=os.environ | {"WEBAGENT_PORT": "abc"},
    )  # fmt: skip
    assert done.returncode == 1
    assert (
        done.stderr.startswith("WEBAGENT_PORT='abc' does not fit") and done.stderr.count("\n") == 1
    )


def test_a_sign_in_link_without_tables_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_table(**which: object) -> None:
        raise OperationalError("no such table: users")

    monkeypatch.setattr(User.objects, "filter", no_table)
    with pytest.raises(CommandError, match="The database is not ready"):
        call_command("sign_in_link")


def test_the_printed_commands_name_a_data_directory_that_is_not_the_usual_one(
    tmp_path: Path,
) -> None:
    found = {"project_id": "proj_1", "api_key": None, "link": "/sign-in/link/x/"}
    own, usual = tmp_path / "a b", Config.model_fields["data_dir"].default
    said = block(Plan(Config(data_dir=own), own, {}), found)
    assert f"WEBAGENT_DATA_DIR='{own}' .venv/bin/python manage.py keys create" in said
    assert "WEBAGENT_DATA_DIR" not in block(Plan(Config(data_dir=usual), usual, {}), found)


def test_django_finds_nothing_to_complain_about() -> None:
    """No process of the product looks: its workers leave Django's checks out."""
    call_command("check", fail_level="WARNING")
