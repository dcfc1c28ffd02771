"""The live picture as a page has it, with a socket that speaks as the server would."""

from __future__ import annotations

import json
import struct
import time

from django.urls import reverse
from playwright.sync_api import Page, WebSocketRoute, expect

from dashboard.models import AgentSession
from dashboard.services.actors import Actor
from tests.console import builders
from tests.console.conftest import OpenPage

PHONE = {"size": (390, 844), "has_touch": True, "is_mobile": True}
IN_PICTURE = "document.activeElement?.shadowRoot?.activeElement?.matches('.keys')"
PICTURE = "document.querySelector('live-view').shadowRoot.querySelector('canvas')"
AT_THE_MOUSE = {"driver": "person", "by": "olivia", "you": True}
TABS = [
    {"target_id": "a", "title": "Checkout of the shop", "url": "https://a.test/", "active": True},
    {"target_id": "b", "title": "Terms", "url": "https://a.test/terms", "active": False},
]  # fmt: skip


class View:
    """The live view's socket, as the server would speak when its browser ran."""

    def __init__(self, page: Page) -> None:
        self.inputs: list[dict] = []
        self._socket: WebSocketRoute | None = None
        self._control = {"driver": "agent", "by": None, "you": False}
        self._tabs = TABS
        page.route_web_socket("**/view?**", self._connect)

    def _connect(self, socket: WebSocketRoute) -> None:
        self._socket = socket
        socket.on_message(self._hear)
        self._tell()
        socket.send(frame())

    def _hear(self, message: str | bytes) -> None:
        said = json.loads(message)
        if said["type"] == "input":
            self.inputs.append(said["input"])

    def _tell(self) -> None:
        assert self._socket is not None
        state = {"type": "state", "state": "live", "reason": "", "last_frame_at": None}
        self._socket.send(json.dumps(state | {"control": self._control, "tabs": self._tabs}))

    def show(self, url: str, title: str) -> None:
        """One tab, at this page."""
        self._tabs = [{"target_id": "a", "title": title, "url": url, "active": True}]
        self._tell()

    def lead(self) -> None:
        """The viewer drives now."""
        self._control = AT_THE_MOUSE
        if self._socket is not None:
            self._tell()


def frame() -> bytes:
    """A picture of 1280 x 800, with its header."""
    head = struct.pack(">BBHIdff", 1, 0, 44, 1, time.time(), 1280, 800)
    return head + bytes(16) + struct.pack(">I", 7) + builders.png(1280, 800)


def watch(open_page: OpenPage, actor: Actor, session: AgentSession, **options) -> tuple[Page, View]:
    page = open_page(actor, **options)
    view = View(page)
    page.goto(reverse("session", args=[session.pk]))
    expect(page.locator("live-view")).to_have_attribute("data-state", "live")
    return page, view


def take(page: Page, view: View) -> None:
    """Take control with the page's button."""
    page.get_by_role("button", name="Take control").click()
    view.lead()
    expect(page.locator("live-view")).to_have_attribute("driving", "")
    expect(page.get_by_role("button", name="Hand back")).to_be_visible()
