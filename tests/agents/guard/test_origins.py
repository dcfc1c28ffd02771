"""The door for approved origins: what is asked, what an answer opens, and what never does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from agents.browser.egress_policy import TAINTED, SessionEgress
from agents.errors import Parked, PolicyError, Rejected
from agents.executor.gate import ProposedAction
from agents.guard.gate import RunGate
from agents.guard.policy import Policy
from agents.guard.redactor import Redactor
from agents.guard.risk_facts import ElementFacts
from agents.ports import Answer, InputRequestSpec, Variable
from agents.run import Run
from tests.agents.fakes import FakeContext, World, make_task

SHOP = "https://shop.test/account"
PARTNER = "https://partner.test:8443"
YES = Answer("answered", {"approved": True}, "Olivia", "ir_1")
NO = Answer("answered", {"approved": False, "reason": "not ours"}, "Olivia", "ir_1")
STOP = Answer("answered", {"approved": False, "reason": "fraud", "outcome": "stop"}, "Olivia")
SECRET = "sesame-opens-all"


async def no_browser() -> Any:
    raise AssertionError("no browser is needed")


class Desk:
    """A run in whose session a password was typed, and the people who are asked."""

    def __init__(
        self, *answers: Answer | Exception, policy: Mapping[str, Any] | None = None,
        approval: str = "delegated", typed: tuple[str, ...] = ("password",),
    ) -> None:  # fmt: skip
        policy = dict(policy or {})
        task = make_task(policy=policy, approval=approval)
        self.world = World(task, answers=list(answers))
        self.egress = SessionEgress(Policy.parse(policy))
        for name in typed:
            self.egress.taint(["shop.test"], name, at=SHOP)
        self.gate = self.worker()

    def worker(self) -> RunGate:
        """The gate of one more worker, which goes on where the last one stopped."""
        context = FakeContext(self.world, browser=no_browser)
        context.egress = self.egress
        redactor = Redactor.of({"password": Variable(SECRET, sensitive=True)})
        return RunGate(Run(context), redact=redactor.text)

    @property
    def asked(self) -> list[InputRequestSpec]:
        return list(self.world.requests.values())

    def is_open(self, url: str = PARTNER) -> bool:
        try:
            self.egress.check_url(url)
        except PolicyError as error:
            assert error.rule == TAINTED
            return False
        return True


def goto(url: str = f"{PARTNER}/report?id=7", action_id: str = "1.1", **more: Any):
    return ProposedAction(
        action_id=action_id, step=1, tool="page.goto", target=url, arguments={"url": url},
        mutating=True, page_url=SHOP, url=url, **more,
    )  # fmt: skip


def press(element: ElementFacts, tool: str = "locator.click", **arguments: Any) -> ProposedAction:
    async def look() -> ElementFacts:
        return element

    return ProposedAction(
        action_id="1.1", step=1, tool=tool, target="it", arguments=arguments, mutating=True,
        page_url=SHOP, element=element, look=look,
    )  # fmt: skip


def element(**facts: Any) -> ElementFacts:
    return ElementFacts.from_raw({"frame_url": SHOP, "names": {"text": "Report"}, **facts})


LINK = element(tag="a", role="link", href=f"{PARTNER}/report")


async def test_the_request_says_what_was_typed_what_opens_and_where_it_goes() -> None:
    desk = Desk(YES, typed=("password", "pin"))
    await desk.gate.allow(goto(f"{PARTNER}/report?back={SECRET}"))
    (asked,) = desk.asked
    assert asked.kind == "confirmation" and asked.risk == "sensitive_data"
    assert asked.prompt == (
        f"Open {PARTNER} to the whole browser for the rest of the session, in which “password” "
        "and “pin” were typed"
    )
    context = asked.context
    assert (context["about"], context["origin"]) == ("origin", PARTNER)
    assert (context["level"], context["risks"]) == ("high", ["sensitive_data"])
    assert context["secrets"] == ["password", "pin"]
    told = {argument["name"]: argument for argument in context["arguments"]}
    assert told["url"]["value"].startswith(f"{PARTNER}/report?back=")
    assert not any(argument["editable"] for argument in told.values())
    assert SECRET not in repr(asked)


async def test_approved_it_opens_that_origin_and_no_other_and_is_asked_once() -> None:
    desk = Desk(YES)
    await desk.gate.allow(goto())
    await desk.gate.allow(goto(f"{PARTNER}/more", "1.2"))
    assert len(desk.asked) == 1
    assert desk.is_open()
    for other in (
        "https://partner.test",
        "http://partner.test:8443",
        "https://x.partner.test:8443",
    ):
        assert not desk.is_open(other)


async def test_rejected_it_stays_closed_and_the_model_is_told_why() -> None:
    desk = Desk(NO)
    with pytest.raises(PolicyError, match="not ours") as refusal:
        await desk.gate.allow(goto())
    assert refusal.value.rule == "approval:rejected"
    with pytest.raises(PolicyError, match="already rejected this: not ours"):
        await desk.gate.allow(goto(f"{PARTNER}/elsewhere", "2.1"))
    assert len(desk.asked) == 1 and not desk.is_open()
    stopped = Desk(STOP)
    with pytest.raises(Rejected, match="fraud"):
        await stopped.gate.allow(goto())


@pytest.mark.parametrize("status", ["expired", "canceled"])
async def test_no_decision_is_no_approval(status: str) -> None:
    desk = Desk(Answer(status))
    with pytest.raises(PolicyError) as refusal:
        await desk.gate.allow(goto())
    assert refusal.value.rule == f"approval:{status}" and not desk.is_open()


async def test_a_parked_question_is_asked_once_and_goes_on_at_its_call() -> None:
    desk = Desk(Parked())
    with pytest.raises(Parked):
        await desk.gate.allow(goto())
    desk.world.answers.append(YES)
    await desk.worker().allow(goto())
    assert len(desk.asked) == 1 and desk.is_open()
    # Killed after the decision: the rules know, and nobody is asked again.
    await desk.worker().allow(goto())
    assert desk.world.asked == 2


async def test_what_was_taken_back_is_not_opened_by_its_old_approval() -> None:
    desk = Desk(YES)
    await desk.gate.allow(goto())
    desk.egress._follow(desk.egress._approved.closed(PARTNER))
    with pytest.raises(PolicyError, match="closed again") as refusal:
        await desk.worker().allow(goto())  # the same call, which a person approved
    assert refusal.value.rule == TAINTED and not desk.is_open()
    desk.world.answers.append(YES)
    await desk.worker().allow(goto(action_id="2.1"))  # another call asks anew
    assert len(desk.asked) == 2 and desk.is_open()


@pytest.mark.parametrize(
    ("policy", "approval"),
    [({}, "never"), ({"approvals": {"sensitive_data": "deny"}}, "ask")],
)
async def test_who_may_ask_nobody_is_refused(policy: dict[str, Any], approval: str) -> None:
    desk = Desk(policy=policy, approval=approval)
    with pytest.raises(PolicyError) as refusal:
        await desk.gate.allow(goto())
    assert refusal.value.rule == TAINTED and not desk.asked
    assert await desk.gate.allow(press(LINK)) is None  # its proxy refuses what it leads to


async def test_nothing_spares_the_question() -> None:
    desk = Desk(YES, policy={"approvals": {"sensitive_data": "allow"}}, approval="delegated")
    for tool in ("page.goto", "locator.click", "origin"):
        for host in ("partner.test:8443", "partner.test", "shop.test"):
            desk.world.standing.add((tool, host))
    await desk.gate.allow(goto())
    assert len(desk.asked) == 1


@pytest.mark.parametrize(
    ("policy", "url", "rule"),
    [
        ({"blocked_domains": ["partner.test"]}, PARTNER, "policy:blocked_domains"),
        ({"allowed_domains": ["shop.test"]}, PARTNER, "policy:allowed_domains"),
        ({}, "file:///etc/passwd", "scheme"),
        ({}, f"https://{SECRET}.evil.test/", TAINTED),
    ],
)
async def test_what_is_closed_for_another_reason_is_asked_of_nobody(
    policy: dict[str, Any], url: str, rule: str
) -> None:
    desk = Desk(YES, policy=policy)
    with pytest.raises(PolicyError) as refusal:
        await desk.gate.allow(goto(url))
    assert refusal.value.rule == rule and not desk.asked
    assert SECRET not in str(refusal.value)


async def test_nobody_is_asked_where_nothing_was_typed_or_the_place_is_open() -> None:
    desk = Desk(typed=())
    await desk.gate.allow(goto())
    tainted = Desk(policy={"auth_domains": ["partner.test"]})
    await tainted.gate.allow(goto())
    await tainted.gate.allow(goto("https://www.shop.test/x"))
    assert not desk.asked and not tainted.asked


# --- clicks -------------------------------------------------------------------------------------
FORM = {"method": "get", "action": f"{PARTNER}/find", "fields": []}
BUTTON = {"tag": "button", "role": "button", "submits": True, "form": FORM}


@pytest.mark.parametrize(
    "call",
    [
        press(LINK),
        press(LINK, "popup"),
        press(LINK, "mouse.click"),
        press(LINK, "mouse.down"),
        press(LINK, "keyboard.down", key="Enter"),
        press(LINK, "locator.press", key="Enter"),
        press(element(tag="span", hit={"tag": "a", "href": f"{PARTNER}/report"})),
        press(element(**BUTTON)),
        press(element(tag="input", default=BUTTON, form=FORM), "locator.press", key="Enter"),
    ],
    ids=[
        "link",
        "popup",
        "mouse",
        "mouse down",
        "enter down",
        "enter on a link",
        "what lies over it",
        "form",
        "enter in a form",
    ],
)
async def test_a_press_that_leads_there_is_asked_about_before_it(call: ProposedAction) -> None:
    desk = Desk(NO)
    with pytest.raises(PolicyError, match="not ours"):
        await desk.gate.allow(call)
    assert [spec.context["origin"] for spec in desk.asked] == [PARTNER]


@pytest.mark.parametrize(
    "call",
    [
        press(LINK, "locator.hover"),
        press(LINK, "mouse.move"),
        press(element(tag="textarea", default=BUTTON, form=FORM), "locator.press", key="Enter"),
        press(LINK, "locator.press", key="Tab"),
        press(replace(LINK, frame_url="https://shop.test/frame")),
        press(element(tag="a", href="mailto:a@partner.test")),
        press(element(tag="a", href="https://shop.test/next")),
        press(element(tag="input", form=FORM)),
    ],
    ids=[
        "hover",
        "mouse moved",
        "a line break",
        "another key",
        "in a frame",
        "no page",
        "open",
        "a field",
    ],
)
async def test_what_leads_no_tab_there_asks_nobody(call: ProposedAction) -> None:
    desk = Desk()
    await desk.gate.allow(call)
    assert not desk.asked


async def test_the_page_is_looked_at_again_after_the_question() -> None:
    """A page that swaps its link for a pay button while people decide has to ask for that, too."""
    form = {"method": "post", "action": "https://shop.test/pay", "fields": []}
    pay = element(tag="button", names={"text": "Pay now"}, submits=True, form=form)

    async def look() -> ElementFacts:
        return pay

    desk = Desk(YES, NO)
    with pytest.raises(PolicyError, match="not ours"):
        await desk.gate.allow(replace(press(LINK), look=look))
    first, second = desk.asked
    assert first.context["about"] == "origin"
    assert second.risk in ("payment", "purchase") and "about" not in second.context


# --- neither stands for the other ---------------------------------------------------------------
DELETES = f"{PARTNER}/account/delete?confirm=1"


async def test_an_origin_grants_no_risk_and_a_risk_opens_no_origin() -> None:
    desk = Desk(YES, YES)
    grant = await desk.gate.allow(goto(DELETES))
    first, second = desk.asked
    assert (first.risk, second.risk) == ("sensitive_data", "destructive")
    assert second.context.get("about") is None
    assert grant is not None and grant.risk == "destructive" and grant.asked
    half = Desk(YES, NO)
    with pytest.raises(PolicyError, match="not ours"):
        await half.gate.allow(goto(DELETES))
    refused = Desk(NO, YES)
    with pytest.raises(PolicyError, match="not ours"):
        await refused.gate.allow(goto(DELETES))
    assert len(refused.asked) == 1 and not refused.is_open()


async def test_a_risk_that_the_policy_denies_opens_nothing_first() -> None:
    desk = Desk(YES, policy={"approvals": {"destructive": "deny"}})
    with pytest.raises(PolicyError) as refusal:
        await desk.gate.allow(goto(DELETES))
    assert refusal.value.rule == "policy:approvals" and not desk.asked


async def test_an_edited_address_asks_for_its_own_origin() -> None:
    edited = {"approved": True, "edits": {"url": f"{PARTNER}/x"}}
    desk = Desk(Answer("answered", edited, "Olivia", "ir_1"), NO)
    with pytest.raises(PolicyError, match="not ours"):
        await desk.gate.allow(goto("https://shop.test/account/delete?confirm=1"))
    first, second = desk.asked
    assert first.risk == "destructive" and second.context["origin"] == PARTNER
    assert not desk.is_open()
