"""A browser in a network namespace of its own: what it reaches, and that it ends as a whole."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from agents.browser.addresses import AddressChecker
from agents.browser.egress import EgressProxy
from agents.browser.process import (
    BrowserHandle,
    BrowserOptions,
    find_orphans,
    is_alive,
    launch,
    network_namespaces,
    terminate,
)
from agents.browser.session import BrowserSession
from tests.agents.browser.conftest import Site

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not network_namespaces(), reason="this system gives no namespaces"),
]
PATIENCE_S = 30


@pytest_asyncio.fixture(loop_scope="session")
async def proxy(site: Site) -> AsyncIterator[EgressProxy]:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    made = EgressProxy(AddressChecker(["127.0.0.0/8"], resolver=resolve))
    await made.start()
    yield made
    await made.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def handle(proxy: EgressProxy, tmp_path: Path) -> AsyncIterator[BrowserHandle]:
    options = BrowserOptions(own_network=True)
    made = await launch(options, user_data_dir=tmp_path / "b" / "profile", proxy_port=proxy.port)
    yield made
    await terminate(made)


def browsers(handle: BrowserHandle) -> list[psutil.Process]:
    """The browser's processes, without the one that keeps its doors."""
    return psutil.Process(handle.pid).children(recursive=True)


async def gone(processes: list[psutil.Process]) -> None:
    _, left = await asyncio.to_thread(psutil.wait_procs, processes, PATIENCE_S)
    assert left == []


async def test_pages_load_through_the_proxy_and_nothing_else_is_there(
    driver: None, site: Site, handle: BrowserHandle, tmp_path: Path
) -> None:
    port = site.origin.rpartition(":")[2]
    for _ in range(2):  # the second time as another worker does
        session = await BrowserSession.open(handle, downloads_dir=tmp_path / "downloads")
        await session.page.goto(f"http://shop.test:{port}/blank")
        assert await session.page.title() == "blank"
        await session.detach()
    ours = Path("/proc/self/ns/net").readlink()
    for process in browsers(handle):
        assert Path(f"/proc/{process.pid}/ns/net").readlink() != ours
    inside = Path(f"/proc/{browsers(handle)[0].pid}/net/dev").read_text().splitlines()[2:]
    assert [line.partition(":")[0].strip() for line in inside] == ["lo"]


async def test_it_ends_whole_and_is_found_when_nobody_claims_it(
    handle: BrowserHandle, tmp_path: Path
) -> None:
    found = find_orphans(tmp_path / "b", set(), min_age_s=0)
    assert [(orphan.pid, orphan.debug_port) for orphan in found] == [
        (handle.pid, handle.debug_port)
    ]
    family = browsers(handle)
    await terminate(handle)
    await gone(family)
    assert not is_alive(handle)


async def test_a_browser_does_not_outlive_its_keeper(handle: BrowserHandle) -> None:
    family = browsers(handle)
    os.kill(handle.pid, signal.SIGKILL)
    await gone(family)
    await terminate(handle)


async def test_the_keeper_ends_with_its_browser(handle: BrowserHandle) -> None:
    keeper = psutil.Process(handle.pid)
    main = keeper.children()[0]
    main.kill()
    await gone([keeper])
    assert not is_alive(handle)


TELLS_NOBODY = f"""#!{sys.executable}
import socket, sys
given = next(w for w in sys.argv if w.startswith("--remote-debugging-port="))
server = socket.create_server(("127.0.0.1", int(given.partition("=")[2])))
while True:
    server.accept()[0].close()
"""


async def test_a_browser_that_keeps_its_given_port_to_itself_is_found(
    proxy: EgressProxy, tmp_path: Path
) -> None:
    """The full Chromium notes its port in a file only when it has chosen the port itself."""
    browser = tmp_path / "chromium"
    browser.write_text(TELLS_NOBODY)
    browser.chmod(0o755)
    options = BrowserOptions(executable=str(browser), own_network=True)
    handle = await launch(options, user_data_dir=tmp_path / "b", proxy_port=proxy.port)
    reader, writer = await asyncio.open_connection("127.0.0.1", handle.debug_port)
    assert await reader.read() == b"", "it was the one inside that hung up"
    writer.close()
    await terminate(handle)
