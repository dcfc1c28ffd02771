"""A run's state survives JSON whole, and stays small."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agents.checkpoint import (
    OpenAsk,
    OpenStep,
    RunState,
    decode_decision,
    decode_turn,
    encode_decision,
    encode_turn,
)
from agents.plain import bounded, clip, plain, plain_text
from agents.ports import (
    Act,
    ActionRecord,
    Answer,
    Ask,
    Finish,
    IncomingMessage,
    StepResult,
    StoredArtifact,
    Turn,
)

RECORD = ActionRecord("1.1", "locator.click", 'button "Pay"', {"n": 1}, "completed", True)
FILE = StoredArtifact("art_1", "bill.pdf", "application/pdf", 4, "ab")
MESSAGE = IncomingMessage("msg_1", "Hurry.", "Ada")

TURNS = [
    Turn(1, Act("await x", "why", ["a"]), StepResult(ok=True, value=[1], actions=[RECORD])),
    Turn(2, Act("y"), StepResult(ok=False, error_code="e", error_message="m", downloads=[FILE])),
    Turn(3, Ask("Which?", "form", input_schema={"type": "object"}), answer=Answer("skipped")),
    Turn(4, Ask("Who?", "choice", choices=[{"value": 1, "label": "x"}]), notes=("n",)),
    Turn(5, Finish("t", {"a": None}, False, ["q"]), observation="page", messages=(MESSAGE,)),
]


def through_json(data: Any) -> Any:
    return json.loads(json.dumps(data, allow_nan=False))


@pytest.mark.parametrize("turn", TURNS, ids=lambda turn: str(turn.step))
def test_a_turn_comes_back_as_it_was(turn: Turn) -> None:
    assert decode_turn(through_json(encode_turn(turn))) == turn


def test_an_unknown_decision_is_refused() -> None:
    data = encode_decision(Act("x"))
    with pytest.raises(ValueError, match="unknown decision"):
        decode_decision({**data, "decision": "dance"})


def test_the_whole_state_comes_back_as_it_was() -> None:
    state = RunState(
        boundary="b",
        today="Sunday, 2026-11-22",
        step=7,
        decided=6,
        memory={"at": [1, {"x": None}]},
        plan=["a", "b"],
        notes=["n"],
        messages=[MESSAGE],
        open=OpenStep(7, Act("z"), "m", False, ("n",), (MESSAGE,), "mark", [RECORD]),
        asking=OpenAsk(8, Ask("Q?"), "ask:8", ("n",), (MESSAGE,), {"page_url": "u"}, True),
        started=True,
        page_url="http://a.test/",
        files=[FILE],
        seen=["art_9"],
        repeats=["a.b"],
        told=["cost_unknown"],
        outcome={"text": "t"},
    )
    for turn in TURNS:
        state.add(turn)
    assert RunState.from_json(through_json(state.as_json())) == state


def test_a_checkpoint_of_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="format"):
        RunState.from_json({"format": 99})


def test_unknown_keys_of_a_newer_version_are_ignored() -> None:
    data = {**RunState(boundary="b").as_json(), "later": 1}
    assert RunState.from_json(data) == RunState(boundary="b")


def test_only_the_newest_turn_keeps_its_page() -> None:
    state = RunState(boundary="b")
    for number in range(3):
        state.add(Turn(number, Act("x"), StepResult(ok=True), observation=f"page {number}"))
    assert [turn.observation for turn in state.turns] == ["", "", "page 2"]


def test_many_heavy_steps_stay_small() -> None:
    state = RunState(boundary="b")
    orders = IncomingMessage("msg_1", "Never pay.", "Ada")
    for number in range(160):
        records = [RECORD] * 60
        result = StepResult(
            ok=True, value=[{"row": "x" * 2_000}] * 40, printed="p" * 50_000, actions=records
        )
        turn = Turn(
            number,
            Act("await x\n" * 200, "because " * 20),
            result,
            observation="o" * 60_000,
            messages=(orders,) if number == 3 else (),
        )
        state.add(turn)
    assert len(json.dumps(state.as_json())) < 300_000
    assert state.turns[-1].step == 159
    assert any(turn.messages for turn in state.turns), "what people said is never dropped"


def test_small_results_of_many_steps_are_kept_whole() -> None:
    """Reading page after page must not lose the first ones."""
    state = RunState(boundary="b")
    for number in range(20):
        state.add(Turn(number, Act("x"), StepResult(ok=True, value=["row"] * 200)))
    assert state.turns[0].result is not None
    assert state.turns[0].result.value == ["row"] * 200


def test_files_of_one_name_are_one() -> None:
    state = RunState(boundary="b")
    state.keep([FILE, StoredArtifact("art_2", "b", "text/plain", 1, "cd")])
    state.keep([StoredArtifact("art_3", "bill.pdf", "application/pdf", 5, "ef")])
    assert [item.id for item in state.files] == ["art_3", "art_2"]


# --- plain values -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("a\x00b", "ab"),
        ("\ud800x", "?x"),
        (float("nan"), None),
        (float("inf"), None),
        ({1: (2, {3})}, {"1": [2, [3]]}),
        (b"raw", "b'raw'"),
        (True, True),
        (1.5, 1.5),
    ],
)
def test_values_become_strict_json(value: Any, wanted: Any) -> None:
    assert plain(value) == wanted


def test_bottomless_values_end() -> None:
    value: list[Any] = []
    value.append(value)
    assert len(json.dumps(plain(value))) < 200


def test_good_text_is_left_alone() -> None:
    assert plain_text("Grüße 👋") == "Grüße 👋"


@pytest.mark.parametrize("limit", [1, 20, 60, 100, 999])
def test_clipped_text_fits(limit: int) -> None:
    once = clip("x" * 1_000, limit)
    assert len(once) <= limit
    assert clip(once, limit) == once


@pytest.mark.parametrize("limit", [1, 12, 40, 63, 64, 130, 200, 333, 500])
def test_no_placeholder_is_cut_in_two(limit: int) -> None:
    for shift in range(20):
        once = clip("x" * shift + "{{card_number}}" * 100, limit)
        assert len(once) <= limit
        whole = once.replace("{{card_number}}", "")
        assert "{" not in whole and "}" not in whole and "card" not in whole, once
    long = "{{" + "n" * 64 + "}}"
    assert long[2:20] not in clip("x" * 90 + long + "y" * 900, 200).replace(long, "")


def test_a_bounded_list_stays_a_list_of_whole_items() -> None:
    rows = [{"n": n, "text": "y" * 20} for n in range(100)]
    kept = bounded(rows, 1_000)
    assert kept[:-1] == rows[: len(kept) - 1]
    assert "more items left out" in kept[-1]
    assert len(json.dumps(kept)) <= 1_000


def test_a_bounded_object_becomes_clipped_text() -> None:
    assert len(bounded({"a": "z" * 5_000}, 500)) <= 500
