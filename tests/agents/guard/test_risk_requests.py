"""Requests that hide what they do: spellings of addresses, methods, bodies, operations."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agents.guard.risk_facts import ALWAYS_ASK, Verdict
from agents.guard.risk_requests import TOO_MUCH, classify_request, only_reads

SITE = "https://x.example"
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
PARTS = "multipart/form-data; boundary=b"


def judged(
    method: str, url: str, body: Any = None, kind: str = "", headers: dict[str, str] | None = None
) -> Verdict:
    """body: text as it is, anything else as JSON."""
    if body is not None and not isinstance(body, str | bytes):
        body, kind = json.dumps(body), kind or JSON
    return classify_request(method, SITE + url, kind, body, SITE + "/", headers)


def part(name: str, value: str, more: str = "") -> str:
    head = f'Content-Disposition: form-data; name="{name}"{more}'
    return f"--b\r\n{head}\r\n\r\n{value}\r\n--b--\r\n"


MANY = "&".join(f"a{i}=1" for i in range(40))
DEEP = "/a/b/c/d/e" * 8
GETS = [
    ("/account/delete?confirm=1", "destructive"),
    ("/account/%64elete", "destructive"),
    ("/account/%2564elete", "destructive"),
    ("/account%2Fdelete", "destructive"),
    ("/account%5Cdelete", "destructive"),
    ("//account//DELETE.json", "destructive"),
    ("/account/delete;jsessionid=1", "destructive"),
    ("/account;action=delete", "destructive"),
    ("/account/delete,", "destructive"),
    ("/Accounts(5)/delete()", "destructive"),
    ("/v1/accounts/5:cancel", "destructive"),
    (f"{DEEP}/5/delete", "destructive"),
    ("/x?do=delete", "destructive"),
    ("/x?cmd=pay", "payment"),
    ("/x?op=remove", "destructive"),
    ("/x?ACTION=Delete", "destructive"),
    ("/x?%61ction=delete", "destructive"),
    ("/x?action=delete_selected", "destructive"),
    ("/x?action=%20delete%20", "destructive"),
    ("/x?action=" + "%20" * 300 + "delete", "destructive"),
    ("/x?" + "&".join(f"a{i}" for i in range(4_000)) + "&action=delete", "destructive"),
    ("/x?a=1;action=delete", "destructive"),
    ("/x?amp;action=delete", "destructive"),
    ("/x?a[delete]=1", "destructive"),
    ("/x?order[action]=cancel", "destructive"),
    ("/x?order.action=cancel", "destructive"),
    (f"/x?{MANY}&action=delete", "destructive"),
    ("/x?action=view&action=delete", "destructive"),
    ("/x?action=logout&action=delete", "destructive"),
    ("/logout/account/delete", "destructive"),
    ("/index.php?route=account/delete", "destructive"),
    ("/?r=user/delete&id=5", "destructive"),
    ("/?q=node/5/delete", "destructive"),
    ("/?rest_route=/posts/5/delete", "destructive"),
    ("/x?_method=delete", "destructive"),
    ("/x?_method=purge", "destructive"),
    ("/graphql?query=mutation%7BdeleteUser(id:1)%7Bid%7D%7D", "destructive"),
    ("/graphql?query=%6Dutation%20%7Bpay%7D", "payment"),
    ("/api?doc=%23x%0Amutation%7BtransferFunds%7D", "payment"),
    ("/cart/checkout/pay?go=1", "payment"),
    ("/x?amount=5&to=eve", "payment"),
]


@pytest.mark.parametrize(("url", "main"), GETS)
def test_gets(url: str, main: str) -> None:
    assert main in judged("GET", url).risks
    assert not only_reads("GET", SITE + url, {})


HEADERS = [
    ({"x-http-method-override": "DELETE"}, "destructive"),
    ({"x-method-override": " delete"}, "destructive"),
    ({"x-http-method": "DELETE"}, "destructive"),
    ({"x-original-url": "/account/delete"}, "destructive"),
    ({"x-rewrite-url": "/account/delete"}, "destructive"),
    ({"soapaction": '"urn:bank#TransferFunds"'}, "payment"),
    ({"x-amz-target": "DynamoDB_20120810.DeleteTable"}, "destructive"),
]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(("headers", "main"), HEADERS)
def test_headers_that_make_another_request(method: str, headers: Any, main: str) -> None:
    assert main in judged(method, "/x", headers=headers).risks
    assert not only_reads(method, SITE + "/x", {k.title(): v for k, v in headers.items()})


METHODS = [
    ("DELETE", "/search/saved/5", "destructive"),
    ("DELETE", "/list/5", "destructive"),
    ("DELETE", "/api/preferences", "destructive"),
    ("DELETE", "/track/5", "destructive"),
    ("PURGE", "/x", "destructive"),
    ("UNLINK", "/x", "destructive"),
    ("ACL", "/files/x", "permission_change"),
    ("HEAD", "/account/delete", "destructive"),
    ("POST", "/search/delete", "destructive"),
    ("POST", "/cart/purchase", "purchase"),
    ("POST", "/cart/pay", "payment"),
    ("POST", "/checkout", "purchase"),
    ("POST", "/api/checkout/complete", "purchase"),
    ("POST", "/?wc-ajax=checkout", "purchase"),
    ("POST", "/twirp/bank.Accounts/DeleteAccount", "destructive"),
    ("PUT", "/stats/5", "external_submit"),
]


@pytest.mark.parametrize(("method", "url", "main"), METHODS)
def test_methods_and_addresses(method: str, url: str, main: str) -> None:
    assert main in judged(method, url).risks


FORMS = [
    ("action=save&action=delete", "destructive"),
    ("action=save;action=delete", "destructive"),
    ("_method=delete", "destructive"),
    ("_METHOD=DELETE", "destructive"),
    ("X-HTTP-Method-Override=DELETE", "destructive"),
    ("a%5Bdelete%5D=1", "destructive"),
    ("user[role]=admin", "permission_change"),
    ("user.admin=true", "permission_change"),
    ("delete.x=12&delete.y=5", "destructive"),
    ("action:delete=", "destructive"),
    ("action=" + "+" * 80 + "delete", "destructive"),
    ("commit=Delete+account", "destructive"),
    ("commit=Jetzt+kaufen", "purchase"),
    ("ctl00$Main$btnDelete=OK", "destructive"),
    ("__EVENTTARGET=ctl00$Main$lnkDelete", "destructive"),
    ("payload=%7B%22action%22%3A%22delete%22%7D", "destructive"),
    ("query=mutation%7BdeleteUser%7D", "destructive"),
    ("fb_api_req_friendly_name=DeletePostMutation&doc_id=12", "destructive"),
    ("accept_terms=1", "legal_acceptance"),
    ("agreeToTerms=on", "legal_acceptance"),
    ("to=eve&amount=500", "payment"),
    ("to=&amount=x&to=eve&amount=500", "payment"),
]


@pytest.mark.parametrize(("body", "main"), FORMS)
def test_forms(body: str, main: str) -> None:
    for kind in (FORM, "text/plain;charset=UTF-8", ""):
        assert main in judged("POST", "/x", body, kind).risks


BODIES: list[tuple[Any, str]] = [
    ({"to": "eve", "amount": 500}, "payment"),
    ({"transfer": {"toAccountId": "DE1", "amount": "500.00"}}, "payment"),
    ('{"to": "eve", "amount": "x", "amount": 500}', "payment"),
    ('{"to": "", "amount": 500, "to": "eve"}', "payment"),
    ({"moves": [{"to": "", "amount": "-"}, {"to": "eve", "amount": 500}]}, "payment"),
    ({"admin": True}, "permission_change"),
    ({"user": {"isAdmin": 1}}, "permission_change"),
    ({"roles": ["admin"]}, "permission_change"),
    ({"accept_terms": True}, "legal_acceptance"),
    ({"termsAccepted": True}, "legal_acceptance"),
    ({"tos": True}, "legal_acceptance"),
    ({"op": "remove"}, "destructive"),
    ({"a": [{"b": {"op": "remove"}}]}, "destructive"),
    ({"actions": [{"action": "view"}, {"action": "delete"}]}, "destructive"),
    ({"action": ["view", "delete"]}, "destructive"),
    ({"delete": {"id": 5}}, "destructive"),
    ({"deleteAccount": True}, "destructive"),
    ({"data": '{"action": "delete"}'}, "destructive"),
    ([{"op": "remove", "path": "/emails/0"}], "destructive"),
    ([{"op": "add", "path": "/roles/-", "value": "admin"}], "permission_change"),
    ([{"op": "replace", "path": "/isAdmin", "value": True}], "permission_change"),
    ({"requests": [{"method": "DELETE", "url": "/me"}]}, "destructive"),
    ({"batch": [{"method": "POST", "relative_url": "users/5/delete"}]}, "destructive"),
    ('{"action": "save", "action": "delete"}', "destructive"),
    ('{"action": "delete", "action": "save"}', "destructive"),
    ('\ufeff{"action": "delete"}', "destructive"),
    ('{"\\u0061ction": "\\u0064elete"}', "destructive"),
    ('{"a": 1}\n{"action": "delete"}', "destructive"),
    ("{action: 'delete',}", "destructive"),
    ('{"\\u0061ction": "\\u0064elete",}', "destructive"),
    ('{"query": "{ me { id } }", "action": "delete"}', "destructive"),
    ({"jsonrpc": "2.0", "method": "bank.transfer", "params": {}}, "payment"),
    ({"jsonrpc": "2.0", "method": "x.update", "params": {"admin": True}}, "permission_change"),
]


@pytest.mark.parametrize(("body", "main"), BODIES)
def test_json(body: Any, main: str) -> None:
    for kind in (JSON, "application/vnd.api+json", "text/plain"):
        assert main in judged("POST", "/api/x", body, kind).risks, kind


MUTATIONS = [
    "mutation{deleteUser(id:1){id}}",
    "\ufeffmutation{deleteUser}",
    ",,,mutation,{,deleteUser,}",
    "# query\nmutation { deleteUser }",
    "# query\rmutation { deleteUser }",
    'query A { a(x: "#") } mutation B { deleteUser }',
    'query A { a(x: """ " # """) } mutation B { deleteUser }',
    "mutation { safe: deleteUser }",
    "mutation { ...F } fragment F on Mutation { deleteUser }",
    "mutation { ... on Mutation @include(if: true) { deleteUser } }",
    "mutation { ... { deleteUser } }",
    '"""about""" mutation { deleteUser }',
    "mutation M($a: [ID!]! = [1] @x) { likePost(id: $a) { id } deleteUser(ids: $a) { id } }",
]


