"""What an intent takes in of those said after it: formats, fields, details of a form."""

from __future__ import annotations

import re
from typing import Any

from agents.model.embedded.grammar import of_each
from agents.model.embedded.grammar.details import details_of
from agents.model.embedded.grammar.masking import mask
from agents.model.embedded.grammar.phrases import asked_for, clean
from agents.model.embedded.grammar.purchases import sent_to
from agents.model.embedded.grammar.wanting import SENDS
from agents.model.embedded.grammar.wishes import Intent

_ANY_LIST: Intent = {
    "do": "extract", "limit": None, "noun": "results", "fields": None, "order": None,
    "filters": [], "near": None,
}  # fmt: skip
QUESTIONS = ("details", "answer", "extract", "count")


def named_target(words: str) -> dict[str, Any]:
    return {"words": words, "raw": words, "kind": None, "nth": None, "in": None}


def _list_before(before: list[Intent]) -> Intent | None:
    return next((i for i in reversed(before) if i["do"] == "extract"), None)


def _format(intent: Intent, before: list[Intent]) -> bool:
    """ "As a table": the form of what was asked for last."""
    if intent["do"] != "format":
        return False
    if (last := _list_before(before)) is not None:
        last["as"] = intent["as"]
        last["text"] += f"; {intent.get('text', '')}"
    elif before and before[-1]["do"] in (*QUESTIONS, "summarise", "compare"):
        before[-1]["as"] = intent["as"]
    else:  # nothing was read yet: what the page lists is meant
        before.append({**_ANY_LIST, "as": intent["as"], "text": intent.get("text", "")})
    return True


def _more(intent: Intent, before: list[Intent]) -> bool:
    """ "There may be more to load": all of the list is wanted."""
    if intent["do"] != "more":
        return False
    if (last := _list_before(before)) is not None:
        last["all_pages"] = True
    elif (said := intent.get("text", "").lower()).startswith(("show", "load")):
        before.append({"do": "click", "target": named_target(said), "text": intent["text"]})
    return True


def _again(intent: Intent, before: list[Intent]) -> bool:
    """The list before once more, with other fields."""
    last = _list_before(before)
    if not intent.pop("again", False) or last is None:
        return False
    last.update({f: intent[f] for f in ("fields", "as") if intent.get(f)})
    last["text"] += f"; {intent.get('text', '')}"
    return True


def _details(intent: Intent, before: list[Intent]) -> bool:
    """Details said after the deed that needs them, or after others for the same form."""
    if intent["do"] != "fill_form" or not before:
        return False
    last, pieces = before[-1], intent["pieces"]
    if last["do"] == "fill_form":
        _join_form(last, intent)
        return True
    if pieces and _sends_form(last, pieces):  # "Send the request, I accept the rules"
        if len(before) > 1 and before[-2]["do"] == "fill_form":
            _join_form(before[-2], intent)
        else:
            before.insert(len(before) - 1, intent)
        return True
    if pieces and last["do"] == "act_on" and last["target"].get("words"):
        # "Suspend the driver Webb, reason: ...": what the deed brings up asks for it.
        last["plain"] = True
        before.append(form_of(last["verb"], pieces, intent))
        return True
    if pieces and (last["do"] in ("create", "carry") or _is_purchase(last)):
        last["pieces"] = [*last.get("pieces", []), *pieces]
        return True  # "Buy it. Name: Ada": said after, needed on the way
    return False


def _shipped(intent: Intent, before: list[Intent]) -> bool:
    """ "Buy a lamp and send it to Ada Byron, 12 Mill Lane": where the order goes."""
    to = sent_to(intent.get("text", "")) if before and _is_purchase(before[-1]) else ""
    if not to:
        return False
    masked = mask(to)
    before[-1]["pieces"] = [*before[-1].get("pieces", []), *details_of(masked.text, masked)]
    return True


def _join_form(form: Intent, more: Intent) -> None:
    form["pieces"] = [*form["pieces"], *more["pieces"]]
    form["text"] = f"{form.get('text', '')}; {more.get('text', '')}"


_A_FORM = re.compile(
    r"(?:(?:the|this|my|your|an?|filled[- ]in)\s+)*(?:[a-z]+ )?(?:form|request|application|message|"
    r"enquiry|inquiry|order|booking|registration|it|this|that)",
    re.I,
)


def _sends_form(last: Intent, pieces: list[Intent]) -> bool:
    """Whether the deed before sends what the details belong into."""
    if last["do"] == "submit":
        return True
    target = last.get("target") or {}
    if last["do"] != "act_on" or last["verb"] not in ("send", "submit", "post"):
        return False
    agreed = all(p["label"] is None and p["value"] is None for p in pieces)
    return agreed or bool(_A_FORM.fullmatch(target.get("raw") or ""))


