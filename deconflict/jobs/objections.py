"""Somebody has the message and cannot comply: an answer that needs an officer. The case says so and the desk is rung; a desk
that cannot act itself is passed over for the next."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain import roles
from deconflict.domain.country import Mission
from deconflict.domain.escalation import DESK, REQUEST
from deconflict.domain.states import OPEN_CASES
from deconflict.jobs.apart import each_apart
from deconflict.matching.climb import OBJECTION, Climb
from deconflict.services.acknowledgements import CANNOT
from deconflict.store.alerts import Acknowledgement, Alert
from deconflict.store.cases import Case
from deconflict.store.moves import note_event
from deconflict.store.people import Person

log = structlog.get_logger()
BATCH = 50


def ring_for_objections(mission: Mission, now: datetime) -> int:
    """Every such answer of which the desk was not told. Each in its own transaction; one that fails stops no other. Returns how
    many."""
    waiting = select(Acknowledgement.id).where(Acknowledgement.answer == CANNOT, Acknowledgement.told_at.is_(None))
    return each_apart(
        waiting.order_by(Acknowledgement.id).limit(BATCH),
        lambda session, id: _tell(session, mission, id, now),
        lambda id: log.exception("the desk could not be told of an answer", acknowledgement=id),
    )


def _tell(session: Session, mission: Mission, id: int, now: datetime) -> None:
    of_case = select(Alert.case_id).join(Acknowledgement).where(Acknowledgement.id == id)
    case = session.get_one(Case, session.scalars(of_case).one(), with_for_update={"of": Case})
    said = session.get_one(Acknowledgement, id, with_for_update=True)
    if said.told_at is not None:
        return
    said.told_at = now
    alert = said.alert
    who = said.level if said.level != "desk" else alert.person.function
    note_event(session, case, OBJECTION, now, code=f"{alert.side}:{who}")
    of_now = alert.round == case.round or alert.purpose.startswith(REQUEST)
    if case.state not in OPEN_CASES or not of_now or _an_officer_heard_it(session, said):
        return
    if alert.side == "ocha":
        Climb(session, mission, case, "ocha", DESK, alert.purpose, alerted_at=now, now=now).take_next_step()
    else:  # each answer rings by itself: who has heard of one must hear of the next
        Climb(session, mission, case, "ocha", DESK, f"{OBJECTION}:{said.id}", alerted_at=now, now=now).take_due_steps()


def _an_officer_heard_it(session: Session, said: Acknowledgement) -> bool:
    """Then the desk knows already. A radio operator is not the desk."""
    person = session.get(Person, said.recorded_by_id) if said.recorded_by_id is not None else None
    return person is not None and bool(person.role_names & roles.OFFICERS)
