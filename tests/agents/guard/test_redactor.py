"""A value comes out of text in every shape that it can be recognised in, and nothing else does."""

from __future__ import annotations

import base64
import html
import json
import quopri
import random
import re
import tracemalloc
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from agents.guard.redactor import Redactor
from agents.ports import Variable

VALUES = {
    "token": "sk_Tr0ub4dor&3-x9Q",
    "phrase": "correct horse battery staple",
    "card": "4111111111111111",
    "umlaut": "Zürich-Straße 12!",
    "short": "p@ss w0",
    "json": 'quo"te\\back/slash<&>',
    "otp": "482913",
    "escapes": 'oh"<Nb>&\\tMR%41 0x61 &lt',
}


def partly(value: str) -> str:
    return "".join(
        f"%{ord(char):02x}" if index % 3 == 0 and ord(char) < 128 else char
        for index, char in enumerate(value)
    )


SHAPES = {
    "as it is": str,
    "url": lambda v: quote(v, safe=""),
    "url, lower case": lambda v: quote(v, safe="").lower(),
    "url, plus": quote_plus,
    "url, every byte": lambda v: "".join(f"%{byte:02X}" for byte in v.encode()),
    "url, in part": partly,
    "url, twice": lambda v: quote(quote(v, safe=""), safe=""),
    "html": html.escape,
    "html, every character": lambda v: "".join(f"&#x{ord(c):x};" for c in v),
    "html, decimal": lambda v: "".join(f"&#{ord(c)};" for c in v),
    "json": lambda v: json.dumps(v)[1:-1],
    "json, every character": lambda v: "".join(f"\\u{ord(c):04X}" for c in v),
    "json in json": lambda v: json.dumps(json.dumps(v)),
    "python bytes": lambda v: "".join(f"\\x{byte:02x}" for byte in v.encode("latin-1")),
    "upper case": str.upper,
    "lower case": str.lower,
    "hex": lambda v: v.encode().hex(),
    "hex, upper case": lambda v: v.encode().hex().upper(),
    "hex, colons": lambda v: v.encode().hex(":"),
    "hex, as numbers": lambda v: ", ".join(f"0x{byte:02x}" for byte in v.encode()),
    "reversed": lambda v: v[::-1],
    "soft hyphens": "\u00ad".join,
    "zero width": "\u200b".join,
    "fillers": "\u3164".join,
    "blank Braille": "\u2800".join,
    "full width": lambda v: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in v),
}
SPREAD = {
    "spaces": "  ".join,
    "lines": "\n".join,
    "dashes": "-".join,
    "character codes": lambda v: ",".join(str(ord(c)) for c in v),
}


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    return Redactor(VALUES)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_value_goes_in_every_shape(redactor, shape):
    for name, value in VALUES.items():
        text = f'<a href="/x?y={SHAPES[shape](value)}">z</a>'
        assert redactor.has(text), (name, text)
        clean = redactor.text(text)
        assert f"{{{{{name}}}}}" in clean, clean
        assert clean.startswith('<a href="/x?y=') and clean.endswith('">z</a>'), clean


@pytest.mark.parametrize("shape", SPREAD)
def test_a_long_value_goes_with_anything_between_its_characters(redactor, shape):
    for name in ("token", "phrase", "card", "umlaut"):
        text = f"see {SPREAD[shape](VALUES[name])} there"
        left = redactor.text(text).removeprefix(f"see {{{{{name}}}}}")
        assert left.endswith(" there") and not any(c.isalnum() for c in left[:-6]), (name, left)


def amid(before: int, encode) -> object:
    """The value in a longer text that is encoded as a whole."""
    return lambda v: encode(b"u" * before + v.encode() + b":tail").decode().rstrip("=")


TWICE = (
    {name: SHAPES[name] for name in SHAPES if not name.endswith(("twice", "in json"))}
    | {
        "base64": lambda v: base64.b64encode(v.encode()).decode(),
        "base64 of urls": lambda v: base64.urlsafe_b64encode(v.encode()).decode().rstrip("="),
        "hex, spaces": lambda v: v.encode().hex(" "),
        "mail": lambda v: quopri.encodestring(v.encode(), quotetabs=True).decode(),
    }
    | {f"base64 after {before}": amid(before, base64.b64encode) for before in (1, 2, 3)}
)
# These change the characters, not the way to write them, and are looked for on their own only.
ONCE = {
    "soft hyphens",
    "zero width",
    "fillers",
    "blank Braille",
    "full width",
    "url, in part",
    "hex, as numbers",
    "python bytes",
}


