"""Asking one side to change, and what it answers. The ask is a logged disclosure, rounded outward (RUL-8, RUL-9)."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.activity import LatLon
from deconflict.domain.answers import ANSWERS, COUNTER, NOTHING, Offer
from deconflict.domain.audience import Audience
from deconflict.domain.contacted import REACHED, Called
from deconflict.domain.country import Mission
from deconflict.domain.disclosure import (
    RECOGNITION,
    ItemFacts,
    ReleasedWords,
    may_be_asked,
    owns,
    released_words,
)
from deconflict.domain.errors import LostRace, NotFound, Refused
from deconflict.domain.escalation import REQUEST, UNANSWERED
from deconflict.domain.free_text import check_words
from deconflict.domain.judgement import Judgement
from deconflict.domain.msgid import N_
from deconflict.domain.severity import Harm, Severity
from deconflict.domain.states import UNANSWERED as WAIT
from deconflict.domain.states import AlertState, RequestState, target
from deconflict.matching.climb import Climb
from deconflict.matching.lowered import withdraw_requests
from deconflict.services.cases import SIDES, acted, desk_case, not_alone, not_anothers
from deconflict.services.contacting import check_call, write_call
from deconflict.store.audit import record
from deconflict.store.base import transaction
from deconflict.store.cases import Case, Request
from deconflict.store.moves import LOST, move_case
from deconflict.store.outbox import withdraw
from deconflict.store.queries import alerts_of, facts_of
from deconflict.store.released import other_item

# What a side may be asked, in codes that read the same in both languages. None says why.
ASKS = ("avoid_place", "change_time", "change_place", "call_desk")
CELL_M = 10_000


@dataclass(frozen=True, slots=True)
class Draft:
    """What the side would read, shown to the officer before it goes. `words` None: that side may not be asked (RUL-8)."""

    side: str
    words: ReleasedWords | None


def draft(session: Session, case: Case, side: str, mission: Mission) -> Draft:
    """The words for one side, from what the other side released and nothing else. The place is the overlap's, the half-days
    are those of the meeting that the worst rules speak of, rounded outward."""
    if case.humanitarian is None or case.mission is None or not case.judgement:
        return Draft(side, None)
    asked, other = _facts(session, case, side, mission)
    if not may_be_asked(asked, other, frozenset(case.released)):
        return Draft(side, None)
    hits = Judgement.from_json(case.judgement).hits
    # The worst rules set the hours: with the milder ones, which look days ahead, a request would say nothing usable.
    worst = [hit for hit in hits if hit.severity is hits[0].severity]
    nominal = hits[0].nominal
    point = nominal.b_point if side == "humanitarian" else nominal.a_point
    place, pcode = _place(mission, point)
    crowd = any(mission.catalogue[s.activity].groups & {"CROWD"} for s in other.filing.stops if s.activity)
    words = released_words(
        other,
        place=place,
        pcode=pcode,
        starts_at=max(min(hit.meets_from for hit in worst), case.opened_at),
        ends_at=max(hit.meets_until for hit in worst),
        crowd=crowd,
        zone=str(mission.timezone),
        released=frozenset(case.released),
    )
    return Draft(side, words)


def ask(
    reference: str,
    round_: int,
    side: str,
    ask_code: str,
    by: Audience,
    mission: Mission,
    now: datetime,
    *,
    why_now: str = "",
    called: Called | None = None,
) -> int:
    """Asks one side for a change: the request, its disclosure in the audit, and the first alerts to that side's people, at once or at
    the next fixed hour; `why_now`: an officer's reason not to wait for it; `called`: the call by which it was asked, without
    which nothing is asked so near the start that nobody reads a page in time. A request that still stands to the same side is
    replaced: the side hears of the new one. Returns the request's id. Raises Refused where that side may not be asked."""
    if side not in SIDES:
        raise Refused("Choose which side to ask.", field="side")
    if ask_code not in ASKS:
        raise Refused("Choose what to ask.", field="ask")
    check_words(why_now, by, "now")
    with transaction() as session:
        case = desk_case(session, reference, by, mission.catalogue, round_)
        not_anothers(case, by)
        not_alone(case)
        same = [
            r for r in case.requests if (r.side, r.ask, r.round) == (side, ask_code, case.round) and r.state in WAIT
        ]
        if same:
            return same[0].id  # pressed twice
        words = _words(session, case, side, mission)
        if words is None:
            raise Refused(
                "The other side has released nothing, so this side may not be asked. Ask the other side by phone for a one-off "
                "release, or ask the other side itself.",
                field="side",
            )
        case.owner_id = case.owner_id or by.person_id
        by_phone(case, called, by, mission, now)
        why_now = why_now.strip()[:300]
        move_case(
            session, case, "ask", "officer", now, actor_id=by.person_id, code=f"{side}:{ask_code}", reason=why_now
        )
        withdraw_requests(session, case, [r for r in case.requests if r.side == side], now)
        leaves_at = now if why_now else leaves(case, mission, now)
        item, other = case.item_of(side), other_item(case, side)
        assert item is not None, "draft() has seen both items"
        assert other is not None, "draft() has seen both items"
        request = Request(
            case_id=case.id,
            round=case.round,
            side=side,
            ask=ask_code,
            words=_plain(words) | {"cod_version": mission.gazetteer.edition},
            other_version=other.version,
            state=RequestState.OPEN,
            made_by_id=by.person_id,
            made_at=now,
            leaves_at=leaves_at,
            due_at=due(case, mission, leaves_at),
        )
        session.add(request)
        session.flush()
        acted(session, case, by, now)
        detail = {
            "round": case.round,
            "request": request.id,
            "ask": ask_code,
            "vehicles": words.recognition is not None,
            "at_once": bool(why_now),
        }
        record(session, by.person_id, "disclose", "case", case.id, detail, at=now, organisation_id=item.owner_id)
        if leaves_at <= now:
            climb = Climb(session, mission, case, side, REQUEST, request.purpose, alerted_at=now, now=now)
            climb.take_due_steps()
        if called is not None:  # whoever was reached has it; everybody else who has to know is written to all the same
            write_call(session, case, side, called, by, now, request.id)
        return request.id


