"""Origins that people opened to a session in which a sensitive value was typed.

The session's row is the truth. It is written where people decide and revoke, and read by the
worker, which may hold an older state: each change has a higher version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import ada_url

from agents.browser.addresses import DEFAULT_PORTS, canonical_host

# A tunnel carries https, and websockets of either scheme; without a word it may be any.
_CARRIED = {"http": ("http",), "tunnel": ("https", "http")}
_ANY = ("https", "http")


@dataclass(frozen=True)
class ApprovedOrigins:
    """origins: what is kept of each, by its one spelling (`origin_of`). version: of this state."""

    origins: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    version: int = 0

    def covers(self, host: str, port: int, scheme: str = "") -> bool:
        """Whether a connection goes to one of them. scheme: `http`, `tunnel` or not known."""
        if not self.origins:
            return False
        try:
            host = canonical_host(host)
        except ValueError:
            return False
        kinds = _CARRIED.get(scheme, _ANY)
        return any(_spelled(kind, host, port) in self.origins for kind in kinds)

    def opened(self, origin: str, **told: Any) -> ApprovedOrigins:
        """With one more. told: who opened it, and when. Raises: ValueError."""
        name = origin_of(origin)
        if not name:
            raise ValueError(f"{origin[:100]!r} is not an origin such as https://host")
        return ApprovedOrigins({**self.origins, name: told}, self.version + 1)

    def closed(self, origin: str) -> ApprovedOrigins:
        """Without one of them; the same when it is none."""
        if origin not in self.origins:
            return self
        left = {name: told for name, told in self.origins.items() if name != origin}
        return ApprovedOrigins(left, self.version + 1)

    def as_json(self) -> dict[str, Any]:
        """As a session's rules keep it."""
        rows = [{"origin": name, **told} for name, told in self.origins.items()]
        return {"approved": rows, "approved_version": self.version}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ApprovedOrigins:
        """What `as_json` wrote, among other rules. Raises: ValueError."""
        try:
            found = {}
            for row in data.get("approved") or ():
                told = dict(row)
                name = origin_of(told.pop("origin"))
                if not name:
                    raise ValueError("not an origin")
                found[name] = told
            return cls(found, int(data.get("approved_version") or 0))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ValueError("the approved origins cannot be read") from None


def place_of(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of an address; empty for what has no host, such as about:blank."""
    try:
        parsed = ada_url.URL(url)
        scheme = parsed.protocol.rstrip(":")
        if scheme not in DEFAULT_PORTS or not parsed.hostname:
            return "", "", 0
        return scheme, canonical_host(parsed.hostname), int(parsed.port or DEFAULT_PORTS[scheme])
    except ValueError:
        return "", "", 0


def origin_of(url: str) -> str:
    """`scheme://host[:port]` of an http or https address in its one spelling; else empty."""
    scheme, host, port = place_of(url)
    return _spelled(scheme, host, port) if scheme in ("http", "https") else ""


def _spelled(scheme: str, host: str, port: int) -> str:
    name = f"[{host}]" if ":" in host else host
    return f"{scheme}://{name}" if port == DEFAULT_PORTS[scheme] else f"{scheme}://{name}:{port}"
