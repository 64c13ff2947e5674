"""What one organisation has filed and what was said to it: rows turned into facts, for disclosure to judge."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, not_, or_, select
from sqlalchemy.orm import Session

from deconflict.domain.activity import Side
from deconflict.domain.audience import Audience
from deconflict.domain.disclosure import RECOGNITION, ItemFacts, plates_shown
from deconflict.domain.errors import Refused
from deconflict.domain.kinds import Catalogue
from deconflict.domain.msgid import N_
from deconflict.domain.party import AlertFacts, PartyCaseFacts, RequestFacts
from deconflict.domain.states import LIVE_ITEMS, MAY_HAVE_LEFT, AlertState, MessageState, RequestState
from deconflict.store.alerts import Alert
from deconflict.store.audit import AuditEntry
from deconflict.store.cases import Case, Request
from deconflict.store.items import Item, ItemVersion
from deconflict.store.people import Organisation
from deconflict.store.queries import facts_of

CLOSING = "closing"
UNREADABLE = (ValueError, KeyError, TypeError)
PAGE = 40  # lines of the past on one page of a list
BatchAt = Callable[[datetime], datetime]
LEFT = MAY_HAVE_LEFT | {MessageState.FAILED}


@dataclass(frozen=True, slots=True)
class OwnItems:
    """What can be read, and the references of what cannot: one bad row does not hide the others, nor pass in silence. `more`:
    there are older ones."""

    ahead: tuple[ItemFacts, ...]
    past: tuple[ItemFacts, ...]
    unreadable: tuple[str, ...]
    more: bool


def own_items(
    session: Session, side: Side, audience: Audience, catalogue: Catalogue, now: datetime, *, page: int
) -> OwnItems:
    """The items of the audience's organisation, of his sector if he has one: those still ahead or under way by departure, and
    one page of what is over or cancelled, latest first."""
    mine = select(Item).where(Item.side == side, Item.owner_id == audience.organisation_id)
    if audience.scope is not None:
        mine = mine.where(Item.sector == audience.scope)
    ahead = and_(Item.state.in_(LIVE_ITEMS), Item.ends_at >= now)
    coming = session.scalars(mine.where(ahead).order_by(Item.departs_at, Item.id)).all()
    past = session.scalars(
        mine.where(not_(ahead)).order_by(Item.ends_at.desc(), Item.id.desc()).offset(page * PAGE).limit(PAGE + 1)
    ).all()
    unreadable: list[str] = []

    def readable(items: Sequence[Item]) -> tuple[ItemFacts, ...]:
        found = []
        for item in items:
            try:
                found.append(facts_of(session, item, catalogue))
            except (ValueError, KeyError, TypeError):
                unreadable.append(item.reference)
        return tuple(found)

    return OwnItems(readable(coming), readable(past[:PAGE]), tuple(unreadable), len(past) > PAGE)


def versions_by_reference(session: Session, side: Side, reference: str, catalogue: Catalogue) -> list[ItemFacts]:
    """Every version of an item, oldest first; empty when there is no such item on this side."""
    item = session.scalars(select(Item).where(Item.reference == reference, Item.side == side)).first()
    if item is None:
        return []
    return [facts_of(session, item, catalogue, version) for version in range(1, item.version + 1)]


def reasons(session: Session, side: Side, reference: str) -> dict[int, str]:
    """What the owner wrote beside each version, by version."""
    query = select(ItemVersion).join(Item).where(Item.reference == reference, Item.side == side)
    rows = session.scalars(query)
    return {row.version: row.reason for row in rows if row.reason}


def return_code(session: Session, side: Side, reference: str) -> str | None:
    """Why the desk last gave the item back."""
    item = select(Item.id).where(Item.reference == reference, Item.side == side).scalar_subquery()
    query = select(AuditEntry).where(AuditEntry.noun == side, AuditEntry.noun_id == item, AuditEntry.verb == "return")
    entry = session.scalars(query.order_by(AuditEntry.id.desc())).first()
    return str(entry.detail.get("code", "")) if entry is not None else None


def default_level(session: Session, organisation_id: int) -> str | None:
    """The level that the organisation set for its filings, None when each is to be chosen."""
    return session.get_one(Organisation, organisation_id).default_level


def own_case(
    session: Session, reference: str, audience: Audience, catalogue: Catalogue, batch_at: BatchAt, now: datetime
) -> tuple[PartyCaseFacts, ItemFacts] | None:
    """The case under the reference of the audience's side, with its item there; None when there is none. `batch_at`: when
    parties hear of what ended at an instant."""
    named = Case.humanitarian_reference if audience.side == Side.HUMANITARIAN else Case.mission_reference
    case = session.scalars(select(Case).where(named == reference)).first()
    if case is None:
        return None
    try:
        return _with_item(session, case, audience, catalogue, batch_at, now)
    except UNREADABLE:
        if not _mine(case.item_of(audience.side), audience):
            return None
        raise Refused(N_("Your own item could not be read. Call the desk and give this reference.")) from None


def own_cases(
    session: Session, audience: Audience, catalogue: Catalogue, batch_at: BatchAt, now: datetime
) -> Iterator[tuple[PartyCaseFacts, ItemFacts]]:
    """As `own_case`, for every case of the organisation's items."""
    mine = select(Item.id).where(Item.owner_id == audience.organisation_id, Item.side == audience.side)
    query = select(Case).where(or_(Case.humanitarian_id.in_(mine), Case.mission_id.in_(mine))).order_by(Case.id)
    for case in session.scalars(query):
        try:
            found = _with_item(session, case, audience, catalogue, batch_at, now)
        except UNREADABLE:  # what was filed is damaged: its own page says so, and this list goes on
            continue
        if found is not None:
            yield found


