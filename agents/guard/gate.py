"""The action gate of a run: every guarded call and every request of a page passes here.

Code judges the risk (`agents.guard.risk`); the task's approval mode, its policy and what people
allowed for its rest say whether a person is asked. The run then waits as a coroutine, inside the
step; a long wait parks it, and the resumed step comes back to the same question by its key.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any
from weakref import WeakValueDictionary

from agents.browser.ending import kill
from agents.control import Interrupted
from agents.errors import BrowserGone, PolicyError, Rejected, RunSignal
from agents.events import TaskActionDone, TaskActionIntent, TaskPolicyDenied
from agents.executor.gate import Grant, PeopleGate, ProposedAction
from agents.guard.allowed import GRANT_S, Allowed
from agents.guard.confirming import Confirming, host_of, key_of, what_of
from agents.guard.hold import HeldRequest, NetworkHold
from agents.guard.judging import (
    BRINGS_FILE,
    is_blind,
    judge,
    judge_request,
    looked_again,
    refusal,
    with_file,
)
from agents.guard.origins import Origins
from agents.guard.policy import Policy
from agents.guard.risk_facts import ALWAYS_ASK, Verdict
from agents.guard.settling import Outcome, settle
from agents.guard.spoken import Words
from agents.plain import clip, plain_text
from agents.ports import ActionRecord, Answer
from agents.run import Run

MOST_HELD = 5  # requests that wait at once; more are refused
MOST_TOLD = 20  # refused requests of one step that people and the model are told of
_SECRET_KINDS = frozenset({"password", "one_time_code"})


class RunGate(PeopleGate):
    """Judges one run's calls and requests. redact: takes the caller's secrets out of text."""

    def __init__(self, run: Run, *, redact: Callable[[str], str] = lambda text: text) -> None:
        self._run = run
        self._people = Confirming(run, redact)
        self._mode = run.context.task.approval
        self._policy = Policy.parse(run.context.task.policy)
        self._origins = Origins(run, self._people, self._policy, self._approved, self._vetted)
        self._hold: NetworkHold | None = None
        self._open: Allowed | None = None  # the call under way
        self._words = Words(lambda: run.state.grave)  # of calls that nobody was asked about
        self._asking: set[asyncio.Task[Any]] = set()  # requests of pages that wait
        self._held = asyncio.Event()
        self._refused: list[str] = []
        self._signal: BaseException | None = None
        # By fingerprint, as long as one waits: one approval, one request.
        self._one_by_one: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    # --- the rule ---------------------------------------------------------------------------
    def must_ask(self, verdict: Verdict) -> frozenset[str]:
        """The risks of a verdict that a person decides on. Raises: PolicyError."""
        if verdict.risks and self._mode == "never":
            raise PolicyError(
                f"{verdict.effect}: this task may do nothing that needs an approval "
                f"({', '.join(sorted(verdict.risks))}).",
                rule="approval:never",
            )
        wants = {risk: self._policy.approval_of(risk) for risk in verdict.risks}
        denied = sorted(risk for risk, choice in wants.items() if choice == "deny")
        if denied:
            raise PolicyError(
                f"{verdict.effect}: the task's policy denies {', '.join(denied)}.",
                rule="policy:approvals",
            )
        return frozenset(
            risk
            for risk, choice in wants.items()
            if risk in ALWAYS_ASK or choice == "ask" or (self._mode == "ask" and choice != "allow")
        )

    def _vetted(self, action: ProposedAction) -> None:
        """Raises: PolicyError for a call that no person is asked about: it is refused anyway."""
        self.must_ask(judge(action))

    # --- calls ------------------------------------------------------------------------------
    async def allow(self, action: ProposedAction) -> Grant | None:
        """Raises: PolicyError; Rejected, Parked, Cancelled, LeaseLost; BrowserGone; ActionError
        when what is to be touched can be looked at no longer."""
        self._require_hold()
        action = await self._origins.admit(action)
        self._require_hold()
        if not action.mutating:
            return None
        verdict = judge(action)
        if verdict.risks and action.element is not None and action.element.brief:
            action = await looked_again(action)
            verdict = judge(action)
        takes_file = action.tool == "download" and self._policy.downloads.mode == "ask"
        if takes_file:
            verdict = with_file(verdict)
        asked = self._asks_for(action, verdict)
        self._open = None
        self._words.heard(action, verdict)
        if not verdict.risks:
            return None
        grant = Grant(verdict.main or "unknown", verdict.level, verdict.effect, verdict.fingerprint)
        host = host_of(action.url or action.page_url)
        stands = bool(asked) and await self._stands(verdict, action.tool, host)
        if asked and not stands:
            action, verdict, grant = await self._asked(action, verdict, host)
            self._require_hold()
        if stands or grant.asked:  # what nobody allowed opens nothing
            until = asyncio.get_running_loop().time() + GRANT_S
            self._open = Allowed(action, verdict, until)
        if takes_file:
            self._people.browser.grant_download()
        return grant

    def _asks_for(self, action: ProposedAction, verdict: Verdict) -> frozenset[str]:
        """As `must_ask`; a password goes into password fields, or where a person lets it."""
        asked = self.must_ask(verdict)
        if BRINGS_FILE in verdict.reasons:
            asked |= {"unknown"}
        misplaced = "sensitive_data" in verdict.risks and _SECRET_KINDS & set(action.typed_kinds)
        return asked | {"sensitive_data"} if misplaced else asked

    async def _stands(self, verdict: Verdict, tool: str, host: str) -> bool:
        """Whether a person allowed this for the rest of the task; never for the highest level."""
        return verdict.level != "high" and await self._run.context.standing(tool, host)

    async def _asked(
        self, action: ProposedAction, verdict: Verdict, host: str
    ) -> tuple[ProposedAction, Verdict, Grant]:
        """Ask until what was approved is what would happen now. Raises: PolicyError; signals."""
        earlier = self._run.state.rejected.get(what_of(verdict, action.arguments))
        if earlier is not None:
            raise refusal(verdict.effect, earlier, again=True)
        while True:
            what = what_of(verdict, action.arguments)
            key = key_of("confirm", action.action_id, what, action.attempt)
            spec = await self._people.spec(key, verdict, action=action, host=host)
            answer = await self._people.ask(spec)
            decided = self._approved(answer, verdict, what)
            edits = decided.get("edits") or {}
            if edits:
                action = replace(action, arguments=action.edit(edits))
                action = replace(action, url=str(edits.get("url") or action.url or "") or None)
                action = await self._origins.admit(action)
            wanted = judge(action) if edits else verdict
            now = await looked_again(action) if action.element else action
            fresh = judge(now)
            asked = self._asks_for(now, fresh)
            same = fresh.fingerprint == wanted.fingerprint
            if same and not (asked - verdict.risks):
                grant = Grant(
                    fresh.main or verdict.main or "unknown",
                    fresh.level,
                    fresh.effect,
                    fresh.fingerprint,
                    asked=True,
                    request_id=answer.request_id,
                    edits=edits,
                )
                return action, wanted, grant  # as it was shown: the page may say more by now
            # The page is not what the person saw, or the edit made another thing of it.
            action, verdict = now, fresh
            if not asked:
                return now, fresh, Grant(
                    fresh.main or "unknown", fresh.level, fresh.effect, fresh.fingerprint
                )  # fmt: skip

    def _approved(self, answer: Answer, verdict: Verdict, what: str) -> Mapping[str, Any]:
        """The decision if it is an approval. Raises: PolicyError; Rejected."""
        decided = answer.response if isinstance(answer.response, Mapping) else {}
        if answer.status == "answered" and decided.get("approved") is True:
            return decided
        reason = clip(plain_text(str(decided.get("reason") or "")), 1_000)
        if answer.status in ("expired", "canceled"):
            told = "nobody decided in time" if answer.status == "expired" else "it was withdrawn"
            raise PolicyError(
                f"{verdict.effect}: it needs a person's approval, and {told}.",
                rule=f"approval:{answer.status}",
            )
        if decided.get("outcome") == "stop":
            by = f" by {answer.answered_by}" if answer.answered_by else ""
            why = f" Reason: {reason}" if reason else ""
            raise Rejected(f"Stopped{by}: {verdict.effect} was rejected.{why}")
        self._run.state.rejected[what] = reason
        raise refusal(verdict.effect, reason)

    # --- requests of pages ------------------------------------------------------------------
    async def begin(self, browser: Any) -> None:
        """Hold what this browser's pages send. Raises: BrowserError."""
        self._people.browser = browser
        port = getattr(getattr(browser, "handle", None), "debug_port", None)
        if port is not None:
            self._hold = NetworkHold(port, self.request, lost=self._on_lost, failed=self._on_failed)
            await self._hold.open()

    def _on_lost(self) -> None:
        """The browser holds nothing any more: it ends here, and the run goes on in a new one."""
        kill(self._people.browser.handle)
        for task in list(self._asking):
            task.cancel()
        self._held.set()  # whoever waits for requests finds out

    async def _on_failed(self, target: str) -> None:
        """A request was refused because the code that judges it broke."""
        why = "A request of the page could not be judged, so it was refused."
        await self._deny(PolicyError(why, rule="approval:error"), target)

    @property
    def _holds(self) -> bool:
        return self._hold is None or self._hold.is_open

    def _require_hold(self) -> None:
        """Raises: BrowserGone."""
        if not self._holds:
            raise BrowserGone("The browser was ended: its requests could not be held any more.")

    async def request(self, held: HeldRequest) -> bool:
        """Whether a page's request may go. Waits for a person when one must decide."""
        control = self._run.control
        if "human" in control.held:
            return True  # the person who drives sends it
        if not self._holds:
            return False
        verdict = judge_request(held, held.referrer or self._people.page_url())
        verdict = self._words.judged(verdict)
        target = f"{held.method} {held.url}"
        try:
            asked = self.must_ask(verdict)
        except PolicyError as error:
            await self._deny(error, target)
            return False
        if held.is_part and (asked or is_blind(verdict)):  # never what a person approved
            why = "a picture, script or other part of a page may not do that"
            await self._deny(PolicyError(f"{verdict.effect}: {why}.", rule="approval:part"), target)
            return False
        host = host_of(held.url)
        if not is_blind(verdict):
            objection = self._objection(asked, held, verdict)
            if objection is None:
                if self._open is not None:
                    self._words.let_go(verdict, self._open.last)
                return True
            verdict = self._open.told(verdict, objection) if self._open else verdict
            if await self._stands(verdict, "request", host):
                return True
        if len(self._asking) >= MOST_HELD:
            self._refused.append(f"{verdict.effect}: too many requests wait for a decision.")
            return False
        task = asyncio.ensure_future(self._in_turn(held, verdict, host))
        self._asking.add(task)
        self._held.set()
        try:
            return await task
        except asyncio.CancelledError:
            self._refused.append(f"{verdict.effect}: nobody waits for its decision any more.")
            raise
        finally:
            task.cancel()
            self._asking.discard(task)
            if not self._asking and self._holds:
                self._held.clear()

    def _objection(self, asked: frozenset[str], held: HeldRequest, verdict: Verdict) -> str | None:
        """Why no allowed call that is under way covers this; None when it may go."""
        if self._open is None:
            return "" if asked else None
        now = asyncio.get_running_loop().time()
        return self._open.objection(asked, held, verdict, now)

    async def _in_turn(self, held: HeldRequest, verdict: Verdict, host: str) -> bool:
        """Equal requests one after the other: each needs an approval of its own."""
        lock = self._one_by_one.setdefault(verdict.fingerprint, asyncio.Lock())
        async with lock:
            return await self._decide_request(held, verdict, host)

    async def _decide_request(self, held: HeldRequest, verdict: Verdict, host: str) -> bool:
        """Ask about a request; approved, it is noted before it goes, and goes once."""
        state = self._run.state
        earlier = state.rejected.get(verdict.fingerprint)
        if earlier is not None:
            self._refused.append(str(refusal(verdict.effect, earlier, again=True)))
            return False
        used = state.sent.get(verdict.fingerprint, 0)
        key = key_of("request", "", verdict.fingerprint, used + 1)
        try:
            spec = await self._people.spec(key, verdict, held=held, host=host)
            answer = await self._people.ask(spec)
            self._approved(answer, verdict, verdict.fingerprint)
            state.sent[verdict.fingerprint] = used + 1
            self._words.let_go(verdict, verdict.risks)
            if self._open is not None:
                self._open.sent(verdict.risks, held, verdict)
            action_id = f"{state.step}.request.{used + 1}"
            await self._run.save(
                TaskActionIntent(
                    action_id=action_id,
                    step=state.step,
                    tool="request",
                    effect=self._people.words(verdict.effect),
                    risk=verdict.main or "unknown",
                    fingerprint=verdict.fingerprint,
                    request_id=answer.request_id,
                ),
                TaskActionDone(
                    action_id=action_id, step=state.step, outcome="done", detail="Released."
                ),
                bill=False,
            )
            return True
        except PolicyError as error:
            self._refused.append(str(error))
        except Interrupted:
            self._refused.append(f"{verdict.effect}: a person took the browser over first.")
            self._people.pending.discard(key)
            with suppress(RunSignal):
                await self._run.context.withdraw([key])
        except Exception as signal:  # raised where the run waits, in `clear`
            self._signal = signal
        return False

    async def _deny(self, error: PolicyError, target: str) -> None:
        """Tell of a request that nobody is asked about, as long as they are not too many.

        target: its method and address.
        """
        if len(self._refused) >= MOST_TOLD:
            return
        self._refused.append(str(error))
        event = TaskPolicyDenied(
            rule=error.rule,
            reason=self._people.words(str(error), 1_000),
            target=self._people.words(target, 500),
            step=self._run.state.step,
        )
        with suppress(RunSignal):
            await self._run.context.emit(event)

    async def waiting(self) -> None:
        """Returns when a request of a page waits for a decision."""
        await self._held.wait()

    async def clear(self) -> list[str]:
        """Wait until no request waits. Raises: what ended the wait; BrowserGone."""
        while self._asking:
            await asyncio.wait(set(self._asking))
            await asyncio.sleep(0)
        if not self._holds:
            await self.interrupted()
            self._require_hold()
        if self._signal is not None:
            signal, self._signal = self._signal, None
            raise signal
        refused, self._refused = self._refused, []
        return refused

    # --- after a crash ----------------------------------------------------------------------
    async def settle(self, record: ActionRecord) -> Outcome:
        """What became of a risky call whose worker stopped: looked at, or a person is asked."""
        return await settle(self._people, record)

    # --- ending -----------------------------------------------------------------------------
    async def interrupted(self) -> None:
        """Take back what was asked and nobody waits for."""
        for task in list(self._asking):
            task.cancel()
        keys, self._people.pending = list(self._people.pending), set()
        if keys:
            with suppress(RunSignal):
                await self._run.context.withdraw(keys)

    async def aclose(self) -> None:
        """Watch no more; what waits is refused."""
        hold, self._hold = self._hold, None
        if hold is not None:
            await hold.close()
        for task in list(self._asking):
            task.cancel()
