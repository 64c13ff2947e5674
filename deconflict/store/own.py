"""What one organisation has filed and what was said to it: rows turned into facts, for disclosure to judge."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, not_, select
from sqlalchemy.orm import Session, selectinload

from deconflict.domain.activity import Side
from deconflict.domain.answers import NOTHING, offer_of
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.disclosure import RECOGNITION, ItemFacts, owns, plates_shown
from deconflict.domain.errors import Refused
from deconflict.domain.escalation import CLOSING, MINIMAL, REQUEST
from deconflict.domain.hazard_notice import KIND as HAZARD
from deconflict.domain.levels import DESK, Heard, level_behind
from deconflict.domain.msgid import N_
from deconflict.domain.party import AlertFacts, Move, PartyCaseFacts, RequestFacts, ends_told
from deconflict.domain.qips import MATCHED_AS
from deconflict.domain.retention import TOLD_WITHIN, reduced_words
from deconflict.domain.states import (
    LIVE_MOVES,
    MAY_HAVE_LEFT,
    OPEN_CASES,
    SITE_STATES,
    AlertState,
    MessageState,
    RequestState,
)
from deconflict.store.alerts import Alert
from deconflict.store.cases import Case, CaseEvent, Request
from deconflict.store.items import Item, ItemVersion
from deconflict.store.kept import is_kept_long_enough, owner_facts
from deconflict.store.patterns import series_of
from deconflict.store.people import Organisation, Person
from deconflict.store.queries import answers_of, facts_of, last_entry
from deconflict.store.released import is_taken_back, shows_too_much

UNREADABLE = (ValueError, KeyError, TypeError)
PAGE = 40  # lines of the past on one page of a list
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
    session: Session, side: Side, audience: Audience, mission: Mission, now: datetime, *, page: int
) -> OwnItems:
    """The items of the audience's organisation but its sites and its projects, which have pages of their own, of his sector if he has
    one: those still ahead or under way by departure, and one page of what is over or cancelled, the last filed first. By its end an
    exact row would stand elsewhere than one that is in weeks."""
    mine = select(Item).where(Item.side == side, Item.owner_id == audience.organisation_id)
    # A hazard and a project have pages of their own.
    mine = mine.where(Item.state.not_in(SITE_STATES), Item.kind.not_in({*MATCHED_AS, HAZARD}))
    if audience.sector is not None:
        mine = mine.where(Item.sector == audience.sector)
    ahead = and_(Item.state.in_(LIVE_MOVES), Item.ends_at >= now)
    coming = session.scalars(mine.where(ahead).order_by(Item.departs_at, Item.id)).all()
    past = session.scalars(mine.where(not_(ahead)).order_by(Item.id.desc()).offset(page * PAGE).limit(PAGE + 1)).all()
    unreadable: list[str] = []

    def readable(items: Sequence[Item]) -> tuple[ItemFacts, ...]:
        found = []
        for item in items:
            try:
                found.append(owner_facts(session, item, mission, now))
            except UNREADABLE:
                unreadable.append(item.reference)
        return tuple(found)

    return OwnItems(readable(coming), readable(past[:PAGE]), tuple(unreadable), len(past) > PAGE)


def versions_by_reference(
    session: Session, side: Side, reference: str, audience: Audience, mission: Mission, now: datetime
) -> list[ItemFacts]:
    """Every version of the audience's own item, oldest first; empty for another's, which is not opened, and for none."""
    item = session.scalars(select(Item).where(Item.reference == reference, Item.side == side)).first()
    if item is None or item.kind == HAZARD or not _mine(item, audience):
        return []
    return [owner_facts(session, item, mission, now, version) for version in range(1, item.version + 1)]


def own_item_id(session: Session, side: Side, reference: str) -> int:
    """Of an item that the caller has seen to be the reader's own."""
    return session.scalars(select(Item.id).where(Item.reference == reference, Item.side == side)).one()


def reasons(session: Session, side: Side, reference: str, mission: Mission, now: datetime) -> dict[int, str]:
    """What the owner wrote beside each version, by version, for as long as what was typed is kept."""
    item = session.scalars(select(Item).where(Item.reference == reference, Item.side == side)).one()
    if is_kept_long_enough(session, item, mission, now):
        return {}
    rows = session.execute(select(ItemVersion.version, ItemVersion.reason).where(ItemVersion.item_id == item.id))
    return {row.version: row.reason for row in rows if row.reason}


def return_code(session: Session, side: Side, reference: str) -> str | None:
    """Why the desk last gave the item back."""
    entry = last_entry(session, side, reference, "return")
    return str(entry.detail.get("code", "")) if entry is not None else None


def default_level(session: Session, organisation_id: int) -> str | None:
    """The level that the organisation set for its filings, None when each is to be chosen."""
    return session.get_one(Organisation, organisation_id).default_level


