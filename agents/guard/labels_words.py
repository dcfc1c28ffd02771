"""The word lists of `words/`: lines of `key: phrase | phrase`, `#` starts a remark.

A phrase ends in `*` when its last word may go on. Phrases are written plainly (no accents, no
case), since that is how labels are compared. `words/deeds/` has a file a language, from which
labels are put together.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

_WORDS = Path(__file__).parent / "words"
ADDRESSES = "addresses"
PLACES = "places"


def kinds() -> list[str]:
    """The kinds of phrases in labels, the harmless ones first, since the first list wins."""
    names = sorted(path.stem for path in _WORDS.glob("*.txt"))
    return sorted(
        (name for name in names if name not in (ADDRESSES, PLACES)), key=lambda n: n != "harmless"
    )


def lines(name: str) -> Iterator[tuple[str, list[str]]]:
    """(key, phrases) of a list's lines. key: a language, or a section."""
    for line in (_WORDS / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        key, colon, phrases = line.partition(":")
        if colon and not line.startswith("#"):
            yield key.strip(), [each.strip() for each in phrases.split("|") if each.strip()]


def sections(name: str) -> dict[str, list[str]]:
    """All phrases of a list by key."""
    found: dict[str, list[str]] = {}
    for key, phrases in lines(name):
        found.setdefault(key, []).extend(phrases)
    return found


def deed_languages() -> list[str]:
    """The languages that labels are put together in."""
    return sorted(path.stem for path in (_WORDS / "deeds").glob("*.txt"))


def deed_lines(language: str) -> Iterator[tuple[str, list[str]]]:
    """(key, entries) of a language's lines."""
    yield from lines(f"deeds/{language}")