@pytest.mark.parametrize("outer", sorted(TWICE.keys() - ONCE))
def test_a_value_goes_in_a_shape_of_a_shape(redactor, outer):
    for inner in sorted(TWICE.keys() - ONCE):
        for name in ("token", "umlaut", "short", "json", "otp"):
            value = VALUES[name]
            text = f"see {TWICE[outer](TWICE[inner](value))} there"
            clean = redactor.text(text)
            assert f"{{{{{name}}}}}" in clean, (name, inner, text, clean)
            if "after" in outer + inner:
                continue  # what was put before and after it stays
            left = clean.removeprefix("see ").removesuffix(" there").replace(f"{{{{{name}}}}}", "")
            left = re.sub(r"(?i)3d|u003d|=|%|\\|&|#|x|;|61|\W", "", left)
            assert len(left) <= 5, (inner, text, clean)  # padding, signs at the ends


def test_forms_that_begin_alike_go_to_their_ends():
    value = "abcdefghijklmnopqrstuv&xyz-0123456789"
    found = Redactor({"key": value})
    for inner in (quote, html.escape, str.upper, str):
        text = base64.b64encode(inner(value).encode()).decode()
        assert found.text(f"<{text}>") in ("<{{key}}>", "<{{key}}=>"), text


def test_a_character_of_two_units_is_one():
    found = Redactor({"key": "pa55😀word-é1"})
    for text in ("pa55\\ud83d\\ude00word-\\u00e91", "PA55\\U0001F600WORD-\\u00E91"):
        assert found.text(f"<{text}>") == "<{{key}}>"