def own_case(
    session: Session, reference: str, audience: Audience, mission: Mission, now: datetime
) -> tuple[PartyCaseFacts, ItemFacts] | None:
    """The case under the reference of the audience's side, with its item there; None when there is none, and when nothing was
    said of it to that side."""
    named = Case.humanitarian_reference if audience.side == Side.HUMANITARIAN else Case.mission_reference
    case = session.scalars(_told(audience, now).where(named == reference)).first()
    if case is None or not _mine(case.item_of(audience.side), audience):
        return None
    try:
        return _with_item(session, case, _said(session, [case], audience.side)[case.id], audience, mission, now)
    except UNREADABLE:
        raise Refused(N_("Your own item could not be read. Call the desk and give this reference.")) from None


def own_cases(
    session: Session, audience: Audience, mission: Mission, now: datetime
) -> tuple[list[tuple[PartyCaseFacts, ItemFacts]], list[str]]:
    """As `own_case`, for every case that the audience's side was told of; and the references, as that side has them, of those
    whose item cannot be read."""
    cases = [case for case in session.scalars(_told(audience, now)) if _mine(case.item_of(audience.side), audience)]
    said = _said(session, cases, audience.side)
    found, unreadable = [], []
    for case in cases:
        try:
            facts = _with_item(session, case, said[case.id], audience, mission, now)
        except UNREADABLE:  # what was filed is damaged: its own page says so, and this list goes on
            unreadable.append(case.reference_for(audience.side))
            continue
        if facts is not None:
            found.append(facts)
    return found, unreadable


def _mine(item: Item | None, audience: Audience) -> bool:
    return item is not None and owns(audience, item.side, item.owner_id, item.sector)


def _told(audience: Audience, now: datetime) -> Select[Case]:
    """Cases of which something was said to the audience's organisation. They are found from what was said: one that nobody
    told it of costs no time either, by which it would show."""
    side, ours = audience.side, audience.organisation_id
    item_id = Case.humanitarian_id if side == Side.HUMANITARIAN else Case.mission_id
    alerted = select(Alert.case_id).join(Person, Person.id == Alert.person_id)
    alerted = alerted.where(Person.organisation_id == ours, Alert.side == side)
    asked = select(Request.case_id).join(Case).join(Item, Item.id == item_id)
    asked = asked.where(Request.side == side, Item.owner_id == ours, Request.leaves_at <= now)
    told = select(Case).where(Case.id.in_(alerted.union(asked)))
    return told.options(selectinload(Case.requests)).order_by(Case.id)


@dataclass(frozen=True, slots=True)
class _Said:
    """What was said of a case to one side and by it, oldest first, and how the case moved. `answers`: by request."""

    alerts: list[Alert] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    answers: dict[int, str] = field(default_factory=dict)


def _said(session: Session, cases: Collection[Case], side: str) -> dict[int, _Said]:
    """By case, in as many queries for many as for one."""
    ids = [case.id for case in cases]
    said = {id: _Said(answers=answers) for id, answers in answers_of(session, ids).items()}
    alerts = select(Alert).where(Alert.case_id.in_(ids), Alert.side == side).order_by(Alert.id)
    for alert in session.scalars(alerts.options(selectinload(Alert.messages), selectinload(Alert.acknowledgements))):
        said[alert.case_id].alerts.append(alert)
    columns = (CaseEvent.case_id, CaseEvent.at, CaseEvent.event, CaseEvent.state)
    for row in session.execute(select(*columns).where(CaseEvent.case_id.in_(ids)).order_by(CaseEvent.id)):
        said[row.case_id].moves.append(Move(row.at, row.event, row.state in OPEN_CASES))
    return said


def _with_item(
    session: Session, case: Case, said: _Said, audience: Audience, mission: Mission, now: datetime
) -> tuple[PartyCaseFacts, ItemFacts] | None:
    """None once it has been kept long enough, by the end that this side knows of."""
    item = case.item_of(audience.side)
    if item is None:
        return None
    ends = ends_told(said.moves, mission.pack.clocks.next_batch_at, now)
    asked = [request for request in case.requests if request.side == audience.side and request.has_left(now)]
    words = [request.leaves_at for request in asked if request.leaves_at] + [
        a.owed_at for a in said.alerts if a.purpose != CLOSING
    ]
    ended_at = max(ends) if ends and words and max(ends) >= max(words) else None
    if ended_at is not None and ended_at + mission.pack.retention["case"] <= now:
        return None
    own = owner_facts(session, item, mission, now)
    behind = level_behind(own.filing, item.side, mission.catalogue)
    facts = PartyCaseFacts(
        reference=case.reference_for(audience.side),
        told=bool(words),
        ended_at=ended_at,
        requests=tuple(_request(session, case, row, said, ends, mission, now) for row in asked),
        alerts=tuple(
            _alert(a, ends, now) for a in said.alerts if a.person_id == audience.person_id and a.level != "team"
        ),
        behind=behind,
        passed=tuple(_passed(said.alerts, behind)),
        to_desk=any(a.level == DESK and a.about in (REQUEST, MINIMAL) for a in said.alerts),
    )
    return facts, own


