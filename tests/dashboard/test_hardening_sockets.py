"""Sockets: who may open one, how many, how fast, how large, and when it ends."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.test import Client

from dashboard import nudges
from dashboard.asgi import application
from dashboard.consumers import limits
from dashboard.models import Membership, Role, User
from tests.conftest import make_actor, make_session

pytestmark = pytest.mark.django_db(transaction=True)
CONSOLE = "/ws/console/"
HERE = "http://testserver"


@pytest.fixture(autouse=True)
async def _no_hub_outlives_the_loop():
    yield
    await nudges.hub().aclose()


@pytest.fixture
def client(operator) -> Client:
    client = Client()
    client.force_login(operator.user)
    return client


@pytest.fixture(params=["console", "view"])
async def address(request, operator) -> str:
    """Both sockets of the console."""
    if request.param == "console":
        return CONSOLE
    session = await sync_to_async(make_session)(operator)
    return f"/ws/sessions/{session.pk}/view"


def socket(
    client: Client | None, path: str, *, origin: str | None = HERE, host: str = "testserver"
) -> WebsocketCommunicator:
    headers = [(b"host", host.encode())]
    if origin is not None:
        headers.append((b"origin", origin.encode("latin-1")))
    if client is not None:
        cookie = f"sessionid={client.cookies['sessionid'].value}"
        headers.append((b"cookie", cookie.encode()))
    return WebsocketCommunicator(application, path, headers=headers)


async def opened(client: Client, path: str) -> WebsocketCommunicator:
    made = socket(client, path)
    assert (await made.connect(40))[0]
    return made


async def code_of(ws: WebsocketCommunicator) -> int:
    """The code that the socket is closed with; what is said before does not matter."""
    while (told := await ws.receive_output(40))["type"] != "websocket.close":
        pass
    code: int = told["code"]
    return code


async def is_told(ws: WebsocketCommunicator, code: int) -> None:
    """Refused with this code. Opened first: a browser hears no code of one that never opened."""
    accepted, _ = await ws.connect(40)
    assert accepted
    assert await code_of(ws) == code


# --- who --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (None, "testserver"),
        ("", "testserver"),
        ("null", "testserver"),
        ("https://evil.example", "testserver"),
        ("http://testserver:81", "testserver"),
        ("http://testserver.evil.example", "testserver"),
        ("http://evil.example@testserver", "testserver"),
        ("file://testserver", "testserver"),
        ("http://[", "testserver"),
        ("http://evil.example", "evil.example"),
        ("http://", ""),
    ],
)
async def test_only_pages_of_ours_open_sockets(client, address, settings, origin, host):
    settings.ALLOWED_HOSTS = ["testserver"]
    refused = socket(client, address, origin=origin, host=host)
    assert await refused.connect(40) == (False, 4403)


async def test_a_trusted_origin_and_ours_in_capitals_open_sockets(client, address, settings):
    settings.CSRF_TRUSTED_ORIGINS = ["https://agents.example.com"]
    for origin in ("https://agents.example.com", "http://TESTSERVER"):
        ws = socket(client, address, origin=origin)
        assert (await ws.connect(40))[0]
        await ws.disconnect()


async def test_behind_tls_a_page_without_it_is_not_ours(client, address, settings):
    settings.SESSION_COOKIE_SECURE = True
    assert not (await socket(client, address).connect(40))[0]


async def test_nobody_and_strangers_hear_nothing(address, operator):
    await is_told(socket(None, address), limits.SIGNED_OUT)
    stranger = Client()
    user = await sync_to_async(User.objects.create_user)("sam")
    await sync_to_async(stranger.force_login)(user)
    await is_told(socket(stranger, address), limits.SIGNED_OUT)


# --- how much ---------------------------------------------------------------------------------
async def test_a_person_has_twenty_places(client, address, settings):
    assert settings.CONFIG.sockets_per_user == 20
    sockets = [await opened(client, address) for _ in range(20)]
    await is_told(socket(client, address), limits.TOO_MANY_SOCKETS)
    await sockets.pop().disconnect()
    sockets.append(await opened(client, address))
    for ws in sockets:
        await ws.disconnect()
    assert not limits._open


async def test_thirty_messages_a_second_are_the_most(client, address, monkeypatch):
    monkeypatch.setattr(limits.time, "monotonic", lambda: 1000.0)  # all in one second
    ws = await opened(client, address)
    for _ in range(31):
        await ws.send_to(text_data='{"type": "visible", "visible": true}')
    assert await code_of(ws) == limits.TOO_FAST


@pytest.mark.parametrize("body", ["x" * 65_537, "é" * 33_000, b"x" * 65_537])
async def test_64_kib_is_the_most(client, address, body: Any):
    ws = await opened(client, address)
    await ws.send_to(**{"text_data" if isinstance(body, str) else "bytes_data": body})
    assert await code_of(ws) == limits.TOO_LARGE


# --- until when -------------------------------------------------------------------------------
async def test_a_sign_out_ends_sockets_at_once(client, address):
    ws = await opened(client, address)
    await nudges_are_heard(ws)
    await sync_to_async(client.post)("/sign-out/")
    assert await code_of(ws) == limits.SIGNED_OUT


def leave(user: User) -> None:
    Membership.objects.filter(user=user).get().delete()


def be_switched_off(user: User) -> None:
    user.is_active = False
    user.save()


def have_a_new_password(user: User) -> None:
    user.set_password("correct horse battery staple")
    user.save()


@pytest.mark.parametrize("happens", [leave, be_switched_off, have_a_new_password])
async def test_lost_access_ends_sockets_at_once(client, operator, address, happens):
    ws = await opened(client, address)
    await nudges_are_heard(ws)
    await sync_to_async(happens)(operator.user)
    assert await code_of(ws) == limits.SIGNED_OUT


async def test_a_lost_nudge_is_made_good_within_a_minute(client, operator, address, monkeypatch):
    assert limits.RECHECK_S == 60
    ws = await opened(client, address)
    await nudges_are_heard(ws)
    # Behind the back of every signal, and a minute later.
    await sync_to_async(Membership.objects.filter(user=operator.user).update)(role=Role.VIEWER)
    await sync_to_async(Membership.objects.filter(user=operator.user)._raw_delete)("default")
    monkeypatch.setattr(limits, "RECHECK_S", 0.0)
    await sync_to_async(nudges.after_commit)(nudges.EVERYTHING)
    assert await code_of(ws) == limits.SIGNED_OUT


async def test_another_persons_sign_out_ends_nothing(client, operator, address):
    other = Client()
    vera = await sync_to_async(make_actor)(operator.project, "vera", Role.VIEWER)
    await sync_to_async(other.force_login)(vera.user)
    ws = await opened(client, address)
    await sync_to_async(other.post)("/sign-out/")
    await ws.send_to(text_data='{"subscribe": ["inbox"]}')
    assert (await ws.receive_output(40))["type"] == "websocket.send"
    await ws.disconnect()


async def nudges_are_heard(ws: WebsocketCommunicator) -> None:
    """Wait until this loop's hub listens: a nudge that came before would be lost."""
    reader = nudges.hub().subscribe("probe")
    while not await reader.wait(0.05):
        await sync_to_async(nudges.after_commit)("probe")
    reader.close()
