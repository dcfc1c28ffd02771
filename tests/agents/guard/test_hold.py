"""What pages send: how much of it is read, how often it goes, and what ends the hold."""

from __future__ import annotations

import asyncio
import base64
import gc
import gzip
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Error as PlaywrightError

from agents.browser.playwright_driver import close_driver
from agents.browser.process import BrowserOptions, launch, terminate
from agents.browser.session import BrowserSession
from agents.errors import BrowserGone
from agents.executor.gate import ProposedAction
from agents.guard import hold
from agents.guard.gate import RunGate
from agents.guard.hold import HeldRequest, held_of
from agents.guard.risk_facts import ElementFacts
from agents.ports import Answer, InputRequestSpec
from tests.agents.browser.conftest import served
from tests.agents.fakes import make_task

PAGE = "https://shop.example/"
CARD = "card_number=4111111111111111&cvc=123"
YES = Answer("answered", {"approved": True, "edits": {}}, "Olivia")
NO = Answer("answered", {"approved": False, "reason": "no"}, "Olivia")
Asked = Callable[[InputRequestSpec], Awaitable[Answer]]


class Asking:
    """A run as far as its gate needs one. asked: the questions so far; answer: what people say."""

    def __init__(self, answer: Answer | Asked = YES, **task: Any) -> None:
        self.asked: list[InputRequestSpec] = []
        self.told: list[Any] = []
        self.answer = answer
        self.is_broken = False  # the host does not answer
        self.allowed = False  # a standing rule for everything
        self.context = self
        self.task = make_task(start_url=PAGE, **task)
        self.control = SimpleNamespace(held=set(), check=lambda: None)
        self.state = SimpleNamespace(
            rejected={}, sent={}, grave={}, step=1, open=None, page_title="", page_url=PAGE
        )
        self.gate = RunGate(self)  # type: ignore[arg-type]

    async def ask(self, spec: InputRequestSpec) -> Answer:
        self.asked.append(spec)
        await asyncio.sleep(0)
        return self.answer if isinstance(self.answer, Answer) else await self.answer(spec)

    async def standing(self, tool: str, host: str) -> bool:
        if self.is_broken:
            raise RuntimeError("the database is away")
        return self.allowed

    async def emit(self, *events: Any) -> None:
        self.told += events

    async def save(self, *events: Any, **options: Any) -> None: ...

    async def withdraw(self, keys: Any) -> None: ...

    async def sends(self, body: str | bytes, path: str = "api/x", kind: str = "") -> bool:
        return await self.gate.request(sent(body, path, kind))


def sent(body: str | bytes, path: str = "api/x", kind: str = "", **more: Any) -> HeldRequest:
    """A request as the browser would show it."""
    raw = body.encode() if isinstance(body, str) else body
    entries = [{"bytes": base64.b64encode(raw).decode()}] if raw else []
    headers = {"Content-Type": kind or "application/x-www-form-urlencoded", "Referer": PAGE}
    request: Mapping[str, Any] = {"method": "POST", "url": PAGE + path, "headers": headers,
                                  "postDataEntries": entries, "hasPostData": bool(raw)}  # fmt: skip
    return held_of({**request, **more})


@pytest.mark.parametrize("answer", [YES, NO])
async def test_one_approval_lets_one_of_equal_requests_go(answer: Answer) -> None:
    run = Asking(answer)
    body = '{"amount": "500", "iban": "DE1"}'
    went = await asyncio.gather(*(run.sends(body, "api/pay", "application/json") for _ in "123"))
    if answer is YES:
        assert (went, len({spec.key for spec in run.asked})) == ([True] * 3, 3)
    else:
        assert (went, len(run.asked)) == ([False] * 3, 1)


BUTTON = {
    "tag": "button", "type": "submit", "submits": True, "origin": PAGE[:-1],
    "top_origin": PAGE[:-1], "frame_url": PAGE,
}  # fmt: skip
COMMENT = {"names": {"text": "Send comment"}, "form": {"method": "post", "action": PAGE + "say",
           "fields": [{"type": "textarea", "name": "text"}]}}  # fmt: skip
PAY = {"names": {"text": "Pay now"}, "form": {"method": "post", "action": PAGE + "buy",
       "fields": [{"type": "text", "name": "card_number"}]}}  # fmt: skip


async def press(
    run: Asking,
    button: dict[str, Any],
    tool: str = "locator.click",
    arguments: Mapping[str, Any] | None = None,
) -> list[str | None]:
    """The risks asked about when the button is pressed, or something else is done with it."""
    element = ElementFacts.from_raw(BUTTON | button)

    async def look() -> ElementFacts:
        return element

    await run.gate.allow(
        ProposedAction("1.1", 1, tool, "button", arguments or {}, True, page_url=PAGE,
                       element=element, look=look)
    )  # fmt: skip
    asked, run.asked[:] = [spec.risk for spec in run.asked], []
    return asked


