"""Reading a label as a person would: its words in many languages, disguises taken off.

Pages are hostile: letters that look like others, invisible characters, letters set apart. A label
is brought to one plain form, every part of it is compared with known phrases, the longest first,
and a phrase is used up by what it matches: the "remove" of "remove filter" is no removal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from agents.guard.labels_deeds import Deeds, deeds_in, unspaced_deeds
from agents.guard.labels_lexicon import LANGUAGES
from agents.guard.labels_plain import AMOUNT, MAX_CHARS, UNSPACED, plain, readings_of, tokens_of
from agents.guard.labels_words import kinds, lines

__all__ = ["AMOUNT", "MAX_CHARS", "Reading", "plain", "read"]

_LONG_WORDS = 9  # more words than a button has: a card or a paragraph, read at its ends only


@dataclass(frozen=True)
class Reading:
    """What a label says. kinds: of its phrases; words: how many it has; amount: names a price;
    rest: words that no phrase explains."""

    kinds: frozenset[str]
    words: int
    amount: bool
    rest: int
    phrases: tuple[str, ...] = ()


class _Phrases:
    """The phrases by their first word; the longest are tried first."""

    def __init__(self) -> None:
        self.by_word: dict[str, list[tuple[tuple[str, ...], bool, str]]] = {}
        self.stems: dict[str, list[tuple[str, str]]] = {}
        self.unspaced: dict[str, list[tuple[str, str]]] = {}
        self.squashed: dict[str, str] = {}

    def add(self, kind: str, phrases: list[str]) -> None:
        for phrase in phrases:
            open_end = phrase.endswith("*")
            words = tuple(tokens_of(plain(phrase)))
            if not words:
                continue
            if UNSPACED.search(words[0]):
                whole = "".join(words)
                self.unspaced.setdefault(whole[0], []).append((whole, kind))
            elif len(words) == 1 and open_end:
                self.stems.setdefault(words[0][:3], []).append((words[0], kind))
            else:
                self.by_word.setdefault(words[0], []).append((words, open_end, kind))
                if len("".join(words)) >= 6:
                    self.squashed.setdefault("".join(words), kind)

    def finish(self) -> None:
        for found in self.by_word.values():
            found.sort(key=lambda each: -len(each[0]))
        for stems in self.stems.values():
            stems.sort(key=lambda each: -len(each[0]))
        for phrases in self.unspaced.values():
            phrases.sort(key=lambda each: -len(each[0]))

    def at(self, tokens: list[str], start: int) -> tuple[int, str] | None:
        """(words used, kind) of the longest phrase that begins here."""
        for words, open_end, kind in self.by_word.get(tokens[start], ()):
            end = start + len(words)
            if len(words) == 1 or tuple(tokens[start:end]) == words:
                return len(words), kind
            if open_end and tuple(tokens[start : end - 1]) == words[:-1]:
                tail = tokens[end - 1] if end <= len(tokens) else ""
                if tail.startswith(words[-1]):
                    return len(words), kind
        for stem, kind in self.stems.get(tokens[start][:3], ()):
            if tokens[start].startswith(stem):
                return 1, kind
        return None


def _build() -> _Phrases:
    phrases = _Phrases()
    for kind in kinds():
        for _, words in lines(kind):
            phrases.add(kind, words)
    phrases.finish()
    return phrases


_PHRASES = _build()
_FRENCH, _GERMAN = LANGUAGES["fr"], LANGUAGES["de"]


@lru_cache(maxsize=4096)
def read(text: str, *, whole: bool = False) -> Reading:
    """What a label says. text: as the page has it, any length.

    whole: also the middle of a long text, for what a dialog asks.
    """
    kinds: set[str] = set()
    said: list[str] = []
    words = 0
    rest = 10_000
    amount = AMOUNT.search(text) is not None
    # "How to pay" is a heading; "What are you waiting for? Buy now" is not.
    may_ask = not whole and "?" not in text.rstrip(" ?!.")
    for tokens in _spelt_out(readings_of(_with_participles(text))):
        words = max(words, len(tokens))
        rest = min(rest, _match(tokens, amount, kinds, said, whole, may_ask))
    folded = plain(text)
    if UNSPACED.search(folded):
        rest = min(rest, _match_unspaced(folded, amount, kinds, said))
    squashed = "".join(tokens_of(folded))
    if len(squashed) <= 30 and squashed in _PHRASES.squashed:
        kind = _PHRASES.squashed[squashed]
        if kind != "harmless" or not kinds:
            kinds.add(kind)
    return Reading(frozenset(kinds), words, amount, rest if words else 0, tuple(said[:4]))


_UMLAUT = re.compile(r"(?<![aeiouq])([aou])e")


def _spelt_out(readings: Iterable[list[str]]) -> Iterator[list[str]]:
    """The readings, and German verbs with their umlauts spelt out: `loeschen` is `löschen`."""
    for tokens in readings:
        yield tokens
        bare = [_UMLAUT.sub(r"\1", token) for token in tokens]
        if any(new != old and new in _GERMAN.verbs for new, old in zip(bare, tokens, strict=True)):
            yield bare


_PARTICIPLE = re.compile(r"\b\w{3,30}é(?=(?:e?s?)\b)")


def _with_participles(text: str) -> str:
    """French `supprimé` kept apart from `supprime`: something was done, nobody is told to.

    Letters lose their accents later; an accent on what is no French verb is taken for a disguise.
    """
    return _PARTICIPLE.sub(
        lambda m: m[0] + "e" if plain(m[0]) in _FRENCH.verbs else m[0], text[: MAX_CHARS * 2]
    )


def _match(
    tokens: list[str], amount: bool, kinds: set[str], said: list[str], whole: bool, may_ask: bool
) -> int:
    """Add the kinds of what is found; how many words are left unexplained."""
    found = _phrases_in(tokens)
    if may_ask and found and found[0][0] == 0 and found[0][2] == "question":
        kinds.add("question")
        return 0
    spared = {
        place
        for start, used, kind in found
        if kind == "harmless" and used > 1
        for place in range(start, start + used)
    }
    deeds = deeds_in(tokens, amount, whole=whole, spared=frozenset(spared))
    kinds |= deeds.kinds
    long = len(tokens) > _LONG_WORDS and not whole
    known = set(deeds.explained)
    for start, used, kind in found:
        known.update(range(start, start + used))
        no_question = kind == "question" and (start or not (may_ask or whole))
        if no_question or _explained(deeds, start, used, kind):
            continue
        if not long or start < 3 or start + used >= len(tokens) - 1 or kind == "terms":
            kinds.add(kind)
            said.append(" ".join(tokens[start : start + used]))
    return sum(not token.isdigit() for place, token in enumerate(tokens) if place not in known)


def _phrases_in(tokens: list[str]) -> list[tuple[int, int, str]]:
    """(start, words used, kind) of the phrases, from the left."""
    found = []
    place = 0
    while place < len(tokens):
        hit = _PHRASES.at(tokens, place)
        if hit is not None:
            found.append((place, *hit))
        place += hit[0] if hit else 1
    return found


_QUIETED = frozenset(
    {
        *("destructive", "remove", "reset", "send", "permission_change", "payment", "purchase"),
        *("legal", "subscribe", "upload", "accept", "allow", "signup"),
    }
)


def _explained(deeds: Deeds, start: int, used: int, kind: str) -> bool:
    """Whether a phrase that is no more than a verb is better told by what was put together."""
    verbal = used == 1 or deeds.verbal.issuperset(range(start, start + used))
    if not verbal or kind not in _QUIETED:
        return False
    if start in deeds.quiet:
        return True
    made = deeds.explained.get(start)
    if made is None or (kind == "signup" and "account" in made):
        return False
    return kind not in made


def _match_unspaced(folded: str, amount: bool, kinds: set[str], said: list[str]) -> int:
    """The same for scripts without spaces, from the left."""
    text = "".join(tokens_of(folded))
    made, quiet = unspaced_deeds(text, amount)
    kinds |= made
    rest = 0
    place = 0
    while place < len(text):
        for phrase, kind in _PHRASES.unspaced.get(text[place], ()):
            if text.startswith(phrase, place):
                short = len(phrase) <= 2 or made == {"auth"}
                told = quiet or (made and kind not in made and short)
                if kind not in _QUIETED or not told:
                    kinds.add(kind)
                said.append(phrase)
                place += len(phrase)
                break
        else:
            rest += 1
            place += 1
    return rest
