"""Keeps what must not be taken apart (quotes, variables, addresses) out of the grammar's way.

Each is replaced by one private-use character, so that commas and verbs inside of quotes do not
split an instruction. `Masked.value` gives it back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

_BASE = 0xE000
DOT = "\u2024"  # a full stop that ends no sentence
MASK = "[\ue000-\uf000]"

_URL = r"https?://[^\s\"'<>«»“”]+[^\s\"'<>«»“”.,;:!?)\]]"
_DOMAIN = (
    r"(?<![\w@.-])(?:localhost|\d{1,3}(?:\.\d{1,3}){3}|(?:[a-z0-9-]+\.)+"
    r"(?:com|org|net|io|dev|edu|gov|co|uk|de|fr|eu|info|app|ai|me|us|ca|au|jp|nl|se|no|ch|at|es|it"
    r"|example|test|local|localhost|news|shop|blog|site|online|tech|wiki))(?::\d+)?(?:/[^\s\"',]*)?"
    r"(?![\w@-])"
)
_EMAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_PATTERN = re.compile(
    r"\{\{\s*(?P<var>[\w.-]+)\s*\}\}"
    r"|\"(?P<q1>[^\"\n]*)\"|“(?P<q2>[^”\n]*)”|«(?P<q3>[^»\n]*)»|`(?P<q4>[^`\n]+)`"
    r"|(?<![\w])['‘](?P<q5>[^'‘’\n]+?)['’](?![\w])"
    rf"|(?P<url>{_URL})|(?P<email>{_EMAIL})|(?P<domain>{_DOMAIN})"
    r"|(?P<stamp>\b\d+(?:\.\d+){2,}\b|\b\d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]\.?m\.?\b)?|"
    r"\b\d[\d,]*\.\d+\b|\b\d{1,3}(?:,\d{3})+\b)",
    re.I,
)


_NEW_SENTENCE = re.compile(r"\s+(?:My|The|I|It|We|Then|Now|Also|Please|After|Do|Don['’]t)\s")


@dataclass
class Masked:
    """A text whose protected parts are single characters."""

    text: str
    parts: list[dict[str, Any]] = field(default_factory=list)

    def raw(self, text: str) -> str:
        """The text with its protected parts put back: quotes dropped, variables in braces."""
        return re.sub(MASK, lambda m: _bare(self._part(m.group())), text).replace(DOT, ".").strip()

    def original(self, text: str) -> str:
        """The text as the person wrote it."""
        return re.sub(MASK, lambda m: self._part(m.group())["as"], text).replace(DOT, ".").strip()

    def parts_in(self, text: str) -> list[dict[str, Any]]:
        """Protected parts of a piece of text, in order."""
        return [self._part(c) for c in re.findall(MASK, text)]

    def only(self, text: str) -> dict[str, Any] | None:
        """The protected part a piece of text consists of, if it is nothing else."""
        text = text.strip(" .,;:")
        return self._part(text) if re.fullmatch(MASK, text) else None

    def value(self, text: str) -> dict[str, Any]:
        """A value to type: {"var": name} or {"text": ...}, quoted parts verbatim."""
        part = self.only(text)
        if part and part["is"] == "var":
            return {"var": part["raw"]}
        if part:
            return {"text": part["raw"]}
        return {"text": self.raw(text.strip(" .,;")).strip(" ,;")}

    def _part(self, char: str) -> dict[str, Any]:
        return self.parts[ord(char) - _BASE]


def _bare(part: dict[str, Any]) -> str:
    return "{{" + part["raw"] + "}}" if part["is"] == "var" else part["raw"]


def mask(text: str) -> Masked:
    """Protect quotes, `{{variables}}`, addresses, e-mails, times and decimals in a text."""
    masked = Masked("")

    def hide(match: re.Match[str]) -> str:
        kind = match.lastgroup or ""
        raw = match.group(kind)
        # "inches" and the like: an unclosed or one-sided quote never matches, empty ones do.
        masked.parts.append(
            {"is": "quote" if kind[0] == "q" else kind, "raw": raw, "as": match.group()}
        )
        # "... it freezes well." My name is Mona: the quote's full stop ends the sentence, too.
        after = match.string[match.end() : match.end() + 40]
        ends = kind[0] == "q" and raw[-1:] in ".!?" and _NEW_SENTENCE.match(after)
        return chr(_BASE + len(masked.parts) - 1) + ("." if ends else "")

    masked.text = re.sub(r"[ \t]{2,}", " ", _PATTERN.sub(hide, text[:40_000]))
    return masked
