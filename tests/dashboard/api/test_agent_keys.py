"""Model keys that a run brings along: held in memory, over a closed line, never stored."""

from __future__ import annotations

import pytest

from agents.errors import ModelError
from dashboard.models import AgentRun, Task
from dashboard.services import model_keys
from tests.dashboard.api.agent_runs import agent, start, task_of

KEYED = {
    "route": "openai-compatible", "model": "m", "base_url": "http://m.example/v1",
    "apiKey": "sk-secret-0123456789", "defaultHeaders": {"X-Team": "sk-header-99"},
}  # fmt: skip


def test_a_raw_key_is_held_in_memory_and_never_stored(api):
    task = task_of(start(api, model=KEYED))
    stored = str(Task.objects.filter(pk=task.pk).values().get())
    assert "sk-secret" not in stored
    assert "sk-header" not in stored
    model = model_keys.completed(task)
    assert model["api_key"] == "sk-secret-0123456789"
    assert model["default_headers"] == {"X-Team": "sk-header-99"}
    assert model_keys.MARK not in model
    model_keys.forget(task)
    with pytest.raises(ModelError) as gone:
        model_keys.completed(task)
    assert gone.value.code == "model_key_gone"


def test_a_cancelled_runs_key_goes_at_once(api):
    run = start(api, model=KEYED)
    assert api.post(agent(api, f"/runs/{run['run_id']}/cancel")).status_code == 200
    with pytest.raises(ModelError):
        model_keys.completed(task_of(run))


@pytest.mark.parametrize(
    "line",
    [{"REMOTE_ADDR": "10.0.0.9"}, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}],
)
def test_a_raw_key_over_an_open_line_is_refused(api, line):
    answer = api.client.post(
        agent(api, "/runs"),
        data={"goal": "Find it", "model": KEYED},
        content_type="application/json",
        headers={"Authorization": f"Bearer {api.key}"},
        **line,
    )
    told = answer.json()
    assert (answer.status_code, told["code"]) == (403, "safety_boundary_violated")
    assert told["extra"]["reason"] == "insecure_transport"
    assert not AgentRun.objects.exists()
    assert b"sk-secret" not in answer.content


def test_a_raw_key_over_tls_is_taken(api):
    answer = api.client.post(
        agent(api, "/runs"),
        data={"goal": "Find it", "model": KEYED},
        content_type="application/json",
        headers={"Authorization": f"Bearer {api.key}"},
        secure=True,
        REMOTE_ADDR="10.0.0.9",
    )
    assert answer.status_code == 202
