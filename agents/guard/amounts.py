"""Numbers as people and programs write them: 1,200.00 and 1.200,00 and 1'200 and £ 1200."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

_MONEY = r"[$€£¥₽₺₹₩₴₫₪฿₱]|(?:USD|EUR|GBP|CHF|PLN|SEK|NOK|DKK|CZK|JPY|CNY|INR|BRL|RON|HUF|TRY)\b"
_AFTER = r"zł|kr\b|Kč|TL\b|Ft\b|lei\b|руб|元|円|원"
_NUMBER = r"\d[\d.,'’ \u00a0\u202f]{0,20}"
_MARK = re.compile(rf"(?P<money>{_MONEY})|{_AFTER}", re.I)
_BEFORE = re.compile(rf"({_NUMBER}?)\s?\Z")  # a mark
_BEHIND = re.compile(rf"\s?({_NUMBER})")
_REACH = 22  # characters from a mark to the far end of its number
_ANY = re.compile(r"\d[\d.,'’\u00a0\u202f]*(?: \d{3}(?!\d))*(?:[.,]\d+)?")
_GROUPS = re.compile(r"\d{1,3}([.,'])\d{3}(\1\d{3})*")
_PLAIN = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?")
_SPACES = re.compile(r"[\s'’]")
_HUNDREDTHS = re.compile(r"[.,]\d\d$")
_MOST_CHARS = 40
_MOST_TEXT = 1_000  # characters of a number with all its spaces
_MOST_EXPONENT = 100  # no amount has more digits, and arithmetic ends somewhere beyond


def readings(text: str) -> frozenset[Decimal]:
    """All numbers that a text may be meant as; empty when it is none.

    `1.200` is two: what a program reads as 1.2, a person may read as 1200.
    """
    if len(text) > _MOST_TEXT:
        return frozenset()
    bare = unicodedata.normalize("NFKC", text).replace("\u2212", "-").strip()
    bare = re.sub(rf"^(?:{_MONEY})|(?:{_MONEY}|{_AFTER})$", "", bare, flags=re.I).strip(" .,-'")
    bare = _SPACES.sub("", bare)
    if not bare or len(bare) > _MOST_CHARS:
        return frozenset()
    found = {_number(bare)} if _PLAIN.fullmatch(bare) else set()
    if re.fullmatch(r"[+-]?[\d.,]+", bare):
        found |= _separated(bare.lstrip("+-"))
    return frozenset(each.copy_abs() for each in found if each is not None)


def exact(text: str) -> frozenset[Decimal]:
    """The number that a program wrote, as JSON does."""
    found = _number(text)
    return frozenset() if found is None else frozenset({found.copy_abs()})


def _separated(bare: str) -> set[Decimal | None]:
    last = max(bare.rfind("."), bare.rfind(","))
    if last < 0:
        return {_number(bare)}
    whole = re.sub(r"[.,]", "", bare)
    found: set[Decimal | None] = set()
    if _GROUPS.fullmatch(bare):
        found.add(_number(whole))
        if bare.count(bare[last]) > 1:
            return found
    head = re.sub(r"[.,]", "", bare[:last]) or "0"
    if re.fullmatch(r"\d+", bare[last + 1 :]):
        found.add(_number(f"{head}.{bare[last + 1 :]}"))
    return found


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    is_usual = number.is_finite() and abs(number.adjusted()) <= _MOST_EXPONENT
    return number if is_usual else None


def amounts_in(text: str) -> frozenset[Decimal]:
    """All amounts of money in a text: with a currency, or two decimals; else all numbers."""
    said = {number for _, _, number in _prices(text)}
    said |= {each for each in _ANY.findall(text) if _HUNDREDTHS.search(each[-3:])}
    return frozenset(number for each in said for number in readings(each)) or numbers_in(text)


def numbers_in(text: str) -> frozenset[Decimal]:
    """All numbers in a text, amounts of money left out."""
    kept, end = [], 0
    for start, behind, _ in _prices(text):
        kept.append(text[end:start])
        end = behind
    bare = " ".join([*kept, text[end:]])
    return frozenset(number for each in set(_ANY.findall(bare)) for number in readings(each))


def _prices(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, the number) of all that has a currency, before its mark or else behind it."""
    end = 0
    for mark in _MARK.finditer(text):
        if mark.start() < end:
            continue
        first = max(end, mark.start() - _REACH)
        before = _BEFORE.search(text[first : mark.start()])
        if before is not None:
            start, end = first + before.start(), mark.end()
            yield start, end, before[1]
            continue
        behind = _BEHIND.match(text, mark.end()) if mark["money"] else None
        if behind is not None:
            end = behind.end()
            yield mark.start(), end, behind[1]
