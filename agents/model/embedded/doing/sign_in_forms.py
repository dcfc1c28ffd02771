"""Which fields of a page sign in, and how their form is known again after a person had it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from agents.model.embedded.likeness import name_score
from agents.model.embedded.view import Element, View

MAX_FIELDS = 5  # of a form that signs in: name, password, code, and two more such as a company's
_TYPED = frozenset(["textbox", "searchbox", "spinbutton"])
_FILLED_IN = frozenset([*_TYPED, "combobox", "listbox", "slider"])
_CODE = re.compile(r"\b(?:code|otp|one[- ]time|verification|2fa|token|authenticator)\b", re.I)
_OTHER_CODE = re.compile(r"zip|post|country|promo|coupon|voucher|discount|gift|area", re.I)
_PIN = re.compile(r"\bpin\b", re.I)
_PASSWORD = re.compile(r"pass|pwd|current-password", re.I)
_LETTERS = re.compile(r"subscribe|newsletter|notify me|sign ?up|join\b", re.I)
_SIGNS_IN = re.compile(r"\b(?:sign|log)(?:ging)? ?[io]n\b|\blogin\b", re.I)
_NEXT = re.compile(r"(?:(?:sign|log) ?in|log ?on|login|continue|next|submit|go|enter)\b", re.I)
_USERS = ("username", "email", "login", "user id")


def fields_of(view: View) -> dict[str, Element]:
    """The fields of a sign-in form that are there now: `user`, `password`, `code`."""
    out: dict[str, Element] = {}
    usable = [e for e in view.elements if not e.off and e.tag == "input" and e.role in _TYPED]
    modal = any(e.top for e in usable)
    usable = [e for e in usable if (e.top or not modal) and _may_sign_in(view, e)]
    for e in usable:
        about = f"{e.name} {e.attr}"
        if e.type == "password":
            out.setdefault("password", e)
        elif _CODE.search(about) and not _OTHER_CODE.search(about):
            out.setdefault("code", e)
        elif (
            e.place != "search"
            and e.role != "searchbox"
            and max(name_score(w, e) for w in _USERS) >= 0.6
        ):
            out.setdefault("user", e)
    if "password" in out and "user" not in out:
        before = [
            e
            for e in usable
            if e.order < out["password"].order
            and e.type in ("text", "email", "tel")
            and e.place == out["password"].place
        ]
        if before:
            out["user"] = before[-1]
    return out


def _beside(view: View, e: Element) -> list[Element]:
    """All of the element's form; without one, what stands in the same part of the page."""
    same = [o for o in view.elements if o.doc is e.doc and o.form == e.form]
    return same if e.form >= 0 else [o for o in same if o.place == e.place]


def _may_sign_in(view: View, e: Element) -> bool:
    """Whether its form is one that signs in: no longer one, no newsletter's, no locker's PIN."""
    form = _beside(view, e)
    if sum(o.role in _FILLED_IN and not o.off for o in form) > MAX_FIELDS:
        return False
    pressed = [o.name for o in form if o.role == "button"]
    if e.form >= 0 and len(pressed) == 1 and _LETTERS.search(pressed[0]):
        return False
    about = f"{e.name} {e.attr}"
    if e.type != "password" or not _PIN.search(about) or _PASSWORD.search(about):
        return True
    words = [view.title, e.head, e.group, e.sect, *pressed]
    return any(_SIGNS_IN.search(str(w)) for w in words if w)


def still_asks(view: View) -> dict[str, Element]:
    """The fields of a form that plainly signs in; empty for a newsletter's field alone."""
    fields = fields_of(view)
    if fields.keys() == {"user"}:
        after = [o for o in _beside(view, fields["user"]) if o.order > fields["user"].order]
        if not any(o.role in ("button", "link") and _NEXT.match(o.name.strip()) for o in after):
            return {}
    return fields


def known_by(view: View, fields: Iterable[str]) -> str:
    """The same for the same form at the same address, whatever its query."""
    where = urlsplit(view.url)
    return f"{where.netloc}{where.path} {' '.join(sorted(fields))}"


def seen(view: View, fields: dict[str, Element]) -> str:
    """What is still seen of the form, in a sentence."""
    names = [f"“{e.name}”" for e in fields.values() if e.name]
    listed = " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
    page = f"The page “{view.title}”" if view.title else "The page"
    return f"{page} still asks for {listed or 'a sign-in'}."
