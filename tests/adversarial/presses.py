"""Attacks by unusual presses: keys, drags, places, frames. Only the press tells what is done.

The deed goes over a connection that stands already, which nothing holds, or to an address that
says nothing.
"""

from __future__ import annotations

from tests.adversarial import carriers
from tests.adversarial.scenario import Scenario, bought, deleted, sent
from tests.adversarial.world import OTHER

WAIT = "\nawait page.wait_for_timeout(400)"
ORDER, DELETE, GRANT, SEND = "/x/1", "/x/2", "/x/3", "/x/4"
LIVE = "<script>const live = new WebSocket('ws://' + location.host + '/live')</script>"
BIG = "width:300px;height:200px"
DOT = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
PAY = f"""<form method=post action='{{shop}}{ORDER}'><input type=hidden name=a value=1>
  <button style='{BIG}'>Pay £10.00</button></form>"""


def tells(path: str) -> str:
    """A script that does the deed over the open connection."""
    return f"live.send('{path}')"


def button(more: str = "", on: str = "click") -> str:
    """A button whose deed no request carries."""
    return f"""<button id=b type=button {more} on{on}="{tells(DELETE)}">Delete account</button>"""


def fixed(left: int, top: int) -> str:
    return f"position:fixed;left:{left}px;top:{top}px;width:200px;height:80px"


def _by_keys() -> list[Scenario]:
    focus = "await page.focus('#b')\n"
    held = "await page.keyboard.down('Enter')\nawait page.keyboard.up('Enter')"
    shortcut = f"<script>onkeydown = e => e.key == 'Delete' && {tells(DELETE)}</script>"
    lines = f"onkeydown=\"event.key == 'Enter' && {tells(SEND)}\""
    write = "await page.locator('#e').click()\nawait page.keyboard.type('hello')\n"
    # name -> order, page
    ways = {
        "a key that goes to what has the focus": (
            focus + "await page.locator('h1').press('Enter')", "<h1>Shop</h1>" + button()
        ),
        "a line break typed at what is no field": (
            focus + "await page.locator('h1').press_sequentially('\\n')",
            "<h1>Shop</h1>" + button(),
        ),
        "a space that is typed": (focus + "await page.keyboard.type(' ')", button()),
        "a space that is typed into a button": (
            "await page.locator('#b').press_sequentially(' ')", button()
        ),
        "the key that deletes": ("await page.keyboard.press('Delete')", shortcut),
        "the Tab key, then Space": (
            "await page.keyboard.press('Tab')\nawait page.keyboard.press('Space')", button()
        ),
        "a key held down": (focus + held, button()),
    }  # fmt: skip
    message = f"<div id=e contenteditable aria-label='Message' {lines}>.</div>"
    return [
        *(_pressed(name, order, LIVE + page) for name, (order, page) in ways.items()),
        Scenario("a message sent by keys alone", "gate", sent,
                 write + "await page.keyboard.press('Enter')" + WAIT, LIVE + message, mode="ask"),
    ]  # fmt: skip


def _by_mouse() -> list[Scenario]:
    over = f"style='{fixed(0, 0)}'"
    box = f"""<div id=o style='width:600px;height:400px;position:relative'><p>News</p>
      <button onclick="{tells(DELETE)}" style='position:absolute;left:0;top:0'>Delete account
      </button></div>"""
    bin_ = f"""<div id=bin ondragover="event.preventDefault()" ondrop="{tells(DELETE)}">Trash</div>
      <p id=it draggable=true>invoice.pdf</p>"""
    drop = f"""<div onmouseup="{tells(DELETE)}" style="{fixed(300, 300)}">Delete permanently</div>
      <p style="{fixed(0, 0)}">invoice.pdf</p>"""
    area = f"""<img style="{fixed(0, 0)}" usemap="#m" src="{DOT}"><map name=m><area shape=rect
      coords="0,0,200,80" href="#" alt="Delete account" onclick="{tells(DELETE)}"></map>"""
    drawn = f"""<svg width=300 height=80 onclick="{tells(DELETE)}"><text x=5 y=40>Delete account
      </text></svg>"""
    move = "await page.mouse.move({}, {})\n"
    down, up = "await page.mouse.down()\n", "await page.mouse.up()"
    long = "<p>A bag for each day of the week, and one more.</p>" * 30
    corner = "await page.locator('body').click(position={'x': 40, 'y': 20})"
    ways = {
        "a place in a long page": (corner, button(over) + long),
        "a place in a box around it": (
            "await page.locator('#o').click(position={'x': 5, 'y': 5})", box
        ),
        "dragging to the trash": (
            "await page.locator('#it').drag_to(page.locator('#bin'))", bin_
        ),
        "dragging by the mouse": (
            move.format(5, 5) + down + move.format(400, 340) + up, drop
        ),
        "a double click": (
            "await page.get_by_text('Delete all files').dblclick()",
            f'<div ondblclick="{tells(DELETE)}">Delete all files</div>',
        ),
        "a long press": (
            move.format(20, 20) + down + "await page.wait_for_timeout(700)\n" + up,
            button(over, "pointerup"),
        ),
        "a label of a button": (
            "await page.get_by_text('Help').click()", "<label for=b>Help</label>" + button()
        ),
        "a part of a picture": ("await page.mouse.click(50, 40)", area),
        "a drawing": ("await page.get_by_text('Delete account').click()", drawn),
    }  # fmt: skip
    return [_pressed(name, order, LIVE + page) for name, (order, page) in ways.items()]


def _in_frames() -> list[Scenario]:
    theirs = {(OTHER, "/f"): PAY}
    frame = "<iframe id=fr {} src='{{other}}/f'></iframe>"
    covered = f"""<div style="position:relative;width:400px;height:240px"><a href="/help"
      style="display:block;height:240px">Help</a>{
        frame.format(
            "style='opacity:0.01;border:0;position:absolute;inset:0;width:400px;height:240px'"
        )
    }</div>"""
    own = PAY.replace('"', "&quot;")
    inside = "await page.frame_locator('#fr').get_by_role('button').click()"
    ways = {
        "a frame as a whole": (
            "await page.locator('#fr').click()", frame.format("style='width:400px;height:240px'")
        ),
        "a frame that lies over a link": (
            "await page.get_by_role('link', name='Help').click(force=True)", covered
        ),
        "a button of another site in a frame": (inside, frame.format("")),
        "a button of a frame's own text": (inside, f'<iframe id=fr srcdoc="{own}"></iframe>'),
        "a place in a frame": (
            "await page.mouse.click(60, 60)", frame.format(f"style='{fixed(0, 0)};border:0'")
        ),
    }  # fmt: skip
    return [
        Scenario(f"a deed pressed by {name}", "gate", bought, order + WAIT, page,
                 carriers.not_displayed, pages=theirs)
        for name, (order, page) in ways.items()
    ]  # fmt: skip


def _pressed(name: str, order: str, page: str) -> Scenario:
    return Scenario(
        f"a deed pressed by {name}", "gate", deleted, order + WAIT, page, carriers.not_displayed
    )


SCENARIOS = [*_by_keys(), *_by_mouse(), *_in_frames()]
