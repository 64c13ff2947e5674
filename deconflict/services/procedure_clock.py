"""What the clock does to procedures, and whom it tells that something waits for him. Each in its own transaction; one that fails stops no
other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from deconflict.channels.letters import Kind
from deconflict.domain import roles
from deconflict.domain.country import Mission
from deconflict.domain.procedures import SYSTEM, Noun
from deconflict.services import aid_raising, asset_requests, consultations, hazards, qips
from deconflict.store.base import db, transaction
from deconflict.store.letters import queue_letter
from deconflict.store.people import Person
from deconflict.store.procedures import Procedure, clock_due, holders, to_tell

log = structlog.get_logger()
HEADS = frozenset({roles.SUBOFFICE_HEAD, roles.OCHA_HEAD})
Act = Callable[[Session, Procedure, Mission, datetime], None]


def _of_a_qip(session: Session, row: Procedure, mission: Mission, now: datetime) -> None:
    """Its consultation ends, or its works have taken as long as they may."""
    act = consultations.on_due if row.state == "consultation" else qips.on_due
    act(session, row, mission, now)


# What the clock does when the hour of a row has come, by noun: each with `due.who` naming SYSTEM. It must set another due, or none.
ON_DUE: Mapping[Noun, Act] = {
    Noun.AID_REPORT: aid_raising.on_due,
    Noun.ASSET_REQUEST: asset_requests.lapse,
    Noun.HAZARD: hazards.on_due,
    Noun.QIP: _of_a_qip,
}


def run_clock(mission: Mission, now: datetime) -> int:
    """Every row whose hour has come. Returns how many."""
    ids = clock_due(db.session(), now)
    db.session.rollback()
    for procedure_id, noun in ids:
        try:
            with transaction() as session:
                row = session.get(Procedure, procedure_id, with_for_update={"of": Procedure})
                due = row.due if row is not None else None
                if row is None or due is None or SYSTEM not in due.who or due.at is None or due.at > now:
                    continue  # somebody acted meanwhile
                ON_DUE[Noun(noun)](session, row, mission, now)
        except Exception as error:
            log.error("a clock could not act", procedure=procedure_id, noun=noun, error=type(error).__name__)
    return len(ids)


def tell_who_must_act(now: datetime) -> int:
    """One letter to each person for whom something new waits, or is late. What is late the heads of OCHA hear of too, and so they do where
    nobody holds the role that must act: then nobody would. It names nothing: a mailbox is read by others too. Returns how many are
    told."""
    with transaction() as session:
        told: dict[int, Person] = {}
        for row in to_tell(session, now):
            due = row.due
            if due is None:
                continue
            late = due.at is not None and due.at <= now
            them = holders(session, due.who - {SYSTEM}, row)
            them += holders(session, HEADS, row) if late or not them else []
            told |= {person.id: person for person in them}
            row.told_at = row.told_at or now
            row.late_told_at = now if late else None
        for person in told.values():
            queue_letter(session, Kind.PROCEDURE_WAITS, person, person, None, now)
        return len(told)
