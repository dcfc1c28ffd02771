"""What looks like a deed and is none, with what looks like that and is a deed."""

from __future__ import annotations

from typing import Any

import pytest

from agents.guard.risk_requests import classify_request, only_reads
from tests.agents.guard.test_risk_requests import FORM, JSON, PARTS, SITE, judged, part

CONSENT = "/api/consent"


@pytest.mark.parametrize(
    ("url", "body"),
    [
        (CONSENT, {"analytics": True}),
        (CONSENT, {"analytics": False, "marketing": True, "necessary": True}),
        ("/cookie-consent", "ad_storage=granted&analytics_storage=denied"),
        ("/privacy/cookies/consents/", {"socialMedia": "yes"}),
    ],
)
def test_the_answer_to_a_cookie_banner_asks_nobody(url: str, body: Any) -> None:
    assert not judged("POST", url, body, FORM if isinstance(body, str) else JSON).risks


@pytest.mark.parametrize(
    ("url", "body"),
    [
        (CONSENT, None),
        (CONSENT, {}),
        (CONSENT, {"accept": True}),
        (CONSENT, {"analytics": True, "client_id": "eve"}),
        (CONSENT, {"analytics": "eve"}),
        (CONSENT, {"contacts": True, "analytics": True}),
        (CONSENT, {"eve": {"analytics": True}}),
        (CONSENT, {"analytics": [True, "eve"]}),
        (CONSENT, [{"analytics": True}]),
        (CONSENT, '{"analytics": true}{"scope": "all"}'),
        (CONSENT, "analytics=1&analytics=eve"),
        (CONSENT, "analytics=1;scope=all"),
        (CONSENT, part("analytics", "1") + part("analytics", "eve")),
        (f"{CONSENT}?client_id=eve", {"analytics": True}),
        ("/oauth/consent", {"analytics": True}),
        ("/apps/5/consent", {"analytics": True}),
        ("/api/consent/5", {"analytics": True}),
        ("/api/consent;client=eve", {"analytics": True}),
        ("/api/consent%2F5", {"analytics": True}),
    ],
)
def test_letting_an_app_in_is_no_answer_to_a_cookie_banner(url: str, body: Any) -> None:
    text = isinstance(body, str)
    kind = "" if not text else PARTS if body.startswith("--") else FORM
    assert "permission_change" in judged("POST", url, body, kind).risks


def test_a_banner_of_another_site_answers_nothing() -> None:
    page = "https://evil.example/"
    sent = classify_request("POST", SITE + CONSENT, JSON, '{"analytics": true}', page)
    assert "permission_change" in sent.risks


@pytest.mark.parametrize(
    "headers", [{"x-original-url": "/members/grant"}, {"x-http-method-override": "DELETE"}]
)
def test_a_banner_that_is_meant_as_something_else(headers: dict[str, str]) -> None:
    assert judged("POST", CONSENT, {"analytics": True}, headers=headers).risks


@pytest.mark.parametrize("url", ["/icons/trash", "/api/icons/trash", "/static/img/glyph/pay-now"])
def test_an_icon_by_its_name_is_no_deed(url: str) -> None:
    assert only_reads("GET", SITE + url, {})


@pytest.mark.parametrize(
    "url",
    [
        "/icons/trash/5",
        "/api/icons/5/trash",
        "/api/icons/trash?id=5",
        "/users/5/icons/delete",
        "/icons/account/delete",
        "/icons/..;/account/delete",
        "/icons/..%2Faccount/delete",
        "/icons/x;/account/delete",
        "/icons/icons/delete;id=5",
        "/icons?action=delete",
    ],
)
def test_what_only_begins_like_an_icon_is_a_deed(url: str) -> None:
    assert not only_reads("GET", SITE + url, {})


def test_an_icon_that_is_deleted_by_a_post() -> None:
    assert "destructive" in judged("POST", "/api/icons/delete").risks


@pytest.mark.parametrize(
    ("body", "is_file"),
    [
        (part("a", "1", '; filename="x.txt"'), True),
        (part("a", "1", "; filename=x.txt"), True),
        (part("a", "1").replace("form-data; name", 'attachment; filename="x"; a'), True),
        (part("a", "1", "; filename*=utf-8''x"), True),  # not all servers take it for a file
        (part("a", "1", '; filename="x') + part("b", "2"), True),  # nor all for a broken head
        (part("a", "", '; filename=""'), False),
        (part("a", 'write filename="x" here'), False),
    ],
)
def test_a_file_is_told_by_the_head_of_its_part(body: str, is_file: bool) -> None:
    assert ("file_upload" in judged("POST", "/x", body, PARTS).risks) is is_file


def test_a_text_that_speaks_of_files_hands_none_over() -> None:
    assert "file_upload" not in judged("POST", "/x", {"text": 'use filename="x"'}).risks
