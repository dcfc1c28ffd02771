"""Event streams under load: what 1,000 idle clients cost, and how late events arrive.

    python bench/api.py [--clients 1000] [--idle-s 30] [--tasks 50] [--pause-s 5]

Prints a table and one JSON line. CPU is process time, not wall time. The latency is from the
event's commit time to its arrival in a client in this process, with all tasks running at once.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from stack import Stack, raise_session_limit, running


async def open_stream(stack: Stack, session: dict[str, Any]) -> asyncio.StreamReader:
    """A raw event stream, past its response head."""
    parts = urlsplit(stack.base)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    path = f"{urlsplit(stack.sessions).path}/{session['id']}/tasks/{session['tasks'][0]['id']}"
    writer.write(
        f"GET {path}/events HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        f"Authorization: Bearer {stack.api_key}\r\n\r\n".encode()
    )
    await writer.drain()
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n", 1)[0]:
        raise RuntimeError(head.decode())
    reader._keep = writer  # type: ignore[attr-defined] # the connection ends with its writer
    return reader


async def idle_clients(stack: Stack, count: int, idle_s: float) -> dict[str, float]:
    """Memory and CPU of the web process while `count` clients wait for events."""
    session = stack.post(
        stack.sessions,
        {"instructions": "wait", "model": {"route": "scripted", "turns": [{"delay_s": 600}]}},
    )
    web = stack.child("dashboard.web")
    warm = [await open_stream(stack, session) for _ in range(10)]
    await asyncio.sleep(2)
    before = web.memory_full_info().uss
    gate = asyncio.Semaphore(20)

    async def one() -> asyncio.StreamReader:
        async with gate:
            return await open_stream(stack, session)

    streams = await asyncio.gather(*(one() for _ in range(count)))
    await asyncio.sleep(5)
    cpu = sum(web.cpu_times()[:2])
    began = time.monotonic()
    await asyncio.sleep(idle_s)
    spent = sum(web.cpu_times()[:2]) - cpu
    wall = time.monotonic() - began
    after = web.memory_full_info().uss
    for reader in (*warm, *streams):
        reader._keep.close()  # type: ignore[attr-defined]
    return {
        "clients": count,
        "memory_mb": round((after - before) / 1e6, 1),
        "kb_a_client": round((after - before) / count / 1e3, 1),
        "cpu_percent_of_core": round(spent / wall * 100, 2),
    }


def busy_script(steps: int, pause_s: float) -> list[dict[str, Any]]:
    """A task that keeps emitting events: short code, and pauses as a model's thinking makes."""
    turns: list[dict[str, Any]] = []
    for index in range(steps):
        turns += [{"delay_s": pause_s}, {"code": f"await page.title()\n{index}"}]
    return [*turns, {"finish": {"text": "done", "success": True}}]


async def latencies(stack: Stack, tasks: int, steps: int, pause_s: float) -> dict[str, float]:
    """Commit to arrival of step events, while all `tasks` tasks run.

    Counted from when the last of them has taken its first step until the first one ends: the
    start of so many browsers at once is a load of another kind.
    """
    found: list[float] = []
    stepped, ended = 0, 0

    async def follow(session: dict[str, Any]) -> None:
        nonlocal stepped, ended
        reader = await open_stream(stack, session)
        while line := await reader.readline():
            if not line.startswith(b"data:"):
                continue
            event = json.loads(line[5:])
            if event["type"] == "task.step_completed" and event["data"]["step"] == 1:
                stepped += 1
            if event["type"] == "task.completed":
                ended += 1
                return
            if stepped == tasks and not ended and event["type"].startswith("task.step"):
                committed = datetime.fromisoformat(event["occurred_at"]).timestamp()
                found.append((time.time() - committed) * 1000)

    sessions = [
        stack.post(
            stack.sessions,
            {
                "instructions": "busy",
                "model": {"route": "scripted", "turns": busy_script(steps, pause_s)},
            },
        )
        for _ in range(tasks)
    ]
    await asyncio.gather(*(follow(session) for session in sessions))
    ordered = sorted(found)
    return {
        "tasks": tasks,
        "pause_s": pause_s,
        "events": len(ordered),
        "p50_ms": round(statistics.median(ordered), 1),
        "p95_ms": round(ordered[int(len(ordered) * 0.95)], 1),
        "max_ms": round(ordered[-1], 1),
    }


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--idle-s", type=float, default=30)
    parser.add_argument("--tasks", type=int, default=50)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--pause-s", type=float, default=5.0)
    options = parser.parse_args()
    result: dict[str, Any] = {}
    with running(max_runs=str(options.tasks + 4)) as stack:
        raise_session_limit(stack, 500)
        result["idle"] = await idle_clients(stack, options.clients, options.idle_s)
        result["latency"] = await latencies(stack, options.tasks, options.steps, options.pause_s)
    for name, figures in result.items():
        print(name)
        for key, value in figures.items():
            print(f"  {key:24} {value}")
    print(json.dumps(result))


if __name__ == "__main__":
    asyncio.run(main())
