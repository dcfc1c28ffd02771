"""One plain form of what pages write: disguises off, split into words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

MAX_CHARS = 400

# Letters that look like Latin ones. Source: Unicode confusables.txt, the common part of it.
_LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁһӏкмтвнгпιοραενκτυχγωԛԝցոսհʏᴀʙᴄᴅᴇғɢʜɪᴊᴋʟᴍɴᴏᴘʀsᴛᴜᴠᴡᴢɑɡ",
    "aeopcyxijsdhlkmtbhrniopaevktuxywqwgnuhyabcdefghijklmnoprstuvwzag",
)
_LEET = str.maketrans("013457@$!|", "oleastasil")
_FOLD = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ð": "d"})
_TOKEN = re.compile(r"[^\W_]+")
_LEETY = re.compile(r"[^\W_]*(?:[^\W\d_][013457@$!|]|[0134570@$!|][^\W\d_])[\w@$!|]*")
UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_CURRENCY = (
    r"(?:[$€£¥₽₺₹₩₴₫฿¢円元]|(?:usd|eur|gbp|chf|pln|zł|zl|sek|nok|dkk|czk|huf|ron|rub|руб|try|tl|jpy|"
    r"cny|inr|brl|aud|cad|kr|lei|ft|kč|kc)\b)"
)
_NUMBER = r"\d{1,3}(?:[ .,'’\u00a0\u202f]?\d{3})*(?:[.,]\d{1,2})?"
AMOUNT = re.compile(rf"(?:{_CURRENCY}\s?{_NUMBER}|{_NUMBER}\s?{_CURRENCY})", re.IGNORECASE)


_HIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_VOICED = "\u3099\u309a"  # no accents: they tell a Japanese card from a cart
_FILLERS = "\u115f\u1160"  # letters that show nothing, to which the others of Korean are folded
_BLANK = "\u2800"
_UNSEEN = ("Cf", "Co", "Cs", "Cc", "Cn", "Mn", "Me")


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """One line of folded letters: no accents, case, invisible characters or odd widths."""
    if text.isascii():
        return _HIDDEN.sub("", text[:MAX_CHARS]).lower()
    text = unicodedata.normalize("NFKC", text[: MAX_CHARS * 2]).casefold()
    kept = [
        " " if c == _BLANK else c
        for c in unicodedata.normalize("NFKD", text)
        if c.isascii()
        or c in _VOICED
        or (unicodedata.category(c) not in _UNSEEN and c not in _FILLERS)
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


def tokens_of(text: str) -> list[str]:
    """The words of a plain text."""
    return _TOKEN.findall(text.replace("&", " and "))


def readings_of(text: str) -> Iterator[list[str]]:
    """The words as they stand, and as they look."""
    folded = plain(text)
    tokens = _joined(tokens_of(folded))
    yield tokens
    looked = [_undisguised(token) if _script(token)[1] else token for token in tokens]
    if looked != tokens:
        yield _joined(looked)
    if _LEETY.search(folded):
        yield _joined(tokens_of(folded.translate(_LEET)))
    if "\u202e" in text:
        yield _joined(tokens_of(folded[::-1]))
