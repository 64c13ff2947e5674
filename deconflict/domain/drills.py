"""What a drill found: how many texts left, how many codes came back, by operator and area. It is about no case and no alert."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from deconflict.domain.country import PhonePlan
from deconflict.domain.states import MessageState

OPEN = timedelta(hours=24)  # so long its texts may still leave, and a code is waited for


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


@dataclass(frozen=True, slots=True)
class History:
    """One operator in one area over several drills: of each how many codes came back and of how many texts, None where it got
    none."""

    operator: str
    area: str
    came_back: tuple[tuple[int, int] | None, ...]


def over_time(drills: Sequence[Iterable[Drilled]]) -> list[History]:
    """`came_back` in the order of the drills; the rows by operator and area."""
    found = [{(row.operator, row.area): (row.answered, row.total) for row in lines(texts)} for texts in drills]
    keys = sorted({key for one in found for key in one})
    return [History(*key, tuple(one.get(key) for one in found)) for key in keys]


def is_open(began_at: datetime, now: datetime, span: timedelta = OPEN) -> bool:
    """Whether a drill is under way. One of an hour to come began before the clock was put back."""
    return abs(now - began_at) < span


def silences(texts: Iterable[tuple[int, datetime, bool, datetime | None]], now: datetime) -> dict[int, int]:
    """How many drills in a row, up to the last one that is over, got no answer from a number. `texts` of drills that left or failed,
    as (contact, when, answered, when the number was verified last)."""
    count: dict[int, int] = {}
    done: set[int] = set()
    for contact, at, answered, verified_at in sorted(texts, key=lambda text: text[1], reverse=True):
        if answered or (verified_at is not None and verified_at >= at):
            done.add(contact)
        elif contact not in done and not is_open(at, now):
            count[contact] = count.get(contact, 0) + 1
    return count
