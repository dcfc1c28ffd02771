"""What was approved, as one hash: it changes when something else would happen."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from agents.guard.labels import plain
from agents.guard.risk_facts import CallFacts, ElementFacts, FormFacts

# Values that change with every look at the same page.
_TEMPORARY = re.compile(
    r"token|csrf|xsrf|nonce|timestamp|viewstate|eventvalidation|captcha|signature|^_$|^ts$|^sid$",
    re.IGNORECASE,
)
_HEX_CHARS = 32


def fingerprint_of(call: CallFacts, element: ElementFacts | None) -> str:
    """32 hex digits over origin, role, names, target, form, field values, amounts, dialog.

    Arguments are not in it: the gate knows which of them were approved.
    """
    told: list[Any] = [_deed(call), origin_of(call.page_url), _address(call.url or "")]
    if call.dialog is not None:
        told.append(["dialog", call.dialog.kind, call.dialog.text])
    if element is not None:
        told.append(_element(element))
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()[:_HEX_CHARS]


def _deed(call: CallFacts) -> str:
    """Clicks are one deed, however they are made; keys differ."""
    name = call.tool.rpartition(".")[2]
    if name in ("click", "tap", "dblclick"):
        return "click"
    if name in ("press", "down"):
        return f"press {call.arguments.get('key')}"
    return name


def origin_of(address: str) -> str:
    """Scheme, host and port."""
    try:
        split = urlsplit(address)
    except ValueError:
        return ""
    return f"{split.scheme}://{split.netloc}"


def _address(address: str) -> list[Any]:
    if not address:
        return []
    try:
        split = urlsplit(address)
    except ValueError:
        return [address]
    query = sorted(
        (key, value)
        for key, value in parse_qsl(split.query, keep_blank_values=True)
        if not _TEMPORARY.search(key)
    )
    return [split.scheme, split.netloc, split.path, query]


def _element(element: ElementFacts) -> list[Any]:
    return [
        element.origin,
        element.top_origin,
        element.tag,
        element.type,
        element.role,
        sorted({plain(name) for name in element.names.values()}),
        element.hint if not element.names else "",
        _address(element.href),
        [element.method, _address(element.target)],
        element.handler,
        element.submits,
        _form(element.form) if element.form is not None else [],
        element.held,
        sorted(element.amounts),
        plain(element.heading),
        _element(element.hit) if element.hit is not None else [],
        _element(element.default) if element.default is not None else [],
        *([_element(element.onto)] if element.onto is not None else []),
        *([element.chosen] if element.chosen else []),
    ]


def _form(form: FormFacts) -> list[Any]:
    return [
        form.method,
        _address(form.action),
        sorted((field.type, field.name) for field in form.fields),
        sorted((k, v) for k, v in form.hidden.items() if not _TEMPORARY.search(k)),
        sorted((k, v) for k, v in form.values.items() if not _TEMPORARY.search(k)),
    ]
