"""Runs of the agent API, and what happens to their tasks meanwhile."""

from __future__ import annotations

from typing import Any

from agents.ports import InputRequestSpec
from dashboard.models import AgentRun, InputRequest, Task
from dashboard.services import leases, requests
from tests.dashboard.api.conftest import Api

CONTEXT = {
    "page_url": "http://shop.example/pay",
    "page_title": "Pay",
    "step": 3,
    "why": "The button places the order.",
    "code": 'await ref("e4").click()',
    "screenshot_artifact_id": "art_1",
    "level": "high",
    "risks": ["purchase"],
    "arguments": [],
}


def agent(api: Api, rest: str = "") -> str:
    return f"/v1/projects/{api.project.pk}/agent{rest}"


def start(api: Api, **body: Any) -> dict[str, Any]:
    answer = api.post(agent(api, "/runs"), {"goal": "Find the kettle", **body})
    assert answer.status_code == 202, answer.content
    return answer.json()


def task_of(run: dict[str, Any]) -> Task:
    return AgentRun.objects.get(pk=run["run_id"]).task


def claimed(run: dict[str, Any]) -> Task:
    task = leases.claim(task_of(run).pk, "w1")
    assert task is not None
    return task


def ask(task: Task, kind: str = "confirmation", **fields: Any) -> InputRequest:
    spec = {"prompt": "Buy the blue backpack", "risk": "purchase", "context": CONTEXT, **fields}
    return requests.open_request(task, task.fence, InputRequestSpec(key="k", kind=kind, **spec))


def read(api: Api, run: dict[str, Any]) -> dict[str, Any]:
    answer = api.get(agent(api, f"/runs/{run['run_id']}"))
    assert answer.status_code == 200, answer.content
    return answer.json()
