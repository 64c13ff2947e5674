"""A desk writes down that the word was passed on: that its unit or its team has it and confirms, or that it is on its way to them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.activity import Side
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.disclosure import owns
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.levels import CANNOT, DESK, PASSED_ON, RECEIVED, level_behind
from deconflict.domain.msgid import N_
from deconflict.services.acknowledgements import HOW, RELAY, check_heard, heard, write_down
from deconflict.store.alerts import Alert
from deconflict.store.base import transaction
from deconflict.store.cases import Case
from deconflict.store.kept import owner_facts
from deconflict.store.levels import standing_word

ANSWERS = (RECEIVED, PASSED_ON, CANNOT)


def note_passed_on(
    reference: str, answer: str, how: str, words: str, by: Audience, mission: Mission, now: datetime
) -> None:
    """Written beside the newest message to that side, whatever has become of the case meanwhile: that would tell what the other side
    did (RUL-6). Whoever passes it on has it. Raises Refused, and NotFound for another's case, one of which nothing was sent to that
    desk, and one behind whose desk nobody leaves."""
    if answer not in ANSWERS:
        raise Refused(N_("Choose one of the answers offered."), field="answer")
    if how not in HOW:
        raise Refused(N_("Choose one of the answers offered."), field="how")
    check_heard(how, words, by)
    with transaction() as session:
        case = _own_case(session, reference, by)
        item = case.item_of(by.side)
        facts = owner_facts(session, item, mission, now) if item is not None else None
        level = level_behind(facts.filing if facts else None, by.side, mission.catalogue)
        word = standing_word(session, case, by.side)
        if word is None or not level:
            raise NotFound
        alert = session.get_one(Alert, word.id, with_for_update={"of": Alert})
        said = heard(how, words)
        if not any(ack.level == DESK for ack in alert.acknowledgements):
            method, writer = ("in_app", None) if alert.person_id == by.person_id else (RELAY, by)
            write_down(session, alert, method, now, level=DESK, by=writer, how=said if writer else "")
        write_down(session, alert, RELAY, now, level=level, answer=answer, by=by, how=said)


def _own_case(session: Session, reference: str, by: Audience) -> Case:
    """Under the reference of the side of whoever asks, locked."""
    named = Case.humanitarian_reference if by.side == Side.HUMANITARIAN else Case.mission_reference
    case = session.scalars(select(Case).where(named == reference).with_for_update(of=Case)).first()
    item = case.item_of(by.side) if case is not None else None
    if case is None or item is None or not owns(by, item.side, item.owner_id, item.sector):
        raise NotFound
    return case
