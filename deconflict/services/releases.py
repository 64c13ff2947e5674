"""A call to an owner for a one-off release is on a clock (RUL-8). Silence is never consent: when the clock runs out whoever
called is told, then the ladder is climbed, and nothing is released."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.errors import Refused
from deconflict.domain.escalation import DESK, RELEASE
from deconflict.domain.free_text import check_words
from deconflict.domain.kinds import Catalogue
from deconflict.domain.msgid import N_
from deconflict.domain.ocha_areas import whose
from deconflict.domain.severity import Severity
from deconflict.domain.states import OPEN_CASES, ReleaseState, target
from deconflict.matching.climb import Climb
from deconflict.services.cases import SIDES, acted, desk_case, not_anothers
from deconflict.store.audit import record
from deconflict.store.base import db, transaction
from deconflict.store.cases import Case, ReleaseAsk
from deconflict.store.items import Item
from deconflict.store.moves import note_event
from deconflict.store.queries import facts_of

log = structlog.get_logger()


def ask_release(
    reference: str, round_: int, side: str, how: str, by: Audience, mission: Mission, now: datetime
) -> datetime:
    """The owner on `side` was rung and has not answered yet: from now the clock runs. Returns when it ends; pressed twice, the
    same. SENSITIVE notices are never released, so nobody is asked."""
    _checked(side, how, by)
    with transaction() as session:
        case = desk_case(session, reference, by, mission.catalogue, round_)
        not_anothers(case, by)
        item = _releasable(session, case, side, mission.catalogue)
        waiting = [one for one in asks_of(case, side) if one.state == ReleaseState.ASKED]
        if waiting:
            return waiting[0].due_at
        due_at = mission.pack.clocks.release_due_at(Severity(case.severity), case.starts_at, now)
        session.add(_ask(case, side, by, now, due_at, how))
        note_event(
            session, case, "release_asked", now, actor_id=by.person_id, code=_whose(item), reason=how.strip()[:1000]
        )
        acted(session, case, by, now)
        detail = {"round": case.round, "side": side}
        record(session, by.person_id, "ask_release", "case", case.id, detail, at=now, organisation_id=item.owner_id)
        return due_at


def release_once(
    reference: str, side: str, granted: bool, how: str, by: Audience, catalogue: Catalogue, now: datetime
) -> None:
    """The owner on `side` answered yes or no about what the other side may be told (RUL-8). It settles the call that waits;
    an answer given at once is a call of its own."""
    _checked(side, how, by)
    with transaction() as session:
        case = desk_case(session, reference, by, catalogue)
        item = _releasable(session, case, side, catalogue)
        waiting = [one for one in asks_of(case, side) if one.state in (ReleaseState.ASKED, ReleaseState.SILENT)]
        call = waiting[-1] if waiting else _ask(case, side, by, now, now, how)
        session.add(call)
        call.state = target("release", call.state, "grant" if granted else "refuse", "officer")
        call.answered_at, call.how = now, how.strip()[:1000]
        kept = [other for other in case.released if other != side]
        case.released = [*kept, side] if granted else kept
        code = f"{_whose(item)}:{'granted' if granted else 'refused'}"
        note_event(session, case, "release", now, actor_id=by.person_id, code=code, reason=how.strip()[:1000])
        acted(session, case, by, now)
        detail = {"round": case.round, "side": side, "granted": granted}
        record(session, by.person_id, "release_once", "case", case.id, detail, at=now, organisation_id=item.owner_id)


def fall_silent(mission: Mission, now: datetime) -> int:
    """Calls whose clock has run out: whoever made it is told first, from there the ladder goes on. Each in its own
    transaction; one that fails stops no other."""
    late = (
        select(ReleaseAsk.id)
        .join(Case)
        .where(ReleaseAsk.state == ReleaseState.ASKED, ReleaseAsk.due_at <= now, ReleaseAsk.round == Case.round)
        .where(Case.state.in_(OPEN_CASES))
        .order_by(ReleaseAsk.due_at)
    )
    ids = list(db.session.scalars(late))
    db.session.rollback()
    for ask_id in ids:
        try:
            with transaction() as session:
                _fall_silent(session, mission, ask_id, now)
        except Exception as error:
            log.error("a silence could not be told", ask=ask_id, error=type(error).__name__)
    return len(ids)


def asks_of(case: Case, side: str) -> list[ReleaseAsk]:
    """The calls to this side in the present round, oldest first: a new round asks anew."""
    return [one for one in case.release_asks if one.side == side and one.round == case.round]


def _fall_silent(session: Session, mission: Mission, ask_id: int, now: datetime) -> None:
    call = session.get_one(ReleaseAsk, ask_id)
    case = session.get_one(Case, call.case_id, with_for_update={"of": Case})
    session.refresh(call)  # an answer may have come in while the case was waited for
    if call.state != ReleaseState.ASKED or call.round != case.round or case.state not in OPEN_CASES:
        return
    call.state = target("release", call.state, "silence", "system")
    item = case.item_of(call.side)
    note_event(session, case, "release_silent", now, code=call.side if item is None else _whose(item))
    name = f"{RELEASE}:{call.id}"
    Climb(session, mission, case, "ocha", DESK, name, alerted_at=call.due_at, now=now).tell(call.asked_by)


def _ask(case: Case, side: str, by: Audience, now: datetime, due_at: datetime, how: str) -> ReleaseAsk:
    return ReleaseAsk(
        case_id=case.id,
        round=case.round,
        side=side,
        state=ReleaseState.ASKED,
        asked_by_id=by.person_id,
        asked_at=now,
        due_at=due_at,
        how=how.strip()[:1000],
    )


def _whose(item: Item) -> str:
    return whose(item.side, of_ocha=item.of_ocha)


def _checked(side: str, how: str, by: Audience) -> None:
    if side not in SIDES:
        raise Refused("Choose whose release it is.", field="side")
    if not how.strip():
        raise Refused("Write who answered, when and how.", field="how")
    check_words(how, by, "how")


def _releasable(session: Session, case: Case, side: str, catalogue: Catalogue) -> Item:
    """The item on this side, of which something may be released. Raises Refused for what is sensitive, for what cannot be read,
    since it may be, and where nobody is on the other side to whom it could be told."""
    item = case.item_of(side)
    if side == "humanitarian" and case.of_ocha:
        raise Refused(
            N_("OCHA entered the area that it meets: there is nobody to tell. Choose the other side."), field="side"
        )
    try:
        sensitive = item is None or facts_of(session, item, catalogue).sensitive
    except (ValueError, KeyError, TypeError):
        raise Refused(N_("What was filed cannot be read, so nothing of it can be released. Call its owner.")) from None
    if item is None or sensitive:
        raise Refused("This activity is sensitive: nothing of it is ever released to the other side.")
    return item
