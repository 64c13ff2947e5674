"""Requests for an armed escort or another military asset, as a last resort (D7.8). Nothing is ordered here: what happened elsewhere is
written down. An escort that was decided silences R06 for one notice and one plan alone (R14): whatever makes that true, or no longer
true, marks the notice to be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    FILERS,
    MEANT,
    decide_by,
    desk_of,
    sees,
    waits_for,
)
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.desk import view_of_desk_item
from deconflict.domain.disclosure import owns
from deconflict.domain.errors import LostRace, NotFound, Refused, WrongState
from deconflict.domain.free_text import check_words
from deconflict.domain.msgid import N_
from deconflict.domain.procedures import SYSTEM, Noun
from deconflict.services.filing import mark_due
from deconflict.services.procedures import began_before, begin, move, taken
from deconflict.store.audit import record
from deconflict.store.base import transaction
from deconflict.store.desk import known_items
from deconflict.store.escorts import EscortLink
from deconflict.store.items import Item
from deconflict.store.moves import LOST
from deconflict.store.people import Organisation
from deconflict.store.procedures import Procedure
from deconflict.store.queries import filing_of, is_sensitive, version_of

MARK = "escort"
ACTS = ("arrange", "use", "not_use", "close", "withdraw")  # what needs no more than a few words
UNKNOWN_NOTICE = N_(
    "There is no movement notice under this reference, or it is not yours. Look at its page and copy it."
)
UNKNOWN_PLAN = N_("There is no escort under this reference. Look at the plan's page and copy it.")


@dataclass(frozen=True, slots=True)
class _Whose:
    """For whom it is, where, and for which movement."""

    owner_id: int
    area: str
    sector: str
    item: Item | None = None
    sensitive: bool = field(default=False)


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
        row = begin(
            session, Noun.ASSET_REQUEST, by, own_key, facts, mission, now, area=whose.area, sector=whose.sector, due=due
        )
        row.owner_id, row.item_id = whose.owner_id, whose.item.id if whose.item else None
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
        row.item_id, row.area, row.sector = whose.item.id if whose.item else None, whose.area, whose.sector
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
        if seal:
            row.seal({**row.sealed(), **{name: text for name, text in seal.items() if text}})
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


def _taken(session: Session, reference: str, version: int, by: Audience) -> Procedure:
    return taken(session, Noun.ASSET_REQUEST, reference, version, by, sees)


def _check(asked: Asked, by: Audience) -> None:
    if asked.last < asked.first:
        raise Refused(N_("The last day is before the first. Correct one of the two."), field="last")
    for name, text in asked.words().items():
        check_words(text, by, name)


def _whose(session: Session, asked: Asked, by: Audience, mission: Mission, owner_id: int | None = None) -> _Whose:
    """The caller's own organisation, or the one that an officer names; by the movement where there is one."""
    own = by.organisation_id if by.may(*FILERS) else owner_id or asked.organisation_id
    if asked.notice:
        item = _notice(session, asked.notice, by, mission)
        if own is not None and item.owner_id != own:
            raise Refused(N_("This movement is of another organisation. Correct one of the two."), field="notice")
        sensitive = is_sensitive(filing_of(version_of(session, item)), mission.catalogue)
        return _Whose(item.owner_id, item.area, item.sector, item, sensitive)
    if own is None or (organisation := session.get(Organisation, own)) is None or organisation.side != "humanitarian":
        raise Refused(
            N_("Choose for which organisation this is asked, or give the reference of its movement."),
            field="organisation",
        )
    if not asked.area:
        raise Refused(N_("Choose where, or give the reference of the movement."), field="area")
    return _Whose(own, asked.area, "")


def _notice(session: Session, reference: str, by: Audience, mission: Mission) -> Item:
    """A movement notice that exists for whoever names it."""
    item = session.scalars(select(Item).where(Item.reference == reference.strip().upper())).first()
    if item is None or item.side != Side.HUMANITARIAN or item.site is not None:
        raise Refused(UNKNOWN_NOTICE, field="notice")
    own = owns(by, item.side, item.owner_id, item.sector)
    if not own and not (by.is_officer and _on_desk(session, item, by, mission)):
        raise Refused(UNKNOWN_NOTICE, field="notice")
    return item


def _on_desk(session: Session, item: Item, by: Audience, mission: Mission) -> bool:
    return view_of_desk_item(known_items(session, [item], mission.catalogue)[0], by) is not None


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
    return plan.side == Side.MISSION and plan.takes_part and plan.kind in names and _on_desk(session, plan, by, mission)
