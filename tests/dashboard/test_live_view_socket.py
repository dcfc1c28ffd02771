"""The live view socket: who may watch, who may drive, and that both work on a real browser."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.test import Client

from agents.browser.cdp import CdpConnection
from agents.browser.frames import decode_frame
from agents.browser.handle import BrowserHandle
from agents.browser.process import BrowserOptions, launch, terminate
from dashboard import nudges
from dashboard.asgi import application
from dashboard.models import AgentSession, Role
from dashboard.services import control
from dashboard.services.actors import Actor
from tests.conftest import make_actor, make_project, make_session

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

PAGE = """data:text/html,<title>desk</title><body style="margin:0;background:lime"
onclick="document.title='clicked'">x"""
CLICK = {"kind": "pointer", "action": "click", "x": 0.5, "y": 0.5}


@pytest.fixture
async def open_browser(tmp_path: Path) -> AsyncIterator[BrowserHandle]:
    handle = await launch(BrowserOptions(), user_data_dir=tmp_path / "profile", proxy_port=None)
    cdp = await CdpConnection.connect(handle.debug_port)
    target = (await cdp.call("Target.getTargets"))["targetInfos"][0]["targetId"]
    attached = await cdp.call("Target.attachToTarget", {"targetId": target, "flatten": True})
    await cdp.call("Page.navigate", {"url": PAGE}, session_id=attached["sessionId"])
    await cdp.close()
    yield handle
    await terminate(handle)


class Socket(WebsocketCommunicator):
    """A page's socket, signed in as an actor."""

    @classmethod
    def of(cls, session_id: str, actor: Actor | None, origin: str = "http://testserver") -> Socket:
        headers = [(b"host", b"testserver"), (b"origin", origin.encode())]
        if actor is not None:
            client = Client()
            client.force_login(actor.user)
            cookie = f"sessionid={client.cookies['sessionid'].value}"
            headers.append((b"cookie", cookie.encode()))
        return cls(application, f"/ws/sessions/{session_id}/view?quality=grid", headers=headers)

    async def say(self, **message: Any) -> None:
        await self.send_to(text_data=json.dumps(message))

    async def until(self, wanted: Callable[[Any], bool]) -> Any:
        """The next message that is wanted: bytes, or decoded JSON. Frames are acknowledged."""
        async with asyncio.timeout(40):
            while True:
                message = await self.receive_output(timeout=40)
                assert message["type"] == "websocket.send", message
                item: Any = message.get("bytes") or json.loads(message["text"])
                if isinstance(item, bytes):
                    await self.say(type="ack")
                if wanted(item):
                    return item

    async def closed_with(self) -> int:
        async with asyncio.timeout(40):
            while True:
                message = await self.receive_output(timeout=40)
                if message["type"] == "websocket.close":
                    return int(message["code"])


def is_frame(item: Any) -> bool:
    return isinstance(item, bytes)


def kind(name: str, **fields: Any) -> Callable[[Any], bool]:
    return lambda item: (
        isinstance(item, dict)
        and item["type"] == name
        and all(item.get(key) == value for key, value in fields.items())
    )


def session_with(actor: Actor, handle: BrowserHandle | None) -> AgentSession:
    session = make_session(actor)
    session.tasks.update(status="done")
    session.browser = handle.as_dict() if handle else None
    session.browser_host = socket.gethostname()
    session.save()
    return session


async def test_watching_then_driving_then_handing_back(
    operator: Actor, open_browser: BrowserHandle
) -> None:
    session = await sync_to_async(session_with)(operator, open_browser)
    ws = await sync_to_async(Socket.of)(session.pk, operator)
    assert (await ws.connect())[0]
    first = await ws.until(kind("state"))
    assert first["control"] == {"driver": "agent", "by": None, "you": False}
    frame = decode_frame(await ws.until(is_frame))
    assert frame.device_width == 1280

    click = CLICK | {"view": frame.view}
    await ws.say(type="input", input=click)
    assert (await ws.until(kind("error")))["code"] == "not_driving"

    await sync_to_async(control.take)(session, by=operator)
    mine = {"driver": "person", "by": operator.name, "you": True}
    await ws.until(kind("state", control=mine))
    await ws.say(type="input", input=click)
    await ws.until(
        lambda item: (
            isinstance(item, dict)
            and any(tab["title"] == "clicked" for tab in item.get("tabs", []))
        )
    )
    await sync_to_async(control.release)(session, by=operator)
    await ws.until(kind("state", control={"driver": "agent", "by": None, "you": False}))
    await ws.say(type="input", input=click)
    assert (await ws.until(kind("error")))["code"] == "not_driving"
    await ws.disconnect()


