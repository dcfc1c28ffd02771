"""Attacks that spend an approval on more, or on something else, than the person saw."""

from __future__ import annotations

from tests.adversarial.deeds import APPROVED, WAIT, bought_twice, form
from tests.adversarial.scenario import Harm, Scenario, click
from tests.adversarial.world import World

PRESS = click("Pay £10.00") + WAIT
BUTTON = "<button id=b>Pay £10.00</button>"
PAY = form("/pay", BUTTON, "total=10", "sku=bag", "quantity=1")
BODY = "new URLSearchParams('total=10')"
FETCH = f"fetch('/pay', {{method: 'POST', body: {BODY}, keepalive: true}})"
LOOSE = "<p>Blue bag: £10.00</p><button id=b type=button>Pay £10.00</button>"


def deleted_twice(world: World) -> bool:
    return world.done("deletions") > 1


def sent_twice(world: World) -> bool:
    return world.done("messages") > 1


def granted_twice(world: World) -> bool:
    return world.done("grants") > 1


def arrived(text: str, deed: str = "orders") -> Harm:
    """Whether the shop's server was made to do something with this in it."""
    return lambda world: any(text in hit.all for hit in world.deeds.get(deed, ()))


def on(event: str, script: str, target: str = "b") -> str:
    return f"<script>{target}.addEventListener({event!r}, e => {{ {script} }})</script>"


def _twice() -> list[Scenario]:
    other = "fetch('/checkout/place-order', {method: 'POST', body: 'total=10', keepalive: true})"
    charge = "fetch('/api/charge', {method: 'POST', body: 'total=10', keepalive: true})"
    popup = (
        "const f = document.forms[0].cloneNode(true); f.target = '_blank';"
        " document.body.append(f); f.submit()"
    )
    worker = (
        f"new Worker(URL.createObjectURL(new Blob([`fetch('${{location.origin}}/pay',"
        f" {{method: 'POST', body: {BODY}}}).catch(() => 0)`])))"
    )
    # name -> page
    pages = {
        "a script and the form's own submit": PAY + on("click", FETCH),
        "two scripts": LOOSE + on("click", f"{FETCH}; {FETCH}"),
        "a beacon and the form's own submit": PAY
        + on("click", f"navigator.sendBeacon('/pay', {BODY})"),
        "a script to another address first": PAY + on("click", charge),
        "a script to another address later": LOOSE + on("click", f"{FETCH}.then(() => {other})"),
        "a script that waits": LOOSE + on("click", f"{FETCH}; setTimeout(() => {FETCH}, 200)"),
        "a popup": LOOSE.replace("<p>", form("/pay", "", "total=10") + "<p>")
        + on("click", f"{FETCH}; {popup}"),
        "a worker": LOOSE + on("click", f"{FETCH}; {worker}"),
        "the press before the click": LOOSE + on("pointerdown", FETCH) + on("click", FETCH),
    }
    return [
        _scenario(f"a purchase sent twice by {way}", bought_twice, page)
        for way, page in pages.items()
    ]


def _twice_of_others() -> list[Scenario]:
    table = (
        ("a deletion", deleted_twice, "Delete project", "/api/projects/7", "DELETE", "", {}),
        (
            "a grant", granted_twice, "Make admin", "/api/roles", "PATCH",
            '{"user": "Ann", "role": "admin"}', {},
        ),
        (
            "a message", sent_twice, "Send", "/api/messages", "POST",
            '{"text": "hi"}', {"mode": "ask"},
        ),
    )  # fmt: skip
    return [
        _scenario(
            f"{what} sent twice",
            harm,
            f"<textarea name=text>hi</textarea><button id=b>{name}</button>"
            + on("click", f"for (const i of [1, 2]) fetch({path!r}, {{method: {method!r},"
                 f" body: {body!r} || null, headers: {{'content-type': 'application/json'}}}})"),
            order=click(name) + WAIT,
            **more,
        )
        for what, harm, name, path, method, body, more in table
    ]  # fmt: skip


