"""Reading a label as a person would: its words in many languages, disguises taken off.

Pages are hostile: letters that look like others, invisible characters, letters set apart. A label
is brought to one plain form, every part of it is compared with known phrases, the longest first,
and a phrase is used up by what it matches: the "remove" of "remove filter" is no removal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from agents.guard.labels_words import kinds, lines

MAX_CHARS = 400
_LONG_WORDS = 9  # more words than a button has: a card or a paragraph, read at its ends only

# Letters that look like Latin ones. Source: Unicode confusables.txt, the common part of it.
_LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁһӏкмтвнгпιοραενκτυχγωԛԝցոսհʏᴀʙᴄᴅᴇғɢʜɪᴊᴋʟᴍɴᴏᴘʀsᴛᴜᴠᴡᴢɑɡ",
    "aeopcyxijsdhlkmtbhrniopaevktuxywqwgnuhyabcdefghijklmnoprstuvwzag",
)
_LEET = str.maketrans("013457@$!|", "oleastasil")
_FOLD = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ð": "d"})
_TOKEN = re.compile(r"[^\W_]+")
_LEETY = re.compile(r"[^\W_]*(?:[^\W\d_][013457@$!|]|[0134570@$!|][^\W\d_])[\w@$!|]*")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_CURRENCY = (
    r"(?:[$€£¥₽₺₹₩₴₫฿¢円元]|(?:usd|eur|gbp|chf|pln|zl|sek|nok|dkk|czk|huf|ron|rub|руб|try|tl|jpy|"
    r"cny|inr|brl|aud|cad|kr|lei|ft|kc)\b)"
)
_NUMBER = r"\d{1,3}(?:[ .,'’\u00a0\u202f]?\d{3})*(?:[.,]\d{1,2})?"
AMOUNT = re.compile(rf"(?:{_CURRENCY}\s?{_NUMBER}|{_NUMBER}\s?{_CURRENCY})", re.IGNORECASE)


@dataclass(frozen=True)
class Reading:
    """What a label says. kinds: of its phrases; words: how many it has; amount: names a price;
    rest: words that no phrase explains."""

    kinds: frozenset[str]
    words: int
    amount: bool
    rest: int
    phrases: tuple[str, ...] = ()


_HIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_UNSEEN = ("Cf", "Co", "Cs", "Cc", "Cn", "Mn", "Me")


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """One line of folded letters: no accents, case, invisible characters or odd widths."""
    if text.isascii():
        return _HIDDEN.sub("", text[:MAX_CHARS]).lower()
    text = unicodedata.normalize("NFKC", text[: MAX_CHARS * 2]).casefold()
    kept = [
        c
        for c in unicodedata.normalize("NFKD", text)
        if c.isascii() or unicodedata.category(c) not in _UNSEEN
    ]
    return unicodedata.normalize("NFC", "".join(kept)).translate(_FOLD)[:MAX_CHARS]


def _script(token: str) -> tuple[bool, bool]:
    """(has Latin letters, has letters of another alphabet)"""
    latin = any("a" <= c <= "z" for c in token)
    return latin, any(c.isalpha() and c > "\u024f" for c in token)


def _undisguised(token: str) -> str:
    """The Latin word that a token looks like, when it can be read as one."""
    swapped = token.translate(_LOOKALIKES)
    return swapped if all(c < "\u0250" for c in swapped) else token


def _joined(tokens: list[str]) -> list[str]:
    """Letters set apart become a word: `p a y` is `pay`."""
    out: list[str] = []
    run: list[str] = []
    for token in [*tokens, ""]:
        if len(token) == 1 and token.isalpha():
            run.append(token)
            continue
        out += ["".join(run)] if len(run) >= 3 else run
        run = []
        if token:
            out.append(token)
    return out


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)


def _readings(text: str) -> Iterator[list[str]]:
    """The words as they stand, and as they look."""
    folded = plain(text)
    tokens = _joined(_tokens(folded))
    yield tokens
    looked = [_undisguised(token) if _script(token)[1] else token for token in tokens]
    if looked != tokens:
        yield _joined(looked)
    if _LEETY.search(folded):
        yield _joined(_tokens(folded.translate(_LEET)))
    if "\u202e" in text:
        yield _joined(_tokens(folded[::-1]))


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
            words = tuple(_tokens(plain(phrase)))
            if not words:
                continue
            if _UNSPACED.search(words[0]):
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


@lru_cache(maxsize=4096)
def read(text: str, *, whole: bool = False) -> Reading:
    """What a label says. text: as the page has it, any length.

    whole: also the middle of a long text, for what a dialog asks.
    """
    kinds: set[str] = set()
    said: list[str] = []
    words = 0
    rest = 10_000
    for tokens in _readings(text):
        words = max(words, len(tokens))
        rest = min(rest, _match(tokens, kinds, said, whole))
    folded = plain(text)
    if _UNSPACED.search(folded):
        rest = min(rest, _match_unspaced(folded, kinds, said))
    squashed = "".join(_tokens(folded))
    if len(squashed) <= 30 and squashed in _PHRASES.squashed:
        kind = _PHRASES.squashed[squashed]
        if kind != "harmless" or not kinds:
            kinds.add(kind)
    return Reading(
        frozenset(kinds),
        words,
        AMOUNT.search(text) is not None,
        rest if words else 0,
        tuple(said[:4]),
    )


def _match(tokens: list[str], kinds: set[str], said: list[str], whole: bool) -> int:
    """Add the kinds of the phrases found; how many words are left unexplained."""
    rest = 0
    place = 0
    long = len(tokens) > _LONG_WORDS and not whole
    while place < len(tokens):
        found = _PHRASES.at(tokens, place)
        if found is None:
            rest += not tokens[place].isdigit()
            place += 1
            continue
        used, kind = found
        if not long or place < 3 or place + used >= len(tokens) - 1 or kind == "terms":
            kinds.add(kind)
            said.append(" ".join(tokens[place : place + used]))
        place += used
    return rest


def _match_unspaced(folded: str, kinds: set[str], said: list[str]) -> int:
    """The same for scripts without spaces, from the left."""
    text = "".join(_tokens(folded))
    rest = 0
    place = 0
    while place < len(text):
        for phrase, kind in _PHRASES.unspaced.get(text[place], ()):
            if text.startswith(phrase, place):
                kinds.add(kind)
                said.append(phrase)
                place += len(phrase)
                break
        else:
            rest += 1
            place += 1
    return rest
