"""Downloads land on disk, under safe names, within their size."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from agents.browser.downloads import safe_name
from agents.browser.process import is_alive
from agents.browser.session import BrowserSession
from agents.errors import BrowserError


def attachment(body: bytes, name: str, media_type: str = "application/octet-stream"):
    async def serve(request):
        return web.Response(
            body=body,
            content_type=media_type,
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    return serve


@pytest_asyncio.fixture(loop_scope="session")
async def small_limit(driver, browser_handle, tmp_path):
    """A session that takes downloads up to 100,000 bytes."""
    session = await BrowserSession.open(
        browser_handle, downloads_dir=tmp_path / "downloads", max_download_bytes=100_000
    )
    yield session
    await session.close()


@pytest.mark.browser
async def test_a_clicked_download_is_stored(browser_session, site, tmp_path):
    site.add("/report.pdf", attachment(b"%PDF-1.7 words", "report 2024.pdf", "application/pdf"))
    await browser_session.page.goto(site.add("/a", "<a href=/report.pdf>get</a>"))

    await browser_session.page.click("a")
    file = await browser_session.next_download(timeout_s=30)

    assert (file.name, file.media_type, file.size_bytes) == (
        "report 2024.pdf",
        "application/pdf",
        14,
    )
    assert file.url == site.url("/report.pdf")
    assert Path(file.path).read_bytes() == b"%PDF-1.7 words"
    assert Path(file.path).parent == tmp_path / "downloads"
    assert browser_session.drain_downloads() == []
    assert browser_session.page.url == site.url("/a")


@pytest.mark.browser
async def test_downloads_of_one_name_stand_side_by_side(browser_session, site):
    site.add("/d", attachment(b"words", "data.csv", "text/csv"))
    await browser_session.page.goto(site.add("/a", "<a href=/d>get</a>"))
    names = []
    for _ in range(2):
        await browser_session.page.click("a")
        names.append((await browser_session.next_download()).name)
    assert names == ["data.csv", "data-2.csv"]


@pytest.mark.browser
async def test_downloads_from_a_link_in_a_new_tab_and_from_script(browser_session, site):
    site.add("/d", attachment(b"tab", "tab.txt"))
    await browser_session.page.goto(
        site.add(
            "/a",
            '<a id=tab href=/d target=_blank>get</a><button onclick="const a = '
            "document.createElement('a'); a.href = window.URL.createObjectURL(new Blob(['blob'])); "
            "a.download = 'blob.txt'; a.click()\">make</button>",
        )
    )

    await browser_session.page.click("#tab")
    assert (await browser_session.next_download()).name == "tab.txt"
    # The empty tab that headless shell opens for it goes again.
    async with asyncio.timeout(40):
        while not any(n.kind == "tab_closed" for n in browser_session.drain_notices()):
            await browser_session.idle()
    assert (await browser_session.state()).tab_count == 1
    await browser_session.page.click("button")
    made = await browser_session.next_download()
    assert (made.name, Path(made.path).read_bytes()) == ("blob.txt", b"blob")
    assert (await browser_session.state()).url == site.url("/a")


@pytest.mark.browser
async def test_playwrights_own_download_object_works_too(browser_session, site, tmp_path):
    site.add("/d", attachment(b"words", "data.bin"))
    await browser_session.page.goto(site.add("/a", "<a href=/d>get</a>"))

    async with browser_session.page.expect_download() as waiting:
        await browser_session.page.click("a")
    download = await waiting.value
    await download.save_as(tmp_path / "copy")

    assert (tmp_path / "copy").read_bytes() == b"words"
    assert (await browser_session.next_download()).name == "data.bin"


@pytest.mark.browser
async def test_an_announced_giant_is_refused(small_limit, site):
    site.add("/d", attachment(b"x" * 200_000, "giant.bin"))
    await small_limit.page.goto(site.add("/a", "<a href=/d>get</a>"))

    await small_limit.page.click("a")
    with pytest.raises(BrowserError, match="refused"):
        await small_limit.next_download(timeout_s=30)

    [notice] = small_limit.drain_notices()
    assert notice.kind == "download_refused" and "giant.bin" in notice.message
    assert small_limit.drain_downloads() == []


@pytest.mark.browser
async def test_a_download_without_end_is_cut(small_limit, site, tmp_path):
    ended = asyncio.Event()

    async def endless(request):
        response = web.StreamResponse(headers={"Content-Disposition": "attachment; filename=e"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 65536)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            ended.set()
        return response

    site.add("/d", endless)
    await small_limit.page.goto(site.add("/a", "<a href=/d>get</a>"))

    await small_limit.page.click("a")
    with pytest.raises(BrowserError, match="refused"):
        await small_limit.next_download(timeout_s=20)

    await asyncio.wait_for(ended.wait(), 30)
    assert [p for p in (tmp_path / "downloads").iterdir() if p.is_file()] == []


@pytest.mark.browser
async def test_a_download_that_breaks_off_is_told(browser_session, site):
    async def broken(request):
        response = web.StreamResponse(
            headers={"Content-Disposition": "attachment; filename=half.bin", "Content-Length": "99"}
        )
        await response.prepare(request)
        await response.write(b"half")
        request.transport.close()
        return response

    site.add("/d", broken)
    await browser_session.page.goto(site.add("/a", "<a href=/d>get</a>"))

    await browser_session.page.click("a")
    with pytest.raises(BrowserError, match="failed"):
        await browser_session.next_download(timeout_s=30)

    assert [n.kind for n in browser_session.drain_notices()] == ["download_failed"]
    with pytest.raises(BrowserError, match="Nothing"):
        await browser_session.next_download(timeout_s=0.1)  # told once


@pytest.mark.browser
async def test_waiting_for_a_download_that_never_comes_ends(browser_session):
    with pytest.raises(BrowserError, match="Nothing was downloaded within 0 s"):
        await browser_session.next_download(timeout_s=0.1)


@pytest.mark.browser
async def test_a_readopted_browser_downloads_to_its_new_place(
    browser_session, browser_handle, site, tmp_path
):
    site.add("/d", attachment(b"words", "data.bin"))
    await browser_session.page.goto(site.add("/a", "<a href=/d>get</a>"))
    await browser_session.detach()
    assert is_alive(browser_handle)

    again = await BrowserSession.open(browser_handle, downloads_dir=tmp_path / "other")
    await again.page.click("a")

    assert Path((await again.next_download()).path) == tmp_path / "other" / "data.bin"
    await again.detach()
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["data.bin"]


@pytest.mark.parametrize(
    ("suggested", "kept"),
    [
        ("plan.pdf", "plan.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        (".bashrc", "bashrc"),
        ("", "download"),
        ("...", "download"),
        ("a\x00b\n\u202ec.txt", "abc.txt"),
        ("CON.txt", "download-CON.txt"),
        ("was?<it>.csv", "wasit.csv"),
        ("straße.pdf", "straße.pdf"),
        ("\ud800broken.txt", "broken.txt"),
    ],
)
def test_names_are_made_safe(suggested, kept):
    assert safe_name(suggested) == kept


def test_long_names_keep_their_ending():
    name = safe_name("ü" * 500 + ".tar.gz")
    assert name.endswith(".gz") and len(name.encode()) <= 150