def by_phone(case: Case, called: Called | None, by: Audience, mission: Mission, now: datetime) -> None:
    """Raises Refused for a change that is asked close to the start without a call. Who was reached has read it back; where nobody was,
    the texts are all that is left, and the call that failed is written down."""
    if called is None and frozen(case, mission, now):
        raise Refused(
            N_("It starts soon: call, read out what is asked, and write down who read it back."), field="whom"
        )
    if called is not None:
        check_call(called, by)
        if called.outcome == REACHED and not called.read_back:
            raise Refused(
                N_("Have the reference and what is asked read back: a yes on the phone is not yet heard right."),
                field="read",
            )


def frozen(case: Case, mission: Mission, now: datetime) -> bool:
    """Whether it is so near that a change goes by phone: the last moment to reach them, and once that has passed the meeting."""
    hits = Judgement.from_json(case.judgement).hits if case.judgement else ()
    moment = case.starts_at if case.starts_at > now or not hits else hits[0].meets_from
    return mission.pack.clocks.frozen(moment, now)


def leaves(case: Case, mission: Mission, now: datetime) -> datetime:
    """When a request that is made now leaves by itself; at once where no text goes with it, since the officer calls and says so."""
    clocks = mission.pack.clocks
    if mission.pack.ladder(Severity(case.severity), "party") is None:
        return now
    return clocks.request_leaves_at(Harm(case.harm), Severity(case.severity), case.starts_at, now)


def due(case: Case, mission: Mission, leaves_at: datetime) -> datetime:
    """By when its answer is waited for."""
    return mission.pack.clocks.answer_due_at(Severity(case.severity), case.starts_at, leaves_at)


