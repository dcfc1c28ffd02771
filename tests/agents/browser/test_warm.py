"""Spare browsers: there before a session asks, nobody's orphans, never handed out dead."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.browser.process import (
    BrowserHandle,
    BrowserOptions,
    find_orphans,
    is_alive,
    terminate,
)
from agents.browser.session import BrowserSession
from agents.browser.warm import WarmPool
from agents.errors import BrowserError

pytestmark = pytest.mark.browser


async def test_a_spare_becomes_a_session_and_another_takes_its_place(driver, tmp_path):
    closed: list[int] = []
    ports = iter([40001, 40002, 40003, 40004])

    async def open_proxy():
        return next(ports)

    async def close_proxy(port):
        closed.append(port)

    pool = WarmPool(
        BrowserOptions(), root_dir=tmp_path, open_proxy=open_proxy, close_proxy=close_proxy
    )
    pool.start()
    await pool.filled()
    assert pool.ready == 1
    # A spare has no session, yet it is nobody's orphan while its pool's process lives.
    assert find_orphans(tmp_path, set(), min_age_s=0) == []

    handle = await pool.take()
    try:
        assert handle.proxy_port == 40001
        await pool.filled()
        assert pool.ready == 1
        assert [o.pid for o in find_orphans(tmp_path, set(), min_age_s=0)] == [handle.pid]
        session = await BrowserSession.open(handle, downloads_dir=tmp_path / "downloads")
        assert (await session.state()).url == "about:blank"
        await session.detach()
        await pool.aclose()
        assert is_alive(handle)
        assert closed == [40002]
        assert [p.name for p in tmp_path.glob("b-*")] == [Path(handle.user_data_dir).name]
    finally:
        await terminate(handle)


async def test_a_dead_spare_is_not_handed_out(tmp_path):
    pool = WarmPool(BrowserOptions(), root_dir=tmp_path)
    pool.start()
    await pool.filled()
    [directory] = tmp_path.glob("b-*")
    [spare] = find_orphans_of_this_pool(tmp_path)
    await terminate(spare)

    handle = await pool.take()

    assert is_alive(handle) and handle.pid != spare.pid
    assert not directory.exists()
    await pool.aclose()
    await terminate(handle)


def find_orphans_of_this_pool(root: Path) -> list[BrowserHandle]:
    """All browsers under `root`, spares included."""
    for note in root.glob("b-*/owner"):
        note.unlink()
    return find_orphans(root, set(), min_age_s=0)


async def test_a_pool_without_a_browser_gives_the_error_to_who_asks(tmp_path):
    pool = WarmPool(BrowserOptions(executable="/no/such/browser"), root_dir=tmp_path)
    pool.start()
    await pool.filled()

    with pytest.raises(BrowserError, match="does not exist"):
        await pool.take()

    await pool.aclose()
    assert list(tmp_path.glob("b-*")) == []
