"""What is in the body of a request: fields with their values, and operations that it names.

Servers read bodies in more ways than one, so what one of them might read counts: each of several
equal fields, the last part of `user[role]`, JSON inside a field, a batch's requests.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote

from agents.guard import risk_graphql
from agents.guard.encodings import without_halves
from agents.guard.labels_paths import read_address
from agents.guard.part_heads import Part, UnclearPart, read_part

MOST_NAMES = 5_000
_MOST_PAIRS = 8_000
_YES = frozenset({"1", "true", "yes", "on"})
_MOST_DOCUMENT = 20_000  # characters of a GraphQL document with mutations
_MOST_NESTED = 200_000  # characters of JSON inside a field, or split at semicolons
_DEPTH = 3
_BLANK = "\ufeff \t\r\n"
# A body of nothing else speaks of an operation; its other fields are arguments.
_ENVELOPE = frozenset(
    {
        *("query", "operationname", "variables", "extensions", "mutation", "doc_id", "documentid"),
        *("jsonrpc", "method", "params", "id"),
    }
)


@dataclass
class Sent:
    """What a body holds.

    pairs: names and values, in their order; of equal names, the values that may say a deed.
    operations: (`read` or `write`, names
    of what is called) of GraphQL, JSON-RPC, SOAP. requests: (method, address) of a batch.
    only_operations: the pairs are an operation's arguments. too_much: there is more in it.
    files: whether parts of it are files. left_out: whether values of equal names are not in pairs.
    """

    pairs: dict[tuple[str, str], None] = field(default_factory=dict)
    operations: list[tuple[str, str]] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    only_operations: bool = False
    too_much: bool = False
    files: bool = False
    left_out: bool = False
    _names: set[str] = field(default_factory=set)

    def add(self, name: str, value: str) -> None:
        """A field, and the parts of its name that servers take for one. Raises: TooMuch."""
        self._keep(name, value)
        if "[" in name or "." in name or ":" in name or "$" in name:
            self._add_parts(name, value)

    def _keep(self, name: str, value: str) -> None:
        if name in self._names and value.lower() not in _YES and not may_say(name):
            self.left_out = self.left_out or (name, value) not in self.pairs
            return
        self._names.add(name)
        self.pairs[name, value] = None
        if len(self._names) > MOST_NAMES or len(self.pairs) > _MOST_PAIRS:
            raise TooMuch

    def _add_parts(self, name: str, value: str) -> None:
        parts = [part for part in re.split(r"[\[\].$]+", name) if part and not part.isdigit()]
        if len(parts) > 1 and parts[-1] in ("x", "y") and "." in name:
            self._keep(parts[-2], "1")  # a picture that was pressed: delete.x=12
        elif parts and parts[-1] != name:
            self._keep(parts[-1], value)
        head, colon, tail = name.partition(":")
        if colon:
            self._keep(head, tail)  # action:delete=

    def call(self, name: str) -> None:
        self.operations.append(("read" if is_reading(name) else "write", name))


@lru_cache(maxsize=8192)
def may_say(name: str) -> bool:
    """Whether a field of this name says what is to be done: by its value, or by being set."""
    key = quote(name[:100])
    return bool(read_address(f"?{key}=delete") or read_address(f"?{key}=1"))


class TooMuch(Exception):
    """More than is looked at."""


def read_body(content_type: str, text: str, url: str) -> Sent:
    """What a body holds. text: all of it that is looked at; url: where it goes."""
    sent = Sent()
    try:
        _read(sent, content_type.lower(), text.strip(_BLANK), url.lower())
    except TooMuch:
        sent.too_much = True
    return sent


def _read(sent: Sent, kind: str, text: str, url: str) -> None:
    if "multipart/" in kind or text.startswith("--"):
        _read_multipart(sent, kind, text, url)
    elif "graphql" in kind and not text.startswith('{"'):
        _read_document(sent, text)
        sent.only_operations = True
    elif "json" in kind or text[:1] in ("{", "["):
        if not _read_json(sent, text, url) and "json" not in kind:
            _read_form(sent, text)
    elif "xml" in kind or text[:1] == "<":
        _read_xml(sent, text)
    elif "urlencoded" in kind or "=" in text:
        _read_form(sent, text)


def _read_form(sent: Sent, text: str) -> None:
    """As `a=1&a=2`, or one pair to a line; some servers split at semicolons too."""
    for name, value in parse_qsl(text, keep_blank_values=True):
        sent.add(name, value)
        _read_value(sent, value, 1)
    if ";" in text or "\n" in text:
        lines = re.sub(r"[;\r\n]+", "&", text[:_MOST_NESTED])
        for name, value in parse_qsl(lines, keep_blank_values=True):
            sent.add(name, value)
    _read_friendly(sent)


def _read_friendly(sent: Sent) -> None:
    """GraphQL in the fields of a form."""
    pairs = dict(reversed(sent.pairs))
    for name, value in sent.pairs:
        if _is_document(name, value):
            _read_document(sent, value, pairs.get("operationName", ""))
    friendly = pairs.get("fb_api_req_friendly_name") or pairs.get("operationName", "")
    if not sent.operations and friendly and ({"doc_id", "extensions"} & pairs.keys()):
        sent.call(friendly)
    sent.only_operations = bool(sent.operations) and _is_envelope(pairs)


def _is_envelope(names: Iterable[str]) -> bool:
    return all(name.lower() in _ENVELOPE for name in names)


def boundaries(content_type: str) -> list[str]:
    """The lines that part a body, as its type says them."""
    told = re.findall(r'(?i)\bboundary\s*=\s*(?:"([^"]+)|([^\s;,"]+))', content_type)
    return [f"--{quoted or bare}" for quoted, bare in told]


def _read_multipart(sent: Sent, kind: str, text: str, url: str) -> None:
    """Fields of a form, or the requests of a batch.

    Parted by the line that its type says, or by its first where it says none: both, since servers
    go by the one and a page may write another.
    """
    first = re.match(r"--[^\r\n]{1,200}", text)
    lines = {*boundaries(kind), *([first[0].rstrip()] if first else [])}
    parting = "|".join(re.escape(line) for line in sorted(lines, key=len, reverse=True))
    parts = re.split(f"(?i:{parting})", text) if lines else [text]
    is_form = "form-data" in kind or "multipart/" not in kind
    for each in parts[: MOST_NAMES + 1]:
        if not each.strip("- \t\r\n"):
            continue
        try:
            part = read_part(each)
        except UnclearPart:
            sent.too_much = True
            sent.files = sent.files or "filename" in each.lower()
            continue
        sent.too_much = sent.too_much or (is_form and part.name is None)
        _read_part(sent, part, url)
    if len(parts) > MOST_NAMES:
        raise TooMuch
    if not sent.operations:
        _read_friendly(sent)


def _read_part(sent: Sent, part: Part, url: str) -> None:
    sent.files = sent.files or part.has_file
    value = part.value.replace("\r\n", "\n").removesuffix("\n")
    if "application/http" in part.kind:
        sent.requests += re.findall(r"(?m)^([A-Z]{3,12}) (\S+)(?: HTTP/[\d.]+)?$", value)
    if part.name is None:
        return
    if part.is_file:
        sent.add(part.name, "")
        return
    sent.add(part.name, value)
    if part.name == "operations":  # GraphQL multipart requests
        _read_json(sent, value, url)
    else:
        _read_value(sent, value, 1)


def _read_xml(sent: Sent, text: str) -> None:
    """Leaves of a document as pairs, and what SOAP or XML-RPC calls."""
    names = re.findall(r"<(?:[\w.-]+:)?Body\b[^<>]*>\s*<(?:[\w.-]+:)?([\w.-]+)", text)
    names += re.findall(r"<methodName>\s*([^<\s]+)", text)
    for name in names[:20]:
        sent.call(html.unescape(name))
    leaf = r"<(?:[\w.-]++:)?([\w.-]++)[^<>]*>(?:<!\[CDATA\[)?([^<>]{0,200}?)(?:\]\]>)?</"
    for name, value in re.findall(leaf, text):
        sent.add(name, html.unescape(value).strip())


# --- JSON -------------------------------------------------------------------------------------
class _Object(list[tuple[str, Any]]):
    """A JSON object with all its names, equal ones too."""

    def get(self, name: str) -> Any:
        return next((value for key, value in self if key.lower() == name), None)


def _loaded(text: str) -> Any:
    """Raises: ValueError."""
    try:
        return json.loads(without_halves(text), object_pairs_hook=_Object)
    except RecursionError as error:
        raise ValueError from error


def _read_json(sent: Sent, text: str, url: str) -> bool:
    """Whether it was JSON; what is cut off or broken is read by its names alone."""
    try:
        data = _loaded(text)
    except ValueError:
        broken = r'["\']?([\w$.-]{1,60})["\']?\s{0,20}:\s{0,20}["\']?([^"\',}\]]{0,60})'
        for name, value in re.findall(broken, _unescaped(text)):
            sent.add(name, value)
        return False
    _walk(sent, data, 0)
    tops = data if isinstance(data, list) and not isinstance(data, _Object) else [data]
    for top in tops:
        if isinstance(top, _Object) and "graphql" in url and not top.get("query"):
            _read_persisted(sent, top)
    sent.only_operations = bool(sent.operations) and all(
        isinstance(top, _Object) and _is_envelope(name for name, _ in top) for top in tops
    )
    return True


def _unescaped(text: str) -> str:
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _walk(sent: Sent, data: Any, depth: int) -> None:
    """All names with their values, however deep, the outer ones first. Raises: TooMuch."""
    waiting: list[tuple[str, Any]] = [("", data)]
    while waiting:
        inner: list[tuple[str, Any]] = []
        for name, value in waiting:
            if isinstance(value, _Object):
                _read_object(sent, value)
                inner += value
            elif isinstance(value, list):
                inner += [(name, each) for each in value]
            elif name:
                sent.add(name, _told(value))
                if isinstance(value, str):
                    _read_value(sent, value, depth + 1)
            if name and isinstance(value, list) and value:
                sent.add(name, "")  # {"delete": {"id": 5}}
        waiting = inner


def _told(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    return str(value)


def _read_value(sent: Sent, value: str, depth: int) -> None:
    """JSON inside a field."""
    text = value.strip(_BLANK)
    if depth > _DEPTH or len(text) > _MOST_NESTED or text[:1] not in ("{", "["):
        return
    try:
        data = _loaded(text)
    except ValueError:
        return
    _walk(sent, data, depth)


def _read_object(sent: Sent, found: _Object) -> None:
    """What an object asks for when it is an operation, a request of a batch or a JSON patch."""
    for key, value in found:
        if isinstance(value, str) and _is_document(key, value):
            _read_document(sent, value, str(found.get("operationname") or ""))
    method = found.get("method")
    target = next(
        (
            found.get(key)
            for key in ("url", "path", "relative_url", "uri", "href")
            if found.get(key)
        ),
        None,
    )
    if isinstance(method, str) and isinstance(target, str):
        sent.requests.append((method, target))
    elif isinstance(method, str) and {"jsonrpc", "params"} & {key.lower() for key, _ in found}:
        sent.call(method)
    path = found.get("path")
    if isinstance(path, str) and isinstance(found.get("op"), str):  # a JSON patch
        named = [part for part in path.split("/") if part and part != "-" and not part.isdigit()]
        if named:
            sent.add(named[-1], _told(found.get("value")))


def _read_persisted(sent: Sent, found: _Object) -> None:
    """A GraphQL operation that the server knows by its hash: its name is all that is told."""
    name = found.get("operationname")
    if name:
        sent.call(str(name))
    elif found.get("extensions") or found.get("doc_id") or found.get("documentid"):
        sent.operations.append(("write", ""))


def _is_document(name: str, value: str) -> bool:
    """Whether a field holds GraphQL: one that only reads counts where it is expected."""
    if not risk_graphql.is_document(value):
        return False
    return name.lower() in ("query", "mutation") or risk_graphql.mutates(value)


def _read_document(sent: Sent, document: str, name: str = "") -> None:
    """Raises: TooMuch."""
    if not risk_graphql.mutates(document):
        sent.operations.append(("read", name))
        return
    if len(document) > _MOST_DOCUMENT:
        raise TooMuch
    sent.operations.append(("write", " ".join(risk_graphql.called(document)) or name))


_READING = re.compile(
    r"^(get|list|search|find|fetch|read|query|load|suggest|count|describe|lookup|is|has|"
    r"check|validate|preview|watch|poll|ping|web_?search_?read|name_?search|search_read|fields_get)"
    r"([A-Z_]|$)"
)
_READ_LAST = re.compile(r"_(get|list|search|find|fetch|read|query|count|describe|lookup)$")


def is_reading(name: str) -> bool:
    """Whether an operation only reads, by its name: `user.get`, `listOrders`, `GetCart`."""
    last = re.split(r"[./:#]", name)[-1]
    first = last[:1].lower() + last[1:]
    if _READING.match(first):
        return True
    return bool(_READ_LAST.search(last)) and read_address(f"/x/{last.replace('_', '/')}/1") is None
