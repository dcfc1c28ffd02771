"""The body of a request in the forms that servers read: forms, parts, JSON, XML, GraphQL."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qsl, urlsplit

from agents.guard.body_json import (
    BLANK,
    MOST_NESTED,
    is_document,
    is_envelope,
    read_document,
    read_json,
    read_value,
    tell_arguments,
)
from agents.guard.part_heads import Part, UnclearPart, read_part
from agents.guard.sent import MOST_NAMES, Sent, SentField, TooMuch

_ELEMENT = re.compile(r"<([\w:.-]{1,80})((?:\s[^<>]{0,2000})?)>([^<]*)</\1\s*>")
_ATTRIBUTE = re.compile(r"""([\w:.-]{1,80})\s*=\s*(?:"([^"<]*)"|'([^'<]*)')""")


def sent_fields(content_type: str, body: str, url: str) -> tuple[SentField, ...] | None:
    """All fields of address and body, repeated ones too, and those inside of JSON in a field.

    None: not all of it can be read.
    """
    sent = Sent()
    try:
        for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True):
            read_value(sent, name, value)
    except (TooMuch, ValueError):
        return None
    asked = sent.fields
    unclear = sent.unclear
    sent = read_body(content_type, body, url)
    if unclear or sent.unclear or sent.too_much or len(asked) + len(sent.fields) > MOST_NAMES:
        return None
    return (*asked, *sent.fields)


def read_body(content_type: str, text: str, url: str) -> Sent:
    """What a body holds. text: all of it that is looked at; url: where it goes."""
    sent = Sent()
    try:
        _read(sent, content_type, text.strip(BLANK), url.lower())
    except TooMuch:
        sent.too_much = True
    return sent


def _read(sent: Sent, content_type: str, text: str, url: str) -> None:
    kind = content_type.lower()
    if "multipart/" in kind or text.startswith("--"):
        sent.unclear = "json" in kind
        _read_multipart(sent, content_type, text, url)
    elif "graphql" in kind and not text.startswith('{"'):
        sent.unclear = text[:1] in ("{", "[", "<")  # some servers go by that
        read_document(sent, text)
        tell_arguments(sent, "", text)
        sent.only_operations = True
    elif "json" in kind or text[:1] in ("{", "["):
        if not read_json(sent, text, url) and "json" not in kind:
            _read_form(sent, text)
    elif "xml" in kind or text[:1] == "<":
        _read_xml(sent, text)
    elif "urlencoded" in kind or "=" in text:
        _read_form(sent, text)
    else:
        sent.unclear = bool(text)


def _read_form(sent: Sent, text: str) -> None:
    """As `a=1&a=2`, or one pair to a line; some servers split at semicolons too."""
    sent.unclear = sent.unclear or (bool(text) and ("=" not in text or not text.isprintable()))
    for name, value in parse_qsl(text, keep_blank_values=True):
        sent.add(name, value)
        read_value(sent, name, value)
    if ";" in text or "\n" in text:
        lines = re.sub(r"[;\r\n]+", "&", text[:MOST_NESTED])
        for name, value in parse_qsl(lines, keep_blank_values=True):
            sent.add(name, value)
    _read_friendly(sent)


def _read_friendly(sent: Sent) -> None:
    """GraphQL in the fields of a form."""
    pairs = dict(reversed(sent.pairs))
    for name, value in sent.pairs:
        if is_document(name, value):
            read_document(sent, value, pairs.get("operationName", ""))
    friendly = pairs.get("fb_api_req_friendly_name") or pairs.get("operationName", "")
    if not sent.operations and friendly and ({"doc_id", "extensions"} & pairs.keys()):
        sent.call(friendly)
    sent.only_operations = bool(sent.operations) and is_envelope(pairs)


def boundaries(content_type: str) -> list[str]:
    """The lines that part a body, as its type says them."""
    told = re.findall(r'(?i)\bboundary\s*=\s*(?:"([^"]+)|([^\s;,"]+))', content_type)
    return [f"--{quoted or bare}" for quoted, bare in told]


def _read_multipart(sent: Sent, content_type: str, text: str, url: str) -> None:
    """Fields of a form, or the requests of a batch.

    Parted by the line that its type says, or by its first where it says none: both, since servers
    go by the one and a page may write another.
    """
    kind = content_type.lower()
    first = re.match(r"--[^\r\n]{1,200}", text)
    lines = {*boundaries(content_type), *([first[0].rstrip()] if first else [])}
    sent.unclear = sent.unclear or first is None or len(lines) != 1 or len(first[0].rstrip()) < 3
    parting = "|".join(re.escape(line) for line in sorted(lines, key=len, reverse=True))
    parts = re.split(f"(?i:{parting})", text) if lines else [text]
    is_form = "form-data" in kind or "multipart/" not in kind
    for each in parts[: MOST_NAMES + 1]:
        if not each.strip("- \t\r\n"):
            continue
        try:
            part = read_part(each)
        except UnclearPart:
            sent.too_much = sent.unclear = True
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
        sent.unclear = True
        return
    if part.is_file:
        sent.add(part.name, "")
        return
    sent.add(part.name, value)
    if part.name == "operations":  # GraphQL multipart requests
        read_json(sent, value, url, part.name)
    else:
        read_value(sent, part.name, value)


def _read_xml(sent: Sent, text: str) -> None:
    """Leaves of a document as pairs, and what SOAP or XML-RPC calls."""
    names = re.findall(r"<(?:[\w.-]+:)?Body\b[^<>]*>\s*<(?:[\w.-]+:)?([\w.-]+)", text)
    names += re.findall(r"<methodName>\s*([^<\s]+)", text)
    for name in names[:20]:
        sent.call(html.unescape(name))
    leaf = r"<(?:[\w.-]++:)?([\w.-]++)[^<>]*>(?:<!\[CDATA\[)?([^<>]{0,200}?)(?:\]\]>)?</"
    for name, value in re.findall(leaf, text):
        sent.add(name, html.unescape(value).strip())
    for name, attributes, value in _ELEMENT.findall(text):
        sent.tell(name.rpartition(":")[2], value)
        for attribute, first, second in _ATTRIBUTE.findall(attributes):
            sent.tell(f"{name}.{attribute}", first or second)
    sent.unclear = sent.unclear or (bool(text) and not text.startswith("<"))