@pytest.mark.parametrize("alphabet", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("padded", [True, False])
def test_base64_at_every_place_of_a_group(redactor, alphabet, padded):
    for name, value in VALUES.items():
        for before in range(4):
            for after in (0, 1, 5):
                raw = b"u" * before + value.encode() + b":" * after
                encoded = alphabet(raw).decode()
                text = redactor.text("Basic " + (encoded if padded else encoded.rstrip("=")) + ".")
                assert f"{{{{{name}}}}}" in text, (name, before, after, encoded)
                left = text.partition("{{")[0] + text.partition("}}")[2]
                assert len(left) <= len("Basic .") + before * 2 + after * 2 + 2, text


def test_a_piece_of_a_long_value_goes_too(redactor):
    assert redactor.text("It is sk_Tr0ub4d…") == "It is {{token}}…"
    assert redactor.text("… battery staple") == "… {{phrase}}"
    assert redactor.text("ends in 1111") == "ends in 1111"
    key = "".join(random.Random(3).choices("ABCDEFGHIJKLMNOPabcdefghijklmnop0123456789", k=900))
    long = Redactor({"key": key})
    assert long.text(f"line: «{key[301:365]}» end") == "line: «{{key}}» end"


def test_text_without_a_value_stays_as_it_is(redactor):
    harmless = [
        "", "The quick brown fox; 4111 and 1111.", "https://shop.example/?q=%20a&amp;b=\\u0041",
        "Ordinary horses are correct.", "Zurich, 2026-11-22 48291", "données naïves 0x41",
    ]  # fmt: skip
    for text in harmless:
        assert redactor.text(text) is text


def test_short_values_go_as_whole_words():
    pin = Redactor({"pin": "42", "code": "2026"})
    assert pin.text("pin 42, not 142 or 42nd") == "pin {{pin}}, not 142 or 42nd"
    assert pin.text("x2026x") == "x{{code}}x"


def test_short_values_are_found_in_no_text_by_chance():
    values = {"pin": "4829", "word": "shop", "code": "482913", "name": "ada12", "mixed": "Ab3-x9Q"}
    found = Redactor(values)
    dice = random.Random(5)
    noise = [dice.randbytes(90) for _ in range(2_000)]
    texts = [base64.b64encode(raw).decode() for raw in noise] + [raw.hex() for raw in noise]
    texts += [quote(raw) for raw in noise] + [json.dumps(list(raw)) for raw in noise]
    texts += [Path(path).read_text() for path in (re.__file__, json.__file__, html.__file__)]
    for text in texts:
        if not any(v.lower() in re.sub(r"\W", "", text).lower() for v in values.values()):
            assert found.text(text) is text


def test_numbers_in_a_table_are_no_short_value_encoded_twice():
    found = Redactor({"pin": "4829"})
    for text in ("932 383 43", "9, 3; 2|3 8 3.43", "75 05 65 25"):
        assert found.text(text) is text
    assert found.text("<93%23%83%43%>") == "<{{pin}}>"


def test_json_keeps_its_form(redactor):
    value = {"a": [VALUES["card"], 4111111111111111, 7, None, True], VALUES["phrase"]: 1.5}
    assert redactor.json(value) == {
        "a": ["{{card}}", "{{card}}", 7, None, True], "{{phrase}}": 1.5,
    }  # fmt: skip
    assert redactor.json(482913) == "{{otp}}"
    same = {"x": ["y", 1]}
    assert redactor.json(same) == same


def test_only_sensitive_variables_go_but_fields_name_all():
    found = Redactor.of({"a": Variable("visible-one"), "b": Variable("hidden-one", sensitive=True)})
    assert found.text("visible-one hidden-one") == "visible-one {{b}}"
    assert found.field("visible-one") == "{{a}}"
    assert not Redactor.of({"a": Variable("visible-one")}).active


def test_files_of_text_are_cleaned_in_their_encoding(redactor):
    for encoding in ("utf-8", "utf-16"):
        data = f"total\n{VALUES['umlaut']}\n".encode(encoding)
        assert redactor.data(data).decode(encoding) == "total\n{{umlaut}}\n"
    noise = bytes(range(256))
    assert redactor.data(noise) is noise
    assert redactor.data(noise + VALUES["token"].encode()) == noise + b"{{token}}"


def test_a_stream_never_shows_part_of_a_value(redactor):
    dice = random.Random(7)
    twice = lambda v: SHAPES["json, every character"](v).encode().hex()  # noqa: E731
    for name, value in VALUES.items():
        for shape in (
            str,
            SHAPES["url"],
            SHAPES["json, every character"],
            SHAPES["reversed"],
            twice,
        ):
            whole = f"I will type {shape(value)} into the field and then go on with the rest."
            stream, shown, at = redactor.stream(), "", 0
            while at < len(whole):
                size = dice.randint(1, 7)
                shown += stream.feed(whole[at : at + size])
                at += size
            shown += stream.flush()
            assert shown == redactor.text(whole)
            assert f"{{{{{name}}}}}" in shown
    quiet = Redactor({}).stream()
    assert quiet.feed("at once") == "at once"


def test_a_stream_of_prose_is_not_held_for_long(redactor):
    stream = redactor.stream()
    words = "and then go on with the rest of it " * 20
    assert len(words) - len(stream.feed(words)) < 6 * 30 + 16 + 10


def test_values_that_hold_each_other_all_go():
    found = Redactor({"user": "ada.lovelace", "mail": "ada.lovelace@example.org"})
    clean = found.text("to ada.lovelace@example.org, signed ada.lovelace")
    assert "lovelace" not in clean and "example.org" not in clean, clean


def test_what_was_taken_out_stays_out_however_often():
    found = Redactor({"password": "password", "username": "user"})
    once = found.text("my password is password, user")
    assert once == "my {{password}} is {{password}}, {{username}}"
    assert found.text(once) == once


@pytest.mark.parametrize("words", ["big and bigger ", "größer und ", "big &amp; bigger "])
def test_a_value_in_a_large_text_takes_little_memory(words):
    """A list of where each character came from took a hundred times the text."""
    redactor = Redactor({"pin": "correct-horse-7261"})
    text = words * 20_000 + "c-o-r-r-e-c-t horse 7261 " + words * 20_000
    redactor.text("correct-horse-7261")  # what is compiled once
    tracemalloc.start()
    try:
        clean = redactor.text(text)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert clean == text.replace("c-o-r-r-e-c-t horse 7261", "{{pin}}")
    assert peak < 40 * len(text)
