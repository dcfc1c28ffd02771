"""What a person saw of a call that was approved, and what differs in a request that it set off.

A request carries what was approved when each field that the form held holds the same, when amounts,
quantities and recipients of other fields are among what was to be seen, and when it goes where the
form said. Values that change by themselves (tokens, times, measurements) are not compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

from agents.executor.gate import ProposedAction
from agents.guard.amounts import amounts_in, exact, numbers_in, readings
from agents.guard.effects import quoted
from agents.guard.hold import HeldRequest
from agents.guard.labels import plain
from agents.guard.risk_facts import ElementFacts
from agents.guard.risk_requests import SAFE_METHODS
from agents.guard.sent import Number, SentField
from agents.guard.telling import GENERIC, kind_of

NOT_TICKED = "\0"  # what the probe says of a box or choice that is not ticked
_TEMPORARY = re.compile(
    r"token|csrf|xsrf|nonce|time|^date_?now|viewstate|eventvalidation|captcha|session|request_?id|"
    r"trace|signature|^_|^ts$|^v$|^sid$|^t$|dwell|elapsed|duration|clicks|moves|scroll|viewport|"
    r"screen|fingerprint|device|telemetry|analytics|utm_|^ga_|client_?id|user_?agent|referr?er|"
    r"entropy|uuid|idempotency",
    re.I,
)
# Names that say nothing about what they are of when they stand deep in a body.
_ANYTHING = GENERIC | {"type", "status", "code", "key", "title", "action", "data", "phone", "text"}
# Calls that change what their element holds: its value before is not what is approved.
_CHANGES = frozenset(
    {"fill", "type", "press_sequentially", "insert_text", "select_option", "check", "uncheck",
     "set_checked", "clear"}
)  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """fields: values by name, as the probe read them. text: what was to be seen, folded.
    amounts, counts: the numbers in it. targets: (whether it is a safe method, host, path) that the
    element names; empty when it names none."""

    fields: Mapping[str, frozenset[str]]
    text: str
    amounts: frozenset[Decimal]
    counts: frozenset[Decimal]
    targets: frozenset[tuple[bool, str, str]]

    @classmethod
    def of(cls, action: ProposedAction, effect: str) -> Shown:
        """What was to be seen of an approved call."""
        elements = list(_chain(action.element))
        fields: dict[str, set[str]] = {}
        for name, value in _fields(action, elements):
            fields.setdefault(name, set()).add(value)
        chosen = [str(value) for value in action.arguments.values()] if _changes(action) else []
        seen = [effect, *chosen, *(each.shown for each in elements)]
        seen += [name for each in elements for name in each.names.values()]
        text = "\n".join(seen)
        counts = numbers_in(text)
        held = {name: frozenset(values) for name, values in fields.items()}
        told = {n for k, vs in held.items() if kind_of((k,)) == "amount" for n in _all(vs)}
        many = {n for k, vs in held.items() if kind_of((k,)) == "quantity" for n in _all(vs)}
        return cls(
            fields=held,
            text=plain(text),
            amounts=amounts_in(text) | told | frozenset(_all(chosen)),
            counts=counts | frozenset(_all(chosen)) | many | {Decimal(0), Decimal(1)},
            targets=frozenset(_targets(action, elements)),
        )

    def differences(self, sent: Iterable[SentField]) -> list[str]:
        """What differs in these fields, in words."""
        found = []
        for field in sent:
            was = self._differs(field)
            if was is not None:
                name = quoted(field.name)[1:-1]
                found.append(f"{name} is {quoted(field.value)}{was}")
        return list(dict.fromkeys(found))

    def misses(self, held: HeldRequest) -> str:
        """Where a request goes instead of where the element says; empty when it goes there."""
        wanted = [t for t in self.targets if t[0] == (held.method in SAFE_METHODS)]
        place = _place(held.url)
        if not wanted or any((host, path) == place for _, host, path in wanted):
            return ""
        return f"it goes to {''.join(place)[:120]}, not to {''.join(wanted[0][1:])[:120]}"

    def is_target(self, held: HeldRequest) -> bool:
        """Whether a request goes where the element says that it sends something."""
        return (held.method in SAFE_METHODS, *_place(held.url)) in self.targets

    def _differs(self, field: SentField) -> str | None:
        """`, not "…"` when a field does not hold what was shown."""
        kind = kind_of(field.path)
        known = self.fields.get(field.name)
        if known is None and field.path and (kind or field.path[-1].lower() not in _ANYTHING):
            known = self.fields.get(field.path[-1])
        if known is not None and any(known):
            if field.value in known or _same(field, known, kind):
                return None
            if not kind and _TEMPORARY.search(field.name):
                return None
            ticked = sorted(value for value in known if value and value != NOT_TICKED)
            return f", not {quoted(ticked[0])}" if ticked else ", which was not ticked"
        return None if self._is_shown(field, kind) else ", which was not shown"

    def _says(self, value: str) -> bool:
        """Whether it stands in the text, as whole words."""
        words = plain(value).strip()
        said = re.search(rf"(?<!\w){re.escape(words)}(?!\w)", self.text)
        return bool(words) and said is not None

    def _is_shown(self, field: SentField, kind: str) -> bool:
        """Whether a field that the form did not hold tells nothing else than was to be seen."""
        value = field.value.strip()
        if not kind or not value:
            return True
        if kind in ("recipient", "role"):
            return self._says(value) or any(
                plain(value) == plain(each) for values in self.fields.values() for each in values
            )
        numbers = _numbers(field)
        if not numbers:
            return not any(c.isdigit() for c in value) or self._says(value)
        if kind == "cents":
            numbers = frozenset(number / 100 for number in numbers)
        shown = self.counts if kind == "quantity" else self.amounts | {Decimal(0)}
        return numbers <= shown


def tells_amount(sent: Iterable[SentField]) -> bool:
    """Whether fields say how much is to be paid, or to whom."""
    return any(kind_of(field.path) in ("amount", "cents", "recipient") for field in sent)


def _numbers(field: SentField) -> frozenset[Decimal]:
    return exact(field.value) if isinstance(field.value, Number) else readings(field.value)


def _all(values: Iterable[str]) -> Iterator[Decimal]:
    for value in values:
        yield from readings(value)


def _same(field: SentField, known: frozenset[str], kind: str) -> bool:
    """Whether it is the same value in another dress."""
    numbers = _numbers(field)
    if numbers and numbers <= frozenset(_all(known)):
        return True
    if kind in ("amount", "cents", "quantity"):
        return False
    return _bare(field.value) in {_bare(value) for value in known if value != NOT_TICKED}


def _bare(value: str) -> str:
    return "".join(char for char in plain(value) if char.isalnum())


def _chain(element: ElementFacts | None) -> Iterator[ElementFacts]:
    if element is not None:
        yield element
        yield from _chain(element.hit)
        yield from _chain(element.default)


def _changes(action: ProposedAction) -> bool:
    return action.tool.rpartition(".")[2] in _CHANGES


def _fields(action: ProposedAction, elements: list[ElementFacts]) -> Iterator[tuple[str, str]]:
    for address in (action.url or "", *(each.href for each in elements)):
        yield from _query(address)
    for each in elements:
        chosen = _changes(action) or each.type in ("checkbox", "radio") or each.tag == "select"
        own = each.name if chosen else None
        yield from (pair for pair in each.sends if pair[0] != own)
        yield from _query(each.target)
        if each.form is not None:
            yield from _query(each.form.action)


def _query(address: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(urlsplit(address).query, keep_blank_values=True)
    except ValueError:
        return []


def _targets(
    action: ProposedAction, elements: list[ElementFacts]
) -> Iterator[tuple[bool, str, str]]:
    """Addresses that are said; a form that says none may be sent anywhere by its page's script."""
    if action.url:
        yield True, *_place(action.url)
    for each in elements:
        if each.href.startswith(("http://", "https://")) and not each.submits:
            yield True, *_place(each.href)
        if each.method and each.target:
            yield each.method == "get", *_place(each.target)
        form = each.form
        if form is not None and form.action and each.submits:
            place = _place(form.action)
            if form.method == "post" and place != _place(each.frame_url):
                yield False, *place


def _place(url: str) -> tuple[str, str]:
    try:
        split = urlsplit(url)
    except ValueError:
        return "", ""
    return split.netloc.rpartition("@")[2].lower(), split.path or "/"