def _ticked(intent: Intent, before: list[Intent]) -> bool:
    """ "Accept the terms": a box of the form, wherever it comes."""
    if intent["do"] != "check" or not before or before[-1]["do"] != "carry":
        return False
    said = intent["target"].get("raw") or intent["text"]
    before[-1]["pieces"].append({"raw": said, "label": None, "value": None})
    return True


def _unwanted(intent: Intent, before: list[Intent]) -> bool:
    """What is not wanted: a detail of the form, or seen to before what it is about is sent."""
    if intent["do"] != "avoid" or not before:
        return False
    last = before[-1]
    if last["do"] in ("create", "carry") or _is_purchase(last):
        refused = {"raw": intent["text"], "label": None, "value": None, "off": intent["words"]}
        last["pieces"] = [*last.get("pieces", []), refused]
    else:
        before.insert(len(before) - 1, intent)
    return True


def _of_me(intent: Intent, before: list[Intent]) -> bool:
    """What is said of oneself after the form was to be sent belongs before that."""
    if not intent.pop("of_me", False) or not before or intent["do"] != "check":
        return False
    last = before[-1]
    if last["do"] not in ("act_on", "submit", "click") or not SENDS.match(last.get("text", "")):
        return False
    before.insert(len(before) - 1, intent)
    return True


def _fields(intent: Intent, before: list[Intent]) -> bool:
    """More fields of the list just named, or one look at the one thing that it is limited to."""
    last = _list_before(before)
    if _is_about(intent, before):
        before[-1].update(fields=intent["fields"], implied=False)
        before[-1]["as"] = intent.get("as") or before[-1].get("as")
        return True
    if last is None or before[-1] is not last:
        return False
    if intent["do"] == "unknown" and (named := intent.pop("fields", None)):
        intent = {**intent, "do": "amend", "fields": named}
        last["base_fields"] = []  # "Which products are there? Name, price and rating"
    if intent["do"] == "amend":
        amend(last, intent)
        return True
    plain = intent.get("subject") is None and intent.get("nth") is None
    if intent["do"] != "details" or not plain or last["limit"] != 1:
        return False
    # "find the cheapest bag and tell me its price": one look at one thing.
    last["fields"] = ["title", *[f for f in intent["fields"] if f != "title"]]
    last["text"] += f"; {intent.get('text', '')}"
    return True


_FIELDS_TOO = re.compile(
    r"(?:please )?(?:give|show|tell|list|include|return|report|note|get)(?: me| us)?\b"
    r"|(?:i|we)(?:['’]d| would)? (?:also )?(?:need|want|like)\b|with\b|for each\b",
    re.I,
)


def _fields_of_list(intent: Intent, before: list[Intent]) -> bool:
    """ "Which shops are open? Give name and phone": fields of the list, two or more, or "their"."""
    last = before[-1] if before else {}
    if last.get("do") != "extract" or last.get("fields") or last.get("limit") == 1:
        return False
    said, fields = intent.get("text", ""), intent.get("fields") or []
    plain = intent["do"] == "details" and not intent.get("subject") and intent.get("nth") is None
    if intent["do"] == "extract" and intent.get("either"):
        fields, plain = intent["either"], True
    theirs = len(fields) > 1 or re.search(r"\btheir\b", said, re.I)
    if not plain or not theirs or not _FIELDS_TOO.match(said):
        return False
    last["fields"] = fields
    last["beside"] = True
    last["text"] += f"; {said}"
    return True


_FILE = re.compile(r"(?:the |its )?(?:resulting )?(?:file|document|it|result|export|csv|pdf)", re.I)


def _fetched(intent: Intent, before: list[Intent]) -> bool:
    """ "Press CSV and download the file": the press is what fetches it."""
    said = (intent.get("target") or {}).get("raw") or ""
    if intent["do"] != "download" or not before or not _FILE.fullmatch(said):
        return False
    if before[-1]["do"] != "click" or before[-1].get("opens"):
        return False
    before[-1]["do"] = "download"
    return True


def _under(intent: Intent, before: list[Intent]) -> bool:
    """ "Under Size select Large": the list that stands below these words."""
    target, last = intent.get("target") or {}, before[-1] if before else {}
    if last.get("do") != "visit" or not last.get("soft") or target.get("words"):
        return False
    if intent["do"] == "select":
        intent["target"] = {**target, "under": last["name"]}
    elif intent["do"] == "fill" and not target.get("in"):
        intent["target"] = {**target, "in": last["name"]}
    return False


