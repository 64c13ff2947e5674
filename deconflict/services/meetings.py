"""The dialogue log: what officers plan, note as held, correct, cancel and follow up; and the session in communities that each area has due
whether anybody thought of it or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.dialogue import Meeting, Promise, due_of, due_to_hold, meeting_of, next_due
from deconflict.domain.errors import Refused
from deconflict.domain.meetings import CANCELLED, SENSITISATION
from deconflict.domain.msgid import N_
from deconflict.domain.procedures import Noun, ProcedureFacts
from deconflict.services.procedures import began_before, begin, move, taken
from deconflict.store.base import db, transaction
from deconflict.store.meetings import every_meeting, planned_session
from deconflict.store.procedures import Procedure


def plan(meeting: Meeting, held: bool, by: Audience, key: str, mission: Mission, now: datetime) -> str:
    """One that will be held, or was. A session in communities takes the place of the one that the clock had planned for its area. Returns
    its reference; the same `key` again gives the first."""
    with transaction() as session:
        twin = began_before(session, key)
        if twin is not None:
            if twin.noun != Noun.MEETING or twin.made_by_id != by.person_id:
                raise Refused("This form was used already. Open a new one and start again.")
            return twin.reference
        row = planned_session(session, meeting.area) if meeting.kind == SENSITISATION else None
        if row is not None and not meeting_of(row.facts).on:
            _write(session, row, "move", meeting, by, mission, now)
        else:
            due = due_to_hold(meeting, mission.zone)
            facts = meeting.to_facts()
            row = begin(session, Noun.MEETING, by, key, facts, mission, now, area=meeting.area, due=due)
        if held:
            _write(session, row, "hold", meeting, by, mission, now)
        return row.reference


def write(
    reference: str, version: int, meeting: Meeting, held: bool, by: Audience, mission: Mission, now: datetime
) -> None:
    """Of one that is planned: another day, or that it took place. Of one that was held: a correction."""
    with transaction() as session:
        row = taken(session, Noun.MEETING, reference, version, by)
        planned = row.state == "planned"
        _write(
            session,
            row,
            "move" if planned and not held else "hold" if planned else "correct",
            meeting,
            by,
            mission,
            now,
        )


def cancel(reference: str, version: int, code: str, by: Audience, mission: Mission, now: datetime) -> None:
    """It does not take place. Where it was an area's session, another is due as this one was."""
    if code not in CANCELLED:
        raise Refused(N_("Choose why it is cancelled."), field="code")
    with transaction() as session:
        row = taken(session, Noun.MEETING, reference, version, by)
        move(session, row, "cancel", by, mission, now, code=code)


def follow(reference: str, version: int, promise: Promise, by: Audience, mission: Mission, now: datetime) -> None:
    """What was promised there, who does it, by when."""
    if promise.until < now.astimezone(mission.zone).date():
        raise Refused(N_("This day is past. Give the day by which it is to be done."), field="by")
    with transaction() as session:
        row = taken(session, Noun.MEETING, reference, version, by)
        meeting = meeting_of(row.facts)
        meeting = replace(meeting, promises=(*meeting.promises, promise))
        due = due_of(meeting, mission.zone)
        move(session, row, "follow", by, mission, now, change=meeting.to_facts(), due=due)
        row.reduced_at = None  # it holds words again


def done(reference: str, version: int, number: int, by: Audience, mission: Mission, now: datetime) -> None:
    """One of them is done."""
    with transaction() as session:
        row = taken(session, Noun.MEETING, reference, version, by)
        meeting = meeting_of(row.facts)
        if number not in {n for n, _promise in meeting.left()}:
            raise Refused(N_("Nothing was changed: it is done already."))
        meeting = meeting.with_done(number)
        due = due_of(meeting, mission.zone)
        move(session, row, "done" if due else "close", by, mission, now, change=meeting.to_facts(), due=due)


def plan_sessions(mission: Mission, now: datetime) -> int:
    """A session for each area that has none ahead. Two schedulers plan it once: the key says after which one it comes. Returns how many."""
    every = every_meeting(db.session())
    db.session.rollback()
    return sum(_plan_one(area.code, every, mission, now) for area in mission.areas)


def _plan_one(area: str, every: Sequence[ProcedureFacts], mission: Mission, now: datetime) -> int:
    found = [one for one in every if one.area == area and one.facts["kind"] == SENSITISATION]
    if any(one.state == "planned" and one.facts["due_by"] for one in found):
        return 0
    since = min([one.made_at for one in found], default=now)
    due_by = next_due(found, since, mission.pack.procedures.sensitisation_days, mission.zone)
    meeting = Meeting(SENSITISATION, area, due_by=due_by)
    key = f"session-{area}-{max((one.id for one in found), default=0)}"
    try:
        with transaction() as session:
            if began_before(session, key) is not None:
                return 0
            due = due_to_hold(meeting, mission.zone)
            begin(session, Noun.MEETING, None, key, meeting.to_facts(), mission, now, area=area, due=due)
    except IntegrityError:  # another scheduler planned it in the same moment
        return 0
    return 1


def _write(
    session: Session, row: Procedure, event: str, meeting: Meeting, by: Audience, mission: Mission, now: datetime
) -> None:
    before = meeting_of(row.facts)
    if before.due_by and meeting.area != before.area:
        raise Refused(N_("This session is due in its area. Choose that area, or plan another one."), field="area")
    meeting = replace(meeting, promises=before.promises, due_by=before.due_by)
    due = due_to_hold(meeting, mission.zone) if event == "move" else due_of(meeting, mission.zone)
    move(session, row, event, by, mission, now, change=meeting.to_facts(), due=due)
    row.area, row.pcode, row.cod_version = meeting.area, meeting.pcode or None, meeting.cod_version
