"""Values to look for, a page that repeats them in many ways, and an eye that knows no redactor."""

from __future__ import annotations

import base64
import html
import json
import random
import string
from urllib.parse import quote, quote_plus

LETTERS = string.ascii_letters + string.digits
SIGNS = "!#$%&*+/=?@^_~<>\"'\\|;:,.-"


def make(dice: random.Random) -> dict[str, str]:
    """A value of each shape, none seen before."""
    word = lambda n: "".join(dice.choices(LETTERS, k=n))  # noqa: E731
    return {
        "password": word(6) + "".join(dice.choices(SIGNS, k=3)) + word(5),
        "phrase": " ".join(word(dice.randint(4, 8)).lower() for _ in range(4)),
        "card": "4" + "".join(dice.choices(string.digits, k=15)),
        "token": "sk_" + word(40),
        "accents": f"{word(4)}-Zürich-{word(4)}-é",
        "quotes": f'{word(4)}"<{word(4)}>&\\{word(3)}',
        "short": word(7),
    }


def shapes(value: str) -> set[str]:
    """What to look for: each form that is promised to go, longer than six characters."""
    raw = value.encode()
    found = {
        value, value.lower(), value.upper(), value.swapcase(), value[::-1], quote(value, safe=""),
        quote(value), quote(value, safe="").lower(), quote_plus(value), html.escape(value),
        json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1],
        json.dumps(json.dumps(value))[3:-3], raw.hex(), raw.hex().upper(), raw.hex(":"),
        repr(value)[1:-1], "".join(f"%{byte:02x}" for byte in raw),
        "".join(f"&#{ord(char)};" for char in value), "\u200b".join(value),
    }  # fmt: skip
    if sum(char.isalnum() for char in value) >= 8:
        found.add("  ".join(value))
    for before in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            text = encode(b"x" * before + raw).decode().rstrip("=")
            whole = (before + len(raw)) % 3 == 0  # else the last one holds bits of what follows
            found.add(text[(0, 2, 3)[before] : None if whole else -1])
    return {shape for shape in found if len(shape) > 6}


def hits(text: str, values: dict[str, str]) -> list[str]:
    """Names of the values that are in the text, in whichever shape."""
    folded = text.casefold()
    return [
        f"{name}: {shape}"
        for name, value in values.items()
        for shape in shapes(value)
        if shape in text or shape.casefold() in folded
    ]


PAGE = """<!doctype html><title>Echo</title><h1>Echo</h1>
<label>Field <input id=field></label> <label>Password <input id=pw type=password></label>
<button type=button id=more>Show more</button> <a id=save download>Save a copy</a>
<a id=keep download=kept.bin>Keep it</a>
<div id=out></div>
<script>
const utf8 = v => String.fromCharCode(...new TextEncoder().encode(v));
const hex = v => [...utf8(v)].map(c => c.charCodeAt(0).toString(16).padStart(2, '0'));
const all = v => [v, encodeURIComponent(v), encodeURIComponent(v).toLowerCase(), btoa(utf8(v)),
  btoa('x' + utf8(v)), btoa('xy' + utf8(v)),
  btoa(utf8(v)).replaceAll('+', '-').replaceAll('/', '_'),
  hex(v).join(''), hex(v).join(':').toUpperCase(), [...v].reverse().join(''), v.toUpperCase(),
  v.toLowerCase(), JSON.stringify(v), JSON.stringify(JSON.stringify(v)),
  v.replaceAll('&', '&amp;').replaceAll('<', '&lt;'), [...v].join('\\u200b'), [...v].join('  '),
  [...v].map(c => '&#' + c.codePointAt(0) + ';').join(''), 'Bearer ' + btoa('me:' + utf8(v))];
let last = [];
const show = () => {
  last = [field.value, pw.value].filter(Boolean).flatMap(all);
  out.replaceChildren(...last.map(t => Object.assign(document.createElement('p'),
    {textContent: t, title: t})));
  out.append(Object.assign(document.createElement('input'),
    {value: field.value, placeholder: pw.value}));
  document.title = 'Echo ' + field.value + ' ' + btoa(utf8(pw.value));
  const where = '?q=' + encodeURIComponent(field.value) + '#' + btoa(utf8(pw.value));
  history.replaceState(null, '', where);
  save.href = URL.createObjectURL(new Blob([last.join('\\n')], {type: 'text/plain'}));
  keep.href = URL.createObjectURL(new Blob([new Uint8Array([0, 1, 255]), last.join('\\0')]));
  save.download = field.value.replace(/[^\\w -]/g, '_') + '.txt';
};
field.oninput = pw.oninput = show;
more.onclick = () => {
  console.error(last.join(' | '));
  alert('You typed ' + field.value + ' and ' + btoa(utf8(pw.value)));
  setTimeout(() => { throw new Error('lost ' + pw.value); });
};
</script>"""
