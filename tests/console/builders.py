"""Rows as a run would leave them, made through the services that runs use."""

from __future__ import annotations

import math
import struct
import time
import zlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from agents.events import (
    TaskActionCompleted,
    TaskActionStarted,
    TaskPageChanged,
    TaskPlanReady,
    TaskStepCompleted,
    TaskStepStarted,
)
from agents.ports import InputRequestSpec, Usage
from dashboard.models import AgentSession, Artifact, InputRequest, Task
from dashboard.services import artifacts, leases, requests, sessions, tasks
from dashboard.services.actors import Actor
from tests.conftest import make_task

FORM = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "title": "Full name"},
        "guests": {"type": "integer", "title": "Guests", "minimum": 1},
        "meal": {"type": "string", "enum": ["Meat", "Fish", "Vegan"], "title": "Meal"},
        "newsletter": {"type": "boolean", "title": "Send me the newsletter"},
    },
    "required": ["name", "guests"],
}
SIGN_IN = {
    "type": "object",
    "properties": {
        "username": {"type": "string", "title": "User name"},
        "password": {"type": "string", "format": "password", "title": "Password"},
    },
    "required": ["username", "password"],
}
CHOICES = [
    {"value": "am", "label": "Tomorrow, 8 to 12"},
    {"value": "pm", "label": "Tomorrow, 12 to 18"},
]
PAY = {
    "page_url": "https://shop.example/checkout", "page_title": "Checkout", "step": 2,
    "action_id": "2.1", "tool": "locator.click", "target": 'button "Pay"', "effect": "",
    "why": "Cart matches the request; the last step is payment.",
    "risks": ["payment", "purchase"], "level": "high", "host": "shop.example",
    "box": [820, 560, 220, 48], "screenshot_size": [1280, 800],
    "code": "await page.get_by_role('button', name='Pay').click()",
    "arguments": [
        {"name": "quantity", "label": "Quantity", "type": "number", "value": 2, "editable": True},
        {"name": "note", "label": "Note", "type": "string", "value": "", "editable": True},
        {"name": "gift", "label": "Gift wrap", "type": "boolean", "value": False, "editable": True},
        {"name": "total", "label": "Total", "type": "string", "value": "1,240 GBP",
         "editable": False},
    ],
    "fingerprint": "f1", "group": "turn-2",
}  # fmt: skip
# One of each kind: (kind, prompt, what it takes).
KINDS: list[tuple[str, str, dict[str, Any]]] = [
    ("question", "Which invoice address should I use?", {}),
    ("choice", "Which delivery slot suits you?", {"choices": CHOICES}),
    ("form", "I need your details to register.", {"input_schema": FORM}),
    ("sign_in", "Sign in to Northwind to go on.", {"input_schema": SIGN_IN}),
    ("captcha", "Please solve the captcha in the browser.", {}),
    ("takeover", "Please choose the seat on the map.", {}),
]


def fastest_s(call: Callable[[], Any], *, enough_s: float, rounds: int = 12) -> float:
    """Seconds of the fastest round, up to one that is fast enough: machines are busy at times."""
    best = math.inf
    for _ in range(rounds):
        began = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - began)
        if best < enough_s:
            break
    return best


def running(actor: Actor, **options: Any) -> Task:
    """A task that a worker holds."""
    task = make_task(actor, **options)
    claimed = leases.claim(task.pk, "desk:1:0")
    assert claimed is not None
    return claimed


def ask(
    actor: Actor, kind: str = "question", prompt: str = "Which size?", **spec: Any
) -> InputRequest:
    """A request that a new task waits with; no worker holds it any more."""
    task = running(actor, instructions=spec.pop("instructions", "Order toner for the office"))
    return ask_in(task, kind, prompt, **spec)


def ask_in(task: Task, kind: str = "question", prompt: str = "Which size?", **spec: Any):
    """The same, of a task that runs."""
    key = spec.pop("key", f"ask:{kind}:{prompt[:40]}")
    context = {"page_url": "https://shop.example/checkout", "step": 2} | spec.pop("context", {})
    made = requests.open_request(
        task, task.fence, InputRequestSpec(key, kind, prompt, context=context, **spec)
    )
    leases.release(task.pk, task.fence, due=False)
    return made


