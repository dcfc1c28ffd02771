"""Approvals in the inbox: what a card shows, what its form means, several at once, who saw it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dashboard.models import AuditEntry, InputRequest, Role
from dashboard.pages import approvals
from dashboard.services import requests, standing
from dashboard.services.actors import Actor
from tests.conftest import make_actor, make_project, signed_in
from tests.console import builders

pytestmark = pytest.mark.django_db
PART = {"HX-Request": "true"}
EDITS = {"edit-quantity": "2", "edit-note": ""}


def card(client: Client, row: InputRequest) -> str:
    return client.get(reverse("request", args=[row.pk]), headers=PART).content.decode()


def decide(client: Client, row: InputRequest, *, part: bool = True, **data: Any):
    fields = {"revision": row.revision, "here": "inbox", **EDITS, **data}
    return client.post(reverse("decide", args=[row.pk]), fields, headers=PART if part else {})


def bulk(client: Client, rows: list[InputRequest], **data: Any) -> str:
    picks = [f"{row.pk}:{row.revision}" for row in rows]
    sent = {"pick": picks, "action": "approve", **data}
    return client.post(reverse("bulk"), sent, headers=PART).content.decode()


MARKS = "".join(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))


def test_no_text_of_a_page_turns_the_words_beside_it_round(person: Client, operator: Actor) -> None:
    label = f'Press "Pay {MARKS}9" on shop.example'
    arguments = [{"name": "note", "label": "Note", "type": "string", "value": f"a{MARKS}b",
                  "editable": True}]  # fmt: skip
    row = builders.approval(operator, label, why=f"So {MARKS}it is", arguments=arguments)
    session = reverse("session", args=[row.task.session_id])
    for address in (reverse("inbox"), reverse("request", args=[row.pk]), session):
        text = person.get(address).content.decode()
        assert "“Pay 9” on shop.example" in text
        assert not set(MARKS) & set(text), address
    # Approved as it was shown: the mark that is gone is no edit.
    decide(person, row, action="approve", confirmed="approve", **{"edit-note": "ab"})
    row.refresh_from_db()
    assert row.response["approved"] is True and not row.response.get("arguments")


def test_a_reason_that_only_repeats_the_title_is_left_out(person: Client, operator: Actor) -> None:
    title = 'Press "Send request" on trips.example'
    again = builders.approval(operator, title, key="a", why="Click the button “Send request”.")
    assert "Why:" not in card(person, again)
    more = builders.approval(operator, title, key="b", why="Send the request: all is filled in.")
    assert "all is filled in" in card(person, more)


def test_only_what_may_not_be_undone_is_said_to_be_so(person: Client, operator: Actor) -> None:
    box = builders.approval(operator, tool="locator.check", risks=["legal_acceptance"])
    asked = decide(person, box, action="approve").content.decode()
    assert "It can be unticked" in asked and "may not be undone" not in asked


def test_a_card_has_what_a_decision_needs(person: Client, operator: Actor) -> None:
    row = builders.approval(operator)
    text = card(person, row)
    assert "Submit the order for 1,240 GBP" in text and "HIGH" in text and "Payment" in text
    assert "Cart matches the request" in text and "shop.example/checkout" in text
    assert f"?task={row.task_id}#step-2" in text
    # The picture scales with its box: the overlay has the picture's own coordinates.
    assert 'viewBox="0 0 1280 800"' in text and 'x="820" y="560" width="220" height="48"' in text
    assert "a box marks the target: button &quot;Pay&quot;" in text
    assert 'name="edit-quantity"' in text and 'name="edit-gift"' in text
    assert 'name="edit-total"' not in text and "read-only" in text
    assert "<summary>Code of the step</summary>" in text and "get_by_role" in text
    assert 'name="remember"' not in text and " style=" not in text
    low = builders.approval(operator, "Send the form", level="low")
    assert "Also approve “click” on shop.example for the rest of this task" in card(person, low)


def test_high_risk_needs_a_second_press(person: Client, operator: Actor) -> None:
    row = builders.approval(operator)
    asked = decide(person, row, action="approve")
    text = asked.content.decode()
    assert asked.status_code == 200 and 'name="confirmed" value="approve"' in text
    assert re.search(r"<dialog [^>]*open", text) and re.search(r"data-close autofocus>Cancel", text)
    row.refresh_from_db()
    assert row.status == "pending"
    # Without script the same is a page.
    assert b"Approve this?" in decide(person, row, part=False, action="approve").content
    done = decide(person, row, action="", confirmed="approve").content.decode()
    assert "Approved by olivia" in done
    row.refresh_from_db()
    assert row.response["approved"] is True and row.response["edits"] == {}


def test_edits_are_typed_and_shown(person: Client, operator: Actor) -> None:
    row = builders.approval(operator, level="medium")
    edits = {"edit-quantity": "3", "edit-gift": "on"}
    assert "approve with edits" in decide(person, row, action="approve", **edits).content.decode()
    wrong = decide(person, row, action="approve_with_edits", **{"edit-quantity": "many"})
    assert wrong.status_code == 422 and "Quantity must be a number" in wrong.content.decode()
    assert 'value="many"' in wrong.content.decode()
    none = decide(person, row, action="approve_with_edits")
    assert none.status_code == 422 and "Nothing was changed" in none.content.decode()
    done = decide(person, row, action="approve_with_edits", **edits).content.decode()
    assert "Approved with edits by olivia" in done
    assert "<del>2</del>" in done and "<ins>3</ins>" in done and "<ins>yes</ins>" in done
    row.refresh_from_db()
    assert row.response["edits"] == {"quantity": 3, "gift": True}


def test_a_rejection_has_a_reason_and_an_outcome(person: Client, operator: Actor) -> None:
    row = builders.approval(operator)
    said = decide(person, row, action="reject", reason="Too dear", outcome="stop")
    assert "Rejected by olivia" in said.content.decode() and "Too dear" in said.content.decode()
    row.refresh_from_db()
    assert (row.response["outcome"], row.response["approved"]) == ("stop", False)
    other = builders.approval(operator, "Send the form")
    decide(person, other, action="reject")
    other.refresh_from_db()
    assert other.response["outcome"] == "continue"
    assert decide(person, other, action="nonsense").status_code in (409, 422)


def test_a_rule_stands_until_it_is_revoked(person: Client, operator: Actor) -> None:
    row = builders.approval(operator, level="low")
    decide(person, row, action="approve", remember="on")
    rule = standing.rules_of(row.task).get()
    session = reverse("session", args=[row.task.session_id])
    page = person.get(f"{session}?pane=details").content.decode()
    assert "Standing approvals" in page and "“click” on <strong>shop.example" in page
    address = reverse("revoke-rule", args=[row.task.session_id, rule.pk])
    viewer = signed_in(make_actor(operator.project, "vera", Role.VIEWER))
    assert viewer.post(address).status_code == 403
    assert "Revoke" not in viewer.get(f"{session}?pane=details").content.decode()
    assert "Standing approvals" not in person.post(address, headers=PART).content.decode()
    assert not standing.rules_of(row.task).exists()


def test_several_are_decided_after_a_list_of_what_will_happen(
    person: Client, operator: Actor
) -> None:
    low = builders.approval(operator, "Send the letter", level="low")
    medium = builders.approval(operator, "Type the phone number", level="medium")
    high = builders.approval(operator, "Pay the bill")
    listed = bulk(person, [low, medium, high])
    assert "Approve 2?" in listed and "Send the letter" in listed and "Type the phone" in listed
    assert "high risk is decided one by one" in listed
    assert {row.status for row in InputRequest.objects.all()} == {"pending"}
    oscar = make_actor(operator.project, "oscar")
    requests.decide(low, by=oscar, response=False, revision=1)
    done = bulk(person, [low, medium, high], confirmed="1")
    assert done.count(">Approved<") == 1
    stale = bulk(person, [medium], confirmed="1")
    assert "approved already" in stale
    states = {row.pk: row for row in InputRequest.objects.all()}
    assert states[high.pk].status == "pending" and states[medium.pk].response["approved"]
    assert states[low.pk].answered_by == "oscar"


def test_what_is_settled_between_list_and_press_is_left_as_it_is(
    person: Client, operator: Actor
) -> None:
    row = builders.approval(operator, level="low")
    InputRequest.objects.filter(pk=row.pk).update(revision=2)
    assert "has changed since you saw it" in bulk(person, [row], confirmed="1")
    row.refresh_from_db()
    assert row.status == "pending"


def test_the_group_of_a_turn_is_decided_together(person: Client, operator: Actor) -> None:
    task = builders.running(operator)
    rows = [
        builders.approval(operator, f"Send form {n}", level=level, task=task)
        for n, level in enumerate(("low", "low", "high"))
    ]
    text = card(person, rows[0])
    assert "Asked together with 2 more" in text and "Approve 2 of them" in text
    session = person.get(reverse("session", args=[task.session_id])).content.decode()
    assert session.count('class="panel request-card approval"') == 1
    sent = {"group": rows[0].pk, "action": "reject"}
    listed = person.post(reverse("bulk"), sent, headers=PART).content.decode()
    assert "Reject 2?" in listed and 'name="reason"' in listed
    bulk(person, rows[:2], action="reject", reason="Not now", confirmed="1")
    states = list(InputRequest.objects.order_by("pk").values_list("status", flat=True))
    assert states == ["answered", "answered", "pending"]


def test_it_is_noted_who_saw_what(person: Client, operator: Actor) -> None:
    row = builders.approval(operator)
    for _ in range(2):
        person.get(reverse("request", args=[row.pk]))
    seen = AuditEntry.objects.filter(action="request.seen", object_id=row.pk)
    assert [(entry.actor, entry.detail["revision"]) for entry in seen] == [("olivia", 1)]
    who = f"user:{operator.user.pk}"  # the name may be another one tomorrow
    assert who in person.get(reverse("settings-audit"), {"q": who}).content.decode()
    exported = b"".join(person.get(reverse("audit-export"), {"q": who})).decode()
    assert f",olivia,{who},request.seen,{row.pk}," in exported


def test_filters_by_risk_and_assignee(person: Client, operator: Actor) -> None:
    high, low = builders.approval(operator), builders.approval(operator, "Send", level="low")
    oscar = make_actor(operator.project, "oscar")
    requests.assign(low, oscar.user, by=operator)

    def shown(query: str) -> set[str]:
        text = person.get(reverse("inbox") + query, headers=PART).content.decode()
        return {row.pk for row in (high, low) if f"inbox-row-{row.pk}" in text}

    assert shown("?kind=confirmation") == {high.pk, low.pk}
    assert shown("?risk=high") == {high.pk} and shown("?risk=low") == {low.pk}
    assert oscar.user is not None
    assert shown(f"?assignee={oscar.user.pk}") == {low.pk}
    assert shown("?assignee=nobody") == {high.pk} and shown("?assignee=me") == set()


def test_it_is_given_to_somebody_of_the_team(person: Client, operator: Actor) -> None:
    row = builders.approval(operator)
    oscar = make_actor(operator.project, "oscar").user
    vera = make_actor(operator.project, "vera", Role.VIEWER).user
    assert oscar is not None and vera is not None
    address = reverse("assign", args=[row.pk])
    text = person.post(address, {"to": oscar.pk}, headers=PART).content.decode()
    assert "oscar looks after it" in text
    for nobody in (vera.pk, 999_999, "x"):
        assert person.post(address, {"to": nobody}, headers=PART).status_code == 404
    row.refresh_from_db()
    assert row.assignee == oscar


def test_viewers_read_and_cannot_decide(operator: Actor) -> None:
    row = builders.approval(operator)
    viewer = signed_in(make_actor(operator.project, "vera", Role.VIEWER))
    text = card(viewer, row)
    assert "Your role may look" in text and "<button" not in text and "1,240 GBP" in text
    assert decide(viewer, row, action="approve", confirmed="approve").status_code == 403
    assert viewer.post(reverse("bulk"), {"pick": f"{row.pk}:1"}).status_code == 403
    assert "data-pick" not in viewer.get(reverse("inbox")).content.decode()


def test_odd_geometry_and_arguments_do_no_harm(operator: Actor, person: Client) -> None:
    row = builders.approval(
        operator, box=[-50, 790, 9999, 50], screenshot_size=["x", 800], level="odd",
        arguments=[{"name": ""}, {"name": "a", "value": None}], risks=["<b>"],
    )  # fmt: skip
    found = approvals.shot(row)
    assert found is not None and found.box == (0, 790, 1280, 10)
    text = card(person, row)
    assert "HIGH" in text and "&lt;b&gt;" in text and "<b>" not in text


def test_a_thousand_approvals_open_under_300_ms(person: Client, operator: Actor) -> None:
    first = builders.approval(operator, level="low")
    context = first.context
    InputRequest.objects.bulk_create(
        InputRequest(
            project=operator.project, task=first.task, key=f"k{n}", kind="confirmation",
            prompt=f"Send form {n}", risk="external_submit", context=context | {"group": f"g{n}"},
        )
        for n in range(1000)
    )  # fmt: skip
    person.get(reverse("inbox"))
    for query in ("", "?risk=low", "?state=all&q=form"):
        address = reverse("inbox") + query
        took = builders.fastest_s(lambda address=address: person.get(address), enough_s=0.3)
        assert took < 0.3, query


# --- origins ------------------------------------------------------------------------------------
PARTNER = "https://partner.example:8443"


def origin_request(actor: Actor, origin: str = PARTNER) -> InputRequest:
    """A run in whose session a password was typed wants to go elsewhere."""
    prompt = f"Open {origin} to the whole browser for the rest of the session, in which “password” was typed"  # noqa: E501
    told = {
        "Would be reachable": origin,
        "Address to be opened": f"{origin}/report?from=••••",
        "Typed in this session": "password",
    }
    return builders.approval(
        actor, prompt, key="origin:1.1:abc", about="origin", origin=origin, secrets=["password"],
        risks=["sensitive_data"], tool="page.goto", host="partner.example:8443",
        arguments=[{"name": name[:2], "label": name, "type": "string", "value": value,
                    "editable": False} for name, value in told.items()],
    )  # fmt: skip


def test_a_card_about_an_origin_says_what_it_opens(person: Client, operator: Actor) -> None:
    row = origin_request(operator)
    text = card(person, row)
    assert f'<strong class="origin-name">{PARTNER}</strong>' in text and "HIGH" in text
    assert "every page in this browser can send to this origin" in text
    assert f"{PARTNER}/report?from=••••" in text and "password" in text
    assert 'name="remember"' not in text and 'name="edit-' not in text
    asked = decide(person, row, action="approve").content.decode()
    assert "It can be revoked later" in asked and "may not be undone" not in asked
    assert (
        "Approved by olivia" in decide(person, row, action="", confirmed="approve").content.decode()
    )
    plain = builders.approval(operator, origin=PARTNER)
    assert "origin-name" not in card(person, plain)


def test_an_opened_origin_is_listed_until_it_is_revoked(person: Client, operator: Actor) -> None:
    row = origin_request(operator)
    decide(person, row, confirmed="approve")
    session = reverse("session", args=[row.task.session_id])
    page = person.get(f"{session}?pane=details").content.decode()
    assert "Opened origins" in page and PARTNER in page and "by olivia" in page
    address = reverse("revoke-origin", args=[row.task.session_id])
    viewer = signed_in(make_actor(operator.project, "vera", Role.VIEWER))
    assert viewer.post(address, {"origin": PARTNER}).status_code == 403
    seen = viewer.get(f"{session}?pane=details").content.decode()
    assert PARTNER in seen and "Revoke" not in seen
    left = person.post(address, {"origin": PARTNER}, headers=PART)
    assert left.status_code == 200 and "Opened origins" not in left.content.decode()
    assert person.post(address, {"origin": PARTNER}, headers=PART).status_code == 404
    actions = AuditEntry.objects.filter(action__startswith="origin.").values_list("action", "actor")
    assert sorted(actions) == [("origin.approved", "olivia"), ("origin.revoked", "olivia")]
    stranger = signed_in(make_actor(make_project("Other"), "eve"))
    assert stranger.post(address, {"origin": PARTNER}).status_code == 404
