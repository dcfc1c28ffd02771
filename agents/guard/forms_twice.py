"""The shapes of a value that was encoded twice: hex of base64, base64 of an escape, and so on.

An escape on the outside is undone before looking, and case on the outside is folded away. So what
is left to look for is base64, hex and backwards, each over every way to write the value first.
"""

from __future__ import annotations

import base64
import html
import json
import quopri
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

# Encoded twice, a value is never a word of any language: this much of it is no accident.
LEAST_CHARS = 7
_REVERSED_CHARS = 6
_BASE64_STARTS = (0, 2, 3)


def base64_parts(raw: bytes, *, url_safe: bool = False) -> Iterator[str]:
    """What base64 of a longer text shows of these bytes, at each of the three places of a group.

    The characters at both ends also hold bits of the neighbours, so they are left out.
    """
    encode = base64.urlsafe_b64encode if url_safe else base64.b64encode
    for before, start in enumerate(_BASE64_STARTS):
        encoded = encode(bytes(before) + raw).decode().rstrip("=")
        yield encoded[start:] if (before + len(raw)) % 3 == 0 else encoded[start:-1]


def escapes_of(value: str) -> set[str]:
    """The value in URLs, HTML, JSON and mail; without the value itself."""
    raw = value.encode("utf-8", "replace")
    percents = [quote(value, safe=safe) for safe in ("", "/", "!'()*")]
    percents += [quote_plus(value), "".join(f"%{byte:02X}" for byte in raw)]
    units = value.encode("utf-16-be", "surrogatepass").hex()
    quads = [units[at : at + 4] for at in range(0, len(units), 4)]
    found = {
        *percents, *(text.lower() for text in percents if text.lower() != value.lower()),
        html.escape(value), "".join(f"&#{ord(char)};" for char in value),
        "".join(f"&#x{ord(char):x};" for char in value),
        "".join(f"&#x{ord(char):X};" for char in value),
        "".join(f"\\u{quad}" for quad in quads), "".join(f"\\u{quad.upper()}" for quad in quads),
        json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1], _mail(value),
    }  # fmt: skip
    return found - {value}


def _mail(value: str) -> str:
    """Quoted-printable."""
    return quopri.encodestring(value.encode("utf-8", "replace"), quotetabs=True).decode()


def letters_of(value: str) -> set[str]:
    """The value in other case, and backwards; without the value itself."""
    found = {value.upper(), value.lower(), value.casefold(), value.swapcase()}
    if len(value) >= _REVERSED_CHARS:
        found.add(value[::-1])
    return found - {value}


def codes_of(raw: bytes) -> Iterator[tuple[str, int]]:
    """(the bytes in hex and base64, how many characters beside it may hold bits of them)."""
    for digits in (raw.hex(), raw.hex(":"), raw.hex(" ")):
        yield digits, 0
        yield digits.upper(), 0
    for url_safe in (False, True):
        for part in base64_parts(raw, url_safe=url_safe):
            yield part, 1
        encode = base64.urlsafe_b64encode if url_safe else base64.b64encode
        yield encode(raw).decode().rstrip("="), 1  # alone, its last character is known too


def encoded_twice(value: str, spellings: list[bytes]) -> Iterator[tuple[str, int]]:
    """(text to look for, how many characters at its ends may hold bits of the value too).

    spellings: the value's bytes, in each encoding of text that is looked for.
    """
    coded = {found for raw in spellings for found in codes_of(raw)}
    escaped = {(text, 0) for text in escapes_of(value)}
    letters = {(text, 0) for text in letters_of(value)}
    for text, edges in coded | escaped:
        yield text[::-1], edges
    for text, edges in coded | escaped | letters:
        raw = text.encode("utf-8", "replace")
        yield raw.hex(), 2 * edges
        for part in base64_parts(raw):
            yield part, 1 + 2 * edges
    for text in {_mail(text) for text, _ in coded | escaped | letters | {(value, 0)}}:
        yield text, 0