@pytest.mark.parametrize("document", MUTATIONS)
def test_graphql(document: str) -> None:
    bodies: list[tuple[Any, str]] = [
        ({"query": document}, JSON),
        ([{"query": "{ me }"}, {"query": document}], JSON),
        ({"batch": [{"query": document}]}, JSON),
        ({"mutation": document}, JSON),
        (document, "application/graphql"),
        (part("operations", json.dumps({"query": document})), PARTS),
    ]
    for body, kind in bodies:
        for url in ("/graphql", "/x"):
            assert "destructive" in judged("POST", url, body, kind).risks, (kind, url)


@pytest.mark.parametrize(
    ("body", "main"),
    [
        ({"operationName": "DeleteUser", "extensions": {"persistedQuery": {}}}, "destructive"),
        ([{"operationName": "Me"}, {"operationName": "DeleteUser"}], "destructive"),
        ({"extensions": {"persistedQuery": {"sha256Hash": "ab"}}}, "external_submit"),
        ({"doc_id": "12", "variables": {}}, "external_submit"),
        ({"query": "mutation { update(role: ADMIN) { id } }",
          "variables": {"role": "ADMIN"}}, "permission_change"),
        ({"query": "mutation { send(x: $x) }", "variables": {"to": "eve", "amount": 5}}, "payment"),
    ],
)  # fmt: skip
def test_graphql_by_its_name_or_variables(body: Any, main: str) -> None:
    assert main in judged("POST", "/graphql", body).risks


