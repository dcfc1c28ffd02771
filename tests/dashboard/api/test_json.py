"""Bodies that a lenient reader takes for JSON, but no database and no other program does."""

from __future__ import annotations

import json

import pytest

from agents.ports import InputRequestSpec
from dashboard.models import InputRequest, Task
from dashboard.services import leases, requests

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999"])
def test_numbers_that_are_none_are_refused(api, number):
    for field in ("metadata", "output_schema", "nobody_knows"):
        answer = api.post(body=f'{{"instructions": "x", "{field}": {{"a": [{number}]}}}}')
        told = answer.json()
        assert (answer.status_code, told["code"]) == (400, "bad_request")
        assert "no JSON" in told["detail"]
    assert not Task.objects.exists()


def test_what_is_no_json_is_told_where(api):
    told = api.post(body='{"instructions": "x",}').json()
    assert told["code"] == "bad_request"
    assert told["detail"].startswith("The body is no JSON: ")
    assert "line 1 column 2" in told["detail"]
    assert "secret" not in api.post(body='{"secret": "secret').json()["detail"]


def asked(api):
    """Where a question of a running task is answered, and its id."""
    made = api.session()
    held = leases.claim(made["tasks"][0]["id"], "w1")
    spec = InputRequestSpec(key="q", kind="question", prompt="Which?")
    row = requests.open_request(held, held.fence, spec)
    return f"/{made['id']}/tasks/{held.pk}/intervene", row.pk


@pytest.mark.parametrize(
    "value", ['"a\\u0000b"', '"\\ud800"', '{"a": ["\\u0000"]}', '{"\\ud800": 1}']
)
def test_an_answer_goes_without_what_no_database_takes(api, value):
    path, request_id = asked(api)
    answer = api.post(path, body=f'{{"input_request_id": "{request_id}", "response": {value}}}')
    assert answer.status_code == 200, answer.content
    kept = json.dumps(InputRequest.objects.get().response)
    assert "\\u0000" not in kept
    assert "\\ud800" not in kept


@pytest.mark.parametrize(("depth", "status"), [(98, 200), (101, 400), (900, 400), (5000, 400)])
def test_a_deep_answer_breaks_nothing(api, depth, status):
    path, request_id = asked(api)
    deep = "[" * depth + "]" * depth
    answer = api.post(path, body=f'{{"input_request_id": "{request_id}", "response": {deep}}}')
    assert answer.status_code == status, answer.content
    expected = "answered" if status == 200 else "pending"
    assert InputRequest.objects.get().status == expected
