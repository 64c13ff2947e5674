"""Hazard notices: entered by anybody who files, shown after an officer has looked, matched with movements while they are shown. What is
matched is OCHA's own item; nothing in it says who entered the notice."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.errors import LostRace, NotFound, Refused
from deconflict.domain.hazard_notice import Hazard, hazard_of
from deconflict.domain.hazards import OFFICER, SET_ASIDE, SHOWN, is_own
from deconflict.domain.msgid import N_
from deconflict.domain.procedures import SYSTEM, Due, Noun
from deconflict.domain.severity import Severity
from deconflict.services.filing import file_item
from deconflict.services.hazard_items import follow, plan, take_off_item
from deconflict.services.procedures import began_before, begin, move, taken
from deconflict.store.base import db, transaction
from deconflict.store.items import Item
from deconflict.store.moves import LOST
from deconflict.store.procedures import Procedure, procedure, procedure_facts


def enter(hazard: Hazard, by: Audience, key: str, mission: Mission, now: datetime) -> str:
    """A notice that its author and OCHA alone know of. Returns its reference; the same `key` again gives the first."""
    with transaction() as session:
        twin = began_before(session, key)
        if twin is not None:
            if twin.noun != Noun.HAZARD or twin.made_by_id != by.person_id:
                raise Refused("This form was used already. Open a new one and start again.")
            return twin.reference
        area, sector = _where(hazard, mission)
        row = begin(
            session,
            Noun.HAZARD,
            by,
            key,
            hazard.to_facts(),
            mission,
            now,
            area=area,
            sector=sector,
            due=_look(mission, now),
        )
        row.pcode, row.cod_version = hazard.places[0].pcode, hazard.places[0].cod_version
        return row.reference


def correct(reference: str, version: int, hazard: Hazard, by: Audience, mission: Mission, now: datetime) -> None:
    """Other words, hours or places. Of what is shown an officer alone, and the item follows."""
    with transaction() as session:
        row = _mine(session, reference, version, by)
        shown = row.state == SHOWN
        due = Due("expire", frozenset({SYSTEM}), hazard.until) if shown else row.due
        event = "amend" if shown else "correct"
        move(session, row, event, by, mission, now, change=hazard.to_facts(), due=due)
        row.area, row.sector = _where(hazard, mission)
        row.pcode, row.cod_version = hazard.places[0].pcode, hazard.places[0].cod_version
        if shown:
            follow(session, row, hazard, by, mission, now)


def withdraw(reference: str, version: int, by: Audience, mission: Mission, now: datetime) -> None:
    """By whoever entered it, before it is shown."""
    with transaction() as session:
        row = _mine(session, reference, version, by)
        if not is_own(procedure_facts(row), by):
            raise Refused(N_("Only whoever entered it withdraws it. Set it aside."))
        move(session, row, "withdraw", by, mission, now)


def set_aside(reference: str, version: int, code: str, by: Audience, mission: Mission, now: datetime) -> None:
    """Not to be shown, for a reason that OCHA alone reads."""
    if code not in SET_ASIDE:
        raise Refused(N_("Choose why it is set aside."), field="code")
    with transaction() as session:
        move(session, taken(session, Noun.HAZARD, reference, version, by), "set_aside", by, mission, now, code=code)


def show(reference: str, version: int, by: Audience, mission: Mission, now: datetime) -> None:
    """To everybody who files, and to the matcher. Raises Refused where its hours are over."""
    hazard = _current(reference, version, by)
    if hazard.until <= now:
        raise Refused(N_("Its hours are over. Correct until when it holds first."))
    _match(reference, version, hazard, "show", by, mission, now)


def renew(reference: str, version: int, until: datetime, by: Audience, mission: Mission, now: datetime) -> None:
    """It holds longer, from what is shown or from what has expired."""
    hazard = _current(reference, version, by, until=until)
    row = procedure(db.session(), Noun.HAZARD, reference)
    if row is None or row.state != SHOWN:
        return _match(reference, version, hazard, "renew", by, mission, now)
    with transaction() as session:
        row = taken(session, Noun.HAZARD, reference, version, by)
        _shown(session, row, "renew", hazard, by, mission, now)
        follow(session, row, hazard, by, mission, now)


def end(reference: str, version: int, by: Audience, mission: Mission, now: datetime) -> None:
    """It is over: nobody reads it any more, and what rested on it ends."""
    with transaction() as session:
        row = taken(session, Noun.HAZARD, reference, version, by)
        move(session, row, "end", by, mission, now)
        take_off_item(session, row, by.person_id, now)


def on_due(session: Session, row: Procedure, mission: Mission, now: datetime) -> None:
    """The clock: what is shown expires and an officer is asked whether it still holds; what nobody renewed is over."""
    if row.state == SHOWN:
        until = now + timedelta(days=mission.pack.procedures.hazard_days)
        move(session, row, "expire", None, mission, now, due=Due("renew", frozenset(OFFICER | {SYSTEM}), until))
        take_off_item(session, row, None, now)
    else:
        move(session, row, "lapse", None, mission, now)


def _mine(session: Session, reference: str, version: int, by: Audience) -> Procedure:
    """Locked, for whoever entered it and for officers: to everybody else who reads it nothing here is to be done."""
    row = procedure(session, Noun.HAZARD, reference, lock=True)
    if row is None or not (is_own(procedure_facts(row), by) or by.may(*OFFICER)):
        raise NotFound
    return taken(session, Noun.HAZARD, reference, version, by)


def _current(reference: str, version: int, by: Audience, until: datetime | None = None) -> Hazard:
    """As it stands, before anything is locked: the step that follows looks at the version again."""
    row = procedure(db.session(), Noun.HAZARD, reference)
    if row is None or not by.is_officer:
        raise NotFound
    if row.version != version:
        raise LostRace(LOST)
    hazard = hazard_of(row.facts)
    return hazard if until is None else replace(hazard, until=until)


def _match(
    reference: str, version: int, hazard: Hazard, event: str, by: Audience, mission: Mission, now: datetime
) -> None:
    """The step and the item that is matched by it, in one transaction. The item's key is of this step, pressed twice it files once."""

    def also(session: Session, item: Item) -> None:
        row = taken(session, Noun.HAZARD, reference, version, by)
        _shown(session, row, event, hazard, by, mission, now)
        row.item_id = item.id

    file_item(plan(hazard, mission), by, f"hazard-{reference}-{version}", mission, now, also=also)


def _shown(
    session: Session, row: Procedure, event: str, hazard: Hazard, by: Audience, mission: Mission, now: datetime
) -> None:
    due = Due("expire", frozenset({SYSTEM}), hazard.until)
    move(session, row, event, by, mission, now, change=hazard.to_facts(), due=due)


def _where(hazard: Hazard, mission: Mission) -> tuple[str, str]:
    """The area of the desk and the mission's sector in which it begins."""
    first = hazard.places[0]
    where = mission.gazetteer.meant(first.pcode, first.cod_version)
    at = where.pcode if where else first.point
    return mission.area_of(at), mission.sector_of(at)


def _look(mission: Mission, now: datetime) -> Due:
    """An officer looks as soon as at a grave case: what is in the way may hurt before anybody reads of it."""
    return Due("look", frozenset(OFFICER), now + mission.pack.clocks.review[Severity.HIGH])
