"""The Python SDK against the real product, the way its documentation calls it."""

from __future__ import annotations

from typing import Any

import pytest
from web_agent.v1 import (
    Client,
    ConflictError,
    NotFoundError,
    TaskStatus,
    UnauthorizedError,
    ValidationError,
)
from web_agent.v1.sync import Client as SyncClient
from web_agent.v1.types import CreateSessionRequest, CreateTaskRequest

from tests.e2e.doors import done, script
from tests.e2e.stack import Stack

pytestmark = pytest.mark.browser


def options(stack: Stack) -> dict[str, Any]:
    return {"api_key": stack.api_key, "project_id": stack.project_id, "base_url": stack.url}


async def test_a_task_its_stream_and_a_follow_up(stack: Stack) -> None:
    async with Client(**options(stack)) as client:
        session = await client.sessions.create(
            CreateSessionRequest(
                instructions="Get the top 3 stories with title and points",
                start_url=f"{stack.practice_url}/news/",
            )
        )
        task = session.tasks[0]
        seen = []
        async for event in client.events.stream(session.id, task.id):
            seen.append(event.type)
        assert seen[-1] == "task.completed"
        assert "stream.heartbeat" not in seen
        task = await client.sessions.get_task(session.id, task.id)
        assert task.status == TaskStatus.DONE
        assert len(task.output) == 3
        follow_up = await client.sessions.create_task(
            session.id, CreateTaskRequest(instructions="Open the first story and summarise it")
        )
        ended = await client.sessions.wait(session.id, follow_up.id)
        assert ended.status == TaskStatus.DONE
        assert ended.output
        await client.sessions.stop(session.id, force=False)
        assert (await client.sessions.get(session.id)).status == "stopped"


async def test_questions_messages_and_cancel(stack: Stack) -> None:
    ask = {"ask": {"prompt": "Which colour?", "kind": "question"}}
    async with Client(**options(stack)) as client:
        session = await client.sessions.create(
            CreateSessionRequest(instructions="Ask me", model=script(ask, done()))
        )
        task = session.tasks[0]
        async for event in client.events.stream(session.id, task.id):
            if event.type == "task.input_request":
                await client.messages.send(session.id, task.id, content="Blue is my favourite.")
                await client.messages.intervene(
                    session.id,
                    task.id,
                    input_request_id=event.data["request_id"],
                    response="blue",
                )
        task = await client.sessions.get_task(session.id, task.id)
        assert task.input_requests[0].response == "blue"
        with pytest.raises(ConflictError) as caught:
            await client.sessions.cancel_task(session.id, task.id, reason="user_cancelled")
        assert caught.value.code == "conflict"
        assert caught.value.extra["status"] == "done"


async def test_a_stream_goes_on_from_an_event(stack: Stack) -> None:
    async with Client(**options(stack)) as client:
        session = await client.sessions.create(
            CreateSessionRequest(instructions="Nothing", model=script(done()))
        )
        task = await client.sessions.wait(session.id, session.tasks[0].id)
        whole = [event.id async for event in client.events.stream(session.id, task.id)]
        rest = [
            event.id
            async for event in client.events.stream(session.id, task.id, last_event_id=whole[2])
        ]
        assert rest == whole[3:]


async def test_errors_are_typed(stack: Stack) -> None:
    async with Client(**options(stack)) as client:
        with pytest.raises(ValidationError):
            await client.sessions.create(CreateSessionRequest(instructions=""))
        with pytest.raises(NotFoundError) as caught:
            await client.sessions.get("sess_01ARZ3NDEKTSV4RRFFQ69G5FAV")
        assert caught.value.code == "session_not_found"
    wrong = {**options(stack), "api_key": "wa_live_wrong"}
    async with Client(**wrong) as client:
        with pytest.raises(UnauthorizedError):
            await client.sessions.list()


def test_the_sync_twin(stack: Stack) -> None:
    with SyncClient(**options(stack)) as client:
        task = client.sessions.run(
            "Get the top 2 stories with title", start_url=f"{stack.practice_url}/news/"
        )
        assert task.status == TaskStatus.DONE
        assert len(task.output) == 2
        listing = client.sessions.list(limit=1)
        assert len(listing.items) == 1
