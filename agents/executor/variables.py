"""The caller's values: which field may get one, and how they stay out of everything else."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping

import ada_url
from playwright.async_api import Frame

from agents.errors import PolicyError
from agents.ports import JSON, Variable

_SHORT = 4  # shorter values are taken out only as whole words: they are parts of too much else


class Secrets:
    """Takes sensitive values out of text, in the forms that pages and addresses give them."""

    def __init__(self, variables: Mapping[str, Variable]) -> None:
        hidden = {n: v.value for n, v in variables.items() if v.sensitive and v.value}
        self._names = sorted(hidden, key=lambda name: -len(hidden[name]))
        forms = [f"({_any_form(hidden[name])})" for name in self._names]
        self._pattern = re.compile("|".join(forms)) if forms else None
        self._whole = {v.value: name for name, v in variables.items() if v.value}

    def hide(self, text: str) -> str:
        """The text with every sensitive value replaced by `{{name}}`."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda m: _named(self._names[(m.lastindex or 1) - 1]), text)

    def hide_field(self, value: str) -> str:
        """What a field holds; also a value that is not sensitive is given by its name."""
        name = self._whole.get(value)
        return _named(name) if name is not None else self.hide(value)

    def hide_in(self, value: JSON) -> JSON:
        """The same for every text in a JSON value, keys included."""
        if self._pattern is None:
            return value
        if isinstance(value, str):
            return self.hide(value)
        if isinstance(value, list):
            return [self.hide_in(item) for item in value]
        if isinstance(value, dict):
            return {self.hide(str(k)): self.hide_in(v) for k, v in value.items()}
        return value


def _named(name: str) -> str:
    return f"{{{{{name}}}}}"


def _any_form(value: str) -> str:
    """A pattern for the value as it is, percent-encoded, in HTML, or in JSON, mixed as may be."""
    form = "".join(_any_form_of(char) for char in value)
    return form if len(value) >= _SHORT else rf"(?<!\w){form}(?!\w)"


def _any_form_of(char: str) -> str:
    if char.isalnum() and char.isascii():
        return char
    encoded = "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "replace"))
    forms = {char, encoded, encoded.lower(), html.escape(char), f"&#{ord(char)};"}
    forms |= {json.dumps(char)[1:-1], f"\\u{ord(char):04x}"}
    if char.isspace():
        forms |= {" ", "+", "&nbsp;", "\xa0"}
    return f"(?:{'|'.join(re.escape(form) for form in sorted(forms, key=len, reverse=True))})"


def check_receiver(name: str, variable: Variable, frame: Frame) -> None:
    """May this frame's document get the value? Raises: PolicyError.

    allowed_domains: None is anywhere, empty is nowhere; a domain covers its subdomains.
    """
    allowed = variable.allowed_domains
    if allowed is None:
        return
    host, port = origin_of(frame)
    if any(_covers(domain, host, port) for domain in allowed):
        return
    where = host or "this page"
    raise PolicyError(
        f'variables["{name}"] may not be typed into {where}: '
        + (f"it is allowed on {', '.join(allowed)} only." if allowed else "it is allowed nowhere."),
        rule="variable_domain",
    )


def origin_of(frame: Frame | None) -> tuple[str, str]:
    """Host and port of the document in a frame; empty when it has none.

    Documents without an address of their own (about:blank, srcdoc) are their parent's work. The
    address comes from the browser, so a page cannot lie about it.
    """
    while frame is not None:
        address = frame.url.removeprefix("blob:")
        if not address.startswith("about:"):
            try:
                url = ada_url.URL(address)
            except ValueError:
                return "", ""
            if url.protocol not in ("http:", "https:"):
                return "", ""
            return url.hostname.lower().rstrip("."), url.port
        frame = frame.parent_frame
    return "", ""


def _covers(domain: str, host: str, port: str) -> bool:
    wanted = domain.strip().lower()
    wanted = wanted.partition("://")[2] or wanted
    wanted = wanted.partition("/")[0].removeprefix("*.").rstrip(".")
    try:
        url = ada_url.URL(f"http://{wanted}")
    except ValueError:
        return False
    name = url.hostname.rstrip(".")
    if not name or not host:
        return False
    if ":" in wanted.rpartition("]")[2] and url.port != port:
        return False
    is_address = name.startswith("[") or re.fullmatch(r"[\d.]+", name)
    return host == name or (not is_address and host.endswith("." + name))
