"""How well the risk of an element is told: labelled elements of other people's pages.

    python -m bench.risk                figures, for the part it was made with and the held-out one
    python -m bench.risk --show         and what went wrong
    python -m bench.risk --json FILE    and the figures as JSON

The set (`risk_set/`, see its README) holds what the probe read in a browser, so this needs none.
Goals: no risky element passes unasked, the class is right for 95 %, at most 3 % of the harmless
ones are asked about.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agents.guard.risk import CallFacts, ElementFacts, Verdict, classify

SET = Path(__file__).parent / "risk_set"
PARTS = ("dev", "held-out")
GOALS = {"ungated": 0, "class_right": 0.95, "harmless_asked": 0.03}


@dataclass(frozen=True)
class Item:
    """One labelled element. labels: the classes that are right for it, none for harmless."""

    source: str
    part: str
    lang: str
    labels: frozenset[str]
    facts: ElementFacts

    @property
    def risky(self) -> bool:
        return "none" not in self.labels

    def verdict(self) -> Verdict:
        """What pressing, ticking or handing over would be."""
        tick = self.facts.type in ("checkbox", "radio")
        tool = "locator.check" if tick else "locator.click"
        return classify(CallFacts(tool, {}, "https://site.example/page"), self.facts)


@dataclass
class Score:
    """Counts over some items."""

    items: int = 0
    risky: int = 0
    ungated: int = 0
    right: int = 0
    asked: int = 0
    us: float = 0.0
    wrong: list[str] = field(default_factory=list)

    @property
    def class_right(self) -> float:
        """Share of the risky ones whose main risk is one of the right ones."""
        return self.right / self.risky if self.risky else 1.0

    @property
    def harmless_asked(self) -> float:
        harmless = self.items - self.risky
        return self.asked / harmless if harmless else 0.0

    @property
    def met(self) -> bool:
        return (
            self.ungated <= GOALS["ungated"]
            and self.class_right >= GOALS["class_right"]
            and self.harmless_asked <= GOALS["harmless_asked"]
        )

    def count(self, item: Item, verdict: Verdict, us: float) -> None:
        """Count how it went with one item."""
        self.us += us
        self.items += 1
        said = verdict.main or "none"
        self.risky += item.risky
        if said in item.labels:
            self.right += item.risky
            return
        if item.risky:
            self.ungated += not verdict.risks
        else:
            self.asked += 1
        wanted = "|".join(sorted(item.labels))
        self.wrong.append(
            f"{item.source:20} {item.lang} {item.facts.label[:50]!r:54} {wanted} -> {said}"
            f"  {'; '.join(verdict.reasons)[:110]}"
        )


def _buttons(labels: dict[str, dict[str, list[str]]]) -> list[dict[str, Any]]:
    """Buttons of which only the label is known, as items. labels: by class and language."""
    bare = {"tag": "button", "role": "button", "frame_url": "https://site.example/page"}
    return [
        {"lang": lang, "label": label, "facts": {**bare, "names": {"text": name}}}
        for label, by_language in labels.items()
        for lang, names in by_language.items()
        for name in names
    ]


def load() -> list[Item]:
    """All items of the set."""
    found: list[Item] = []
    for path in sorted(SET.glob("*.json")):
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        found += [
            Item(
                path.stem,
                told["part"],
                each["lang"],
                frozenset(each["label"].split("|")),
                ElementFacts.from_raw(each["facts"]),
            )
            for each in [*told["items"], *_buttons(told.get("buttons", {}))]
        ]
    return found


def scores(items: list[Item]) -> dict[str, Score]:
    """A score for each part, each source and each language."""
    found: dict[str, Score] = {}
    for item in items:
        started = time.perf_counter()
        verdict = item.verdict()
        us = (time.perf_counter() - started) * 1e6
        for name in (item.part, f"source {item.source}", f"language {item.lang}"):
            found.setdefault(name, Score()).count(item, verdict, us)
    return found


def main() -> int:
    """Print the table; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--show", action="store_true", help="what went wrong")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found = scores(load())
    print(f"{'':28}{'items':>7}{'risky':>7}{'ungated':>9}{'class right':>13}{'asked':>8}{'µs':>7}")
    for name in (*PARTS, *sorted(set(found) - set(PARTS))):
        score = found[name]
        print(
            f"{name:28}{score.items:7}{score.risky:7}{score.ungated:9}{score.class_right:13.1%}"
            f"{score.harmless_asked:8.1%}{score.us / score.items:7.0f}"
        )
        if options.show and name in PARTS:
            print("\n".join(score.wrong))
    if options.json:
        told = {
            name: {k: v for k, v in vars(score).items() if k != "wrong"}
            for name, score in found.items()
        }
        options.json.write_text(json.dumps(told, indent=1), encoding="utf-8")
    return 0 if all(found[part].met for part in PARTS) else 1


if __name__ == "__main__":
    sys.exit(main())