@pytest.mark.parametrize(
    ("task", "asked"),
    [({"policy": {"approvals": {"sensitive_data": "ask"}}}, 0), ({"approval": "ask"}, 1)],
)
async def test_a_call_opens_no_more_than_was_allowed(task: dict[str, Any], asked: int) -> None:
    run = Asking(**task)
    assert len(await press(run, COMMENT)) == asked
    await run.sends('{"iban": "DE89370400440532013000"}', kind="application/json")
    assert [spec.risk for spec in run.asked] == ["sensitive_data"]


@pytest.mark.parametrize("mode", ["delegated", "ask"])
async def test_an_approved_payment_sends_its_request_without_another(mode: str) -> None:
    run = Asking(approval=mode)
    assert await press(run, PAY) in (["payment"], ["purchase"])
    assert await run.sends(CARD, "buy")
    assert await run.sends('{"accept_terms": true}', "api/terms", "application/json")
    assert await run.sends("note=hi", "api/messages")
    assert not run.asked
    await run.sends("", "api/delete-account")
    assert [spec.risk for spec in run.asked] == ["destructive"]


async def test_a_picture_neither_uses_nor_rides_on_an_approval() -> None:
    run = Asking()
    assert await press(run, PAY) in (["payment"], ["purchase"])
    picture = held_of({"method": "GET", "url": PAGE + "buy/pay?confirm=1", "headers": {}}, "Image")
    assert not await run.gate.request(picture)
    assert await run.sends(CARD, "buy")
    assert not run.asked


@pytest.mark.parametrize(
    "body",
    [
        "z=" + "y" * 1_000_000 + "&" + CARD,
        "&".join(f"a{i}=1" for i in range(1_000)) + "&" + CARD,
        '{"a":' * 30 + '{"card_number": "4111111111111111", "cvc": "123"}' + "}" * 30,
        "{=&" + CARD,
    ],
)
async def test_padding_hides_nothing(body: str) -> None:
    run = Asking(NO)
    assert not await run.sends(body)
    assert [spec.risk for spec in run.asked] == ["payment"]


@pytest.mark.parametrize(
    "held",
    [
        sent("z=" + "y" * hold.MOST_BODY + "&the=end"),
        sent("&".join(f"a{i}=1" for i in range(20_000))),
        sent('{"query": "mutation {' + "a " * 30_000 + '}"}', "graphql", "application/json"),
        sent("", postDataEntries=[{}], hasPostData=True),
    ],
)
async def test_what_cannot_be_read_whole_goes_by_a_person_only(held: HeldRequest) -> None:
    run = Asking(NO)
    run.allowed = True
    assert not await run.gate.request(held)
    (spec,) = run.asked
    assert "ambiguous: not all that it sends can be read" in spec.context["reasons"]
    shown = {each["name"]: each["value"] for each in spec.context["arguments"]}["body"]
    assert len(shown) < 2_200
    if held.tail:
        assert shown.startswith("z=yyy") and shown.endswith("the=end") and "cut" in shown


async def test_what_is_no_text_asks_where_everything_does() -> None:
    held = [sent(b"\x1f\x8b\xff\x00", "collect"), sent("a=1", "collect", postDataEntries=[
        {"bytes": base64.b64encode(b"a=1").decode()}, {}])]  # fmt: skip
    for each in held:
        asking, delegated = Asking(NO, approval="ask"), Asking(NO)
        assert not await asking.gate.request(each) and await delegated.gate.request(each)
        assert [spec.risk for spec in asking.asked] == ["ambiguous"]


DELETE = b'{"action": "delete"}'


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (gzip.compress(DELETE), {}),
        (gzip.compress(DELETE), {"Content-Encoding": "gzip"}),
        (zlib.compress(DELETE), {"Content-Encoding": "deflate"}),
        (zlib.compress(DELETE)[2:-4], {"Content-Encoding": "deflate"}),
        (DELETE.decode().encode("utf-16"), {}),
        (DELETE.decode().encode("utf-32"), {}),
        (DELETE.decode().encode("utf-16-le"), {"Content-Type": "text/json; charset=utf-16le"}),
        (b"\xef\xbb\xbf" + DELETE, {}),
    ],
    ids=["gzip", "told gzip", "zlib", "deflate", "utf-16", "utf-32", "told utf-16", "utf-8 mark"],
)
async def test_what_servers_unpack_is_read(body: bytes, headers: dict[str, str]) -> None:
    run = Asking(NO)
    held = sent(body, headers={"Content-Type": "application/json", **headers})
    assert not held.unread and not await run.gate.request(held)
    assert [spec.risk for spec in run.asked] == ["destructive"]


async def test_what_unpacks_to_very_much_is_not_unpacked_whole() -> None:
    held = sent(gzip.compress(b"a=" + b"x" * 50_000_000 + b"&action=delete"))
    assert len(held.body) == hold.MOST_BODY and held.unread == "most"


