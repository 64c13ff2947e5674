"""A plan is over: its owner says whether aid was given, and is reminded where he does not. What he answers reaches OCHA alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deconflict.channels.letters import Kind
from deconflict.domain.activity import Side
from deconflict.domain.audience import Audience
from deconflict.domain.close_out import HEAD, OWNER, Answer, asked_of, foreseen, is_unforeseen
from deconflict.domain.country import Mission
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.filing import Filing
from deconflict.domain.free_text import check_words
from deconflict.domain.msgid import N_
from deconflict.domain.retention import commune_of
from deconflict.domain.states import MATCHED_ITEMS
from deconflict.services.aid_declared import follow_close_out
from deconflict.services.filing import own_item
from deconflict.services.letters import tell_answerable
from deconflict.store.audit import record
from deconflict.store.base import Unreadable, db, transaction
from deconflict.store.close_outs import CloseOut, CloseOutReminder, answers_of, to_remind
from deconflict.store.items import Item
from deconflict.store.letters import Letter, queue_letter
from deconflict.store.people import Person
from deconflict.store.queries import filing_of, version_of

log = structlog.get_logger()
APART = timedelta(hours=20)  # between two letters of one kind about one person's plans: a day's plans are one letter


def asked_kinds(mission: Mission) -> list[str]:
    """Codes of the kinds of which the question is asked."""
    return [kind.code for kind in mission.catalogue.of(Side.MISSION) if asked_of(kind)]


def close_out(reference: str, answer: Answer, reason: str, by: Audience, mission: Mission, now: datetime) -> None:
    """The owner's answer, once the plan is over. Another one corrects it, with a reason; the same one again changes nothing. Raises
    NotFound for another's plan and for none, Refused for one that is not over, was cancelled or is not asked."""
    check_words(reason, by)
    with transaction() as session:
        item = own_item(session, reference, by)
        if item.side != Side.MISSION:
            raise NotFound
        if item.kind not in asked_kinds(mission) or item.state not in MATCHED_ITEMS:
            raise Refused(N_("Nothing is asked of this plan."))
        if item.ends_at > now:
            raise Refused(N_("It is not over yet: answer once it is."))
        filing = filing_of(version_of(session, item))
        if answer.stop is not None and not 0 <= answer.stop < len(filing.stops):
            raise Refused(N_("Choose one of the list."), field="stop")
        before = answers_of(session, item.id)
        if before and before[-1].answer == answer:
            return
        if before and not reason.strip():
            raise Refused(N_("Say in a few words why the answer changes, without names."), field="reason")
        spoken_of = foreseen(filing, mission.catalogue)
        unforeseen = is_unforeseen(answer, spoken_of)
        given = declared(filing, answer, mission) if unforeseen else (None, None)
        session.add(
            CloseOut(
                item_id=item.id,
                pcode=given[0],
                cod_version=mission.gazetteer.edition if given[0] else "",
                given_on=given[1] if item.reduced_at is None else None,  # else a week's Monday
                aid_given=answer.aid_given,
                category=answer.category,
                stop=answer.stop,
                planned=answer.planned,
                foreseen=spoken_of,
                # Once the plan is reduced nothing that is typed about it is kept.
                reason=reason.strip()[:300] if item.reduced_at is None else "",
                by_id=by.person_id,
                at=now,
            )
        )
        follow_close_out(session, item, given if unforeseen else None, answer.category, by, mission, now)
        detail = {"aid_given": answer.aid_given, "version": item.version}
        verb = "correct_close_out" if before else "close_out"
        record(session, by.person_id, verb, item.side, item.id, detail, at=now, organisation_id=item.owner_id)


def declared(filing: Filing, answer: Answer, mission: Mission) -> tuple[str | None, str | None]:
    """In which settlement aid was given, and on which local day, as the plan has its stop: P-code (the commune's where no settlement
    is near) and ISO date."""
    stop = filing.stops[answer.stop or 0]
    windows = stop.windows or [window for one in filing.stops for window in one.windows]
    day = windows[0].earliest.astimezone(mission.zone).date().isoformat() if windows else None
    named = mission.gazetteer.meant(stop.location.pcode, stop.location.cod_version)
    if named is not None and named.level == "town":
        return named.pcode, day
    near = mission.gazetteer.nearest(stop.location.point, mission.pack.geography.same_settlement_radius_m)
    place = near[0] if near else named or commune_of(None, stop.location.point, mission.gazetteer)
    return (place.pcode if place else None), day


def remind(mission: Mission, now: datetime) -> int:
    """Letters about plans that wait too long, one a day to whoever filed them, then to whoever answers for the desk. Returns how
    many."""
    terms, kinds = mission.pack.close_out, asked_kinds(mission)
    sent = 0
    for stage, after, tell in ((OWNER, terms.owner, _tell_owner), (HEAD, terms.head, _tell_head)):
        waiting = to_remind(db.session(), kinds, stage, now - after, now)
        db.session.rollback()
        for item_id in waiting:
            try:
                with transaction() as session:
                    sent += _remind(session, item_id, stage, tell, now)
            except Unreadable:  # an address that no key opens stops no other
                log.error("a reminder could not be addressed", item=item_id)
    return sent


def _remind(
    session: Session, item_id: int, stage: str, tell: Callable[[Session, Person, datetime], int], now: datetime
) -> int:
    item = session.get_one(Item, item_id, with_for_update={"of": Item})
    known = select(CloseOutReminder.id).where(CloseOutReminder.item_id == item_id, CloseOutReminder.stage == stage)
    if session.scalars(known).first() is not None or answers_of(session, item_id):
        return 0
    person = session.get_one(Person, item.filed_by_id)
    last = _last_letter(session, LETTERS[stage], person)
    if last is not None and now - APART < last < now:
        return 0  # tomorrow's letter is about this one
    session.add(CloseOutReminder(item_id=item_id, stage=stage, at=now))
    told = 0 if last == now else tell(session, person, now)  # one letter speaks of all that are due
    record(session, None, "remind_close_out", item.side, item_id, {"stage": stage, "told": told}, at=now)
    return told


def _last_letter(session: Session, kind: Kind, about: Person) -> datetime | None:
    return session.scalar(select(func.max(Letter.queued_at)).where(Letter.kind == kind, Letter.about_id == about.id))


LETTERS = {OWNER: Kind.CLOSE_OUT_WAITS, HEAD: Kind.CLOSE_OUT_LATE}


def _tell_owner(session: Session, filer: Person, now: datetime) -> int:
    """Whoever answers for the desk where the filer works here no more."""
    account = filer.account
    if account is None or not account.active or account.joined_at is None:
        return tell_answerable(session, Kind.CLOSE_OUT_WAITS, filer, now)
    queue_letter(session, Kind.CLOSE_OUT_WAITS, filer, filer, None, now)
    return 1


def _tell_head(session: Session, filer: Person, now: datetime) -> int:
    return tell_answerable(session, Kind.CLOSE_OUT_LATE, filer, now)
