"""Requests for an armed escort or another military asset, as a last resort (D7.8). Nothing is ordered here: what happened elsewhere is
written down. An escort that was decided silences R06 for one notice and one plan alone (R14): whatever makes that true, or no longer
true, marks the notice to be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from deconflict.domain.activity import Side
from deconflict.domain.asset_asked import Asked, Decision, Reviewed
from deconflict.domain.asset_requests import (
    ALTERNATIVES,
    CYCLE,
    ESCORT,
    MEANT,
    decide_by,
    desk_of,
    sees,
    waits_for,
)
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.errors import LostRace, NotFound, Refused, WrongState
from deconflict.domain.free_text import check_words
from deconflict.domain.msgid import N_
from deconflict.domain.procedures import SYSTEM, Noun
from deconflict.services.filing import mark_due
from deconflict.services.for_whom import Whose, for_whom, on_desk
from deconflict.services.procedures import began_before, begin, move, taken
from deconflict.store.audit import record
from deconflict.store.base import Unreadable, transaction
from deconflict.store.escorts import EscortLink
from deconflict.store.items import Item
from deconflict.store.moves import LOST
from deconflict.store.procedures import Procedure

MARK = "escort"
ACTS = ("arrange", "use", "not_use", "close", "withdraw")  # what needs no more than a few words
UNKNOWN_PLAN = N_("There is no escort under this reference. Look at the plan's page and copy it.")


def ask(asked: Asked, key: str, by: Audience, mission: Mission, now: datetime) -> str:
    """Returns the reference. A retry of the same form returns the same one. Raises Refused at the field that is to be mended."""
    _check(asked, by)
    with transaction() as session:
        own_key = f"asset:{by.person_id}:{key}"[:64]
        if (before := began_before(session, own_key)) is not None:
            return before.reference
        whose = _whose(session, asked, by, mission)
        until = decide_by(
            now, asked.first, mission.pack.procedures.escort_decision_wd, mission.is_day_off, mission.zone
        )
        facts = asked.facts() | {"decide_by": until.isoformat(), "sensitive": whose.sensitive}
        due = waits_for("requested", facts, mission.zone)
        row = begin(session, Noun.ASSET_REQUEST, by, own_key, facts, mission, now, due=due)
        _lies(row, asked, whose)
        row.seal(asked.words())
        return row.reference


def correct(reference: str, version: int, asked: Asked, by: Audience, mission: Mission, now: datetime) -> None:
    """Before the alternatives are reviewed. For whom it is stays; its clock does not begin anew."""
    _check(asked, by)
    with transaction() as session:
        row = _taken(session, reference, version, by)
        whose = _whose(session, asked, by, mission, row.owner_id)
        sooner = decide_by(
            row.made_at, asked.first, mission.pack.procedures.escort_decision_wd, mission.is_day_off, mission.zone
        )
        change = asked.facts() | {"decide_by": sooner.isoformat(), "sensitive": whose.sensitive}
        due = waits_for("requested", change, mission.zone)
        move(session, row, "correct", by, mission, now, change=change, due=due)
        _lies(row, asked, whose)
        row.seal(asked.words())


def review(reference: str, version: int, what: Reviewed, by: Audience, mission: Mission, now: datetime) -> None:
    """Each alternative has an answer, or nothing is reviewed."""
    check_words(what.words, by, "words")
    for code in ALTERNATIVES:
        if code not in what.found:
            raise Refused(N_("Answer for each alternative: none may be passed over."), field=code)
    change = {"alternatives": dict(what.found)}
    _step(reference, version, "review", by, mission, now, change=change, seal={"alternatives_why": what.words})


def decide(reference: str, version: int, what: Decision, by: Audience, mission: Mission, now: datetime) -> None:
    """Writes down what the Humanitarian Coordinator or the country team decided."""
    check_words(what.words, by, "words")
    today = now.astimezone(mission.zone).date()
    if what.on > today:
        raise Refused(N_("This day has not come yet. Write down what was decided, not what will be."), field="on")
    if what.use and (what.review_on is None or what.review_on < today):
        raise Refused(N_("Say when the decision is looked at again: today or later."), field="review_on")
    change: dict[str, Any] = {"decided_by": what.by, "decided_on": what.on.isoformat()}
    change["review_on"] = what.review_on.isoformat() if what.use and what.review_on else None
    event, code = ("decide" if what.use else "decline"), what.by
    _step(reference, version, event, by, mission, now, change=change, code=code, seal={"decision_why": what.words})


def act(reference: str, version: int, event: str, words: str, by: Audience, mission: Mission, now: datetime) -> None:
    """One of ACTS. Raises WrongState where the table has no such row."""
    if event not in ACTS:
        raise WrongState(N_("Choose one of the buttons of the page."))
    check_words(words, by, "words")
    change = {"used": event == "use"} if event in ("use", "not_use") else None
    _step(reference, version, event, by, mission, now, change=change, words=words)


def link_escort(reference: str, plan: str, by: Audience, mission: Mission, now: datetime) -> None:
    """The plan is the escort that was decided for the request's movement. Only officers, and nothing of it stands on the request that its
    organisation reads. Raises Refused for a request without a movement or a decision in force, and for a plan that is no escort."""
    with transaction() as session:
        row = _of_officer(session, reference, by)
        notice = session.get(Item, row.item_id) if row.item_id else None
        if row.state not in MEANT or notice is None or row.facts.get("asset") != ESCORT:
            raise WrongState(N_("Only an escort that was decided for a movement notice can be linked to a plan."))
        found = session.scalars(select(Item).where(Item.reference == plan.strip().upper())).first()
        if found is None or not _is_escort(session, found, by, mission):
            raise Refused(UNKNOWN_PLAN, field="plan")
        session.execute(delete(EscortLink).where(EscortLink.procedure_id == row.id))
        values = {"humanitarian_id": notice.id, "mission_id": found.id, "made_by_id": by.person_id, "made_at": now}
        session.add(EscortLink(procedure_id=row.id, **values))
        mark_due(session, notice, MARK, now)
        record(session, by.person_id, "link_escort", row.noun, row.id, {"plan": found.id}, at=now)


def unlink_escort(reference: str, by: Audience, now: datetime) -> None:
    """It was another plan, or none: the rules speak of the two again."""
    with transaction() as session:
        row = _of_officer(session, reference, by)
        link = session.get(EscortLink, row.id)
        if link is None:
            raise LostRace(LOST)
        mark_due(session, session.get_one(Item, link.humanitarian_id), MARK, now)
        session.delete(link)
        record(session, by.person_id, "unlink_escort", row.noun, row.id, {"plan": link.mission_id}, at=now)


def lapse(session: Session, row: Procedure, mission: Mission, now: datetime) -> None:
    """The review date of a decision has passed: it holds no more until it is decided again."""
    _moved(session, row, "lapse", None, mission, now)


# -- what all of them do ----------------------------------------------------------------------------------------------


def _step(
    reference: str,
    version: int,
    event: str,
    by: Audience,
    mission: Mission,
    now: datetime,
    *,
    change: Mapping[str, Any] | None = None,
    code: str = "",
    words: str = "",
    seal: Mapping[str, str] | None = None,
) -> None:
    with transaction() as session:
        row = _taken(session, reference, version, by)
        new = {name: text for name, text in (seal or {}).items() if text}
        if new:
            row.seal({**_sealed(row), **new})
        _moved(session, row, event, by, mission, now, change=change, code=code, words=words)


def _moved(
    session: Session,
    row: Procedure,
    event: str,
    by: Audience | None,
    mission: Mission,
    now: datetime,
    *,
    change: Mapping[str, Any] | None = None,
    code: str = "",
    words: str = "",
) -> None:
    """One step, with who must act next; where an escort that was linked is meant from now on, or no more, the notice is marked."""
    meant, state = row.state in MEANT, CYCLE.after(row.state, event, by.roles if by else {SYSTEM})
    due = waits_for(state, {**row.facts, **(change or {})}, mission.zone)
    move(session, row, event, by, mission, now, change=change, due=due, code=code, words=words)
    link = session.get(EscortLink, row.id)
    if link is not None and meant != (row.state in MEANT):
        mark_due(session, session.get_one(Item, link.humanitarian_id), MARK, now)


def _sealed(row: Procedure) -> dict[str, Any]:
    """What was typed before. Raises Refused without its key, rather than write over what another key may still open."""
    try:
        return row.sealed()
    except Unreadable:
        raise Refused(
            N_("What was typed before cannot be read: its key is missing. Ask whoever runs this system.")
        ) from None


def _taken(session: Session, reference: str, version: int, by: Audience) -> Procedure:
    return taken(session, Noun.ASSET_REQUEST, reference, version, by, sees)


def _check(asked: Asked, by: Audience) -> None:
    if asked.last < asked.first:
        raise Refused(N_("The last day is before the first. Correct one of the two."), field="last")
    for name, text in asked.words().items():
        check_words(text, by, name)


def _whose(session: Session, asked: Asked, by: Audience, mission: Mission, owner_id: int | None = None) -> Whose:
    """With where it is: by the movement, else as chosen."""
    organisation = asked.organisation_id
    found = for_whom(session, by, mission, notice=asked.notice, organisation_id=organisation, owner_id=owner_id)
    if found.item is None and not asked.area:
        raise Refused(N_("Choose where, or give the reference of the movement."), field="area")
    return found


def _lies(row: Procedure, asked: Asked, whose: Whose) -> None:
    item = whose.item
    row.owner_id, row.item_id = whose.owner_id, whose.item_id
    row.area, row.sector = (item.area, item.sector) if item is not None else (asked.area, "")


def _of_officer(session: Session, reference: str, by: Audience) -> Procedure:
    """The request, locked; NotFound for whoever is no officer for whom it exists."""
    query = select(Procedure).where(Procedure.reference == reference, Procedure.noun == Noun.ASSET_REQUEST)
    row = session.scalars(query.with_for_update(of=Procedure)).first()
    if row is None or not (by.is_officer and by.roles & desk_of(row.facts)):
        raise NotFound
    return row


def _is_escort(session: Session, plan: Item, by: Audience, mission: Mission) -> bool:
    """Whether it is a plan of one of the kinds that may escort, in force, and exists for this officer."""
    names = mission.pack.modifiers.escort.names
    return plan.side == Side.MISSION and plan.takes_part and plan.kind in names and on_desk(session, plan, by, mission)
