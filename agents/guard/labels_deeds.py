"""Deeds that no list spells out: a verb with the thing it is done to, put together by language.

Nobody can list what buttons say, but most of it is one of some sixty verbs with one of some
hundred things: "cancel my plan", "Mitgliedschaft widerrufen", "Odwołaj wizytę". What they amount to
together is the same in every language and stands here; the words are data (`labels_lexicon.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from agents.guard.labels_lexicon import LANGUAGES, UNSPACED_LANGUAGES, Language, languages_of

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
)
_ENGLISH = LANGUAGES["en"]
_PRICED = {"pay": "payment", "buy": "purchase", "take up": "purchase"}
_AND = frozenset({"and", "und", "et", "y", "e", "en", "i", "и", "ve", "then"})
_REACH = 6  # words between a verb and its thing
_LONG = 9  # more words than a button has
_TITLE = 4
_KANA = re.compile(r"[\u3040-\u30ff]")


@dataclass(frozen=True)
class Deeds:
    """What was put together. kinds: of the deeds; explained: places of their words, with the
    kinds that those words make; quiet: places of words that mean no deed here."""

    kinds: frozenset[str] = frozenset()
    explained: dict[int, frozenset[str]] = field(default_factory=dict)
    quiet: frozenset[int] = frozenset()


def deeds_in(tokens: list[str], amount: bool, *, whole: bool, spared: frozenset[int]) -> Deeds:
    """What verbs and things say together.

    amount: the label names a price. whole: also the middle of a long text. spared: places of words
    that a harmless phrase explains.
    """
    kinds: set[str] = set()
    explained: dict[int, frozenset[str]] = {}
    quiet: set[int] = set()
    for lang in languages_of(tokens):
        found = _deeds(lang, tokens, amount, whole, spared)
        kinds |= found.kinds
        quiet |= found.quiet
        for place, made in found.explained.items():
            explained[place] = explained.get(place, frozenset()) | made
    return Deeds(frozenset(kinds), explained, frozenset(quiet - explained.keys()))


def _deeds(
    lang: Language, tokens: list[str], amount: bool, whole: bool, spared: frozenset[int]
) -> Deeds:
    verbs = list(_verbs(lang, tokens))
    looks = lang.has("look", tokens[0]) and not amount
    if looks and not any(tokens[first - 1] in _AND for first, _, _ in verbs if first):
        return Deeds(quiet=frozenset(range(1, len(tokens))))
    if _is_title(lang, tokens):
        return Deeds(quiet=frozenset(range(len(tokens))))
    things = lang.things_in(tokens) if verbs else {}
    explained: dict[int, frozenset[str]] = {}
    quiet: set[int] = set()
    for first, last, groups in verbs:
        if not whole and len(tokens) > _LONG and 3 <= first < len(tokens) - 4:
            continue
        if first and lang.has("show", tokens[0]) and tokens[first - 1] not in _AND:
            continue
        reached = _reached(lang, tokens, things, first, last)
        classes = {label for place in reached for label in things[place][1]}
        if "aside" in classes or ("quiet" in classes and not classes & _weighty(groups)):
            quiet.add(first)
            continue
        if first in spared and all(place in spared for place in reached):
            continue
        made = frozenset(_made(groups, classes, amount))
        parts = {first, last}
        for place in reached:
            parts.update(range(place, place + things[place][0]))
        for part in parts if made else ():
            explained[part] = explained.get(part, frozenset()) | made
    kinds = frozenset(kind for made in explained.values() for kind in made)
    return Deeds(kinds, explained, frozenset(quiet))


def _verbs(lang: Language, tokens: list[str]) -> Iterator[tuple[int, int, frozenset[str]]]:
    """(first place, last place, classes) of the verbs that stand where a deed stands."""
    for place in range(len(tokens)):
        found = lang.verb_at(tokens, place)
        if found is None or not _stands(lang, tokens, place, found[0]):
            continue
        end, groups = found
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
    return lang.order == "final" and at_end


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
    return _narrowed(made, groups, classes)


def _narrowed(made: set[str], groups: frozenset[str], classes: set[str]) -> set[str]:
    """One class where a verb and its thing could be read as several."""
    if "auth" in made and "secret" in classes:
        return {"auth"}
    if "permission_change" in made and classes & {"right", "key"}:
        return made - {"destructive", "send", "payment", "purchase", "account"}
    if "payment" in made and "money" in classes:
        return made - {"send", "purchase", "destructive"}
    if "legal" in made and "terms" in classes:
        return made - {"send", "purchase", "permission_change"}
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
    first: int,
    last: int,
) -> list[int]:
    """Places of the things that a verb is done to."""
    found = []
    for place, (used, _) in things.items():
        if first <= place <= last and place in (first, last):
            continue
        if place < first and (lang.order == "first" or first - place > _REACH):
            continue
        if place > first and place - last > _REACH:
            continue
        after = place + used
        if lang.name == "en" and after < len(tokens) and lang.has("topic", tokens[after]):
            continue
        if lang.name != "en" and _is_of(lang, tokens, first, place):
            continue
        found.append(place)
    return found


def _is_of(lang: Language, tokens: list[str], verb: int, place: int) -> bool:
    """Whether a thing only says what something is of: `metodo de pago`."""
    return any(
        lang.has("topic", tokens[before]) for before in range(max(verb + 1, place - 2), place)
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
    topic = next((each for each in lang.words.get("topic", ()) if text.endswith(each)), "")
    looks = any(text.startswith(each) or text.endswith(each) for each in lang.words.get("look", ()))
    classes = {label for _, label in things}
    if looks or "aside" in classes:
        return set(), bool(verbs)
    made: set[str] = set()
    still = False
    for verb, groups in verbs:
        if topic and not ("remove" in groups and topic in lang.whole and verb != topic):
            continue
        rest = text.replace(verb, "\0", 1)
        near = {label for spelt, label in things if spelt in rest}
        if "quiet" in near and not near & _weighty(groups):
            still = True
            continue
        made |= _made(groups, near, amount)
    return made, still or bool(topic)
