"""Requests that no ordinary page sends: each is judged like any other, and in no time."""

from __future__ import annotations

import pytest

from agents.guard.bodies import sent_fields
from agents.guard.hold import HeldRequest
from agents.guard.risk import classify_request

PAGE = "https://shop.example/"
PARTS = "multipart/form-data; boundary=x"
LONG = 60_000


def held(body: str, kind: str = "", url: str = PAGE + "api/x") -> HeldRequest:
    return HeldRequest(method="POST", url=url, content_type=kind, body=body, referrer=PAGE)


def fields(body: str, kind: str) -> list[tuple[str, str]] | None:
    found = sent_fields(held(body, kind))
    return None if found is None else [(each.name, each.value) for each in found]


@pytest.mark.parametrize(
    ("body", "kind", "path"),
    [
        ("<" + "a" * LONG, "text/xml", ""),
        ("<a:" + "." * LONG, "text/xml", ""),
        ("--x\n" + 'name="a"\n' * (LONG // 9), PARTS, ""),
        ("--x\n" + 'name="a" ' * (LONG // 9), PARTS, ""),
        ("", "", "account/" + "1" * LONG + "!"),
        ("", "", "account/" + "1a" * (LONG // 2) + "-!/delete"),
    ],
    ids=["element", "prefix", "lines of a part", "names of a part", "number", "name"],
)
def test_a_long_one_is_read_in_one_pass(body: str, kind: str, path: str) -> None:
    """Reading it again from each of its letters would take minutes, and the run waits for it."""
    assert classify_request("POST", PAGE + path, kind, body, PAGE).risks
    sent_fields(held(body, kind, PAGE + path))
