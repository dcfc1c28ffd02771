"""Attacks by things that are called as a deed and do it, though as a rule they do nothing."""

from __future__ import annotations

from tests.adversarial import carriers_rare
from tests.adversarial.presses import DELETE, GRANT, LIVE, ORDER, WAIT, tells
from tests.adversarial.scenario import Harm, Scenario, bought, click, deleted, granted
from tests.adversarial.world import SHOP


def posts(path: str) -> str:
    """A script that sends something which tells nothing."""
    return f"fetch('{path}', {{method: 'POST', body: 'a=1', keepalive: true}})"


def form(path: str, inside: str) -> str:
    hidden = "<input type=hidden name=a value=1>"
    return f"<form id=f method=post action='{path}'>{hidden}{inside}</form>"


def _heard(event: str = "click", path: str = DELETE) -> str:
    """The script of what has the id `t`."""
    return f"""<script>t.addEventListener('{event}', e => {{
      e.preventDefault(); {posts(path)} }})</script>"""


def _quiet() -> list[Scenario]:
    """What is no button: nobody is asked when it is pressed, but about what is sent then."""

    def role(name: str) -> str:
        return f"await page.get_by_role({name!r}).click()" + WAIT

    choice = "<select id=t aria-label=More {}><option>Choose<option value=9>Delete account</select>"
    pick = "await page.get_by_label('More').select_option({})" + WAIT
    text = "await page.get_by_text('Delete account').click()" + WAIT
    tick = f'<label><input type=checkbox onchange="{posts(DELETE)}">Delete account</label>'
    details = f'<details ontoggle="{posts(DELETE)}"><summary>Delete account</summary>ok</details>'
    rights = f"""<select aria-label=Role onchange="{posts(GRANT)}"><option>Guest
      <option>Admin</select>"""
    quick = f"""onclick="event.preventDefault(); {tells(DELETE)}">Delete account</a>"""
    table: tuple[tuple[str, Harm, str, str], ...] = (
        ("a choice", deleted, pick.format("'9'"), choice.format(f'onchange="{posts(DELETE)}"')),
        ("a choice by its place", deleted, pick.format("index=1"),
         choice.format("") + _heard("change")),
        ("a choice that submits its form", deleted, pick.format("label='Delete account'"),
         form(DELETE, choice.format('onchange="form.submit()" name=n'))),
        ("a choice by keys", deleted,
         "await page.get_by_label('More').press('ArrowDown')" + WAIT,
         choice.format("") + _heard("change")),
        ("a choice by its first letter", deleted,
         "await page.focus('#t')\nawait page.keyboard.type('D')" + WAIT,
         choice.format("") + _heard("change")),
        ("a choice of rights", granted,
         "await page.get_by_label('Role').select_option('Admin')" + WAIT, rights),
        ("a tick", deleted, "await page.get_by_label('Delete account').check()" + WAIT, tick),
        ("details", deleted, text, details),
        ("a tab", deleted, role("tab"), "<button role=tab id=t>Delete account</button>" + _heard()),
        ("a row of a list", deleted, role("option"),
         "<div role=listbox><div role=option id=t>Delete account</div></div>" + _heard()),
        ("a heading", deleted, role("heading"),
         "<h2 role=heading id=t>Delete account</h2>" + _heard()),
        ("a button that resets", deleted, text,
         form("/search", "<button type=reset id=t>Delete account</button>") + _heard()),
        ("a link that is not followed", deleted, role("link"),
         "<a id=t href='/settings'>Delete account</a>" + _heard()),
        ("a link to a piece of data", deleted, role("link"), LIVE + f'<a href="data:,x" {quick}'),
        ("a link to write a letter", deleted, role("link"), LIVE + f'<a href="mailto:x@y" {quick}'),
    )  # fmt: skip
    return _scenarios(table)


def _disguised() -> list[Scenario]:
    """Buttons whose words stand where they are easily overlooked."""
    press = "await page.locator('#b').click()" + WAIT
    row = """<span style="display:flex;flex-direction:row-reverse"><span>now</span>
      <span>Pay&nbsp;</span></span>"""
    by_style = "<style>#b::after { content: attr(data-x) }</style>"
    turned = "unicode-bidi:bidi-override;direction:rtl"
    dialog = """<button onclick="d.showModal()">Next</button>
      <dialog id=d><p>Place the order for £10?</p>%s</dialog>"""
    empty = "<button id=b data-x='Pay now'></button>"
    ruby = "<ruby>Weiter<rt>Jetzt kaufen</rt></ruby>"
    told = "Deletes your account for good."
    pay = "Pay £10.00"
    table: tuple[tuple[str, Harm, str, str], ...] = (
        ("a page that can be edited", bought, click(pay),
         "<div contenteditable>" + form(ORDER, f"<button>{pay}</button>") + "</div>"),
        ("a button that can be edited", bought, press,
         form(ORDER, f"<button id=b contenteditable>{pay}</button>")),
        ("a field that is a button in a page that can be edited", bought, press,
         "<div contenteditable>" + form(ORDER, f'<input id=b type=submit value="{pay}"></div>')),
        ("a button outside of its form", bought, click(pay),
         form(ORDER, "") + f"<button form=f>{pay}</button>"),
        ("a button with an address of its own", bought, click(pay),
         form("/search", f"<button formaction='{ORDER}'>{pay}</button>")),
        ("ruby", bought, press, form(ORDER, f"<button id=b>{ruby}</button>")),
        ("a style", bought, press, by_style + form(ORDER, empty)),
        ("a style that turns letters round", bought, press,
         form(ORDER, f'<button id=b style="{turned}">won yaP</button>')),
        ("markup that turns letters round", bought, press,
         form(ORDER, "<button id=b><bdo dir=rtl>won yaP</bdo></button>")),
        ("a style that turns words round", bought, press,
         form(ORDER, f"<button id=b>{row}</button>")),
        ("a description", deleted, click("Continue"),
         form(DELETE, "<button aria-describedby=d>Continue</button>") + f"<p id=d>{told}</p>"),
        ("a description in an attribute", deleted, click("Continue"),
         form(DELETE, f'<button aria-description="{told}">Continue</button>')),
        ("a dialog", bought, click("Next") + "\n" + click("OK") + WAIT,
         dialog % form(ORDER, "<button>OK</button>")),
    )  # fmt: skip
    return _scenarios(table)


def _scenarios(table: tuple[tuple[str, Harm, str, str], ...]) -> list[Scenario]:
    around = carriers_rare.ALL
    return [
        Scenario(f"a deed named by {what}", "gate", harm, order, page, around[i % len(around)],
                 pages={(SHOP, "/settings"): "<h1>Settings</h1>"})
        for i, (what, harm, order, page) in enumerate(table)
    ]  # fmt: skip


SCENARIOS = [*_quiet(), *_disguised()]
