"""Files that are no text: values that stand in them openly are covered, byte for byte.

What is packed or encrypted is not seen (ZIP, most of a PDF, what pictures show).
"""

from __future__ import annotations

from agents.guard.redactor import Redactor

LEAST_BYTES = 6  # a shorter value may stand anywhere by chance
# Finding places costs much time for each byte: of a longer file only ASCII is read, and a
# very long one is left as it is.
MOST_DECODED, MOST_BYTES = 200_000, 2_000_000
_ASCII_ONLY = bytes(code if code < 128 else 0 for code in range(256))


def covered(data: bytes, redactor: Redactor) -> bytes:
    """The data with `*` over each value; of the same length, as offsets in it must hold.

    The same object when there is none, or more than `MOST_BYTES`.
    """
    if len(data) > MOST_BYTES:
        return data
    if len(data) > MOST_DECODED:
        text = data.translate(_ASCII_ONLY).decode("ascii")
    else:
        text = data.decode("utf-8", "surrogateescape")
    masked = bytearray(data)
    changed, at, place = False, 0, 0  # place: in bytes, of the character `at`
    for start, end in redactor.places(text):
        begin = place + _size(text[at:start])
        at, place = end, begin + _size(text[start:end])
        if place - begin >= LEAST_BYTES:
            masked[begin:place] = b"*" * (place - begin)
            changed = True
    return bytes(masked) if changed else data


def _size(text: str) -> int:
    """Bytes that it was decoded from."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogateescape"))
