"""Takes the values of sensitive variables out of whatever leaves a run.

One redactor a run, for every exit: what a model is asked, events, checkpoints, files, logs,
results. A value goes in any of the shapes of `agents.guard.forms`, and comes out as `{{name}}`.
Text without a value costs two passes of an automaton, some hundred MB/s.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakValueDictionary

import re2

from agents.guard.forms import ESCAPE, Form, fold, forms_of, squeeze, unescaped
from agents.guard.mapped import ALNUM, Folded, Mapped
from agents.ports import JSON, Variable

_LAYERS = 4  # the text, and what is left after undoing escapes up to three times
_MEMORY, _MEMORY_PER_BYTE = 64 << 20, 1_024  # what RE2 may use at most; it uses a tenth or less
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]")
_MAY_ESCAPE = ("%", "&", "\\", "0x", "0X")
_LAST_RUN = re.compile(r"\S+\Z")
_FEW = 8  # texts of a list that are looked through one by one
_MOST_HELD = 2_000
# Characters for one of the value: of an escape; of two encodings, which have no space in them.
_ESCAPED, _TWICE = 6, 16


@dataclass(frozen=True)
class _Hit:
    start: int
    end: int
    name: str


class Redactor:
    """Replaces values by their names. Compiled once, used from any thread."""

    def __init__(
        self, values: Mapping[str, str], *, fields: Mapping[str, str] | None = None
    ) -> None:
        """values: name -> what to take out. fields: name -> what a field may hold openly."""
        self._names = {value: name for name, value in (fields or values).items() if value}
        self._needles = _needles_for(values)
        self._plain, self._spread = self._needles.plain, self._needles.spread
        names = "|".join(re.escape(name) for name in values)
        self._marks = re.compile(rf"\{{\{{(?:{names})\}}\}}")
        self._digits = any(any(c.isdigit() for c in value) for value in values.values())
        self._longest = max((len(value) for value in values.values()), default=0)
        self.active = any(values.values())

    @classmethod
    def of(cls, variables: Mapping[str, Variable]) -> Redactor:
        """For the sensitive ones among a task's variables."""
        hidden = {name: item.value for name, item in variables.items() if item.sensitive}
        return cls(hidden, fields={name: item.value for name, item in variables.items()})

    # --- using --------------------------------------------------------------------------------
    def text(self, text: str) -> str:
        """The text with every value replaced by `{{name}}`."""
        if not self._suspects(text):
            return text
        parts, end = [], 0
        for hit in self._hits(text):
            parts += [text[end : hit.start], f"{{{{{hit.name}}}}}"]
            end = hit.end
        return "".join(parts) + text[end:] if parts else text

    def has(self, text: str) -> bool:
        """Whether a value is in it."""
        return self._suspects(text) and bool(self._hits(text))

    def places(self, text: str) -> list[tuple[int, int]]:
        """(start, end) of each value in it, in order."""
        found = self._hits(text) if self._suspects(text) else []
        return [(hit.start, hit.end) for hit in found]

    def json(self, value: JSON) -> JSON:
        """The same for every text in a JSON value, keys included. A number that is a value goes."""
        if not self.active or value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, int | float):
            return self.text(str(value)) if self._digits and self.has(str(value)) else value
        if isinstance(value, dict):
            return {self.text(str(key)): self.json(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return self._many(value)
        return value

    def _many(self, items: Sequence[JSON]) -> list[JSON]:
        """The items of a list. Short plain ones, as of a long list, are looked through at once."""
        easy = {item for item in items if isinstance(item, str) and item.isascii()}
        if len(easy) > _FEW:
            at_once = "\n".join(easy)
            if not _escapes(at_once) and not self._suspects(at_once):
                return [
                    item if isinstance(item, str) and item in easy else self.json(item)
                    for item in items
                ]
        return [self.json(item) for item in items]

    def data(self, data: bytes) -> bytes:
        """The same for the bytes of a text file; they come back as they are when nothing is in."""
        if not self.active:
            return data
        encoding = _encoding_of(data)
        text = data.decode(encoding, "surrogateescape" if encoding == "utf-8" else "replace")
        clean = self.text(text)
        errors = "surrogateescape" if encoding == "utf-8" else "replace"
        return data if clean is text else clean.encode(encoding, errors)

    def field(self, value: str) -> str:
        """What a field holds; also a value that is not sensitive is given by its name."""
        name = self._names.get(value)
        return f"{{{{{name}}}}}" if name is not None else self.text(value)

    def stream(self) -> Stream:
        """For text that comes in pieces."""
        return Stream(self, self._longest if self.active else 0)

    # --- looking ------------------------------------------------------------------------------
    def _suspects(self, text: str) -> bool:
        """Whether anything that may be a value is in it. Fast; short words need a second look."""
        if not self.active:
            return False
        for layer in _layers(text):
            folded = fold(layer)
            if self._plain.finds(folded) or self._spread.finds(squeeze(folded)):
                return True
        return False

    def _hits(self, text: str) -> list[_Hit]:
        """Where values are: sorted, apart from each other."""
        found: list[_Hit] = []
        mapped = Mapped.of(text)
        for _ in range(_LAYERS):
            folded = mapped.folded()
            found += self._plain.hits(folded, text)
            found += self._spread.hits(folded.squeezed(), text)
            if not _escapes(mapped.text):
                break
            mapped = mapped.unescaped()
        named = [match.span() for match in self._marks.finditer(text)]
        if named:  # what was taken out before: a name may hold its own value
            found = [h for h in found if not any(s <= h.start and h.end <= e for s, e in named)]
        found.sort(key=lambda hit: (hit.start, -hit.end))
        apart: list[_Hit] = []
        for hit in found:
            if apart and hit.start < apart[-1].end:
                last = apart[-1]
                apart[-1] = _Hit(last.start, max(last.end, hit.end), last.name)
            else:
                apart.append(hit)
        return apart


class Stream:
    """Redacts text that comes in pieces: what may be the start of a value waits for the rest."""

    def __init__(self, redactor: Redactor, longest: int) -> None:
        """longest: characters of the longest value; 0 when there is none."""
        self._redactor = redactor
        self._held = min(_MOST_HELD, _ESCAPED * longest + 16) if longest else 0
        self._held_unbroken = min(_MOST_HELD, _TWICE * longest + 16) if longest else 0
        self._rest = ""

    def feed(self, piece: str) -> str:
        """What can be shown now."""
        self._rest += piece
        cut = len(self._rest) - self._held
        if cut <= 0:
            return ""
        unbroken = _LAST_RUN.search(self._rest, 0, cut)
        if unbroken is not None:  # may be the start of something long
            cut = min(cut, max(unbroken.start(), len(self._rest) - self._held_unbroken))
        for hit in self._redactor._hits(self._rest) if self._redactor.has(self._rest) else ():
            if hit.start < cut < hit.end:
                cut = hit.start
                break
        out, self._rest = self._rest[:cut], self._rest[cut:]
        return self._redactor.text(out)

    def flush(self) -> str:
        """The end."""
        out, self._rest = self._rest, ""
        return self._redactor.text(out)


# --- inside -------------------------------------------------------------------------------------


def _escapes(text: str) -> bool:
    return any(mark in text for mark in _MAY_ESCAPE)


def _layers(text: str) -> Iterator[str]:
    for _ in range(_LAYERS):
        yield text
        if not _escapes(text):
            return
        less = ESCAPE.sub(unescaped, text)
        if less == text:
            return
        text = less


def _encoding_of(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    return "utf-8"


class _Needles:
    """What to look for, compiled: it takes some milliseconds for each ten values."""

    def __init__(self, values: Mapping[str, str]) -> None:
        forms = [form for name, value in values.items() for form in forms_of(name, value)]
        self.plain = _Automaton([form for form in forms if not form.spread])
        self.spread = _Automaton([form for form in forms if form.spread])


# A run has several redactors of the same values. Kept for as long as one of them lives.
_compiled: WeakValueDictionary[tuple[tuple[str, str], ...], _Needles] = WeakValueDictionary()


def _needles_for(values: Mapping[str, str]) -> _Needles:
    key = tuple(values.items())
    needles = _compiled.get(key)
    if needles is None:
        needles = _compiled[key] = _Needles(values)
    return needles


class _Automaton:
    """Looks for many needles at once."""

    def __init__(self, forms: list[Form]) -> None:
        self._of: dict[bytes, list[tuple[Form, int]]] = {}
        for form in forms:
            for needle, at in form.needles():
                self._of.setdefault(needle, []).append((form, at))
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.never_capture = True
        longest_first = sorted(self._of, key=len, reverse=True)
        self._sizes = sorted({len(needle) for needle in self._of})
        pattern = b"|".join(re2.escape(needle) for needle in longest_first)
        options.max_mem = max(_MEMORY, _MEMORY_PER_BYTE * len(pattern))
        self._pattern = re2.compile(pattern, options) if longest_first else None

    def finds(self, data: bytes) -> bool:
        return self._pattern is not None and self._pattern.search(data) is not None

    def hits(self, folded: Folded, original: str) -> list[_Hit]:
        """Each needle's place in the original, with as much around it as is the same value."""
        found: list[_Hit] = []
        data, at = folded.data, 0
        while self._pattern is not None:
            match = self._pattern.search(data, at)
            if match is None:
                break
            best = self._best(data, match.start(), match[0])
            if best is None:
                at = match.start() + 1
                continue
            at = match.end()
            start, end, form = best
            first, last = folded.starts[start], folded.ends[end - 1]
            if form.edges:
                first, last = _with_edges(original, first, last, form.edges)
            found.append(_Hit(first, last, form.name))
        return found

    def _best(self, data: bytes, place: int, needle: bytes) -> tuple[int, int, Form] | None:
        """(start, end, form) of the longest piece of a value that a needle's place belongs to.

        Other needles may begin as this one does, and forms may share a needle and then part.
        """
        best: tuple[int, int, Form] | None = None
        for size in self._sizes:
            if size > len(needle):
                break
            for form, offset in self._of.get(needle[:size], ()):
                start, end = _grown(data, place, place + size, form, offset)
                if end - start < form.least or (form.word and not _is_word(data, start, end)):
                    continue
                if best is None or end - start > best[1] - best[0]:
                    best = (start, end, form)
        return best


def _grown(data: bytes, start: int, end: int, form: Form, offset: int) -> tuple[int, int]:
    """A piece's place, grown to both sides for as long as the text goes on like the form."""
    whole, after = form.data, offset + end - start
    if offset <= start and data.startswith(whole, start - offset):  # all of it, as most often
        return start - offset, start - offset + len(whole)
    while offset and start and data[start - 1] == whole[offset - 1]:
        start, offset = start - 1, offset - 1
    while after < len(whole) and end < len(data) and data[end] == whole[after]:
        end, after = end + 1, after + 1
    return start, end


def _is_word(data: bytes, start: int, end: int) -> bool:
    before = data[max(0, start - 1) : start]
    return not ALNUM.match(before) and not ALNUM.match(data[end : end + 1])


def _with_edges(text: str, start: int, end: int, edges: int) -> tuple[int, int]:
    """Base64 with the characters at its ends, which hold some bits of the value too."""
    for _ in range(edges):
        if start and _BASE64.match(text[start - 1]):
            start -= 1
        if end < len(text) and _BASE64.match(text[end]):
            end += 1
    while text[end : end + 1] == "=":
        end += 1
    return start, end