def _passed(alerts: Iterable[Alert], level: str) -> Iterator[Heard]:
    """What the unit or the team of this side said, and its own desk of it: no names and no words of the desk at OCHA."""
    for alert in alerts:
        yield from (
            Heard(ack.level, ack.answer, ack.method, ack.at, "") for ack in alert.acknowledgements if ack.level == level
        )


def _request(
    session: Session, case: Case, row: Request, said: _Said, ends: Iterable[datetime], mission: Mission, now: datetime
) -> RequestFacts:
    """`ends` are those that this side has been told of. By them, and not by what the row still holds, a party reads half-days or
    weeks, and what it typed or no more: a hold, or a case that opened again, would show."""
    assert row.leaves_at is not None, "a party is shown what has left alone"
    ended_at = next((end for end in ends if end >= row.leaves_at), None)
    kept = mission.pack.retention["personal"]
    return RequestFacts(
        id=row.id,
        ask=row.ask,
        words=_words(case, row, ended_at is not None and ended_at + TOLD_WITHIN <= now, mission),
        made_at=row.leaves_at,
        withdrawn=row.state == RequestState.WITHDRAWN or (ended_at is None and is_taken_back(session, case, row)),
        over=ended_at is not None,
        answer_code=said.answers.get(row.id),
        answer=row.answer if ended_at is None or now < ended_at + kept else "",
        answered_at=row.answered_at,
        hoped_at=_hoped(case, row.side, row.leaves_at, mission),
        offer=offer_of(row.offer) if ended_at is None or now < ended_at + kept else NOTHING,
        plates=_plates(session, case, row, mission, now),
    )


def _hoped(case: Case, side: str, leaves_at: datetime, mission: Mission) -> datetime | None:
    item = case.item_of(side)
    return None if item is None else mission.pack.clocks.hoped_at(item.departs_at, leaves_at)


def _words(case: Case, row: Request, old: bool, mission: Mission) -> Mapping[str, Any]:
    if old:
        return reduced_words(row.words, mission.gazetteer)
    return {key: value for key, value in row.words.items() if key != RECOGNITION or not shows_too_much(case, row)}


def _plates(session: Session, case: Case, row: Request, mission: Mission, now: datetime) -> str | None:
    """Of the version that the request was made from: a later one would tell what its owner changed."""
    seen = row.words.get(RECOGNITION)
    if seen is None or case.humanitarian is None or shows_too_much(case, row):
        return None
    try:
        return plates_shown(facts_of(session, case.humanitarian, mission.catalogue, seen["version"]), now)
    except UNREADABLE:
        return None


def _alert(alert: Alert, ends: Mapping[datetime, datetime], now: datetime) -> AlertFacts:
    return AlertFacts(
        id=alert.id,
        counter=alert.counter,
        purpose=alert.about,
        owed_at=ends.get(alert.owed_at, alert.owed_at) if alert.about == CLOSING else alert.owed_at,
        due=alert.about != CLOSING or (alert.owed_at in ends and _left_or_due(alert, now)),
        said=alert.state == AlertState.ACKNOWLEDGED or bool(alert.acknowledgements),
    )


def _left_or_due(alert: Alert, now: datetime) -> bool:
    """Whether its text has left or its hour has come. One that was taken back before it left was never said."""
    return any(m.state in LEFT or (m.state == MessageState.QUEUED and m.send_after <= now) for m in alert.messages)


def series_beside(session: Session, reference: str, side: Side) -> list[Item]:
    """The other days of the series of one's own item, by departure; the caller has seen that it is his."""
    item = session.scalars(select(Item).where(Item.reference == reference, Item.side == side)).one()
    return series_of(session, item)


def later_of(session: Session, reference: str, side: Side, now: datetime) -> list[Item]:
    """Those of them that are live and leave after it, and after now."""
    item = session.scalars(select(Item).where(Item.reference == reference, Item.side == side)).one()
    after = max(now, item.departs_at)
    return [other for other in series_of(session, item) if other.state in LIVE_MOVES and other.departs_at > after]


def last_reference(session: Session, side: Side, audience: Audience, mission: Mission, now: datetime) -> str | None:
    """Of what the person filed last of his organisation and sector, for as long as its places are kept: by the clock, since what the
    row still holds would tell of a hold or a case (RUL-6)."""
    mine = select(Item).where(
        Item.side == side,
        Item.owner_id == audience.organisation_id,
        Item.filed_by_id == audience.person_id,
        Item.state.not_in(SITE_STATES),
    )
    if audience.sector is not None:
        mine = mine.where(Item.sector == audience.sector)
    last = session.scalars(mine.order_by(Item.id.desc()).limit(1)).first()
    return None if last is None or is_kept_long_enough(session, last, mission, now) else last.reference
