"""The consultation on a QIP: opened, replied to, reminded of, ended by the clock, summed up by OCHA, and overridden by name and with a
reason (RUL-13, D7.4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.orm import Session

from deconflict.channels.letters import Kind
from deconflict.domain import consultation as rules
from deconflict.domain import roles, sittings
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.errors import NotFound, Refused, WrongState
from deconflict.domain.free_text import check_words
from deconflict.domain.msgid import N_
from deconflict.domain.procedures import SYSTEM, Due, Noun, ProcedureFacts
from deconflict.domain.qips import CYCLE, SUMMARISE
from deconflict.domain.working_days import after, end_of
from deconflict.matching.boxes import understand
from deconflict.services.procedures import MOST_WORDS, move, taken
from deconflict.store import consultations as store
from deconflict.store.audit import record
from deconflict.store.base import db, transaction
from deconflict.store.consultations import ConsultationReply
from deconflict.store.letters import queue_letter
from deconflict.store.people import Person, signing_in
from deconflict.store.procedures import Procedure, procedure, procedure_facts
from deconflict.store.queries import filing_of, is_sensitive, version_of
from deconflict.store.roster import posts

log = structlog.get_logger()
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError)
ON_DUTY = ("duty", "deputy")  # who of the desk stands for an area; beyond them it is the head


def open_consultation(reference: str, version: int, by: Audience, mission: Mission, now: datetime) -> None:
    """The clock begins; whoever is asked is written down, and told. Raises NotFound, LostRace, WrongState."""
    with transaction() as session:
        row = taken(session, Noun.QIP, reference, version, by)
        CYCLE.after(row.state, "open_consultation", by.roles)
        terms = mission.pack.procedures
        ends = rules.ends_at(now, terms.consultation_wd, mission.is_day_off, mission.zone)
        passed_on = nobody_on_duty(session, row.area, mission, now)
        change: dict[str, Any] = {
            "consultation_opened_at": now.isoformat(),
            "consultation_ends_at": ends.isoformat(),
            "consultation_closed_at": None,
            "consultation_turn": row.facts.get("consultation_turn", 0) + 1,
            "consultation_wd": terms.consultation_wd,
            "passed_on_at": now.isoformat() if passed_on else None,
            **dict.fromkeys(("summary", "sitting", "overridden_at", "override")),
        }
        due = Due("end_consultation", frozenset({SYSTEM}), ends)
        move(session, row, "open_consultation", by, mission, now, change=change, due=due)
        for one in _consultees(session, row, mission, now):
            session.add(one)
            session.flush()
            _tell(session, Kind.CONSULTATION_OPENED, row, one, now)


def _consultees(session: Session, row: Procedure, mission: Mission, now: datetime) -> Iterator[ConsultationReply]:
    """OCHA, coordinators of the sector's cluster, the NGO forum, and organisations that are at work in the commune: each once."""
    known: dict[str, tuple[str, int | None]] = {rules.OCHA: (rules.OCHA, None)}
    clusters = store.coordinators(session, row.area, str(row.facts["sector"]))
    forum = session.scalars(signing_in([roles.NGO_FORUM], scopes=[row.area]))
    for capacity, people in ((rules.CLUSTER, clusters), (rules.FORUM, forum)):
        for person in people:
            known.setdefault(f"{capacity}:{person.organisation_id}", (capacity, person.organisation_id))
    for owner in sorted(_at_work(session, row, mission, now)):
        known.setdefault(f"{rules.ORGANISATION}:{owner}", (rules.ORGANISATION, owner))
    for key, (capacity, organisation_id) in known.items():
        yield ConsultationReply(
            procedure_id=row.id,
            turn=row.facts["consultation_turn"],
            key=key,
            capacity=capacity,
            organisation_id=organisation_id,
            asked_at=now,
        )


