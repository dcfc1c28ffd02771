"""Verdicts from facts alone: calls, keys, typing, addresses, requests, fingerprints."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from agents.guard.labels import plain, read
from agents.guard.labels_paths import read_address
from agents.guard.risk import (
    ALWAYS_ASK,
    RISKS,
    CallFacts,
    ElementFacts,
    Verdict,
    classify,
    classify_request,
    level_of,
)

PAGE = "https://shop.example/page"
CARD = "4111 1111 1111 1111"
IBAN = "DE89 3704 0044 0532 0130 00"


def button(label: str = "", **facts: Any) -> ElementFacts:
    names = {"text": label} if label else {}
    return ElementFacts.from_raw(
        {"tag": "button", "role": "button", "names": names, "frame_url": PAGE, **facts}
    )


def submit(label: str, *fields: dict[str, str], **form: Any) -> ElementFacts:
    facts = {"method": "post", "action": "https://shop.example/go", "fields": fields, **form}
    return button(label, type="submit", submits=True, form=facts)


def field(**facts: Any) -> ElementFacts:
    return ElementFacts.from_raw({"tag": "input", "type": "text", "role": "textbox", **facts})


def judge(element: ElementFacts | None, tool: str = "locator.click", **arguments: Any) -> Verdict:
    kinds = arguments.pop("kinds", ())
    breaks = arguments.pop("breaks", False)
    facts = CallFacts(tool, arguments, PAGE, typed_kinds=kinds, typed_breaks=breaks)
    return classify(facts, element)


def test_every_risk_has_a_level() -> None:
    assert len(RISKS) == 14
    assert all(level_of(risk) == "high" for risk in ALWAYS_ASK)
    assert level_of("external_submit") == "low"
    assert level_of("unknown") == "medium"


@pytest.mark.parametrize(
    "label",
    [
        "Pay £45.00",
        "P\u200ba\u00ady n\u2060ow",
        "Pa\u3164y\u2800n\uffa0ow\u115f",
        "\u0420\u0430\u0443 now",
        "Ｐａｙ now",
        "P a y",
        "p-a-y",
        "PAY",
        "𝐏𝐚𝐲 now",
        "\u202ewon yaP",
        "Bezahlen",
        "Payer 45,00 €",
        "今すぐ支払う",
        "立即支付",
        "Оплатить",
        "Ödemeyi tamamla",
    ],
)
def test_paying_is_read_through_disguise_and_language(label: str) -> None:
    assert "payment" in judge(button(label)).risks


@pytest.mark.parametrize(
    "label",
    [
        "Add to cart",
        "Remove filter",
        "Clear search",
        "Order history",
        "How do I delete my account?",
        "Payment methods",
        "Cancel",
        "Accept all cookies",
        "In den Warenkorb",
        "Alle Filter löschen",
        "Supprimer du panier",
        "カートに入れる",
        "加入购物车",
    ],
)
def test_everyday_buttons_are_not_asked_about(label: str) -> None:
    assert judge(button(label)).risks == frozenset()


def test_riskier_of_all_names_counts() -> None:
    element = button("Pay now", names={"aria": "Close", "text": "Pay now"})
    assert judge(element).main == "payment"
    assert "Pay now" in judge(element).effect and "Close" in judge(element).effect
    assert judge(button("", names={"aria": "Pay now", "text": "Close"})).main == "payment"


def test_what_lies_over_it_counts() -> None:
    link = ElementFacts.from_raw(
        {
            "tag": "a",
            "names": {"text": "About"},
            "href": "https://shop.example/about",
            "hit": {"tag": "button", "names": {"text": "Buy now"}},
        }
    )
    assert judge(link).main == "purchase"
    assert "lies over it" in judge(link).effect
    assert judge(replace(link, hit=None)).risks == frozenset()


def test_unreadable_submission_is_ambiguous_and_absence_unknown() -> None:
    assert judge(submit("")).main == "ambiguous"
    assert judge(submit("Frobnicate")).main == "ambiguous"
    assert judge(None).main == "unknown"
    assert judge(None, "keyboard.press", key="Enter").main == "unknown"


def test_confirmations_mean_what_their_dialog_asks() -> None:
    asked = button("Yes", dialog=True, heading="Delete 3 files?")
    assert judge(asked).main == "destructive"
    long = "Are you quite sure that you want to delete this project and all of its issues?"
    assert judge(button("OK", dialog=True, around=long)).main == "destructive"
    assert judge(button("OK", dialog=True, heading="Saved")).risks == frozenset()


def test_only_what_is_filled_in_counts_as_handed_over() -> None:
    wish = {"type": "textarea", "name": "wish"}
    files = {"type": "file", "name": "scan"}
    pin = {"type": "password", "name": "pin"}
    iban = {"type": "text", "name": "iban"}
    empty = [{**each, "empty": True} for each in (files, pin, iban)]
    assert judge(submit("Send request", wish, *empty)).risks == {"external_submit"}
    assert "file_upload" in judge(submit("Send request", wish, files)).risks
    assert "sensitive_data" in judge(submit("Send request", wish, pin)).risks
    assert "sensitive_data" in judge(submit("Send request", wish, iban)).risks
    assert judge(submit("Sign in", {**pin, "empty": True})).main == "auth"


def test_forms_are_told_by_their_fields() -> None:
    password = {"type": "password", "name": "pw"}
    card = {"type": "text", "name": "cardNumber"}
    assert judge(submit("Next", password)).main == "auth"
    mail = {"type": "email", "name": "email"}
    assert judge(submit("Create account", mail, password)).main == "account_creation"
    assert judge(submit("Continue", card)).main == "payment"
    assert judge(submit("Go", {"type": "file", "name": "cv"})).main == "file_upload"
    assert judge(submit("Save", {"type": "select", "name": "role"})).main == "permission_change"
    assert judge(submit("Submit", {"type": "textarea", "name": "m"})).main == "external_submit"
    terms = {"type": "checkbox", "name": "tos", "label": "I accept the terms and conditions"}
    assert judge(submit("Continue", terms)).main == "legal_acceptance"


def test_search_and_filters_are_harmless() -> None:
    query = {"type": "text", "name": "q"}
    assert judge(submit("Search", query)).risks == frozenset()
    assert judge(submit("Go", query, method="get")).risks == frozenset()
    assert judge(submit("", query, search=True)).risks == frozenset()


def test_a_search_form_cannot_hide_a_deed() -> None:
    query = {"type": "text", "name": "q"}
    sneaky = submit("Go", query, search=True, action="https://shop.example/account/delete")
    assert judge(sneaky).main == "destructive"


def test_enter_is_the_forms_default_button() -> None:
    pay = submit("Pay £45.00")
    element = field(names={"label": "Name"}, default=_raw(pay), form={"method": "post"})
    assert judge(element, "locator.press", key="Enter").main == "payment"
    assert judge(element, "keyboard.press", key="NumpadEnter").main == "payment"
    assert judge(element, "locator.press_sequentially", text="Ann\n").main == "payment"
    assert judge(element, "locator.press", key="Tab").risks == frozenset()
    assert judge(element, "locator.fill", value="Ann").risks == frozenset()
    assert "Pay £45.00" in judge(element, "locator.press", key="Enter").effect


def test_the_breaks_of_a_variable_are_enter_where_it_is_typed_as_it_stands() -> None:
    typed = {"text": 'variables["lines"]', "breaks": True}
    assert judge(button("Delete"), "keyboard.type", **typed).main == "destructive"
    assert judge(None, "keyboard.type", **typed).main == "unknown"
    one_line = field(names={"label": "Name"}, form={"method": "post"})
    assert judge(one_line, "locator.press_sequentially", **typed).risks == frozenset()


def test_enter_and_space_on_a_button_press_it() -> None:
    for key in ("Enter", "Space", " "):
        assert judge(button("Delete"), "keyboard.press", key=key).main == "destructive"


def _raw(element: ElementFacts) -> dict[str, Any]:
    form = element.form
    return {
        "tag": element.tag,
        "type": element.type,
        "names": dict(element.names),
        "submits": element.submits,
        "form": {"method": form.method, "action": form.action} if form else None,
    }


def test_secrets_go_where_they_belong() -> None:
    password = field(type="password", name="pw")
    plain_field = field(name="note")
    fill = "locator.fill"
    assert judge(password, fill, value="x", kinds=("password",)).risks == frozenset()
    assert judge(plain_field, fill, value="x", kinds=("password",)).main == "sensitive_data"
    assert judge(password, fill, value="literal").main == "sensitive_data"
    assert judge(plain_field, fill, value=CARD).main == "sensitive_data"
    assert judge(plain_field, fill, value=IBAN).main == "sensitive_data"
    assert judge(plain_field, fill, value="1234 5678 9012 3456").risks == frozenset()
    assert judge(plain_field, fill, value="x", kinds=("card",)).main == "sensitive_data"
    assert judge(field(autocomplete="cc-number"), fill, value="1").main == "sensitive_data"
    code = field(autocomplete="one-time-code", name="code")
    assert judge(code, fill, value="1", kinds=("one_time_code",)).risks == frozenset()


def test_secrets_are_not_in_the_verdict() -> None:
    verdict = judge(field(name="note"), "locator.fill", value=CARD)
    assert "4111" not in repr(verdict)


def test_ticking_terms_accepts_them() -> None:
    def box(text: str) -> ElementFacts:
        return field(type="checkbox", role="checkbox", names={"label": text})

    for text in (
        "I agree to the Terms of Service",
        "Ich habe die AGB gelesen und akzeptiere sie",
        "J'accepte les conditions générales",
        "Zapoznałem się z regulaminem i go akceptuję",
        "I accept the travel rules",
    ):
        assert judge(box(text), "locator.check").main == "legal_acceptance", text
        assert judge(box(text), "locator.uncheck").risks == frozenset()
    for text in ("Remember me", "Send me news and offers", "I agree to receive the newsletter"):
        assert judge(box(text), "locator.check").risks == frozenset(), text


@pytest.mark.parametrize(
    "path",
    [
        "/help/payments",
        "/blog/how-to-delete",
        "/docs/cancel-policy",
        "/docs/api/delete",
        "/search?q=delete+account",
        "/products/delete-key-cap",
        "/checkout",
        "/cart/remove/5",
        "/signup",
        "/login",
        "/oauth/authorize?client_id=1",
        "/orders?sort=cancelled",
        "/lang_delete.html",
        "/share/x",
        "/archive/2020",
        "/privacy/delete-requests",
    ],
)
def test_addresses_that_show_something(path: str) -> None:
    assert read_address(f"https://x.example{path}") is None


@pytest.mark.parametrize(
    ("path", "risk"),
    [
        ("/account/delete?confirm=1", "destructive"),
        ("/posts/7/delete", "destructive"),
        ("/delete_user.php?id=4", "destructive"),
        ("/items?action=delete&id=5", "destructive"),
        ("/unsubscribe/abc", "destructive"),
        ("/orders/1001/cancel", "destructive"),
        ("/konto/löschen", "destructive"),
        ("/#/account/delete?confirm=1", "destructive"),
        ("/products/delete/5", "destructive"),
        ("/blog/delete/12", "destructive"),
        ("/archive/4711", "destructive"),
        ("/listing/42/takedown", "destructive"),
        ("/buy/now/88", "purchase"),
        ("/logout", "auth"),
        ("/?logout=1", "auth"),
        ("/invoices/12/pay", "payment"),
        ("/transfer?to=bob&amount=50", "payment"),
        ("/users/4/promote", "permission_change"),
    ],
)
def test_addresses_that_do_something(path: str, risk: str) -> None:
    found = read_address(f"https://x.example{path}")
    assert found is not None and found[0] == risk
    verdict = classify(CallFacts("page.goto", {}, PAGE, url=f"https://x.example{path}"), None)
    assert verdict.main == risk


def test_links_are_judged_by_their_address_alone() -> None:
    link = {"tag": "a", "role": "link", "names": {"text": "Delete account"}}
    shown = ElementFacts.from_raw({**link, "href": "https://x.example/help/delete-account"})
    assert judge(shown).risks == frozenset()
    for href in ("", "#", "javascript:void(0)"):
        assert judge(ElementFacts.from_raw({**link, "href": href})).main == "destructive"
    called = ElementFacts.from_raw({**link, "names": {}, "href": "javascript:deleteUser(4)"})
    assert judge(called).main == "destructive"


def test_announced_methods_count() -> None:
    link = {"tag": "a", "names": {"text": "×"}, "href": "https://x.example/items/5"}
    assert judge(ElementFacts.from_raw({**link, "method": "delete"})).main == "destructive"
    hidden = submit("Go on", hidden={"_method": "DELETE"})
    assert judge(hidden).main == "destructive"
    for fields in ({"action": "delete"}, {"delete_user": "5"}):
        assert judge(submit("Go on", hidden=fields)).main == "destructive"


def test_files_and_captchas() -> None:
    assert judge(field(type="file"), "locator.set_input_files", names="cv.pdf").main == (
        "file_upload"
    )
    robot = field(type="checkbox", role="checkbox", names={"label": "I'm not a robot"})
    assert judge(robot, "locator.check").main == "captcha"
    framed = button("Verify", frame_url="https://www.google.com/recaptcha/api2/anchor")
    assert judge(framed).main == "captcha"


def test_a_fingerprint_stays_with_the_deed() -> None:
    pay = submit("Pay £45.00", action="https://shop.example/pay")
    first = judge(pay).fingerprint
    assert judge(pay).fingerprint == first
    assert judge(submit("Pay £54.00", action="https://shop.example/pay")).fingerprint != first
    assert judge(submit("Pay £45.00", action="https://evil.example/pay")).fingerprint != first
    moved = replace(pay, box=(1.0, 2.0, 3.0, 4.0), hint="other-class")
    assert judge(moved).fingerprint == first
    assert judge(replace(pay, amounts=("£450.00",))).fingerprint != first
    assert judge(replace(pay, origin="https://evil.example")).fingerprint != first


def test_a_fingerprint_ignores_tokens_and_follows_values() -> None:
    def form(**values: str) -> str:
        return judge(submit("Send", values=values)).fingerprint

    assert form(to="a", csrf_token="1") == form(to="a", csrf_token="2")
    assert form(to="a") != form(to="b")


@pytest.mark.parametrize(
    ("method", "url", "kind", "body", "main"),
    [
        ("GET", "/account/delete?confirm=1", "", None, "destructive"),
        ("GET", "/api/items", "", None, None),
        ("DELETE", "/api/items/5", "", None, "destructive"),
        ("POST", "/api/pay", "application/json", '{"amount": 5}', "payment"),
        ("POST", "/api/x", "application/json", '{"amount": 5, "recipient": "bob"}', "payment"),
        ("POST", "/x", "application/x-www-form-urlencoded", "card_number=4111&cvc=1", "payment"),
        ("POST", "/api/orders", "application/json", '{"items": []}', "purchase"),
        ("POST", "/api/members/4", "application/json", '{"role": "admin"}', "permission_change"),
        ("POST", "/api/messages", "application/json", '{"text": "hi"}', "external_submit"),
        ("POST", "/login", "application/json", '{"user": "a", "password": "b"}', "auth"),
        ("POST", "/graphql", "application/json", '{"query": "query Q { me { id } }"}', None),
        ("POST", "/graphql", "application/json", '{"query": "{ me { id } }"}', None),
        (
            "POST",
            "/graphql",
            "application/json",
            '{"query": "mutation M($id: ID!) { deleteUser(id: $id) { id } }"}',
            "destructive",
        ),
        (
            "POST",
            "/rpc",
            "application/json",
            '{"jsonrpc": "2.0", "method": "account.delete", "params": {}}',
            "destructive",
        ),
        (
            "POST",
            "/rpc",
            "application/json",
            '{"jsonrpc": "2.0", "method": "user.get", "params": {}}',
            None,
        ),
        ("POST", "/collect", "text/plain", "v=1&t=pageview", None),
        ("POST", "/api/search", "application/json", '{"q": "delete"}', None),
        ("POST", "/cart/add", "application/json", '{"sku": 5}', None),
        ("POST", "/items/5", "application/x-www-form-urlencoded", "_method=delete", "destructive"),
        ("POST", "/x", "application/x-www-form-urlencoded", "action=delete&id=3", "destructive"),
        ("PUT", "/api/profile", "application/json", '{"bio": "x"}', "external_submit"),
        ("POST", "/api/unheard-of", "", None, "ambiguous"),
    ],
)
def test_requests(method: str, url: str, kind: str, body: str | None, main: str | None) -> None:
    verdict = classify_request(method, f"https://x.example{url}", kind, body, PAGE)
    assert verdict.main == main, verdict
    assert verdict.fingerprint and "x.example" in verdict.effect


def test_every_field_of_a_mutation_counts() -> None:
    query = "mutation { a: likePost(id: 1) { id } b: deleteUser(id: 2) { id } }"
    body = json.dumps({"query": query})
    verdict = classify_request("POST", "https://x.example/g", "application/json", body, PAGE)
    assert "destructive" in verdict.risks


def test_a_beacon_may_not_carry_a_card() -> None:
    body = '{"cardNumber": "4111", "cvc": "1"}'
    verdict = classify_request("POST", "https://x.example/collect", "application/json", body, PAGE)
    assert verdict.main == "payment"


@pytest.mark.parametrize("body", [b"\xff\xfe\x00", "{", "[[[[", "a" * 300_000, b'{"a":' * 2000])
def test_broken_bodies_are_judged_all_the_same(body: bytes | str) -> None:
    verdict = classify_request("POST", "https://x.example/x", "application/json", body, PAGE)
    assert verdict.risks


def test_normal_form_of_words() -> None:
    assert plain("Löschen") == plain("LO\u0308SCHEN") == "loschen"
    assert "destructive" in read("L\u00f6schen").kinds
    assert read("").kinds == frozenset()
    assert read("x" * 100_000).words == 1