def unreadable_cases(session: Session, audience: Audience, catalogue: Catalogue) -> list[str]:
    """References, as the audience's side has them, of cases that were told and whose item of that side cannot be read."""
    mine = select(Item.id).where(Item.owner_id == audience.organisation_id, Item.side == audience.side)
    query = select(Case).where(or_(Case.humanitarian_id.in_(mine), Case.mission_id.in_(mine))).order_by(Case.id)
    return [
        case.reference_for(audience.side)
        for case in session.scalars(query)
        if (item := case.item_of(audience.side)) is not None
        and _mine(item, audience)
        and _told(session, case, audience.side)
        and not _readable(session, item, catalogue)
    ]


def _mine(item: Item | None, audience: Audience) -> bool:
    return item is not None and item.owner_id == audience.organisation_id and audience.scope in (None, item.sector)


def _told(session: Session, case: Case, side: str) -> bool:
    alert = select(Alert.id).where(Alert.case_id == case.id, Alert.side == side).limit(1)
    return session.scalar(alert) is not None or any(r.side == side for r in case.requests)


def _readable(session: Session, item: Item, catalogue: Catalogue) -> bool:
    try:
        facts_of(session, item, catalogue)
    except UNREADABLE:
        return False
    return True


def _with_item(
    session: Session, case: Case, audience: Audience, catalogue: Catalogue, batch_at: BatchAt, now: datetime
) -> tuple[PartyCaseFacts, ItemFacts] | None:
    item = case.item_of(audience.side)
    if item is None:
        return None
    alerts = session.scalars(
        select(Alert).where(Alert.case_id == case.id, Alert.side == audience.side).order_by(Alert.id)
    ).all()
    closed = [a for a in alerts if a.purpose == CLOSING and _left_or_due(a, now)]
    facts = PartyCaseFacts(
        reference=case.reference_for(audience.side),
        told=bool(alerts) or any(r.side == audience.side for r in case.requests),
        over=case.ended_at is not None and (bool(closed) or batch_at(case.ended_at) <= now),
        requests=tuple(_requests(session, case, audience.side, [a.owed_at for a in closed], catalogue, now)),
        alerts=tuple(_alert(a, now) for a in alerts if a.person_id == audience.person_id and a.level != "team"),
    )
    return facts, facts_of(session, item, catalogue)


def _requests(
    session: Session, case: Case, side: str, closed_at: list[datetime], catalogue: Catalogue, now: datetime
) -> Iterator[RequestFacts]:
    """What was answered is read from the audit: a request that is done no longer says so. `closed_at`: when the ends were
    that this side has been told of."""
    query = select(AuditEntry).where(
        AuditEntry.noun == "case", AuditEntry.noun_id == case.id, AuditEntry.verb == "answer"
    )
    answers = {e.detail["request"]: str(e.detail["answer"]) for e in session.scalars(query.order_by(AuditEntry.id))}
    for row in case.requests:
        if row.side == side:
            yield RequestFacts(
                id=row.id,
                ask=row.ask,
                words=row.words,
                made_at=row.made_at,
                withdrawn=row.state == RequestState.WITHDRAWN,
                over=any(at >= row.made_at for at in closed_at),
                answer_code=answers.get(row.id),
                answer=row.answer,
                answered_at=row.answered_at,
                plates=_plates(session, case, row, catalogue, now),
            )


def _plates(session: Session, case: Case, row: Request, catalogue: Catalogue, now: datetime) -> str | None:
    """Of the version that the request was made from: a later one would tell what its owner changed."""
    seen = row.words.get(RECOGNITION)
    if seen is None or case.humanitarian is None:
        return None
    try:
        return plates_shown(facts_of(session, case.humanitarian, catalogue, seen["version"]), now)
    except (ValueError, KeyError, TypeError):
        return None


def _alert(alert: Alert, now: datetime) -> AlertFacts:
    purpose = alert.purpose.partition(":")[0]
    return AlertFacts(
        id=alert.id,
        counter=alert.counter,
        purpose=purpose,
        owed_at=alert.owed_at,
        due=purpose != CLOSING or _left_or_due(alert, now),
        said=alert.state == AlertState.ACKNOWLEDGED or bool(alert.acknowledgements),
    )


def _left_or_due(alert: Alert, now: datetime) -> bool:
    """Whether its text has left or its hour has come. One that was taken back before it left was never said."""
    return any(m.state in LEFT or (m.state == MessageState.QUEUED and m.send_after <= now) for m in alert.messages)
