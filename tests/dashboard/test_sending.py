"""Webhooks over real HTTP, to the practice site's receiver and to receivers that misbehave."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from django.db import connection
from django.utils import timezone
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from agents.browser.addresses import AddressChecker, Pinned
from agents.jobs.db import db
from agents.jobs.deliveries import PLACES_AN_ENDPOINT, Sender
from agents.jobs.posting import post, retry_after_s
from dashboard.conf import BASE_DIR
from dashboard.models import Delivery, Endpoint, Role
from dashboard.services import deliveries, endpoints
from dashboard.services.actors import Actor
from dashboard.services.deliveries import Outgoing
from practice.app import create_app
from practice.state import STATE, Hook, State
from tests.conftest import make_actor, make_project, make_task
from tests.dashboard.test_deliveries import finished, make_due

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass
class Site:
    """The practice site on loopback."""

    origin: str
    state: State

    @property
    def receiver(self) -> str:
        return f"{self.origin}/receiver/"

    @property
    def hooks(self) -> list[Hook]:
        return list(reversed(self.state.hooks))


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    app = create_app()
    async with TestServer(app) as server:
        yield Site(f"http://{server.host}:{server.port}", app[STATE])


@pytest.fixture
def admin(project) -> Actor:
    return make_actor(project, "ada", Role.ADMIN)


Start = Callable[..., Sender]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts senders that end with the test."""
    started: list[Sender] = []

    def begin(*allow: str, total_s: float = 15.0) -> Sender:
        sender = Sender(allow=list(allow), total_s=total_s)
        sender.start()
        started.append(sender)
        return sender

    yield begin
    for sender in started:
        sender.stop()


async def until(happened: Callable[[], Awaitable[Any]], what: str, timeout_s: float = 40) -> Any:
    """Look again and again until it is so."""
    deadline = time.monotonic() + timeout_s
    while not (found := await happened()):
        assert time.monotonic() < deadline, f"not in time: {what}"
        await asyncio.sleep(0.02)
    return found


async def settled(delivery: Delivery, *statuses: str) -> Delivery:
    def look() -> Delivery | None:
        rows = Delivery.objects.select_related("endpoint").prefetch_related("attempts")
        return rows.filter(pk=delivery.pk, status__in=statuses).first()

    return await until(lambda: db(look), f"{delivery} is {statuses}")


def told(operator: Actor, url: str) -> Delivery:
    """A delivery of a finished task with this callback."""
    task = finished(make_task(operator, callback_url=url))
    return Delivery.objects.get(task=task)


def letter(url: str) -> Outgoing:
    return Outgoing("dlv_1", 1, "ep_1", url, "evt_1", '{"a":1}', (SECRET,))


async def test_a_finished_task_arrives_signed(operator, admin, site, start):
    made = await db(endpoints.create, site.receiver, by=admin)
    row = await db(told, operator, site.receiver)
    start(site.origin).ring()
    row = await settled(row, "delivered")
    [hook] = site.hooks
    assert hook.body == row.body
    assert hook.headers["webhook-id"] == row.webhook_id
    assert hook.headers["content-type"] == "application/json"
    content = Webhook(made.secret).verify(hook.body, hook.headers)
    assert content["type"] == "task.completed"
    assert content["data"]["terminal_reason"] == "canceled"
    with pytest.raises(WebhookVerificationError):
        Webhook(made.secret).verify(hook.body.replace("canceled", "done"), hook.headers)
    [attempt] = row.attempts.all()
    assert (attempt.status_code, attempt.error_class, attempt.n) == (200, "", 1)


async def test_both_secrets_verify_during_a_rotation(operator, admin, site, start):
    made = await db(endpoints.create, site.receiver, by=admin)
    again = await db(endpoints.rotate_secret, made.endpoint, by=admin, overlap=timedelta(hours=1))
    row = await db(deliveries.ping, made.endpoint, by=admin)
    start(site.origin).ring()
    await settled(row, "delivered")
    [hook] = site.hooks
    for secret in (made.secret, again.secret):
        assert Webhook(secret).verify(hook.body, hook.headers)["type"] == "ping"
    assert len(hook.headers["webhook-signature"].split()) == 2


