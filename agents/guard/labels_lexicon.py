"""The words that labels are put together from, a language at a time: `words/deeds/`.

A line of such a file is `key: entry | entry`. Keys:

- `verb CLASS`, `thing CLASS`, and `alone KIND` for verbs that say it all;
- `view`, `quiet`, `aside`, `slight`, `coupon`: things that may go without a loss. What is in a
  `view` (a filter) may even be deleted, and what is put `aside` (in a cart); of the others, `quiet`
  ones (a panel) may be closed or cleared away, `slight` ones (a date) cleared;
- `lead`: words that stand before a verb; `look` and `show`: words that begin what only looks;
- `noun`: verbs that are nouns as well; `topic`: words that make a title of what stands before them;
  `of`: words after which a verb was a noun; `small`: words that only tell the language.

`stem+` stands for the stem with each of `endings`; a thing may go on by a few letters. The words of
a verb may stand apart in a label.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product

from agents.guard.labels_plain import plain, tokens_of
from agents.guard.labels_words import deed_languages, deed_lines

QUIET = ("view", "quiet", "aside", "slight", "coupon")
UNSPACED_LANGUAGES = ("ja", "zh")
_SLACK = {"pl": 4, "ru": 4, "tr": 6}
_ENDINGS_OF_SHORT = frozenset("sneiauyаиыуе")
_COMPOUND_CHARS = 8
_APART = 6  # words between the parts of one verb: "turn the whole thing off"

Words = tuple[str, ...]


@dataclass
class Language:
    """One file. order: where verbs stand (first; final: first or last; last)."""

    name: str
    order: str = "first"
    compounds: bool = False
    verbs: dict[str, list[tuple[Words, frozenset[str]]]] = field(default_factory=dict)
    things: dict[str, list[tuple[Words, str]]] = field(default_factory=dict)
    whole: dict[str, set[str]] = field(default_factory=dict)
    words: dict[str, set[str]] = field(default_factory=dict)

    def has(self, kind: str, word: str) -> bool:
        """Whether a word is on one of the plain lists."""
        return word in self.words.get(kind, ())

    def looks(self, tokens: list[str]) -> bool:
        """Whether a label begins like one that only looks."""
        begins = self.words.get("look", set())
        return tokens[0] in begins or " ".join(tokens[:2]) in begins

    def knows(self, token: str) -> bool:
        """Whether a token is a word of this language, as far as its file goes."""
        return _knows(token, self.name)

    def verb_at(self, tokens: list[str], place: int) -> tuple[int, frozenset[str]] | None:
        """(last place, classes) of the verb that begins here."""
        groups: set[str] = set()
        end = place
        for words, classes in self.verbs.get(tokens[place], ()):
            last = _apart(tokens, place, words)
            if last is not None:
                groups |= classes
                end = max(end, last)
        return (end, frozenset(groups)) if groups else None

    def things_in(self, tokens: list[str]) -> dict[int, tuple[int, frozenset[str]]]:
        """{place: (words used, classes)}"""
        found: dict[int, tuple[int, frozenset[str]]] = {}
        for place, token in enumerate(tokens):
            classes = set(_thing_of(token, self.name))
            used = 1
            for words, label in self.things.get(token[:2], ()):
                if 1 < len(words) <= len(tokens) - place and all(
                    _goes_on(tokens[place + at], word, self.name) for at, word in enumerate(words)
                ):
                    classes.add(label)
                    used = max(used, len(words))
            if classes:
                found[place] = (used, frozenset(classes))
        return found


def _apart(tokens: list[str], start: int, words: Words) -> int | None:
    """Where the last of these words stands, when they follow each other closely."""
    place = start
    for word in words[1:]:
        for ahead in range(place + 1, min(place + 2 + _APART, len(tokens))):
            if tokens[ahead] == word:
                place = ahead
                break
        else:
            return None
    return place


def _goes_on(token: str, stem: str, language: str) -> bool:
    """Whether a token is a stem with an ending."""
    if not token.startswith(stem):
        return False
    more = len(token) - len(stem)
    if language == "en":
        return token[len(stem) :] in ("", "s", "es")
    if len(stem) <= 2:
        return more == 0
    if len(stem) == 3:
        return more == 0 or (more == 1 and token[-1] in _ENDINGS_OF_SHORT)
    return more <= _SLACK.get(language, 3)


@lru_cache(maxsize=16384)
def _thing_of(token: str, language: str) -> frozenset[str]:
    """Classes of a thing, or of a compound's last part: `kundenkonto` is an account."""
    lang = LANGUAGES[language]
    found = {
        label
        for words, label in lang.things.get(token[:2], ())
        if len(words) == 1 and _goes_on(token, words[0], language)
    }
    if lang.compounds and len(token) >= _COMPOUND_CHARS:
        for start in range(2, len(token) - 3):
            for cut in range(3):
                found |= lang.whole.get(token[start : len(token) - cut], set())
    return frozenset(found)


