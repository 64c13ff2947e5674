"""Pages that are kept before they are sent, and the second step of organisations that want one: a focal point reads what somebody
wrote and sends it. Until he does OCHA knows nothing of it, so whoever wrote it and he are told again before it leaves."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from deconflict.channels.letters import Kind
from deconflict.domain import roles
from deconflict.domain.activity import Side
from deconflict.domain.audience import Audience
from deconflict.domain.drafts import MOST, Draft, sends
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.filing import Filing, MovementNotice
from deconflict.domain.free_text import check_words
from deconflict.domain.msgid import N_
from deconflict.domain.states import LIVE_ITEMS
from deconflict.domain.withheld import refuse_withheld
from deconflict.services.letters import tell_focal_points, tell_person
from deconflict.store.audit import record
from deconflict.store.base import Unreadable, db, transaction
from deconflict.store.drafts import DraftRow, row_by_key, sealed_text
from deconflict.store.items import Item
from deconflict.store.people import Account, Organisation, Person, Role

log = structlog.get_logger()
REMIND = timedelta(hours=4)  # or half of what is left until it leaves, where that is less
BATCH = 50


def keep(draft: Draft, by: Audience, now: datetime) -> bool:
    """As it stands now, over what was kept of it before. False where there is nothing to keep it as: it was sent meanwhile, or its key
    is somebody else's. Raises Refused for one too many."""
    try:
        return _keep(draft, by, now)
    except IntegrityError:
        return _keep(draft, by, now)  # the same page was being kept in the same moment


def _keep(draft: Draft, by: Audience, now: datetime) -> bool:
    if by.side == Side.MISSION:
        for name, text in (*draft.values.items(), ("reason", draft.reason)):
            refuse_withheld(text, name)  # what is never stored is not stored in a draft either
    with transaction() as session:
        row = row_by_key(session, draft.key)
        if row is not None and not _is_open_to(row, by):
            return False
        if _was_sent(session, draft):
            return False
        if row is None:
            if _count(session, by) >= MOST:
                raise Refused(N_("You keep twenty drafts already. Send or delete one first."))
            row = DraftRow(
                key=draft.key,
                person_id=by.person_id,
                organisation_id=by.organisation_id,
                side=by.side,
                sheet=draft.sheet,
                reference=draft.reference,
            )
            session.add(row)
        typed = sealed_text(draft)
        if row.asked_at is not None and row.person_id == by.person_id and row.typed != typed:
            row.asked_at = None  # what he asked to be sent is not what stands there now
        row.base, row.stops, row.kept_at, row.typed = draft.base, draft.stops, now, typed
        return True


def forget(key: str, by: Audience) -> None:
    """Deletes one's own. Raises NotFound."""
    with transaction() as session:
        row = row_by_key(session, key)
        if row is None or not _is_open_to(row, by) or row.person_id != by.person_id:
            raise NotFound
        session.delete(row)


def needs_second(filing: Filing, by: Audience) -> bool:
    """Whether a focal point sends what this person wrote: where the organisation wants it, and one is there. What is an emergency
    leaves at once (D4.4: saving lives does not wait)."""
    if not isinstance(filing, MovementNotice) or filing.urgency == "emergency" or sends(by):
        return False
    if roles.SCRIBE in by.roles:  # who writes it down at OCHA knows of it already
        return False
    session = db.session()
    return session.get_one(Organisation, by.organisation_id).two_step and _focal_point_is_there(session, by)


def ask(draft: Draft, departs_at: datetime, by: Audience, now: datetime) -> None:
    """A focal point is to read it and send it; all of the organisation are told by letter. Raises Refused for what was sent
    meanwhile."""
    if not keep(draft, by, now):
        raise Refused(N_("This form was used already. Open a new one and start again."))
    with transaction() as session:
        row = row_by_key(session, draft.key)
        if row is None or row.person_id != by.person_id:
            raise NotFound
        row.asked_at, row.departs_at, row.reminded_at, row.given_back = now, departs_at, None, None
        tell_focal_points(session, Kind.DRAFT_WAITS, row.person, now)
        record(session, by.person_id, "ask_to_send", "organisation", by.organisation_id, at=now)


