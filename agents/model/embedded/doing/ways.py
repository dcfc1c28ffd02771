"""What leads to things that are not in sight: menus, folds, the cart; what lies in the way."""

from __future__ import annotations

import re
from typing import Any

from agents.browser.extract_names import plain, singular
from agents.model.embedded.grammar.nouns import is_place
from agents.model.embedded.grammar.words import OBJECT_VERBS, STOPWORDS, VERBS
from agents.model.embedded.likeness import norm
from agents.model.embedded.view import Element, View

_DISMISS = re.compile(
    r"(?:accept|agree|allow|got it|ok(?:ay)?|i understand|close|dismiss|no,? "
    r"thanks|not now|maybe later|reject|decline"
    r"|continue without|skip|x|×|✕|understood|alle akzeptieren|accept all.*|"
    r"(?:only |use )?(?:strictly )?(?:necessary|essential)(?: cookies| only)*|reject .*|"
    r"decline .*|accept cookies.*|close .*)",
    re.I,
)


_OVERLAY = re.compile(
    (
        r"cookie|consent|gdpr|privacy|overlay|modal|popup|pop-up|newsletter|banner|"
        r"interstitial|backdrop|toast"
    ),
    re.I,
)


_DEEDS = frozenset([*VERBS, *OBJECT_VERBS])


def way_to(view: View, words: str, tried: list[str] | None = None) -> Element | None:
    """The one menu entry, tab or link all of whose words were said ("Bills" for a bill).

    Of several the one that says most of them; none when two say as much. tried: keys of those
    that were opened in vain.
    """
    wanted = {singular(w) for w in plain(words).split() if len(w) > 2}
    found: dict[str, tuple[float, Element]] = {}
    for e in view.elements:
        if e.off or e.key in (tried or ()) or not _leads_somewhere(e):
            continue
        worth = max(_worth(part, wanted) for part in parts_of(e.name))
        if worth:
            found.setdefault(e.href or e.key, (worth, e))
    most = max((worth for worth, _ in found.values()), default=0.0)
    best = [e for worth, e in found.values() if worth == most]
    return best[0] if len(best) == 1 else None


def parts_of(name: str) -> list[str]:
    """A menu entry's name, and the names it joins ("Forms & documents")."""
    joined = re.split(r"\s*(?:&|/|,|\band\b)\s*", name)
    return [name, *joined] if len(joined) > 1 else [name]


def _worth(name: str, wanted: set[str]) -> float:
    """How much of what was wanted an entry's name says; 0 when it says anything else."""
    said = {singular(w) for w in plain(name).split()} - STOPWORDS - {"my", "your"}
    if not said or not said <= wanted:
        return 0.0
    return sum(0.3 if is_place(word) else 1.0 for word in said)


def _leads_somewhere(e: Element) -> bool:
    """Whether pressing it shows another part of the site: no row's control, and no deed."""
    if e.role == "link" and e.place in _MENUS and e.href:
        return True
    if e.role not in ("generic", "tab", "link") or e.row or e.on or not e.text:
        return False
    # What is called by a verb does something, and leads nowhere.
    return not {singular(w) for w in plain(e.name).split()} & _DEEDS


def cart_link(view: View) -> Element | None:
    named = re.compile(r"\b(?:cart|basket|bag|trolley|checkout)\b", re.I)
    found = [e for e in view.elements if e.role in ("link", "button") and not e.row]
    return next((e for e in found if named.search(e.name) and "add" not in norm(e.name)), None)


_BURGER = re.compile(r"(?:open |show |toggle |main |site )*(?:menu|navigation)|☰|≡", re.I)


def folded_menu(view: View) -> Element | None:
    """The button that unfolds the site's own menu."""
    for e in view.elements:
        drawn = not e.name and re.search(r"burger|navbar-toggle|menu-(?:btn|toggle)", e.attr or "")
        if e.role == "button" and not e.row and (drawn or _BURGER.fullmatch(e.name.strip())):
            return e
    return None


_MENUS = ("nav", "navigation", "header", "banner", "aside")


def named_so(view: View, words: str) -> Element | None:
    """The smallest thing to click that carries the words."""
    wanted = norm(words)
    pool = [e for e in view.elements if wanted in norm(e.text or e.name)]
    pool += [
        e for e in view.texts if wanted in norm(e.text or "") and e.tag not in ("html", "body")
    ]
    return min(pool, key=lambda e: len(e.text or e.name) - 200 * (e.role != "text"), default=None)


