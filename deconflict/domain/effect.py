"""What another SOP would do to what is filed: cases that would open, open again, close or change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

OPENS, REOPENS, CLOSES, RISES, FALLS, DIFFERS = KINDS = ("opens", "reopens", "closes", "rises", "falls", "differs")
MOST = 200  # lines of each kind that are kept: whoever reads more has read enough to see that a figure is wrong


@dataclass(frozen=True, slots=True)
class Change:
    """One pair. `case` the desk's reference, empty for a case that does not exist yet; `items` the references of the notice and the plan;
    severities before and after, empty where there is none; `rules` those that would fire, of a case that closes those that did."""

    kind: str
    case: str
    items: tuple[str, str]
    before: str
    after: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """`items` read and `pairs` judged; how many changes there are of each kind, and of each kind the first MOST; for each rule on how
    many open cases it fires before and after; `unread` items that could not be read, of which nothing is known."""

    items: int
    pairs: int
    unread: int
    counts: Mapping[str, int]
    rules: Mapping[str, tuple[int, int]]
    changes: tuple[Change, ...] = field(default=())

    @staticmethod
    def of(
        items: int, pairs: int, unread: int, changes: Iterable[Change], before: Counter[str], after: Counter[str]
    ) -> Effect:
        found = sorted(changes, key=lambda change: (KINDS.index(change.kind), change.case, change.items))
        kept: list[Change] = []
        counts = Counter(change.kind for change in found)
        for kind in KINDS:
            kept += [change for change in found if change.kind == kind][:MOST]
        rules = {rule: (before[rule], after[rule]) for rule in sorted(before.keys() | after.keys())}
        return Effect(items, pairs, unread, dict(counts), rules, tuple(kept))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(stored: Mapping[str, Any]) -> Effect:
        """Raises KeyError or TypeError for what is none."""
        changes = tuple(
            Change(**{**change, "items": tuple(change["items"]), "rules": tuple(change["rules"])})
            for change in stored["changes"]
        )
        rules = {rule: (counts[0], counts[1]) for rule, counts in stored["rules"].items()}
        return Effect(**{**stored, "changes": changes, "rules": rules})
