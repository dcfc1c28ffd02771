"""Sockets: threads give their connections back, topics are one's own, roles count at once."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.db import OperationalError, connection, connections
from django.test import Client

from dashboard import nudges
from dashboard.asgi import application
from dashboard.consumers import limits, live_view
from dashboard.consumers.access import topic_for
from dashboard.models import Membership, Project, Role
from dashboard.threads import in_thread
from tests.conftest import make_actor, make_project, make_session

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
async def _no_hub_outlives_the_loop():
    yield
    await nudges.hub().aclose()


@pytest.fixture
async def one_thread():
    """All reads of this test happen in one thread, which ends without a connection."""
    pool = ThreadPoolExecutor(1)
    asyncio.get_running_loop().set_default_executor(pool)
    yield
    pool.submit(connections.close_all).result()


async def held() -> object:
    return await sync_to_async(lambda: connection.connection, thread_sensitive=False)()


async def test_a_read_gives_its_connection_back_to_the_pool(one_thread, settings):
    settings.IS_SQLITE = False
    assert await in_thread(Project.objects.count)() == 0
    assert await held() is None


async def test_a_broken_connection_is_not_met_again(one_thread, settings):
    settings.IS_SQLITE = True

    def fail() -> None:
        Project.objects.count()
        raise OperationalError("server closed the connection unexpectedly")

    with pytest.raises(OperationalError):
        await in_thread(fail)()
    assert await held() is None


async def test_topics_are_ones_own_and_never_a_crash(operator):
    session = await sync_to_async(make_session)(operator)
    stranger = await sync_to_async(lambda: make_actor(make_project("other"), "sam"))()
    assert await topic_for(operator, f"session:{session.pk}") == f"session:{session.pk}"
    assert await topic_for(stranger, f"session:{session.pk}") is None
    for name in ("session:\x00", f"session:{session.pk}\x00", "task:\ud800", ":", "due", "x" * 80):
        assert await topic_for(operator, name) is None


def _cookie(actor) -> dict[bytes, bytes]:
    client = Client()
    client.force_login(actor.user)
    return client.cookies["sessionid"].value


async def _open(actor, path: str) -> WebsocketCommunicator:
    cookie = await sync_to_async(_cookie)(actor)
    headers = [
        (b"cookie", f"sessionid={cookie}".encode()),
        (b"origin", b"http://testserver"),
        (b"host", b"testserver"),
    ]
    socket = WebsocketCommunicator(application, path, headers=headers)
    assert (await socket.connect())[0]
    return socket


async def test_a_socket_ends_when_its_person_is_in_another_project(operator, monkeypatch):
    monkeypatch.setattr(limits, "RECHECK_S", 0.05)
    socket = await _open(operator, "/ws/console/")
    await socket.send_json_to({"subscribe": ["inbox"]})
    assert await socket.receive_json_from(40) == {"subscribed": ["inbox"]}

    def move() -> None:
        other = make_project("other")
        Membership.objects.filter(user=operator.user).update(project=other)

    await sync_to_async(move)()
    while (told := await socket.receive_output(40))["type"] != "websocket.close":
        pass  # a nudge that came before
    assert told["code"] == 4409
    await socket.disconnect()


async def test_a_view_of_nonsense_is_refused(operator):
    socket = await _open(operator, "/ws/sessions/a%00b/view")
    assert (await socket.receive_output(40))["code"] == 4404
    await socket.disconnect()


async def test_a_person_who_became_a_viewer_drives_no_more(operator):
    consumer = live_view.LiveViewConsumer()
    consumer.actor = operator
    assert consumer._may_drive()
    consumer.actor = await sync_to_async(make_actor)(operator.project, "vera", Role.VIEWER)
    assert not consumer._may_drive()
