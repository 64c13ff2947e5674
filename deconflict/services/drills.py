"""The weekly drill: an officer starts it, and each person who takes part gets a test text with a code. It is never an alert: no
ladder, no case and no count of alerts knows of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from deconflict.domain.audience import Audience
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.msgid import N_
from deconflict.domain.numbers import reads_numbers_of
from deconflict.store.audit import record
from deconflict.store.base import transaction
from deconflict.store.drills import Drill, newest_drill, participants
from deconflict.store.outbox import first_contact
from deconflict.store.people import Person
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
        if before is not None and before.at > now - PAUSE:
            raise Refused(N_("There was a drill within the last day. Look at what came back."))
        contacts = [found for person in participants(session) if (found := first_contact(person, "sms")) is not None]
        if not contacts:
            raise Refused(N_("Nobody takes part: choose who does on the page of numbers."))
        drill = Drill(by_id=by.person_id, at=now)
        session.add(drill)
        session.flush()
        for contact in contacts:
            queue_trial(session, contact, now, drill_id=drill.id)
        record(session, by.person_id, "drill", "drill", drill.id, {"texts": len(contacts)}, at=now)
        return len(contacts)


def take_part(person_id: int, yes: bool, by: Audience, now: datetime) -> None:
    """From the next drill on. NotFound for somebody whose numbers are not open to this audience."""
    with transaction() as session:
        person = session.get(Person, person_id)
        if person is None or not person.active or not reads_numbers_of(person.organisation_id, by):
            raise NotFound
        person.drilled = yes
        record(session, by.person_id, "drill_part", "person", person_id, {"yes": yes}, at=now)
