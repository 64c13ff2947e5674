"""What the sides of cases were told that asks for an acknowledgement, and who said at which level that he has it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from deconflict.domain.desk import DeskCaseFacts
from deconflict.domain.escalation import MINIMAL, REQUEST
from deconflict.domain.kinds import Catalogue
from deconflict.domain.levels import DESK, RECEIVED, Heard, LevelLine, Told, level_behind, lines
from deconflict.domain.states import AlertState, RequestState
from deconflict.store.alerts import Acknowledgement, Alert
from deconflict.store.cases import Case, Request
from deconflict.store.people import Person

ANSWER = "answer"  # the method of a desk that answered a request: whoever answers has it
ASKS = or_(Alert.purpose.like(f"{REQUEST}:%"), Alert.purpose.like(f"{MINIMAL}:%"))


def told_of(session: Session, cases: Collection[Case]) -> dict[int, tuple[Told, ...]]:
    """By case, oldest first, in as many queries for many as for one. A request that was replaced or taken back says nothing any more."""
    ids = [case.id for case in cases]
    if not ids:
        return {}
    asked = {
        (case.id, request.purpose): request
        for case in cases
        for request in case.requests
        if request.state != RequestState.WITHDRAWN
    }
    columns = (Alert.id, Alert.case_id, Alert.side, Alert.level, Alert.round, Alert.purpose, Alert.owed_at)
    clocks = (Alert.ack_due_at, Alert.confirm_due_at, Alert.unreached_at)
    theirs = (Alert.case_id.in_(ids), Alert.side != "ocha", ASKS)
    rows = session.execute(select(*columns, *clocks).where(*theirs).order_by(Alert.id)).all()
    if not rows:
        return {}
    heard, answers, told = _heard(session, ids), _answers(session, asked.values()), defaultdict[int, list[Told]](list)
    for row in rows:
        request = asked.get((row.case_id, row.purpose))
        if request is None and row.purpose.startswith(f"{REQUEST}:"):
            continue
        said = [*heard.get(row.id, ()), *([answers[request.id]] if request and request.id in answers else ())]
        round_ = row.round if request is None else request.round
        told[row.case_id].append(_told(row, round_, tuple(said)))
    return {id: tuple(words) for id, words in told.items()}


def levels_of(case: DeskCaseFacts, told: Collection[Told], catalogue: Catalogue) -> tuple[LevelLine, ...]:
    """How each level of the sides of a case stands, by what they were told."""
    if not told:
        return ()
    filings = {item.side: item.facts.filing if item.facts is not None else None for item in case.items}
    behind = {side.value: level_behind(filing, side, catalogue) for side, filing in filings.items()}
    return lines(told, case.line.round, behind)


def _told(row: Any, round_: int, heard: tuple[Heard, ...]) -> Told:
    return Told(
        side=row.side,
        level=row.level,
        round=round_,
        owed_at=row.owed_at,
        due_at=row.ack_due_at,
        confirm_due_at=row.confirm_due_at,
        unreached=row.unreached_at is not None,
        heard=heard,
    )


def _heard(session: Session, case_ids: Collection[int]) -> dict[int, list[Heard]]:
    """By alert; a relay bears the name of whoever wrote it down."""
    writer, said = aliased(Person), defaultdict[int, list[Heard]](list)
    query = (
        select(Acknowledgement, Person.name, writer.name)
        .join(Alert, Alert.id == Acknowledgement.alert_id)
        .join(Person, Person.id == Alert.person_id)
        .outerjoin(writer, writer.id == Acknowledgement.recorded_by_id)
        .where(and_(Alert.case_id.in_(case_ids), Alert.side != "ocha", ASKS))
    )
    for ack, name, written_by in session.execute(query.order_by(Acknowledgement.id)):
        said[ack.alert_id].append(Heard(ack.level, ack.answer, ack.method, ack.at, written_by or name, ack.how))
    return said


def _answers(session: Session, requests: Collection[Request]) -> dict[int, Heard]:
    """By request. Its answer is its desk's acknowledgement too."""
    given = [request for request in requests if request.answered_at is not None]
    people = select(Person.id, Person.name).where(Person.id.in_({request.answered_by_id for request in given} - {None}))
    names = {row.id: row.name for row in session.execute(people)} if given else {}
    return dict(_answered(given, names))


def _answered(given: Collection[Request], names: dict[int, str]) -> Iterator[tuple[int, Heard]]:
    for request in given:
        if request.answered_at is not None:
            by = names.get(request.answered_by_id or 0, "")
            yield request.id, Heard(DESK, RECEIVED, ANSWER, request.answered_at, by)


def standing_word(session: Session, case: Case, side: str) -> Alert | None:
    """The newest word to the desk of a side, of a request or a minimal alert, that what its unit or team says is written beside:
    one that still counts before one that something newer replaced."""
    mine = (Alert.case_id == case.id, Alert.side == side, Alert.level == DESK, ASKS)
    rows = session.scalars(select(Alert).where(*mine).order_by(Alert.id.desc())).all()
    counts = (AlertState.OWED, AlertState.ACKNOWLEDGED)
    return next((row for row in rows if row.state in counts), rows[0] if rows else None)
