"""What a GraphQL document does: reads, or calls mutations, and which.

Read by its tokens, since the language lets a document be dressed: commas and byte order marks are
blanks, comments and strings may hold anything, fields hide in fragments. Source: GraphQL
specification, section 2, "Language".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_KINDS = frozenset({"query", "mutation", "subscription", "fragment"})
_TOKEN = re.compile(
    # A string that never ends is one up to the end: no second look at the same letters.
    r'"""(?:\\"""|\\.|[^"\\]|"(?!""))*(?:""")?|"(?:\\.|[^"\\\n\r])*"?|#[^\n\r]*|\.\.\.|'
    r"[A-Za-z_]\w*|[{}()\[\]:@$]",
    re.DOTALL,
)


def is_document(text: str) -> bool:
    """Whether a text is a GraphQL document, as far as its beginning tells."""
    first = next(_tokens(text), "")
    return "{" in text and (first == "{" or first in _KINDS)


def mutates(document: str) -> bool:
    """Whether it has a mutation among its operations; any of them may be the one that runs."""
    if "mutation" not in document:  # a name cannot be written in another way
        return False
    depth = 0
    kind = ""
    for token in _tokens(document):
        if token == "{":
            depth, kind = depth + 1, kind or "query"
        elif token == "}":
            depth = max(0, depth - 1)
            kind = kind if depth else ""
        elif not depth and not kind and token in _KINDS:
            kind = token
            if kind == "mutation":
                return True
    return False


def called(document: str) -> list[str]:
    """The fields that its mutations call, those in fragments included; no aliases."""
    found: list[str] = []
    inline: list[bool] = []  # for each open brace, whether it is an inline fragment's
    kind = last = ""
    nested = 0
    spread = False  # behind three dots, up to the name or the brace that belongs to them
    for token in _tokens(document):
        if token in ("(", "["):
            nested += 1
        elif token in (")", "]"):
            nested = max(0, nested - 1)
        elif nested:
            pass
        elif token == "{":
            kind = kind or "query"
            inline.append(spread)
            spread = False
        elif token == "}":
            inline = inline[:-1]
            kind = kind if inline else ""
        elif not inline:
            kind = kind or (token if token in _KINDS else "")
        elif token == "...":
            spread = True
        elif token == ":" and inline.count(False) == 1 and found:
            found.pop()  # what stood before was an alias
        elif token in (":", "@", "$") or last in ("@", "$"):
            pass
        elif spread:
            spread = last != "..." or token == "on"
        elif inline.count(False) == 1 and kind in ("mutation", "fragment"):
            found.append(token)
        last = token
    return found


def _tokens(document: str) -> Iterator[str]:
    """Names and punctuation, one after the other; comments and strings left out."""
    for found in _TOKEN.finditer(document):
        if found[0][0] not in '#"':
            yield found[0]
