"""What a drill found: how many texts left, how many codes came back, by operator and area. It is about no case and no alert."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from deconflict.domain.country import PhonePlan
from deconflict.domain.states import MessageState


@dataclass(frozen=True, slots=True)
class Drilled:
    """One text of a drill, without its number: who is asked by name where no code came back."""

    person: str
    organisation: str
    operator: str
    area: str
    state: str
    answered: bool


@dataclass(frozen=True, slots=True)
class Line:
    """What became of the texts of one operator in one area; `area` is a code, empty for people of no area."""

    operator: str
    area: str
    total: int
    left: int
    answered: int
    failed: int


def operator_of(number: str, plan: PhonePlan, operators: Mapping[str, tuple[str, ...]]) -> str:
    """The operator whose prefix a number has, the longest one winning; else the first two digits of a number of this country, else
    nothing: it is abroad."""
    national = plan.national(number)
    if national is None:
        return ""
    known = [(len(start), name) for name, starts in operators.items() for start in starts if national.startswith(start)]
    return max(known)[1] if known else national[:2]


def lines(texts: Iterable[Drilled]) -> list[Line]:
    """The worst first: where the smallest share came back."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for text in texts:
        found = counts.setdefault((text.operator, text.area), Counter())
        found["total"] += 1
        found["left"] += text.state == MessageState.SENT
        found["answered"] += text.answered
        found["failed"] += text.state == MessageState.FAILED
    rows = [
        Line(*key, found["total"], found["left"], found["answered"], found["failed"]) for key, found in counts.items()
    ]
    return sorted(rows, key=lambda row: (row.answered / row.total, row.operator, row.area))
