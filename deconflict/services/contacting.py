"""Who was called about a case, when, by whom, and what came of it. Only who has read the reference back is known to have it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.channels.letters import Kind
from deconflict.domain.audience import Audience
from deconflict.domain.contacted import HOW, OUTCOMES, REACHED, WRONG_NUMBER, Called
from deconflict.domain.country import Mission
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.escalation import CLOSING
from deconflict.domain.free_text import check_words
from deconflict.domain.kinds import Catalogue
from deconflict.domain.msgid import N_
from deconflict.domain.states import AlertState
from deconflict.services.cases import SIDES, acted, desk_case
from deconflict.services.letters import tell_answerable
from deconflict.store.alerts import Acknowledgement, Alert
from deconflict.store.audit import record
from deconflict.store.base import transaction
from deconflict.store.callees import to_call
from deconflict.store.cases import Case
from deconflict.store.contacted import Contacted
from deconflict.store.doubts import Doubt
from deconflict.store.moves import note_event
from deconflict.store.people import Contact, Person
from deconflict.store.queries import alerts_of
from deconflict.store.work import insert_once


def note_call(
    reference: str, round_: int, side: str, called: Called, by: Audience, mission: Mission, now: datetime
) -> None:
    """Writes a call down, of an open case or of one that has ended: whoever was told is told the end by phone too."""
    with transaction() as session:
        case = desk_case(session, reference, by, mission.catalogue, round_)
        write_call(session, case, side, called, by, now)


def write_call(
    session: Session,
    case: Case,
    side: str,
    called: Called,
    by: Audience,
    now: datetime,
    request_id: int | None = None,
) -> None:
    """As note_call, inside the caller's transaction. Reached and read back, it acknowledges what that person is owed of the case; a
    call that nobody answered acts on nothing, so that the minimal alert and the ladders go on. Raises Refused."""
    person, contact = _whom(session, case, side, called, by)
    _write(session, case, side, person, called, by, now, request_id)
    if called.outcome == REACHED:
        acted(session, case, by, now)
    if called.heard:
        _has_it(session, case, person, called, by, now)
    if called.outcome == WRONG_NUMBER and contact is not None:
        _doubt(session, contact, person, now)


def note_tried(
    reference: str, alert_id: int, called: Called, by: Audience, catalogue: Catalogue, now: datetime
) -> None:
    """The call that a page of calls to make asked for, about one alert: that nobody answered, or who did. Whether he has it is a relay
    of its own. Raises NotFound, Refused."""
    check_call(called, by)
    with transaction() as session:
        case = desk_case(session, reference, by, catalogue)
        alert = session.get(Alert, alert_id)
        if alert is None or alert.case_id != case.id:
            raise NotFound
        _write(session, case, alert.side, alert.person, called, by, now)


def _write(
    session: Session,
    case: Case,
    side: str,
    person: Person,
    called: Called,
    by: Audience,
    now: datetime,
    request_id: int | None = None,
) -> None:
    session.add(
        Contacted(
            case_id=case.id,
            round=case.round,
            side=side,
            person_id=person.id,
            request_id=request_id,
            by_id=by.person_id,
            at=now,
            how=called.how,
            outcome=called.outcome,
            read_back=called.heard,
        )
    )
    said = f"{person.name}: {called.words.strip()[:300]}".removesuffix(": ")
    code = f"{side}:{called.outcome}" + (":read_back" if called.heard else "")
    note_event(session, case, "called", now, actor_id=by.person_id, code=code, reason=said)
    detail = {"round": case.round, "side": side, "outcome": called.outcome, "read_back": called.heard}
    record(session, by.person_id, "call", "case", case.id, detail, at=now, organisation_id=person.organisation_id)


def callees_of(session: Session, case: Case, side: str) -> list[tuple[str, Person, Contact | None]]:
    """Each number of each person of this side that the desk may ring, under the name that `Called.whom` takes; a person without one
    under his own, since he may be met or heard over a radio."""
    item = case.item_of(side)
    found: list[tuple[str, Person, Contact | None]] = []
    for _function, person in to_call(session, item) if item is not None else ():
        numbers = [contact for contact in person.contacts if contact.carries != "email"]
        found += [(f"{person.id}-{contact.id}", person, contact) for contact in numbers]
        found += [] if numbers else [(f"{person.id}", person, None)]
    return found


def check_call(called: Called, by: Audience) -> None:
    """Raises Refused at the field that is to be mended."""
    if called.outcome not in OUTCOMES:
        raise Refused(N_("Choose what came of the call."), field="outcome")
    if called.how not in HOW:
        raise Refused(N_("Choose how it was said."), field="how")
    if called.read_back and called.outcome != REACHED:
        raise Refused(
            N_("Only somebody who was reached reads it back: choose that he was, or take the tick away."), field="read"
        )
    check_words(called.words, by, "words")


def _whom(session: Session, case: Case, side: str, called: Called, by: Audience) -> tuple[Person, Contact | None]:
    if side not in SIDES:
        raise Refused(N_("Choose whom you called."), field="whom")
    found = next(((p, c) for name, p, c in callees_of(session, case, side) if name == called.whom), None)
    if found is None:
        raise Refused(N_("Choose whom you called."), field="whom")
    check_call(called, by)
    return found


def _has_it(session: Session, case: Case, person: Person, called: Called, by: Audience, now: datetime) -> None:
    """A relay that an officer heard himself, at the level of a desk: that a team has it is said of the team."""
    for alert in alerts_of(session, case, owed_only=True):
        if alert.person_id != person.id or alert.level != "desk" or alert.purpose == CLOSING:
            continue
        alert.state = AlertState.ACKNOWLEDGED
        session.add(
            Acknowledgement(
                alert_id=alert.id,
                at=now,
                level="desk",
                method="relay",
                answer="received",
                recorded_by_id=by.person_id,
                how=f"{called.how}: {called.words.strip()[:180]}",
                read_back=True,
            )
        )


def _doubt(session: Session, contact: Contact, person: Person, now: datetime) -> None:
    """Somebody else answers there: nothing goes to it until it is verified, and whoever answers for the organisation is told."""
    if insert_once(session, Doubt, lookup=contact.lookup, person_id=person.id, team=False, since=now):
        for same in session.scalars(select(Contact).where(Contact.lookup == contact.lookup)):
            session.expire(same, ["doubt"])
        tell_answerable(session, Kind.NUMBER_DOUBTED, person, now)
