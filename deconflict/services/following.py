"""What joint convoys mean for filing: who joins goes the lead's way, who follows changes with it, and whoever goes another way
travels alone. Inside the transaction of whatever is being filed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from deconflict.channels.letters import Kind
from deconflict.domain.audience import Audience
from deconflict.domain.convoys import following, may_travel, read_word, same_way
from deconflict.domain.errors import Refused
from deconflict.domain.filing import Filing, MovementNotice
from deconflict.domain.kinds import Catalogue
from deconflict.domain.msgid import N_
from deconflict.domain.states import LIVE_MOVES
from deconflict.services.letters import tell_focal_points_of
from deconflict.store.convoys import Convoy, by_word, followers, lead_of, led_by
from deconflict.store.items import Item
from deconflict.store.people import Person
from deconflict.store.queries import filing_of, is_sensitive, version_of

NO_SUCH = N_("No open convoy has this word. Have it read out again by who leads it.")
OTHER_WAY = N_("The way is that of the lead: leave places and hours as they are, or file a notice of your own instead.")
LESS_TOLD = N_("Who leads this convoy lets less of its way be told. Choose that level or a lower one.")
UNREADABLE = (ValueError, KeyError, TypeError)


def open_lead(session: Session, convoy: Convoy | None, *, locked: bool = False) -> Item | None:
    """The notice that leads a convoy which others may still join."""
    if convoy is None or convoy.closed_at is not None:
        return None
    lead = session.get(Item, convoy.lead_id, with_for_update={"of": Item} if locked else None, populate_existing=locked)
    return lead if lead is not None and lead.state in LIVE_MOVES else None


def joined(session: Session, word: str, filing: Filing, by: Audience, catalogue: Catalogue) -> int:
    """Id of the convoy that a notice which is being filed joins. Raises Refused for a word that opens none any more, for another way
    than the lead's, and for one that would let more be told than the lead does."""
    convoy = by_word(session, read_word(word))
    lead = open_lead(session, convoy, locked=True)
    if lead is None or convoy is None or lead.owner_id == by.organisation_id:
        raise Refused(NO_SUCH)
    way = filing_of(version_of(session, lead))
    if not same_way(filing, way):
        raise Refused(OTHER_WAY)
    if not may_travel(filing.level, way.level, lead_sensitive=is_sensitive(way, catalogue)):
        raise Refused(LESS_TOLD, field="level")
    return convoy.id


def to_follow(
    session: Session, lead: Item, filing: Filing, by: Audience, catalogue: Catalogue, now: datetime
) -> list[tuple[Item, Filing]]:
    """The notices that travel with this one, locked, and what they become by its new way; their organisations are told. What cannot
    follow, because the lead no longer stops where it works or lets less be told, stays as it is and travels alone from now on."""
    convoy = led_by(session, lead.id)
    changed: list[tuple[Item, Filing]] = []
    for follower in followers(session, convoy) if convoy is not None else ():
        session.refresh(follower, with_for_update={"of": Item})
        try:
            own = filing_of(version_of(session, follower))
        except UNREADABLE:
            continue
        if follower.state not in LIVE_MOVES or not isinstance(own, MovementNotice):
            continue
        allowed = may_travel(own.level, filing.level, lead_sensitive=is_sensitive(filing, catalogue))
        wanted = following(own, filing) if allowed else None
        if wanted is None:
            follower.convoy_id = None
            _tell(session, Kind.CONVOY_PARTED, follower, by, now)
        elif not same_way(own, filing):
            changed.append((follower, wanted))
            _tell(session, Kind.CONVOY_CHANGED, follower, by, now)
    return changed


def parts(session: Session, item: Item, filing: Filing) -> bool:
    """Whether a notice that travels with another would go a way of its own."""
    lead = lead_of(session, item)
    if lead is None:
        return False
    try:
        return not same_way(filing, filing_of(version_of(session, lead)))
    except UNREADABLE:
        return True


def part(session: Session, item: Item, filing: Filing) -> None:
    """A notice that goes another way than its lead from now on travels alone."""
    if parts(session, item, filing):
        item.convoy_id = None


def end_convoy(session: Session, lead: Item, by: Audience, now: datetime) -> None:
    """The lead has cancelled: nobody joins any more, and whoever travels with it is told. Their notices stay: they may go all the
    same."""
    convoy = led_by(session, lead.id)
    if convoy is None:
        return
    convoy.closed_at = convoy.closed_at or now
    for follower in followers(session, convoy):
        _tell(session, Kind.CONVOY_CANCELLED, follower, by, now)


def _tell(session: Session, kind: Kind, follower: Item, by: Audience, now: datetime) -> None:
    """By letter, which names nobody: log in."""
    tell_focal_points_of(session, kind, follower.owner_id, session.get_one(Person, by.person_id), now)