# "Select 25 entries per page": so many are wanted, and not the next page's, too.
_SIZE = re.compile(r"\d+\b.*\b(?:entries|rows|results|items|per page)\b|\bshow entries\b", re.I)
_SHOWN = re.compile(r"\b(?:shown|displayed|visible|on this page|on the page)\b", re.I)


def _from_there(intent: Intent, before: list[Intent]) -> bool:
    """ "Scroll down to the Transactions and get the amount of all of them": of that part."""
    last = before[-1] if before else {}
    bare_list = intent["do"] == "extract" and not intent.get("noun") and not intent.get("near")
    if bare_list and last.get("do") == "scroll" and (last.get("target") or {}).get("words"):
        intent["near"] = last["target"]["words"]
    return False


def _this_page(intent: Intent, before: list[Intent]) -> bool:
    """ "Go to page 2 and list the names": of that page only."""
    if intent["do"] not in ("extract", "count"):
        return False
    if number := intent.pop("page", None):  # "the stories on page 2"
        before.append({"do": "to_page", "n": number, "text": f"go to page {number}"})
    sized = [i for i in before if i["do"] in ("select", "set") and _SIZE.search(i.get("text", ""))]
    if sized or any(i["do"] == "to_page" for i in before) or _SHOWN.search(intent.get("text", "")):
        intent["one_page"] = True
    return False


def form_of(verb: str, pieces: list[dict[str, Any]], said: Intent) -> Intent:
    """The form that a deed brings up: filled in with what was said for it, and sent."""
    form = {"do": "carry", "verb": verb, "noun": "", "row": True, "pieces": pieces}
    return {**form, "text": said.get("text", "")}


def _is_purchase(intent: Intent) -> bool:
    return intent["do"] == "checkout" or (
        intent["do"] == "add" and intent["verb"] in ("buy", "purchase", "order")
    )


def _asks_for_sign_in(intent: Intent, before: list[Intent]) -> bool:
    """ "Sign in. Ask me for the password.": what the sign-in just named has to ask for."""
    if intent["do"] not in ("unknown", "ask_me") or not before or before[-1]["do"] != "sign_in":
        return False
    rest, slots = asked_for(intent["words"])
    if not slots or clean(rest):
        return False
    before[-1]["ask"] = [*before[-1].get("ask", []), *slots]
    return True


def _is_about(intent: Intent, before: list[Intent]) -> bool:
    """ "Find all bags and give me their prices": fields of the list just named."""
    return bool(
        intent["do"] == "extract"
        and intent.get("fields")
        and not intent.get("noun")
        and not intent.get("limit")
        and before
        and before[-1]["do"] == "extract"
        and not before[-1].get("fields")
    )


def amend(extract: Intent, change: Intent) -> None:
    """Add wanted fields or another limit to a list that is already asked for."""
    if change.get("fields"):
        known = extract.get("fields")
        base = known or extract.setdefault("base_fields", ["title"])
        extract["fields"] = [*base, *[f for f in change["fields"] if f not in base]]
        extract["implied"] = known is None
    if change.get("limit"):
        extract["limit"] = change["limit"]


_BY_HOW_MUCH = re.compile(
    r"by how (?:much|many)(?: [a-z]+)?|(?:what is|what's) the difference", re.I
)


def _difference(intent: Intent, before: list[Intent]) -> bool:
    """ "Which costs more, A or B, and by how much": the difference of what the two show."""
    last = before[-1] if before else {}
    asks = _BY_HOW_MUCH.fullmatch(clean(intent.get("text", "")))
    if not asks or last.get("do") != "compare" or not last.get("order"):
        return False
    last["difference"] = True
    last["text"] += f"; {intent['text']}"
    return True


_IT_HAS = re.compile(
    r"how (?:many|much) (?P<f>[a-z]+(?: [a-z]+)?) (?:does it have|has it(?: got)?|it has)"
    r"|who (?:posted|wrote|made|started) it|when was it (?:posted|written|published|made)",
    re.I,
)


def _of_the_nth(intent: Intent, before: list[Intent]) -> bool:
    """ "What's the top story, and how many points does it have": more of the same row."""
    last, asks = before[-1] if before else {}, _IT_HAS.fullmatch(clean(intent.get("text", "")))
    if not asks or last.get("do") != "details" or not last.get("nth") or last.get("subject"):
        return False
    asked = asks.group().lower()
    field = asks["f"] or ("author" if asked.startswith("who") else "date")
    last["fields"] = [*last["fields"], field]
    last["text"] += f"; {intent['text']}"
    return True


TAKERS = (_asks_for_sign_in, _shipped, _format, _more, _again, _details, _ticked, _of_me,
          _unwanted, _fields, _fields_of_list, _fetched, _this_page, _under,
          _from_there, _difference, _of_the_nth, of_each.taken)  # fmt: skip
