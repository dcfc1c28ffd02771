"""What is kept of a browser to find it again."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from agents.errors import BrowserError


@dataclass(frozen=True)
class BrowserHandle:
    """All that is needed to find a browser again. JSON-able, fit for a database row."""

    pid: int
    start_time: float  # seconds since the epoch, as psutil tells it
    debug_port: int
    proxy_port: int | None
    host: str  # host name of the machine it runs on
    user_data_dir: str
    width: int = 1280  # viewport, CSS px
    height: int = 800

    @property
    def endpoint(self) -> str:
        """The debugging address, on loopback."""
        return f"http://127.0.0.1:{self.debug_port}"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> BrowserHandle:
        """The handle that `as_dict` wrote; keys of later versions are ignored.

        Raises: BrowserError when something is missing or of the wrong kind.
        """
        known = {field.name for field in fields(cls)}
        try:
            handle = cls(**{key: value for key, value in data.items() if key in known})
            if handle.pid <= 0 or not 0 < handle.debug_port < 65536:
                raise ValueError("pid or port out of range")
            return handle
        except (AttributeError, TypeError, ValueError) as error:
            raise BrowserError(
                f"The stored browser handle is not readable: {error}.", code="bad_browser_handle"
            ) from error