def _at_work(session: Session, row: Procedure, mission: Mission, now: datetime) -> set[int]:
    """Owners of activities and sites in its commune, now or later. One who is there with nothing but what is sensitive is not asked: the
    list would tell the head of a sub-office of it. What cannot be read counts: rather one asked too many."""
    commune = commune_of(row, mission)
    found: set[int] = set()
    for item in store.items_in_commune(session, commune, now) if commune else ():
        try:
            filing = filing_of(version_of(session, item))
            there = any(part.spot.commune == commune for part in understand(item, filing, mission).parts)
            if there and not is_sensitive(filing, mission.catalogue):
                found.add(item.owner_id)
        except UNREADABLE:
            found.add(item.owner_id)
    return found


def commune_of(row: Procedure, mission: Mission) -> str | None:
    """The P-code of the commune in which a project lies; None where nobody knows it."""
    held = row.facts
    if held.get("commune"):
        return str(held["commune"])
    place = held.get("place") or {}
    known = mission.gazetteer.meant(row.pcode or place.get("pcode"), row.cod_version)
    if known is not None:
        return known.commune or (known.pcode if known.level == "commune" else None)
    point = place.get("point")
    return mission.communes.at((float(point[0]), float(point[1]))) if point and mission.communes else None


def nobody_on_duty(session: Session, area: str, mission: Mission, now: datetime) -> bool:
    """Whether of OCHA nobody stands on duty for this area now (RUL-13)."""
    return all(post.empty for post in posts(session, mission, now).get(area, ()) if post.step in ON_DUTY)


def reply(
    reference: str, reply_id: int, answer: str, comment: str, by: Audience, mission: Mission, now: datetime
) -> None:
    """What a consultee says; once more, and it takes the place of what he said before. Late ones are taken and marked, until the committee
    has decided. Raises NotFound for whoever is not asked, WrongState once it is over, Refused for words that are missing or may not
    stand."""
    words = comment.strip()[:MOST_WORDS]
    if answer not in rules.ANSWERS:
        raise Refused(N_("Choose one of the list."), field="answer")
    if answer != "no_objection" and not words:
        raise Refused(N_("Say in a few words what it is about: OCHA sums it up without naming you."), field="comment")
    check_words(words, by, "comment")
    with transaction() as session:
        row = procedure(session, Noun.QIP, reference, lock=True)
        one = session.get(ConsultationReply, reply_id)
        facts = procedure_facts(row) if row is not None else None
        if row is None or facts is None or one is None or not _is_asked(facts, one, by):
            raise NotFound
        if not rules.is_open(facts):
            raise WrongState(N_("It is over: the committee has decided, or the project goes on no more."))
        ends = rules.instant(row.facts, "consultation_ends_at")
        one.answer, one.comment = answer, words or None
        one.by_id, one.at, one.late = by.person_id, now, ends is not None and now >= ends
        # The trace says that somebody replied, not what.
        record(session, by.person_id, "reply", Noun.QIP, row.id, {"late": one.late}, at=now)


def _is_asked(facts: ProcedureFacts, one: ConsultationReply, by: Audience) -> bool:
    mine = one.procedure_id == facts.id and one.turn == facts.facts.get("consultation_turn")
    passed_on = bool(facts.facts.get("passed_on_at"))
    return mine and rules.may_answer(one.capacity, one.organisation_id, by, passed_on=passed_on)


