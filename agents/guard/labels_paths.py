"""Verbs in addresses: what a path or a query says is going to be done.

A GET link is judged by this alone. A verb counts where an address names a deed, as a whole part of
the path (`/posts/7/delete`), with its object (`/delete-account`), or in the query
(`?action=delete`), and not where it names a subject: below help, docs or blog, or in a slug.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlsplit

from agents.guard.labels_deeds import deeds_in
from agents.guard.labels_lexicon import LANGUAGES, SPACED
from agents.guard.labels_plain import plain
from agents.guard.labels_words import ADDRESSES, sections

_LISTS = sections(ADDRESSES)
_WEAK = frozenset(_LISTS["weak"])
_OBJECTS = frozenset(_LISTS["object"])
_NOUNS = frozenset(_LISTS["subject"])
_DOCS = frozenset(_LISTS["documents"])
_NOW = frozenset(_LISTS["now"])
_ACTION_KEYS = frozenset(_LISTS["action key"])


def _by_word(prefix: str) -> dict[str, str]:
    return {
        plain(word).replace("-", ""): key.removeprefix(prefix)
        for key, words in _LISTS.items()
        if key.startswith(prefix)
        for word in words
    }


_BY_VERB = _by_word("verb ")
_BY_NOUN = _by_word("posted ")
_DOC_HOSTS = re.compile(r"^(docs?|help|support|blog|wiki|developers?|learn|forum|community|kb)\.")
_CART = re.compile(
    r"cart|basket|wishlist|compare|filter|facet|warenkorb|panier|carrito|carrello|koszyk|winkel|"
    r"carrinho|sepet|favou?rite|bookmark|cookie"
)
_ID = re.compile(r"^(\d+|[0-9a-f]{8,}(-[0-9a-f-]+)?|[^\W\d]*\d[\w-]*|:\w+|\{\w+\})$", re.IGNORECASE)
_YEAR = re.compile(r"^(19|20)\d\d$")
_TRUE = frozenset({"1", "true", "yes", "y", "on", "ok", "confirm", "confirmed", ""})
_EXTENSION = re.compile(r"\.(php\d?|aspx?|jspx?|do|action|cgi|pl|py|cfm|json|rb)$", re.IGNORECASE)
_STATIC = re.compile(
    r"\.(html?|md|pdf|txt|png|jpe?g|gif|svg|webp|zip|gz|csv|xml|ico|mp4)$", re.IGNORECASE
)
# A picture by its own name: nobody's, and no parameter says with what something is to be done.
_ICON = re.compile(
    r"((api|v\d|assets|static|public|images?|img|svg|ui)/)*(icons?|glyphs?|sprites?)/[a-z]+(-[a-z]+)*",
    re.IGNORECASE,
)
_METHOD = re.compile(r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SPLIT = re.compile(r"[-_.+ ~:!]+")


def _parts(address: str) -> tuple[str, list[str], list[tuple[str, str]]]:
    try:
        split = urlsplit(address)
        host = split.hostname or ""
    except ValueError:
        return "", [], []
    route = split.fragment[1:] if split.fragment[:2] in ("!/",) else ""
    if split.fragment.startswith("/"):
        route = split.fragment
    path = f"{split.path}/{route.partition('?')[0]}"
    segments = [unquote(each) for each in path.split("/") if each]
    query = parse_qsl(split.query, keep_blank_values=True)
    query += parse_qsl(route.partition("?")[2], keep_blank_values=True)
    return host.lower(), segments[:30], query[:30]


def _words(segment: str) -> list[str]:
    bare = _EXTENSION.sub("", segment)
    spaced = _CAMEL.sub("-", bare)
    return [plain(word) for word in _SPLIT.split(spaced) if word]


def _deed(words: list[str]) -> tuple[str, str] | None:
    """(verb, risk) when the words of one part name a deed: a verb, alone or with its object."""
    if not words or any(word in _NOUNS for word in words):
        return None
    whole = "".join(words)
    if whole in _BY_VERB:
        return whole, _BY_VERB[whole]
    if len(words) == 2 and words[0] in ("log", "sign") and words[1] in ("out", "off"):
        return "logout", "auth"
    if words[:2] == ["opt", "out"]:
        return "optout", "destructive"
    if 2 <= len(words) <= 4:
        first, last = words[0], words[-1]
        for verb, others in ((first, words[1:]), (last, words[:-1])):
            if verb in _BY_VERB and all(_is_beside(each) for each in others):
                return f"{verb} with object", _BY_VERB[verb]
    return None


def _is_beside(word: str) -> bool:
    """Whether a word may stand with a verb and leave it a deed: `delete-account`, `buy-now`."""
    return word in _OBJECTS or word in _NOW or bool(_ID.match(word))


def _called(segment: str) -> tuple[str, str] | None:
    """The deed of a method's name with dots: `/api/chat.delete`, `frappe.client.delete`."""
    if not _METHOD.match(segment):
        return None
    verb = _words(segment)[-1]
    return (verb, _BY_VERB[verb]) if verb in _BY_VERB and verb not in _WEAK else None


