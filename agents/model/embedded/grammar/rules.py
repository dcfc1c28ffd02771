"""The rules of the grammar, in the order in which they are tried: the first that fits wins."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from agents.model.embedded.grammar import (
    asking,
    dealing,
    filling,
    going,
    making,
    putting,
    saying,
    signing,
    taking,
    wanting,
)
from agents.model.embedded.grammar.going import look_intent, open_intent, within_intent
from agents.model.embedded.grammar.masking import MASK, Masked
from agents.model.embedded.grammar.phrases import clean, target_of
from agents.model.embedded.grammar.verbs import (
    Intent,
    click_intent,
    copy_intent,
    drag_intent,
    lookup_intent,
    only_intent,
    paste_intent,
    respond_intent,
    sifted,
    simple,
    targeted,
    verbed,
    verify_intent,
)

Rule = tuple[re.Pattern[str], Callable[[re.Match[str], Masked], "Intent | list[Intent] | None"]]


def _rule(pattern: str, build: Callable[[re.Match[str], Masked], Any]) -> Rule:
    return re.compile(pattern, re.I), build


RULES: list[Rule] = [
    _rule(
        r"follow\s+(?:the |a )?link\s+(?:to|for|called|named|about)\s+(?P<what>.+)$",
        lambda m, k: open_intent(m.group("what"), k),
    ),
    _rule(
        (
            r"(?:go|navigate|take me|head|return|move) ?(?:back|to the (?:previous|"
            r"last) page)(?: (?:one|a) page| to the (?:list|results|previous page|"
            r"page).*)?$|back$"
        ),
        simple("back"),
    ),
    _rule(r"(?:go|navigate) forward$", simple("forward")),
    _rule(r"(?:reload|refresh)\b(?: (?:the )?(?:page|site|browser|it))?$", simple("reload")),
    _rule(
        (
            r"(?:take|capture|grab|make|get|save|return)\s+(?:me\s+)?(?:a|the|"
            r"another)?\s*(?P<full>full[- ]?page|whole[- ]page)?\s*(?:screen ?shot|"
            r"screen capture|picture of the (?:page|screen))\b.*$|screenshot\b.*$"
        ),
        lambda m, k: {
            "do": "screenshot",
            "full": "full" in m.group().lower() or "whole" in m.group().lower(),
        },
    ),
    _rule(
        (
            r"(?:accept|allow|agree to|dismiss|reject|decline|close|"
            r"deny|refuse)\s+(?:all\s+)?(?:the\s+)?(?:optional |non-essential |unnecessary |"
            r"tracking |third-party )?(?:cookies?|cookie (?:banner|notice|"
            r"consent|popup|dialog)s?|consent|gdpr.*)$"
        ),
        lambda m, k: {
            "do": "cookies",
            "accept": not re.match(r"rej|de[cn]|ref", m.group(), re.I),
        },
    ),
    _rule(
        r"(?:accept|ok|confirm|dismiss) the (?:alert|confirm(?:ation)?(?: dialog)?|prompt)$",
        simple("nothing"),
    ),
    _rule(
        r"confirm\s+(?:it\s+)?(?:with|by)\s+(?:(?:clicking|pressing|choosing|selecting)\s+)?(?:on\s+)?"
        rf"(?P<what>(?:the )?{MASK}.*|(?-i:[A-Z]).*)$",
        targeted("click"),
    ),
    _rule(
        r"search(?:\s+(?:the|this)\s+(?:catalogue|catalog|site|website|shop|store|database|archive"
        r"|library|directory|index))?$",
        simple("submit", verb="search"),
    ),
    *putting.RULES,
    _rule(
        r"(?P<verb>report)\s+(?:a |an |the )?(?:problem|issue|bug|fault|error|abuse|spam)\s+"
        r"(?:with|about|in|on|of|at)\s+(?P<what>.+)$",
        verbed,
    ),
    _rule(r"copy\s+(?P<what>.+)$", copy_intent),
    _rule(
        (
            r"paste\s+(?:it|that|them|the (?:text|value|copied text))?\s*(?:in(?:to)?|"
            r"to)\s+(?P<where>.+)$"
        ),
        paste_intent,
    ),
    _rule(
        (
            r"(?:enter|type|put|fill in|input|write)\s+(?:the\s+)?(?:value|text|"
            r"content)\s+(?:of|for|next to|shown for)\s+(?P<from>.+?)\s+(?:in(?:to)?|"
            r"to)\s+(?P<where>.+)$"
        ),
        lookup_intent,
    ),
    _rule(
        r"(?:type|enter|paste|put|write)\s+(?:it|that|this)\s+(?:in(?:to)?|to)\s+(?P<where>.+)$",
        paste_intent,
    ),
    _rule(
        (
            r"(?:reply|respond|answer)\b(?:\s+to\s+(?P<what>.+?))?(?:\s+(?:with|saying|"
            r"by saying|that says)|\s*:)\s+(?:the\s+)?(?:text|message|words)?\s*(?P<say>.+)$"
        ),
        respond_intent,
    ),
    _rule(r"forward\s+(?P<what>.+?)\s+to\s+(?P<to>.+)$", respond_intent),
    _rule(
        r"send\s+(?P<what>(?:it|that|this|the (?:e?-?mail|message).*?)(?: on)?)\s+to\s+(?P<to>.+)$",
        respond_intent,
    ),
    _rule(
        (
            r"(?:tell me|report|read(?: me)?|show me|say|return|what is|give "
            r"me)\s+(?:what\s+(?:it|that|the page|the (?:message|dialog|alert|"
            r"banner))\s+(?:then |now )?(?:says?|shows?|reads?|displays?)|the "
            r"(?:resulting |confirmation |error |success )?(?:message|response|answer|"
            r"result text|confirmation))(?:\s+(?:that )?(?:then |now )?(?:appears?|"
            r"shown|says|is shown))?$"
        ),
        simple("what_it_says"),
    ),
    _rule(
        r"(?:show|display|list|view|set|use)\s+(?P<n>\d+)\s+(?:\w+\s+)?"
        r"(?:per|a|on each|on every|on a) page$",
        lambda m, k: {"do": "select", "values": [m.group("n")], "target": target_of("", k)},
    ),
    _rule(
        r"(?:show|display|list|view)(?: me)? (?:only|just)\s+(?:the )?(?P<what>[\w '-]+|"
        + MASK
        + r")$",
        only_intent,
    ),
    _rule(r"(?:look|check|see) (?:under|in|inside)\s+(?P<what>[^,]{2,40})$", targeted("click")),
    _rule(r"within\s+(?P<what>.+)$", within_intent),
    _rule(
        r"(?:look|have a look|check|see)\s+(?:at|in|on)\s+(?P<what>the [\w '-]{2,40}|"
        + MASK
        + r")$",
        look_intent,
    ),
    *taking.RULES,
    *asking.RULES_BEFORE,
    *signing.SIGN_RULES,
    _rule(
        r"(?P<verb>sign|log) ?out\b.*$",
        lambda m, k: {"do": "click", "target": {**target_of("sign out", k)}},
    ),
    *going.SEARCHES,
    _rule(
        r"(?:add|put|save|keep)\s+(?P<what>.+?)\s+(?:to|in|into|on)\s+(?:the |my |your )?"
        r"(?P<verb>(?:watch|reading|saved|shopping) ?list)$",
        verbed,
    ),
    *saying.RULES,
    *dealing.LISTS,
    *wanting.RULES,
    *making.RULES,
    *dealing.RULES,
    *filling.RULES,
    *going.GOES,
    _rule(
        r"(?:click|tap|go)\s+(?:in)?to\s+(?P<what>.+)$",
        lambda m, k: open_intent(m.group("what"), k),
    ),
    _rule(
        (
            r"(?P<verb>double[- ]?click|right[- ]?click|click|press|tap|hit|"
            r"push)(?P<into> (?:through to|through|into))?(?: on| in| "
            r"at)?\s+(?P<what>.+)$"
        ),
        click_intent,
    ),
    _rule(
        r"(?:hover|mouse|move the mouse)(?: (?:over|on|to|above))+\s+(?P<what>.+)$",
        targeted("hover"),
    ),
    _rule(
        (
            r"(?:drag|move)(?: and drop)?\s+(?P<what>.+?)\s+(?:to|onto|into|on|"
            r"over)\s+(?:the )?(?P<to>.+)$"
        ),
        drag_intent,
    ),
    _rule(r"(?:expand|unfold|open up)\s+(?P<what>.+)$", targeted("expand")),
    _rule(r"(?:collapse|fold)\s+(?P<what>.+)$", targeted("expand", close=True)),
    _rule(
        r"(?:close|dismiss)\s+(?:.+?)\s+(?:with|by|using)\s+(?:(?:pressing|clicking|choosing)\s+)?"
        rf"(?P<what>(?:the )?(?-i:[A-Z]|{MASK}).*)$",
        lambda m, k: {"do": "click", "target": target_of(m.group("what"), k)},
    ),
    _rule(
        r"(?:close|dismiss)\s+(?P<what>.+)$",
        lambda m, k: {"do": "close", "target": target_of(m.group("what"), k)},
    ),
    _rule(
        r"(?:switch|change) to\s+(?P<what>.+)$",
        lambda m, k: {"do": "click", "target": target_of(m.group("what"), k)},
    ),
    _rule(r"(?:download|export)\s+(?P<what>.+)$", targeted("download")),
    _rule(
        r"save\s+(?P<what>.+ (?:file|pdf|report|document|invoice|csv|image))(?: .*)?$",
        targeted("download"),
    ),
    _rule(
        r"(?:upload|attach)\s+(?P<what>.+?)(?:\s+(?:to|in|into|as|for|using)\s+(?P<to>.+))?$",
        lambda m, k: {
            "do": "upload",
            "value": k.value(m.group("what")),
            "target": target_of(m.group("to") or "file upload", k),
        },
    ),
    _rule(
        (
            r"submit(?: (?:the |this |your |my )?(?:form|it|everything|answers?|"
            r"data))?(?: when (?:done|finished))?$"
        ),
        simple("submit"),
    ),
    _rule(r"(?P<verb>submit)\s+(?P<what>.+)$", simple("submit")),
    _rule(
        r"(?:sort|order|arrange)\s+(?:(?:the |these |all )?[\w ]+? )?by\s+(?P<what>.+)$",
        lambda m, k: {"do": "sort", "by": k.raw(clean(m.group("what")))},
    ),
    _rule(
        (
            r"filter\s+(?:(?:the |these |all )?(?P<by>[\w ]+?) )?(?:by|for|on|so that (?:it|they)"
            r"(?: only)? shows?(?: me| us)?(?: only| just)?|to(?: show)?(?: only)?)\s+"
            r"(?:the (?=[^,]*\d))?(?P<what>.+)$"
        ),
        sifted,
    ),
    *putting.ORDERS,
    _rule(r"(?:proceed|continue|go)(?: on)? to (?P<what>.+)$", targeted("click")),
    _rule(
        r"(?:check ?out|continue|proceed|order) as (?:a )?guest$",
        lambda m, k: {"do": "click", "target": target_of("guest", k)},
    ),
    _rule(
        r"(?:continue|proceed|check ?out)$",
        lambda m, k: {"do": "click", "target": target_of(m.group(), k)},
    ),
    _rule(
        r"(?:confirm|verify|make sure|ensure|check)(?: (?:that|whether|if))\s+(?P<what>.+)$",
        verify_intent,
    ),
    _rule(r"(?:verify)\s+(?P<what>.+)$", verify_intent),
    *asking.RULES,
    _rule(r"(?:find|locate|look for)\s+(?P<what>.+)$", targeted("find")),
    _rule(
        (
            r"(?P<verb>delete|remove|trash|star|like|retweet|reply to|reply|forward|"
            r"share|archive|subscribe|follow|edit|rename|expand|print|copy|pin|mute|"
            r"block|report|approve|reject|cancel|start|stop|play|pause|accept|agree|"
            r"register|book|reserve|apply|confirm|save|send|skip|vote|upvote|join|"
            r"create|clear|toggle|publish|post|enrol|enroll|freeze|unfreeze|renew|leave|"
            r"unmute|unpin|restore|resolve|reopen|duplicate|hide|unhide|unblock|snooze|"
            r"bookmark|favou?rite|unfollow|unsubscribe|unstar|suspend|ban|assign|upgrade|"
            r"downgrade|activate|deactivate|complete|finish|resume|withdraw|report|review|place|request)\b"
            r"(?: (?:for|to|on|from|in))?\s*(?P<what>.*)$"
        ),
        verbed,
    ),
]
