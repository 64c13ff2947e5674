"""The queue of the desk in light rows: which of them an officer sees, what burns, what he asked for, and what is one talk. A row
holds no place, no hour of a side and nothing that was filed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from deconflict.domain.audience import Audience
from deconflict.domain.disclosure import sees_desk_case
from deconflict.domain.escalation import Clocks
from deconflict.domain.severity import Harm, Severity
from deconflict.domain.states import CaseState

SOON = timedelta(minutes=30)  # what an officer can still catch before its clock has run out


class Burning(IntEnum):
    """How a case stands with the clock that runs out first; the smallest first."""

    RUN_OUT = 0
    SOON = 1
    LATER = 2  # or never: nobody is waited for


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One open case. `areas`: the area that leads, then those that it concerns as well. `waits`: by when somebody should have
    acknowledged or answered. `humanitarian` and `mission` are the references of its items, None where it has no such item. `alone`:
    about one item, which nobody of the other side meets; `unchecked`: nobody knows what it is about."""

    id: int
    reference: str
    state: str
    round: int
    severity: Severity
    harm: Harm
    areas: tuple[str, ...]
    sectors: frozenset[str]
    organisations: frozenset[int]
    rules: frozenset[str]
    opened_at: datetime
    round_at: datetime
    starts_at: datetime
    hold_until: datetime | None
    owner_id: int | None
    humanitarian: str | None
    mission: str | None
    alone: bool = False
    unchecked: bool = False
    waits: tuple[datetime, ...] = ()

    @property
    def unseen(self) -> bool:
        """No officer has looked at it yet, as far as anybody knows."""
        return self.state in (CaseState.DETECTED, CaseState.OVERDUE) or (
            self.state == CaseState.UNCHECKED and self.owner_id is None
        )

    def new_since(self, looked_at: datetime | None) -> bool:
        """Opened, or changed so much that people must look again, since then; everything is for whoever never looked."""
        return looked_at is None or max(self.opened_at, self.round_at) > looked_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an officer asked to see, in codes; an empty one asks for everything. `owner_id`: whose cases; `since`: only what is new
    since then."""

    area: str = ""
    rule: str = ""
    organisation: int | None = None
    sector: str = ""
    severity: str = ""
    state: str = ""
    owner_id: int | None = None
    since: datetime | None = None

    def keeps(self, row: QueueRow) -> bool:
        return (
            (not self.area or self.area in row.areas)
            and (not self.rule or self.rule in row.rules)
            and (self.organisation is None or self.organisation in row.organisations)
            and (not self.sector or self.sector in row.sectors)
            and self.severity in ("", row.severity)
            and self.state in ("", row.state)
            and self.owner_id in (None, row.owner_id)
            and (self.since is None or row.new_since(self.since))
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """What is one talk: the cases of one item, worst first, or one case by itself (`shared` None)."""

    rows: tuple[QueueRow, ...]
    shared: str | None = None

    @property
    def worst(self) -> QueueRow:
        return self.rows[0]


def visible(rows: Sequence[QueueRow], audience: Audience, sensitive: Callable[[], Collection[int]]) -> list[QueueRow]:
    """The rows of the cases that exist for this audience. `sensitive` gives the ids of those whose notice is SENSITIVE, or cannot be
    read; it is asked only for whoever must not know of them, because it reads every notice."""
    if not sees_desk_case(audience, sensitive=False):
        return []
    if sees_desk_case(audience, sensitive=True):
        return list(rows)
    hidden = sensitive()
    return [row for row in rows if row.id not in hidden]


def clock_of(row: QueueRow, clocks: Clocks) -> datetime | None:
    """When the first of its clocks runs out: an officer should have looked, the minimal alert leaves, a side should have
    acknowledged or answered."""
    found = list(row.waits)
    if row.unseen:
        review = clocks.review_due_at(row.severity, row.starts_at, row.opened_at)
        found += [at for at in (review, row.hold_until) if at is not None]
    return min(found, default=None)


def burning(row: QueueRow, clocks: Clocks, now: datetime) -> Burning:
    at = clock_of(row, clocks)
    if at is None or at > now + SOON:
        return Burning.LATER
    return Burning.RUN_OUT if at <= now else Burning.SOON


def by_what_burns(rows: Iterable[QueueRow], clocks: Clocks, now: datetime) -> list[QueueRow]:
    """What nobody could check first, since it may be anything; then the worst severity; of equals danger before distinction, whose
    clock has run out, whose clock runs out soon; then what starts soonest."""

    def order(row: QueueRow) -> tuple[bool, int, bool, Burning, datetime, str]:
        late = burning(row, clocks, now)
        return not row.unchecked, -row.severity.rank, row.harm != Harm.DANGER, late, row.starts_at, row.reference

    return sorted(rows, key=order)


def talks(rows: Sequence[QueueRow]) -> list[Entry]:
    """Rows in their order as entries, each where its first row stands. Cases that share a mission item are one talk with whoever
    filed it (a patrol through five villages); of the others those that share a notice are (a convoy that meets several plans)."""
    plans = Counter(row.mission for row in rows if _meets(row))
    left = [row for row in rows if _meets(row) and plans[row.mission] == 1]
    notices = Counter(row.humanitarian for row in left)
    found: dict[str, list[QueueRow]] = {}
    for row in rows:
        shared = _shared(row, plans, notices)
        found.setdefault(shared or f"case {row.reference}", []).append(row)
    return [Entry(tuple(rows), key if len(rows) > 1 else None) for key, rows in found.items()]


def members(rows: Iterable[QueueRow], item: str) -> list[QueueRow]:
    """Those that are about this item and another one, in their order."""
    return [row for row in rows if _meets(row) and item in (row.mission, row.humanitarian)]


def pages(entries: Iterable[Entry], size: int, most: int) -> list[list[Entry]]:
    """Entries as pages of about `size` cases, of which a talk shows `most`; a talk is not torn apart. At least one page."""
    found: list[list[Entry]] = [[]]
    count = 0
    for entry in entries:
        shown = min(len(entry.rows), most)
        if found[-1] and count + shown > size:
            found.append([])
            count = 0
        found[-1].append(entry)
        count += shown
    return found


def _meets(row: QueueRow) -> bool:
    """Two items that met: a case of one item, or one of which nothing can be read, is no part of a talk."""
    return not row.alone and not row.unchecked and row.mission is not None and row.humanitarian is not None


def _shared(row: QueueRow, plans: Counter[str | None], notices: Counter[str | None]) -> str | None:
    if not _meets(row):
        return None
    if plans[row.mission] > 1:
        return row.mission
    return row.humanitarian if notices[row.humanitarian] > 1 else None
