"""What a request would do that a page sends by script: for the network hold."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from agents.guard.labels import read
from agents.guard.labels_fields import kind_of_field
from agents.guard.labels_paths import _CAMEL, _SPLIT, read_action, read_address
from agents.guard.risk_facts import Field, Verdict, main_of

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
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
_MAX_BODY = 2_000_000
_MOST_NAMES = 5_000
_MOST_DOCUMENT = 20_000  # characters of a GraphQL document
TOO_MUCH = "ambiguous: not all that it sends can be read"


def only_reads(method: str, url: str) -> bool:
    """Whether a request may go without a look at the rest of it; takes microseconds."""
    if not url.startswith(("http:", "https:")):
        return method.upper() in SAFE_METHODS  # it leaves nothing: data:, blob:
    return method.upper() in SAFE_METHODS and read_address(url) is None


class _TooMuch(Exception):
    """More than is looked at. Holds what was read."""

    def __init__(self, names: dict[str, str]) -> None:
        super().__init__()
        self.names = names


def classify_request(
    method: str, url: str, content_type: str, body: bytes | str | None, page_url: str
) -> Verdict:
    """The verdict on a request. body: as sent, any size; content_type: its header, may be empty.

    Requests that read, measure or search are none. `TOO_MUCH` is a reason when it sends more than
    is looked at.
    """
    method = method.upper()
    found: dict[str, str] = {}
    text = _text(body)
    too_much = body is not None and len(body) > _MAX_BODY
    operations: list[tuple[str, str]] = []
    try:
        names, operations = _names(content_type, text, url)
    except _TooMuch as error:
        names, too_much = error.names, True
    if method in SAFE_METHODS:
        said = read_address(url)
        if said is not None:
            found[said[0]] = said[1]
    else:
        _judge(method, url, names, operations, found, text)
        if too_much:
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
        fingerprint=_fingerprint(method, url, names, operations),
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


def _judge(
    method: str,
    url: str,
    names: dict[str, str],
    operations: list[tuple[str, str]],
    found: dict[str, str],
    text: str,
) -> None:
    split = urlsplit(url)
    kinds = {kind_of_field(Field(kind, name)) for name in names for kind in ("text", "select")}
    if method == "DELETE" and not _READS.search(split.path):
        found["destructive"] = "its method is DELETE"
    if kinds & {"card", "card_code"}:
        found["payment"] = "it holds card details"
    if "amount" in kinds and kinds & {"recipient", "bank"}:
        found["payment"] = "it names an amount and who gets it"
    if operations:
        for kind, name in operations:
            _judge_operation(kind, name, found)
        if not found and all(kind == "read" for kind, _ in operations):
            return
        if found:
            return
        found["external_submit"] = "it changes something on the server"
        return
    said = read_action(url)
    if not found and said is None and _TELEMETRY.search(f"{split.netloc}{split.path}"):
        return
    if said is not None and said[0] != "external_submit":
        found[said[0]] = said[1]
    for name, value in names.items():
        deed = read_address(f"?{name}={value[:60]}") if len(value) <= 60 else None
        if deed is not None:
            found.setdefault(deed[0], f'its "{name[:40]}" says so')
    if kinds & {"password", "otp"} and "account_creation" not in found:
        found.setdefault(
            "account_creation" if "account_creation" in found else "auth",
            "it holds a password or a code",
        )
    if kinds & {"bank", "identity"} and "payment" not in found:
        found["sensitive_data"] = "it holds an account or identity number"
    if "role" in kinds:
        found["permission_change"] = "it sets a role or a permission"
    if "file" in kinds or re.search(r'filename="[^"]', text):
        found["file_upload"] = "it hands over a file"
    if found:
        return
    if said is not None:
        found["external_submit"] = said[1]
        return
    if _TELEMETRY.search(f"{split.netloc}{split.path}") or _READS.search(split.path):
        return
    if not names and not text.strip():
        if method in ("PUT", "PATCH"):
            found["external_submit"] = "it changes something on the server"
        else:
            found["ambiguous"] = "it does not say what it does"
        return
    found["external_submit"] = "it sends something to the server"


def _judge_operation(kind: str, name: str, found: dict[str, str]) -> None:
    """A GraphQL or JSON-RPC operation by its name."""
    if kind == "read":
        return
    for each in name.split():
        _judge_name(each, found)


def _judge_name(name: str, found: dict[str, str]) -> None:
    words = [word for word in _SPLIT.split(_CAMEL.sub("-", name)) if word]
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


def _names(content_type: str, text: str, url: str) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """({field: value}, [(read|write, operation)]) of a body."""
    kind = content_type.lower()
    stripped = text.lstrip()
    if "json" in kind or "graphql" in kind or stripped[:1] in ("{", "["):
        try:
            data = json.loads(stripped)
        except (ValueError, RecursionError):
            data = None
        if data is None and "graphql" in kind:
            return {}, [_graphql(stripped)]
        if data is not None:
            return _from_json(data, url)
        if stripped[:1] in ("{", "["):  # cut off or broken: its names can still be read
            found = re.findall(r'"(\w{1,60})"\s*:\s*"?([^",}\]]{0,60})', stripped)
            return _few(dict(found) | ({} if "json" in kind else _form(stripped))), []
    if "multipart/" in kind or stripped.startswith("--"):
        found = re.findall(r'name="([^"]{1,80})"[^\r\n]{0,100}\r?\n\r?\n([^\r\n]{0,60})', text)
        files = re.findall(r'name="([^"]{1,80})"; *filename="([^"]+)"', text)
        return _few({**dict(found), **{name: "" for name, _ in files}}), []
    if "urlencoded" in kind or ("=" in stripped and "<" not in stripped[:1]):
        pairs = _form(stripped)
        if "query" in pairs and "graphql" in url.lower():
            return pairs, [_graphql(pairs["query"], pairs.get("operationName", ""))]
        return pairs, []
    return {}, []


def _few(names: dict[str, str]) -> dict[str, str]:
    """Raises: _TooMuch."""
    if len(names) > _MOST_NAMES:
        raise _TooMuch(dict(list(names.items())[:_MOST_NAMES]))
    return names


def _form(text: str) -> dict[str, str]:
    """Fields of a form. Raises: _TooMuch."""
    return _few(dict(parse_qsl(text, keep_blank_values=True)))


def _from_json(data: Any, url: str) -> tuple[dict[str, str], list[tuple[str, str]]]:
    names = _flat(data)
    operations: list[tuple[str, str]] = []
    for each in data if isinstance(data, list) else [data]:
        if not isinstance(each, dict):
            continue
        if len(operations) > _MOST_NAMES:
            raise _TooMuch(names)
        if isinstance(each.get("query"), str) and re.match(
            r"\s*(#.*\n\s*)*(query|mutation|subscription|fragment|\{)", each["query"]
        ):
            operations.append(_graphql(each["query"], str(each.get("operationName") or "")))
        elif "graphql" in url.lower() and each.get("operationName"):
            name = str(each["operationName"])
            operations.append(("read" if _is_reading(name) else "write", name))
        elif isinstance(each.get("method"), str) and ("jsonrpc" in each or "params" in each):
            name = each["method"]
            operations.append(("read" if _is_reading(name) else "write", name))
    return names, operations


def _flat(data: Any) -> dict[str, str]:
    """All names in JSON with their (first) values, however deep. Raises: _TooMuch."""
    names: dict[str, str] = {}
    waiting = [data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += [inner for inner in reversed(value) if isinstance(inner, dict | list)]
        elif isinstance(value, dict):
            for key, inner in value.items():
                if not isinstance(inner, dict | list):
                    names.setdefault(str(key), "" if inner is None else str(inner))
            waiting += [v for v in reversed(value.values()) if isinstance(v, dict | list)]
        _few(names)
    return names


def _graphql(query: str, name: str = "") -> tuple[str, str]:
    """(read|write, the fields it calls) of a GraphQL document. Raises: _TooMuch."""
    bare = re.sub(r"#[^\n]*", "", query)
    if not re.search(r"(^|\})\s*mutation\b", bare):
        return "read", name
    document = bare[bare.find("mutation") :]
    if len(document) > _MOST_DOCUMENT:
        raise _TooMuch({})
    called = _called(document)
    return "write", " ".join(called) or name


def _called(document: str) -> list[str]:
    """The fields that a mutation calls: names one brace deep, outside of arguments."""
    found: list[str] = []
    depth = nested = 0
    last = ""
    for token in re.findall(r'"(?:[^"\\]|\\[\s\S])*(?:"|\\?\Z)|\w+|[{}():@]', document):
        if token in "()":
            nested += 1 if token == "(" else -1
        elif nested:
            continue
        elif token in "{}":
            depth += 1 if token == "{" else -1
        elif depth == 1 and token == ":" and found:
            found.pop()  # what stood before was an alias
        elif depth == 1 and token not in ":@" and last != "@":
            found.append(token)
        last = token
    return found


_READING = re.compile(
    r"^(.*[./_])?(get|list|search|find|fetch|read|query|load|suggest|count|describe|lookup|is|has|"
    r"check|validate|preview|watch|poll|ping|web_?search_?read|name_?search|search_read|fields_get)"
    r"([A-Z_./]|$)"
)


def _is_reading(name: str) -> bool:
    return bool(_READING.match(name))


def _fingerprint(
    method: str, url: str, names: dict[str, str], operations: list[tuple[str, str]]
) -> str:
    split = urlsplit(url)
    query = sorted((k, v) for k, v in parse_qsl(split.query) if not _TEMPORARY.search(k))
    values = sorted((k, v) for k, v in names.items() if not _TEMPORARY.search(k))
    told = [method, split.scheme, split.netloc, split.path, query, values, operations]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()[:32]