@pytest.mark.parametrize(
    ("body", "kind", "main"),
    [
        (part("action", "delete"), PARTS, "destructive"),
        (part("a", "1") + part("action", "delete"), PARTS, "destructive"),
        (part("action", "delete").replace("\r\n", "\n"), PARTS, "destructive"),
        (part("action", "delete").replace('"action"', "action"), PARTS, "destructive"),
        (part("x", "delete").replace('name="x"', "NAME=action"), PARTS, "destructive"),
        (part("x", "").replace('name="x"', "name*=action").replace("\r\n\r\n", "\r\n\r\ndelete"),
         PARTS, "destructive"),
        (part("data", '{"action": "delete"}'), PARTS, "destructive"),
        (part("action", "save") + part("action", "delete"), PARTS, "destructive"),
        ("--b\r\nContent-Type: application/http\r\n\r\nDELETE /users/5 HTTP/1.1\r\n\r\n--b--",
         "multipart/mixed; boundary=b", "destructive"),
        ("<s:Envelope><s:Body><b:DeleteAccount><id>5</id></b:DeleteAccount></s:Body></s:Envelope>",
         "text/xml", "destructive"),
        ("<methodCall><methodName>account.delete</methodName></methodCall>", "text/xml",
         "destructive"),
        ("<r><action>&#100;elete</action></r>", "application/xml", "destructive"),
        ("<r><action><![CDATA[delete]]></action></r>", "application/xml", "destructive"),
    ],
)  # fmt: skip
def test_other_bodies(body: str, kind: str, main: str) -> None:
    assert main in judged("POST", "/x", body, kind).risks