def summarise(
    reference: str,
    version: int,
    outcomes: Iterable[str],
    words: str,
    by: Audience,
    mission: Mission,
    now: datetime,
) -> None:
    """What the committee reads: what OCHA proposes, in codes and a few words, and how many said what. It names nobody. Raises NotFound,
    LostRace, WrongState, Refused."""
    codes, said = [code for code in rules.OUTCOMES if code in set(outcomes)], words.strip()[:MOST_WORDS]
    if not codes:
        raise Refused(N_("Choose at least one proposal."), field="outcomes")
    if not said:
        raise Refused(N_("Write what the committee should know, without naming anybody."), field="words")
    check_words(said, by, "words")
    with transaction() as session:
        row = taken(session, Noun.QIP, reference, version, by)
        if not rules.may_summarise(by, passed_on=bool(row.facts.get("passed_on_at"))):
            raise NotFound
        replies = store.replies(session, procedure_facts(row))
        named = store.people_named(session, {one.organisation_id for one in replies if one.organisation_id})
        if (name := rules.names_in(said, named)) is not None:
            raise Refused(
                N_("“%(name)s” names who was asked. Write it without: the committee never reads who said what."),
                field="words",
                facts={"name": name},
            )
        summary = {"outcomes": codes, "words": said, "counts": rules.tally(replies).to_json(), "at": now.isoformat()}
        due = Due("schedule", frozenset({roles.QIP_MANAGER})) if row.state == "consulted" else row.due
        move(session, row, SUMMARISE, by, mission, now, change={"summary": summary}, due=due, code=codes[0])


def override(
    reference: str, version: int, sitting: str, code: str, words: str, by: Audience, mission: Mission, now: datetime
) -> None:
    """Puts a project on a sitting although its consultation has not run its time: by the chair, with a reason, in his name. It is said on
    the project and in the monthly report of the Humanitarian Coordinator. Raises NotFound, LostRace, WrongState, Refused."""
    said = words.strip()[:MOST_WORDS]
    if code not in rules.REASONS:
        raise Refused(N_("Choose one of the list."), field="code")
    if not said:
        raise Refused(N_("Write the reason: the Humanitarian Coordinator reads it."), field="words")
    check_words(said, by, "words")
    with transaction() as session:
        called = procedure(session, Noun.SITTING, sitting, lock=True)
        row = taken(session, Noun.QIP, reference, version, by)
        if called is None or not sittings.decides(procedure_facts(called), by):
            raise Refused(N_("Choose one of the list."), field="sitting")
        day = sittings.day_of(called.facts)
        if called.state != "called" or called.facts["committee"] != row.facts.get("committee"):
            raise Refused(N_("Choose one of the list."), field="sitting")
        opened = rules.instant(row.facts, "consultation_opened_at")
        if opened is None or row.state not in ("consultation", "consulted"):
            raise WrongState(N_("There is no consultation to override here."))
        earliest = rules.first_day(
            row.facts, mission.pack.procedures.before_sitting_wd, mission.is_day_off, mission.zone
        )
        if earliest is not None and day >= earliest:
            raise Refused(
                N_("The consultation will have run its time before this sitting: nothing is to be overridden.")
            )
        told = {
            "code": code,
            "words": said,
            "given_wd": rules.days_given(
                opened,
                min(now, rules.instant(row.facts, "consultation_ends_at") or now),
                mission.is_day_off,
                mission.zone,
            ),
            "of_wd": row.facts.get("consultation_wd", mission.pack.procedures.consultation_wd),
        }
        change = {"overridden_at": now.isoformat(), "override": told, "sitting": sitting}
        due = sittings.decision_due(procedure_facts(called), mission.zone)
        detail = {**told, "sitting": sitting, "committee": called.facts["committee"]}
        del detail["words"]
        move(session, row, "override", by, mission, now, change=change, due=due, code=code, words=said, detail=detail)


# ---- the clock ---------------------------------------------------------------------------------------------------


def on_due(session: Session, row: Procedure, mission: Mission, now: datetime) -> None:
    """Its hour has come: it ends, whoever has replied. OCHA now has to write the summary."""
    change = {"consultation_closed_at": row.facts["consultation_ends_at"]}
    move(session, row, "end_consultation", None, mission, now, change=change, due=summary_due(row, mission))


def summary_due(row: Procedure, mission: Mission) -> Due:
    """OCHA's officer sums up in so many working days after the last one of the consultation; the head of the sub-office too, where it has
    passed to him."""
    ends = datetime.fromisoformat(row.facts["consultation_ends_at"]).astimezone(mission.zone)
    day = after(ends.date() - timedelta(days=1), mission.pack.procedures.summary_wd, mission.is_day_off)
    who = {roles.CMCOORD} | ({roles.SUBOFFICE_HEAD} if row.facts.get("passed_on_at") else set())
    return Due(SUMMARISE, frozenset(who), end_of(day, mission.zone).astimezone(UTC))


