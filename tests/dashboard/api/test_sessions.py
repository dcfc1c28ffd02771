"""Sessions and tasks through HTTP."""

from __future__ import annotations

import pytest

from agents.ports import InputRequestSpec
from dashboard.models import Event, Task
from dashboard.services import artifacts, keys, leases, requests, tasks
from tests.conftest import make_actor, make_project, make_session

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("instructions", "title"),
    [
        ("1. Open the shop.\n2. Add a mug.", "Open the shop"),
        ("\n  - [ ] Open the shop\n  - [ ] Add a mug", "Open the shop"),
        ("2) Step 1: Open the shop", "Open the shop"),
        ("# **Shopping**\n\nOpen the shop.", "Shopping"),
        ("On the practice shop:\n1. Add a mug.", "On the practice shop: Add a mug"),
        ("Tell me the price of 1.5 kg of rice...", "Tell me the price of 1.5 kg of rice..."),
        ("5 stories with their points", "5 stories with their points"),
        ("Was it A. Byron?", "Was it A. Byron?"),
        ("* ", "*"),
        # 79 characters and a word that ends right there.
        ("a" * 70 + " 12345678 and more", "a" * 70 + " 12345678…"),
        ("Find a seat, " * 6 + "then pay", "Find a seat, " * 5 + "Find a seat…"),
        ("x" * 200, "x" * 79 + "…"),
    ],
)
def test_a_title_reads_as_one(api, instructions, title):
    assert api.session(instructions=instructions)["title"] == title


def test_create_queues_the_first_task(api):
    session = api.session(title="Shopping", metadata={"ticket": 7})
    assert session["status"] == "pending"
    assert session["title"] == "Shopping"
    assert session["metadata"] == {"ticket": 7}
    assert session["live_url"].endswith(f"/sessions/{session['id']}/")
    [task] = session["tasks"]
    assert task["status"] == "pending"
    assert task["usage"]["cost_usd"] == "0"
    assert task["created_at"].endswith("Z")
    assert set(task) >= {
        "id", "session_id", "project_id", "product", "instructions", "status", "output",
        "terminal_reason", "error", "is_task_successful", "usage", "created_at", "started_at",
        "finished_at", "input_requests",
    }  # fmt: skip


def test_unknown_keys_and_nulls_are_accepted(api):
    nulls = {"start_url": None, "max_steps": None, "policy": None, "keep_alive": None}
    made = api.session(colour="blue", **nulls)
    assert "colour" not in made
    options = Task.objects.get(pk=made["tasks"][0]["id"]).options
    assert not {"colour", "start_url", "policy"} & options.keys()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "instructions"),
        ({"instructions": ""}, "instructions"),
        ({"instructions": "   "}, "instructions"),
        ({"instructions": "x" * 20_001}, "instructions"),
        ({"instructions": 7}, "instructions"),
        ({"instructions": "a\x00b"}, "instructions"),
        ({"instructions": "a", "start_url": "javascript:alert(1)"}, "start_url"),
        ({"instructions": "a", "start_url": "file:///etc/passwd"}, "start_url"),
        ({"instructions": "a", "start_url": "http://"}, "start_url"),
        ({"instructions": "a", "start_url": "http://u:p@example.org/"}, "start_url"),
        ({"instructions": "a", "max_steps": 0}, "max_steps"),
        ({"instructions": "a", "max_steps": 501}, "max_steps"),
        ({"instructions": "a", "max_cost_usd": "-1"}, "max_cost_usd"),
        ({"instructions": "a", "max_cost_usd": "NaN"}, "max_cost_usd"),
        ({"instructions": "a", "output_schema": {"type": "nonsense"}}, "output_schema"),
        ({"instructions": "a", "approval": "sometimes"}, "approval"),
        ({"instructions": "a", "variables": {"a b": "x"}}, "variables"),
        ({"instructions": "a", "model": {"model": "x"}}, "model"),
        ({"instructions": "a", "title": "x" * 201}, "title"),
    ],
)
def test_bad_options_are_named_and_change_nothing(api, body, field):
    answer = api.post(body=body)
    assert answer.status_code == 422
    problem = answer.json()
    assert set(problem) == {"code", "detail", "extra"}
    assert problem["code"] == "validation_error"
    assert any(field in error["loc"] for error in problem["extra"]["errors"])
    assert Task.objects.count() == 0


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[1", b"\xff\xfe", b'{"instructions": "a\x00b"}', b"nul", b'"text"', b"[]", b"7"],
)
def test_bodies_that_are_no_object_are_refused(api, body):
    answer = api.post(body=body)
    assert answer.status_code in (400, 422)
    assert set(answer.json()) == {"code", "detail", "extra"}
    assert Task.objects.count() == 0


