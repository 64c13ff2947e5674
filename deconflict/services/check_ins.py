"""A team says that it left, arrived or is late: on its organisation's page, by anybody with the reference and the code of the
notice, or by a relay that somebody writes down. All write the same row. Nothing is matched anew for it and nothing is answered to
it: no hour of the notice changes."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain import roles
from deconflict.domain.activity import Side
from deconflict.domain.audience import Audience
from deconflict.domain.check_ins import Kind, Step, steps
from deconflict.domain.country import Mission
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.msgid import N_
from deconflict.domain.states import ItemState
from deconflict.matching.overdue import look
from deconflict.services.acknowledgements import RELAY, RELAYS, check_heard, heard, reference_and_code
from deconflict.services.code_locks import lock_of, missed
from deconflict.services.filing import own_item
from deconflict.services.news import expect_word
from deconflict.store.audit import record
from deconflict.store.base import transaction
from deconflict.store.check_ins import CheckInRow, code_of, may_say
from deconflict.store.items import Item
from deconflict.store.moves import move_item
from deconflict.store.queries import filing_of, version_of
from deconflict.store.work import insert_once

SAME_WORD = timedelta(minutes=5)  # pressed twice on a bad line it is one word
WEB, CODE_PAGE = "web", "code_page"
NO_STEP = N_("There is nothing to say of that stop. Choose one of the notice.")
NOT_OPEN = N_("Nothing can be said of it now: it is cancelled, over for long, or leaves in more than a day.")


def check_in(reference: str, step: Step | None, by: Audience, mission: Mission, now: datetime) -> None:
    """By the owner's people, signed in. Raises Refused, NotFound."""
    if not by.roles & roles.FILERS_HUMANITARIAN:
        raise NotFound
    with transaction() as session:
        item = own_item(session, reference, by)
        _say(session, item, step, WEB, mission, now, by=by)


def check_in_by_code(typed: str, step: Step | None, mission: Mission, now: datetime) -> None:
    """The reference and the code of the notice together (`4F7K2 4821`). Says nothing back, whatever happened (RUL-18), and five wrong
    codes lock the reference."""
    with transaction() as session:
        item = _named_by(session, typed, now)
        if item is not None and step is not None and may_say(session, item, mission, now):
            _say_if_there(session, item, step, mission, now)


def check_in_by_operator(
    typed: str, step: Step | None, how: str, words: str, read_back: bool, by: Audience, mission: Mission, now: datetime
) -> None:
    """Somebody at a radio or a telephone heard it with reference and code, and writes down how. He opens no notice: he is told
    whether there is one, as with a message's code, since a slip of the pen would leave a team unheard. Raises Refused, NotFound."""
    if not by.roles & RELAYS:
        raise NotFound
    check_heard(how, words, by)
    with transaction() as session:
        item = _named_by(session, typed, now)
        if item is not None:
            _say(session, item, step, RELAY, mission, now, by=by, how=heard(how, words), read_back=read_back)
    if item is None:
        raise Refused("No notice has this reference and this code. Have both read out again.", field="code")


def check_in_by_relay(
    item_id: int,
    step: Step | None,
    how: str,
    words: str,
    read_back: bool,
    by: Audience,
    mission: Mission,
    now: datetime,
) -> None:
    """An officer who reads this notice heard it by phone or radio. Raises Refused, NotFound."""
    if not by.roles & roles.OFFICERS:
        raise NotFound
    check_heard(how, words, by)
    with transaction() as session:
        item = session.get(Item, item_id, with_for_update={"of": Item})
        if item is None or item.side != Side.HUMANITARIAN:
            raise NotFound
        _say(session, item, step, RELAY, mission, now, by=by, how=heard(how, words), read_back=read_back)


def _named_by(session: Session, typed: str, now: datetime) -> Item | None:
    """The notice that this reference and code belong to, locked. What is wrong is counted."""
    found = reference_and_code(typed)
    if found is None:
        return None
    reference, code = found
    mine = select(Item).where(Item.reference == reference, Item.side == Side.HUMANITARIAN)
    item = session.scalars(mine.with_for_update(of=Item)).first()
    lock = lock_of(session, reference, now, known=item is not None)
    right = hmac.compare_digest(code_of(item), code)
    if not right or lock.locked_until is not None:
        missed(session, lock, now)
        return None
    return item


def _say_if_there(session: Session, item: Item, step: Step, mission: Mission, now: datetime) -> None:
    try:
        _say(session, item, step, CODE_PAGE, mission, now)
    except Refused:
        return  # nothing was written: it is refused before


def _say(
    session: Session,
    item: Item,
    step: Step | None,
    method: str,
    mission: Mission,
    now: datetime,
    *,
    by: Audience | None = None,
    how: str = "",
    read_back: bool = False,
) -> None:
    """One row per thing said; the same twice is one, whoever says it again."""
    if not may_say(session, item, mission, now):
        raise Refused(NOT_OPEN, field="step")
    if step is None or step not in _steps(session, item):
        raise Refused(NO_STEP, field="step")
    person = by.person_id if by else None
    written = insert_once(
        session,
        CheckInRow,
        item_id=item.id,
        version=item.version,
        stop=step.stop,
        kind=str(step.kind),
        at=now,
        method=method,
        recorded_by_id=person,
        how=how,
        read_back=read_back,
    )
    if not written and (step.kind is not Kind.DELAYED or not _late_again(session, item, step, now)):
        return
    expect_word(session, item, filing_of(version_of(session, item)), mission)
    look(session, mission, item, now)
    if step.kind is not Kind.DELAYED and item.state == ItemState.READ:
        move_item(session, item, "set_out", "officer" if method == RELAY else "owner")
    detail = {"version": item.version, "stop": step.stop, "kind": str(step.kind), "method": method}
    record(session, person, "check_in", item.side, item.id, detail, at=now, organisation_id=item.owner_id)


def _late_again(session: Session, item: Item, step: Step, now: datetime) -> bool:
    """Who says once more that he is late is waited for from now on. False where he has just said so."""
    mine = select(CheckInRow).where(
        CheckInRow.item_id == item.id,
        CheckInRow.version == item.version,
        CheckInRow.stop == step.stop,
        CheckInRow.kind == str(step.kind),
    )
    row = session.scalars(mine).one()
    if now - row.at < SAME_WORD:
        return False
    row.at = now
    return True


def _steps(session: Session, item: Item) -> tuple[Step, ...]:
    """None of an item that cannot be read."""
    try:
        return steps(filing_of(version_of(session, item)).stops)
    except (ValueError, KeyError, TypeError):
        return ()
