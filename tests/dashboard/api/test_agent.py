"""The agent API at its door: what it accepts and refuses, how its runs end, its sessions."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard import ledger
from dashboard.models import Task
from dashboard.services import keys, tasks
from tests.conftest import make_project
from tests.dashboard.api.agent_runs import agent, ask, claimed, read, start, task_of
from tests.dashboard.api.conftest import Api


def test_a_run_starts_and_is_read_and_listed(api):
    run = start(api, startUrl="shop.example", metadata={"ticket": 7})
    assert run["run_id"].startswith("run_")
    assert run["status"] == "pending"
    assert run["browser_id"] == run["session_id"]
    assert run["debug_url"].endswith(f"/sessions/{run['browser_id']}/")
    found = read(api, run)
    assert {"text", "output", "error", "needs_confirmation", "steps", "usage", "artifacts",
            "schema", "timings", "browser_id", "debug_url"} <= found.keys()  # fmt: skip
    assert "transcript" not in found
    assert found["metadata"] == {"ticket": 7}
    second = start(api)
    listed = api.get(agent(api, "/runs?limit=1")).json()
    assert [item["run_id"] for item in listed["items"]] == [second["run_id"]]
    more = api.get(agent(api, f"/runs?limit=1&cursor={listed['next_cursor']}")).json()
    assert [item["run_id"] for item in more["items"]] == [run["run_id"]]
    mine = api.get(agent(api, f"/runs?session_id={run['session_id']}")).json()
    assert [item["run_id"] for item in mine["items"]] == [run["run_id"]]


CAMEL: dict[str, Any] = {
    "goal": "Find it",
    "startUrl": "https://shop.example/",
    "model": {"route": "openai-compatible", "model": "m", "baseUrl": "http://m.example/v1",
              "apiKeyEnv": "OPENAI_API_KEY", "modelApi": "responses"},
    "browser": {"policy": {"allowedDomains": ["shop.example"], "downloads": {"maxBytes": 5}}},
    "systemPrompt": "Be brief.",
    "maxTurns": 12, "maxToolCalls": 5, "timeoutMs": 60_000, "toolTimeoutMs": 20_000,
    "maxOutputTokens": 800, "maxSteps": None, "unknownThing": 1,
    "outputSchema": {"type": "object", "properties": {"maxPrice": {"type": "number"}}},
    "variables": {"userName": {"value": "ada", "allowedDomains": ["shop.example"]}, "pin": "1"},
    "codePolicy": {"allowDirectNetwork": False, "extraDeniedPatterns": ["evaluate\\("]},
    "capture": {"observationChars": 3000, "toolResultChars": 500},
    "artifacts": {"retainTranscript": True},
    "captcha": False,
}  # fmt: skip


def test_camel_case_reaches_the_task(api, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-x")
    monkeypatch.setenv("WEBAGENT_MODEL_ORIGINS", "http://m.example")
    task = task_of(start(api, **CAMEL))
    options = task.options
    assert task.instructions == "Find it"
    assert options["start_url"] == "https://shop.example/"
    assert options["model"]["base_url"] == "http://m.example/v1"
    assert options["model"]["api_key_env"] == "OPENAI_API_KEY"
    assert options["model"]["max_output_tokens"] == 800
    assert options["policy"]["allowed_domains"] == ["shop.example"]
    assert options["policy"]["downloads"]["max_bytes"] == 5
    assert options["max_steps"] == 12
    assert options["max_duration_minutes"] == 1
    assert options["step_timeout_s"] == 20
    assert options["output_schema"]["properties"] == {"maxPrice": {"type": "number"}}
    mine = options["agent"]
    assert mine["max_tool_calls"] == 5
    assert (mine["observation_chars"], mine["tool_result_chars"]) == (3000, 500)
    assert mine["captcha"] == "never"
    assert mine["retain_transcript"] is True
    assert "Be brief." in mine["guidance"]
    assert "evaluate\\(" in mine["guidance"]
    variables = tasks.variables_of(task)
    assert variables["userName"].allowed_domains == ("shop.example",)
    assert variables["pin"].value == "1"


def test_snake_case_and_shorthands_mean_the_same(api):
    task = task_of(
        start(
            api,
            max_turns=3,
            browser={"create": {"policy": {"blocked_domains": ["x.example"]}, "recording": True}},
            output_schema={"schema": {"type": "array"}},
            captcha={"mode": "ask"},
            approval="ask",
        )
    )
    assert task.options["max_steps"] == 3
    assert task.options["policy"]["blocked_domains"] == ["x.example"]
    assert task.options["output_schema"] == {"type": "array"}
    assert task.options["approval"] == "ask"
    assert task.options["recording"] == {"enabled": True}


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"goal": " "}, "goal"),
        ({"goal": ""}, "goal"),
        ({"maxTurns": 0}, "maxTurns"),
        ({"timeoutMs": 10}, "timeoutMs"),
        ({"approval": "sometimes"}, "approval"),
        ({"model": {"apiKey": "k"}}, "model"),
        ({"outputSchema": {"type": "nonsense"}}, "outputSchema"),
        ({"codePolicy": {"extraDeniedPatterns": ["(?=x)"]}}, "codePolicy"),
        ({"browser": {"create": {"proxy": "http://p.example"}}}, "proxy"),
        ({"browser": {"proxy": {"server": "http://p.example"}}}, "proxy"),
        ({"proxy": "http://p.example"}, "proxy"),
        ({"browser": {"policy": {"mode": "wild"}}}, "policy"),
        ({"variables": {"a b": "x"}}, "variables"),
        ({"variables": {"a": {"value": None}}}, "value"),
        ({"variables": {"a": {"value": "x", "allowedDomains": ["http://x y"]}}}, "allowedDomains"),
        ({"variables": {"a": {"value": "x", "allowedDomains": ["com"]}}}, "allowedDomains"),
        ({"variables": {"a": {"value": "x", "allowedDomains": [""]}}}, "allowedDomains"),
    ],
)
def test_what_cannot_be_is_refused(api, body, where):
    answer = api.post(agent(api, "/runs"), {"goal": "Find it", **body})
    assert answer.status_code == 422, answer.content
    assert where in answer.json()["extra"]["errors"][0]["loc"]
    assert "after validation" not in answer.json()["detail"]


def test_a_run_in_a_session_is_in_no_other_browser(api):
    first, second = (api.post(agent(api, "/sessions"), {}).json()["session_id"] for _ in range(2))
    path = agent(api, f"/sessions/{first}/runs")
    answer = api.post(path, {"goal": "Go on", "browser_id": second})
    assert answer.status_code == 422
    assert answer.json()["extra"]["errors"][0]["loc"] == ["body", "browser_id"]
    assert api.post(path, {"goal": "Go on", "browserId": first}).status_code == 202


def test_null_means_the_default_everywhere(api):
    nulls = {"description": None, "sensitive": None, "kind": None, "allowedDomains": None}
    task = task_of(
        start(
            api,
            variables={"a": {"value": "x", **nulls}},
            browser={"policy": None, "create": {"recording": {"enabled": None}, "policy": None}},
            policy={"downloads": None, "approvals": None, "allowedDomains": None},
            capture={"observationChars": None},
            artifacts={"retainTranscript": None},
            codePolicy={"extraDeniedPatterns": None},
            captcha=None,
            metadata=None,
        )
    )
    assert task.options["recording"] == {"enabled": True}


def test_a_misspelt_rule_of_the_policy_is_noticed(api):
    policy = {"allowedDomain": ["a.example"], "frobnicate\x00": 1, "mode": "strict"}
    task = task_of(start(api, policy=policy))
    found = [e.payload for e in ledger.read(task_id=task.pk) if e.type == "task.notice"]
    assert [notice["kind"] for notice in found] == ["policy_unknown_key"] * 2
    assert found[0]["message"] == (
        "The policy has no key allowed_domain; it was ignored. Did you mean allowed_domains?"
    )
    assert found[0]["detail"] == {"key": "allowed_domain", "meant": "allowed_domains"}
    assert found[1]["message"] == "The policy has no key frobnicate; it was ignored."
    assert task.options["policy"] == {"mode": "strict"}
    plain = task_of(start(api, policy={"allowed_domains": ["a.example"]}))
    assert [e.type for e in ledger.read(task_id=plain.pk)] == ["task.status_changed"]


def test_a_session_with_a_proxy_of_its_own_is_refused(api):
    for body in ({"browser": {"proxy": "http://p.example"}}, {"proxy": "http://p.example"}):
        answer = api.post(agent(api, "/sessions"), body)
        assert answer.status_code == 422, answer.content
        assert "egress proxy" in answer.content.decode()
    assert api.post(agent(api, "/sessions"), {"browser": {"proxy": None}}).status_code == 201


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"$ref": "https://schemas.example.org/a.json"}, "nothing is fetched"),
        ({"properties": {"a": {"$ref": "#/$defs/a"}}}, "put the part under `$defs`"),
        ({"$defs": {"a": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}, "a level deeper"),
    ],
)
def test_a_schema_no_output_can_be_checked_against_starts_nothing(api, schema, words):
    session = api.session()["id"]
    doors = {"": "instructions", f"/{session}/tasks": "instructions", agent(api, "/runs"): "goal"}
    before = Task.objects.count()
    for door, name in doors.items():
        answer = api.post(door, {name: "Find the kettle", "output_schema": schema})
        assert answer.status_code == 422, (door, answer.content)
        [error] = answer.json()["extra"]["errors"]
        assert error["loc"] == ["body", "output_schema"] and words in error["msg"]
    assert Task.objects.count() == before


# --- ends ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("end", "status"),
    [
        ({"terminal_reason": "done", "is_task_successful": True}, "completed"),
        ({"terminal_reason": "done", "is_task_successful": None}, "completed"),
        ({"terminal_reason": "done", "is_task_successful": False}, "blocked"),
        ({"terminal_reason": "failed", "error": ("policy_denied", "no")}, "blocked"),
        ({"terminal_reason": "failed", "error": ("model_error", "no")}, "failed"),
        ({"terminal_reason": "expired", "error": ("time_limit_reached", "no")}, "failed"),
        ({"terminal_reason": "canceled", "error": ("canceled", "no")}, "cancelled"),
    ],
)
def test_how_a_run_ends(api, end, status):
    run = start(api)
    task = claimed(run)
    tasks.finish(task.pk, task.fence, output_text="That is it.", **end)
    found = read(api, run)
    assert found["status"] == status
    assert found["text"] == "That is it."
    assert found["timings"]["elapsed_ms"] >= 0
    assert (found["error"] is None) == (status in ("completed", "cancelled") or "error" not in end)
    assert api.post(agent(api, f"/runs/{run['run_id']}/cancel")).status_code == 409


# --- sessions -----------------------------------------------------------------------------------
def test_a_session_takes_runs_one_after_another(api):
    policy = {"allowedDomains": ["shop.example"]}
    forged = {"agent_session": {"policy": "none", "start_url": 7}, "mine": 1}
    body = {"startUrl": "https://shop.example/", "browser": {"policy": policy}, "metadata": forged}
    made = api.post(agent(api, "/sessions"), body)
    assert made.status_code == 201, made.content
    session = made.json()
    assert session["browser_id"] == session["session_id"]
    assert session["metadata"] == {"mine": 1}
    path = agent(api, f"/sessions/{session['session_id']}/runs")
    first = api.post(path, {"goal": "One"}).json()
    assert task_of(first).options["start_url"] == "https://shop.example/"
    assert task_of(first).options["policy"] == {"allowed_domains": ["shop.example"]}
    assert api.post(path, {"goal": "Two"}).status_code == 409
    task = claimed(first)
    tasks.finish(task.pk, task.fence, terminal_reason="done")
    second = api.post(agent(api, "/runs"), {"goal": "Two", "browserId": session["browser_id"]})
    assert second.status_code == 202, second.content
    assert second.json()["browser_id"] == session["browser_id"]
    assert "start_url" not in task_of(second.json()).options
    again = api.post(agent(api, "/sessions"), {"browser_id": session["browser_id"]}).json()
    assert again["run_ids"] == [first["run_id"], second.json()["run_id"]]
    closed = api.client.delete(
        agent(api, f"/sessions/{session['session_id']}"),
        headers={"Authorization": f"Bearer {api.key}"},
    )
    assert closed.json()["status"] == "stopped"
    assert read(api, second.json())["status"] == "cancelled"
    assert api.post(path, {"goal": "Three"}).status_code == 409


def test_runs_of_others_do_not_exist(api):
    run = start(api)
    row = ask(claimed(run))
    other = make_project("other")
    key = keys.create(other, name="k", scopes=["run", "read", "approve", "admin"]).plain
    stranger = Api(api.client, other, key)
    assert stranger.get(agent(api, f"/runs/{run['run_id']}")).status_code == 403
    for path in (f"/runs/{run['run_id']}", f"/runs/{run['run_id']}/events",
                 f"/sessions/{run['session_id']}"):  # fmt: skip
        assert stranger.get(agent(stranger, path)).status_code == 404
    decide = agent(stranger, f"/runs/{run['run_id']}/confirmations/{row.pk}")
    assert stranger.post(decide, {"approved": True}).status_code == 404
    body = {"goal": "Mine", "browser_id": run["session_id"]}
    assert stranger.post(agent(stranger, "/runs"), body).status_code == 404
