"""What a request would do that a page sends by itself: for the network hold."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from agents.guard import risk_graphql
from agents.guard.bodies import read_body
from agents.guard.labels import read
from agents.guard.labels_fields import kind_of_field
from agents.guard.labels_paths import read_action
from agents.guard.risk_addresses import is_too_long, readable, said_by_address
from agents.guard.risk_facts import Field, Verdict, main_of
from agents.guard.risk_values import chooses_cookies, judge_values
from agents.guard.sent import Sent, is_reading

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_READ_METHODS = frozenset({"PROPFIND", "REPORT", "SEARCH", "QUERY"})  # WebDAV and after it
_DEED_METHODS = {
    "DELETE": "destructive",
    "PURGE": "destructive",
    "UNLINK": "destructive",
    "UNBIND": "destructive",
    "BAN": "destructive",
    "ACL": "permission_change",
}
# What makes a server take a request for another one.
_METHOD_HEADERS = frozenset({"x-http-method-override", "x-method-override", "x-http-method"})
_METHOD_FIELDS = frozenset({"_method", "__method", "_httpmethod", *_METHOD_HEADERS})
_METHODS = frozenset({"POST", "PUT", "PATCH", "MOVE", *_DEED_METHODS})
_ADDRESS_HEADERS = frozenset({"x-original-url", "x-rewrite-url", "x-forwarded-uri"})
_CALLS = re.compile(r"^(soapaction|(x-|rpc-)([a-z]+-)*(action|operation|target|command|op))$")
_NEEDS_A_LOOK = re.compile(r"mutation|_?method", re.IGNORECASE)
_TELEMETRY = re.compile(
    r"(^|[./_-])(analytics?|telemetry|beacons?|metrics?|collect|collector|track|tracking|tracker|"
    r"rum|sentry|envelope|csp-?reports?|csp_report|web-?vitals|pageviews?|heartbeat|ping|"
    r"impressions?|gtm|gtag|pixel|events?-?batch|log-?events?|logging|jserrors?|js-?errors?|"
    r"crash-?reports?|browser-?errors?|datadog|segment|mixpanel|amplitude|hotjar|matomo|piwik|"
    r"plausible|posthog|keepalive|keep-?alive|stats|statistics|perf|performance|timing)([./_-]|$)",
    re.I,
)
_READS = re.compile(
    r"(^|[./_-])(search|autocomplete|auto-complete|suggest|suggestions?|typeahead|query|lookup|"
    r"filter|facets?|find|list|browse|recommendations?|validate|check|availability|quote|"
    r"preview|render|translate|geocode|autosuggest|msearch|refresh|poll|subscribe-channel|"
    r"negotiate|socket\.io|sockjs|signalr|csrf|consents?|cookies?|preferences?|locale|theme|"
    r"cart|basket|wishlist|bag|warenkorb|panier|carrito|carrello|koszyk)([./_-]|$)",
    re.I,
)
_TEMPORARY = re.compile(
    r"token|csrf|xsrf|nonce|timestamp|^_|viewstate|session|request_?id|trace|^ts$|^v$|signature",
    re.I,
)
# A person's own lists: what is taken off them is no loss.
_OWN_LISTS = re.compile(
    r"(^|[./_-])(cart|basket|wishlist|bag|warenkorb|panier|carrito|carrello|koszyk|compare|"
    r"favou?rites?|bookmarks?)([./_-]|$)",
    re.I,
)
_ENDS_CHECKOUT = frozenset(
    {
        *("checkout", "checkouts", "complete", "confirm", "submit", "finish", "finalize", "place"),
        *("process", "order", "payment", "pay"),
    }
)
_MAX_BODY = 2_000_000
_MOST_REQUESTS = 200  # in a batch
TOO_MUCH = "ambiguous: not all that it sends can be read"


def only_reads(method: str, url: str, headers: Mapping[str, str]) -> bool:
    """Whether a request may go without a look at the rest of it: in a tenth of a millisecond."""
    method = method.upper()
    if method not in SAFE_METHODS:
        return False
    if method == "OPTIONS" or not url.startswith(("http:", "https:")):
        return True  # data: and blob: leave nothing
    if is_too_long(url):
        return False
    if is_overridden(headers):
        return False
    if _NEEDS_A_LOOK.search(unquote(url)):
        return not classify_request(method, url, "", None, "").risks
    return said_by_address(url) is None


_TELLING = _METHOD_HEADERS | _ADDRESS_HEADERS


def is_overridden(headers: Mapping[str, str]) -> bool:
    """Whether headers say another method, address or operation than the request has."""
    return any(name.lower() in _TELLING or _CALLS.match(name.lower()) for name in headers)


def classify_request(
    method: str,
    url: str,
    content_type: str,
    body: bytes | str | None,
    page_url: str,
    headers: Mapping[str, str] | None = None,
) -> Verdict:
    """The verdict on a request. body: as sent, any size; content_type: its header, may be empty.

    headers: with names in lower case. Requests that read, measure or search are none. `TOO_MUCH` is
    a reason when it sends more than is looked at.
    """
    headers = headers or {}
    found: dict[str, str] = {}
    text = _text(body)
    sent = read_body(content_type, text, url)
    query = _query(readable(url))
    method = _meant(method.upper(), headers, [*query, *sent.pairs])
    meant = [_joined(url, headers[name]) for name in _ADDRESS_HEADERS & headers.keys()]
    sent.too_much = sent.too_much or None in meant
    urls = [url, *(each for each in meant if each is not None)]
    if method in SAFE_METHODS or method in _READ_METHODS:
        for each in urls:
            _add(found, said_by_address(each))
    else:
        for each in urls[1:]:
            _add(found, said_by_address(each, posted=True))
        _judge(method, url, sent, found, text, page_url)
    for _, value in query:
        if risk_graphql.is_document(value) and risk_graphql.mutates(value):
            sent.operations.append(("write", " ".join(risk_graphql.called(value))))
    for kind, name in sent.operations:
        _judge_operation(kind, name, found)
    for name, value in headers.items():
        called = re.split(r"[/#:.]", value.strip("\"'/ "))[-1] if _CALLS.match(name) else ""
        if called and not is_reading(called):
            _judge_name(called, found)
    if not found and any(kind == "write" for kind, _ in sent.operations):
        found["external_submit"] = "it changes something on the server"
    if sent.too_much or is_too_long(url) or (body is not None and len(body) > _MAX_BODY):
        risk, _, why = TOO_MUCH.partition(": ")
        found[risk] = why
    risks = frozenset(found)
    level, main = main_of(risks)
    host = urlsplit(url).netloc if "//" in url else ""
    path = urlsplit(url).path
    return Verdict(
        risks=risks,
        level=level,
        main=main,
        effect=f"Send a {method} request to {host}{path[:120]}" + _tail(main),
        fingerprint=_fingerprint(method, urls, sent),
        reasons=tuple(f"{risk}: {why}" for risk, why in found.items()),
    )


def _tail(main: str | None) -> str:
    words = {
        "payment": ", which looks like a payment",
        "purchase": ", which looks like a purchase",
        "destructive": ", which looks like a deletion",
        "permission_change": ", which looks like a change of rights",
        "external_submit": ", with what was filled in",
    }
    return words.get(main or "", "")


def _add(found: dict[str, str], said: tuple[str, str] | None) -> None:
    if said is not None:
        found.setdefault(*said)


def _joined(url: str, target: str) -> str | None:
    """What a target is meant as; None when it is no address, and anybody's guess."""
    try:
        return urljoin(url, target)
    except ValueError:
        return None


