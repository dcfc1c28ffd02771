"""Files that are no text: values that stand in them openly are covered, byte for byte.

What is packed or encrypted is not seen (ZIP, most of a PDF, what pictures show).
"""

from __future__ import annotations

import re

from agents.guard.redactor import Redactor

LEAST_BYTES = 6  # a shorter value may stand anywhere by chance
_COVER = b"*"
# Bytes beyond ASCII part words. One byte stays one character, so places are the same in both.
_ASCII_ONLY = bytes(code if code < 128 else 0 for code in range(256))


def covered(data: bytes, redactor: Redactor) -> bytes:
    """The data with `*` over each value; of the same length, as offsets in it must hold.

    The same object when there is none.
    """
    places = redactor.places(data.translate(_ASCII_ONLY).decode("ascii"))
    for value in redactor.values:
        if not value.isascii():
            found = re.finditer(re.escape(value.encode()), data)
            places += [match.span() for match in found]
    places = [(start, end) for start, end in places if end - start >= LEAST_BYTES]
    if not places:
        return data
    masked = bytearray(data)
    for start, end in places:
        masked[start:end] = _COVER * (end - start)
    return bytes(masked)