async def test_a_failure_is_sent_again_with_the_same_id_and_bytes(operator, site, start):
    site.state.receiver.status, site.state.receiver.remaining = 503, 1
    row = await db(told, operator, site.receiver)
    sender = start(site.origin)
    await settled(row, "retry_wait")
    await db(make_due)
    sender.ring()
    row = await settled(row, "delivered")
    first, second = site.hooks
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert [a.status_code for a in row.attempts.all()] == [503, 200]


@pytest.mark.parametrize(
    ("status", "error_class"),
    [(301, "redirect"), (400, "client_error"), (429, "client_error"), (500, "server_error")],
)
async def test_only_2xx_is_a_receipt_and_redirects_lead_nowhere(site, status, error_class):
    site.state.receiver.status = status
    result = await post(letter(site.receiver), AddressChecker([site.origin]))
    assert (result.status_code, result.error_class) == (status, error_class)
    assert len(site.hooks) == 1


async def test_retry_after_is_heard(site):
    site.state.receiver.status, site.state.receiver.retry_after = 429, "120"
    result = await post(letter(site.receiver), AddressChecker([site.origin]))
    assert result.retry_after_s == 120


def test_retry_after_in_seconds_dates_and_nonsense():
    later = timezone.now() + timedelta(seconds=90)
    assert retry_after_s("7") == 7
    assert 80 < retry_after_s(later.strftime("%a, %d %b %Y %H:%M:%S GMT")) <= 90
    assert retry_after_s("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert [retry_after_s(text) for text in ("", "soon", "-5", "٣")] == [None] * 4


async def test_gone_switches_the_endpoint_off(operator, site, start):
    site.state.receiver.status = 410
    row = await db(told, operator, site.receiver)
    start(site.origin).ring()
    row = await settled(row, "dead")
    assert row.endpoint.status == "disabled"


async def test_a_slow_receiver_is_given_up(site):
    site.state.receiver.delay_s = 30
    result = await post(letter(site.receiver), AddressChecker([site.origin]), total_s=0.3)
    assert (result.status_code, result.error_class) == (None, "timeout")
    assert 300 <= result.ms < 20_000


@pytest.mark.parametrize(
    "url",
    [
        "{origin}/receiver/",
        "http://localhost:{port}/receiver/",
        "http://0x7f000001:{port}/receiver/",
        "http://[::ffff:127.0.0.1]:{port}/receiver/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
    ],
)
async def test_private_addresses_are_refused_in_every_spelling(site, url):
    port = site.origin.rpartition(":")[2]
    result = await post(letter(url.format(origin=site.origin, port=port)), AddressChecker())
    assert (result.status_code, result.error_class) == (None, "address_refused")
    assert result.response_excerpt == ""
    assert not site.hooks


async def test_a_name_that_leads_elsewhere_on_second_look_is_dialled_where_it_was_checked(site):
    looks = []

    async def resolver(host: str, port: int) -> list[str]:
        looks.append(host)
        return ["127.0.0.1"] if len(looks) == 1 else ["10.0.0.1"]

    port = int(site.origin.rpartition(":")[2])
    checker = AddressChecker([f"hooks.example:{port}"], resolver=resolver)
    result = await post(letter(f"http://hooks.example:{port}/receiver/"), checker)
    assert (result.status_code, looks) == (200, ["hooks.example"])


async def test_an_address_that_was_not_checked_is_never_dialled(site):
    class Confused(AddressChecker):
        async def check_url(self, url: str) -> Pinned:
            return Pinned("127.0.0.1", 9, ("192.0.2.1",))

    result = await post(letter(site.receiver), Confused())
    assert result.error_class == "address_refused"
    assert not site.hooks


async def test_receivers_that_speak_nonsense_or_too_much(unused_tcp_port):
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answers.pop(0))
        writer.close()

    answers = [
        b"",
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n\x00\xff" + b"z" * 60_000,
    ]
    async with await asyncio.start_server(serve, "127.0.0.1", unused_tcp_port):
        origin = f"http://127.0.0.1:{unused_tcp_port}"
        checker = AddressChecker([origin])
        found = [await post(letter(origin + "/"), checker) for _ in range(4)]
    assert [(r.status_code, r.error_class) for r in found] == [
        (None, "connection_closed"),
        (None, "bad_response"),
        (None, "bad_response"),
        (200, ""),
    ]
    assert found[3].response_excerpt.startswith("\ufffd\ufffdzzz")
    assert len(found[3].response_excerpt) < 4000
    refused = await post(letter(origin + "/"), checker)
    assert refused.error_class == "connection_failed"
    no_tls = await post(letter("https://no-such-name.invalid/"), AddressChecker(resolver=_nobody))
    assert no_tls.error_class == "name_not_resolved"


