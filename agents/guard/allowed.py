"""What an approval covers: one such request of the call, with what was shown.

The page may send more for it, as long as that is less than what was approved: a question, a
measurement, a note. A second request of the approved kind, or one that tells other amounts,
recipients or addresses than a person saw, is another deed and waits for an approval of its own.
"""

from __future__ import annotations

import re
from dataclasses import replace

from agents.executor.gate import ProposedAction
from agents.guard.bodies import sent_fields
from agents.guard.confirming import host_of, hosts_of
from agents.guard.hold import HeldRequest
from agents.guard.risk_facts import ALWAYS_ASK, Verdict, main_of
from agents.guard.risk_requests import SAFE_METHODS, is_overridden
from agents.guard.sent import SentField
from agents.guard.shown import Shown, tells_amount

GRANT_S = 15.0  # for so long the page may send what an approved call set off
_BUYING = frozenset({"payment", "purchase", "legal_acceptance"})
_PAYING = frozenset({"payment", "purchase"})
_SENDING = frozenset({"external_submit", "ambiguous"})
_SHARED_ADDRESS = re.compile(r"graphql|gql|rpc|batch", re.I)
_MOST_TOLD = 4
# What announces a payment and makes none: `POST /payment_intents` of an amount, and no more. With
# other fields (`confirm`, `payment_method`, `off_session`) it may be paid at once.
_INTENT = re.compile(r"/(create[-_]?)?payment[-_]?intents?/?", re.I)
_OF_INTENT = frozenset(
    {
        *("amount", "amount_cents", "amountcents", "amount_in_cents", "total", "currency", "items"),
        *("order", "order_id", "orderid", "cart", "cart_id", "cartid", "description"),
        *("receipt_email", "automatic_payment_methods", "payment_method_types"),
    }
)


class Allowed:
    """An allowed call under way. until: by the loop's clock."""

    def __init__(self, action: ProposedAction, verdict: Verdict, until: float) -> None:
        self._verdict = verdict
        self._until = until
        self._hosts = hosts_of(action)
        self._shown = Shown.of(action, verdict.effect)
        self._sent: set[str] = set()
        self._chains: set[str] = set()
        self.last: frozenset[str] = frozenset()  # the risks of what was let go last

    def objection(
        self, asked: frozenset[str], held: HeldRequest, verdict: Verdict, now: float
    ) -> str | None:
        """Why a request is not what was allowed; None when it is, and then it counts as sent.

        Empty when it has nothing to do with the call. asked: the risks that need a person.
        """
        self.last = frozenset()
        if now > self._until or host_of(held.url) not in self._hosts:
            return "" if asked else None
        risks = self._verdict.risks
        allowed = risks | (_BUYING if risks & _BUYING else frozenset())
        if asked - allowed - (frozenset() if held.unread else _SENDING):
            return ""
        if held.redirected and held.chain in self._chains:
            return None  # the server's answer to what was let go
        fields = sent_fields(held.content_type, held.body, held.url)
        own = (asked & allowed) | self._implied(held, verdict, fields)
        if not own and not (risks & ALWAYS_ASK and verdict.risks):
            return None
        intent = _is_intent(held, own, fields)
        differs = self._differences(held, own, fields, anywhere=intent)
        if differs:
            return f"it is not what was approved: {', '.join(differs[:_MOST_TOLD])}"
        deeds = {"intent"} if intent else self._deeds(own, held, verdict)
        if deeds & self._sent:
            return f"it is a second one: {self._verdict.effect} was approved once, and was sent"
        self._sent |= deeds
        self.last = own
        if own and held.chain:
            self._chains.add(held.chain)
        return None

    def sent(self, asked: frozenset[str], held: HeldRequest, verdict: Verdict) -> None:
        """Count a request that a person let go while the call is under way."""
        fields = sent_fields(held.content_type, held.body, held.url)
        own = asked | self._implied(held, verdict, fields)
        intent = _is_intent(held, own, fields)
        self._sent |= {"intent"} if intent else self._deeds(own, held, verdict)
        if own and held.chain:
            self._chains.add(held.chain)

    def told(self, verdict: Verdict, objection: str) -> Verdict:
        """The verdict on a request that waits because of an objection: as grave as the call."""
        if not objection:
            return verdict
        risks = verdict.risks | (self._verdict.risks & ALWAYS_ASK)
        level, main = main_of(risks)
        effect = f"{verdict.effect}; {objection}"
        return replace(verdict, risks=risks, level=level, main=main, effect=effect)

    def _implied(
        self, held: HeldRequest, verdict: Verdict, fields: tuple[SentField, ...] | None
    ) -> frozenset[str]:
        """The risks of a grave call that its own request carries, whatever its address is called.

        What reads, measures or searches carries none, unless the form itself leads there.
        """
        grave = self._verdict.risks & ALWAYS_ASK
        if not grave or held.method in SAFE_METHODS:
            return frozenset()
        tells = bool(verdict.risks) and fields is not None and tells_amount(fields)
        return grave if tells or self._shown.is_target(held) else frozenset()

    def _differences(
        self,
        held: HeldRequest,
        own: frozenset[str],
        fields: tuple[SentField, ...] | None,
        *,
        anywhere: bool,
    ) -> list[str]:
        grave = bool(own & ALWAYS_ASK)
        if fields is None or held.unread:
            return ["what it sends cannot be compared with what was shown"] if grave else []
        terms = own == {"legal_acceptance"} and self._verdict.risks & _PAYING
        # What comes with a purchase goes to an address of its own.
        missed = "" if not own or terms or anywhere else self._shown.misses(held)
        return [*([missed] if missed else []), *self._shown.differences(fields)]

    def _deeds(self, own: frozenset[str], held: HeldRequest, verdict: Verdict) -> set[str]:
        """What a request uses up of the approval."""
        deeds = {"pay"} if own & _PAYING else set[str]()
        deeds |= (own & ALWAYS_ASK) - _PAYING
        if deeds:
            return deeds
        address = held.url.partition("?")[0]
        several = not own or _SHARED_ADDRESS.search(address)
        one = verdict.fingerprint if several else ""
        return {f"{held.method} {address} {one}"}


def _is_intent(
    held: HeldRequest, own: frozenset[str], fields: tuple[SentField, ...] | None
) -> bool:
    """Whether a request only announces the payment that another one makes."""
    grave = own & ALWAYS_ASK
    if not grave & _PAYING or grave - _BUYING or held.method != "POST" or not fields:
        return False
    if is_overridden(held.headers) or held.unread:
        return False
    address = held.url.partition("?")[0]
    named = {field.path[0].lower() if field.path else "" for field in fields}
    return _INTENT.fullmatch(address[address.rfind("/", 0, -1) :]) is not None and (
        named <= _OF_INTENT
    )