def answer(
    request_id: int,
    answer_code: str,
    text: str,
    by: Audience,
    mission: Mission,
    now: datetime,
    offer: Offer = NOTHING,
) -> None:
    """The asked side says yes, no, or what it proposes instead, once. Its plan does not move by that: an amendment does. Its
    answer reaches OCHA only, and counts as that desk's acknowledgement.

    Nothing here may differ with what has become of the request meanwhile: that would tell that the other side has moved
    (RUL-6). When the overlap has vanished the answer is kept all the same."""
    if answer_code not in ANSWERS:
        raise Refused("Choose an answer.", field="answer")
    check_words(text, by, "text")
    if answer_code == COUNTER and not (text.strip() or offer):
        raise Refused(N_("Say what you propose instead: a day, a place, or a few words."), field="text")
    with transaction() as session:
        request, case = own_request(session, request_id, by, now)
        if request.state != RequestState.DONE:
            request.state = target("request", request.state, answer_code, "owner")
        request.answered_by_id, request.answered_at, request.answer = by.person_id, now, text.strip()[:500]
        request.offer = offer.to_json() if answer_code == COUNTER else {}
        alerts = alerts_of(session, case)
        about = [a for a in alerts if a.purpose == request.purpose and a.level == "desk"]
        withdraw(session, about, AlertState.ACKNOWLEDGED)
        old = [a for a in alerts if a.purpose == f"{UNANSWERED}:{request.id}" and a.state == AlertState.OWED]
        withdraw(session, old, AlertState.SUPERSEDED)
        item = case.item_of(request.side)
        owner = item.owner_id if item is not None else None
        detail = {"request": request.id, "answer": answer_code}
        record(session, by.person_id, "answer", "case", case.id, detail, at=now, organisation_id=owner)


def own_request(session: Session, request_id: int, by: Audience, now: datetime) -> tuple[Request, Case]:
    """A request to the person's own side and organisation that waits for its answer. NotFound for any other's and for what has not
    left; Refused for what was answered, before anything else is looked at."""
    request = session.scalars(select(Request).where(Request.id == request_id).with_for_update(of=Request)).first()
    item = request.case.item_of(request.side) if request is not None else None
    if request is None or item is None or not owns(by, item.side, item.owner_id, item.sector):
        raise NotFound
    if not request.has_left(now):
        raise NotFound
    if request.answered_at is not None:
        raise Refused(N_("You have answered this. If your answer has changed, call the desk."))
    if request.state == RequestState.WITHDRAWN:
        raise LostRace(LOST)
    return request, request.case


def _words(session: Session, case: Case, side: str, mission: Mission) -> ReleasedWords | None:
    """Raises Refused for an item that cannot be read: nothing is asked about what nobody knows."""
    try:
        return draft(session, case, side, mission).words
    except (ValueError, KeyError, TypeError):
        raise Refused(
            N_("One of the two could not be read, so nothing can be asked. Call its owner."), field="side"
        ) from None


def _place(mission: Mission, point: LatLon) -> tuple[str, str | None]:
    """The settlement of the overlap and its P-code; out in the bush the nearest one with a radius in tens of kilometres, rounded
    outward (RUL-9), since its bare name would send people to the wrong place."""
    near = mission.gazetteer.nearest(point)
    if near is None:
        return "", None
    town, away_m = near
    if away_m <= mission.pack.geography.same_settlement_radius_m:
        return town.name, town.pcode
    return f"{town.name} (≤ {math.ceil(away_m / CELL_M) * CELL_M // 1000} km)", town.pcode


def _facts(session: Session, case: Case, side: str, mission: Mission) -> tuple[ItemFacts, ItemFacts]:
    assert case.humanitarian is not None
    assert case.mission is not None
    humanitarian = facts_of(session, case.humanitarian, mission.catalogue)
    mission_item = facts_of(session, case.mission, mission.catalogue)
    return (humanitarian, mission_item) if side == "humanitarian" else (mission_item, humanitarian)


def _plain(words: ReleasedWords) -> dict[str, Any]:
    """As `party.released` reads them back."""
    plain: dict[str, Any] = {
        "place": words.place,
        "pcode": words.pcode,
        "half_days": [[half.day.isoformat(), half.part] for half in words.half_days],
        "crowd": words.crowd,
    }
    return plain | ({RECOGNITION: asdict(words.recognition)} if words.recognition else {})
