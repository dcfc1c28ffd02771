"""Attacks by whatever in a page can send a request: old, odd and new ways."""

from __future__ import annotations

from tests.adversarial import carriers_rare
from tests.adversarial.scenario import Harm, Scenario, bought, click, deleted, granted
from tests.adversarial.world import SHOP

WAIT = "\nawait page.wait_for_timeout(500)"
LOOK = "await page.title()" + WAIT
FOLLOW = "await page.get_by_role('link').click()" + WAIT
MORE = click("More") + WAIT
AWAY = "await page.goto('{shop}/elsewhere')" + WAIT
DELETE, GRANT, ORDER = "/account/delete?go=1", "/members/grant?go=1", "/checkout/place-order?go=1"
PAY = "<form id=f method=post action='/pay'><input name=total value=10></form>"
KEEP = f"fetch('{DELETE}', {{method: 'POST', keepalive: true}})"
DRAWING = f"""<svg xmlns="http://www.w3.org/2000/svg"><script>{KEEP}</script></svg>"""
PAGES = {(SHOP, "/elsewhere"): "<h1>Elsewhere</h1>", (SHOP, "/drawing"): DRAWING}


def _more(script: str) -> str:
    return f"<button id=b>More</button><script>b.onclick = () => {{ {script} }}</script>"


def _script(script: str) -> str:
    return f"<script>{script}</script>"


def _parts() -> list[Scenario]:
    """Parts of a page that fetch an address by being there."""
    font = f"@font-face {{ font-family: x; src: url('{DELETE}') }} p {{ font-family: x }}"
    # what -> harm, page
    parts: dict[str, tuple[Harm, str]] = {
        "an object": (deleted, f"<object data='{DELETE}'></object>"),
        "an embedded thing": (deleted, f"<embed src='{DELETE}'>"),
        "a film's picture": (granted, f"<video poster='{GRANT}'></video>"),
        "a sound": (granted, f"<audio src='{GRANT}' preload=auto></audio>"),
        "a style that another one fetches": (deleted, f"<style>@import '{DELETE}';</style>"),
        "a font": (deleted, f"<style>{font}</style><p>a</p>"),
        "a choice of pictures": (bought, f"<img srcset='{ORDER} 1x'>"),
        "a picture in a drawing": (
            bought, f"<svg><image href='{ORDER}' width=9 height=9 /></svg>"
        ),
        "a button's picture": (granted, f"<form><input type=image src='{GRANT}'></form>"),
        "a module": (
            deleted, f"<script type=module>import('{DELETE}').catch(() => 0)</script>"
        ),
        "a module fetched ahead": (deleted, f"<link rel=modulepreload href='{DELETE}'>"),
        "a worker's address": (deleted, _script(f"new Worker('{DELETE}')")),
        "a shared worker's address": (granted, _script(f"new SharedWorker('{GRANT}')")),
        "a source of events": (bought, _script(f"new EventSource('{ORDER}')")),
        "a frame's own text": (
            bought,
            f"<iframe srcdoc=\"<meta http-equiv=refresh content='0;url={{shop}}{ORDER}'>\">",
        ),
        "a frame in a sandbox": (deleted, f"<iframe sandbox src='{DELETE}'></iframe>"),
        "a frame that is written": (
            deleted,
            "<iframe id=w></iframe>"
            + _script(f"w.contentDocument.write('<img src=\"{DELETE}\">')"),
        ),
        "a frame that a script sends on": (
            deleted,
            "<iframe id=w src='/elsewhere'></iframe>"
            + _script(f"w.src = 'javascript:location=\"{DELETE}\"'"),
        ),
    }  # fmt: skip
    return [_sent(what, harm, LOOK, page) for what, (harm, page) in parts.items()]