@lru_cache(maxsize=4096)
def read_address(address: str) -> tuple[str, str] | None:
    """(risk, why) when a GET of this address does something; None when it shows something."""
    host, segments, query = _parts(address)
    if _CART.search("/".join(segments).lower()):
        segments = [each for each in segments if _deed(_words(each)) != ("remove", "destructive")]
    found = _from_query(query, segments)
    if found is not None:
        return found
    if not query and _ICON.fullmatch("/".join(segments)):
        return None
    for place in range(1, len(segments)):  # `/buy/now/8`
        if plain(segments[place]) in _NOW and all(
            _ID.match(each) for each in segments[place + 1 :]
        ):
            now = f"{segments[place - 1]}-{segments[place]}"
            segments = [*segments[: place - 1], now, *segments[place + 1 :]]
            break
    lower = [plain(each) for each in segments]
    is_docs = bool(_DOC_HOSTS.match(host)) or any(each in _DOCS for each in lower)
    if segments and _STATIC.search(segments[-1]):
        is_docs = True
    confirmed = any(
        key.lower() in ("confirm", "confirmed", "sure", "force") and value.lower() in _TRUE
        for key, value in query
    )
    asks = confirmed or any(_is_argument(plain(key), value) for key, value in query)
    for place, segment in enumerate(segments):
        if not is_docs:
            made = _put_together(segments, place, asks)
            if made is not None:
                return made
        deed = _deed(_words(segment)) or _called(segment)
        if deed is None:
            continue
        verb, risk = deed
        before = bool(place) and bool(_ID.match(lower[place - 1]))
        after = place + 1 < len(lower) and bool(_ID.match(lower[place + 1]))
        last = place == len(segments) - 1
        if is_docs:
            numbered = place + 2 == len(lower) and lower[-1].isdigit()
            strong = (before and last) or numbered or confirmed
        elif verb in _WEAK:
            after = after and not _YEAR.match(lower[place + 1])  # `/archive/2020`
            owner = bool(place) and (lower[place - 1] in _OBJECTS) and verb not in _PAGES
            strong = (before and last) or (after and place + 2 >= len(lower)) or confirmed
            named = place > 1 and _is_thing(lower[place - 2])
            strong = strong or (last and (owner or named or asks))
        else:
            strong = len(segments) - place <= 2 or after or before or confirmed
        if strong:
            return risk, f'the address says "{verb.partition(" ")[0]}"'
    return None


# A query that only says how a page is shown, or where its visitor comes from.
_SHOWS = re.compile(
    r"^(utm_|mc_|fb|g?clid$|ref|source|src$|lang|locale|hl$|sort|order|order_?by$|dir$|page|p$|per_?page|"
    r"limit|offset|view|tab|theme|q$|query|search|filter|next$|return|redirect|from$|via$|campaign|"
    r"currency|country|region|layout|format|size$|colou?r)"
)
# Verbs that name a page as often as a deed: the thing itself has to be named as well.
_PAGES = frozenset(
    {
        *("archive", "release", "restart", "lock", "trash", "return", "order", "review", "pause"),
        *("end", "stop", "start", "format", "share", "report", "transfer", "request", "exit"),
        *("reset", "drop", "register", "replace", "switch"),
    }
)
_PAID = frozenset({"donation", "donations", "donate", "payment", "payments", "pay", "tip", "topup"})
_KINDS = {
    "destructive": "destructive",
    "payment": "payment",
    "purchase": "purchase",
    "permission_change": "permission_change",
    "legal": "legal_acceptance",
}
_THING_CLASSES = frozenset({"held", "record", "person", "good", "right", "money", "terms", "key"})


def _is_argument(key: str, value: str) -> bool:
    """Whether a query's parameter says on what something is done."""
    numbered = value.isdigit() and key not in ("page", "p", "limit", "offset", "size", "perpage")
    return bool(value) and (numbered or not _SHOWS.match(key))


def _is_thing(word: str) -> bool:
    """Whether a part of a path names what things of that kind are called."""
    if word in _OBJECTS:
        return True
    return any(
        classes & _THING_CLASSES
        for lang in SPACED
        for _, classes in lang.things_in([word]).values()
    )


def _is_plan(word: str) -> bool:
    """Whether it is what something for sale is called: `/plans/pro/subscribe`."""
    found = LANGUAGES["en"].things_in([word]).values()
    return any(classes == {"good"} for _, classes in found)


