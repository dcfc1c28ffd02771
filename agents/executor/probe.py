"""What a look at an element tells the executor: words for people, and whether it is secret.

The look itself is the guard's (`agents.guard.probe`), one round trip for both.
"""

from __future__ import annotations

from playwright.async_api import ElementHandle, Frame, Page

from agents.guard.risk_facts import ElementFacts

HIDDEN = "[hidden]"

_WORDS_BY_TYPE = {
    "checkbox": "checkbox",
    "radio": "radio",
    "file": "file field",
    "search": "search field",
    "range": "slider",
}
_WORDS_BY_ROLE = {"textbox": "field", "searchbox": "search field", "combobox": "choice"}
_WORDS_BY_TAG = {"img": "image", "iframe": "frame"}
_SECRET_WORDS = frozenset({"one-time-code", "new-password", "current-password"})
_FOCUSED = """() => {
  let e = document.activeElement;
  while (e && e.shadowRoot && e.shadowRoot.activeElement) e = e.shadowRoot.activeElement;
  return e;
}"""


def words_of(element: ElementFacts) -> str:
    """`button "Search"`"""
    role = _WORDS_BY_TYPE.get(element.type) or _WORDS_BY_ROLE.get(element.role, element.role)
    role = role or _WORDS_BY_TAG.get(element.tag, element.tag) or "element"
    name = " ".join((element.label or element.name).split())[:80]
    return f'{role} "{name}"' if name else role


def box_of(element: ElementFacts) -> list[float] | None:
    """x, y, width, height in CSS px of the view."""
    return list(element.box) if element.box else None


def is_secret(element: ElementFacts) -> bool:
    """Whether what is typed here must never be recorded."""
    auto = element.autocomplete.lower().split()
    return (
        element.type == "password"
        or element.masked
        or any(word.startswith("cc-") for word in auto)
        or not _SECRET_WORDS.isdisjoint(auto)
    )


async def focused(page: Page) -> tuple[ElementHandle | None, Frame]:
    """The element that has the keyboard, through frames, and the frame that it is in."""
    frame = page.main_frame
    for _ in range(10):
        handle = (await frame.evaluate_handle(_FOCUSED)).as_element()
        inner = await handle.content_frame() if handle is not None else None
        if inner is None:
            return handle, frame
        frame = inner
    return None, frame
