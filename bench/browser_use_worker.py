"""Runs in browser-use's own environment: tells what browser-use sees of a tab, and how fast.

Reads one JSON line {"target": id, "runs": n} for each page from stdin, answers with one:
{"ms": [...], "text": str, "nodes": [backend node ids]} or {"error": str}.

    python browser_use_worker.py CDP_URL
"""

import asyncio
import json
import logging
import os
import sys
import time

os.environ["ANONYMIZED_TELEMETRY"] = "false"
os.environ["BROWSER_USE_SETUP_LOGGING"] = "false"

from browser_use.browser import BrowserSession
from browser_use.dom.service import DomService


async def look(session: BrowserSession, target: str, runs: int) -> dict[str, object]:
    """Its observation of one tab, `runs` times; only the DOM service is timed, no screenshot."""
    await session.get_or_create_cdp_session(target_id=target, focus=True)
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        state, _root, _timing = await DomService(session).get_serialized_dom_tree()
        text = state.llm_representation()
        times.append((time.perf_counter() - started) * 1000)
    nodes = [node.backend_node_id for node in state.selector_map.values()]
    return {"ms": times, "text": text, "nodes": nodes}


async def main(cdp_url: str) -> None:
    """Serve requests until stdin ends."""
    logging.disable(logging.CRITICAL)
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever the library prints must not mix with the answers
    session = BrowserSession(cdp_url=cdp_url, keep_alive=True)
    await session.start()
    answers.write(json.dumps({"ready": True}) + "\n")
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        request = json.loads(line)
        try:
            answer = await asyncio.wait_for(look(session, request["target"], request["runs"]), 120)
        except Exception as error:  # reported to the bench, which goes on with the next page
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