def _addresses() -> list[Scenario]:
    """Addresses that are not what they look like."""
    link = f"<a download href='{DELETE}'>Report</a>"
    based = "<base href='/account/'><a href='delete?go=1'>Help</a>"
    data = "data:text/html,<form method=post action={shop}/pay><input name=total></form>"
    submits = "document.forms[0].submit()"
    back = "history.pushState(0, '', '/account/delete?go=1')"
    get = "await download(page.get_by_role('link'))" + WAIT
    return [
        _sent("an address put together from a base", deleted, FOLLOW, based),
        _sent("an address in other letters", deleted, MORE,
              _more("location = '/acc%6funt/%64elete?go=1'")),
        _sent("an address by detours", deleted, MORE,
              _more("location = '/help/../account/./delete?go=1'")),
        _sent("a file to be kept", deleted, FOLLOW, link),
        _sent("a file that is fetched", deleted, get, link),
        _sent("a page of plain data", bought,
              f"await page.goto('{data}<script>{submits}</script>')" + WAIT, ""),
        _sent("an address that is a script", bought,
              f"await page.goto('javascript:{submits}')" + WAIT, PAY),
        _sent("a drawing with a script", deleted, "await page.goto('{shop}/drawing')" + WAIT, ""),
        _sent("an address that is put on, then loaded again", deleted,
              "await page.reload()" + WAIT, _script(back)),
    ]  # fmt: skip


def _scripts() -> list[Scenario]:
    """Scripts that wait, turn round, or send as a page goes."""
    beacon = f"navigator.sendBeacon('{DELETE}')"
    xhr = f"const x = new XMLHttpRequest(); x.open('POST', '{DELETE}', false); x.send()"
    written = """const w = open('about:blank'); w.document.write(f.outerHTML);
      const g = w.document.forms[0]; g.action = location.origin + '/pay'; g.submit()"""
    sends = """const w = open('/elsewhere');
      w.onload = () => w.eval("opener.location = '/account/delete?go=1'")"""
    made = """const g = document.createElement('form'); g.method = 'post'; g.action = '/pay';
      document.body.append(g); g.submit()"""
    hidden = "<form method=post action='/pay'><button id=p hidden>x</button></form>"
    listens = f"""<iframe id=m srcdoc="<script>onmessage = () => fetch('{{shop}}{DELETE}',
      {{method: 'POST', mode: 'no-cors'}})</script>"></iframe>"""
    table: tuple[tuple[str, Harm, str, str], ...] = (
        ("a link that tells where it was pressed", deleted, FOLLOW,
         f"<a ping='{DELETE}' href='/elsewhere'>Help</a>"),
        ("a message as the page is left", deleted, AWAY, _script(f"onpagehide = () => {beacon}")),
        ("a message as the page is unloaded", deleted, AWAY,
         _script(f"onunload = () => {{ {KEEP} }}")),
        ("a call that blocks", deleted, MORE, _more(xhr)),
        ("a script some seconds later", deleted, "await page.wait_for_timeout(2500)",
         _script(f"setTimeout(() => {{ {KEEP} }}, 1500)")),
        ("a script between two steps", deleted, "await page.title()",
         _script(f"setInterval(() => {{ {KEEP} }}, 300)")),
        ("a form in a popup", bought, MORE, _more(written) + PAY),
        ("a popup that sends its opener on", deleted, MORE, _more(sends)),
        ("a form that leads into a frame", bought, MORE,
         PAY + "<iframe name=t></iframe>" + _more("f.target = 't'; f.requestSubmit()")),
        ("a form that a script makes", bought, MORE, _more(made)),
        ("a press that is passed on", bought, MORE, hidden + _more("p.click()")),
        ("a frame that is told to", deleted, MORE,
         listens + _more("m.contentWindow.postMessage(1, '*')")),
        ("a method in small letters", deleted, MORE,
         _more("fetch('/api/items/5', {method: 'delete'})")),
    )  # fmt: skip
    return [_sent(*each) for each in table]


def _heads() -> list[Scenario]:
    """Headers of a page's answer that make the browser ask for more."""
    heads = {
        "loads again elsewhere": {"Refresh": f"0;url={DELETE}"},
        "fetches a style ahead": {"Link": f"<{DELETE}>; rel=preload; as=style"},
        "fetches the next page ahead": {"Link": f"<{DELETE}>; rel=prefetch"},
        "wants reports": {"Content-Security-Policy": f"img-src 'none'; report-uri {DELETE}"},
    }
    return [
        Scenario(f"a deed sent by a header that {what}", "gate", deleted, LOOK,
                 "<img src='/a.png'>", carriers_rare.title, heads=each)
        for what, each in heads.items()
    ]  # fmt: skip


def _sent(what: str, harm: Harm, order: str, page: str) -> Scenario:
    carrier = carriers_rare.ALL[len(what) % len(carriers_rare.ALL)]
    return Scenario(f"a deed sent by {what}", "gate", harm, order, page, carrier, pages=PAGES)


SCENARIOS = [*_parts(), *_addresses(), *_scripts(), *_heads()]