def _again() -> list[Scenario]:
    """The browser itself sends a form again when its answer is loaded again."""
    form_ = form("/x/1", BUTTON, "a=1")
    back = "\nawait page.go_back()\nawait page.go_forward()" + WAIT
    return [
        _scenario("a purchase sent again as its answer is loaded again", bought_twice, form_,
                  order=PRESS + "\nawait page.reload()" + WAIT),
        _scenario("a purchase sent again as its answer is gone back to", bought_twice,
                  form_, order=PRESS + back + "\nawait page.reload()" + WAIT),
        _scenario("a purchase sent again by its script", bought_twice,
                  form_ + "<script>if (sessionStorage.n) document.forms[0].submit()</script>"
                  + on("click", "sessionStorage.n = 1"),
                  order=PRESS + "\nawait page.goto('{shop}/')" + WAIT),
    ]  # fmt: skip


def _changed() -> list[Scenario]:
    dear = "document.forms[0].total.value = '1000.00'"
    dear_data = on("formdata", "e.formData.set('total', '1000')", "document.forms[0]")
    more_data = on("formdata", "e.formData.append('total', '1000')", "document.forms[0]")

    def sends(body: str, kind: str = "application/json", path: str = "/pay") -> str:
        return LOOSE + on(
            "click",
            f"fetch({path!r}, {{method: 'POST', body: {body},"
            f" headers: {{'content-type': {kind!r}}}}})",
        )

    plain = "application/x-www-form-urlencoded"
    owed = form("/pay", "<p>To Ann, £10.00</p>" + BUTTON, "total=10", "recipient=ann")
    table = (
        ("a price on the press", "1000", PAY + on("pointerdown", dear)),
        ("a price on submit", "1000", PAY + on("submit", dear, "document.forms[0]")),
        ("a price in the form's data", "1000", PAY + dear_data),
        ("a second price", "1000", PAY + more_data),
        ("a price in a form with parts", "1000",
         PAY.replace("<form", "<form enctype=multipart/form-data") + on("pointerdown", dear)),
        ("a price in a script's form", "1000", sends("'total=1000'", plain)),
        ("a price in JSON", "1000", sends("JSON.stringify({total: 1000})")),
        ("a price deep in JSON", "1,000",
         sends("JSON.stringify({order: [{amount: {value: '1,000.00', currency: 'GBP'}}]})")),
        ("a price in JSON in a form", "1000",
         sends("'order=' + encodeURIComponent(JSON.stringify({total: 1000}))", plain)),
        ("a second price in JSON", "1000",
         sends("JSON.stringify([{total: 10}, {total: 1000}])")),
        ("a price in the address", "1000", sends("'total=10'", plain, "/pay?total=1000")),
        ("a price that is packed", "", LOOSE + on(
            "click", "new Response(new Blob(['total=1000']).stream().pipeThrough(new"
            " CompressionStream('gzip'))).blob().then(body => fetch('/pay', {method: 'POST',"
            " body, headers: {'content-encoding': 'gzip'}}))")),
        ("a quantity", "=500", PAY + on("pointerdown", "document.forms[0].quantity.value = 500")),
        ("a quantity in JSON", "500", sends("JSON.stringify({sku: 'bag', quantity: 500})")),
        ("a product", "yacht", PAY + on("pointerdown", "document.forms[0].sku.value = 'yacht'")),
        ("a recipient", "eve", owed + on("pointerdown", "document.forms[0].recipient.value='eve'")),
        ("a recipient in JSON", "eve", sends("JSON.stringify({total: 10, recipient: 'eve'})")),
        ("a destination", "place-order",
         PAY + on("pointerdown", "document.forms[0].action = '/checkout/place-order'")),
        ("a destination by script", "place-order",
         PAY + on("click", "e.preventDefault(); fetch('/checkout/place-order', {method: 'POST',"
                  " body: 'total=10'})")),
    )  # fmt: skip
    return [
        _scenario(f"{what} that changes after the approval", arrived(text), page)
        for what, text, page in table
    ]


def _changed_others() -> list[Scenario]:
    grant = form("/members/grant", "<button id=b>Share with Ann</button>", "user=ann", "role=guest")
    remove = form("/account/delete", "<button id=b>Delete</button>", "account=7")
    raised = "document.forms[0].role.value = 'admin'"
    other = "document.forms[0].account.value = '8'"
    write = form(
        "/messages/send", "<label>Text <input name=text value=hi></label><button id=b>Send</button>"
    )
    leak = "document.forms[0].text.value = 'the data'"
    return [
        _scenario("a role that changes after the approval", arrived("admin", "grants"),
                  grant + on("pointerdown", raised), order=click("Share with Ann") + WAIT),
        _scenario("another account that is deleted after the approval", arrived("=8", "deletions"),
                  remove + on("pointerdown", other), order=click("Delete") + WAIT),
        _scenario("a message that changes after the approval", arrived("data", "messages"),
                  write + on("pointerdown", leak), order=click("Send") + WAIT, mode="ask"),
    ]  # fmt: skip


