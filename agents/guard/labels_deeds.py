"""Deeds that no list spells out: a verb with the thing it is done to, put together by language.

Nobody can list what buttons say, but most of it is one of some sixty verbs with one of some
hundred things: "cancel my plan", "Mitgliedschaft widerrufen", "Odwołaj wizytę". What they amount to
together is the same in every language and stands here; the words are data (`labels_lexicon.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from agents.guard.labels_lexicon import LANGUAGES, QUIET, UNSPACED_LANGUAGES, Language, languages_of

# (class of the verb, class of the thing, what it is). More than one may fit.
_RULES = (
    ("secure", "secret", "auth"),
    ("enter", "login", "auth"),
    ("exit", "session", "auth"),
    ("mint", "key", "permission_change"),
    ("take", "right", "permission_change"),
    ("take", "key", "permission_change"),
    ("grant", "right", "permission_change"),
    ("set", "right", "permission_change"),
    ("pay", "money", "payment"),
    ("agree", "terms", "legal"),
    ("end", "held", "destructive"),
    ("remove", "held", "destructive"),
    ("remove", "record", "destructive"),
    ("add", "person", "permission_change"),
    ("buy", "good", "purchase"),
    ("take up", "good", "purchase"),
    ("open", "account", "account"),
    ("upload", "file", "upload"),
    ("say", "message", "send"),
    ("say", "invite", "permission_change"),
    ("add", "invite", "permission_change"),
    ("grant", "key", "permission_change"),
    ("add", "right", "permission_change"),
    ("grant", "person", "permission_change"),
    ("say", "person", "send"),
    ("fill", "purse", "payment"),
    ("block", "card", "destructive"),
    ("create", "booking", "purchase"),
    ("create", "user", "account"),
    ("confirm", "undoing", "destructive"),
    ("confirm", "publishing", "send"),
    ("create", "refund", "payment"),
    ("switch", "plan", "purchase"),
    ("signout", "account", "auth"),
    ("import", "paper", "upload"),
    ("enter", "secret", "auth"),
    ("use", "factor", "auth"),
)
_ENGLISH = LANGUAGES["en"]
_PRICED = {"pay": "payment", "buy": "purchase", "take up": "purchase", "add": "purchase"}
_AND = frozenset({"and", "und", "et", "y", "e", "en", "i", "и", "ve", "then"})
_PLAIN = frozenset({"alone send", "alone payment", "alone purchase", "alone legal", "alone auth"})
_TAKES_AWAY = frozenset({"end", "remove", "take"})
_REACH = 6  # words between a verb and its thing
_LONG = 9  # more words than a button has
_TITLE = 3
_DONE = re.compile(
    r"^已|^.{2,3}已(?![阅閱读讀]).{2,3}$|され(た|ました)$|済み(?!に)|"
    r"(削除|消去|キャンセル)した[^を]{1,8}$"
)
_SAID = re.compile(r"[\0\sすますしてるはいをの是的]")
_KANA = re.compile(r"[\u3040-\u30ff]")


Verb = tuple[int, int, frozenset[str]]


@dataclass(frozen=True)
class Deeds:
    """What was put together. kinds: of the deeds; explained: places of their words, with the
    kinds that those words make; quiet: places of words that mean no deed here; verbal: places of
    the verbs that do."""

    kinds: frozenset[str] = frozenset()
    explained: dict[int, frozenset[str]] = field(default_factory=dict)
    quiet: frozenset[int] = frozenset()
    verbal: frozenset[int] = frozenset()


def deeds_in(tokens: list[str], amount: bool, *, whole: bool, spared: frozenset[int]) -> Deeds:
    """What verbs and things say together.

    amount: the label names a price. whole: also the middle of a long text. spared: places of words
    that a harmless phrase explains.
    """
    kinds: set[str] = set()
    explained: dict[int, frozenset[str]] = {}
    quiet: set[int] = set()
    verbal: set[int] = set()
    for lang in languages_of(tokens):
        found = _deeds(lang, tokens, amount, whole, spared)
        kinds |= found.kinds
        quiet |= found.quiet
        verbal |= found.verbal
        for place, made in found.explained.items():
            explained[place] = explained.get(place, frozenset()) | made
    still = frozenset(quiet - explained.keys())
    return Deeds(frozenset(kinds), explained, still, frozenset(verbal))


def _deeds(
    lang: Language, tokens: list[str], amount: bool, whole: bool, spared: frozenset[int]
) -> Deeds:
    verbs = list(_verbs(lang, tokens))
    looks = lang.looks(tokens) and not amount
    if looks and not any(tokens[first - 1] in _AND for first, _, _ in verbs if first):
        return Deeds(quiet=frozenset(range(1, len(tokens))))
    things = lang.things_in(tokens) if verbs else {}
    if _is_title(lang, tokens) and not any("secret" in each for _, each in things.values()):
        return Deeds(quiet=frozenset(range(len(tokens))))
    explained: dict[int, frozenset[str]] = {}
    quiet = {place for place in range(len(tokens)) if _is_noun(lang, tokens, place)}
    verbal: set[int] = set()
    for verb in verbs:
        first, last, groups = verb
        if not whole and len(tokens) > _LONG and 3 <= first < len(tokens) - 4:
            continue
        if first and lang.has("show", tokens[0]) and tokens[first - 1] not in _AND:
            continue
        reached = _reached(lang, tokens, things, verbs, verb)
        classes = {label for place in reached for label in things[place][1]}
        if _is_quiet(groups, classes):
            quiet.add(first)
            continue
        priced = amount and "buy" in groups
        if first in spared and not priced and all(place in spared for place in reached):
            continue
        made = frozenset(_made(groups, classes, amount))
        mine = "end" in groups and any(lang.has("own", token) for token in tokens)
        if not made and (mine or "undo" in groups) and _has_object(lang, tokens, verbs, verb):
            made = frozenset({"destructive"})
        if not made:
            continue
        verbal.update(range(first, last + 1))
        parts = {first, last}
        for place in reached:
            parts.update(range(place, place + things[place][0]))
        between = range(min(parts), max(parts))
        if not any(tokens[part] in _AND or lang.has("lead", tokens[part]) for part in between):
            parts.update(between)
        if lang.order == "final":
            parts.update(place - 1 for place in reached if place)  # the first half of a compound
        for part in parts:
            explained[part] = explained.get(part, frozenset()) | made
    kinds = frozenset(kind for made in explained.values() for kind in made)
    return Deeds(kinds, explained, frozenset(quiet), frozenset(verbal))


def _is_quiet(groups: frozenset[str], classes: set[str]) -> bool:
    """Whether what a verb is done to may go, or come, without a loss."""
    outright = bool(groups & {"undo", "alone destructive"})
    if "follow" in groups and "booking" in classes:
        return True
    if "aside" in classes and ("say" not in groups or "remove" in groups):
        return True
    if "coupon" in classes and "say" not in groups and not outright:
        return True
    if groups & _PLAIN and not groups & {"remove", "end"}:
        return False
    light = "view" in classes
    light = light or ("quiet" in classes and "alone destructive" not in groups)
    light = light or ("slight" in classes and "remove" in groups and not outright)
    return light and not classes & _weighty(groups)


def _has_object(lang: Language, tokens: list[str], verbs: list[Verb], verb: Verb) -> bool:
    """Whether anything at all is called off: `Cancel this occurrence`, not `Yes, cancel`."""
    first, last, _ = verb
    taken = {place for start, end, _ in verbs for place in range(start, end + 1)}
    for place, token in enumerate(tokens):
        if place in taken or abs(place - first) > _REACH or token.isdigit() or len(token) < 3:
            continue
        if place < first and lang.order == "first":
            continue
        if place > last and tokens[place - 1] in _AND:
            continue
        if not any(
            lang.has(kind, token) for kind in ("small", "lead", "show", "topic", "look", "own")
        ):
            return True
    return False


def _verbs(lang: Language, tokens: list[str]) -> Iterator[Verb]:
    """(first place, last place, classes) of the verbs that stand where a deed stands."""
    for place in range(len(tokens)):
        found = lang.verb_at(tokens, place)
        if found is None or not _stands(lang, tokens, place, found[0]):
            continue
        end, groups = found
        if end == place and _is_noun(lang, tokens, place):
            continue
        if lang is not _ENGLISH and _ENGLISH.knows(tokens[place]):
            # Enough to say that it is a verb here, too little to be a deed by itself.
            groups = frozenset(each for each in groups if not each.startswith("alone "))
        yield place, end, groups


def _stands(lang: Language, tokens: list[str], place: int, end: int) -> bool:
    """Whether a verb is said as a deed: first, after "yes" or "and", or where verbs go last."""
    at_end = end >= len(tokens) - 1
    if lang.order == "last":
        return at_end
    if all(token.isdigit() for token in tokens[:place]):
        return True
    before = tokens[place - 1]
    if lang.has("lead", before) or (lang.name == "en" and before.endswith("ly")):
        return True
    rest = tokens[end + 1 :]
    priced = all(token.isdigit() or lang.has("small", token) for token in rest)
    return lang.order == "final" and (priced or tokens[end + 1] in _AND)


def _is_noun(lang: Language, tokens: list[str], place: int) -> bool:
    """`Reserva de mesa`, `Bestell-Link`: a form that is a noun as well, and what it is of."""
    if place + 1 >= len(tokens):
        return False
    following = tokens[place + 1]
    if lang.has("of", following) and (
        lang.name in ("en", "de", "nl") or tokens[place][-1] in "aeo"
    ):
        return True
    if lang.name == "en":
        return lang.has("noun", tokens[place]) and following.endswith("ed")
    known = lang.has("small", following) or lang.has("lead", following)
    known = known or following.endswith(("mente", "ment"))
    return place == 0 and lang.has("noun", tokens[place]) and not known


def _weighty(groups: frozenset[str]) -> set[str]:
    """The things that count with these verbs."""
    return {thing for verb, thing, _ in _RULES if verb in groups}


def _made(groups: frozenset[str], classes: set[str], amount: bool) -> set[str]:
    made = {kind for verb, thing, kind in _RULES if verb in groups and thing in classes}
    made |= {group.removeprefix("alone ") for group in groups if group.startswith("alone ")}
    if amount:
        made |= {_PRICED[verb] for verb in groups & _PRICED.keys()}
        if made >= {"payment", "purchase"} and groups & {"pay"} and "buy" not in groups:
            made.discard("purchase")
    narrowed = _narrowed(made, groups, classes)
    if "auth" in narrowed and "second" in classes and groups & _TAKES_AWAY:
        narrowed = narrowed | {"permission_change"}  # whoever knows the password comes in now
    return narrowed


def _narrowed(made: set[str], groups: frozenset[str], classes: set[str]) -> set[str]:
    """One class where a verb and its thing could be read as several."""
    if "auth" in made and classes & {"secret", "session"}:
        return {"auth"}
    if "auth" in made and "signout" in groups:
        return {"auth"}
    if "upload" in made and "file" in classes:
        return made - {"send"}
    if "legal" in made and "terms" in classes:
        return made - {"send", "purchase", "permission_change"}
    if "permission_change" in made and classes & {"right", "key"}:
        kept = {"destructive"} if "remove" in groups and classes >= {"record", "right"} else set()
        return made - ({"destructive", "send", "payment", "purchase", "account"} - kept)
    if made >= {"payment", "send"} and classes >= {"money", "message"}:
        return made - {"payment"}  # an invoice is sent, not paid
    if "payment" in made and "money" in classes:
        return made - {"send", "purchase", "destructive"}
    if "destructive" in made and "end" in groups and "held" in classes:
        return made - {"send", "payment", "purchase", "legal", "permission_change"}
    return made


def _is_title(lang: Language, tokens: list[str]) -> bool:
    """`Order details`: a word that is noun and verb, before a word that names a page."""
    return (
        1 < len(tokens) <= _TITLE
        and lang.has("noun", tokens[0])
        and lang.has("topic", tokens[-1])
        and not any(lang.has("lead", token) for token in tokens)
    )


def _reached(
    lang: Language,
    tokens: list[str],
    things: dict[int, tuple[int, frozenset[str]]],
    verbs: list[Verb],
    verb: Verb,
) -> list[int]:
    """Places of the things that a verb is done to."""
    first, last, _ = verb
    found = []
    for place, (used, classes) in things.items():
        if first <= place <= last and place in (first, last):
            continue
        if any(last < other < place or place < other < first for other, _, _ in verbs):
            continue  # it is done to by a verb that stands nearer
        if place < first and (lang.order == "first" or first - place > _REACH):
            continue
        if place > first and place - last > _REACH:
            continue
        after = place + used
        light = bool(classes & {*QUIET, "secret", "right"})
        if lang.name in ("en", "tr") and after < len(tokens) and not light:
            # What stands before the head of a compound: `account menu`, `order details`.
            next_to = things.get(after, (0, frozenset()))[1]
            if (bool(next_to) and next_to <= {"quiet", "view"}) or (
                "secret" not in classes and lang.has("topic", tokens[after])
            ):
                continue
        if lang.name != "en" and not light and _is_of(lang, tokens, things, first, place):
            continue
        found.append(place)
    return found


def _is_of(
    lang: Language,
    tokens: list[str],
    things: dict[int, tuple[int, frozenset[str]]],
    verb: int,
    place: int,
) -> bool:
    """Whether a thing only says what something is of: `metodo de pago`, `menu de cuenta`."""
    return any(
        lang.has("topic", tokens[before])
        or (before in things and things[before][1] <= {"quiet", "view"} and before < place - 1)
        for before in range(max(verb + 1, place - 2), place)
    )


# --- scripts without spaces -------------------------------------------------------------------
def unspaced_deeds(text: str, amount: bool) -> tuple[frozenset[str], bool]:
    """(kinds, quiet) of a text without spaces."""
    kinds: set[str] = set()
    quiet = False
    for name in UNSPACED_LANGUAGES if not _KANA.search(text) else ("ja",):
        lang = LANGUAGES.get(name)
        if lang is not None:
            made, still = _unspaced(lang, text, amount)
            kinds |= made
            quiet |= still
    return frozenset(kinds), quiet and not kinds


def _unspaced(lang: Language, text: str, amount: bool) -> tuple[set[str], bool]:
    verbs = [
        (spelt, groups)
        for entries in lang.verbs.values()
        for words, groups in entries
        if (spelt := words[0]) in text
    ]
    things = [
        (spelt, label)
        for entries in lang.things.values()
        for words, label in entries
        if (spelt := words[0]) in text
    ]
    if _DONE.search(text):
        return set(), True
    topic = next((each for each in lang.words.get("topic", ()) if text.endswith(each)), "")
    longer = any(text.endswith(verb) and len(verb) > len(topic) for verb, _ in verbs)
    if topic and (longer or text.removesuffix(topic).endswith("を")):
        topic = ""  # what stands before it is done to
    at = str.startswith if lang.name == "zh" else str.endswith
    looks = any(at(text, each) for each in lang.words.get("look", ()))
    classes = {label for _, label in things}
    sends = any("say" in groups for _, groups in verbs)
    if looks or ("aside" in classes and not sends):
        return set(), looks or bool(verbs)
    made: set[str] = set()
    still = firm = False
    for verb, groups in verbs:
        said_first = lang.name == "zh" and text.startswith(verb) and not lang.has("noun", verb)
        removes = "remove" in groups and topic in lang.whole and verb != topic
        if f"{verb}を" in text and any(text.find(other) > text.find(verb) for other, _ in verbs):
            continue  # what something is done to
        if topic and not (said_first or removes):
            continue
        rest = text.replace(verb, "\0", 1)
        near = {label for spelt, label in things if spelt in rest}
        closes = "end" in groups and "remove" not in groups
        light = "view" in near or ("quiet" in near and "alone destructive" not in groups)
        light = light and not groups & _PLAIN
        if light and (closes or not near & _weighty(groups)):
            still = True
            continue
        told = _made(groups, near, amount)
        if not told and "undo" in groups and not light and _SAID.sub("", rest):
            told = {"destructive"}
        made |= told
        firm |= said_first
    return made, still or (bool(topic) and not firm)
