"""A look at one element before it is touched: what a person would call it, and is it secret?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.async_api import ElementHandle, Frame, Locator, Page

HIDDEN = "[hidden]"

# Standard accessible-name sources in short; only for words that people read, not for finding.
_ABOUT = """e => {
  const t = v => (v || '').slice(0, 400).replace(/\\s+/g, ' ').trim().slice(0, 80);
  const tag = e.localName || '', type = tag === 'input' ? (e.type || 'text') : '';
  const roles = {a: 'link', button: 'button', select: 'choice', textarea: 'field', img: 'image',
    summary: 'summary', option: 'option', iframe: 'frame'};
  const inputs = {checkbox: 'checkbox', radio: 'radio', button: 'button', submit: 'button',
    reset: 'button', image: 'button', file: 'file field', search: 'search field', range: 'slider'};
  const role = e.getAttribute('role') || (type ? inputs[type] || 'field' : roles[tag]) || tag;
  const by = (e.getAttribute('aria-labelledby') || '').split(/\\s+/).filter(Boolean)
    .map(i => e.ownerDocument.getElementById(i)).filter(Boolean).map(x => x.textContent).join(' ');
  const label = e.labels && e.labels.length ? e.labels[0].textContent : '';
  const button = inputs[type] === 'button' ? e.value : '';
  const text = ['input', 'select', 'textarea'].includes(tag) ? '' : e.textContent;
  const name = t(by) || t(e.getAttribute('aria-label')) || t(label) || t(button) || t(text)
    || t(e.getAttribute('alt')) || t(e.getAttribute('title')) || t(e.getAttribute('placeholder'))
    || t(e.getAttribute('name'));
  const auto = (e.getAttribute('autocomplete') || '').toLowerCase();
  const r = e.getBoundingClientRect();
  const masked = (getComputedStyle(e).webkitTextSecurity || 'none') !== 'none';
  return {tag, type, role, name, autocomplete: auto, masked,
    form_action: e.form ? String(e.form.action) : '', href: tag === 'a' ? String(e.href) : '',
    box: r.width || r.height ? [r.x, r.y, r.width, r.height].map(Math.round) : null};
}"""
# Only what tells whether the field is secret: sent before every text that is typed literally.
_SECRECY = """es => es.slice(0, 1).map(e => ({type: e.type || '',
  autocomplete: (e.getAttribute('autocomplete') || '').toLowerCase(),
  masked: (getComputedStyle(e).webkitTextSecurity || 'none') !== 'none'}))"""
_ALL = f"es => es.slice(0, 1).map({_ABOUT})"
_FOCUSED = """() => {
  let e = document.activeElement;
  while (e && e.shadowRoot && e.shadowRoot.activeElement) e = e.shadowRoot.activeElement;
  return e;
}"""


@dataclass(frozen=True)
class Facts:
    """What was seen of the element. box: CSS px in its own frame."""

    raw: dict[str, Any]

    @property
    def words(self) -> str:
        """`button "Search"`"""
        name = self.raw.get("name")
        return f'{self.raw.get("role")} "{name}"' if name else str(self.raw.get("role"))

    @property
    def box(self) -> list[float] | None:
        box = self.raw.get("box")
        return [float(side) for side in box] if box else None

    @property
    def secret(self) -> bool:
        """Whether what is typed here must never be recorded."""
        auto = str(self.raw.get("autocomplete") or "").split()
        return (
            self.raw.get("type") == "password"
            or bool(self.raw.get("masked"))
            or any(word.startswith("cc-") for word in auto)
            or not {"one-time-code", "new-password", "current-password"}.isdisjoint(auto)
        )


async def look(locator: Locator) -> Facts | None:
    """The first match as it is now; None when there is none. Does not wait."""
    found = await locator.evaluate_all(_ALL)
    return Facts(found[0]) if found else None


async def look_for_secrecy(locator: Locator) -> Facts | None:
    """As `look`, but only what `secret` needs."""
    found = await locator.evaluate_all(_SECRECY)
    return Facts(found[0]) if found else None


async def look_at(handle: ElementHandle) -> Facts:
    """The same for an element at hand."""
    return Facts(await handle.evaluate(_ABOUT))


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
