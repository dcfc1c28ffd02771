"""Values that nobody else knows go through the whole product: no door, row, file, log has them."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.agents.guard import canaries
from tests.e2e.doors import done, session_of
from tests.e2e.stack import Stack
from tests.sites.hostile.server import HOST, bound_socket

# What is written is clean before any database gets it; on SQLite its file is looked through, too.
pytestmark = [pytest.mark.browser, pytest.mark.once]
READ = """await page.fill("#field", variables["{0}"])
await page.fill("#pw", variables["{1}"])
await page.click("#more")
text = await page.inner_text("body")
print(text)
await files.save_text("notes.txt", text)
{{"text": text, "title": await page.title(), "url": page.url, text[:50]: 1}}"""
FAIL = """await download("#save")
await download("#keep")
raise ValueError((await page.inner_text("body"))[:3000])"""


@pytest.fixture(scope="module")
def echo() -> Iterator[str]:
    """Address of the page that repeats what is typed."""

    class Echo(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = canaries.PAGE.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            return None

    with bound_socket() as free:
        address = free.getsockname()
    server = ThreadingHTTPServer(address, Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://{HOST}:{server.server_port}/echo"
    server.shutdown()
    server.server_close()


def files_of(directory: Path) -> Iterator[tuple[str, str]]:
    """Rows, logs and stored files as text, browser profiles and pictures left out."""
    # Browsers come and go meanwhile: their folders are not even entered.
    for folder, below, names in os.walk(directory):
        below[:] = [name for name in below if name not in ("browsers", "profiles")]
        for path in (Path(folder, name) for name in names):
            with suppress(FileNotFoundError):  # what is gone by now holds nothing
                data = path.read_bytes() if path.is_file() else b""
                if not data.startswith(b"\xff\xd8"):
                    yield str(path.relative_to(directory)), data.decode("utf-8", "replace")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_leaves_the_product(api: httpx.Client, stack: Stack, echo: str, seed: int) -> None:
    dice = random.Random(seed)
    made = canaries.make(dice)
    values = {name: made[name] for name in dice.sample(sorted(made), 2)}
    gossip = " and ".join(values.values())
    names = list(values)
    with session_of(
        api,
        stack,
        {"code": READ.format(*names)},
        {"code": FAIL},
        {"ask": {"prompt": "Is that all?"}},
        done(),
        instructions=f"Type {gossip}",
        start_url=echo,
        metadata={"note": gossip},
        callback_url=f"{echo}/hook",
        variables={name: {"value": value, "sensitive": True} for name, value in values.items()},
    ) as run:
        asked = run.until("task.input_request")
        said = api.post(f"{run.path}/messages", json={"content": f"It is {gossip}"})
        assert said.status_code < 300, said.text
        run.answer(asked, "yes")
        ended = run.end()
        assert ended["terminal_reason"] == "done", run.events[-6:]
        typed = [e for e in run.events if e["type"] == "task.step_completed"]
        assert f"{{{{{names[0]}}}}}" in str(typed), "the page repeated it"
        seen = {
            "events": str(run.events), "session": str(run.session()), "task": str(run.task()),
            "deliveries": api.get(f"{run.root}/deliveries?include_payload=true").text,
        }  # fmt: skip
        for kind in ("observation", "output", "download"):
            for artifact in run.artifacts(kind):
                content = api.get(f"{run.path}/artifacts/{artifact['id']}")
                seen[f"{kind} {artifact['id']}"] = f"{artifact['name']} {content.text}"
    seen |= dict(files_of(stack.data_dir))
    leaks = {where: found for where, text in seen.items() if (found := canaries.hits(text, values))}
    assert not leaks, {where: found[:3] for where, found in list(leaks.items())[:5]}
