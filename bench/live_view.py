"""Figures of the live view, against a bare screencast reader on the same browser in the same run.

    python bench/live_view.py [--seconds 5] [--rounds 3] [--server daphne|uvicorn] [--json FILE]

Starts a browser and a web server process that serves its live view; viewers are websocket
clients of this process. Frames per second and delays are measured with the bare reader and one
viewer side by side, so that both meet the same load. CPU is the process time of the browser's
processes plus the server's, as the kernel counts it, for each captured frame (a machine with other
work captures fewer); the viewers' own time is left out.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from agents.browser.cdp import CdpConnection
from agents.browser.frames import decode_frame
from agents.browser.hub import FrameHub
from agents.browser.process import BrowserHandle, BrowserOptions, launch, terminate
from agents.browser.screencast import Screencast
from agents.browser.viewing import ViewerConnection

VIEWERS = 20
PORT_VARIABLE = "LIVE_VIEW_BENCH_PORT"
TARGETS = {
    "fps_ratio": (">=", 0.9),
    "added_ms_p50": ("<=", 15.0),
    "cpu_ratio_20_to_1": ("<=", 1.5),
    "static_cpu_percent": ("<=", 5.0),
    "casts_when_unwatched": ("<=", 0),
}
ANIMATED = """<!doctype html><title>animated</title><style>body{margin:0;font:16px sans-serif}
.card{width:300px;display:inline-block;margin:8px;padding:8px;border:1px solid #888}
#mover{position:fixed;top:100px;width:320px;height:240px;
background:linear-gradient(45deg,#c33,#3c3,#33c)}</style><div id=cards></div><div id=mover></div>
<script>cards.innerHTML=Array.from({length:24},(_,i)=>`<div class=card><h3>Product ${i}</h3>
<p>A description of some length that fills a few lines of the card with plain text.</p>
<b>${(i*7.35).toFixed(2)} GBP</b></div>`).join('');
let n=0;
(function step(){n++;mover.style.left=(n*7%960)+'px';requestAnimationFrame(step)})()</script>"""
STILL = ANIMATED.replace("requestAnimationFrame(step)", "")


# --- the server under test: `app` is what daphne or uvicorn runs ---------------------------------

_hub: FrameHub | None = None


def _shared_hub() -> FrameHub:
    global _hub
    if _hub is None:
        port = int(os.environ[PORT_VARIABLE])

        async def source(key: str) -> Screencast:
            return Screencast(port)

        _hub = FrameHub(source)
    return _hub


async def app(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """The socket of one viewer, as bare ASGI."""
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept"})

    async def send_bytes(data: bytes) -> None:
        await send({"type": "websocket.send", "bytes": data})

    async def send_text(text: str) -> None:
        await send({"type": "websocket.send", "text": text})

    viewer = ViewerConnection(_shared_hub(), "s", send_bytes=send_bytes, send_text=send_text)
    pump = asyncio.ensure_future(viewer.run())
    try:
        while (message := await receive())["type"] == "websocket.receive":
            await viewer.receive(message["text"])
    finally:
        pump.cancel()
        await asyncio.gather(pump, return_exceptions=True)


# --- measuring ---------------------------------------------------------------------------------


@dataclass
class Sample:
    """What one reader saw. delays_ms: from the browser's showing a frame to having it here."""

    seconds: float = 0.0
    frames: int = 0
    bytes: int = 0
    numbers: list[int] = field(default_factory=list)
    delays_ms: list[float] = field(default_factory=list)
    here_at: dict[float, float] = field(default_factory=dict)  # shown at -> had here at

    def take(self, size: int, shown_at: float, number: int) -> None:
        self.frames += 1
        self.numbers.append(number)
        self.bytes += size
        now = time.time()
        self.delays_ms.append((now - shown_at) * 1000)
        self.here_at[shown_at] = now

    @property
    def fps(self) -> float:
        return self.frames / self.seconds if self.seconds else 0.0

    @property
    def captured(self) -> int:
        """Frames that the cast made meanwhile, those that this viewer skipped included."""
        return self.numbers[-1] - self.numbers[0] + 1 if self.numbers else 0

    @property
    def delay_ms(self) -> float:
        return statistics.median(self.delays_ms) if self.delays_ms else float("nan")


@dataclass
class Load:
    """A number of viewers at once, and the CPU-ms that the browser and the server took."""

    samples: list[Sample]
    used: dict[str, float]

    @property
    def fps(self) -> float:
        return statistics.mean(sample.fps for sample in self.samples)

    @property
    def cpu_ms_per_frame(self) -> float:
        captured = max(sample.captured for sample in self.samples)
        return sum(self.used.values()) / max(1, captured)

    def rate(self, name: str) -> float:
        return self.used[name] / self.samples[0].seconds


class Cpu:
    """CPU-ms of the browser's processes and of the server's since it was made."""

    def __init__(self, browser_pid: int, server_pid: int) -> None:
        self._pids = {"browser": browser_pid, "server": server_pid}
        self._before = {name: _cpu_ms(pid) for name, pid in self._pids.items()}

    def used(self) -> dict[str, float]:
        return {name: _cpu_ms(pid) - self._before[name] for name, pid in self._pids.items()}


def _cpu_ms(pid: int) -> float:
    parent = psutil.Process(pid)
    total = 0.0
    for process in (parent, *parent.children(recursive=True)):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += (times.user + times.system) * 1000
    return total


async def read_bare(debug_port: int, seconds: float) -> Sample:
    """The least that a screencast reader can do: attach, acknowledge, decode."""
    sample = Sample()
    counting = False
    cdp = await CdpConnection.connect(debug_port)

    def on_event(method: str, params: dict[str, Any], session: str | None) -> None:
        if method != "Page.screencastFrame":
            return
        cdp.post("Page.screencastFrameAck", {"sessionId": params["sessionId"]}, session_id=session)
        if counting:
            jpeg = base64.b64decode(params["data"])
            sample.take(len(jpeg), params["metadata"]["timestamp"], sample.frames)

    cdp.on(on_event)
    session = await attach(cdp)
    params = {"format": "jpeg", "quality": 70, "maxWidth": 1280, "maxHeight": 1280}
    await cdp.call("Page.startScreencast", params, session_id=session)
    await asyncio.sleep(0.5)
    counting, started = True, time.perf_counter()
    await asyncio.sleep(seconds)
    sample.seconds = time.perf_counter() - started
    await cdp.close()
    return sample


async def read_viewers(
    url: str, count: int, seconds: float, cpu: Callable[[], Cpu]
) -> tuple[list[Sample], dict[str, float]]:
    """`count` viewers of the live view at once; what each saw, and the CPU it took."""
    samples = [Sample() for _ in range(count)]
    counting = False

    async def view(session: aiohttp.ClientSession, sample: Sample) -> None:
        async with session.ws_connect(url, max_msg_size=0) as ws:
            async for message in ws:
                if message.type is aiohttp.WSMsgType.BINARY:
                    await ws.send_str('{"type":"ack"}')
                    if counting:
                        frame = decode_frame(message.data)
                        sample.take(len(message.data), frame.timestamp, frame.number)

    async with aiohttp.ClientSession() as session:
        tasks = [asyncio.ensure_future(view(session, sample)) for sample in samples]
        await asyncio.sleep(0.5 + count * 0.02)
        meter = cpu()
        counting, started = True, time.perf_counter()
        await asyncio.sleep(seconds)
        used = meter.used()
        for sample in samples:
            sample.seconds = time.perf_counter() - started
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return samples, used


async def attach(cdp: CdpConnection) -> str:
    infos = (await cdp.call("Target.getTargets"))["targetInfos"]
    target = next(info["targetId"] for info in infos if info["type"] == "page")
    attached = await cdp.call("Target.attachToTarget", {"targetId": target, "flatten": True})
    return str(attached["sessionId"])


async def show(debug_port: int, html: str) -> None:
    cdp = await CdpConnection.connect(debug_port)
    session = await attach(cdp)
    encoded = base64.b64encode(html.encode()).decode()
    url = f"data:text/html;base64,{encoded}"
    await cdp.call("Page.navigate", {"url": url}, session_id=session)
    await cdp.close()
    await asyncio.sleep(1.0)  # the first paint, and what the browser does after it


async def watched(debug_port: int) -> bool:
    """Whether anybody is attached to the page, as a screencast must be."""
    cdp = await CdpConnection.connect(debug_port)
    infos = (await cdp.call("Target.getTargets"))["targetInfos"]
    await cdp.close()
    return any(info["attached"] for info in infos if info["type"] == "page")


async def serve(server: str, debug_port: int) -> tuple[asyncio.subprocess.Process, str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    where = str(Path(__file__).parent)
    arguments = {
        "daphne": ["-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "live_view:app"],
        "uvicorn": [
            "-m",
            "uvicorn",
            "--port",
            str(port),
            "--log-level",
            "warning",
            "live_view:app",
        ],
    }[server]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        cwd=where,
        env={**os.environ, PORT_VARIABLE: str(debug_port), "PYTHONPATH": where},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    for _ in range(200):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return process, f"http://127.0.0.1:{port}/"
        except OSError:
            await asyncio.sleep(0.05)
    raise SystemExit(f"{server} did not start")


async def measure(handle: BrowserHandle, options: argparse.Namespace) -> dict[str, Any]:
    server, url = await serve(options.server, handle.debug_port)
    seconds = options.seconds

    def cpu() -> Cpu:
        return Cpu(handle.pid, server.pid)

    try:
        await show(handle.debug_port, ANIMATED)
        bare, beside = [], []
        alone: dict[int, list[Load]] = {1: [], VIEWERS: []}
        for _ in range(options.rounds):  # by turns, so that a noisy minute hits all alike
            (sample, _), bare_sample = await asyncio.gather(
                read_viewers(url, 1, seconds, cpu), read_bare(handle.debug_port, seconds)
            )
            bare.append(bare_sample)
            beside += sample
            for count, loads in alone.items():
                loads.append(Load(*await read_viewers(url, count, seconds, cpu)))
        await asyncio.sleep(1.0)
        left_attached = await watched(handle.debug_port)
        meter = cpu()
        await asyncio.sleep(seconds)
        unwatched = meter.used()

        await show(handle.debug_port, STILL)
        samples, still = await read_viewers(url, 1, max(seconds, 10), cpu)
        result = figures(bare, beside, alone[1], alone[VIEWERS])
        return result | {
            "static_cpu_percent": round(sum(still.values()) / samples[0].seconds / 10, 2),
            "static_frames": samples[0].frames,
            "server_cpu_ms_per_s_unwatched": round(unwatched["server"] / seconds, 2),
            "casts_when_unwatched": int(left_attached),
        }
    finally:
        server.terminate()
        await server.wait()


def figures(
    bare: list[Sample], beside: list[Sample], one: list[Load], many: list[Load]
) -> dict[str, Any]:
    """Medians over the rounds. CPU figures are CPU-ms a second: 1000 is one core."""
    pairs = list(zip(beside, bare, strict=True))
    median = statistics.median
    # Frames that both readers were sent: how much later the viewer had the same picture.
    added = [
        (here - b.here_at[shown]) * 1000
        for a, b in pairs
        for shown, here in a.here_at.items()
        if shown in b.here_at
    ] or [float("nan")]
    cost_one = median(load.cpu_ms_per_frame for load in one)
    cost_many = median(load.cpu_ms_per_frame for load in many)
    return {
        "bare_fps": round(median(sample.fps for sample in bare), 1),
        "viewer_fps": round(median(sample.fps for sample in beside), 1),
        "fps_ratio": round(median(a.fps / b.fps for a, b in pairs), 3),
        "bare_delay_ms_p50": round(median(sample.delay_ms for sample in bare), 1),
        "viewer_delay_ms_p50": round(median(sample.delay_ms for sample in beside), 1),
        "added_ms_p50": round(median(added), 1),
        "added_ms_frames": len(added),
        "kib_per_frame": round(
            sum(s.bytes for s in beside) / max(1, sum(s.frames for s in beside)) / 1024
        ),
        "fps_1_viewer": round(median(load.fps for load in one), 1),
        "fps_20_viewers": round(median(load.fps for load in many), 1),
        "browser_cpu_ms_per_s_1_viewer": round(median(load.rate("browser") for load in one), 1),
        "server_cpu_ms_per_s_1_viewer": round(median(load.rate("server") for load in one), 1),
        "browser_cpu_ms_per_s_20_viewers": round(median(load.rate("browser") for load in many), 1),
        "server_cpu_ms_per_s_20_viewers": round(median(load.rate("server") for load in many), 1),
        "cpu_ms_per_frame_1_viewer": round(cost_one, 2),
        "cpu_ms_per_frame_20_viewers": round(cost_many, 2),
        "cpu_ratio_20_to_1": round(cost_many / cost_one, 2),
    }


def table(result: dict[str, Any]) -> str:
    lines = []
    for name, value in result.items():
        sign, target = TARGETS.get(name, ("", None))
        verdict = ""
        if target is not None:
            met = value >= target if sign == ">=" else value <= target
            verdict = f"{sign} {target:<6} {'met' if met else 'MISSED'}"
        lines.append(f"{name:<32}{value!s:>10}  {verdict}".rstrip())
    return "\n".join(lines)


async def main(options: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="live-view-bench-") as directory:
        handle = await launch(
            BrowserOptions(), user_data_dir=Path(directory) / "profile", proxy_port=None
        )
        try:
            return {"server": options.server, **await measure(handle, options)}
        finally:
            await terminate(handle)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--server", choices=("daphne", "uvicorn"), default="daphne")
    parser.add_argument("--json", type=Path, help="also write the figures there")
    chosen = parser.parse_args()
    outcome = asyncio.run(main(chosen))
    print(json.dumps(outcome))
    print(table(outcome))
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(outcome, indent=2) + "\n")
