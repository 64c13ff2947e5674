"""What the dialogue log keeps of a meeting, when the next session of an area is due, and how many there were in a month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from deconflict.domain.meetings import DOERS, KIND_CODES, OFFICERS, SENSITISATION
from deconflict.domain.procedures import Due, ProcedureFacts
from deconflict.domain.working_days import end_of

HELD = ("held", "following")


@dataclass(frozen=True, slots=True)
class Promise:
    """What is to be done, `who` of meetings.DOERS, `until` a day. `words`: short, as typed."""

    words: str
    who: str
    until: date
    done: bool = False


@dataclass(frozen=True, slots=True)
class Meeting:
    """Codes of domain.meetings. `on` None: no day is set yet. `place` names a settlement or commune of the list, `pcode` it; `force` empty
    where no force is met; `present` counts by class. `due_by`: of a session that the clock planned, until when one is due."""

    kind: str
    area: str
    on: date | None = None
    force: str = ""
    place: str = ""
    pcode: str = ""
    cod_version: str = ""
    topics: tuple[str, ...] = ()
    present: Mapping[str, int] = field(default_factory=dict)
    language: str = ""
    interpreter: str = ""
    promises: tuple[Promise, ...] = ()
    due_by: datetime | None = None

    def to_facts(self) -> dict[str, Any]:
        """Plain types only; `meeting_of` is the inverse."""
        return {
            **{
                name: getattr(self, name)
                for name in ("kind", "area", "force", "place", "pcode", "cod_version", "language")
            },
            "interpreter": self.interpreter,
            "on": self.on.isoformat() if self.on else "",
            "topics": list(self.topics),
            "present": dict(self.present),
            "promises": [[one.words, one.who, one.until.isoformat(), one.done] for one in self.promises],
            "due_by": self.due_by.isoformat() if self.due_by else "",
        }

    def left(self) -> list[tuple[int, Promise]]:
        """What is still to be done, with its number, the earliest first."""
        open_ones = [(n, one) for n, one in enumerate(self.promises) if not one.done]
        return sorted(open_ones, key=lambda one: one[1].until)

    def with_done(self, number: int) -> Meeting:
        """With this promise kept."""
        kept = replace(self.promises[number], done=True)
        return replace(self, promises=(*self.promises[:number], kept, *self.promises[number + 1 :]))


def meeting_of(facts: Mapping[str, Any]) -> Meeting:
    """Of the facts of a procedure."""
    given = dict(facts)
    given["on"] = date.fromisoformat(given["on"]) if given["on"] else None
    given["due_by"] = datetime.fromisoformat(given["due_by"]) if given["due_by"] else None
    given["topics"] = tuple(given["topics"])
    given["promises"] = tuple(
        Promise(words, who, date.fromisoformat(day), done) for words, who, day, done in given["promises"]
    )
    return Meeting(**given)


def due_of(meeting: Meeting, zone: tzinfo) -> Due | None:
    """Of one that is planned: to be held by the end of its day, and by when its area's session is due. Of one that was held: the next thing
    that was promised there."""
    if left := meeting.left():
        return Due("promised", DOERS[left[0][1].who], end_of(left[0][1].until, zone))
    return None


def due_to_hold(meeting: Meeting, zone: tzinfo) -> Due:
    hours = [at for at in (end_of(meeting.on, zone) if meeting.on else None, meeting.due_by) if at is not None]
    event = "session" if meeting.kind == SENSITISATION and meeting.on is None else "hold"
    return Due(event, frozenset(OFFICERS), min(hours) if hours else None)


@dataclass(frozen=True, slots=True)
class AreaSessions:
    """Of one area: the day of its last session, until when the next is due (None: not planned by the clock yet), the day that is set for
    it, under which reference."""

    area: str
    last: date | None
    due_by: datetime | None
    on: date | None
    reference: str
    late: bool


def sessions_by_area(rows: Iterable[ProcedureFacts], areas: Sequence[str], now: datetime) -> list[AreaSessions]:
    """`rows`: every session that is kept, planned or held."""
    found = [(row, meeting_of(row.facts)) for row in rows if row.facts["kind"] == SENSITISATION]
    return [_of_area(area, [(row, one) for row, one in found if one.area == area], now) for area in areas]


def _of_area(area: str, found: Sequence[tuple[ProcedureFacts, Meeting]], now: datetime) -> AreaSessions:
    days = [one.on for row, one in found if row.state in HELD and one.on]
    ahead = [(row, one) for row, one in found if row.state == "planned" and one.due_by]
    row, one = ahead[0] if ahead else (None, None)
    due_by = one.due_by if one else None
    return AreaSessions(
        area,
        max(days) if days else None,
        due_by,
        one.on if one else None,
        row.reference if row else "",
        due_by is not None and due_by <= now,
    )


def next_due(found: Iterable[ProcedureFacts], since: datetime, every_days: int, zone: tzinfo) -> datetime:
    """Until when an area's next session is due: so long after its last, or after `since` where there was none. `found`: of this area."""
    days = [one.on for row in found if row.state in HELD and (one := meeting_of(row.facts)).on]
    last = end_of(max(day for day in days if day), zone) if days else since
    return last + timedelta(days=every_days)


@dataclass(frozen=True, slots=True)
class MonthCount:
    """Of one area in one month: how many by kind of meetings.KINDS."""

    area: str
    by_kind: Mapping[str, int]


def month_before(day: date) -> date:
    """The first day of the month before the one that `day` lies in."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def counted(rows: Iterable[ProcedureFacts], areas: Sequence[str], month: date) -> list[MonthCount]:
    """What was held in the month that begins on `month`, by area: for the CMCoord overview."""
    held = [meeting_of(row.facts) for row in rows if row.state in HELD]
    of_month = [one for one in held if one.on and one.on.replace(day=1) == month]
    return [
        MonthCount(area, {kind: sum((one.area, one.kind) == (area, kind) for one in of_month) for kind in KIND_CODES})
        for area in areas
    ]