def test_lone_surrogates_are_refused(api):
    answer = api.post(body=b'{"instructions": "a\\ud800b"}')
    assert answer.status_code == 422


def test_huge_bodies_are_refused(api):
    answer = api.post(body={"instructions": "x", "metadata": {"a": "x" * (3 << 20)}})
    assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")
    assert "2 MiB" in answer.json()["detail"]


def test_deeply_nested_bodies_are_refused(api):
    nested = "[" * 5000 + "]" * 5000
    answer = api.post(body=f'{{"instructions": "a", "metadata": {{"a": {nested}}}}}')
    assert answer.status_code in (400, 422)


def test_scripted_route_is_refused_unless_switched_on(api):
    answer = api.post(body={"instructions": "a", "model": {"route": "scripted", "turns": []}})
    assert answer.status_code == 422
    assert "WEBAGENT_ALLOW_SCRIPTED" in answer.json()["detail"]


def test_pages_are_newest_first_and_complete(api):
    made = [api.session()["id"] for _ in range(5)]
    seen, cursor = [], ""
    while True:
        answer = api.get(f"?limit=2{cursor and f'&cursor={cursor}'}").json()
        seen += [row["id"] for row in answer["items"]]
        if answer["next_cursor"] is None:
            break
        cursor = answer["next_cursor"]
    assert seen == made[::-1]


@pytest.mark.parametrize("cursor", ["nonsense", "%00", "c2Vzc18", "' or 1=1", "💥"])
def test_malformed_cursor(api, cursor):
    answer = api.get(f"?cursor={cursor}")
    assert answer.status_code == 400
    assert answer.json()["code"] == "bad_request"


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "status=odd"])
def test_malformed_list_options(api, query):
    assert api.get(f"?{query}").status_code == 422


def test_filter_by_status(api):
    api.session()
    assert len(api.get("?status=pending").json()["items"]) == 1
    assert api.get("?status=idle").json()["items"] == []


@pytest.mark.parametrize(
    "wrong", ["nope", "sess_1", "task_01ARZ3NDEKTSV4RRFFQ69G5FAV", "%00", "💥"]
)
def test_unknown_session(api, wrong):
    answer = api.get(f"/{wrong}")
    assert answer.status_code == 404
    assert answer.json()["code"] in ("session_not_found", "not_found")


def test_foreign_rows_are_404_and_foreign_projects_403(api):
    other = make_actor(make_project("other"), "otto")
    foreign = make_session(other)
    task = foreign.tasks.get()
    assert api.get(f"/{foreign.pk}").status_code == 404
    assert api.get(f"/{foreign.pk}/tasks/{task.pk}").status_code == 404
    assert api.post(f"/{foreign.pk}/tasks/{task.pk}/cancel").status_code == 404
    answer = api.get(f"/v1/projects/{foreign.project_id}/do_anything/sessions")
    assert answer.status_code == 403
    assert answer.json()["code"] == "forbidden"


def test_cancel_twice_conflicts(api):
    session = api.session()
    path = f"/{session['id']}/tasks/{session['tasks'][0]['id']}/cancel"
    answer = api.post(path, {"reason": "enough"})
    assert answer.json()["status"] == "canceled"
    assert answer.json()["error"] == {"code": "canceled", "message": "enough"}
    again = api.post(path)
    assert again.status_code == 409
    assert again.json()["extra"]["status"] == "canceled"


def finished(api):
    session = api.session()
    task_id = session["tasks"][0]["id"]
    held = leases.claim(task_id, "w1")
    tasks.finish(task_id, held.fence, terminal_reason="done", output=[1], is_task_successful=None)
    return session["id"], task_id


def test_follow_up_task(api):
    session_id, _ = finished(api)
    answer = api.post(f"/{session_id}/tasks", {"instructions": "and then?"})
    assert answer.status_code == 201
    assert answer.json()["session_id"] == session_id
    assert api.post(f"/{session_id}/tasks", {"instructions": "more"}).status_code == 409


def test_stop_is_final(api):
    session_id, _ = finished(api)
    assert api.post(f"/{session_id}/stop", {"force": True}).json()["status"] == "stopped"
    assert api.post(f"/{session_id}/stop").status_code == 200
    assert api.post(f"/{session_id}/tasks", {"instructions": "more"}).status_code == 409


