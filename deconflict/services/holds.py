"""Evidence that must stay: the OCHA head asks, a second person at OCHA joins; lifted by two as well (RUL-25). The mission has
no hand in it, and nothing here takes anything away: that is the retention job's, by its clocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.desk import view_of_desk_item
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.free_text import check_words
from deconflict.domain.kinds import Catalogue
from deconflict.domain.states import HoldState, target
from deconflict.services.cases import desk_case
from deconflict.store import desk
from deconflict.store.audit import record
from deconflict.store.base import transaction
from deconflict.store.cases import Case
from deconflict.store.holds import Hold, holds_on
from deconflict.store.items import Item


@dataclass(frozen=True, slots=True)
class Held:
    """What a hold is set on, found and locked: a case with both its items, or an item. `noun` as the audit has it."""

    noun: str
    case_id: int | None
    item_id: int | None
    reduced: bool

    @property
    def id(self) -> int:
        return self.case_id or self.item_id or 0


def ask_hold(what: str, reference: str, reason: str, by: Audience, catalogue: Catalogue, now: datetime) -> None:
    """From now on the retention job leaves it alone, for as long as sop.toml gives a second person to join. `what`: case or
    item. Raises Refused for what is in communes and weeks already, since nothing is left to keep."""
    _head(by)
    _said(reason, by)
    with transaction() as session:
        found = _found(session, what, reference, by, catalogue)
        standing = _standing(session, found)
        if standing is not None and standing.state != HoldState.ASKED:
            raise Refused("It is held already.")
        if found.reduced:
            raise Refused("It is reduced to unit and week already: there is nothing left to hold.")
        if standing is not None:  # asked anew, the time for a second person begins again
            session.delete(standing)
        held = Hold(case_id=found.case_id, item_id=found.item_id, state=HoldState.ASKED, reason=reason.strip()[:500])
        held.asked_by_id, held.asked_at = by.person_id, now
        session.add(held)
        record(session, by.person_id, "ask_hold", found.noun, found.id, at=now)


def confirm_hold(what: str, reference: str, by: Audience, catalogue: Catalogue, now: datetime) -> None:
    """The second person: any officer of OCHA but the one who asked."""
    with transaction() as session:
        found, hold = _one(session, what, reference, by, catalogue)
        _another(by, hold.asked_by_id)
        hold.state = target("hold", hold.state, "confirm", "second")
        hold.confirmed_by_id, hold.confirmed_at = by.person_id, now
        record(session, by.person_id, "confirm_hold", found.noun, found.id, {"hold": hold.id}, at=now)


def ask_lift(what: str, reference: str, reason: str, by: Audience, catalogue: Catalogue, now: datetime) -> None:
    """The OCHA head wants it lifted; until a second person agrees it holds."""
    _head(by)
    _said(reason, by)
    with transaction() as session:
        found, hold = _one(session, what, reference, by, catalogue)
        hold.state = target("hold", hold.state, "ask_lift", "head")
        hold.lift_reason, hold.lift_asked_by_id, hold.lift_asked_at = reason.strip()[:500], by.person_id, now
        record(session, by.person_id, "ask_lift", found.noun, found.id, {"hold": hold.id}, at=now)


def settle_lift(what: str, reference: str, agreed: bool, by: Audience, catalogue: Catalogue, now: datetime) -> None:
    """The second person agrees, and the clocks run again as if there had been no hold; or it stays held."""
    with transaction() as session:
        found, hold = _one(session, what, reference, by, catalogue)
        _another(by, hold.lift_asked_by_id)
        hold.state = target("hold", hold.state, "lift" if agreed else "keep", "second")
        if agreed:
            hold.lifted_by_id, hold.lifted_at = by.person_id, now
        verb = "lift_hold" if agreed else "keep_hold"
        record(session, by.person_id, verb, found.noun, found.id, {"hold": hold.id}, at=now)


def _found(session: Session, what: str, reference: str, by: Audience, catalogue: Catalogue) -> Held:
    """Items are locked before cases, in the order of their numbers, as the retention job does. Raises NotFound."""
    if what == "case":
        row = session.scalars(select(Case).where(Case.reference == reference)).first()
        items = sorted(id for id in (row.humanitarian_id, row.mission_id) if id is not None) if row else []
        session.execute(select(Item.id).where(Item.id.in_(items)).order_by(Item.id).with_for_update())
        case = desk_case(session, reference, by, catalogue)
        return Held("case", case.id, None, case.reduced_at is not None)
    known = desk.item_versions(session, reference, catalogue)
    if known is None or view_of_desk_item(known[1][-1], by) is None:
        raise NotFound
    item = session.get_one(Item, known[0], with_for_update={"of": Item})
    return Held(item.side, None, item.id, item.reduced_at is not None)


def _one(session: Session, what: str, reference: str, by: Audience, catalogue: Catalogue) -> tuple[Held, Hold]:
    found = _found(session, what, reference, by, catalogue)
    hold = _standing(session, found)
    if hold is None:
        raise NotFound
    return found, hold


def _standing(session: Session, found: Held) -> Hold | None:
    holds = [h for h in holds_on(session, case_id=found.case_id, item_id=found.item_id) if h.state != HoldState.LIFTED]
    return holds[-1] if holds else None


def _head(by: Audience) -> None:
    if not by.may(roles.OCHA_HEAD):
        raise Refused("Only the OCHA Head of Office asks for this; a second person at OCHA joins.")


def _another(by: Audience, first_id: int | None) -> None:
    if not by.is_officer:
        raise NotFound
    if by.person_id == first_id:
        raise Refused("A second person at OCHA is needed: you asked for it yourself.")


def _said(reason: str, by: Audience) -> None:
    if not reason.strip():
        raise Refused("Say in a few words why: somebody will ask after an incident.", field="reason")
    check_words(reason, by)
