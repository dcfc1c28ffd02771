"""One real model, run locally, over HTTP. Collected when the localmodel extra is there."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agents.model.routes import build_route
from agents.ports import Act, Ask, Finish
from tests.agents.model.builders import make_settings, make_turn

pytestmark = [pytest.mark.localmodel, pytest.mark.timeout(560)]

SERVER = Path(__file__).with_name("local_server.py")


@pytest.fixture
async def address() -> AsyncIterator[str]:
    """Where the model listens."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(SERVER),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        while b"http" not in (line := await process.stdout.readline()):
            assert line, "the model server ended before it listened"
        yield line.decode().strip()
    finally:
        process.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def test_a_local_model_decides_over_http(address: str) -> None:
    settings = make_settings(
        model="openai-compatible:smollm2",
        base_url=f"{address}/v1",
        tool_mode="json",
        timeout_s=240,
    )
    config = {"model": "openai-compatible:smollm2", "temperature": 0, "max_output_tokens": 500}
    route = build_route(config, settings=settings, stub="")
    turn = make_turn(instructions="Finish at once. The answer is: hello.")
    try:
        reply = await route.decide(turn)
    finally:
        await route.aclose()
    assert isinstance(reply.decision, (Act, Ask, Finish))
    assert reply.usage.input_tokens > 100 and reply.usage.output_tokens > 0
    assert reply.usage.cost_usd is None
    assert turn.deltas  # type: ignore[attr-defined]
