"""Where the server is, who calls, and how patient the client is."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from web_agent import __version__

DEFAULT_BASE_URL = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Config:
    """Checked settings of one client. The key is not in its repr."""

    base_url: str
    api_key: str = field(repr=False)
    project_id: str | None
    timeout_s: float
    max_retries: int
    backoff_s: float
    max_wait_s: float
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def resolve(
        cls,
        *,
        api_key: str | None,
        project_id: str | None,
        base_url: str | None,
        timeout_s: float,
        max_retries: int,
        backoff_s: float,
        max_wait_s: float,
        headers: Mapping[str, str] | None,
    ) -> Config:
        """Settings with the gaps filled from the environment.

        Raises: ValueError when there is no key, or the address is none.
        """
        key = (api_key or os.environ.get("WEBAGENT_API_KEY", "")).strip()
        if not key:
            raise ValueError("No API key: pass api_key=... or set WEBAGENT_API_KEY.")
        if not key.isascii() or not key.isprintable():
            raise ValueError("The API key has characters that no key has.")
        url = (base_url or os.environ.get("WEBAGENT_BASE_URL") or DEFAULT_BASE_URL).rstrip("/")
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"base_url must be an http or https address, not {url!r}.")
        if max_retries < 0:
            raise ValueError("max_retries must not be negative.")
        return cls(
            # People paste either form.
            base_url=url[: -len("/v1")] if url.endswith("/v1") else url,
            api_key=key,
            project_id=(project_id or os.environ.get("WEBAGENT_PROJECT_ID", "")).strip() or None,
            timeout_s=timeout_s,
            max_retries=max_retries,
            backoff_s=backoff_s,
            max_wait_s=max_wait_s,
            headers=dict(headers or {}),
        )

    def all_headers(self) -> dict[str, str]:
        """What every request carries."""
        return {
            "Accept": "application/json",
            "User-Agent": f"web-agent-sdk/{__version__} python/{platform.python_version()}",
            **self.headers,
            "Authorization": f"Bearer {self.api_key}",
        }

    def project_path(self) -> str:
        """`/v1/projects/<id>`. Raises: ValueError when no project is known."""
        if not self.project_id:
            raise ValueError("No project: pass project_id=... or set WEBAGENT_PROJECT_ID.")
        return f"/v1/projects/{segment(self.project_id)}"


def segment(value: str) -> str:
    """One path segment. Raises: ValueError for an empty or non-text id."""
    if not isinstance(value, str) or not value or value in {".", ".."}:
        raise ValueError(f"An id is a non-empty string, not {value!r}.")
    return quote(value, safe="")