def asking(api, **fields):
    session = api.session()
    task_id = session["tasks"][0]["id"]
    held = leases.claim(task_id, "w1")
    spec = {"key": "k", "kind": "question", "prompt": "Which?", **fields}
    request = requests.open_request(held, held.fence, InputRequestSpec(**spec))
    return f"/{session['id']}/tasks/{task_id}", request


def test_answer_an_input_request(api):
    path, request = asking(api)
    assert api.get(path).json()["status"] == "awaiting_input"
    body = {"input_request_id": request.pk, "response": "blue"}
    answer = api.post(f"{path}/intervene", body)
    assert answer.status_code == 200
    assert answer.json()["input_request"]["response"] == "blue"
    again = api.post(f"{path}/intervene", body)
    assert again.status_code == 409
    assert again.json()["extra"]["answered_by"] == "key tests"


def test_answer_that_does_not_fit_the_schema(api):
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    path, request = asking(api, kind="form", input_schema=schema)
    body = {"input_request_id": request.pk, "response": {"n": "x"}}
    answer = api.post(f"{path}/intervene", body)
    assert answer.status_code == 422
    assert answer.json()["extra"]["errors"][0]["loc"] == ["body", "response", "n"]
    body = {"input_request_id": request.pk, "response": {"n": 3}}
    assert api.post(f"{path}/intervene", body).status_code == 200
    late = api.post(f"{path}/intervene", {**body, "response": {"n": "x"}})  # fitting or not
    assert late.status_code == 409
    assert late.json()["extra"]["response"] == {"n": 3}


def test_a_late_answer_to_a_confirmation_conflicts_whatever_it_says(api):
    path, request = asking(api, kind="confirmation", risk="payment", context={"arguments": []})
    body = {"input_request_id": request.pk, "response": {"approved": True}}
    assert api.post(f"{path}/intervene", body).status_code == 200
    late = api.post(f"{path}/intervene", {**body, "response": "perhaps"})
    assert (late.status_code, late.json()["extra"]["status"]) == (409, "answered")


def test_skip_and_unknown_requests(api):
    path, request = asking(api)
    unknown = {"input_request_id": "ir_01ARZ3NDEKTSV4RRFFQ69G5FAV", "response": "x"}
    assert api.post(f"{path}/intervene", unknown).status_code == 404
    assert api.post(f"{path}/intervene", {"response": "x"}).status_code == 422
    skip = {"kind": "skip_input_request", "input_request_id": request.pk}
    assert api.post(f"{path}/intervene", skip).json()["input_request"]["status"] == "answered"


def test_take_control_needs_a_browser(api):
    session = api.session()
    path = f"/{session['id']}/tasks/{session['tasks'][0]['id']}/intervene"
    assert api.post(path, {"kind": "take_control"}).status_code == 409
    assert api.post(path, {"kind": "fly"}).status_code == 422


def test_messages(api):
    session = api.session()
    path = f"/{session['id']}/tasks/{session['tasks'][0]['id']}/messages"
    answer = api.post(path, {"content": "also the price"})
    assert answer.status_code == 202
    assert answer.json()["seen_at"] is None
    assert api.post(path, {"content": ""}).status_code == 422
    assert api.post(path, {"content": " \n "}).status_code == 422


def test_artifacts_are_listed_and_served_so_that_no_browser_runs_them(api):
    session_id, task_id = "", ""
    session = api.session()
    session_id, task_id = session["id"], session["tasks"][0]["id"]
    held = leases.claim(task_id, "w1")
    sha256, size = artifacts.write_bytes(b"<script>alert(1)</script>")
    artifacts.add(
        held, held.fence, sha256=sha256, size_bytes=size, name='a"b\r\n.html',
        media_type="text/html", kind="download", step=1,
    )  # fmt: skip
    path = f"/{session_id}/tasks/{task_id}/artifacts"
    [item] = api.get(path).json()["items"]
    assert (item["kind"], item["size_bytes"]) == ("download", 25)
    answer = api.get(f"{path}/{item['id']}")
    assert b"".join(answer.streaming_content) == b"<script>alert(1)</script>"
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment")
    assert api.get(f"{path}/art_01ARZ3NDEKTSV4RRFFQ69G5FAV").status_code == 404


def test_read_key_may_not_run(api, project):
    api.key = keys.create(project, name="reader", scopes=["read"]).plain
    assert api.get().status_code == 200
    answer = api.post(body={"instructions": "x"})
    assert answer.status_code == 403
    assert answer.json()["extra"]["required_scope"] == "run"


