"""What a script found on a page, carried out of it as one text.

Thousands of values would go through Playwright's checks one by one, more than half of the time
that a look takes. Where a page has a way of its own to write JSON (as Prototype.js does) or none,
or where JSON has none for a number, they come as values.
"""

from __future__ import annotations

import json
from typing import Any

_AS_TEXT = """(given) => {
  const found = (%s)(given);
  let odd = [Object, Array, String, Number, Boolean].some(kind => 'toJSON' in kind.prototype);
  const plain = (_, value) => {
    odd ||= typeof value === 'number' && !Number.isFinite(value);
    return value === undefined ? null : value;
  };
  try {
    const text = odd ? '' : JSON.stringify(found, plain);
    return odd || typeof text !== 'string' ? found : text;
  } catch { return found; }
}"""


def as_text(script: str) -> str:
    """The same function of one argument; evaluated, its answer goes through `from_text`.

    script: an arrow function that gives an object of plain values.
    """
    return _AS_TEXT % script


def from_text(told: Any) -> dict[str, Any]:
    """What the script gave. Raises: ValueError when the page wrote no JSON of it."""
    found = json.loads(told) if isinstance(told, str) else told
    if not isinstance(found, dict):
        raise ValueError("no findings")
    return found
