"""A risk is accepted: by the head of OCHA and by the office of the HC or the DHC, with a name, a reason and an hour at which it ends.
It binds OCHA and the mission; a party is told nothing of it, and an owner who proceeds needs nobody's signature (RUL-12)."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.free_text import check_words
from deconflict.domain.msgid import N_
from deconflict.domain.states import CaseState
from deconflict.matching.desk import new_round
from deconflict.services.cases import acted, desk_case, not_alone
from deconflict.store.audit import record
from deconflict.store.base import db, transaction
from deconflict.store.cases import Case
from deconflict.store.moves import move_case
from deconflict.store.risk import RiskAcceptance

log = structlog.get_logger()
OFFICES = ("hc", "dhc")
HOURS = {"6": 6, "12": 12, "24": 24, "48": 48}  # never longer than the overlap itself
WHOLE = "end"


def accept_risk(
    reference: str,
    round_: int,
    office: str,
    name: str,
    reason: str,
    until: str,
    by: Audience,
    mission: Mission,
    now: datetime,
) -> datetime:
    """The case rests until the hour that is returned; its requests stand, and its owners are free as before. Raises NotFound for
    anybody but the head of OCHA, Refused for what is missing."""
    if not by.may(roles.OCHA_HEAD):
        raise NotFound
    _checked(office, name, reason, until, by)
    with transaction() as session:
        case = desk_case(session, reference, by, mission.catalogue, round_)
        not_alone(case)
        if case.of_ocha:
            raise Refused(
                N_("OCHA entered this area: the mission has no part in the case. Ask the organisation to change."),
                field="office",
            )
        expires_at = case.ends_at if until == WHOLE else min(case.ends_at, now + timedelta(hours=HOURS[until]))
        case.owner_id = case.owner_id or by.person_id
        move_case(
            session, case, "accept_risk", "head", now, actor_id=by.person_id, code=office, reason=reason.strip()[:1000]
        )
        session.add(
            RiskAcceptance(
                case_id=case.id,
                round=case.round,
                by_id=by.person_id,
                office=office,
                name=name.strip()[:80],
                reason=reason.strip()[:1000],
                at=now,
                expires_at=expires_at,
            )
        )
        acted(session, case, by, now)
        detail = {"round": case.round, "office": office, "until": expires_at.isoformat()}
        record(session, by.person_id, "accept_risk", "case", case.id, detail, at=now)
        return expires_at


def end_acceptances(mission: Mission, now: datetime) -> int:
    """Those whose hour has come: the case is open again, anybody's, and rings. Each in its own transaction."""
    due = select(RiskAcceptance.id).where(RiskAcceptance.ended_at.is_(None), RiskAcceptance.expires_at <= now)
    ids = list(db.session.scalars(due.order_by(RiskAcceptance.expires_at)))
    db.session.rollback()
    for acceptance_id in ids:
        try:
            with transaction() as session:
                _end(session, mission, acceptance_id, now)
        except Exception as error:
            log.error("an acceptance could not end", acceptance=acceptance_id, error=type(error).__name__)
    return len(ids)


def _end(session: Session, mission: Mission, acceptance_id: int, now: datetime) -> None:
    acceptance = session.get_one(RiskAcceptance, acceptance_id)
    case = session.get_one(Case, acceptance.case_id, with_for_update={"of": Case})
    session.refresh(acceptance)
    if acceptance.ended_at is not None:
        return
    acceptance.ended_at = now
    # One that changed meanwhile was opened by that; one that is over has nothing left to open.
    if case.state != CaseState.RISK_ACCEPTED or case.round != acceptance.round or case.ends_at <= now:
        return
    case.owner_id = None
    move_case(session, case, "expire_risk", "system", now)
    new_round(session, mission, case, now)


def _checked(office: str, name: str, reason: str, until: str, by: Audience) -> None:
    check_words(name, by, "name")
    check_words(reason, by, "reason")
    if office not in OFFICES:
        raise Refused(N_("Choose whose office accepts it with you."), field="office")
    if not name.strip():
        raise Refused(N_("Write who of that office accepts it: it is a person who answers for it."), field="name")
    if not reason.strip():
        raise Refused("Say in a few words why: somebody will ask after an incident.", field="reason")
    if until not in (*HOURS, WHOLE):
        raise Refused(N_("Choose until when it is accepted."), field="until")
