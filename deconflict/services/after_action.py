"""The note that is owed when both have happened: what became of it, what was seen, what would have helped. It accuses nobody."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from deconflict.domain.after_action import HAPPENED, LESSONS, SEEN
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.errors import LostRace, Refused
from deconflict.domain.free_text import check_words
from deconflict.domain.msgid import N_
from deconflict.domain.states import CaseState
from deconflict.services.cases import desk_case
from deconflict.store.after_action import AfterAction
from deconflict.store.audit import record
from deconflict.store.base import transaction
from deconflict.store.moves import LOST, note_event


def write_note(
    reference: str,
    round_: int,
    happened: str,
    seen: str,
    lesson: str,
    words: str,
    by: Audience,
    mission: Mission,
    now: datetime,
) -> None:
    """Once for each time that a case lapsed. Raises LostRace where a colleague wrote it, or where it is open again."""
    for value, codes, field in ((happened, HAPPENED, "happened"), (seen, SEEN, "seen"), (lesson, LESSONS, "lesson")):
        if value not in codes:
            raise Refused(N_("Choose one of the list."), field=field)
    check_words(words, by, "words")
    with transaction() as session:
        case = desk_case(session, reference, by, mission.catalogue, round_)
        written = select(AfterAction.id).where(AfterAction.case_id == case.id, AfterAction.round == case.round)
        if case.state != CaseState.LAPSED or session.scalars(written).first() is not None:
            raise LostRace(LOST)
        session.add(
            AfterAction(
                case_id=case.id,
                round=case.round,
                by_id=by.person_id,
                at=now,
                happened=happened,
                seen=seen,
                lesson=lesson,
                words=words.strip()[:500],
            )
        )
        note_event(session, case, "after_action", now, actor_id=by.person_id, code=lesson, reason=words.strip()[:500])
        detail = {"round": case.round, "happened": happened, "seen": seen, "lesson": lesson}
        record(session, by.person_id, "after_action", "case", case.id, detail, at=now)