def test_a_misspelt_field_is_ignored_and_told(api):
    sent = {"instructions": "Open it", "starturl": "https://a.example", "title": "T",
            "titles": "U", "vendor_hint": 1}  # fmt: skip
    answer = api.post(body=sent)
    assert answer.status_code == 201
    notices = Event.objects.filter(type="task.notice").values_list("payload", flat=True)
    assert [one["message"] for one in notices] == [
        "There is no field starturl; it was ignored. Did you mean start_url?"
    ]
    assert notices[0]["kind"] == "unknown_field"
    assert notices[0]["detail"] == {"key": "starturl", "meant": "start_url"}


def test_too_many_sessions_at_once(api, project):
    project.max_concurrent_sessions = 1
    project.save()
    api.session()
    answer = api.post(body={"instructions": "x"})
    assert answer.status_code == 429
    assert answer.json()["code"] == "too_many_concurrent_sessions"
    assert int(answer["Retry-After"]) >= 1
    assert "may run 1 session at once" in answer.json()["detail"]
    assert "admin of the server" in answer.json()["detail"]


@pytest.mark.parametrize("nothing", ["", "  ", "\n\t"])
def test_instructions_that_say_nothing_are_told_in_words(api, nothing):
    answer = api.post(body={"instructions": nothing})
    assert answer.status_code == 422
    assert answer.json()["detail"] == "instructions: must say what to do"


@pytest.mark.parametrize(
    "secret",
    [{"api_key": "sk-secret"}, {"apiKey": "sk-secret"}, {"API_KEY": "sk-secret"},
     {"default_headers": {"X-Key": "sk-secret"}}, {"defaultHeaders": {"X-Key": "sk-secret"}}],
)  # fmt: skip
def test_a_task_s_model_with_a_raw_key_is_refused(api, secret):
    model = {"route": "openai", "model": "gpt-5.4-mini", **secret}
    answer = api.post(body={"instructions": "Open the shop", "model": model})
    assert answer.status_code == 422
    assert answer.json()["extra"]["errors"][0]["loc"] == ["body", "model"]
    assert b"sk-secret" not in answer.content
    assert not Task.objects.exists()


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("nonsense:x", "openai:gpt-5.4-mini"),
        ("gpt-77", "OPENAI_API_KEY"),  # a name that tells its provider
        ("anthropic:claude-x", "ANTHROPIC_API_KEY"),
        ({"route": "google", "model": "gemini-x"}, "GOOGLE_API_KEY"),
        ({"route": "openai-compatible", "model": "m"}, "WEBAGENT_MODEL_BASE_URL"),
        ({"route": "openai-compatible", "base_url": "http://m.example/v1"}, "needs a model"),
        ({"route": "openai", "model": "m", "base_url": "ftp://m.example"}, "http"),
        ({"route": "openai", "model": "m", "model_api": "telnet"}, "model_api"),
    ],
)
def test_a_model_that_cannot_be_had_here_is_refused_at_the_door(api, monkeypatch, model, says):
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    answer = api.post(body={"instructions": "Open the shop", "model": model})
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_error")
    assert answer.json()["extra"]["errors"][0]["loc"] == ["body", "model"]
    assert says in answer.json()["detail"]
    assert not Task.objects.exists()


@pytest.mark.parametrize(
    "model",
    [
        "openai:a-model-that-came-out-today",
        "embedded",
        {
            "route": "openai-compatible",
            "model": "their/own:name",
            "base_url": "http://m.example/v1",
        },
    ],
)
def test_a_model_that_its_provider_may_know_is_taken(api, monkeypatch, model):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-x")
    assert api.session(model=model)["tasks"][0]["status"] == "pending"


@pytest.mark.parametrize("profiles", ["/no/such/file.json", "{broken: sk-secret"])
def test_broken_settings_of_the_server_are_no_fault_of_a_request(api, monkeypatch, profiles):
    monkeypatch.setenv("WEBAGENT_MODEL_PROFILES", profiles)
    assert api.session(model="embedded")["tasks"][0]["status"] == "pending"


def test_what_a_task_s_model_does_not_know_is_not_kept(api, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-x")
    model = {"route": "openai", "modelApi": "responses", "key": "sk-secret", "token": {"a": "sk-b"}}
    made = api.session(model=model)
    options = Task.objects.get(pk=made["tasks"][0]["id"]).options
    assert options["model"] == {"route": "openai", "model_api": "responses"}