def consulted_due(row: Procedure, mission: Mission) -> Due:
    """Of one that is consulted and on no agenda: the summary, then an agenda."""
    return Due("schedule", frozenset({roles.QIP_MANAGER})) if row.facts.get("summary") else summary_due(row, mission)


def tend_consultations(mission: Mission, now: datetime) -> int:
    """Reminds whoever has not replied, once; and where nobody of OCHA is on duty it passes to the head of the sub-office, and says so.
    Returns how many were looked at."""
    ids = [row.id for row in store.running(db.session())]
    db.session.rollback()
    for procedure_id in ids:
        try:
            with transaction() as session:
                row = session.get(Procedure, procedure_id, with_for_update={"of": Procedure})
                if row is not None and rules.is_open(procedure_facts(row)):
                    _pass_on(session, row, mission, now)
                    _remind(session, row, mission, now)
        except Exception as error:
            log.error("a consultation could not be tended", procedure=procedure_id, error=type(error).__name__)
    return len(ids)


def _pass_on(session: Session, row: Procedure, mission: Mission, now: datetime) -> None:
    if row.facts.get("passed_on_at") or not nobody_on_duty(session, row.area, mission, now):
        return
    due = row.due
    if due is not None and due.event == SUMMARISE:
        due = Due(due.event, due.who | {roles.SUBOFFICE_HEAD}, due.at)
    move(session, row, "pass_on", None, mission, now, change={"passed_on_at": now.isoformat()}, due=due)
    for person in session.scalars(signing_in([roles.SUBOFFICE_HEAD], scopes=[row.area])):
        queue_letter(session, Kind.CONSULTATION_OPENED, person, person, None, now, reference=row.reference)


def _remind(session: Session, row: Procedure, mission: Mission, now: datetime) -> None:
    opened = rules.instant(row.facts, "consultation_opened_at")
    if row.state != "consultation" or opened is None:
        return
    terms, count = mission.pack.procedures, int(row.facts["consultation_wd"])
    if now < rules.remind_at(opened, count, terms.remind_wd, mission.is_day_off, mission.zone):
        return
    for one in store.asked(session, procedure_facts(row)):
        if not one.answer and one.reminded_at is None:
            one.reminded_at = now
            _tell(session, Kind.CONSULTATION_REMINDER, row, one, now)


def _tell(session: Session, kind: Kind, row: Procedure, one: ConsultationReply, now: datetime) -> None:
    """By its reference alone: a mailbox is read at checkpoints too."""
    people: Iterable[Person]
    if one.capacity == rules.OCHA:
        role = roles.SUBOFFICE_HEAD if row.facts.get("passed_on_at") else roles.CMCOORD
        people = session.scalars(signing_in([role], scopes=[row.area]))
    else:
        people = store.answering(session, one)
    for person in people:
        queue_letter(session, kind, person, person, None, now, reference=row.reference)


def note_sectors(person_id: int, sectors: Iterable[str], by: Audience, known: Iterable[str], now: datetime) -> None:
    """Which sectors a cluster coordinator is asked about; none is every one. Raises NotFound for whoever is no coordinator."""
    wanted = sorted(set(sectors) & set(known))
    with transaction() as session:
        person = session.get(Person, person_id)
        if person is None or roles.CLUSTER not in person.role_names:
            raise NotFound
        rows = session.query(store.ClusterSector).filter_by(person_id=person_id).all()
        for row in rows:
            if row.sector not in wanted:
                session.delete(row)
        for sector in set(wanted) - {row.sector for row in rows}:
            session.add(store.ClusterSector(person_id=person_id, sector=sector))
        record(session, by.person_id, "sectors", "person", person_id, {"sectors": wanted}, at=now)