HARMLESS_GETS = (
    "/", "/help/payments", "/help/how-to-delete-your-account", "/blog/2024/delete-old-mail",
    "/static/delete-icon.png", "/static/js/delete.min.js", "/checkout.js", "/assets/pay.js",
    "/js/remove-4f3a21.js", "/css/purchase.css", "/fonts/cancel.woff2", "/sounds/delete.mp3",
    "/img/buy-now.webp?v=3", "/icons/trash.svg", "/docs/api/delete", "/api/orders", "/checkout",
    "/api/orders/cancel-reasons", "/search?q=delete+account", "/search?q=how/to/delete",
    "/login?next=/posts/7/delete", "/login?next=%2Faccount%2Fdelete", "/cart", "/cart/5/remove",
    "/collect?v=2&en=purchase&dl=https%3A%2F%2Fx.example%2Fcheckout%2Fpay%3Fgo%3D1",
    "/tr?id=5&ev=Purchase&dl=x", "/pixel.gif?event=purchase", "/graphql?query=%7Bme%7Bid%7D%7D",
    "/genes?q=mutation", "/api/mutations?type=x", "/api/payment_methods", "/account/settings",
    "/wiki/Delete_(disambiguation)", "/api/v1/users/me;v=2", "/a,b,c/list", "/x?filter[role]=admin",
    "/x?sort[]=paid", "/api/items?fields[orders]=id", "/api/products(5)", "/m/5:details",
    "/news/bank-to-pay-fine", "/shop?action=view&id=5", "/x?method=standard",
    "/api/terms", "/payments/history?page=2", "/orders/5/track", "/issues?state=closed",
)  # fmt: skip


@pytest.mark.parametrize("url", HARMLESS_GETS)
def test_harmless_gets_go_at_once(url: str) -> None:
    assert not judged("GET", url).risks
    assert only_reads("GET", SITE + url, {"Accept": "*/*", "X-Requested-With": "XMLHttpRequest"})


