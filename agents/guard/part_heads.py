"""One part of a form in parts: what its head says of it, and its value.

Servers read odd heads in different ways: by the first or by the last of two names, folded lines as
one or each by itself, with escapes or without. What they would not all read alike is not guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

_MOST_HEAD = 8_000  # characters; common servers refuse more than 8 or 16 kB
_HEAD_END = re.compile(r"\r?\n\r?\n")
_ODD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029]")
_HEADER = re.compile(r"([\w!#$%&'*+.^`|~-]++)[ \t]*+:(.*)", re.ASCII | re.DOTALL)
_TYPE = re.compile(r"[ \t\n]*+[\w-]++(?=[ \t\n;]|$)", re.ASCII)
# A quote after a backslash ends a value for some servers and not for others, and some take single
# quotes for quotes. Folded lines are joined by line feeds: no value reaches over one.
_PARAMETER = re.compile(
    r"""[ \t\n]*+;[ \t\n]*+
    (?:(?P<key>[\w!#$%&*+.^`|~-]++)[ \t\n]*+=[ \t\n]*+
    (?:"(?P<quoted>(?:[^"\\\n]|\\[^"\n])*+)"|(?P<bare>[^\x00-\x20;"\\]++)))?+[ \t\n]*+(?=;|$)""",
    re.ASCII | re.VERBOSE,
)
_ENCODED = re.compile(r"(?:([\w-]*)'[\w-]*')?([^']*)", re.ASCII)
_PIECE = re.compile(r"(?:file)?name\*.")  # RFC 2231: name*0=act; name*1=ion
_CHARSET = re.compile(r"charset[ \t\n]*=[ \t\n]*[\"']?([^\s;\"']*)")
_PLAIN_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "windows-1252"})
_PLAIN_TRANSFERS = frozenset({"", "7bit", "8bit", "binary"})


class UnclearPart(ValueError):
    """A part that cannot be parsed, or that servers may read in more ways than one."""


@dataclass(frozen=True)
class Part:
    """name: None when its head has none; kind: its content type, in lower case.

    is_file: it would hold a file; has_file: the file has a name, so that one was chosen.
    """

    name: str | None
    is_file: bool
    has_file: bool
    kind: str
    value: str


def read_part(text: str) -> Part:
    """A part. text: all from behind the line that parts it off. Raises: UnclearPart."""
    end = _HEAD_END.search(text)
    if end is None or end.start() > _MOST_HEAD or not _ends_alike(text[: end.end()]):
        raise UnclearPart
    headers = _headers(text[: end.start()].replace("\r\n", "\n"))
    kind = headers.get("content-type", "").strip().lower()
    transfer = headers.get("content-transfer-encoding", "").strip().lower()
    charset = _CHARSET.search(kind)
    if (
        transfer not in _PLAIN_TRANSFERS
        or kind.startswith("multipart/")
        or (charset is not None and charset[1] not in _PLAIN_CHARSETS)
    ):
        raise UnclearPart
    name, file = _disposition(headers.get("content-disposition"))
    return Part(name, file is not None, bool(file), kind, text[end.end() :])


def _ends_alike(head: str) -> bool:
    """Whether all its lines end alike, and nothing else is in it that ends a line somewhere."""
    pairs, feeds = head.count("\r\n"), head.count("\n")
    return pairs in (0, feeds) and head.count("\r") == pairs and not _ODD.search(head)


def _headers(head: str) -> dict[str, str]:
    """Headers by their names in lower case; of folded ones, the lines as they are."""
    padding, *lines = head.split("\n")
    if padding.strip(" \t"):
        raise UnclearPart
    told: list[list[str]] = []
    for line in lines:
        if not line.startswith((" ", "\t")):
            told.append([line])
        elif told and line.strip(" \t") and not line.strip(" \t").lower().startswith("content-"):
            told[-1].append(line)
        else:  # some servers strip each line, and take this one for a header or for the end
            raise UnclearPart
    headers: dict[str, str] = {}
    for each in told:
        found = _HEADER.fullmatch("\n".join(each))
        if found is None:
            raise UnclearPart
        name = found[1].lower()
        if name in headers and name.startswith("content-"):
            raise UnclearPart
        headers[name] = found[2]
    return headers


def _disposition(line: str | None) -> tuple[str | None, str | None]:
    """The names that a Content-Disposition line gives: the field's, and its file's."""
    if line is None:
        return None, None
    told = _parameters(line)
    if "name" in told and "name*" in told:
        raise UnclearPart
    unfolded = line.partition("\n")[0]
    if "filename" in told and line != unfolded and "filename" not in _parameters(unfolded):
        raise UnclearPart  # a field for servers that do not join lines
    if "filename*" in told and "filename" not in told:
        raise UnclearPart  # a field for servers that do not know this spelling (RFC 7578, 4.2)
    name = _decoded(told["name*"]) if "name*" in told else told.get("name")
    if name is not None and ("\\" in name or "=?" in name):
        raise UnclearPart
    return None if name is None else unquote(name), told.get("filename")


def _parameters(line: str) -> dict[str, str]:
    """Parameters by their names in lower case."""
    start = _TYPE.match(line)
    if start is None:
        raise UnclearPart
    told: dict[str, str] = {}
    at = start.end()
    line = line.rstrip(" \t\n")
    while at < len(line):
        found = _PARAMETER.match(line, at)
        if found is None:
            raise UnclearPart
        at = found.end()
        if found["key"] is None:
            continue
        key, bare = found["key"].lower(), found["bare"] or ""
        if key in told or _PIECE.match(key) or ("'" in bare and not key.endswith("*")):
            raise UnclearPart
        if key.endswith("*") and not _ENCODED.fullmatch(bare):
            raise UnclearPart
        told[key] = found["quoted"] if found["quoted"] is not None else bare
    return told


def _decoded(value: str) -> str:
    """A value as `UTF-8'en'%61ction`. Source: RFC 5987, 3.2."""
    found = _ENCODED.fullmatch(value)
    charset = (found[1] or "utf-8").lower() if found else ""
    if found is None or charset not in _PLAIN_CHARSETS:
        raise UnclearPart
    return unquote(found[2], charset)
