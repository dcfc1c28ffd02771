"""A model's words in a page: marked up as it meant, and never more than that."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from dashboard.templatetags.markdown import markdown


def test_what_models_write_is_marked_up() -> None:
    html = markdown(
        "I found **two**:\n\n- [Toner](https://shop.example/t?a=1&b=2) for `9`\n- Ink\n\n"
        "| item | price |\n|---|---|\n| Ink | 9 |\n\nfirst line\nsecond line"
    )
    assert "<strong>two</strong>" in html and html.count("<li>") == 2
    assert (
        '<a href="https://shop.example/t?a=1&amp;b=2" rel="noopener noreferrer nofollow">' in html
    )
    assert "<td>Ink</td>" in html and "first line<br>" in html


class Seen(HTMLParser):
    """Collects what an HTML reader sees."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![x](https://evil.example/seen?by=you)",
        "![x][y]\n\n[y]: https://evil.example/seen",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](java\nscript:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "[x](vbscript:x)",
        "<javascript:alert(1)>",
        "[x](//evil.example)",
        "[x](/sign-out/)",
        '[x](https://a.example "onmouseover=alert(1)")',
        '[x](https://a.example/"onmouseover="alert(1))',
        "<a href='https://a.example' style='position:fixed;inset:0'>x</a>",
        "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
        "<math><mtext></p><style><img src=x onerror=alert(1)>",
        "```html\n<script>alert(1)</script>\n```",
        "`<script>`",
        "# A heading of the page\n\nAnother\n===",
        "<form action=https://evil.example><input name=password>",
        "<meta http-equiv=refresh content=0;url=https://evil.example>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "*" * 5000 + "[" * 5000,
    ],
)
def test_nothing_else_comes_through(text: str) -> None:
    seen = Seen()
    seen.feed(markdown(text))
    for tag, attributes in seen.found:
        assert tag in {"p", "br", "strong", "em", "code", "pre", "a", "ul", "li", "hr"}, tag
        assert set(attributes) <= {"href", "rel"}, attributes
        assert re.match(r"https?://|mailto:", attributes.get("href") or "https://"), attributes