def unopened(view: View, st: dict[str, Any]) -> Element | None:
    """A tab, accordion head or menu that is closed and was not tried."""
    tried = st.get("unfolded", [])
    for e in view.elements:
        if e.key in tried or e.off or e.place in ("footer",):
            continue
        tab = e.role == "tab" and not e.on
        fold = e.open == 0 and (
            e.tag == "summary"
            or e.role in ("button", "tab", "treeitem", "heading", "generic", "link")
        )
        attr = e.attr or ""
        shaped = (
            re.search(r"accordion|collaps|expand|ui-tabs|toggle", attr, re.I)
            and e.role in ("tab", "heading", "generic", "button", "link", "text")
            and e.name
        )
        if tab or fold or (shaped and not e.on):
            return e
    return None


def blocker(view: View) -> Element | None:
    """A button that takes an overlay (cookie banner, newsletter, dialog) off the page."""
    best: tuple[int, Element] | None = None
    for e in view.elements:
        if (
            e.role not in ("button", "link", "generic")
            or not _DISMISS.fullmatch(norm(e.name))
            or e.off
        ):
            continue
        about = f"{e.attr} {e.row} {e.group} {e.head} {e.path}"
        worth = 2 * bool(_OVERLAY.search(about)) + 2 * bool(e.top) + 2 * bool(e.float)
        # What only takes the layer away, or refuses, comes before what agrees to something.
        name = norm(e.name)
        worth += 2 if re.match(r"reject|decline|only |necessary|no\b|without", name) else 0
        worth += 1 if re.match(r"ok|got it|close|x|×|✕|dismiss|not now|maybe", name) else 0
        if worth >= 2 and (best is None or worth > best[0]):
            best = (worth, e)
    return best[1] if best else None


def beside_words(view: View, words: str) -> Element | None:
    """What can be clicked right of the words, or below them: a list without a name of its own."""
    labels = [e for e in view.texts if words and norm(e.text or "") == norm(words)]
    found = [
        e
        for label in labels
        for e in view.elements
        if (e.role in ("generic", "combobox") or (e.role == "button" and e.popup))
        and e.doc is label.doc and not e.off
        and e.text and len(e.text) <= 40 and not e.path.startswith(f"{label.path} ")
        and (_right_of(label, e) or _below(label, e))
    ]  # fmt: skip
    return found[0] if len(found) == 1 else None


def leads_away(e: Element) -> bool:
    """Whether pressing it sends a form or leaves the page: no list opens there."""
    return e.type == "submit" or (e.role == "link" and bool(e.href) and not e.popup)


def _right_of(label: Element, e: Element) -> bool:
    same_line = abs(label.y + label.h / 2 - e.y - e.h / 2) <= 14
    return same_line and 0 <= e.x - label.x - label.w <= 60


def _below(label: Element, e: Element) -> bool:
    return abs(label.x - e.x) <= 12 and 0 <= e.y - label.y - label.h <= 24


# They turn a calendar or a row of pictures, no list.
_CALENDAR = re.compile(r"next[ _-]?(?:month|week|day|year|slide|picture|image)", re.I)


def next_link(view: View) -> Element | None:
    """The control that leads to the next page of a list."""
    best: tuple[float, Element] | None = None
    for e in view.elements:
        if e.role not in ("link", "button", "generic") or e.off or e.weak:
            continue
        name = norm(e.name)
        score = 0.0
        if _CALENDAR.search(f"{name} {e.attr or ''}"):
            continue
        if re.fullmatch(
            (
                r"next(?: page)?|next ?[›»→>]?|more|older(?: posts)?|load more.*|show "
                r"more.*|more (?:stories|results|items|posts)|nächste|suivant|"
                r"siguiente|>|>>"
            ),
            name,
        ):
            score = 2.0 - (0.4 if name.startswith(("more", "load", "show")) else 0.0)
        if re.search(r"(?:^|[\s_-])next(?:$|[\s_-])|morelink", e.attr or "", re.I):
            score += 1.0
        if score and re.search(r"pag(?:er|ination)|nav", f"{e.attr} {e.path} {e.place}", re.I):
            score += 0.5
        if score and (best is None or score > best[0]):
            best = (score, e)
    return best[1] if best else None
