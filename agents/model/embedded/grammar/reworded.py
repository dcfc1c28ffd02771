"""Plain forms that other rules know in other words: the instruction is put into those first.

All work on a masked text, in which a quote, a variable or an address is one character.
"""

from __future__ import annotations

import re

from agents.model.embedded.grammar.masking import MASK, Masked

# A verb, and not "the list".
_READS = (
    r"(?<!\bthe )(?<!\bthis )(?<!\bmy )(?<!\ba )"
    r"(?:get|return|extract|list|give(?: me)?|collect|tell me|show(?: me)?|find|output|report)"
)
_ITS = r"(?:its |their |the |his |her )?"
# "For each product on the page, get its name, price and rating"
_FOR_EACH = re.compile(
    r"\bfor (?:each|every|all)(?: of)?(?: the)? (?P<noun>[a-z]+(?: [a-z]+){0,2}?)"
    r"(?P<place> (?:in|on|from|of) (?:the|this) [^,.;:]{1,40}?)?,\s*(?:please )?"
    rf"(?P<verb>{_READS}) {_ITS}(?P<fields>[^.;\n]{{1,200}}?)"
    r"(?=\s*(?:[.;\n]|,? (?:and )?then\b|$))",
    re.I,
)
# "Get the name and price for each product on the page"
_TO_EACH = re.compile(
    rf"(?P<head>\b{_READS} [^.;\n]{{0,200}}?) for (?:each|every)(?: of the)? (?P<noun>[a-z]+)"
    r"(?= (?:in|on|from|of) (?:the|this)\b)",
    re.I,
)
# "The name and the price of every product"
_THE_FIELDS = re.compile(
    rf"(?P<head>\b{_READS} (?:me )?)(?P<fields>the [a-z]+(?:(?:,| and|, and) the [a-z]+)+)"
    r"(?= of (?:each|every|all)\b)",
    re.I,
)
# "All films of the table under “Movies”": its rows.
_IN_TABLE = re.compile(
    rf"(?P<head>\b{_READS} (?:me )?)(?:all )?(?:of )?(?:the )?[a-z]+s (?:of|in|from) the table "
    rf"(?:under|below|called|named|titled) (?P<name>{MASK})",
    re.I,
)
# "The top 3 products (name, price) sorted by price"
_IN_BRACKETS = re.compile(
    r" \((?P<fields>[a-z][a-z ]*(?:(?:,| and|, and) [a-z][a-z ]*)+)\)"
    r"(?= (?:sorted|ordered|by|from|in|on|under|below|above|with|as)\b)",
    re.I,
)
# "A table with the columns Name and Price"
_COLUMNS = re.compile(r"\btable with (?:the )?columns?:? (?=\w)", re.I)
# "Extract the table as JSON": what is read is values anyway.
_AS_DATA = re.compile(
    r"(?P<head>(?<!\bthe )(?<!\bthis )(?<!\ba )"
    r"\b(?:get|return|extract|list|give me|output|scrape|read)\b"
    r"(?:(?!\b(?:download|export|save|file)\b)[^.;\n]){0,200}?)"
    r",? (?:as|in) (?:an? )?(?:valid )?(?:JSON|CSV|YAML|XML|markdown)"
    r"(?: (?:format|array|list|object|table))?(?=\s*(?:[,.;\n]|and\b|then\b|$))",
    re.I,
)
# "Make sure that "Remember me" is ticked"
_MAKE_SURE = re.compile(
    r"\b(?:make sure|ensure|be sure)(?: that)?(?: the)?(?: (?:check)?box(?:es)?)?"
    rf" (?P<what>{MASK}|[^,.;\n]{{1,60}}?) (?:is|are) (?P<no>not |un)?(?:ticked|checked|selected)\b"
    rf"(?:,? and (?:that )?(?P<too>{MASK}|[^,.;\n]{{1,60}}?) (?:is|are) "
    r"(?P<not>not |un)?(?:ticked|checked|selected)\b)?",
    re.I,
)
# "Tick Milk and Eggs but not Bread"
_BUT_NOT = re.compile(
    r"(?P<verb>(?:^|[.,;\n] ?|\bthen |\band )(?:tick|check)) "
    r"(?P<what>(?!whether\b|if\b|that\b|how\b|out\b)[^.;\n]{1,200}?),? "
    r"but not (?P<not>[^,.;\n]{1,200})",
    re.I,
)
# "In the field Name enter Ada", "in Name type Ada"
_IN_FIELD = re.compile(
    r"(?P<before>^|[,.;\n]\s*|\band |\bthen )in "
    rf"(?P<field>(?:the )?(?:(?:field|box|input) )?(?:{MASK}|[^,.;:\n]{{1,40}}?)),? "
    rf"(?P<verb>type|enter|write) (?:in )?(?P<value>{MASK}|[^,.;\n]{{1,60}}?)"
    r"(?=\s*(?:[.;\n]|$|then\b|(?:and|,(?: and| then)?) (?:in|press|click|submit|send|save|tick"
    r"|check|choose|select|type|enter|write)\b))",
    re.I,
)
_NEW_TAB = re.compile(
    r"(?P<head>(?:^|[.,;\n] ?|\bthen |\band )(?:please )?(?:open|go to|visit|click|follow|load)\b"
    r"[^.,;:\n]{0,120}?) in an? (?:new|separate|second) (?:browser )?(?:tab|window)\b",
    re.I,
)
_TWO_PLACES = re.compile(
    rf"\b(?P<verb>open|go to|visit|navigate to) (?P<first>{MASK})(?:,| and|, and) "
    rf"(?P<second>{MASK})",
    re.I,
)
# "Download the CSV by clicking Export"
_BY_CLICKING = re.compile(
    r"\b(?P<verb>download) (?:the |a |an )?(?:[a-z]+ )?[a-z]+ by (?:clicking|pressing)(?: on)? "
    r"(?=\S)",
    re.I,
)
_THE_DATE = re.compile(
    rf"\b(?P<verb>pick|choose|select|enter) the date (?=\d|{MASK}|(?-i:[A-Z]))", re.I
)
# "Choose Blue, then add to cart": what is looked at.
_TO_CART = re.compile(
    r"(?P<before>^|[,;.:\n] ?|\band |\bthen )add to (?:the |my |your )?(?P<cart>cart|basket|bag)\b",
    re.I,
)
_TEXT_OF = re.compile(
    r"\bthe (?:text|content|wording) of (?=the (?:first|second|third|last|\d+(?:st|nd|rd|th)) "
    r"(?:paragraph|sentence|heading)\b)",
    re.I,
)
# "The headings of the article": those of the page.
_ALL_HEADINGS = re.compile(
    rf"(?P<verb>\b{_READS}) (?:me )?(?:all )?(?:of )?(?:the )?headings (?:of|in|on|from) "
    r"(?:the|this) (?:page|article|text|post|document)\b",
    re.I,
)
# "How many rows does the table have?"
_HAS_MANY = re.compile(
    r"\bhow many (?P<noun>[a-z]+) (?:does|do) (?P<what>(?:the|this) [^?.,;\n]{0,30}?"
    r"(?:table|list|grid|menu|page|footer|header|sidebar|navigation|drop-?down|form|section)) "
    r"(?:have|contain|show|list)\b",
    re.I,
)
_ON_PAGE = re.compile(
    rf"(?P<head>\b{_READS}\b[^.;\n]{{0,200}}?) on the (?:current )?page"
    r"(?=\s*(?:[,.;\n]|and\b|then\b|as\b|$))",
    re.I,
)
# "Read the page and tell me what it says": it is read to tell.
_READ_FIRST = re.compile(
    r"\bread (?:it|them|(?:the|this) (?:whole )?(?:page|article|text|post|story))"
    r"(?: carefully| through)?(?:,? and(?: then)?|,? then|,) "
    r"(?=(?:tell|summari[sz]e|return|get|give|extract|answer|list|report)\b)",
    re.I,
)


