"""The deed that an address says, in whatever way it is spelled.

A server may take off what `read_address` does not: `/delete;v=1`, `/account%2Fdelete`, `/delete()`,
`?a[delete]=1`, `?r=user/delete`, or thirty parameters before the one that counts. Such an address
is read as it stands and as a server would read it; the gravest reading counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from agents.guard.labels_paths import read_action, read_address
from agents.guard.risk_facts import ALWAYS_ASK

Said = tuple[str, str]
_ODD = re.compile(r"[;,()'\"*$|~^`{}\[\]\\@%]|//")
_ASSET = re.compile(
    r"\.(m?js|css|map|woff2?|ttf|otf|eot|mp[34]|m4[av]|web[mp]|og[agv]|wav|avif|wasm|bmp|cur|png|"
    r"jpe?g|gif|svg|ico)$",
    re.IGNORECASE,
)
_ROUTES = frozenset({"route", "r", "_route", "_url", "path_info", "rest_route", "controller"})
_PAGES = frozenset({"q", "p", "page"})
_ROUTE = re.compile(r"^/?[\w-]+(/[\w-]+)+/?$")
# Old sites name the page in `q`, others search for it.
_ROUTED = re.compile(r"^/?[\w-]+/\d+/[a-z-]+$")
# Words beside the one that counts: delete_selected, do_delete.
_BESIDE = frozenset(
    {
        *("selected", "all", "checked", "bulk", "multiple", "many", "batch", "mass", "now"),
        *("do", "ajax", "wp", "admin", "it", "this", "handle", "on", "execute", "perform"),
    }
)
_MANY = 30  # parts of a path and of a query that are read at once
_MOST_CHARS = 65_536  # of an address; most servers take fewer
_MOST_PARAMETERS = 5_000
# Who measures names what happened: `?event=purchase`.
_MEASURES = re.compile(
    r"(^|[./])(collect|pixel|beacon|tr|track|analytics|telemetry|gtm|gtag|matomo|piwik|ping|"
    r"impressions?|pageviews?)(\.(php|gif|png|aspx?))?/?$",
    re.IGNORECASE,
)


def is_too_long(url: str) -> bool:
    """Whether an address holds more than is looked at."""
    return len(url) > _MOST_CHARS or url.count("&") + url.count(";") > _MOST_PARAMETERS


def readable(url: str) -> str:
    """As much of an address as is looked at."""
    if not is_too_long(url):
        return url
    return "&".join(re.split(r"[&;]", url[:_MOST_CHARS])[:_MOST_PARAMETERS])


@lru_cache(maxsize=4096)
def said_by_address(url: str, *, posted: bool = False) -> Said | None:
    """(risk, why) of what a request of this address does; None when it only reads.

    posted: something is sent there, so that nouns count, too.
    """
    read = read_action if posted else read_address
    found: Said | None = None
    for spelling in _spellings(readable(url), posted=posted):
        said = read(spelling)
        if said is not None and (found is None or said[0] in ALWAYS_ASK):
            found = said
            if said[0] in ALWAYS_ASK:
                return found
    if found is not None:
        return _gravest(url, read) or found
    return None


def _spellings(url: str, *, posted: bool) -> Iterator[str]:
    """The address as it stands, and as servers read it."""
    try:
        split = urlsplit(url)
    except ValueError:
        return
    base = f"{split.scheme}://{split.netloc}" if split.netloc else ""
    path, query = split.path, parse_qsl(split.query, keep_blank_values=True)
    if not posted and _ASSET.search(path):  # read as what it is: a file
        path = path.rpartition("/")[0] + "/file.png"
    if not posted and _MEASURES.search(split.path):
        query = [(key, value) for key, value in query if key.lower() not in ("event", "ev")]
    yield f"{base}{path}{_query(query)}"
    plain = list(query)
    odd = _ODD.search(path)
    if odd:
        path, more = _undressed(path)
        query += more
    if ";" in split.query:
        query += parse_qsl(split.query.replace(";", "&"), keep_blank_values=True)
    query += [pair for name, value in query for pair in _parts(name, value)]
    segments = [each for each in path.split("/") if each]
    if odd or len(segments) > _MANY:
        yield f"{base}/{'/'.join(segments[-_MANY:])}"
    known = path == split.path and query == plain and len(query) <= _MANY
    for start in range(0, 0 if known else len(query), _MANY):
        yield f"{base}{path}{_query(query[start : start + _MANY])}"
    for name, value in query:
        routes = _ROUTE if name.lower() in _ROUTES else _ROUTED if name.lower() in _PAGES else None
        if routes is not None and routes.match(value):
            yield f"{base}/{value.strip('/')}"


def _query(pairs: list[tuple[str, str]]) -> str:
    told = "&".join(f"{quote(name)}={quote(value.strip()[:200])}" for name, value in pairs)
    return f"?{told}" if told else ""


def _undressed(path: str) -> tuple[str, list[tuple[str, str]]]:
    """A path without what servers take off, and the parameters that were in it."""
    for _ in range(2):
        path = unquote(path)
    more: list[tuple[str, str]] = []
    kept: list[str] = []
    for segment in re.split(r"[/\\]+", path):
        bare, *matrix = segment.split(";")
        kept.append(re.sub(r"[?#,()'\"*$|~^`{}\[\]@%]+", "/", bare).strip("/"))
        for each in matrix:
            name, _, value = each.partition("=")
            more.append((name, value))
    return "/".join(kept), more


def _parts(name: str, value: str) -> Iterator[tuple[str, str]]:
    """What else a parameter may be called, and what its value comes down to."""
    bare = name.lower().removeprefix("amp;")
    if bare != name.lower():
        yield bare, value
    inner = [part for part in re.split(r"[\[\].$]+", bare) if part and not part.isdigit()]
    if len(inner) > 1:
        yield inner[-1], value
    value = value.strip()
    if len(value) <= 60:
        words = re.split(r"[-_.\s:+]+|(?<=[a-z])(?=[A-Z])", value)
        rest = [word for word in words if word and word.lower() not in _BESIDE]
        if 0 < len(rest) < len(words):
            yield bare, "-".join(rest)


def _gravest(url: str, read: Callable[[str], Said | None]) -> Said | None:
    """What is said behind a lesser deed: `/logout/delete`, `?action=logout&action=delete`."""
    split = urlsplit(url)
    segments = [each for each in split.path.split("/") if each][:_MANY]
    tries = ["/" + "/".join(segments[start:]) for start in range(1, len(segments))]
    pairs = parse_qsl(split.query, keep_blank_values=True)[: 2 * _MANY]
    tries += [f"{split.path}{_query([pair])}" for pair in pairs]
    for each in tries:
        said = read(each)
        if said is not None and said[0] in ALWAYS_ASK:
            return said
    return None


def says_deed(name: str, value: str) -> Said | None:
    """(risk, why) of a field with its value, as if it stood in an address."""
    for key, told in ((name, value), *_parts(name, value)):
        found = read_address(f"?{quote(key[:100])}={quote(told.strip()[:60])}")
        if found is not None:
            return found
    return None