async def test_a_fingerprint_tells_bodies_apart_but_not_their_boundaries() -> None:
    def form(mark: str, value: str) -> bytes:
        line = f"------WebKitFormBoundary{mark * 16}"
        head = 'content-disposition: form-data; name="a"'
        return f"{line}\r\n{head}\r\n\r\n{value}\r\n{line}--".encode()

    async def asked(run: Asking, *bodies: bytes) -> int:
        for body in bodies:
            await run.sends(body, kind="multipart/form-data")
        return len(run.asked)

    assert await asked(Asking(NO, approval="ask"), form("x", "1"), form("y", "1")) == 1
    assert await asked(Asking(NO, approval="ask"), form("x", "1"), form("x", "2")) == 2


# --- in a browser -----------------------------------------------------------------------------
@pytest_asyncio.fixture(loop_scope="session")
async def shown(tmp_path: Path) -> AsyncIterator[tuple[BrowserSession, list[str]]]:
    """A browser of its own with a page, and what arrives at the page's site."""
    arrived: list[str] = []

    async def take(request: web.Request) -> web.Response:
        await request.read()
        arrived.append(request.path)
        return web.Response(text="ok")

    async with served() as site:
        site.add("/", "<title>Q</title>")
        for path in ("/api/delete-account", "/api/big", "/collect"):
            site.add(path, take)
        handle = await launch(BrowserOptions(), user_data_dir=tmp_path / "profile", proxy_port=None)
        session = await BrowserSession.open(handle, downloads_dir=tmp_path / "dl")
        await session.page.goto(site.url("/"))
        yield session, arrived
        await session.detach()
        await terminate(handle)
        await close_driver()


@pytest.mark.browser
async def test_what_nobody_waits_for_any_more_is_refused(
    shown: tuple[BrowserSession, list[str]],
) -> None:
    session, arrived = shown
    held = asyncio.Event()

    async def never(spec: InputRequestSpec) -> Answer:
        held.set()
        return await asyncio.get_running_loop().create_future()

    run = Asking(never)
    await run.gate.begin(session)
    await session.page.evaluate(
        "void (window.sent = fetch('/api/delete-account', {method: 'POST'}).catch(() => 'no'))"
    )
    async with asyncio.timeout(30):
        await held.wait()
        await run.gate.interrupted()
        assert await session.page.evaluate("window.sent") == "no"
        await run.gate.aclose()
        assert await session.page.evaluate(
            "fetch('/collect', {method: 'POST'}).then(r => r.text())"
        )
    assert arrived == ["/collect"]


@pytest.mark.browser
async def test_a_browser_that_cannot_be_held_is_ended(
    shown: tuple[BrowserSession, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    session, arrived = shown
    monkeypatch.setattr(hold, "MAX_MESSAGE_BYTES", 1_000_000)
    run = Asking(NO)
    async with aclosing(run.gate), asyncio.timeout(30):
        await run.gate.begin(session)
        waiting = asyncio.ensure_future(run.gate.waiting())
        with suppress(PlaywrightError):  # it may be gone before it answers
            await session.page.evaluate(
                "const send = (to, body) => fetch(to, {method: 'POST', body}).catch(() => 0);"
                "void send('/api/big', 'x'.repeat(8 << 20));"
                "setInterval(send, 20, '/api/delete-account')"
            )
        await waiting
        with pytest.raises(BrowserGone):
            await run.gate.clear()
        with pytest.raises(BrowserGone):
            await press(run, PAY)
        await session.gone.wait()
        with suppress(psutil.NoSuchProcess):
            # Its sockets close before it has ended: the kernel frees its memory in between.
            await asyncio.to_thread(psutil.Process(session.handle.pid).wait, 30)
        assert not await run.sends("a=1")
    assert "/api/delete-account" not in arrived


@pytest.mark.browser
async def test_what_cannot_be_judged_is_refused_and_told(
    shown: tuple[BrowserSession, list[str]],
) -> None:
    session, arrived = shown
    run = Asking(approval="ask")
    send = "fetch('/api/big', {method: 'POST', body: 'a=1'}).then(r => r.text(), () => 'no')"
    async with aclosing(run.gate), asyncio.timeout(30):
        await run.gate.begin(session)
        run.is_broken = True
        assert await session.page.evaluate(send) == "no"
        run.is_broken = False
        assert await session.page.evaluate(send) == "ok"
        (refused,) = await run.gate.clear()
    assert "could not be judged" in refused
    (event,) = run.told
    assert (event.rule, event.target) == ("approval:error", f"POST {session.page.url}api/big")
    assert arrived == ["/api/big"]


async def test_nothing_is_kept_of_requests_that_were_decided() -> None:
    run = Asking()
    for amount in range(20):
        assert await run.sends(f"amount={amount}&iban=DE1", "api/pay")
    gc.collect()
    assert len(run.asked) == 20
    assert not dict(run.gate._one_by_one)
