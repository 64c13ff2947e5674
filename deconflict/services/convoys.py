"""Joint convoys (RUL-27): the lead opens one and gives its word to the others by voice; each joins with a notice of its own on the
lead's way, of which no other organisation reads anything but that it is there."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain import roles
from deconflict.domain.activity import Side
from deconflict.domain.audience import Audience
from deconflict.domain.convoys import ALPHABET, LENGTH, ConvoyView, read_word, way_alone
from deconflict.domain.country import Mission
from deconflict.domain.errors import NotFound, Refused, WrongState
from deconflict.domain.filing import Filing
from deconflict.domain.msgid import N_
from deconflict.domain.states import LIVE_MOVES, table_of
from deconflict.services.code_locks import lock_of, missed
from deconflict.services.filing import own_item
from deconflict.services.following import NO_SUCH, open_lead, parts
from deconflict.store.audit import record
from deconflict.store.base import db, lookup_hash, transaction
from deconflict.store.convoys import Convoy, by_word, followers, lead_of, led_by
from deconflict.store.items import Item
from deconflict.store.queries import filing_of, is_sensitive, version_of


def open_convoy(reference: str, by: Audience, mission: Mission, now: datetime) -> None:
    """Others may join one's own notice. Raises NotFound, and WrongState where it is over or travels with another."""
    with transaction() as session:
        item = _own_movement(session, reference, by)
        if item.state not in LIVE_MOVES or lead_of(session, item) is not None:
            raise WrongState(N_("No joint convoy can be led with this notice."))
        if is_sensitive(filing_of(version_of(session, item)), mission.catalogue):
            raise WrongState(
                N_("What is done there is too sensitive to be shared with others: no joint convoy can be led with it.")
            )
        convoy = led_by(session, item.id)
        if convoy is None:
            word = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
            convoy = Convoy(lead_id=item.id, word=word, lookup=lookup_hash(word), opened_at=now)
            session.add(convoy)
            session.flush()
            item.convoy_id = convoy.id
        convoy.closed_at = None
        record(session, by.person_id, "open_convoy", item.side, item.id, at=now, organisation_id=item.owner_id)


def close_convoy(reference: str, by: Audience, now: datetime) -> None:
    """Nobody joins any more; who has joined stays. Raises NotFound, WrongState."""
    with transaction() as session:
        item = _own_movement(session, reference, by)
        convoy = led_by(session, item.id)
        if convoy is None or convoy.closed_at is not None:
            raise WrongState(N_("This convoy is closed already."))
        convoy.closed_at = now
        record(session, by.person_id, "close_convoy", item.side, item.id, at=now, organisation_id=item.owner_id)


def find(typed: str, by: Audience, now: datetime) -> tuple[str, Filing, str]:
    """The word as it is kept, the way and the name of who leads, for somebody who was given the word. Five wrong ones lock the person
    out for a while. Raises Refused, NotFound."""
    if not by.roles & roles.FILERS_HUMANITARIAN:
        raise NotFound
    word, found = read_word(typed), None
    with transaction() as session:
        lock = lock_of(session, f"U{by.person_id}", now, known=True)
        convoy = by_word(session, word) if word and lock.locked_until is None else None
        lead = open_lead(session, convoy)
        if lead is None or lead.owner_id == by.organisation_id:
            missed(session, lock, now)
        else:
            lock.failures = 0
            record(session, by.person_id, "view", lead.side, lead.id, at=now, organisation_id=lead.owner_id)
            found = way_alone(filing_of(version_of(session, lead))), lead.owner.name
    if found is None:
        raise Refused(NO_SUCH, field="word")
    return word, *found


def leaves_convoy(reference: str, filing: Filing) -> bool:
    """Whether one's own notice, which the caller has seen to be his, would travel alone if it were filed so."""
    session = db.session()
    item = session.scalars(select(Item).where(Item.reference == reference)).one()
    return parts(session, item, filing)


def convoy_of(reference: str) -> ConvoyView | None:
    """The convoy of a notice as its organisation sees it, which the caller has seen to be his; None where it travels alone."""
    session = db.session()
    item = session.scalars(select(Item).where(Item.reference == reference, Item.side == Side.HUMANITARIAN)).one()
    if item.convoy_id is None:
        return None
    lead = lead_of(session, item)
    if lead is not None:
        return ConvoyView(leads=False, lead=lead.owner.name)
    convoy = session.get_one(Convoy, item.convoy_id)
    members = tuple(sorted({follower.owner.name for follower in followers(session, convoy)}))
    is_open = convoy.closed_at is None and item.state in LIVE_MOVES
    return ConvoyView(True, item.owner.name, members, convoy.spoken if is_open else "", is_open)


def _own_movement(session: Session, reference: str, by: Audience) -> Item:
    """What stands travels with nobody."""
    item = own_item(session, reference, by)
    if item.side != Side.HUMANITARIAN or table_of(item.state) != "item":
        raise NotFound
    return item
