"""Whether somebody else brings the same aid to the same commune: humanitarians within 180 days, and other projects of the mission. The
answer is OCHA's alone (RUL-13): told to the mission it would say where humanitarians plan to be, told to whoever is consulted it
would weigh on his answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.disclosure import view_of_item
from deconflict.domain.errors import NotFound
from deconflict.domain.procedures import ProcedureFacts
from deconflict.domain.qip_codes import SAME_AID
from deconflict.domain.qip_view import view_of_qip
from deconflict.domain.qips import matched_as
from deconflict.matching.boxes import understand
from deconflict.store.items import Item
from deconflict.store.qips import live_qips, notices_in
from deconflict.store.queries import facts_of, filing_of, version_of

AHEAD = timedelta(days=180)
OPEN_STATES = tuple(
    state
    for state in (
        *("registered", "consultation", "consulted", "scheduled", "returned", "recommended"),
        *("approved", "signed", "in_progress", "suspended", "completed"),
    )
    if matched_as(state)
)


@dataclass(frozen=True, slots=True)
class Same:
    """Something that may be the same. `kind` of a notice, `sector` of a project; `same_place`: in the very settlement, or None where
    either says no settlement. `ends_at` None: it has no end."""

    reference: str
    code: str
    same_place: bool
    begins_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Duplicates:
    """`commune` False: the commune of the project is not known, so that nothing could be compared. `unreadable`: how many items there
    cannot be read."""

    commune: bool
    notices: tuple[Same, ...] = ()
    qips: tuple[Same, ...] = ()
    unreadable: int = 0


def duplicates(session: Session, facts: ProcedureFacts, by: Audience, mission: Mission, now: datetime) -> Duplicates:
    """For an officer, of what exists for him: sensitive notices do not for the head of a sub-office. Raises NotFound for anybody else."""
    view = view_of_qip(facts, by)
    if view is None or not view.duplicates:
        raise NotFound
    commune, settlement = facts.facts.get("commune"), facts.facts.get("settlement")
    if not commune:
        return Duplicates(commune=False)
    aid = SAME_AID[facts.facts["sector"]]
    found: list[Same] = []
    unreadable = 0
    for item in notices_in(session, commune, now, now + AHEAD) if aid else ():
        try:
            if view_of_item(facts_of(session, item, mission.catalogue), by) is not None:
                found.extend(_same_of(session, item, commune, settlement, aid, mission, now))
        except (ValueError, KeyError, TypeError):
            unreadable += 1
    return Duplicates(True, tuple(found), tuple(_projects(session, facts, commune, settlement)), unreadable)


def _same_of(
    session: Session,
    item: Item,
    commune: str,
    settlement: str | None,
    aid: tuple[str, ...],
    mission: Mission,
    now: datetime,
) -> list[Same]:
    """The item once, if any part of it brings the same aid there in time: in the very settlement if one does."""
    activity = understand(item, filing_of(version_of(session, item)), mission)
    parts = [
        part
        for part in activity.parts
        if part.spot.commune == commune and part.category in aid and part.end.at >= now and part.start.at <= now + AHEAD
    ]
    if not parts:
        return []
    here = [part for part in parts if settlement and part.spot.settlement == settlement]
    part = (here or parts)[0]
    return [Same(item.reference, part.kind, bool(here), part.start.at, part.end.at)]


def _projects(session: Session, facts: ProcedureFacts, commune: str, settlement: str | None) -> list[Same]:
    """Of sector `none`, those of the same category: nothing else says what such a project is."""
    held = facts.facts
    by_name = "category" if held["sector"] == "none" else "sector"
    return [
        Same(other.reference, other.facts["sector"], bool(settlement) and other.facts.get("settlement") == settlement)
        for other in live_qips(session, OPEN_STATES, facts.id)
        if other.facts.get("commune") == commune
        and other.facts["sector"] == held["sector"]
        and other.facts[by_name] == held[by_name]
    ]
