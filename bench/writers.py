"""Many writers at once: parallel POSTs of sessions, while a worker runs what they ask for.

    python bench/writers.py [--posts 150] [--rounds 3] [--burn 0]

Prints how many were answered with what, and how long they took. `--burn` keeps so many other
processes busy meanwhile, since a loaded machine is where waiting for the database shows.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from stack import Stack, raise_session_limit, running

BODY = {
    "instructions": "nothing",
    "model": {"route": "scripted", "turns": [{"finish": {"text": "done", "success": True}}]},
}


@contextmanager
def burning(count: int) -> Iterator[None]:
    """So many processes that do nothing but compute."""
    command = [sys.executable, "-c", "while True: pass"]
    processes = [subprocess.Popen(command) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()


async def one(client: httpx.AsyncClient, stack: Stack) -> tuple[str, float]:
    """What a POST was answered with, and after how many seconds."""
    began = time.monotonic()
    headers = {
        "Authorization": f"Bearer {stack.api_key}",
        "Idempotency-Key": str(uuid.uuid4()),
    }
    answer = await client.post(stack.sessions, json=BODY, headers=headers)
    said = "created" if answer.status_code == 201 else str(answer.json().get("code"))
    return f"{answer.status_code} {said}", time.monotonic() - began


async def round_of(stack: Stack, posts: int) -> dict[str, Any]:
    """`posts` POSTs at the same time."""
    limits = httpx.Limits(max_connections=posts)
    async with httpx.AsyncClient(timeout=120, limits=limits) as client:
        found = await asyncio.gather(*(one(client, stack) for _ in range(posts)))
    times = sorted(seconds for _, seconds in found)
    return {
        "answers": dict(Counter(said for said, _ in found)),
        "p50_s": round(statistics.median(times), 2),
        "p95_s": round(times[int(len(times) * 0.95)], 2),
        "max_s": round(times[-1], 2),
        "load": round(os.getloadavg()[0], 1),
    }


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--posts", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--burn", type=int, default=0)
    options = parser.parse_args()
    rounds: list[dict[str, Any]] = []
    with running(rate_key="100000", rate_project="100000", rate_address="100000") as stack:
        raise_session_limit(stack, 10_000)
        with burning(options.burn):
            for _ in range(options.rounds):
                rounds.append(await round_of(stack, options.posts))
                print(rounds[-1], flush=True)
    print(json.dumps(rounds))


if __name__ == "__main__":
    asyncio.run(main())