async def _nobody(host: str, port: int) -> list[str]:
    raise socket.gaierror(socket.EAI_NONAME, "no such name")


async def test_a_receiver_that_hangs_delays_no_other(operator, site, start):
    release = asyncio.Event()

    async def hang(request: web.Request) -> web.Response:
        await release.wait()
        return web.Response()

    app = web.Application()
    app.router.add_post("/{name}", hang)
    async with TestServer(app) as stuck:
        origin = f"http://{stuck.host}:{stuck.port}"
        for _ in range(PLACES_AN_ENDPOINT + 2):
            await db(told, operator, f"{origin}/hook")
        row = await db(told, operator, site.receiver)
        start(site.origin, origin).ring()
        await settled(row, "delivered")
        stuck_rows = Delivery.objects.filter(url=f"{origin}/hook")

        async def so_many(count: int, status: str) -> None:
            rows = stuck_rows.filter(status=status)
            await until(lambda: db(lambda: rows.count() == count), f"{count} are {status}")

        await so_many(PLACES_AN_ENDPOINT, "sending")
        await so_many(2, "pending")
        release.set()
        await so_many(PLACES_AN_ENDPOINT + 2, "delivered")


async def test_a_sender_that_stops_gives_its_deliveries_back(operator, site, start):
    site.state.receiver.delay_s = 30
    row = await db(told, operator, site.receiver)
    sender = start(site.origin)

    async def arrived() -> bool:
        return bool(site.hooks)

    await until(arrived, "the receiver has it")
    await asyncio.to_thread(sender.stop)
    row = await settled(row, "pending")
    assert row.attempts.count() == 0
    site.state.receiver.delay_s = 0
    start(site.origin)
    await settled(row, "delivered")
    assert len({hook.headers["webhook-id"] for hook in site.hooks}) == 1


async def test_what_a_killed_worker_was_sending_is_sent_again_with_the_same_id(
    operator, site, start
):
    site.state.receiver.delay_s = 60
    row = await db(told, operator, site.receiver)
    name = str(connection.settings_dict["NAME"])
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.dashboard.sender_process", name, site.origin,
        cwd=BASE_DIR, env=os.environ | {"PYTHONPATH": str(BASE_DIR)},
    )  # fmt: skip
    try:

        async def arrived() -> bool:
            return bool(site.hooks)

        await until(arrived, "the receiver has it", timeout_s=60)
    finally:
        worker.kill()
        await worker.wait()
    row = await settled(row, "sending")
    site.state.receiver.delay_s = 0
    sender = start(site.origin)
    past = timezone.now() - timedelta(seconds=1)
    await db(Delivery.objects.filter(pk=row.pk).update, lease_until=past)
    sender.ring()
    row = await settled(row, "delivered")
    first, second = site.hooks
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == row.webhook_id
    assert first.body == second.body
    assert [a.error_class for a in row.attempts.all()] == ["interrupted", ""]


async def test_no_secret_reaches_logs_attempts_or_bodies(operator, admin, site, start, caplog):
    made = await db(endpoints.create, site.receiver, by=admin)
    await db(make_project, "other")
    row = await db(deliveries.ping, made.endpoint, by=admin)
    start(site.origin).ring()
    row = await settled(row, "delivered")
    seen = caplog.text + row.body + json.dumps(deliveries.as_dict(row), default=str)
    assert made.secret not in seen
    assert made.secret.removeprefix("whsec_") not in seen
    assert await db(Endpoint.objects.count) == 1
