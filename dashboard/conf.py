"""Configuration from the environment: every `WEBAGENT_*` name, its default and its meaning."""

from __future__ import annotations

import os
import secrets
import shlex
import socket
from functools import lru_cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

BASE_DIR = Path(__file__).resolve().parent.parent
EVERYWHERE = ("0.0.0.0", "::", "")


class Config(BaseSettings):
    """What can be set from outside. Names are `WEBAGENT_` + the field in capitals."""

    model_config = SettingsConfigDict(env_prefix="WEBAGENT_", extra="ignore")

    data_dir: Path = BASE_DIR / "data"
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    practice: bool = Field(True, description="Whether the practice site runs beside the console")
    practice_port: int | None = Field(None, ge=1, le=65535, description="Default: port + 1")
    public_url: str | None = Field(None, description="Address people use, e.g. https://x.example")
    database_url: str | None = None
    redis_url: str | None = None
    debug: bool = False
    secret_key: str | None = Field(None, description="Default: made once, kept in the data dir")
    field_encryption_keys: str | None = Field(
        None, description="Keys that seal secrets, newest first; default: kept in the data dir"
    )
    allowed_hosts: str = Field("", description="Default: see `hosts`")
    proxies: int | None = Field(None, ge=0, description="Default: 1 with public_url")
    allow_scripted: bool = Field(False, description="Accept the scripted model route")
    egress_allow: str = Field("", description="Origins or CIDRs that may be private")
    browser_path: str | None = None
    browser_no_sandbox: bool | None = None
    browser_netns: Literal["off", "auto", "on"] = Field(
        "off", description="Whether each browser gets a network namespace of its own"
    )
    sockets_per_user: int = Field(20, ge=1, description="Open sockets of one person, a process")
    max_runs: int = Field(16, ge=1, description="Tasks that one worker runs at once")
    warm_browsers: int = Field(1, ge=0, le=4)
    browser_idle_s: float = Field(900, description="A browser nobody uses is closed after this")
    idle_browsers: int = Field(8, ge=0, description="Of those, kept at most on one host")
    park_after_s: float = Field(600, description="A task that waits longer gives its lease up")
    request_expires_s: float = Field(24 * 3600, description="Default life of an input request")
    driver_lease_s: float = Field(30, description="A lost takeover is noticed after this")
    driver_idle_s: float = Field(300, description="An idle takeover ends after this")
    lease_s: float = 30
    heartbeat_s: float = 10
    host_name: str = Field(default_factory=socket.gethostname)
    rate_key: int = Field(1200, ge=1, description="API requests a minute with one key")
    rate_project: int = Field(6000, ge=1, description="API requests a minute of one project")
    rate_address: int = Field(3000, ge=1, description="API requests a minute from one address")
    rate_failed: int = Field(60, ge=1, description="Those without a valid key, from one address")
    rate_sign_in: int = Field(60, ge=1, description="Sign-ins a minute from one address")
    keep_sessions_days: int = Field(90, ge=0, description="0: for ever; also the next three")
    keep_files_days: int = Field(90, ge=0)
    keep_audit_days: int = Field(365, ge=0)
    keep_usage_days: int = Field(400, ge=0)
    log_level: str = "INFO"
    log_json: bool = False

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @property
    def hosts(self) -> list[str]:
        """Names that requests may be addressed to.

        By default loopback's, the one it listens at and the public one. Any, when it listens
        everywhere and was told no public address: it has no way to know what it is called.
        """
        if self.allowed_hosts.strip():
            return [name.strip() for name in self.allowed_hosts.split(",") if name.strip()]
        public = urlsplit(self.public_url or "").hostname
        if self.host in EVERYWHERE and not public:
            return ["*"]
        own = [] if self.host in EVERYWHERE else [_bracketed(self.host)]
        named = [*own, _bracketed(public)] if public else own
        return list(dict.fromkeys(["localhost", "127.0.0.1", "[::1]", *named]))

    @property
    def proxy_count(self) -> int:
        """Reverse proxies in front whose X-Forwarded-For is believed."""
        return self.proxies if self.proxies is not None else int(bool(self.public_url))

    def kept_open_s(self, keep_alive: bool) -> float:
        """How long a browser that nobody uses stays open; eight times as long when asked to."""
        return self.browser_idle_s * (8 if keep_alive else 1)

    @property
    def practice_address(self) -> str:
        """Origin of the practice site."""
        host = "127.0.0.1" if self.host in EVERYWHERE else _bracketed(self.host)
        return f"http://{host}:{self.practice_port or self.port + 1}"

    @property
    def address(self) -> str:
        """Origin people reach the console at."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = "127.0.0.1" if self.host in EVERYWHERE else _bracketed(self.host)
        return f"http://{host}:{self.port}"

    @property
    def own_origins(self) -> list[str]:
        """Where this very service answers; no browser and no webhook of it goes there."""
        return list(dict.fromkeys([self.address, f"http://127.0.0.1:{self.port}"]))

    @property
    def egress_allow_list(self) -> list[str]:
        """Private origins that browsers may reach: the practice site and what was configured."""
        practice = [self.practice_address] if self.practice else []
        extra = [part.strip() for part in self.egress_allow.split(",") if part.strip()]
        return [*practice, *extra]

    def secret(self, name: str) -> str:
        """A secret that is made once and kept in the data directory, readable by its owner only."""
        if name == "secret_key" and self.secret_key:
            return self.secret_key
        path = self.data_dir / "secrets" / name
        try:
            return path.read_text().strip()
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            value = secrets.token_urlsafe(48)
            try:
                fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:  # another process was faster
                return path.read_text().strip()
            with os.fdopen(fd, "w") as file:
                file.write(value)
            return value


def manage_command(words: str, data_dir: Path | str) -> str:
    """A `manage.py` command as it works in a new terminal, for the data of this instance."""
    usual = Path(data_dir) == Config.model_fields["data_dir"].default
    where = "" if usual else f"WEBAGENT_DATA_DIR={shlex.quote(str(data_dir))} "
    return f"{where}.venv/bin/python manage.py {words}"


def _bracketed(host: str) -> str:
    """A host as it stands in an address: IPv6 in brackets."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


_KINDS = {
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "bool_parsing": "1 or 0",
    "literal_error": "{expected}",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
}


def misfit(error: ValidationError) -> str:
    """The first setting that does not fit, in one sentence that says what to do."""
    first = error.errors()[0]
    name = "WEBAGENT_" + "_".join(str(part) for part in first["loc"]).upper()
    kind = _KINDS.get(first["type"], "").format(**first.get("ctx", {}))
    wanted = f"it must be {kind}" if kind else first["msg"]
    return f"{name}={first['input']!r} does not fit: {wanted}. Correct it, or leave it out."


@lru_cache(maxsize=1)
def config() -> Config:
    """The configuration of this process, read once."""
    return Config()
