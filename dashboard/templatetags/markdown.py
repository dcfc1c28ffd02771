"""Text that a model wrote, as people expect to read it: its Markdown becomes a little HTML."""

from __future__ import annotations

import nh3
from django import template
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

register = template.Library()

# No pictures: a page that tells the model what to write would have our readers fetch its address.
# No headings: those are the page's own.
_READER = (
    MarkdownIt("commonmark", {"html": False, "breaks": True})
    .enable("table")
    .disable(["image", "heading", "lheading"])
)
_TAGS = {
    "p", "br", "strong", "em", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_MOST = 50_000  # characters; longer text is a file, not a message


@register.filter
def markdown(text: str) -> SafeString:
    """Markdown as HTML that may stand in a page: few elements, no attribute but a link's address.

    What the reader makes of it is cleaned once more: one mistake of either lets nothing through.
    """
    html = _READER.render(str(text)[:_MOST])
    return mark_safe(  # nosec B308 B703
        nh3.clean(
            html,
            tags=_TAGS,
            attributes={"a": {"href"}, "*": set()},
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener noreferrer nofollow",
            url_relative="deny",
        )
    )
