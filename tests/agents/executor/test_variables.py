"""Values of the caller reach the fields they may reach, and nothing else."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from agents.executor.gate import Grant, ProposedAction
from agents.executor.variables import origin_of
from agents.guard.judging import judge
from agents.guard.policy import DefaultGate
from agents.guard.receivers import covers
from agents.guard.redactor import Redactor
from agents.ports import Variable
from tests.browsers import on_shared_loop

SECRET = 's3cr3t & /pa ss"'
FORM = """
<form action="/sent"><label>Login <input name="login"></label>
<label>Password <input type="password" name="pw"></label><button>Sign in</button></form>
<p id="echo"></p>
<script>pw = document.querySelector('[name=pw]');
pw.oninput = () => echo.textContent = 'You typed ' + pw.value</script>
"""


def hidden_everywhere(bench, result) -> None:
    told = json.dumps([result.value, result.printed, result.error_message, result.notices])
    records = json.dumps([vars(r) for r in (*bench.reported, *result.actions)])
    for text in (told, records):
        assert "s3cr3t" not in text, text


@pytest.fixture
def secret_bench(bench):
    bench.variables = {
        "password": Variable(SECRET, "the password", sensitive=True),
        "login": Variable("ann.lee", "the login"),
        "local": Variable("only-here-1", sensitive=True, allowed_domains=("127.0.0.1",)),
        "other": Variable("elsewhere-1", sensitive=True, allowed_domains=("shop.example",)),
        "nowhere": Variable("not-anywhere", sensitive=True, allowed_domains=()),
    }
    return bench


@on_shared_loop
@pytest.mark.browser
async def test_a_field_gets_the_value_and_step_code_never_does(secret_bench):
    bench = secret_bench
    await bench.show(FORM)
    result = await bench.run(
        """
await page.get_by_label("Login").fill(variables["login"])
await page.get_by_label("Password").fill(variables["password"])
print(variables["password"], str(variables["password"]), f"{variables['password']}")
[await page.get_by_label("Password").input_value(),
 await page.get_by_label("Login").input_value(),
 await page.locator("#echo").inner_text(),
 await page.page_text(), await page.content(), await page.aria_snapshot(),
 await page.locator("[name=pw]").get_attribute("value"), variables["password"]]
"""
    )
    assert result.ok, result.error_message
    page = bench.browser.page
    assert await page.locator("[name=pw]").input_value() == SECRET
    assert await page.locator("[name=login]").input_value() == "ann.lee"
    hidden_everywhere(bench, result)
    assert result.value[:3] == ["[hidden]", "{{login}}", "You typed {{password}}"]
    assert result.value[-1] == "<variable password>"
    assert result.actions[1].arguments == {"value": 'variables["password"]'}


@on_shared_loop
@pytest.mark.browser
async def test_a_value_in_an_address_or_an_error_is_hidden(secret_bench):
    bench = secret_bench
    bench.site.add("/sent", "<title>Sent</title>")
    await bench.show(FORM)
    result = await bench.run(
        """
