"""The policy object: how lists are read, what wins, what null and empty mean."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from agents.guard.domains import Domains, parse_domain
from agents.guard.policy import MAX_DOWNLOAD_BYTES, Policy, merged
from dashboard.services.options import NewTask
from dashboard.services.policies import PolicyIn


@pytest.mark.parametrize(
    ("entry", "spelling"),
    [
        ("Example.COM", "example.com"), ("example.com.", "example.com"), (" a.b ", "a.b"),
        ("*.example.com", "example.com"), (".example.com", "example.com"),
        ("https://example.com", "example.com"), ("https://example.com:443/", "example.com"),
        ("http://example.com:8080/", "example.com:8080"), ("example.com:8080", "example.com:8080"),
        ("bücher.example", "xn--bcher-kva.example"), ("BÜCHER.example", "xn--bcher-kva.example"),
        ("ｅｘａｍｐｌｅ.com", "example.com"), ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("0x7f.1", "127.0.0.1"), ("2130706433:80", "127.0.0.1:80"), ("::1", "[::1]"),
        ("[::1]:8000", "[::1]:8000"), ("http://[::1]/", "[::1]"), ("localhost", "localhost"),
        ("a_b.example", "a_b.example"), ("*", "*"),
    ],
)  # fmt: skip
def test_an_entry_has_one_spelling(entry: str, spelling: str) -> None:
    assert parse_domain(entry) == spelling
    assert parse_domain(spelling) == spelling


@pytest.mark.parametrize(
    "entry",
    ["", " ", ".", "*.", "a b", "a/b", "https://a/b", "https://a/?q", "https://u:p@a", "ftp://a",
     "a:", "a:0", "a:x", "a:99999", "*.*.a", "sh*p.example", "user@a", "[::1", "%61.example",
     "a:1:2", "http://", "<b>", "a" * 254]
)  # fmt: skip
def test_what_is_no_host_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match=r"host|colon|path|origin|http|alone"):
        parse_domain(entry)


@pytest.mark.parametrize(
    ("host", "port", "covered"),
    [
        ("shop.example", 443, True), ("a.b.shop.example", 80, True), ("SHOP.example.", 1, True),
        ("myshop.example", 443, False), ("shop.example.evil.test", 443, False),
        ("example", 1, False),
        ("api.test", 8443, True), ("x.api.test", 8443, True), ("api.test", 443, False),
        ("xn--bcher-kva.example", 443, True), ("bücher.example", 443, True),
        ("127.0.0.1", 80, True), ("0x7f.1", 80, True), ("x.127.0.0.1", 80, False),
        ("::1", 5, True), ("[::1]", 5, True), ("::2", 5, False), ("", 80, False),
        ("a b", 80, False),
    ],
)  # fmt: skip
def test_a_host_covers_its_subdomains_and_nothing_else(host: str, port: int, covered: bool) -> None:
    listed = Domains(["shop.example", "api.test:8443", "bücher.example", "127.0.0.1", "[::1]"])
    assert listed.covers(host, port) is covered


def test_everything_and_nothing() -> None:
    assert Domains(["*"]).covers("any.test", 1) and not Domains([]).covers("any.test", 1)
    assert Domains(["a.test:1", "a.test:2"]).covers("a.test", 2)
    assert Domains(["a.test:1", "a.test"]).covers("a.test", 9)
    assert Domains(["a.test", "a.test:1"]).covers("a.test", 9)


NOT_LISTED, BLOCKED = "policy:allowed_domains", "policy:blocked_domains"
PASS_ON = "policy:redirect_domains"
LISTS = {"allowed_domains": ["shop.test"], "blocked_domains": ["ads.shop.test"],
         "auth_domains": ["login.test"], "redirect_domains": ["go.test"]}  # fmt: skip


@pytest.mark.parametrize(
    ("policy", "host", "document", "redirect", "connection"),
    [
        ({}, "any.test", None, None, None),
        ({"blocked_domains": ["evil.test"]}, "x.evil.test", BLOCKED, BLOCKED, BLOCKED),
        ({"blocked_domains": []}, "any.test", None, None, None),
        ({"allowed_domains": []}, "any.test", NOT_LISTED, NOT_LISTED, NOT_LISTED),
        ({"allowed_domains": [], "mode": "guided"}, "a.test", NOT_LISTED, NOT_LISTED, NOT_LISTED),
        ({"mode": "strict"}, "any.test", NOT_LISTED, NOT_LISTED, NOT_LISTED),
        (LISTS, "shop.test", None, None, None),
        (LISTS, "ads.shop.test", BLOCKED, BLOCKED, BLOCKED),
        (LISTS, "login.test", None, None, None),
        (LISTS, "go.test", PASS_ON, None, None),
        (LISTS, "cdn.test", NOT_LISTED, NOT_LISTED, None),
        ({**LISTS, "mode": "strict"}, "shop.test", None, None, None),
        ({**LISTS, "mode": "strict"}, "login.test", None, None, None),
        ({**LISTS, "mode": "strict"}, "go.test", PASS_ON, None, None),
        ({**LISTS, "mode": "strict"}, "cdn.test", NOT_LISTED, NOT_LISTED, NOT_LISTED),
        ({"allowed_domains": ["*"], "mode": "strict"}, "any.test", None, None, None),
        ({"allowed_domains": ["a.test"], "blocked_domains": ["*"]}, "a.test", *[BLOCKED] * 3),
        ({"allowed_domains": None, "blocked_domains": None}, "a.test", None, None, None),
    ],
)  # fmt: skip
def test_who_may_be_opened_passed_and_connected(policy, host, document, redirect, connection):
    rules = Policy.parse(policy)
    assert rules.refusal(host, 443, kind="document") == document
    assert rules.refusal(host, 443, kind="redirect") == redirect
    assert rules.refusal(host, 443, kind="connection") == connection


def test_strict_without_a_list_is_the_site_it_starts_on() -> None:
    rules = Policy.parse({"mode": "strict"})
    here = rules.starting_at("https://shop.test/x")
    assert here.refusal("www.shop.test", 443, kind="document") is None
    assert here.refusal("other.test", 443, kind="connection") == "policy:allowed_domains"
    local = rules.starting_at("http://127.0.0.1:8001/")
    assert local.refusal("127.0.0.1", 8002, kind="connection") == "policy:allowed_domains"
    for nowhere in (None, "", "about:blank"):
        closed = rules.starting_at(nowhere)
        assert closed.refusal("shop.test", 443, kind="connection") == "policy:allowed_domains"
    assert Policy().starting_at("https://shop.test/") == Policy()


@pytest.mark.parametrize(
    ("value", "addresses", "refused"),
    [
        (None, ["10.0.0.1"], False), (True, ["10.0.0.1"], False), ("allow", ["10.0.0.1"], False),
        (False, ["10.0.0.1"], True), ("deny", ["10.0.0.1"], True), ([], ["10.0.0.1"], True),
        (["10.0.0.0/8"], ["10.0.0.1"], False), (["10.0.0.0/8"], ["10.0.0.1", "192.168.0.1"], True),
        (["wiki.corp"], ["10.0.0.1"], False), (["http://wiki.corp:81"], ["10.0.0.1"], True),
        (["fd00::/8"], ["fd00::1"], False), (["fd00::/8"], ["10.0.0.1"], True),
    ],
)  # fmt: skip
def test_private_access_narrows_what_the_server_opens(value, addresses, refused) -> None:
    rules = Policy.parse({"private_access": value})
    rule = rules.private_refusal("wiki.corp", 80, addresses)
    assert rule == ("policy:private_access" if refused else None)


def test_transfers_and_approvals() -> None:
    rules = Policy.parse(
        {"downloads": {"mode": "ask", "max_bytes": 5}, "uploads": "deny", "approvals": ["auth"]}
    )
    assert (rules.downloads.mode, rules.downloads.max_bytes) == ("ask", 5)
    assert rules.uploads.mode == "deny" and rules.approval_of("file_upload") == "deny"
    assert Policy.parse({"uploads": "ask"}).approval_of("file_upload") == "ask"
    assert Policy().approval_of("file_upload") is None
    assert rules.approval_of("auth") == "ask" and rules.approval_of("captcha") is None
    by_risk = Policy.parse({"approvals": {"auth": "allow", "payment": "deny", "captcha": None}})
    assert by_risk.approvals == {"auth": "allow", "payment": "deny"}
    assert Policy.parse({"approvals": []}).approvals == {}
    assert Policy.parse({"downloads": None, "uploads": {}}) == Policy()
    assert Policy.parse({"downloads": {"max_bytes": 10**12}}).downloads.max_bytes == (
        MAX_DOWNLOAD_BYTES
    )


WRONG: list[tuple[dict[str, Any], list[str | int]]] = [
    ({"mode": "loose"}, ["mode"]),
    ({"allowed_domains": "shop.test"}, ["allowed_domains"]),
    ({"allowed_domains": ["ok.test", "a/b"]}, ["allowed_domains", 1]),
    ({"blocked_domains": [7]}, ["blocked_domains", 0]),
    ({"auth_domains": {"a": 1}}, ["auth_domains"]),
    ({"redirect_domains": ["*.*.a"]}, ["redirect_domains", 0]),
    ({"private_access": ["10.0.0.0/99"]}, ["private_access"]),
    ({"private_access": 7}, ["private_access"]),
    ({"downloads": {"mode": "maybe"}}, ["downloads", "mode"]),
    ({"downloads": {"max_bytes": -1}}, ["downloads", "max_bytes"]),
    ({"uploads": 1}, ["uploads"]),
    ({"approvals": ["paymnet"]}, ["approvals"]),
    ({"approvals": {"payment": "allow"}}, ["approvals"]),
    ({"approvals": {"auth": "sometimes"}}, ["approvals"]),
    ({"approvals": "auth"}, ["approvals"]),
]


@pytest.mark.parametrize(("policy", "where"), WRONG)
def test_the_door_says_what_is_wrong_and_where(policy, where) -> None:
    with pytest.raises(ValidationError) as refusal:
        NewTask(instructions="go", policy=policy)
    found = [list(error["loc"][1:]) for error in refusal.value.errors()]
    assert any(loc[: len(where)] == where for loc in found), found
    with pytest.raises(ValueError, match=str(where[0])):
        Policy.parse(policy)


def test_what_is_stored_is_in_one_spelling_without_nulls() -> None:
    said = {"mode": None, "allowed_domains": ["*.Shop.TEST"], "blocked_domains": [], "x": "y",
            "downloads": "deny", "approvals": ["auth"], "private_access": False}  # fmt: skip
    task = NewTask(instructions="go", policy=said)
    assert task.stored_options()["policy"] == {
        "allowed_domains": ["shop.test"], "blocked_domains": [], "downloads": {"mode": "deny"},
        "approvals": {"auth": "ask"}, "private_access": False,
    }  # fmt: skip
    assert "policy" not in NewTask(instructions="go", policy=None).stored_options()
    assert PolicyIn().stored() == {}


def test_a_policy_survives_its_json() -> None:
    private = ["10.0.0.0/8", "wiki.corp:81"]
    rules = Policy.parse({**LISTS, "mode": "strict", "private_access": private,
                          "approvals": {"auth": "deny"}, "downloads": "ask"})  # fmt: skip
    assert Policy.parse(rules.as_dict()) == rules


def test_a_task_says_more_than_its_project() -> None:
    project = {"blocked_domains": ["a.test"], "uploads": {"mode": "deny"}, "mode": None}
    assert merged(project, {"blocked_domains": [], "uploads": None, "mode": "strict"}) == {
        "blocked_domains": [], "uploads": {"mode": "deny"}, "mode": "strict",
    }  # fmt: skip
    assert merged(None, None) == {}