def _is_collection(word: str) -> bool:
    """`/issues/5` and `/releases` are what is listed there, not what is done."""
    return word.endswith("s") and word[:-1] in LANGUAGES["en"].verbs


def _taken_apart(words: list[str]) -> list[str]:
    """`setrole` is `set role`."""
    if len(words) != 1 or not 6 <= len(words[0]) <= 24:
        return words
    word = words[0]
    english = LANGUAGES["en"]
    if english.knows(word):
        return words
    for cut in range(3, len(word) - 2):
        if word[:cut] in english.verbs and english.things_in([word[cut:]]):
            return [word[:cut], word[cut:]]
    return words


def _kinds(words: list[str]) -> frozenset[str]:
    """What words say together, also when their umlauts are spelt out: `aufloesen`."""
    bare = [re.sub(r"(?<![aeiouq])([aou])e", r"\1", word) for word in words]
    said: frozenset[str] = frozenset()
    for spelt in [words] if bare == words else [words, bare]:
        said |= deeds_in(spelt, False, whole=False, spared=frozenset()).kinds
    return said


def _put_together(segments: list[str], place: int, asks: bool) -> tuple[str, str] | None:
    """What a verb and the things before it say: `/account/close`, `/users/eve/promote`."""
    after = segments[place + 1 :]
    if len(after) > 1 or (after and not _ID.match(after[0])):
        return None
    words = _taken_apart(_words(segments[place]))
    if not 1 <= len(words) <= 3 or any(word in _NOUNS for word in words):
        return None
    if not all(_is_thing(word) for word in words[1:]) or _is_collection(words[0]):
        return None
    for back in range(1, 4 if asks else 3):
        if back > place:
            break
        owner = _words(segments[place - back])
        if len(owner) > 2 or not owner or not _is_thing(owner[-1]):
            if owner and not _ID.match(owner[-1]) and LANGUAGES["en"].knows(owner[-1]):
                break  # a part of the site, not what a thing is called
            continue
        named = back > 1 or asks or bool(after) or bool(_ID.match(segments[place - 1]))
        named = named or (place > 1 and _is_plan(owner[-1]))
        kinds = _kinds(words if len(words) > 1 else [*words, *owner])
        for kind, risk in _KINDS.items():
            if kind not in kinds:
                continue
            if not named and (kind not in ("destructive", "legal") or words[0] in _PAGES):
                return None
            return risk, f'the address says "{words[0]} {owner[-1]}"'
        break
    return None


def _from_query(query: list[tuple[str, str]], segments: list[str]) -> tuple[str, str] | None:
    cart = any(_CART.search(each.lower()) for each in segments)
    for key, value in query:
        name, said = plain(key), plain(value)
        if name in _ACTION_KEYS:
            deed = _deed(_words(value))
            if deed and not (cart and deed[0] == "remove"):
                return deed[1], f'the query says "{said[:40]}"'
        deed = _deed(_words(key))
        if deed is None or _CART.search(name) or (cart and deed[0] == "remove"):
            continue
        weak = deed[0] in _WEAK and not (said in _TRUE and said)
        if not weak and (said in _TRUE or _ID.match(said)):
            return deed[1], f'the query says "{name[:40]}"'
    names = {plain(key) for key, _ in query}
    pays = any(plain(word) in _PAID for each in segments for word in _words(each))
    if "amount" in names and pays:
        return "payment", "the query names an amount"
    if names & {"amount", "betrag", "montant", "importe", "sum"} and names & {
        "to",
        "recipient",
        "account",
        "iban",
        "payee",
        "destination",
    }:
        return "payment", "the query names an amount and who gets it"
    return None


@lru_cache(maxsize=4096)
def read_action(address: str) -> tuple[str, str] | None:
    """(risk, why) of what something is posted to: verbs as in links, and nouns that say it."""
    found = read_address(address)
    if found is not None:
        return found
    _, segments, _ = _parts(address)
    if any(_CART.search(each.lower()) for each in segments):
        return None
    parts = [_words(each) for each in segments]
    for words in reversed(parts[-3:]):
        deed = _deed(words)
        if deed is not None:
            return deed[1], f'it is sent to "{deed[0].partition(" ")[0]}"'
        whole = "".join(words)
        for noun in (whole, *words):
            if noun in _BY_NOUN:
                return _BY_NOUN[noun], f'it is sent to "{noun}"'
    return None


def read_handler(code: str) -> list[str]:
    """The names in a line of script, as words: `deleteUser(5)` is `delete user`."""
    names = re.findall(r"[A-Za-z_$][\w$]{2,40}", code[:600])
    dull = {"return", "this", "function", "window", "document", "event", "void", "javascript"}
    return [
        " ".join(word.lower() for word in _SPLIT.split(_CAMEL.sub("-", name)) if word)
        for name in names[:12]
        if name not in dull
    ]
