"""What the fields of a request say by their names and values: rights, terms, money, a button."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from agents.guard.labels import plain, read
from agents.guard.risk_addresses import says_deed
from agents.guard.sent import A_NUMBER, Sent

_WORDS = re.compile(r"[\W_]+|(?<=[a-z0-9])(?=[A-Z])")
_YES = frozenset({"1", "true", "yes", "y", "on", "accepted", "agreed", "enabled", "checked"})
_RIGHTS = frozenset(
    {
        *("admin", "administrator", "superuser", "superadmin", "sudo", "root", "staff", "owner"),
        *("moderator", "sysadmin"),
    }
)
_MAKES = frozenset({"is", "has", "make", "as", "set", "grant", "become", "super", "user", "can"})
_TERMS = frozenset(
    {"terms", "tos", "tou", "conditions", "agb", "cgv", "cgu", "eula", "agreement", "contract"}
)
_AGREES = frozenset({"accept", "accepted", "accepts", "agree", "agreed", "agrees", "consent"})
_AMOUNTS = frozenset({"amount", "betrag", "montant", "importe", "importo", "sum", "cents", "kwota"})
_PAID = frozenset(
    {
        *("to", "recipient", "payee", "beneficiary", "receiver", "destination", "iban"),
        *("toaccount", "toaccountid", "toaddress", "touser", "touserid", "empfanger"),
        *("destinatario", "beneficiaire", "targetaccount", "recipientid", "payeeid", "receiverid"),
    }
)
_BUTTONS = frozenset({"commit", "submit", "button", "btn", "_action", "do", "go", "__eventtarget"})
_PREFIX = re.compile(r"^(btn|lnk|cmd|but|button|link|img|submit|lb|ib)(?=[A-Z_-])")
_SUFFIX = re.compile(r"(?<=[a-z])_?(Button|Btn|Link|button|btn|link)$")
# What a cookie banner is asked, and how it is answered.
_BANNER = re.compile(
    r"/((api|v\d|privacy|gdpr|cmp|cookies?)/)*(cookie[-_]?)?consents?/?", re.IGNORECASE
)
_COOKIES = frozenset(
    {
        *("necessary", "essential", "functional", "functionality", "preferences", "analytics"),
        *("analytical", "statistics", "statistical", "performance", "measurement", "marketing"),
        *("advertising", "advertisement", "ads", "targeting", "tracking", "personalization"),
        *("personalisation", "social", "socialmedia", "adstorage", "aduserdata"),
        *("adpersonalization", "analyticsstorage", "functionalitystorage"),
        *("personalizationstorage", "securitystorage"),
    }
)
_ANSWERS = frozenset(
    {
        "true",
        "false",
        "0",
        "1",
        "yes",
        "no",
        "on",
        "off",
        "granted",
        "denied",
        "accepted",
        "rejected",
    }
)
_GRAVE = ("payment", "purchase", "destructive", "permission_change")


def chooses_cookies(url: str, sent: Sent, text: str, page_url: str) -> bool:
    """Whether a request to `/api/consent` of the page's own site answers a cookie banner.

    An app is let in at such an address as well. So it may hold nothing but kinds of cookies with a
    yes or a no, one level deep, and its address nothing that names what the consent is for.
    """
    try:
        there, here = urlsplit(url), urlsplit(page_url)
    except ValueError:
        return False
    plain_place = there.netloc == here.netloc and "?" not in url and "#" not in url
    if not plain_place or _BANNER.fullmatch(there.path) is None or not sent.pairs:
        return False
    more = sent.left_out or sent.too_much or sent.operations or sent.requests or sent.files
    if more or text.count("{") > 1 or "[" in text or ";" in text:
        return False
    return all(
        re.sub(r"[-_ ]", "", name).lower() in _COOKIES and value.lower() in _ANSWERS
        for name, value in sent.pairs
    )


def judge_values(pairs: Iterable[tuple[str, str]], found: dict[str, str]) -> None:
    """Add to `found`, risk to reason, what a request's fields say."""
    amounts = False
    paid = ""
    for name, value in pairs:
        said = says_deed(name, value) or _by_flag(name, value) or _by_button(name, value)
        if said is not None:
            found.setdefault(*said)
        key = plain(name).replace("_", "").replace("-", "")
        amounts = amounts or (key in _AMOUNTS and A_NUMBER.match(value) is not None)
        paid = paid or (key if key in _PAID and value else "")
    if amounts and paid:
        found["payment"] = "it names an amount and who gets it"


def _by_flag(name: str, value: str) -> tuple[str, str] | None:
    """`is_admin=1`, `{"termsAccepted": true}`"""
    if value.strip().lower() not in _YES:
        return None
    words = {word.lower() for word in _WORDS.split(name[:80]) if word}
    if words & _RIGHTS and words <= _RIGHTS | _MAKES:
        return "permission_change", f'its "{name[:40]}" gives rights'
    if words & _TERMS and (words & _AGREES or (len(words) == 1 and value == "true")):
        return "legal_acceptance", f'its "{name[:40]}" accepts terms'
    return None


def _by_button(name: str, value: str) -> tuple[str, str] | None:
    """The label of the button that a form was sent with, or its name in the code."""
    said = ""
    if name.lower() in _BUTTONS and 0 < len(value) <= 80:
        said = value
    pressed = (value if name.lower() == "__eventtarget" else name)[:80].rpartition("$")[2]
    bare = _SUFFIX.sub("", _PREFIX.sub("", pressed))
    if bare != pressed or name.lower() == "__eventtarget":
        found = says_deed("action", bare)
        if found is not None:
            return found[0], f'its "{name[:40]}" is called "{pressed[:40]}"'
    reading = read(said) if said else None
    if reading is not None and "cart" not in reading.kinds:
        for risk in _GRAVE:
            if risk in reading.kinds:
                return risk, f'it was sent with "{said[:40]}"'
    return None
