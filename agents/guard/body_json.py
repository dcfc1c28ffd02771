"""JSON in a request, GraphQL and other operations in it, and JSON in the fields of forms."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from agents.guard import risk_graphql
from agents.guard.encodings import without_halves
from agents.guard.sent import Number, Sent, TooMuch

BLANK = "\ufeff \t\r\n"
_MOST_DOCUMENT = 20_000  # characters of a GraphQL document with mutations
MOST_NESTED = 200_000  # characters of JSON inside a field, or split at semicolons
_DEPTH = 3
_ARGUMENT = re.compile(r'(\w{1,80})\s*:\s*("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*)')
# A body of nothing else speaks of an operation; its other fields are arguments.
_ENVELOPE = frozenset(
    {
        *("query", "operationname", "variables", "extensions", "mutation", "doc_id", "documentid"),
        *("jsonrpc", "method", "params", "id"),
    }
)


def is_envelope(names: Iterable[str]) -> bool:
    return all(name.lower() in _ENVELOPE for name in names)


class _Object(list[tuple[str, Any]]):
    """A JSON object with all its names, equal ones too."""

    def get(self, name: str) -> Any:
        return next((value for key, value in self if key.lower() == name), None)


def _loaded(text: str) -> Any:
    """Raises: ValueError."""
    try:
        return json.loads(
            without_halves(text),
            parse_float=Number,
            parse_int=Number,
            object_pairs_hook=_Object,
        )
    except RecursionError as error:
        raise ValueError from error


def read_json(sent: Sent, text: str, url: str, name: str = "") -> bool:
    """Whether it was JSON; what is cut off or broken is read by its names alone.

    name: of the field that holds it.
    """
    try:
        data = _loaded(text)
    except ValueError:
        sent.unclear = True
        broken = r'["\']?([\w$.-]{1,60})["\']?\s{0,20}:\s{0,20}["\']?([^"\',}\]]{0,60})'
        for key, value in re.findall(broken, _unescaped(text)):
            sent.add(key, value)
        return False
    _walk(sent, data, 0, name)
    tops = data if isinstance(data, list) and not isinstance(data, _Object) else [data]
    for top in tops:
        if isinstance(top, _Object) and "graphql" in url and not top.get("query"):
            _read_persisted(sent, top)
    sent.only_operations = bool(sent.operations) and all(
        isinstance(top, _Object) and is_envelope(key for key, _ in top) for top in tops
    )
    return True


def _unescaped(text: str) -> str:
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _walk(sent: Sent, data: Any, depth: int, root: str) -> None:
    """All names with their values, however deep, the outer ones first. Raises: TooMuch.

    root: the name of the field that holds it, before the paths of all that is in it.
    """
    waiting: list[tuple[str, str, Any]] = [(root, "", data)]
    while waiting:
        inner: list[tuple[str, str, Any]] = []
        for path, name, value in waiting:
            if isinstance(value, _Object):
                _read_object(sent, value)
                inner += [(f"{path}.{key}" if path else key, key, each) for key, each in value]
            elif isinstance(value, list):
                inner += [(path, name, each) for each in value]
            else:
                _read_leaf(sent, path, name, value, depth)
            if name and isinstance(value, list) and value:
                sent.add(name, "")  # {"delete": {"id": 5}}
        waiting = inner


def _read_leaf(sent: Sent, path: str, name: str, value: Any, depth: int) -> None:
    if name:
        sent.add(name, _told(value))
    if value is None:
        return
    if not isinstance(value, str) or isinstance(value, Number):
        sent.tell(path, _told(value))
    else:
        read_value(sent, path, value, depth + 1)


def _told(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    return value if isinstance(value, Number) else str(value)


def read_value(sent: Sent, name: str, value: str, depth: int = 1) -> None:
    """Tell a field as text, or what is in it when it holds JSON itself. Raises: TooMuch."""
    if name.rpartition(".")[2].lower() in ("query", "mutation"):
        tell_arguments(sent, name, value)
    text = value.strip(BLANK)
    if text[:1] in ("{", "["):
        if depth > _DEPTH or len(text) > MOST_NESTED:
            sent.unclear = True
            return
        try:
            data = _loaded(text)
        except ValueError:
            data = None
        if data is not None:
            _walk(sent, data, depth, name)
            return
    sent.tell(name, value)


def tell_arguments(sent: Sent, name: str, document: str) -> None:
    """The arguments that a GraphQL document gives, as fields below its own."""
    for argument, value in _ARGUMENT.findall(document):
        said = value[1:-1] if value.startswith('"') else Number(value)
        sent.tell(f"{name}.{argument}", said)


def _read_object(sent: Sent, found: _Object) -> None:
    """What an object asks for when it is an operation, a request of a batch or a JSON patch."""
    for key, value in found:
        if isinstance(value, str) and is_document(key, value):
            read_document(sent, value, str(found.get("operationname") or ""))
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


def is_document(name: str, value: str) -> bool:
    """Whether a field holds GraphQL: one that only reads counts where it is expected."""
    if not risk_graphql.is_document(value):
        return False
    return name.lower() in ("query", "mutation") or risk_graphql.mutates(value)


def read_document(sent: Sent, document: str, name: str = "") -> None:
    """Raises: TooMuch."""
    if not risk_graphql.mutates(document):
        sent.operations.append(("read", name))
        return
    if len(document) > _MOST_DOCUMENT:
        raise TooMuch
    sent.operations.append(("write", " ".join(risk_graphql.called(document)) or name))
