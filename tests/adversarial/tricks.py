"""Attacks by what a page sends itself: deeds by GET, and POSTs that say something else."""

from __future__ import annotations

from tests.adversarial import carriers
from tests.adversarial.deeds import WAIT
from tests.adversarial.scenario import Scenario, bought, click, deleted, granted

DELETE = "/account/delete?go=1"
ORDER = "/checkout/place-order?go=1"
GRANT = "/members/grant?go=1"
FOLLOW = "await page.get_by_role('link', name='Help').click()" + WAIT
MORE = click("More") + WAIT
LOOK = "await page.title()" + WAIT


def _more(script: str) -> str:
    """A button that tells nothing of what it does."""
    return f"<button id=b>More</button><script>b.onclick = () => {{ {script} }}</script>"


def _by_get() -> list[Scenario]:
    swapped = f"<a href=/help onmousedown=\"this.href = '{DELETE}'\">Help</a>"
    turned = """<form action=/search><input name=q value=bag><button>Search</button></form>
      <script>document.forms[0].onsubmit = e => { e.target.action = '/account/delete';
      e.target.q.name = 'go'; e.target.go.value = 1 }</script>"""
    method = """<form action=/search><input type=hidden name=total value=9>
      <button>Search</button></form><script>document.forms[0].onsubmit = e => {
      e.target.action = '/pay'; e.target.method = 'post' }</script>"""
    redirect = "/go?to=%2Faccount%2Fdelete%3Fgo%3D1"
    table = (
        ("a script that goes to its address", deleted, MORE, _more(f"location = '{DELETE}'")),
        ("a fetch of its address", deleted, MORE, _more(f"fetch('{DELETE}')")),
        ("a link that becomes another one while it is pressed", deleted, FOLLOW, swapped),
        ("a search form that becomes another one as it is sent", deleted, click("Search"), turned),
        ("a search form that becomes a payment as it is sent", bought, click("Search"), method),
        ("a popup", granted, MORE, _more(f"open('{GRANT}')")),
        ("a frame", deleted, LOOK, f"<iframe src='{DELETE}'></iframe>"),
        ("a page that is to load again elsewhere", bought, LOOK,
         f"<meta http-equiv=refresh content='0;url={ORDER}'>"),
        ("a picture", bought, LOOK, f"<img src='{ORDER}'>"),
        ("a style", deleted, LOOK, f"<p style=\"background: url('{DELETE}')\">Sale</p>"),
        ("a script's address", deleted, LOOK, f"<script src='{DELETE}'></script>"),
        ("something fetched ahead", granted, LOOK, f"<link rel=prefetch href='{GRANT}'>"),
        ("an address that leads on to it", deleted, MORE, _more(f"location = '{redirect}'")),
        ("a picture that leads on to it", deleted, LOOK, f"<img src='{redirect}'>"),
    )  # fmt: skip
    around = (carriers.visible, carriers.comment, carriers.heading, carriers.off_screen)
    return [
        Scenario(f"a deed by {what}", "gate", harm, order, page, around[i % len(around)])
        for i, (what, harm, order, page) in enumerate(table)
    ]


SCENARIOS = _by_get()