@lru_cache(maxsize=16384)
def _knows(token: str, language: str) -> bool:
    lang = LANGUAGES[language]
    listed = token in lang.verbs or any(token in words for words in lang.words.values())
    return listed or bool(_thing_of(token, language))


def _load(name: str) -> Language:
    found = Language(name)
    endings = [""]
    verbs: dict[Words, set[str]] = defaultdict(set)
    for key, entries in deed_lines(name):
        kind, _, group = key.partition(" ")
        if key == "endings":
            endings += [plain(entry) for entry in entries]
        elif key == "order":
            found.order = entries[0]
        elif key == "compounds":
            found.compounds = True
        elif kind in ("verb", "alone"):
            for words in (form for entry in entries for form in _forms(entry, endings)):
                verbs[words].add(group if kind == "verb" else key)
        elif kind == "thing" or key in QUIET:
            _add_things(found, group or key, entries)
        else:
            known = found.words.setdefault(key, set())
            spelt = [tokens_of(plain(entry)) for entry in entries]
            known.update(" ".join(words) if key == "look" else words[-1] for words in spelt)
    for words, groups in verbs.items():
        found.verbs.setdefault(words[0], []).append((words, frozenset(groups)))
    return found


def _forms(entry: str, endings: list[str]) -> list[Words]:
    """All forms of a verb."""
    words = [
        [word[:-1] + end for end in endings] if word.endswith("+") else [word]
        for word in plain(entry).split()
    ]
    return list(product(*words))


def _stem(word: str, language: str) -> str:
    """What singular and plural of a thing have in common: `membro`, `membri`."""
    if language == "it" and len(word) > 4 and word[-1] in "aeio":
        return word[:-1]
    if language == "pt" and len(word) > 5 and word.endswith("ao"):
        return word[:-2]
    if language == "pt" and len(word) > 4 and word.endswith("m"):
        return word[:-1]
    return word


def _add_things(found: Language, label: str, entries: list[str]) -> None:
    for entry in entries:
        words = tuple(tokens_of(plain(entry)))
        if len(words) == 1:
            words = (_stem(words[0], found.name),)
        found.things.setdefault(words[0][:2], []).append((words, label))
        if len(words) == 1 and len(words[0]) > 3:
            found.whole.setdefault(words[0], set()).add(label)


LANGUAGES = {name: _load(name) for name in deed_languages()}
SPACED = tuple(lang for name, lang in LANGUAGES.items() if name not in UNSPACED_LANGUAGES)
_SPEAKERS: dict[str, list[Language]] = {}
for _language in SPACED:
    _looks = {each.split()[0] for each in _language.words.get("look", ())}
    for _word in _language.verbs.keys() | _looks:
        _SPEAKERS.setdefault(_word, []).append(_language)


def languages_of(tokens: list[str]) -> list[Language]:
    """The languages that a label may be in: of those with a verb in it, those that know most."""
    candidates = {lang.name: lang for token in tokens for lang in _SPEAKERS.get(token, ())}
    if not candidates:
        return []
    known = {lang.name: sum(map(lang.knows, tokens)) for lang in SPACED}
    most = max(known.values())
    if "en" in candidates and known["en"] == len(tokens):
        return [LANGUAGES["en"]]
    return [lang for name, lang in candidates.items() if known[name] == most]
