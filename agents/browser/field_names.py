"""Names of fields that say the same in other words: "Surname" is "Last name", "ZIP" "Post code".

`same_words` brings every name to one form, so that two are compared by what they say. Words that
only sometimes mean the same ("mobile" and "phone") are none of them.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

# The first of each line stands for the others.
_LINES = """
surname: last name, family name, lastname
given name: first name, forename, firstname
phone: telephone, phone number, telephone number, tel number, phone no, telephone no, tel no, tel
mobile: mobile number, mobile phone, mobile phone number, cell phone, mobile no
email: e mail, email address, e mail address, mail address
postcode: post code, postal code, zip code, zip, zipcode, postalcode, zip postal code
date of birth: birth date, birthdate, dob, birthday, birth day
quantity: qty
price: cost
country: nation
department: dept
company: organisation, organization, employer
"""
_NUMBER = re.compile(r" (?:number|numbers|no|nr|num|ids?|#)$")  # "order id", "order no", "order #"


@cache
def _known() -> tuple[re.Pattern[str], dict[str, str]]:
    first: dict[str, str] = {}
    for line in _LINES.strip().splitlines():
        name, _, others = line.partition(":")
        first.update({other.strip(): name for other in others.split(",")})
    longest = sorted(first, key=len, reverse=True)
    return re.compile(rf"\b({'|'.join(map(re.escape, longest))})s?\b"), first


def same_words(name: str) -> str:
    """A name in lower-case words with each known phrase by its one name, numbers as "number".

    name: plain words, as `extract_names.plain` gives them.
    """
    return _short(name) if len(name) < _MAX_KEPT_CHARS else _said(name)


_MAX_KEPT_CHARS = 200  # a longer text is no name


@lru_cache(maxsize=4096)
def _short(name: str) -> str:
    return _said(name)


def _said(name: str) -> str:
    pattern, first = _known()
    told = pattern.sub(lambda m: first[m.group(1)], name)
    return _NUMBER.sub(" number", told)


def is_known(words: str) -> bool:
    """Whether words in that form are one of the names known here."""
    return words in _known()[1].values()


__all__ = ["is_known", "same_words"]