async def test_another_member_sees_who_drives_and_may_not(
    operator: Actor, open_browser: BrowserHandle
) -> None:
    other = await sync_to_async(make_actor)(operator.project, "oscar")
    viewer = await sync_to_async(make_actor)(operator.project, "vera", Role.VIEWER)
    session = await sync_to_async(session_with)(operator, open_browser)
    await sync_to_async(control.take)(session, by=operator)
    for actor in (other, viewer):
        ws = await sync_to_async(Socket.of)(session.pk, actor)
        assert (await ws.connect())[0]
        state = await ws.until(kind("state"))
        assert state["control"] == {"driver": "person", "by": operator.name, "you": False}
        await ws.say(type="input", input={"kind": "text", "text": "x"})
        assert (await ws.until(kind("error")))["code"] == "not_driving"
        await ws.disconnect()


async def test_an_open_socket_keeps_the_drivers_lease(
    operator: Actor, open_browser: BrowserHandle, settings: Any
) -> None:
    settings.CONFIG = settings.CONFIG.model_copy(update={"driver_lease_s": 0.6})
    session = await sync_to_async(session_with)(operator, open_browser)
    session = await sync_to_async(control.take)(session, by=operator)
    first = session.driver_lease_until
    assert first is not None
    ws = await sync_to_async(Socket.of)(session.pk, operator)
    assert (await ws.connect())[0]
    async with asyncio.timeout(40):
        while True:
            await sync_to_async(session.refresh_from_db)()
            if session.driver_lease_until is not None and session.driver_lease_until > first:
                break
            await asyncio.sleep(0.02)
    await ws.disconnect()


async def test_strangers_get_nothing(operator: Actor, open_browser: BrowserHandle) -> None:
    session = await sync_to_async(session_with)(operator, open_browser)
    rival = await sync_to_async(lambda: make_actor(make_project("rival"), "rita"))()
    for session_id, actor, code in (
        (session.pk, None, 4401),
        (session.pk, rival, 4404),
        ("sess_0000", operator, 4404),
    ):
        ws = await sync_to_async(Socket.of)(session_id, actor)
        await ws.connect()
        assert await ws.closed_with() == code
    ws = await sync_to_async(Socket.of)(session.pk, operator, "https://evil.example")
    connected, code = await ws.connect()
    assert not connected and code == 4403


async def test_a_session_without_a_browser_gets_one_later(
    operator: Actor, open_browser: BrowserHandle
) -> None:
    session = await sync_to_async(session_with)(operator, None)
    ws = await sync_to_async(Socket.of)(session.pk, operator)
    assert (await ws.connect())[0]
    await ws.until(kind("state", state="closed"))
    dead = BrowserHandle.from_dict({**open_browser.as_dict(), "start_time": 1.0})
    await sync_to_async(AgentSession.objects.update)(browser=dead.as_dict())
    await sync_to_async(nudge)(session)
    await sync_to_async(AgentSession.objects.update)(browser=open_browser.as_dict())
    await sync_to_async(nudge)(session)
    await ws.until(kind("state", state="live"))
    await ws.until(is_frame)
    await ws.disconnect()


def nudge(session: AgentSession) -> None:
    nudges.after_commit(f"session:{session.pk}")


async def test_nonsense_is_answered_and_survived(
    operator: Actor, open_browser: BrowserHandle
) -> None:
    session = await sync_to_async(session_with)(operator, open_browser)
    ws = await sync_to_async(Socket.of)(session.pk, operator)
    assert (await ws.connect())[0]
    for text in ("{", "[]", "null", '{"type": "ack", "x": 1', '{"type": 5}', "[" * 60_000,
                 '{"type": "quality", "quality": ["page"]}', '{"type": "visible"}',
                 '{"type": "input"}', '{"type": "x" }', " " * 60_000):  # fmt: skip
        await ws.send_to(text_data=text)
        assert (await ws.until(kind("error")))["code"] in ("bad_message", "bad_input")
    await ws.say(type="quality", quality="page")  # a new size: the page is sent once more
    await ws.until(is_frame)
    await ws.disconnect()
