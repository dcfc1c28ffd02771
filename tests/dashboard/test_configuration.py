"""The configuration's manual names every setting, and none that does not exist."""

from __future__ import annotations

import re
from pathlib import Path

from agents.model.settings import KEY_VARIABLES, ModelSettings
from dashboard.conf import BASE_DIR, Config

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
