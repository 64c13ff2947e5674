"""Cases and filings for the desk: rows turned into facts, for disclosure to judge. One row that cannot be read hides no
other: it comes out as an item without facts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

import structlog
from cryptography.fernet import InvalidToken
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from deconflict.domain.activity import LatLon, Side
from deconflict.domain.desk import AskLine, Callee, CallLine, CaseLine, DeskCaseFacts, DeskItemFacts
from deconflict.domain.duplicates import DuplicateFacts
from deconflict.domain.judgement import Figures, Judgement
from deconflict.domain.kinds import Catalogue
from deconflict.domain.severity import Severity
from deconflict.domain.states import (
    LIVE_ITEMS,
    OPEN_CASES,
    UNANSWERED,
    AlertState,
    ItemState,
    ReleaseState,
    RequestState,
    SiteState,
)
from deconflict.store.alerts import Alert
from deconflict.store.audit import AuditEntry
from deconflict.store.callees import to_call
from deconflict.store.cases import Case
from deconflict.store.desk_log import log_of
from deconflict.store.duplicates import standing_duplicates
from deconflict.store.items import Item, ItemVersion, PartBox
from deconflict.store.levels import levels_of, told_of
from deconflict.store.queries import current_versions, facts_from, version_of
from deconflict.store.sites import Site

log = structlog.get_logger()
T = TypeVar("T")
UNREADABLE = (ValueError, KeyError, TypeError, InvalidToken)
STANDS_DEG = 0.2  # what is wider than this passes, or nobody knows where it stands
MOST_AT = 100
BESIDE_DEG = 0.0005  # some 50 m: what is a few metres off is found too, and measured by whoever asked
TO_READ = (ItemState.SUBMITTED, ItemState.RETURNED)


def cases_shown(session: Session, ids: Collection[int], catalogue: Catalogue, now: datetime) -> list[DeskCaseFacts]:
    """These cases with what is waited for, in no order."""
    with_calls = (selectinload(Case.requests), selectinload(Case.release_asks))
    rows = session.scalars(select(Case).where(Case.id.in_(ids)).options(*with_calls)).all()
    late = and_(Alert.case_id.in_(ids), Alert.state == AlertState.OWED, Alert.side != "ocha", Alert.ack_due_at < now)
    counted = session.execute(select(Alert.case_id, func.count()).where(late).group_by(Alert.case_id))
    silent = {case_id: count for case_id, count in counted}  # noqa: C416  # dict() takes no rows of two types
    told = told_of(session, rows)
    return [
        replace(
            facts,
            line=replace(
                facts.line,
                asked=_asked(row),
                silent=silent.get(row.id, 0),
                levels=levels_of(facts, told.get(row.id, ()), catalogue),
            ),
        )
        for row, facts in zip(rows, _cases(session, rows, catalogue), strict=True)
    ]


def owed_to(session: Session, person_id: int) -> frozenset[str]:
    """References of the cases of which this officer has not yet said that an alert reached him."""
    owed = (Alert.person_id == person_id, Alert.side == "ocha", Alert.state == AlertState.OWED)
    query = select(Case.reference).join(Alert, Alert.case_id == Case.id).where(*owed, Alert.ack_due_at.is_not(None))
    return frozenset(session.scalars(query))


def ended_cases(session: Session, catalogue: Catalogue, limit: int) -> list[DeskCaseFacts]:
    """The latest first."""
    ended = select(Case).where(Case.state.not_in(OPEN_CASES)).order_by(Case.ended_at.desc(), Case.id.desc())
    return _cases(session, session.scalars(ended.limit(limit)).all(), catalogue)


def case_by_reference(session: Session, reference: str, catalogue: Catalogue) -> tuple[int, DeskCaseFacts] | None:
    """The case under the desk's own reference, with its log and whom to call; its id for the audit."""
    wanted = select(Case).where(Case.reference == reference)
    row = session.scalars(wanted.options(selectinload(Case.requests), selectinload(Case.events))).first()
    if row is None:
        return None
    items = tuple(_item(session, item, catalogue, whole=True) for item in row.items)
    facts = DeskCaseFacts(_line(row), items, log_of(session, row))
    told = told_of(session, [row]).get(row.id, ()) if row.state in OPEN_CASES else ()
    return row.id, replace(facts, line=replace(facts.line, levels=levels_of(facts, told, catalogue)))


