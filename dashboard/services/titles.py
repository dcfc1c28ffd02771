"""What a session is called when nobody named it: the first words of what it was asked."""

from __future__ import annotations

import re

MOST = 80
_MARK = re.compile(
    r"""^\s*(?:
        \#{1,6}\s+ | > \s+                           # a heading, a quote
      | [-*•–—]\s+(?:\[[ xX]?\]\s+)?                 # a bullet, with a box to tick or without
      | \(?(?:\d{1,2}|[a-zA-Z])\)\s+                 # 1) (1) a)
      | \d{1,2}\.\s+                                 # 1.
      | [Ss]tep\s+\d{1,2}\s*[.:)–—-]\s*              # Step 1:
    )""",
    re.VERBOSE,
)


def title_of(instructions: str) -> str:
    """The first line without its list mark and full stop, cut between words.

    A line that only leads to a list is followed by the first thing on it.
    """
    lines = [line for line in map(_bare, instructions.splitlines()) if line]
    if not lines:
        return _cut(" ".join(instructions.split()))
    title = lines[0]
    if title.endswith(":") and len(lines) > 1:
        title = f"{title} {lines[1]}"
    return _cut(title.removesuffix(".") if not title.endswith("..") else title)


def _bare(line: str) -> str:
    """A line without marks of lists, headings and emphasis."""
    line = " ".join(line.split())
    while found := _MARK.match(f"{line} "):
        line = line[found.end() :].strip()
    return line.strip("*_ ") if line.startswith(("*", "_")) else line


def _cut(title: str) -> str:
    if len(title) <= MOST:
        return title
    head = title[:MOST]  # one more than fits beside the ellipsis: a word may end right there
    words = head[: MOST - 1] if head[-1] == " " else head.rpartition(" ")[0]
    return f"{(words or head[: MOST - 1]).rstrip(' ,;:.–—-')}…"