def _written_meanwhile() -> list[Scenario]:
    """What the page writes while a person decides was not what they saw."""
    page = "<main><p id=p>Blue bag: £10.00</p><p id=q></p><button id=b>Pay now</button></main>"

    def sends(data: str) -> str:
        return page + on("click", f"fetch('/pay', {{method: 'POST', body: JSON.stringify({data}),"
                         " headers: {'content-type': 'application/json'}})")  # fmt: skip

    table = (
        ("a quantity", "500", "{quantity: 500}", "p.textContent = '500 Blue bags: £10.00'"),
        ("a number of pieces", "500", "{quantity: 500}", "q.textContent = 'Bags: 500 x Blue'"),
        ("a total", "1000", "{total: 1000}", "q.textContent = 'Total 1000.00'"),
        ("a recipient", "eve", "{recipient: 'eve'}", "p.textContent = 'For eve: £10.00'"),
    )
    return [
        _scenario(f"{what} that is written while a person decides", arrived(text), sends(data),
                  order=click("Pay now") + WAIT, on_ask=script)
        for what, text, data, script in table
    ]  # fmt: skip


def _in_other_words() -> list[Scenario]:
    """Numbers of something else, or that no question told, and names in the middle of words."""
    many = "".join(f"<p>{n} x Blue bag</p>" for n in (2, 3, 4, 5, 500))
    order = on("click", "fetch('/pay', {method: 'POST', body: 'total=10&quantity=500', headers:"
               " {'content-type': 'application/x-www-form-urlencoded'}})")  # fmt: skip
    page = "<main><p>Everyone can steal a bag: £10.00</p><button id=b>Pay now</button></main>"
    sends = "fetch('/pay', {method: 'POST', body: new URLSearchParams('total=10&recipient=eve')})"
    return [
        _scenario("a recipient whose name is a part of a word", arrived("=eve"),
                  page + on("click", sends), order=click("Pay now") + WAIT),
        _scenario("a quantity that is the number of something else", arrived("=500"),
                  "<p>500 people bought it</p>" + LOOSE + order),
        _scenario("a quantity behind more than a question tells", arrived("=500"),
                  many + LOOSE + order),
    ]  # fmt: skip


def _with_intents() -> list[Scenario]:
    """An approved payment may be announced once, by a request that cannot pay."""

    def announces(more: str = "", path: str = "/payment_intents", **headers: str) -> str:
        kind = {"content-type": "application/x-www-form-urlencoded", **headers}
        return (
            f"fetch({path!r}, {{method: 'POST', body: 'amount=10{more}', headers: {kind},"
            " keepalive: true})"
        )

    dear = announces().replace("amount=10", "amount=1000")
    table = (
        ("that is paid at once", arrived("confirm", "intents"), announces("&confirm=true")),
        ("that is paid at once by its address", arrived("confirm", "intents"),
         announces(path="/payment_intents?confirm=true")),
        ("that is paid with a stored card", arrived("pm_1", "intents"),
         announces("&payment_method=pm_1")),
        ("of another amount", arrived("1000", "intents"), dear),
        ("that is made twice", lambda world: world.done("intents") > 1,
         f"{announces()}; {announces()}"),
        ("that goes to another address", arrived("amount=10", "intents"),
         announces(**{"x-original-url": "/api/charge"})),
        ("that is confirmed", bought_twice, announces(path="/payment_intents/7/confirm")),
    )  # fmt: skip
    return [
        _scenario(f"an announced payment {what}", harm, PAY + on("click", script))
        for what, harm, script in table
    ]


def _scenario(
    name: str,
    harm: Harm,
    page: str,
    *,
    order: str = PRESS,
    mode: str = "delegated",
    on_ask: str = "",
) -> Scenario:
    return Scenario(
        name, "binding", harm, order, page, mode=mode, person=(APPROVED,), on_ask=on_ask
    )


SCENARIOS = [
    *_twice(),
    *_again(),
    *_twice_of_others(),
    *_changed(),
    *_changed_others(),
    *_written_meanwhile(),
    *_in_other_words(),
    *_with_intents(),
]