def cases_of_item(session: Session, reference: str, catalogue: Catalogue) -> list[DeskCaseFacts]:
    """Every case that an item is in, the newest first."""
    item = select(Item.id).where(Item.reference == reference).scalar_subquery()
    query = select(Case).where(or_(Case.humanitarian_id == item, Case.mission_id == item)).order_by(Case.id.desc())
    return _cases(session, session.scalars(query).all(), catalogue)


def these_cases(session: Session, rows: list[Case], catalogue: Catalogue) -> list[DeskCaseFacts]:
    """In this order."""
    return _cases(session, rows, catalogue)


def items_to_read(session: Session, catalogue: Catalogue) -> list[DeskItemFacts]:
    """What no officer has read yet and what went back to its owner; the first departure first."""
    query = select(Item).where(Item.state.in_(TO_READ)).order_by(Item.departs_at, Item.id)
    rows = session.scalars(query).all()
    known = _known(session, rows, catalogue)
    return [known[row.id] for row in rows]


def sites(
    session: Session, states: Collection[str], catalogue: Catalogue, *, spoken: bool = False
) -> list[DeskItemFacts]:
    """The static sites in one of these states, and with `spoken` those that are verified and of which the owner has spoken since;
    who waits longest for an answer comes first."""
    since = and_(Item.state == SiteState.VERIFIED, Site.heard_at > Site.verified_at)
    wanted = or_(Item.state.in_(states), since) if spoken else Item.state.in_(states)
    query = select(Item).join(Site, Site.item_id == Item.id).where(wanted)
    rows = session.scalars(query.options(contains_eager(Item.site)).order_by(Site.heard_at, Item.id)).all()
    known = _known(session, rows, catalogue)
    return [known[row.id] for row in rows]


def known_items(session: Session, rows: Iterable[Item], catalogue: Catalogue) -> list[DeskItemFacts]:
    """These items at their current versions, in this order."""
    found = list(rows)
    known = _known(session, found, catalogue)
    return [known[row.id] for row in found]


def sensitive_cases(session: Session, cases: Collection[Case], catalogue: Catalogue) -> frozenset[int]:
    """Ids of those whose notice is SENSITIVE. One that cannot be read is treated as if it were."""
    notices = {case.id: case.humanitarian for case in cases if case.humanitarian is not None}
    known = _known(session, notices.values(), catalogue)
    read = {id: known[notice.id].facts for id, notice in notices.items()}
    return frozenset(id for id, facts in read.items() if facts is None or facts.sensitive)


def item_versions(session: Session, reference: str, catalogue: Catalogue) -> tuple[int, list[DeskItemFacts]] | None:
    """Every version of an item, oldest first, with the item's id; None when there is no such item."""
    item = session.scalars(select(Item).where(Item.reference == reference)).first()
    if item is None:
        return None
    return item.id, [
        _item(session, item, catalogue, version=number, whole=number == item.version)
        for number in range(1, item.version + 1)
    ]


def item_at(session: Session, reference: str, version: int, catalogue: Catalogue) -> DeskItemFacts | None:
    """One version of an item; None where there is none."""
    item = session.scalars(select(Item).where(Item.reference == reference)).first()
    return _item(session, item, catalogue, version=version) if item is not None and version > 0 else None


def last_view(session: Session, case_id: int, person_id: int) -> datetime | None:
    """When this person last opened a page of the case."""
    seen = (AuditEntry.noun == "case", AuditEntry.noun_id == case_id, AuditEntry.actor_id == person_id)
    return session.scalar(select(func.max(AuditEntry.at)).where(*seen, AuditEntry.verb == "view"))


