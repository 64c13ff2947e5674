"""What has been kept long enough goes: the only place that takes anything away. One item or case to a transaction, checked
again under its lock, so that a kill loses nothing and two schedulers do it once; a second run finds nothing left to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.orm import Session

from deconflict.domain.country import Mission
from deconflict.domain.filing import from_json, split_sealed
from deconflict.domain.judgement import Judgement
from deconflict.domain.retention import Due, due, monday, reduced, reduced_judgement, reduced_words, sunday
from deconflict.domain.states import OPEN_CASES
from deconflict.store import retention as rows
from deconflict.store.audit import record
from deconflict.store.base import db, transaction
from deconflict.store.cases import Case
from deconflict.store.consultations import forget_consultees, forget_replies
from deconflict.store.drafts import forget_drafts
from deconflict.store.holds import Held, held
from deconflict.store.items import Item
from deconflict.store.kept_forms import LIFE, forget_forms
from deconflict.store.patterns import forget_patterns
from deconflict.store.procedures import forget_procedures, forget_typed, forget_who
from deconflict.store.uploads import forget_lines, forget_uploads

log = structlog.get_logger()
BATCH = 20  # of each kind in one turn: alerts must not wait behind a cleaning
BULK = 500  # rows that go by a single statement
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError)


def keep_no_longer(mission: Mission, now: datetime) -> dict[str, int]:
    """One turn of everything that is due. Returns how many of each kind, counts only."""
    limits = due(mission.pack.retention, now)
    return {
        "items": _each(_items_due, limits, lambda session, id: _reduce_item(session, mission, id, limits, now)),
        "texts": _each(_texts_due, limits, lambda session, id: _forget_texts(session, id, limits, now)),
        "people": _each(_people_due, limits, lambda session, id: _forget_people(session, id, limits, now)),
        "notes": _bulk(lambda session: rows.forget_notes(session, limits.personal, BULK)),
        "trials": _bulk(lambda session: rows.forget_trials(session, limits.personal, BULK)),
        "drafts": _bulk(lambda session: forget_drafts(session, limits.draft, BULK)),
        "uploads": _bulk(lambda session: forget_uploads(session, limits.draft, BULK)),
        "lines": _bulk(lambda session: forget_lines(session, BULK)),
        "patterns": _bulk(lambda session: forget_patterns(session, limits.pattern, BULK)),
        "declared": _bulk(
            lambda session: rows.forget_declared(session, limits.case, _held(session, limits).items, BULK)
        ),
        "protected": _bulk(lambda session: forget_who(session, limits.personal, BULK)),
        "replies": _bulk(lambda session: forget_replies(session, limits.personal, BULK)),
        "consultees": _bulk(lambda session: forget_consultees(session, limits.procedures, BULK)),
        "typed": _bulk(lambda session: forget_typed(session, limits.personal, now, BULK)),
        "procedures": _bulk(lambda session: forget_procedures(session, limits.procedures, BULK)),
        "forms": _bulk(lambda session: forget_forms(session, now - LIFE)),
        "bodies": _bulk(lambda session: rows.forget_bodies(session, limits.sms_body, BULK)),
        "audit": _bulk(lambda session: rows.forget_audit(session, limits.audit, _held(session, limits), BULK)),
    }


def _each(find: Callable[[Session, Due], list[int]], limits: Due, do: Callable[[Session, int], bool]) -> int:
    """Each in its own transaction; one that fails is told by its number and stops no other."""
    ids = find(db.session, limits)  # type: ignore[arg-type]  # scoped_session offers Session's methods
    db.session.rollback()
    done = 0
    for id in ids:
        try:
            with transaction() as session:
                done += do(session, id)
        except Exception as error:
            log.error("something kept too long could not be taken away", id=id, error=type(error).__name__)
    return done


def _bulk(do: Callable[[Session], int]) -> int:
    with transaction() as session:
        return do(session)


def _items_due(session: Session, limits: Due) -> list[int]:
    return rows.items_due(session, limits, _held(session, limits).items, BATCH)


def _texts_due(session: Session, limits: Due) -> list[int]:
    return rows.cases_with_texts(session, limits.personal, _held(session, limits).cases, BATCH)


def _people_due(session: Session, limits: Due) -> list[int]:
    return rows.cases_with_people(session, limits.case, _held(session, limits).cases, BATCH)


def _held(session: Session, limits: Due) -> Held:
    return held(session, limits.unconfirmed)


def _reduce_item(session: Session, mission: Mission, item_id: int, limits: Due, now: datetime) -> bool:
    """Every version of the item, and what its cases say of where and when. Items are locked before cases, as by a hold."""
    item = session.get(Item, item_id, with_for_update={"of": Item})
    cases = rows.cases_of(session, item_id)
    still_told = any(rows.is_told_of(case, limits.told) for case in cases)
    if item is None or item.reduced_at is not None or still_told or item_id in _held(session, limits).items:
        return False
    rows.write_reduced(
        session, item_id, [(id, _reduced_filing(filing, mission)) for id, filing in rows.versions_of(session, item_id)]
    )
    rows.forget_reasons(session, item.side, item_id)
    item.word_due_at = None
    item.departs_at, item.ends_at = monday(item.departs_at, mission.zone), sunday(item.ends_at, mission.zone)
    item.reduced_at, item.code = now, None
    for case in cases:
        if case.reduced_at is None:
            _reduce_case(case, mission, now)
    record(session, None, "reduce", item.side, item_id, at=now, organisation_id=item.owner_id)
    return True


def _reduced_filing(stored: dict[str, Any], mission: Mission) -> dict[str, Any]:
    """What cannot be read cannot be coarsened, and is not kept exact for that."""
    try:
        return split_sealed(reduced(from_json(stored), mission.gazetteer, mission.zone))[0]
    except UNREADABLE:
        return {}


def _reduce_case(case: Case, mission: Mission, now: datetime) -> None:
    try:
        judgement = Judgement.from_json(case.judgement)
        case.judgement = reduced_judgement(judgement, mission.gazetteer, mission.zone).to_json()
    except UNREADABLE:  # a case that could not be checked has none
        case.judgement = {}
    case.before = {}
    for request in case.requests:
        request.words, request.offer = reduced_words(request.words, mission.gazetteer), {}
    case.starts_at, case.ends_at = monday(case.starts_at, mission.zone), sunday(case.ends_at, mission.zone)
    case.reduced_at = now


def _forget_texts(session: Session, case_id: int, limits: Due, now: datetime) -> bool:
    case = _over(session, case_id, limits)
    if case is not None:
        rows.forget_texts(session, case_id)
        case.texts_at = now
        record(session, None, "forget_texts", "case", case_id, at=now)
    return case is not None


def _forget_people(session: Session, case_id: int, limits: Due, now: datetime) -> bool:
    case = _over(session, case_id, limits)
    if case is not None:
        rows.forget_people(session, case_id)
        case.figures_at, case.owner_id = now, None
        record(session, None, "forget_people", "case", case_id, at=now)
    return case is not None


def _over(session: Session, case_id: int, limits: Due) -> Case | None:
    case = session.get(Case, case_id, with_for_update={"of": Case})
    kept = case is None or case.state in OPEN_CASES or case_id in _held(session, limits).cases
    return None if kept else case
