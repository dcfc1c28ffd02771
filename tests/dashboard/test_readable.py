"""What pages and models call things reads as it is at every door: nothing hides or is turned."""

from __future__ import annotations

import json

import pytest
from django.db import transaction

from agents.events import (
    TaskActionStarted,
    TaskCompleted,
    TaskNotice,
    TaskPageChanged,
    TaskStepCompleted,
)
from agents.guard.effects import quoted
from agents.ports import InputRequestSpec
from agents.readable import readable
from dashboard import ledger
from dashboard.models import AgentSession, Delivery, InputRequest
from dashboard.services import artifacts, leases, requests, sessions
from tests.conftest import make_task
from tests.dashboard.api.conftest import Api, api  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db

HIDDEN = ("\u202e", "\u2066", "\u200e", "\u200f", "\u061c", "\u200b", "\u2060", "\ufeff", "\u00ad")
TURNED = "Pay \u202e00.5\u202c now\u200b"


@pytest.mark.parametrize("mark", HIDDEN)
def test_what_hides_or_turns_is_taken_out(mark):
    assert readable(f"a{mark}b {mark}שלום{mark}") == "ab שלום"


def test_letters_and_cells_that_show_nothing_are_no_words():
    assert readable("a\u3164b\uffa0c\u115fd\u1160e\u2800f") == "abcde f"
    syllables = "\u115f\u1161\u11a8 \u1100\u1160 한국"
    assert readable(syllables) == syllables


def test_joiners_stay_where_a_script_needs_them():
    persian, family = "می\u200cخواهم", "👩\u200d👧"
    assert readable(persian) == persian and readable(family) == family
    assert quoted(persian) == f'"{persian}"'
    assert readable("pa\u200cy\u200d") == "pay"


def test_a_request_is_words_for_people_and_data_to_the_letter(operator, api: Api):  # noqa: F811
    task = make_task(operator, callback_url="https://hooks.example/in")
    held = leases.claim(task.pk, "w1")
    spec = InputRequestSpec(
        key="k",
        kind="confirmation",
        prompt=f"Press {TURNED}",
        risk="payment",
        choices=[{"value": "a\u200e", "label": TURNED}],
        input_schema={"type": "object", "title": TURNED, "enum": ["a\u200e"]},
        context={
            "effect": TURNED,
            "page_title": TURNED,
            "reasons": [TURNED],
            "arguments": [{"name": "value", "label": "Value", "type": "string", "value": TURNED}],
            "level": "low",
            "step": 1,
        },
    )
    with transaction.atomic():
        requests.open_request(held, held.fence, spec)
    row = InputRequest.objects.get()
    told = next(e for e in ledger.read(task_id=task.pk) if e.type == "task.input_request").payload
    hook = json.loads(Delivery.objects.get(type="task.input_request").body)["data"]
    for seen in (requests.as_dict(row), told, hook):
        assert seen["prompt"] == "Press Pay 00.5 now"
        assert seen["choices"] == [{"value": "a\u200e", "label": "Pay 00.5 now"}]
        assert seen["input_schema"]["title"] == "Pay 00.5 now"
        assert seen["input_schema"]["enum"] == ["a\u200e"]
        context = seen["context"]
        assert context["effect"] == context["page_title"] == context["reasons"][0] == "Pay 00.5 now"
        assert context["arguments"][0]["value"] == TURNED


def test_titles_labels_dialogs_and_errors_of_events_are_words(operator):
    words = "Pay 00.5 now"
    assert TaskPageChanged(page_url="https://x.example/", page_title=TURNED).page_title == words
    assert TaskNotice(kind="dialog", message=TURNED).message == words
    started = TaskActionStarted(
        action_id="1.1", step=1, tool="fill", target=TURNED, arguments={"value": TURNED}
    )
    assert (started.target, started.arguments["value"]) == (words, TURNED)
    done = TaskStepCompleted(step=1, success=True, summary=TURNED, page_title=TURNED, value=TURNED)
    assert (done.summary, done.page_title, done.value) == (words, words, TURNED)
    ended = TaskCompleted(terminal_reason="failed", error={"code": "x", "message": TURNED})
    assert ended.error == {"code": "x", "message": words}


def test_what_rows_call_a_page_and_a_file_is_words(operator):
    held = leases.claim(make_task(operator).pk, "w1")
    sessions.set_page(held.session_id, url="https://x.example/", title=TURNED)
    assert AgentSession.objects.get().page_title == "Pay 00.5 now"
    sha256, size = artifacts.write_bytes(b"x")
    name = "invoice\u202efdp.exe"
    kept = artifacts.add(
        held, held.fence, sha256=sha256, size_bytes=size, name=name, media_type="text/plain",
        kind="download", step=1,
    )  # fmt: skip
    assert kept.name == "invoicefdp.exe"