def duplicates(session: Session, catalogue: Catalogue, now: datetime) -> list[DuplicateFacts]:
    """Pairs of notices that may bring the same aid to one place and are not over, the first to end first."""
    rows = standing_duplicates(session, now)
    known = _known(session, [item for row in rows for item in (row.first, row.second)], catalogue)
    return [
        DuplicateFacts(row.id, (known[row.first_id], known[row.second_id]), judgement, row.seen_at)
        for row in rows
        if (judgement := _judgement(row.judgement, row.first.reference)) is not None
    ]


def standing_at(
    session: Session, reference: str, points: Iterable[LatLon], catalogue: Catalogue
) -> list[DeskItemFacts]:
    """What other owners of the same side have live that stands, or may stand, at one of these points."""
    item = session.scalars(select(Item).where(Item.reference == reference)).first()
    held = [_holds(point) for point in points]
    if item is None or not held:
        return []
    others = (Item.side == item.side, Item.owner_id != item.owner_id, Item.state.in_(LIVE_ITEMS), Item.takes_part)
    here = select(PartBox.item_id).where(or_(*held))
    rows = session.scalars(
        select(Item).where(*others, Item.id.in_(here)).order_by(Item.departs_at, Item.id).limit(MOST_AT)
    )
    return list(_known(session, rows, catalogue).values())


def _holds(point: LatLon) -> ColumnElement[bool]:
    """A box around the point, or beside it, that is no way, which may cross a whole country."""
    lat, lon = point
    small = and_(PartBox.north - PartBox.south < STANDS_DEG, PartBox.east - PartBox.west < STANDS_DEG)
    beside = (PartBox.south <= lat + BESIDE_DEG, PartBox.north >= lat - BESIDE_DEG)
    return and_(small, *beside, PartBox.west <= lon + BESIDE_DEG, PartBox.east >= lon - BESIDE_DEG)


def found(session: Session, typed: str) -> tuple[str, str] | None:
    """What somebody on the phone means by a reference: ("case", desk's reference) or ("item", its reference)."""
    of_case = or_(Case.reference == typed, Case.humanitarian_reference == typed, Case.mission_reference == typed)
    case = session.scalars(select(Case.reference).where(of_case)).first()
    if case is not None:
        return "case", case
    item = session.scalars(select(Item.reference).where(Item.reference == typed)).first()
    return ("item", item) if item is not None else None


def _cases(session: Session, rows: Sequence[Case], catalogue: Catalogue) -> list[DeskCaseFacts]:
    """Each item read once, however many cases it is in, and all of them in one query."""
    known = _known(session, [item for row in rows for item in row.items], catalogue)
    return [DeskCaseFacts(_line(row), tuple(known[item.id] for item in row.items)) for row in rows]


def _known(session: Session, rows: Iterable[Item], catalogue: Catalogue) -> dict[int, DeskItemFacts]:
    """The items at their current versions, by id."""
    items = {row.id: row for row in rows}
    try:
        versions = current_versions(session, items.values())
    except UNREADABLE:  # a spoilt row takes the whole answer with it: then each is asked for alone
        return {key: _item(session, item, catalogue) for key, item in items.items()}
    return {
        key: _told(item, versions[key], catalogue) if key in versions else _bare(item, item.version)
        for key, item in items.items()
    }


def _asked(row: Case) -> tuple[tuple[str, str], ...]:
    """The newest request to each side."""
    return tuple({request.side: (request.side, request.state) for request in row.requests}.values())