await page.get_by_label("Password").fill(variables["password"])
await page.get_by_role("button", name="Sign in").click()
print(page.url)
raise ValueError(page.url)
"""
    )
    assert "pw=" in result.printed and "{{password}}" in result.printed
    hidden_everywhere(bench, result)


@on_shared_loop
@pytest.mark.browser
@pytest.mark.parametrize(
    "call",
    [
        'page.locator("[name=pw]").fill({})',
        'page.locator("[name=pw]").press_sequentially({})',
        'page.locator("[name=pw]").type({})',
        'page.fill("[name=pw]", {})',
        "page.keyboard.type({})",
        "page.keyboard.insert_text({})",
    ],
)
async def test_every_way_of_typing_asks_where_it_goes(secret_bench, call):
    bench = secret_bench
    await bench.show(FORM)
    await bench.browser.page.locator("[name=pw]").focus()
    result = await bench.run("await " + call.format('variables["local"]'))
    assert result.ok, result.error_message
    assert await bench.browser.page.locator("[name=pw]").input_value() == "only-here-1"
    for name in ("other", "nowhere"):
        await bench.browser.page.locator("[name=pw]").fill("")
        refused = await bench.run("await " + call.format(f'variables["{name}"]'))
        assert refused.error_code == "policy_denied", refused.error_message
        assert "may not be typed into 127.0.0.1" in refused.error_message
        assert await bench.browser.page.locator("[name=pw]").input_value() == ""


@on_shared_loop
@pytest.mark.browser
async def test_the_frame_counts_not_the_page_around_it(secret_bench):
    bench = secret_bench
    bench.site.add("/inner", "<input aria-label=Inner>")
    foreign = bench.site.url("/inner").replace("127.0.0.1", "localhost")
    await bench.show(
        f"<iframe id=same src='/inner'></iframe><iframe id=foreign src='{foreign}'></iframe>"
        "<iframe id=doc srcdoc='<input aria-label=Inner>'></iframe>"
        "<iframe id=data src='data:text/html,<input aria-label=Inner>'></iframe>"
    )
    for frame, allowed in (("same", True), ("doc", True), ("foreign", False), ("data", False)):
        field = f'page.frame_locator("#{frame}").get_by_label("Inner")'
        result = await bench.run(f'await {field}.fill(variables["local"])')
        assert result.ok is allowed, result.error_message
        focused = await bench.run(
            f'await {field}.focus()\nawait page.keyboard.type(variables["local"])'
        )
        assert focused.ok is allowed, (frame, focused.error_message)


@on_shared_loop
@pytest.mark.browser
async def test_an_option_is_chosen_by_a_value_that_stays_unknown(secret_bench):
    bench = secret_bench
    await bench.show("<select><option>x</option><option>ann.lee</option></select>")
    result = await bench.run('await page.locator("select").select_option(variables["login"])')
    assert result.ok and "ann.lee" not in json.dumps([result.value, vars(result.actions[0])])
    assert await bench.browser.page.locator("select").input_value() == "ann.lee"


@on_shared_loop
@pytest.mark.browser
async def test_a_variable_goes_nowhere_but_into_fields(secret_bench):
    bench = secret_bench
    await bench.show(FORM)
    for call in (
        'page.goto(variables["login"])',
        'page.get_by_text(variables["login"]).click()',
        'page.locator("p").get_attribute(variables["login"])',
        'files.save_text("x.txt", variables["login"])',
        'page.keyboard.press(variables["login"])',
        'page.locator("input").fill(["x", variables["login"]][1:])',
    ):
        result = await bench.run(f"any_one = [{call[:0]}]\nawait {call}")
        assert not result.ok, call
        assert "ann.lee" not in (result.error_message or "")
    saved = await bench.run('await files.save_json("x.json", [str(variables["password"])])')
    assert saved.ok and b"s3cr3t" not in bench.artifacts.data["art_1"]


@on_shared_loop
@pytest.mark.browser
async def test_an_unknown_variable_is_named(secret_bench):
    await secret_bench.show(FORM)
    result = await secret_bench.run('await page.fill("[name=pw]", variables["pasword"])')
    assert result.error_code == "no_such_variable"
    assert "password" in result.error_message


@on_shared_loop
@pytest.mark.browser
@pytest.mark.parametrize(
    "field",
    [
        "<input type=password>",
        "<input autocomplete=cc-number>",
        "<input autocomplete='section-a one-time-code'>",
        "<input autocomplete=new-password>",
        "<input style='-webkit-text-security: disc'>",
    ],
)
async def test_a_literal_typed_into_a_secret_field_is_not_recorded(bench, field):
    await bench.show(field)
    result = await bench.run(
        'await page.locator("input").fill("literal-77")\n'
        'await page.locator("input").press_sequentially("literal-77")\n'
        'await page.keyboard.type("literal-77")\nawait page.keyboard.press("x")\n'
        'await page.locator("input").input_value()'
    )
    assert result.ok, result.error_message
    told = json.dumps([vars(r) for r in bench.reported] + [result.value])
    assert "literal-77" not in told and '"x"' not in told
    value = await bench.browser.page.locator("input").input_value()
    assert value == "literal-77" * 3 + "x"


@on_shared_loop
@pytest.mark.browser
async def test_a_secret_field_that_appears_late_is_still_secret(bench):
    await bench.show(
        "<script>setTimeout(() => document.body.innerHTML = '<input type=password>', 300)</script>"
    )
    result = await bench.run('await page.locator("input").fill("literal-77")')
    assert result.ok and "literal-77" not in json.dumps([vars(r) for r in bench.reported])


@on_shared_loop
@pytest.mark.browser
async def test_a_plain_literal_is_recorded(bench):
    await bench.show("<label>City <input></label>")
    await bench.value('await page.get_by_label("City").fill("Oslo")')
    assert bench.reported[0].arguments == {"value": "Oslo"}


@pytest.mark.parametrize(
    ("domain", "host", "port", "covered"),
    [
        ("shop.example", "shop.example", "", True),
        ("shop.example", "www.shop.example", "", True),
        ("shop.example", "myshop.example", "", False),
        ("shop.example", "shop.example.evil.com", "", False),
        ("SHOP.example.", "shop.example", "", True),
        ("*.shop.example", "a.shop.example", "", True),
        ("https://shop.example/x", "shop.example", "", True),
        ("shop.example:8443", "shop.example", "8443", True),
        ("shop.example:8443", "shop.example", "", False),
        ("shop.example:443", "shop.example", "443", True),
        ("https://shop.example:443", "shop.example", "443", True),
        ("shop.example:80", "shop.example", "80", True),
        ("shop.example:80", "shop.example", "443", False),
        ("127.0.0.1", "127.0.0.1", "8000", True),
        ("0.0.1", "127.0.0.1", "", False),
        ("[::1]", "[::1]", "", True),
        ("bücher.example", "xn--bcher-kva.example", "", True),
        ("", "shop.example", "", False),
        ("shop.example", "", "", False),
        ("b a d", "shop.example", "", False),
    ],
)
def test_domains(domain, host, port, covered):
    assert covers(domain, host, port) is covered


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://shop.example/in", ("shop.example", "443")),
        ("http://shop.example/in", ("shop.example", "80")),
        ("https://shop.example:80/in", ("shop.example", "80")),
        ("file:///etc/hosts", ("", "")),
    ],
)
def test_a_page_has_a_port_always(address, origin):
    assert origin_of(SimpleNamespace(url=address, parent_frame=None)) == origin


def test_secrets_are_found_in_the_forms_that_pages_give_them():
    secrets = Redactor.of({"pw": Variable('a&b "c" ü', sensitive=True), "n": Variable("x y")})
    for form in ('a&b "c" ü', "a%26b%20%22c%22%20%C3%BC", "a%26b+%22c%22+%C3%BC",
                 "a&amp;b &quot;c&quot; ü", 'a&b \\"c\\" \\u00fc'):  # fmt: skip
        assert secrets.text(f"<{form}>") == "<{{pw}}>", form
    assert secrets.json({"a": ['x a&b "c" ü']}) == {"a": ["x {{pw}}"]}
    assert secrets.text("x y") == "x y" and secrets.field("x y") == "{{n}}"
    pin = Redactor.of({"pin": Variable("12", sensitive=True)})
    assert pin.text("pin 12, 1200, 312") == "pin {{pin}}, 1200, 312"


LINES = "Ann Lee\n1 Quay Street\nLeith\n"


@on_shared_loop
@pytest.mark.browser
@pytest.mark.parametrize("sensitive", [False, True])
@pytest.mark.parametrize(
    "code",
    [
        'await page.locator("input").fill(variables["lines"])',
        'await page.locator("input").press_sequentially(variables["lines"])',
        'await page.locator("input").click()\nawait page.keyboard.type(variables["lines"])',
    ],
    ids=["filled", "pressed", "typed"],
)
async def test_lines_follow_each_other_in_a_field_of_one_line(bench, code, sensitive):
    bench.variables = {"lines": Variable(LINES, sensitive=sensitive)}
    await bench.show("<form action=/sent><input name=to></form>")
    result = await bench.run(code)
    assert result.ok, result.error_message
    assert "/sent" not in bench.browser.page.url  # no line was taken for Enter
    assert await bench.browser.page.locator("input").input_value() == "Ann Lee 1 Quay Street Leith"


@on_shared_loop
@pytest.mark.browser
async def test_lines_stay_lines_where_several_fit(bench):
    bench.variables = {"lines": Variable(LINES)}
    await bench.show("<textarea></textarea>")
    code = 'await page.locator("textarea").press_sequentially(variables["lines"])'
    result = await bench.run(code)
    assert result.ok, result.error_message
    assert await bench.browser.page.locator("textarea").input_value() == LINES


class Noted(DefaultGate):
    """Lets pass, and keeps the risks of each call."""

    def __init__(self) -> None:
        self.risks: list[frozenset[str]] = []

    async def allow(self, action: ProposedAction) -> Grant | None:
        self.risks.append(judge(action).risks)
        return await super().allow(action)


BY_KEYS = {
    "pressed": 'await page.locator("#x").press_sequentially(variables["lines"])',
    "typed": 'await page.locator("#x").focus()\nawait page.keyboard.type(variables["lines"])',
    "inserted": (
        'await page.locator("#x").focus()\nawait page.keyboard.insert_text(variables["lines"])'
    ),
}


@on_shared_loop
@pytest.mark.browser
@pytest.mark.parametrize("way", BY_KEYS)
async def test_a_field_that_lies_about_itself_gets_no_enter(bench, way):
    bench.variables = {"lines": Variable(LINES)}
    await bench.show(
        "<form action=/sent><input id=x name=to><button>Delete account</button></form><script>"
        "Object.defineProperty(x, 'localName', {get: () => 'textarea'})</script>"
    )
    result = await bench.run(BY_KEYS[way])
    assert result.ok, result.error_message
    assert "/sent" not in bench.browser.page.url
    assert await bench.browser.page.locator("#x").input_value() == "Ann Lee 1 Quay Street Leith"


@on_shared_loop
@pytest.mark.browser
@pytest.mark.parametrize("way", BY_KEYS)
@pytest.mark.parametrize(
    "control",
    [
        "<form action=/sent><input id=x type=submit value='Delete account'></form>",
        "<form action=/sent><button id=x>Delete account</button></form>",
    ],
    ids=["input", "button"],
)
@pytest.mark.parametrize("value", ["Ann Lee", LINES], ids=["a line", "lines"])
async def test_what_is_typed_on_a_button_is_judged_as_its_press(bench, way, control, value):
    bench.variables = {"lines": Variable(value)}
    bench.gate = Noted()
    await bench.show(control)
    await bench.run(BY_KEYS[way])
    assert "destructive" in bench.gate.risks[-1]