def _query(url: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(urlsplit(url).query, keep_blank_values=True)
    except ValueError:
        return []


def _meant(method: str, headers: Mapping[str, str], pairs: Iterable[tuple[str, str]]) -> str:
    """The method that a server may take it for: never a lesser one than it has."""
    named = [value for name, value in headers.items() if name in _METHOD_HEADERS]
    named += [value for name, value in pairs if name.lower() in _METHOD_FIELDS]
    meant = [each.strip().upper() for each in named if each.strip().upper() in _METHODS]
    grave = [each for each in meant if each in _DEED_METHODS]
    if method in _DEED_METHODS:
        return method
    return next(iter([*grave, *meant]), method)


def _judge(
    method: str, url: str, sent: Sent, found: dict[str, str], text: str, page_url: str
) -> None:
    """What something does that is no GET, operations apart."""
    split = urlsplit(url)
    where = f"{split.netloc}{split.path}"
    names = {name for name, _ in sent.pairs}
    kinds = {kind_of_field(Field(kind, name)) for name in names for kind in ("text", "select")}
    said = said_by_address(url, posted=True) or _checks_out(split.path, split.query)
    if said is not None and said[0] == "permission_change":
        said = None if chooses_cookies(url, sent, text, page_url) else said
    if method in _DEED_METHODS and not (method == "DELETE" and _OWN_LISTS.search(split.path)):
        found[_DEED_METHODS[method]] = f"its method is {method}"
    if kinds & {"card", "card_code"}:
        found["payment"] = "it holds card details"
    if "amount" in kinds and kinds & {"recipient", "bank"}:
        found["payment"] = "it names an amount and who gets it"
    _judge_requests(url, sent, found)
    if sent.only_operations and all(kind == "read" for kind, _ in sent.operations):
        return
    if not found and said is None and method == "POST" and _TELEMETRY.search(where):
        return
    if said is not None and said[0] != "external_submit":
        found[said[0]] = said[1]
    judge_values(sent.pairs, found)
    _judge_kinds(kinds, found)
    if sent.files:
        found["file_upload"] = "it hands over a file"
    if found or sent.operations:
        return
    if said is not None:
        found["external_submit"] = said[1]
    elif _READS.search(split.path) or (method == "POST" and _TELEMETRY.search(where)):
        return
    elif sent.pairs or text.strip():
        found["external_submit"] = "it sends something to the server"
    elif method in ("PUT", "PATCH"):
        found["external_submit"] = "it changes something on the server"
    else:
        found["ambiguous"] = "it does not say what it does"


def _judge_kinds(kinds: set[str], found: dict[str, str]) -> None:
    """What the names of fields tell of what they hold."""
    if kinds & {"password", "otp"} and "account_creation" not in found:
        found.setdefault("auth", "it holds a password or a code")
    if kinds & {"bank", "identity"} and "payment" not in found:
        found["sensitive_data"] = "it holds an account or identity number"
    if "role" in kinds:
        found["permission_change"] = "it sets a role or a permission"


def _judge_requests(url: str, sent: Sent, found: dict[str, str]) -> None:
    """The requests of a batch, each by its method and address."""
    sent.too_much = sent.too_much or len(sent.requests) > _MOST_REQUESTS
    for method, target in sent.requests[:_MOST_REQUESTS]:
        posted = method.upper() not in SAFE_METHODS
        address = _joined(url, target)
        sent.too_much = sent.too_much or address is None
        said = said_by_address(address or "", posted=posted)
        if method.upper() in _DEED_METHODS and not _OWN_LISTS.search(target):
            said = _DEED_METHODS[method.upper()], f"a request in it is a {method.upper()}"
        _add(found, said)


def _checks_out(path: str, query: str) -> tuple[str, str] | None:
    """`/checkout`, `/checkout/complete`, `/cart/purchase`: what is posted there buys."""
    segments = [unquote(each).lower() for each in path.split("/") if each]
    names = [each.partition(".")[0] for each in segments if not each.isdigit()]
    if names and names[-1] in _ENDS_CHECKOUT and {"checkout", "checkouts"} & set(names[-2:]):
        return "purchase", 'it is sent to "checkout"'
    if re.search(r"(^|&)(wc-ajax|action)=checkout(&|$)", query):
        return "purchase", 'the query says "checkout"'
    if names and _OWN_LISTS.search(path):
        said = read_action(f"/x/{names[-1]}")
        if said is not None and said[0] in ("payment", "purchase"):
            return said
    return None


def _judge_operation(kind: str, name: str, found: dict[str, str]) -> None:
    """A GraphQL, JSON-RPC or SOAP operation by its name."""
    if kind == "read":
        return
    for each in name.split():
        _judge_name(each, found)


_PARTS = re.compile(r"[\W_]+|(?<=[a-z0-9])(?=[A-Z])")


def _judge_name(name: str, found: dict[str, str]) -> None:
    words = [word for word in _PARTS.split(name) if word]
    said = read_action("/" + "/".join(["x", "-".join(words)]))
    reading = read(" ".join(words))
    if said is not None:
        found[said[0]] = f'the operation is called "{name[:40]}"'
    for risk in ("payment", "purchase", "destructive", "permission_change"):
        if risk in reading.kinds and "cart" not in reading.kinds:
            found[risk] = f'the operation is called "{name[:40]}"'
    if "signin" in reading.kinds or "signout" in reading.kinds:
        found["auth"] = f'the operation is called "{name[:40]}"'
    if "signup" in reading.kinds:
        found["account_creation"] = f'the operation is called "{name[:40]}"'


def _text(body: bytes | str | None) -> str:
    if body is None:
        return ""
    if isinstance(body, bytes):
        return body[:_MAX_BODY].decode("utf-8", "replace")
    return body[:_MAX_BODY]


def _fingerprint(method: str, urls: list[str], sent: Sent) -> str:
    split = urlsplit(urls[0])
    named = [] if is_too_long(urls[0]) else parse_qsl(split.query)
    query: object = sorted((k, v) for k, v in named if not _TEMPORARY.search(k))
    if is_too_long(urls[0]):
        query = split.query
    values = sorted((k, v) for k, v in sent.pairs if not _TEMPORARY.search(k))
    told = [method, split.scheme, split.netloc, split.path, query, values, sent.operations]
    told += urls[1:]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()[:32]