def approval(
    actor: Actor, prompt: str = "Submit the order for 1,240 GBP", *, level: str = "high",
    task: Task | None = None, key: str = "", **context: Any,
) -> InputRequest:  # fmt: skip
    """An approval that waits, with a boxed picture; of a task that still runs, or of a new one."""
    own, task = task is None, task or running(actor, instructions="Reorder toner")
    risks = {"high": "payment", "medium": "sensitive_data", "low": "external_submit"}
    made = picture(task, 2, size=(1280, 800))
    facts = PAY | {"effect": prompt, "level": level, "risks": [risks.get(level, "unknown")],
                   "screenshot_artifact_id": made.pk} | context  # fmt: skip
    spec = InputRequestSpec(
        key or f"confirm:{prompt[:60]}",
        "confirmation",
        prompt,
        risk=risks.get(level),
        context=facts,
    )
    row = requests.open_request(task, task.fence, spec)
    if own:
        leases.release(task.pk, task.fence, due=False)
    return row


def expired(request: InputRequest) -> InputRequest:
    """The same request, past its deadline; nobody has swept it up yet."""
    late = timezone.now() - timedelta(seconds=5)
    InputRequest.objects.filter(pk=request.pk).update(expires_at=late)
    request.refresh_from_db()
    return request


def steps(task: Task, count: int = 3, *, first: int = 1, failed: int | None = None) -> None:
    """Steps with actions and results, and a picture after each."""
    for number in range(first, first + count):
        url = f"https://shop.example/list/{number}"
        action = f"{number}.1"
        ok = number != failed
        leases.record(
            task.pk,
            task.fence,
            (
                TaskStepStarted(
                    step=number, code=f"await page.goto('{url}')", reasoning=f"Open list {number}",
                    model="scripted:script",
                ),
                TaskActionStarted(
                    action_id=action, step=number, tool="page.goto", target=url,
                    arguments={"url": url},
                ),
                TaskActionCompleted(
                    action_id=action, step=number, tool="page.goto", target=url, duration_ms=240,
                    result={"url": url, "status": 200, "ok": True},
                ),
                TaskPageChanged(page_url=url, page_title=f"List {number}"),
                TaskStepCompleted(
                    step=number, success=ok, value={"url": url, "status": 200, "ok": True},
                    error_message=None if ok else "ActionError: The list is empty.",
                    duration_ms=300,
                ),
            ),
            usage=Usage(steps=1),
        )  # fmt: skip
        picture(task, number)


def picture(task: Task, step: int, *, size: tuple[int, int] = (64, 40)) -> Artifact:
    """A picture of a step."""
    sha256, size_bytes = artifacts.write_bytes(png(*size, shade=40 + step * 20 % 200))
    return artifacts.add(
        task, task.fence, sha256=sha256, size_bytes=size_bytes, name=f"step-{step}.png",
        media_type="image/png", kind="screenshot", step=step,
    )  # fmt: skip


def png(width: int, height: int, *, shade: int = 128) -> bytes:
    """A small grey picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = (b"\x00" + bytes([shade % 256]) * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def open_browser(session: AgentSession) -> AgentSession:
    """The session has a browser, as far as its row says."""
    sessions.set_browser(
        session.pk, status="live", host="desk",
        handle={"pid": 1, "start_time": 1.0, "debug_port": 9, "proxy_port": None, "host": "desk",
                "user_data_dir": "/nowhere"},
    )  # fmt: skip
    sessions.set_page(session.pk, url="https://shop.example/", title="Shop")
    session.refresh_from_db()
    return session


def finished(actor: Actor, *, failed: bool = False, count: int = 3) -> Task:
    """A task that is over, with steps, a file and a table of results."""
    task = running(actor, instructions="Get the prices of toner")
    plan = TaskPlanReady(steps=["Open the shop", "Read the prices"], source="script")
    leases.record(task.pk, task.fence, (plan,))
    steps(task, count, failed=count if failed else None)
    sha256, size = artifacts.write_bytes(b"title,price\ntoner,1180\n")
    artifacts.add(
        task, task.fence, sha256=sha256, size_bytes=size, name="prices.csv",
        media_type="text/csv", kind="download", step=count,
    )  # fmt: skip
    rows = [{"title": "Toner", "price": 1180}, {"title": "Ink", "price": 9}]
    return tasks.finish(
        task.pk, task.fence,
        terminal_reason="failed" if failed else "done",
        output=None if failed else rows,
        output_text="" if failed else "Toner costs 1,180.",
        is_task_successful=not failed,
        error=("element_not_found", "Nothing matched.") if failed else None,
    )  # fmt: skip
