"""Requests that no ordinary page sends: each is judged like any other, and in no time."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from agents.guard.bodies import sent_fields
from agents.guard.hold import HeldRequest, NetworkHold
from agents.guard.risk import classify_request
from tests.agents.guard.test_allowed import LOOSE
from tests.agents.guard.test_hold import Asking, press

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


def part(name: str, value: str, mark: str = "real") -> str:
    return f"--{mark}\r\nContent-Disposition: form-data; {name}\r\n\r\n{value}\r\n"


NOTE, DEED = part('name="note"', "hi"), part('name="action"', "delete")
FAKE = part('name="note"', "hi", "fake")
DISGUISED = {
    "plain": NOTE + DEED,
    "after another line": FAKE + DEED,
    "after that line in capitals": part('name="note"', "hi", "REAL") + DEED,
    "after a preamble": "hello\r\n" + NOTE + DEED,
    "a name without quotes": part("name=action", "delete"),
    "a name behind much": part(" " * 3_000 + 'name="action"', "delete"),
}


@pytest.mark.parametrize("how", DISGUISED)
def test_a_field_of_a_form_in_parts_cannot_hide(how: str) -> None:
    kind = "multipart/form-data; boundary=real"
    body = DISGUISED[how] + "--real--\r\n"
    verdict = classify_request("POST", PAGE + "api/x", kind, body, PAGE)
    assert verdict.risks & {"destructive", "ambiguous"}
    found = fields(body, kind)
    assert found is None or ("action", "delete") in found


def test_a_form_in_parts_is_read_by_what_its_type_says() -> None:
    quoted = 'multipart/form-data; boundary="real"'
    assert (
        fields(NOTE + part('filename="a"; name="file"', "x") + "--real--\r\n", quoted) is not None
    )
    assert fields(NOTE + DEED + "--real--", quoted) == [("note", "hi"), ("action", "delete")]


@pytest.mark.parametrize(
    "body",
    [
        r'{"text": "cut \ud83d", "action": "delete"}',
        r'{"\ud83d": 1, "action": "delete"}',
        r'{"action": "delete", "text": "\ud83d\ude00", "cut": "off',
        r'{"requests": [{"method": "GET", "url": "http://["}], "action": "delete"}',
    ],
    ids=["half a character", "half a character in a name", "broken", "no address"],
)
def test_what_nobody_can_write_is_judged_too(body: str) -> None:
    verdict = classify_request("POST", PAGE + "api/x", "application/json", body, PAGE)
    assert "destructive" in verdict.risks
    assert all(value.isprintable() for _, value in fields(body, "application/json") or [])


@pytest.mark.parametrize("number", ["1e999999999", "-1e999999999", "1e-999999999"])
async def test_a_number_beyond_all_others_is_another_amount(number: str) -> None:
    run = Asking()
    assert await press(run, LOOSE)
    await run.sends(f'{{"total": {number}}}', "api/orders", "application/json")
    assert len(run.asked) == 1


async def test_a_request_that_cannot_be_judged_is_refused_by_itself() -> None:
    """It neither goes nor takes the connection, and with it the browser, along."""
    posted: list[str] = []

    async def judge(request: HeldRequest) -> bool:
        return True

    hold = NetworkHold(0, judge, lost=lambda: None)
    hold._cdp = SimpleNamespace(post=lambda method, *args, **more: posted.append(method))
    broken = {"url": PAGE, "method": "POST", "headers": 5}
    hold._on_event("Fetch.requestPaused", {"requestId": "1", "request": broken}, None)
    assert posted == ["Fetch.failRequest"]