def give_back(key: str, words: str, by: Audience, now: datetime) -> None:
    """To whoever wrote it, with what is to be changed. Raises NotFound, and Refused without a word or with one that is never stored."""
    if not words.strip():
        raise Refused(N_("Say in a few words what is to be changed."), field="words")
    check_words(words, by, "words")
    with transaction() as session:
        row = row_by_key(session, key)
        if row is None or row.asked_at is None or not _is_open_to(row, by) or not sends(by):
            raise NotFound
        row.asked_at, row.given_back = None, words.strip()[:200]
        tell_person(session, Kind.DRAFT_RETURNED, row.person, by, now)
        record(session, by.person_id, "give_back", "organisation", by.organisation_id, at=now)


def sent(session: Session, key: str, by: Audience) -> int | None:
    """Its filing is being written: the draft goes in the same transaction. The id of whoever wrote it, None where it was no draft of
    this organisation."""
    row = row_by_key(session, key) if key else None
    if row is None or row.organisation_id != by.organisation_id:
        return None
    session.delete(row)
    return row.person_id


def remind(now: datetime) -> int:
    """What nobody has sent for hours: its writer and the focal points hear that OCHA does not know of it. Once. Returns how many."""
    waiting = select(DraftRow.id, DraftRow.asked_at, DraftRow.departs_at).where(
        DraftRow.asked_at.is_not(None), DraftRow.reminded_at.is_(None)
    )
    rows = db.session.execute(waiting.order_by(DraftRow.departs_at, DraftRow.id)).all()
    due = [row.id for row in rows if now >= row.asked_at + min(REMIND, (row.departs_at - row.asked_at) / 2)][:BATCH]
    db.session.rollback()
    for id in due:
        try:
            with transaction() as session:
                _remind(session, id, now)
        except Unreadable:  # one that no key opens stops no other
            log.error("a draft that waits cannot be read", draft=id)
    return len(due)


def _remind(session: Session, draft_id: int, now: datetime) -> None:
    row = session.get(DraftRow, draft_id, with_for_update={"of": DraftRow})
    if row is not None and row.asked_at is not None and row.reminded_at is None:
        row.reminded_at = now
        tell_focal_points(session, Kind.DRAFT_STILL_WAITS, row.person, now)
        tell_person(session, Kind.DRAFT_STILL_WAITS, row.person, None, now)


def _is_open_to(row: DraftRow, by: Audience) -> bool:
    """To write on: one's own, or as a focal point who was asked."""
    if (row.organisation_id, row.side) != (by.organisation_id, by.side):
        return False
    return row.person_id == by.person_id or (row.asked_at is not None and sends(by))


def _was_sent(session: Session, draft: Draft) -> bool:
    """A page that is kept by itself may arrive after it was sent: it must not come back as a draft."""
    if draft.reference:
        amended = select(Item.version).where(Item.reference == draft.reference, Item.state.in_(LIVE_ITEMS))
        return session.scalar(amended) != draft.base
    return session.scalar(select(Item.id).where(Item.key == draft.key)) is not None


def _count(session: Session, by: Audience) -> int:
    return session.scalar(select(func.count()).select_from(DraftRow).where(DraftRow.person_id == by.person_id)) or 0


def _focal_point_is_there(session: Session, by: Audience) -> bool:
    there = (
        select(Account.id)
        .join(Account.person)
        .where(
            Person.organisation_id == by.organisation_id,
            Person.active.is_(True),
            Account.active.is_(True),
            Account.joined_at.is_not(None),
            Account.roles.any(Role.name == roles.FOCAL_POINT),
        )
    )
    return session.scalars(there.limit(1)).first() is not None
