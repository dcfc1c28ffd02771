"""The rules that hold for every task: which addresses may be opened at all.

Where an address leads on the network (private ranges, rebinding) is judged at the browser's proxy;
here its form is judged, as browsers read it (WHATWG URL), before the browser sees it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import ada_url

from agents.errors import PolicyError

if TYPE_CHECKING:
    from agents.executor.gate import ActionGate, ProposedAction

ALLOWED_SCHEMES = ("http:", "https:")
MAX_ADDRESS = 8_000
_HOST_LIKE = re.compile(r"^[\w-]+(\.[\w-]+)+(:\d{1,5})?([/?#]|$)")
_LOCAL_LIKE = re.compile(r"^(localhost|\d{1,3}(\.\d{1,3}){3}|[\w.-]+:\d{1,5})([:/?#]|$)", re.I)
_SCHEME_LIKE = re.compile(r"^\s*([a-z][a-z0-9+.-]*):", re.I)


class DefaultGate:
    """Lets everything pass but addresses that a task has no business with."""

    async def allow(self, action: ProposedAction) -> None:
        """Raises: PolicyError."""
        if action.url is not None:
            check_address(action.url)


def default_gate() -> ActionGate:
    """The gate of a run that names no other."""
    return DefaultGate()


def resolve_address(address: str, base: str = "") -> str:
    """An address as it was meant: relative to the page, or without its scheme.

    base: the page's address. What cannot be understood comes back as it is, for
    `check_address` to refuse.
    """
    text = address.strip()
    if _LOCAL_LIKE.match(text):
        text = f"http://{text}"
    elif _HOST_LIKE.match(text):
        text = f"https://{text}"
    elif not _SCHEME_LIKE.match(text) and base.startswith(("http://", "https://")):
        try:
            return ada_url.URL(text, base).href
        except ValueError:
            return text
    try:
        return ada_url.URL(text).href
    except ValueError:
        return text


def check_address(address: str) -> str:
    """The address in the browser's own spelling.

    Raises: PolicyError, rule `scheme` for anything but http and https, `address` for what is no
    address.
    """
    if len(address) > MAX_ADDRESS:
        raise PolicyError(f"The address has more than {MAX_ADDRESS} characters.", rule="address")
    try:
        url = ada_url.URL(address)
    except ValueError:
        raise PolicyError(
            f"{address[:200]!r} is not an address. Give a full one: https://host/path.",
            rule="address",
        ) from None
    if url.protocol not in ALLOWED_SCHEMES:
        raise PolicyError(
            f"Addresses that start with {url.protocol} may not be opened, only http and https.",
            rule="scheme",
        )
    if not url.hostname:
        raise PolicyError(f"{address[:200]!r} names no host.", rule="address")
    return url.href
