"""Words of pages and models as people may trust them: nothing hidden, nothing turned round."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Annotated, Any

from pydantic import AfterValidator

# Marks, embeddings, overrides and isolates of writing direction (text in any script reads well
# without), and what shows nothing at all. Joiners belong to Persian, Indic scripts and emoji, and
# have no place beside a letter of ASCII. The redactor knows values with all of these in them.
_HIDDEN = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0]"
    "|(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])"
    # Fillers of old Korean stand for the consonant or vowel that a syllable lacks.
    "|\u115f(?![\u1161-\u11a7\ud7b0-\ud7c6])|(?<![\u1100-\u115e\ua960-\ua97c])\u1160"
)
_BLANK = "\u2800"  # of Braille: a cell without dots, as wide as its letters


def readable(text: str) -> str:
    """The text without characters that hide, or that show others the other way round."""
    return text if text.isascii() else _HIDDEN.sub("", text).replace(_BLANK, " ")


def readable_json(value: Any, *, but: Collection[str] = ()) -> Any:
    """The same for every text in a JSON value; below the keys `but`, data stays to the letter."""
    if isinstance(value, str):
        return readable(value)
    if isinstance(value, dict):
        return {
            key: item if key in but else readable_json(item, but=but) for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [readable_json(item, but=but) for item in value]
    return value


# What a person reads and decides by. Data (values, results, code, addresses) is not of this kind.
Words = Annotated[str, AfterValidator(readable)]