HARMLESS: list[tuple[str, str, Any]] = [
    ("POST", "/api/search", {"q": "delete account", "filters": {"price": [1, 5]}}),
    ("POST", "/collect", {"event": "purchase", "value": 5, "items": []}),
    ("POST", "/g/collect", "v=2&en=purchase&action=click"),
    ("POST", "/cart/add", {"sku": 5, "amount": 2}),
    ("POST", "/cart/update", "quantity=2&id=5"),
    ("DELETE", "/cart/items/5", None),
    ("DELETE", "/wishlist/5", None),
    ("PROPFIND", "/dav/files", "<propfind/>"),
    ("POST", "/graphql", {"query": "query Q($a: Int) { orders(a: $a) { id } }", "variables": {}}),
    ("POST", "/graphql", {"operationName": "GetCart", "variables": {}, "query": "{ cart { id } }"}),
    ("POST", "/graphql", {"operationName": "GetOrders", "extensions": {"persistedQuery": {}}}),
    ("POST", "/rpc", {"jsonrpc": "2.0", "method": "orders.list", "params": {}}),
    ("POST", "/filter", {"admin": False, "action": "view"}),
    ("POST", "/translate", {"to": "de", "text": "delete"}),
    ("POST", "/search/preview", {"remove": [], "delete": None, "terms": "shoes"}),
    ("OPTIONS", "/x", None),
]


@pytest.mark.parametrize(("method", "url", "body"), HARMLESS)
def test_harmless_requests(method: str, url: str, body: Any) -> None:
    assert not judged(method, url, body).risks


PLAIN: list[tuple[str, str, Any]] = [
    ("POST", "/api/notes", {"text": "please delete this; action=none", "to": "me"}),
    ("POST", "/api/drafts", {"body": "mutation of genes {x}", "title": "query"}),
    ("PUT", "/api/profile", {"bio": "admin", "staff": "no", "newsletter": True}),
    ("POST", "/api/events", [{"id": i, "name": f"n{i}", "at": i} for i in range(3_000)]),
    ("POST", "/contact", "name=Eve&message=Delete+my+account%3B+please"),
    ("PATCH", "/api/tasks/5", {"done": True, "amount": 5}),
    ("POST", "/api/docs", {"terms": ["a", "b"], "conditions": "new"}),
]  # fmt: skip


@pytest.mark.parametrize(("method", "url", "body"), PLAIN)
def test_what_only_sends_is_of_the_low_level(method: str, url: str, body: Any) -> None:
    verdict = judged(method, url, body)
    assert verdict.risks and not verdict.risks & ALWAYS_ASK and "ambiguous" not in verdict.risks


def test_a_method_is_never_judged_as_a_lesser_one() -> None:
    for kind in ("GET", "POST", "PUT", "nonsense"):
        assert "destructive" in judged("DELETE", "/x", headers={"x-method-override": kind}).risks
        assert judged("POST", "/x", "_method=" + kind, FORM).risks


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_address_too_long_to_be_read_goes_by_a_person_only(method: str) -> None:
    for long in ("a=" + "1" * 70_000, "&".join("abcdefgh"[i % 8] for i in range(6_000))):
        first, second = (f"/x?{long}&action={what}" for what in ("view", "delete"))
        for url in (first, second):
            assert TOO_MUCH in judged(method, url).reasons
            assert not only_reads(method, SITE + url, {})
        assert judged(method, first).fingerprint != judged(method, second).fingerprint


def test_an_overridden_method_is_part_of_the_fingerprint() -> None:
    plain, other = (judged("POST", "/x?a=1", headers=each) for each in
                    ({}, {"x-http-method-override": "DELETE"}))  # fmt: skip
    assert plain.fingerprint != other.fingerprint


def test_a_token_in_the_address_is_no_part_of_the_fingerprint() -> None:
    assert judged("POST", "/x?_csrf=1").fingerprint == judged("POST", "/x?_csrf=2").fingerprint
    assert judged("POST", "/x?id=1").fingerprint != judged("POST", "/x?id=2").fingerprint
