"""How fast text is searched for sensitive values: `python -m bench.redactor`."""

from __future__ import annotations

import json
import random
import secrets
import time
from unittest.mock import patch

from agents.guard.redactor import Redactor


def _rate(redactor: Redactor, text: str) -> float:
    """MB/s for a text that holds no value; the best of three."""
    best = float("inf")
    for _ in range(3):
        begun = time.perf_counter()
        if redactor.text(text) is not text:
            raise AssertionError("the text was not to hold a value")
        best = min(best, time.perf_counter() - begun)
    return len(text.encode()) / best / 1e6


def _typical(dice: random.Random, words: list[str]) -> str:
    """1 MB as runs write it: mostly prose, JSON of events, links, words with accents."""
    lines = []
    for _ in range(12_000):
        prose = " ".join(dice.choices(words, k=7))
        lines.append(prose)
        if dice.random() < 0.2:
            lines.append(json.dumps({"url": f"/x?a=1&b={prose[:9]}", "text": f'"{prose}"\n'}))
        if dice.random() < 0.05:
            lines.append(f"{prose} naïve café")
    return "\n".join(lines)[:1_000_000]


def _cpu_ms(redactor: Redactor, text: str) -> float:
    """Of the processor, for a text that is searched whole; the best of five."""
    best = float("inf")
    for _ in range(5):
        begun = time.process_time()
        redactor.text(text)
        best = min(best, time.process_time() - begun)
    return best * 1000


def _compare(dice: random.Random, words: list[str]) -> None:
    """What looking for values that were encoded twice costs: both ways in one run."""
    text = _typical(dice, words)
    values = {f"v{index}": secrets.token_urlsafe(18) for index in range(10)}
    twice = Redactor(values)
    with patch("agents.guard.forms._twice", return_value=()):
        once = Redactor({**values, "empty": ""})
    least, most = _cpu_ms(once, text), _cpu_ms(twice, text)
    print(
        f"1 MB of typical text, 10 values, CPU: {least:.1f} ms for one encoding, "
        f"{most:.1f} ms for one over another; ratio {most / least:.2f}"
    )


def main() -> None:
    """Print a line for each number of values, and what the second encoding costs."""
    dice = random.Random(1)
    words = [f"{dice.getrandbits(28):x}" for _ in range(5_000)]
    plain = " ".join(dice.choices(words, k=300_000))
    links = [f'<a href="/x?a=1&b={word}">“{word}”</a>' for word in dice.choices(words, k=30_000)]
    texts = {
        "plain": plain,
        "escaped": json.dumps(links),
        "accents": " ".join(word + "é" for word in dice.choices(words, k=150_000)),
    }
    for count in (1, 10, 100):
        values = {f"v{index}": secrets.token_urlsafe(18) for index in range(count)}
        begun = time.perf_counter()
        redactor = Redactor(values)
        made_ms = (time.perf_counter() - begun) * 1000
        rates = ", ".join(f"{name} {_rate(redactor, text):.0f}" for name, text in texts.items())
        page = plain[:60_000] + " " + values["v0"] + plain[:1_000]
        begun = time.perf_counter()
        redactor.text(page)
        hit_ms = (time.perf_counter() - begun) * 1000
        begun = time.perf_counter()
        for _ in range(10_000):
            redactor.text("short text of an event")
        short_us = (time.perf_counter() - begun) * 100
        print(
            f"{count:>3} values: made in {made_ms:.1f} ms; MB/s without a value: {rates}; "
            f"61 KB with one {hit_ms:.0f} ms; a short text {short_us:.1f} µs"
        )
    _compare(dice, words)


if __name__ == "__main__":
    main()
