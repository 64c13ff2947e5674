"""How an area stands when a duty changes hands: what burns, who is waited for, whom to call, what ended and what happened. References,
severities, hours of the desk's own clocks and counts; no place, no organisation, nobody of a party and no hour that a side filed, since
the words are read on other people's screens and go on paper (RUL-14)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.disclosure import sees_desk_case
from deconflict.domain.escalation import Clocks
from deconflict.domain.ocha_areas import OCHA
from deconflict.domain.queue import QueueRow
from deconflict.domain.severity import Severity
from deconflict.domain.sheet import AHEAD, within_h

USUAL = timedelta(hours=12)  # of a duty of which nobody wrote down when it began
LONGEST = timedelta(days=7)  # what is older stands in the list of ended cases


class Runs(StrEnum):
    """Which clock of a case it is."""

    REVIEW = "review"  # an officer should have looked
    MINIMAL = "minimal"  # the minimal alert leaves, or all desks are rung
    WORD = "word"  # a side should have acknowledged
    RELEASE = "release"  # an owner who was rung should have answered
    ANSWER = "answer"  # a request should have its answer


@dataclass(frozen=True, slots=True)
class Clocked:
    """A clock of a case and when it runs out."""

    runs: Runs
    at: datetime


@dataclass(frozen=True, slots=True)
class OpenCase:
    """`within_h`: how soon it starts, one of sheet.WITHIN_H, 0 for what has begun, None for what is further off: the hour itself is what
    both sides filed. `owner`: the officer who has it; `next`: the clock that runs out first, or ran out longest ago."""

    reference: str
    severity: Severity
    state: str
    owner: str | None
    within_h: int | None
    next: Clocked | None


@dataclass(frozen=True, slots=True)
class Awaited:
    """A request to `side` that has no answer. Before `leaves_at` its side knows nothing of it; after `due_at` the silence is told."""

    case: str
    side: str
    leaves_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class ToCall:
    """Somebody of `side` who is owed word that no message brings. `label` is what he knows the case by."""

    label: str
    case: str
    side: str
    since: datetime


@dataclass(frozen=True, slots=True)
class AreaReport:
    """Everything of one area, the most urgent first. `counts` of open cases by severity; `lapsed`: references of cases whose time ended
    undecided and of which nobody has written what became; `opened` and `ended` since `since`, the latter as (reference, state).
    `untold`: how many open cases its writer sees and some officer may not, for his eyes alone: they are in no other field."""

    area: str
    since: datetime
    counts: Mapping[Severity, int]
    cases: tuple[OpenCase, ...]
    awaited: tuple[Awaited, ...]
    calls: tuple[ToCall, ...]
    lapsed: tuple[str, ...]
    opened: tuple[str, ...]
    ended: tuple[tuple[str, str], ...]
    untold: int = 0


def is_for_every_officer(*, sensitive: bool) -> bool:
    """Whether every officer may know of it: every officer reads the notes. Of what one of them may not know not even a count is told."""
    return all(
        sees_desk_case(Audience(0, 0, OCHA, frozenset({role})), sensitive=sensitive) for role in sorted(roles.OFFICERS)
    )


def since_when(
    begun_at: datetime | None, own_note_at: datetime | None, any_note_at: datetime | None, now: datetime
) -> datetime:
    """From when on a hand-over tells what happened: from the beginning of the writer's duty, or his last note in it; without a duty from
    the last note of the area, by anybody; else of the usual hours. Never more than LONGEST ago."""
    begins = any_note_at or now - USUAL if begun_at is None else max(begun_at, own_note_at or begun_at)
    return max(min(begins, now), now - LONGEST)


def counted(rows: Iterable[QueueRow]) -> dict[Severity, int]:
    """Worst first."""
    found = Counter(row.severity for row in rows)
    return {severity: found[severity] for severity in Severity if found[severity]}


def open_case(
    row: QueueRow, waits: Iterable[Clocked], owners: Mapping[int, str], clocks: Clocks, now: datetime
) -> OpenCase:
    running = [*waits]
    if row.unseen:
        review = clocks.review_due_at(row.severity, row.starts_at, row.opened_at)
        own = ((Runs.REVIEW, review), (Runs.MINIMAL, row.hold_until))
        running += [Clocked(runs, at) for runs, at in own if at is not None]
    return OpenCase(
        reference=row.reference,
        severity=row.severity,
        state=row.state,
        owner=owners.get(row.owner_id) if row.owner_id is not None else None,
        within_h=_how_soon(row.starts_at, now),
        next=min(running, key=lambda one: one.at, default=None),
    )


def _how_soon(starts_at: datetime, now: datetime) -> int | None:
    if starts_at <= now:
        return 0
    return None if starts_at - now > AHEAD else within_h(starts_at, now)


# ---- as a text that fits -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, its lines, and how many there are in all, of which `lines` are the first."""

    title: str
    lines: tuple[str, ...]
    count: int


def fitted(head: str, sections: Sequence[Section], more: Callable[[int], str], longest: int) -> str:
    """The whole as a text of at most `longest` characters: the longest section gives up its last line, the least urgent, until it fits;
    `more` says how many are left out. Headings stay, whatever their lines."""
    left = list(sections)
    while len(text := _text(head, left, more)) > longest and any(one.lines for one in left):
        place = max(range(len(left)), key=lambda nth: len(left[nth].lines))
        left[place] = replace(left[place], lines=left[place].lines[:-1])
    return text


def _text(head: str, sections: Iterable[Section], more: Callable[[int], str]) -> str:
    blocks = [head]
    for one in sections:
        out = one.count - len(one.lines)
        lines = [one.title, *(f"- {line}" for line in one.lines), *([f"- {more(out)}"] if out else [])]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)
