"""The weekly drill: an officer starts it, or the plan of the mission does, and each person who takes part gets a test text with a
code. It is never an alert: no ladder, no case, no cap and no count of alerts knows of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.drills import is_open
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.msgid import N_
from deconflict.domain.numbers import reads_numbers_of
from deconflict.store import drills as store
from deconflict.store.audit import record
from deconflict.store.base import db, transaction
from deconflict.store.drills import Drill, newest_drill, participants
from deconflict.store.outbox import first_contact
from deconflict.store.people import Contact, Person
from deconflict.store.trials import queue_trial
from deconflict.store.work import lock_matcher

PAUSE = timedelta(hours=20)


def start(by: Audience, now: datetime) -> int:
    """Returns how many texts leave. Raises Refused when there was one within PAUSE, or nobody takes part."""
    if not by.is_officer:
        raise NotFound
    with transaction() as session:
        lock_matcher(session)  # of two who press at once, one starts it
        before = newest_drill(session)
        if before is not None and is_open(before.at, now, PAUSE):
            raise Refused(N_("There was a drill within the last day. Look at what came back."))
        contacts = _first_numbers(session)
        if not contacts:
            raise Refused(N_("Nobody takes part: choose who does on the page of numbers."))
        return _begin(session, contacts, by.person_id, now)


def start_planned(mission: Mission, now: datetime) -> int:
    """What [drill] of mission.toml plans, once for each hour of the plan, whoever looks and however often; of hours that nobody was
    there for, the latest is made up for by day. A drill that is open stands for it. Returns how many texts leave."""
    plan = mission.drill_plan
    if plan is None or mission.pack.clocks.night.covers(now):
        return 0
    hour = plan.last(mission.zone, now)
    taken = store.planned_last(db.session())
    db.session.rollback()
    if taken == hour:
        return 0
    with transaction() as session:
        lock_matcher(session)  # no officer starts one meanwhile
        if not store.take_hour(session, hour, now):
            return 0
        before = newest_drill(session)
        if before is not None and is_open(before.at, now):
            record(session, None, "drill_stands", "drill", before.id, at=now)
            return 0
        contacts = _first_numbers(session)
        return _begin(session, contacts, None, now) if contacts else 0


def take_part(person_id: int, yes: bool, by: Audience, now: datetime) -> None:
    """From the next drill on. NotFound for somebody whose numbers are not open to this audience."""
    with transaction() as session:
        person = session.get(Person, person_id)
        if person is None or not person.active or not reads_numbers_of(person.organisation_id, by):
            raise NotFound
        person.drilled = yes
        record(session, by.person_id, "drill_part", "person", person_id, {"yes": yes}, at=now)


def _first_numbers(session: Session) -> list[Contact]:
    return [found for person in participants(session) if (found := first_contact(person, "sms")) is not None]


def _begin(session: Session, contacts: Sequence[Contact], by_id: int | None, now: datetime) -> int:
    drill = Drill(by_id=by_id, at=now)
    session.add(drill)
    session.flush()
    for contact in contacts:
        queue_trial(session, contact, now, drill_id=drill.id)
    record(session, by_id, "drill", "drill", drill.id, {"texts": len(contacts)}, at=now)
    return len(contacts)
