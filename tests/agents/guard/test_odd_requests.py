"""Requests that no ordinary page sends: each is judged like any other, and in no time."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from agents.guard.bodies import sent_fields
from agents.guard.hold import HeldRequest, NetworkHold
from agents.guard.risk import classify_request
from agents.guard.risk_requests import TOO_MUCH
from tests.agents.guard.test_allowed import LOOSE
from tests.agents.guard.test_hold import Asking, press

PAGE = "https://shop.example/"
PARTS = "multipart/form-data; boundary=x"
LONG = 60_000


def fields(body: str, kind: str) -> list[tuple[str, str]] | None:
    found = sent_fields(kind, body, PAGE + "api/x")
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
    sent_fields(kind, body, PAGE + path)


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


LINE = 'Content-Disposition: form-data; name="action"'
READ_AS_ACTION = {
    "a name in another header": f'X-A: name="note"\r\n{LINE}',
    "a file's name in another header": f"{LINE}\r\nX-A: filename=1",
    "spaces around the sign": 'Content-Disposition: form-data; name = "action"',
    "another parameter that ends in filename": f"{LINE}; x-filename=1",
    "another parameter that ends in name": f'{LINE}; x-name="note"',
    "a name inside of a value": 'Content-Disposition: form-data; x="; name=note"; name=action',
    "in capitals": 'CONTENT-DISPOSITION: FORM-DATA; NAME="action"',
    "a folded line": 'Content-Disposition: form-data;\r\n\tname="action"',
    "an encoded name": "Content-Disposition: form-data; name*=UTF-8'en'%61ction",
    "lines that end otherwise": 'X-A: name="note"\n' + LINE,
    "a space before the colon": LINE.replace(":", " :"),
}
UNCLEAR = {
    "two lines": f"{LINE.replace('action', 'note')}\r\n{LINE}",
    "two names": f'{LINE.replace("action", "note")}; name="action"',
    "two kinds of names": f"{LINE.replace('action', 'note')}; name*=UTF-8''action",
    "a name in pieces": 'Content-Disposition: form-data; name*0="act"; name*1="ion"',
    "a name in an unknown alphabet": "Content-Disposition: form-data; name*=cp037''%81",
    "a name in a mail's encoding": LINE.replace("action", "=?utf-8?B?YWN0aW9u?="),
    "an escape": LINE.replace("action", "acti\\on"),
    "a name that does not end": LINE[:-1],
    "single quotes": f"{LINE.replace('action', 'note')}; x='; name=action; y='",
    "an escaped quote": f'{LINE.replace("action", "note")}; x="\\"; name=action; y="',
    "a folded line that may be a header": f"X-A: 1\r\n {LINE}",
    "a file by a folded line": f"{LINE};\r\n filename=1",
    "a file by an encoded name alone": f"{LINE}; filename*=UTF-8''x",
    "a line ended by half": f"X-A: 1\r{LINE}",
    "a head ended otherwise": f"X-A: 1\n\n{LINE}",
    "no header": f"name=note\r\n{LINE}",
    "no such line": 'X-A: form-data; name="action"',
    "a value in another encoding": f"{LINE}\r\nContent-Transfer-Encoding: base64",
    "a value in another alphabet": f"{LINE}\r\nContent-Type: text/plain; charset=utf-7",
    "parts in a part": f"{LINE}\r\nContent-Type: multipart/mixed; boundary=b",
    "long": f"{LINE}\r\n" + "X-A: name=note; filename=1\r\n" * 2_000,
}
REAL = "multipart/form-data; boundary=real"


def headed(head: str) -> str:
    return f"{NOTE}--real\r\n{head}\r\n\r\ndelete\r\n--real--\r\n"


@pytest.mark.parametrize("how", READ_AS_ACTION)
def test_a_part_is_read_by_its_own_line_alone(how: str) -> None:
    body = headed(READ_AS_ACTION[how])
    if "\n" in READ_AS_ACTION[how].replace("\r\n", ""):
        body = body.replace("\r\n", "\n")
    assert "destructive" in classify_request("POST", PAGE + "api/x", REAL, body, PAGE).risks
    assert fields(body, REAL) == [("note", "hi"), ("action", "delete")]


@pytest.mark.parametrize("how", UNCLEAR)
def test_a_part_that_servers_may_read_in_two_ways_is_shown_to_a_person(how: str) -> None:
    body = headed(UNCLEAR[how])
    verdict = classify_request("POST", PAGE + "collect", REAL, body, PAGE)
    assert any(TOO_MUCH in reason for reason in verdict.reasons)
    assert fields(body, REAL) is None


def test_what_follows_an_unclear_part_is_judged_too() -> None:
    body = headed(UNCLEAR["no header"]).replace("--real--", DEED + "--real--")
    assert "destructive" in classify_request("POST", PAGE + "api/x", REAL, body, PAGE).risks


@pytest.mark.parametrize("more", ["filename=a.txt", 'filename = ""', 'FileName="C:\\x y;z"'])
def test_of_a_file_only_its_name_is_read(more: str) -> None:
    body = headed(f"{LINE}; {more}\r\nContent-Type: text/plain; charset=UTF-8")
    assert fields(body, REAL) == [("note", "hi")]
    verdict = classify_request("POST", PAGE + "collect", REAL, body, PAGE)
    assert not any(TOO_MUCH in reason for reason in verdict.reasons)


@pytest.mark.parametrize(
    "head",
    [
        LINE + "; " * LONG,
        LINE + "; a" * LONG,
        LINE + " " * LONG + "x",
        LINE + '; a="' + "\\" * LONG,
        LINE + "\r\n " * LONG,
        "X" * LONG,
    ],
    ids=["semicolons", "keys", "spaces", "escapes", "folds", "letters"],
)
def test_a_long_head_is_read_in_one_pass(head: str) -> None:
    assert classify_request("POST", PAGE + "api/x", REAL, headed(head), PAGE).risks
    fields(headed(head), REAL)


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
    """It neither goes nor takes the connection, and with it the browser, along; it is told of."""
    posted: list[str] = []
    told: asyncio.Queue[str] = asyncio.Queue()

    async def judge(request: HeldRequest) -> bool:
        return True

    hold = NetworkHold(0, judge, lost=lambda: None, failed=told.put)
    hold._cdp = SimpleNamespace(post=lambda method, *args, **more: posted.append(method))
    broken = {"url": PAGE, "method": "POST", "headers": 5}
    hold._on_event("Fetch.requestPaused", {"requestId": "1", "request": broken}, None)
    assert posted == ["Fetch.failRequest"]
    assert await asyncio.wait_for(told.get(), 5) == f"POST {PAGE}"
