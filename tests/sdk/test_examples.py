"""The examples run as they stand, and the two clients stay twins."""

from __future__ import annotations

import ast
import asyncio
import inspect
import os
import re
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
import web_agent.v1
import web_agent.v1.sync

from tests.sdk.fake import BASE, KEY, NOW, PROJECT, SESSIONS, Fake, frame, task

SDK = Path(__file__).parents[2] / "sdk"
# Those of agents run against the real server: tests/e2e/test_agent_examples.py.
EXAMPLES = sorted(
    path.name for path in (SDK / "examples").glob("*.py") if not path.name.startswith("agent_")
)
DONE = frame(9, "task.completed", terminal_reason="done")
ASKED = frame(2, "task.input_request", request_id="ir_1", id="ir_1", prompt="Which?", choices=[])


def prepare(fake: Fake) -> None:
    """Everything that any example asks for."""
    fake.task = task(status="done", output=["one", "two"])
    first = frame(1, "task.status_changed", status="running")
    fake.plans = [[first, ASKED, DONE], [DONE]]
    artifacts = f"{SESSIONS}/sess_1/tasks/task_2/artifacts"
    fake.answer("GET", artifacts, {"items": [{"id": "art_1", "name": "a.txt"}]})
    fake.answer("GET", f"{artifacts}/art_1", b"file")
    research = "/v1/deep_research"
    fake.answer("POST", research, {"task_id": "task_1", "session_id": "sess_1"}, 201)
    fake.answer("POST", f"{research}/task_1/intervene", {})
    fake.answer("GET", f"{research}/task_1/artifacts", [{"id": "art_2", "name": "final.md"}])
    fake.answer("GET", f"{research}/task_1/artifacts/art_2", b"# Report")
    search = f"{BASE}/web_search"
    hit = {"title": "T", "url": "http://x/"}
    found = {"task_id": "t", "status": "done", "results": {"results": [hit]}}
    fake.answer("POST", search, {"task_id": "t", "status": "running"}, 202)
    fake.answer("GET", f"{search}/t", found)
    fake.answer("POST", f"{search}/t/refine", found)
    monitors = f"{BASE}/track/monitors"
    fake.answer("POST", monitors, {"id": "m"}, 201)
    fake.answer("POST", f"{monitors}/m/run_now", {"status": "done", "triggered": False})
    page = {"items": [{"id": "snap_1", "created_at": NOW}], "next_cursor": None}
    fake.answer("GET", f"{monitors}/m/snapshots", page)
    fake.answer("PATCH", f"{monitors}/m", {"id": "m"})


@pytest.mark.parametrize("name", EXAMPLES)
async def test_examples_run(fake: Fake, name: str, tmp_path: Path) -> None:
    prepare(fake)
    environ = {
        **os.environ,
        "PYTHONPATH": str(SDK / "src"),
        "WEBAGENT_API_KEY": KEY,
        "WEBAGENT_PROJECT_ID": PROJECT,
        "WEBAGENT_BASE_URL": fake.url,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-W",
        "error",
        str(SDK / "examples" / name),
        cwd=tmp_path,
        env=environ,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await process.communicate(b"blue\n")
    assert process.returncode == 0, errors.decode()
    assert out.strip()
    assert KEY not in out.decode() + errors.decode()


def methods(client: Any) -> dict[str, list[str]]:
    """Public methods of every resource, with their parameters."""
    found = {}
    for name, resource in vars(client).items():
        if not name.startswith("_"):
            for method, function in inspect.getmembers(resource, inspect.ismethod):
                if not method.startswith("_"):
                    found[f"{name}.{method}"] = list(inspect.signature(function).parameters)
    return found


def test_the_twins_of_agents_offer_the_same() -> None:
    for name in ("Web", "WebAgent", "WebAgentSession"):
        one, other = (getattr(module, name) for module in (web_agent.v1, web_agent.v1.sync))
        mine = {n: f for n, f in vars(one).items() if inspect.isfunction(f) and n[0] != "_"}
        twin = {n: f for n, f in vars(other).items() if inspect.isfunction(f) and n[0] != "_"}
        assert mine.keys() - {"aclose", "close"} == twin.keys() - {"close"}
        for method in mine.keys() & twin.keys():
            assert list(inspect.signature(mine[method]).parameters) == list(
                inspect.signature(twin[method]).parameters
            ), method


async def test_the_twins_offer_the_same() -> None:
    options: dict[str, Any] = {"api_key": KEY, "project_id": PROJECT}
    async with web_agent.v1.Client(**options) as one:
        with web_agent.v1.sync.Client(**options) as other:
            assert methods(one) == methods(other)
            assert len(methods(one)) > 50


def test_the_readmes_programs_are_python() -> None:
    blocks = re.findall(r"```python\n(.*?)```", (SDK / "README.md").read_text(), re.DOTALL)
    assert len(blocks) >= 4
    for block in blocks:
        # Fragments with await at the top level stand inside a coroutine.
        ast.parse("async def main():\n" + textwrap.indent(block, "    "))
        if "import" in block:  # a program, to be run as it stands
            compile(block, "README.md", "exec")
