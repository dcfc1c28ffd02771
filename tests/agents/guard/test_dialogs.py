"""Questions that pages put in the browser's own boxes: what OK would do, told from their words."""

from __future__ import annotations

from typing import Any

import pytest

from agents.guard.risk import classify
from agents.guard.risk_dialogs import wants_secret
from agents.guard.risk_facts import CallFacts, DialogFacts, ElementFacts, Verdict

PAGE = "https://notes.example/list"
MORE = ElementFacts(tag="button", role="button", names={"text": "More"}, frame_url=PAGE,
                    origin="https://notes.example")  # fmt: skip


def ok(
    text: str, kind: str = "confirm", element: ElementFacts | None = MORE, **more: Any
) -> Verdict:
    call = CallFacts(
        tool="accept_dialog.click",
        arguments=more.pop("arguments", {"message": text}),
        page_url=PAGE,
        dialog=DialogFacts(kind, text),
        **more,
    )
    return classify(call, element)


@pytest.mark.parametrize(
    ("text", "risk"),
    [
        ("Delete the note Groceries?", "destructive"),
        ("Do you really want to remove Bo Falk?", "destructive"),
        ("Möchten Sie das Konto wirklich löschen?", "destructive"),
        ("Supprimer ce message ?", "destructive"),
        ("Soll die Mitgliedschaft gekündigt werden? Kündigen", "destructive"),
        ("Discard all changes?", "destructive"),
        ("Empty the trash?", "destructive"),
        ("You are about to place an order. Buy now?", "purchase"),
        ("Your card will be charged. The total is $49.00. Continue?", "purchase"),
        ("Pay £10.00 now?", "payment"),
        ("Make Eve an administrator?", "permission_change"),
        ("I accept the terms and conditions", "legal_acceptance"),
        ("Log out?", "auth"),
        ("Are you sure?", "ambiguous"),
        ("Vil du fortsette?", "ambiguous"),
        ("D e l e t e the account?", "destructive"),
        ("Dеlеtе the account?", "destructive"),  # Cyrillic letters
    ],
)
def test_ok_means_what_the_question_says(text: str, risk: str) -> None:
    verdict = ok(text)
    assert risk in verdict.risks, verdict
    assert f'when the page asks "{text}"' in verdict.effect


def test_what_stands_late_in_a_long_question_counts() -> None:
    text = "This list is shared with your team and has been for a while. " * 7
    assert "destructive" in ok(text + "Delete the whole project?").risks
    assert "destructive" in ok("Delete the whole project? " + text).risks


def test_the_riskier_of_press_and_question_counts() -> None:
    pay = ElementFacts(tag="button", role="button", names={"text": "Pay now"}, frame_url=PAGE)
    assert {"payment", "destructive"} <= ok("Delete the draft?", element=pay).risks
    assert "payment" in ok("Are you sure?", element=pay).risks
    assert ok("Are you sure?", element=None).main == "unknown"


def test_an_approval_is_for_one_text_and_one_kind() -> None:
    marks = {
        ok("Delete the note?").fingerprint,
        ok("Delete the note!").fingerprint,
        ok("Delete the note?", "prompt").fingerprint,
        classify(CallFacts("accept_dialog.click", {}, PAGE), MORE).fingerprint,
    }
    assert len(marks) == 4
    assert ok("Delete the note?").fingerprint == ok("Delete the note?").fingerprint


@pytest.mark.parametrize(
    "text",
    ["Your password?", "Enter your card number", "Security code", "The code we sent you:", "PIN",
     "Bitte Passwort eingeben", "Please confirm by typing your one-time code"],
)  # fmt: skip
def test_a_question_that_fishes_for_secrets_is_sensitive(text: str) -> None:
    assert wants_secret(text)
    verdict = ok(text, "prompt", arguments={"message": text, "answer": "x"})
    assert "sensitive_data" in verdict.risks


@pytest.mark.parametrize("kind", ["password", "one_time_code", "card"])
@pytest.mark.parametrize("text", ["New name?", "Your password?"])
def test_a_box_is_no_place_for_a_secret(kind: str, text: str) -> None:
    assert "sensitive_data" in ok(text, "prompt", typed_kinds=(kind,)).risks


def test_a_card_number_is_told_by_itself() -> None:
    answer = {"message": "Name?", "answer": "4111 1111 1111 1111"}
    assert "sensitive_data" in ok("Name?", "prompt", arguments=answer).risks
    assert not wants_secret("New name?")