def plainly(text: str, k: Masked) -> str:
    """The masked instruction in the words that the rules know."""
    text = _FOR_EACH.sub(_of_every, text)
    text = _THE_FIELDS.sub(lambda m: m["head"] + "the " + re.sub(r"\bthe ", "", m["fields"]), text)
    text = _IN_TABLE.sub(r"\g<head>the table under \g<name>", text)
    text = _TO_EACH.sub(r"\g<head> of every \g<noun>", text)
    text = _ON_PAGE.sub(r"\g<head> on this page", text)
    text = _HAS_MANY.sub(r"how many \g<noun> are there in \g<what>", text)
    text = _ALL_HEADINGS.sub(r"\g<verb> all headings", text)
    text = _TEXT_OF.sub("", text)
    text = _TO_CART.sub(r"\g<before>add it to the \g<cart>", text)
    text = _IN_BRACKETS.sub(r" with \g<fields>", text)
    text = _COLUMNS.sub("table with ", text)
    text = _AS_DATA.sub(r"\g<head>", text)
    text = _MAKE_SURE.sub(_ticked, text)
    text = _BUT_NOT.sub(r"\g<verb> \g<what>, untick \g<not>", text)
    text = _IN_FIELD.sub(_into, text)
    text = _NEW_TAB.sub(r"\g<head>", text)
    text = _TWO_PLACES.sub(lambda m: _both(m, k), text)
    text = _BY_CLICKING.sub(r"\g<verb> ", text)
    text = _THE_DATE.sub(r"\g<verb> ", text)
    return _READ_FIRST.sub("", text)


def _of_every(m: re.Match[str]) -> str:
    fields = re.sub(r"(?<=[, ])(?:the|its|their) ", "", m["fields"])
    return f"{m['verb']} the {fields} of every {m['noun']}{m['place'] or ''}"


def _ticked(m: re.Match[str]) -> str:
    said = f"{'untick' if m['no'] else 'tick'} {m['what']}"
    return f"{said}, {'untick' if m['not'] else 'tick'} {m['too']}" if m["too"] else said


def _into(m: re.Match[str]) -> str:
    """Turned round, unless what stands first is the page's part and not a field of it."""
    if re.search(r"\b(?:page|settings|dialog|form|section|menu|tab|search results?)$", m["field"]):
        return m.group()
    return f"{m['before']}{m['verb']} {m['value']} into {m['field']}"


def _both(m: re.Match[str], k: Masked) -> str:
    kinds = {part["is"] for part in k.parts_in(m.group())}
    if not kinds <= {"url", "domain"}:
        return m.group()
    return f"{m['verb']} {m['first']}, {m['verb']} {m['second']}"