def _line(row: Case) -> CaseLine:
    return CaseLine(
        reference=row.reference,
        humanitarian_reference=row.humanitarian_reference,
        mission_reference=row.mission_reference,
        state=row.state,
        round=row.round,
        severity=Severity(row.severity),
        eyes_only=row.eyes_only,
        area=row.area,
        sop_version=row.sop_version,
        opened_at=row.opened_at,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        hold_until=row.hold_until,
        released=frozenset(row.released),
        owner_id=row.owner_id,
        owner=row.owner.name if row.owner else None,
        ended_at=row.ended_at,
        outcome=row.outcome,
        adjusted_by=row.adjusted_by,
        resolution=row.resolution,
        judgement=_judgement(row.judgement, row.reference),
        calls=tuple(_calls(row)) if row.state in OPEN_CASES else (),
        unanswered=tuple(_unanswered(row)) if row.state in OPEN_CASES else (),
        reduced_at=row.reduced_at,
        overdue_stop=row.judged_from.get("stop") if row.is_overdue else None,
        occupied=row.is_occupied,
        before=_read(lambda: Figures.from_json(row.before), row.reference) if row.before else None,
        of_ocha=row.of_ocha,
    )


def _calls(row: Case) -> Iterable[CallLine]:
    """Of one side the last only: whoever was called again is waited for by the new clock."""
    last = {call.side: call for call in row.release_asks if call.round == row.round}
    for call in last.values():
        if call.state in (ReleaseState.ASKED, ReleaseState.SILENT):
            yield CallLine(call.side, call.asked_at, call.due_at, call.state == ReleaseState.SILENT)


def _unanswered(row: Case) -> Iterable[AskLine]:
    for asked in row.requests:
        if asked.state in UNANSWERED and asked.leaves_at is not None and asked.due_at is not None:
            yield AskLine(asked.side, asked.leaves_at, asked.due_at, asked.state == RequestState.SILENT)


def _judgement(stored: dict[str, Any], reference: str) -> Judgement | None:
    return _read(lambda: Judgement.from_json(stored), reference) if stored else None


def _item(
    session: Session, row: Item, catalogue: Catalogue, *, version: int | None = None, whole: bool = False
) -> DeskItemFacts:
    """One version, the current one by default; `whole` with whom to call."""
    number = row.version if version is None else version
    stored = _read(lambda: version_of(session, row, number), row.reference)
    facts = _bare(row, number) if stored is None else _told(row, stored, catalogue)
    if stored is None:
        facts = replace(facts, reason=_reason(session, row, number))
    return replace(facts, callees=tuple(_callees(session, row))) if whole else facts


def _told(row: Item, stored: ItemVersion, catalogue: Catalogue) -> DeskItemFacts:
    facts = _read(lambda: facts_from(row, stored, catalogue), row.reference)
    reason = stored.reason if row.version > 1 else ""
    filed_at = row.filed_at if facts is None else facts.filed_at
    return replace(_bare(row, stored.version), facts=facts, reason=reason, filed_at=filed_at)


def _bare(row: Item, version: int) -> DeskItemFacts:
    """What an item says of itself when nothing of what was filed can be read."""
    return DeskItemFacts(
        side=Side(row.side),
        reference=row.reference,
        owner=row.owner.name,
        state=row.state,
        version=version,
        late=row.late,
        departs_at=row.departs_at,
        filed_at=row.filed_at,
        facts=None,
        of_ocha=row.of_ocha,
    )


def _reason(session: Session, row: Item, number: int) -> str:
    if row.version == 1:
        return ""
    query = select(ItemVersion.reason).where(ItemVersion.item_id == row.id, ItemVersion.version == number)
    return session.scalars(query).first() or ""


def _callees(session: Session, row: Item) -> Iterable[Callee]:
    for function, person in to_call(session, row):
        numbers = [contact for contact in person.contacts if contact.carries != "email"]
        names = tuple(f"{person.id}-{contact.id}" for contact in numbers) or (f"{person.id}",)
        yield Callee(person.name, function, tuple(contact.address for contact in numbers), names, person.language)


def _read(read: Callable[[], T], reference: str) -> T | None:
    try:
        return read()
    except UNREADABLE:
        log.warning("a row could not be read", reference=reference)
        return None
