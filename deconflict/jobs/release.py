"""No officer acted in time: the minimal alert (RUL-1, RUL-2), or, where it would be an answer to a question, everybody at the
desk. Nothing of this is ever said to a party: that an alert was held back would be an answer too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.country import Mission
from deconflict.domain.escalation import DESK, MINIMAL
from deconflict.domain.probing import signs
from deconflict.domain.states import OPEN_CASES
from deconflict.jobs.apart import each_apart
from deconflict.matching.causes import NOUN
from deconflict.matching.climb import Climb
from deconflict.store.cases import Case, CaseEvent
from deconflict.store.items import Item
from deconflict.store.moves import note_event
from deconflict.store.probing import counts_of, is_told, was_told
from deconflict.store.queries import version_filed_at

log = structlog.get_logger()
SIDES = ("humanitarian", "mission")
RING, HELD_BACK = "ring", "held_back"
RING_AGAIN = timedelta(minutes=15)
CAUSED = ("open", "change", "reopen")  # the events that say what a round is about


def release_due(mission: Mission, now: datetime) -> int:
    """Cases whose hold has ended with nobody having acted. Each in its own transaction; one that fails stops no other."""
    # An officer's act clears the hold: where it still stands, nobody has looked at this round, whatever the state.
    waiting = select(Case.id).where(Case.hold_until <= now, Case.state.in_(OPEN_CASES)).order_by(Case.hold_until)
    return each_apart(
        waiting,
        lambda session, id: _release(session, mission, id, now),
        lambda id: log.exception("a hold could not be ended", case=id),
    )


def _release(session: Session, mission: Mission, case_id: int, now: datetime) -> None:
    case = session.get(Case, case_id, with_for_update={"of": Case})
    if case is None or case.state not in OPEN_CASES or case.hold_until is None or case.hold_until > now:
        return
    case.hold_until = None
    # An area that OCHA entered has no owner to tell, and nothing of it holds back what the organisation is told.
    parties = [item for item in case.items if not item.of_ocha]
    held_back = {item.side: why for item in parties if (why := list(_reasons(session, mission, case, item, now)))}
    written = _tell_owners(session, mission, case, [side for side in SIDES if side not in held_back], now)
    if written:
        note_event(session, case, MINIMAL, now)
    _note_held_back(session, case, held_back, now)
    if not written or held_back:
        # Every hub is rung until a person has taken it.
        Climb(session, mission, case, "ocha", DESK, _ring_name(now), alerted_at=now, now=now).take_all()
        note_event(session, case, "ring_desk", now)
        case.hold_until = now + RING_AGAIN


def _reasons(session: Session, mission: Mission, case: Case, item: Item, now: datetime) -> Iterator[str]:
    """Why the owner of this item gets no minimal alert though nobody acted, as codes. A filing minutes before departure could be
    bait. Each activity is told of once in its life, and never in answer to its owner's amendment (RUL-6): who moves it about
    would read off where the alert comes again. And an organisation whose filing looks like asking is not answered."""
    if is_told(session, item, case):
        return
    if item.late:
        yield "late"
    if was_told(session, item, but=case):
        yield "told"
    if _is_own_doing(session, case, item):
        yield "amended"
    yield from signs(counts_of(session, item, mission.pack.probing, now), mission.pack.probing)


def _is_own_doing(session: Session, case: Case, item: Item) -> bool:
    """Whether this round came of an amendment of its owner, or one fell into it."""
    causes = select(CaseEvent.code).where(CaseEvent.case_id == case.id, CaseEvent.event.in_(CAUSED))
    code = session.scalar(causes.order_by(CaseEvent.id.desc()).limit(1)) or ""
    return NOUN[item.side] in code.split() or (item.version > 1 and version_filed_at(session, item) > case.round_at)


def _note_held_back(session: Session, case: Case, held_back: dict[str, list[str]], now: datetime) -> None:
    """Once a round: the ringing goes on, the reason stays."""
    noted = select(CaseEvent.code).where(CaseEvent.case_id == case.id, CaseEvent.event == HELD_BACK)
    known = set(session.scalars(noted.where(CaseEvent.round == case.round)))
    for code in (f"{side}:{why}" for side, reasons in held_back.items() for why in reasons):
        if code not in known:
            note_event(session, case, HELD_BACK, now, code=code)


def _tell_owners(session: Session, mission: Mission, case: Case, sides: list[str], now: datetime) -> int:
    """ "Call your base before leaving", once a round to each owner who may hear it."""
    climbs = [
        Climb(session, mission, case, side, MINIMAL, f"{MINIMAL}:{side}", alerted_at=now, now=now) for side in sides
    ]
    return sum(climb.take_due_steps() for climb in climbs if climb.may_begin())


def _ring_name(now: datetime) -> str:
    """Each ringing is a word of its own, so that whoever slept through one is rung by the next."""
    return f"{RING}:{int(now.timestamp() // RING_AGAIN.total_seconds())}"
