"""The caller's values: which document a value may be typed into."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import ada_url
from playwright.async_api import Frame

from agents.errors import PolicyError
from agents.guard.receivers import covers
from agents.guard.risk_facts import ElementFacts
from agents.guard.risk_typing import has_one_line
from agents.ports import Variable

# Told before a sensitive value is typed: its name, itself, address of the document that gets it.
OnTyped = Callable[[str, Variable, str], Awaitable[None]]


def check_receiver(name: str, variable: Variable, frame: Frame) -> None:
    """May this frame's document get the value? Raises: PolicyError.

    allowed_domains: None is anywhere, empty is nowhere; a domain covers its subdomains.
    """
    allowed = variable.allowed_domains
    if allowed is None:
        return
    host, port = origin_of(frame)
    if any(covers(domain, host, port) for domain in allowed):
        return
    where = host or "this page"
    raise PolicyError(
        f'variables["{name}"] may not be typed into {where}: '
        + (
            f"it is allowed on {', '.join(allowed)} only."
            if allowed
            else "it is allowed nowhere: its allowed_domains are empty, and no start address says "
            "where it belongs."
        ),
        rule="variable_domain",
    )


def has_breaks(value: str) -> bool:
    """Whether a value has several lines: typed key by key, each break is an Enter."""
    return len(value.splitlines()) > 1 or value.endswith(("\n", "\r"))


def fitting(value: str, field: ElementFacts | None) -> str:
    """A value as its field takes it: in a field of one line, lines follow each other.

    Enter there would send the form, and what is filled in would lose its breaks without a space.
    field: as it was judged, not as its page would tell it now.
    """
    if not has_breaks(value) or not has_one_line(field):
        return value
    return " ".join(line.strip() for line in value.splitlines() if line.strip())


def address_of(frame: Frame | None) -> str:
    """Address of the document in a frame; empty when it has none.

    Documents without an address of their own (about:blank, srcdoc) are their parent's work. The
    address comes from the browser, so a page cannot lie about it.
    """
    while frame is not None:
        address = frame.url.removeprefix("blob:")
        if not address.startswith("about:"):
            return address
        frame = frame.parent_frame
    return ""


def origin_of(frame: Frame | None) -> tuple[str, str]:
    """Host and port (a number, always) of a frame's document; empty when it is no web page."""
    try:
        url = ada_url.URL(address_of(frame))
    except ValueError:
        return "", ""
    if url.protocol not in ("http:", "https:"):
        return "", ""
    port = url.port or ("443" if url.protocol == "https:" else "80")
    return url.hostname.lower().rstrip("."), port
