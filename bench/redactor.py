"""How fast text is searched for sensitive values: `python -m bench.redactor`."""

from __future__ import annotations

import json
import random
import secrets
import time

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


def main() -> None:
    """Print a line for each number of values."""
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


if __name__ == "__main__":
    main()
