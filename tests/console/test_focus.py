"""The focus, for those who move by keys: a ring that stands out, on what nothing covers."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from dashboard.models import Role
from dashboard.services.actors import Actor
from tests.conftest import make_actor, make_project
from tests.console import builders
from tests.console.conftest import OpenPage, until
from tests.console.picture import PICTURE, take, watch
from tests.console.test_accessibility import screens
from tests.console.test_deliveries_page import FAILED, sent

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOST_STOPS = 60
# What is wrong with the focus where it stands; null when it left the page.
PROBE = """() => {
  let one = document.activeElement;
  if (!one || one === document.body) return null;
  const host = one;
  while (one.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
  const shown = getComputedStyle(one).opacity === '0' ? one.closest('label') ?? host : one;
  const pen = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const paint = (colours) => {
    for (const colour of colours) { pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1); }
    return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const behind = (node) => {
    const all = [];
    for (let at = node; at; at = at.parentElement ?? at.getRootNode().host) {
      all.unshift(getComputedStyle(at).backgroundColor);
    }
    return ['white', ...all];
  };
  const light = (rgb) => rgb.map((part) => part / 255)
    .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const box = shown.getBoundingClientRect();
  const about = shown.outerHTML.slice(0, 110).replace(/\\s+/g, ' ');
  const wrong = [];
  const style = getComputedStyle(shown);
  if (one.matches(':not(.keys)')) {
    const inside = parseFloat(style.outlineOffset) < 0;
    const ground = behind(inside ? shown : shown.parentElement ?? shown);
    const [a, b] = [paint(ground), paint([...ground, style.outlineColor])].map(light).sort();
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) wrong.push('no ring');
    else if (contrast < 3) wrong.push(`a ring of contrast ${contrast.toFixed(2)}`);
  }
  const across = Math.min(innerWidth - 1, Math.max(0, box.left + box.width / 2));
  const tall = box.height > innerHeight / 2;
  for (const share of tall ? [] : [0.1, 0.5, 0.9]) {
    const down = box.top + box.height * share;
    const top = document.elementFromPoint(across, down);
    const own = top && (host.contains(top) || top.contains(shown) || shown.contains(top));
    if (!own) { wrong.push(`covered at ${Math.round(down)} px`); break; }
  }
  return wrong.length ? `${wrong.join(', ')}: ${about}` : '';
}"""


@pytest.fixture
def ada(transactional_db: None, open_page: OpenPage) -> Actor:
    return make_actor(make_project(), "ada", Role.ADMIN)


def walk(page: Page) -> list[str]:
    """What is wrong at the places that Tab leads to, and back again."""
    wrong: list[str] = []
    for key, most in (("Tab", MOST_STOPS), ("Shift+Tab", 20)):
        for _ in range(most):
            page.keyboard.press(key)
            found = page.evaluate(PROBE)
            if found is None:
                break
            wrong += [found] if found else []
    return wrong


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("size", "scheme"), [((1280, 800), "dark"), ((390, 700), "light")], ids=["wide", "narrow"]
)
def test_the_focus_is_seen_wherever_it_goes(
    open_page: OpenPage, ada: Actor, size: tuple[int, int], scheme: str
) -> None:
    for _ in range(12):
        builders.finished(ada, count=1)
    edits = builders.approval(ada)
    sent(ada, FAILED)
    page = open_page(ada, size=size, color_scheme=scheme, reduced_motion="reduce")
    found = screens(ada)
    found = {name: found[name] for name in (
        "sessions", "new session", "inbox", "request, form", "session, done", "session, driven",
        "session, chat", "deliveries", "account",
    )} | {"approval": reverse("request", args=[edits.pk])}  # fmt: skip
    found |= {name: reverse(name) for name in ("usage", "settings", "settings-keys")}
    wrong = []
    for name, address in found.items():
        page.goto(address)
        wrong += [f"{name}: {line}" for line in walk(page)]
    assert not wrong, "\n".join(wrong)


def test_the_picture_shows_that_keys_go_into_it(open_page: OpenPage, ada: Actor) -> None:
    session = builders.open_browser(builders.ask(ada, "takeover").task.session)
    page, view = watch(open_page, ada, session)
    take(page, view)
    ring = f"getComputedStyle({PICTURE})"
    until(page, "document.activeElement.matches('live-view')")
    assert page.evaluate(f"{ring}.outlineStyle") == "solid"
    page.keyboard.press("Control+Alt+x")
    assert page.evaluate("document.activeElement.id") == "hand-back"
    assert page.evaluate(f"{ring}.outlineStyle") != "solid"
