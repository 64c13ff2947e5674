"""Sittings of the committees: called, moved, cancelled, their agenda, what they decide of each project, their minutes. Whoever acts
locks the sitting first, then projects in the order of their rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from deconflict.domain import consultation, roles, sittings
from deconflict.domain.audience import Audience
from deconflict.domain.country import Committee, Mission
from deconflict.domain.errors import NotFound, Refused, WrongState
from deconflict.domain.free_text import check_words
from deconflict.domain.msgid import N_
from deconflict.domain.procedures import SYSTEM, Due, Noun
from deconflict.domain.working_days import end_of
from deconflict.services.consultations import consulted_due
from deconflict.services.procedures import MOST_WORDS, begin, move, taken
from deconflict.store import consultations, procedures
from deconflict.store import sittings as store
from deconflict.store.base import transaction
from deconflict.store.procedures import Procedure, procedure_facts

NEXT = {
    "recommend": Due("prc_decide", frozenset({roles.PRC_SECRETARY})),
    **dict.fromkeys(("return", "prc_return"), Due("amend", frozenset({roles.QIP_MANAGER}))),
    "prc_approve": Due("sign", frozenset({roles.QIP_MANAGER})),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """What is asked for, of which role, by the end of which day."""

    kind: str
    words: str
    by_role: str
    until: date


def call(committee: str, day: date, members: Iterable[str], by: Audience, mission: Mission, now: datetime) -> str:
    """Calls a committee for a day, with all that is ripe by then on its agenda. The same committee for the same day again answers with the
    first. Returns its reference. Raises NotFound for whoever may not, Refused."""
    try:
        return _call(committee, day, members, by, mission, now)
    except IntegrityError:  # somebody else called it in the same moment
        return _call(committee, day, members, by, mission, now)


def _call(committee: str, day: date, members: Iterable[str], by: Audience, mission: Mission, now: datetime) -> str:
    which = next((one for one in mission.committees if one.code == committee), None)
    if which is None or not sittings.may_call(which, by):
        raise Refused(N_("Choose one of the list."), field="committee")
    _check_day(day, mission, now)
    invited = [code for code in sittings.MEMBERS if code in set(members)]
    if not invited:
        raise Refused(N_("Choose who sits on it."), field="members")
    with transaction() as session:
        twin = store.on_day(session, committee, day)
        if twin is not None:
            return twin.reference
        prefix = f"sitting:{committee}:{day.isoformat()}:"
        facts = {
            "committee": committee,
            "kind": which.kind,
            "sectors": list(which.sectors),
            "day": day.isoformat(),
            "members": invited,
        }
        sector = which.sectors[0] if which.kind == sittings.LPRC else ""
        due = sittings.sitting_due(which.kind, day, mission.zone)
        key = f"{prefix}{store.keys_like(session, prefix)}"
        row = begin(session, Noun.SITTING, by, key, facts, mission, now, sector=sector, due=due)
        _fill(session, row, mission, now)
        return row.reference


def _check_day(day: date, mission: Mission, now: datetime) -> None:
    if day < now.astimezone(mission.zone).date():
        raise Refused(N_("This day is past. Choose another one."), field="day")
    if mission.is_day_off(day):
        raise Refused(N_("Nobody works on this day: it is a weekend or a holiday. Choose another one."), field="day")


# ---- the agenda --------------------------------------------------------------------------------------------------


def ripe_from(row: Procedure, mission: Mission) -> date | None:
    """The first day on which a committee may decide of a project; None of one that was never consulted on."""
    apart = mission.pack.procedures.before_sitting_wd
    return consultation.first_day(row.facts, apart, mission.is_day_off, mission.zone)


def _fill(session: Session, row: Procedure, mission: Mission, now: datetime) -> int:
    """Everything that is ripe by its day. Returns how many are new on it."""
    count = 0
    for qip in store.qips_in(session, ["consulted"], lock=True):
        first = ripe_from(qip, mission)
        mine = qip.facts.get("committee") == row.facts["committee"]
        if mine and first is not None and first <= sittings.day_of(row.facts):
            _put_on(session, qip, row, None, mission, now)
            count += 1
    return count


def _put_on(
    session: Session, qip: Procedure, row: Procedure, by: Audience | None, mission: Mission, now: datetime
) -> None:
    due = sittings.decision_due(procedure_facts(row), mission.zone)
    move(session, qip, "schedule", by, mission, now, change={"sitting": row.reference}, due=due)


def _take_off(session: Session, qip: Procedure, by: Audience | None, mission: Mission, now: datetime) -> None:
    """Back to where it was: consulted, or on with a clock that was overridden and has not ended."""
    gone: dict[str, Any] = dict.fromkeys(("sitting", "overridden_at", "override"))
    if qip.facts.get("consultation_closed_at") is None:
        ends = datetime.fromisoformat(qip.facts["consultation_ends_at"])
        due = Due("end_consultation", frozenset({SYSTEM}), ends)
        move(session, qip, "go_on", by, mission, now, change=gone, due=due)
    else:
        move(session, qip, "unschedule", by, mission, now, change=gone, due=consulted_due(qip, mission))


def renew(reference: str, version: int, by: Audience, mission: Mission, now: datetime) -> int:
    """Puts on its agenda what has become ripe since. Returns how many. Raises NotFound, LostRace, WrongState."""
    with transaction() as session:
        row = _called_by(session, reference, version, by)
        count = _fill(session, row, mission, now)
        move(session, row, "agenda", by, mission, now, due=row.due)
        return count


def schedule(reference: str, qip: str, qip_version: int, by: Audience, mission: Mission, now: datetime) -> None:
    """One project, by its manager. Raises NotFound, LostRace, WrongState, Refused where it is not ripe by that day."""
    with transaction() as session:
        row = _locked(session, reference, by)
        one = taken(session, Noun.QIP, qip, qip_version, by)
        if row.state != "called" or one.facts.get("committee") != row.facts["committee"]:
            raise WrongState(N_("It cannot be put on the agenda of this sitting. Nothing was changed."))
        first = ripe_from(one, mission)
        if first is None or first > sittings.day_of(row.facts):
            raise Refused(N_("It is not ripe by that day: its consultation ends too late for it."))
        _put_on(session, one, row, by, mission, now)


def unschedule(qip: str, qip_version: int, by: Audience, mission: Mission, now: datetime) -> None:
    """Takes a project off its agenda. Raises NotFound, LostRace, WrongState."""
    with transaction() as session:
        found = procedures.procedure(session, Noun.QIP, qip)
        on = str(found.facts.get("sitting") or "") if found is not None else ""
        procedures.procedure(session, Noun.SITTING, on, lock=True)
        _take_off(session, taken(session, Noun.QIP, qip, qip_version, by), by, mission, now)


# ---- its day -----------------------------------------------------------------------------------------------------


def move_to(reference: str, version: int, day: date, by: Audience, mission: Mission, now: datetime) -> None:
    """To another day, on which everything on its agenda is ripe still. Raises NotFound, LostRace, WrongState, Refused."""
    _check_day(day, mission, now)
    with transaction() as session:
        row = _called_by(session, reference, version, by)
        other = store.on_day(session, row.facts["committee"], day)
        if other is not None:
            raise Refused(N_("The committee sits on that day already. Choose another day."), field="day")
        on = store.on_agenda(session, reference, lock=True)
        early = [qip.reference for qip in on if not qip.facts.get("overridden_at") and _too_early(qip, day, mission)]
        if early:
            raise Refused(
                N_("On that day these are not ripe: %(qips)s. Take them off the agenda first, or choose a later day."),
                field="day",
                facts={"qips": ", ".join(early)},
            )
        before = row.facts["day"]
        due = sittings.sitting_due(row.facts["kind"], day, mission.zone)
        change = {"day": day.isoformat()}
        move(session, row, "move", by, mission, now, change=change, due=due, detail={"from": before})
        for qip in on:
            qip.wait_for(sittings.decision_due(procedure_facts(row), mission.zone))
        _fill(session, row, mission, now)


def _too_early(qip: Procedure, day: date, mission: Mission) -> bool:
    first = ripe_from(qip, mission)
    return first is None or day < first


def cancel(reference: str, version: int, code: str, words: str, by: Audience, mission: Mission, now: datetime) -> None:
    """What was on its agenda goes back to where it was. Raises NotFound, LostRace, WrongState, Refused."""
    if code not in sittings.WHY_CANCELLED:
        raise Refused(N_("Choose one of the list."), field="code")
    check_words(words, by, "words")
    with transaction() as session:
        row = _called_by(session, reference, version, by)
        move(session, row, "cancel", by, mission, now, code=code, words=words)
        for qip in store.on_agenda(session, reference, lock=True):
            _take_off(session, qip, None, mission, now)


# ---- what it decides ---------------------------------------------------------------------------------------------


def decide(
    reference: str,
    qip: str,
    qip_version: int,
    event: str,
    code: str,
    words: str,
    asked: Sequence[Condition],
    by: Audience,
    mission: Mission,
    now: datetime,
) -> None:
    """One project: what is decided, with which outcome, on which conditions. Only the chair of a local committee, only the secretary of the
    national one, on the day of the sitting or after it. Raises NotFound, LostRace, WrongState, Refused."""
    said = words.strip()[:MOST_WORDS]
    with transaction() as session:
        row = _locked(session, reference, by)
        if not sittings.decides(procedure_facts(row), by):
            raise NotFound
        one = taken(session, Noun.QIP, qip, qip_version, by)
        _may_decide(row, one, mission, now)
        _check_decision(str(row.facts["kind"]), event, code, said, asked, by)
        detail = {"sitting": reference, "committee": row.facts["committee"], **_given(session, one, mission, now)}
        change = {"decided_at": now.isoformat(), "outcome": code}
        move(
            session,
            one,
            event,
            by,
            mission,
            now,
            change=change,
            due=NEXT.get(event),
            code=code,
            words=said,
            detail=detail,
        )
        for number, condition in enumerate(asked):
            _ask_for(session, row, one, condition, number, by, mission, now)


def _may_decide(row: Procedure, one: Procedure, mission: Mission, now: datetime) -> None:
    if one.state == "consultation":
        ends = consultation.instant(one.facts, "consultation_ends_at")
        raise Refused(
            N_(
                "The consultation on this project runs until %(until)s. Nothing is decided before, except by an override in your name and"
                " with a reason, which the Humanitarian Coordinator's monthly report lists."
            ),
            facts={"until": ends},
        )
    if row.state != "called" or not _is_on(row, one):
        raise WrongState(N_("It is not on the agenda of this sitting, or is decided already. Nothing was changed."))
    if now.astimezone(mission.zone).date() < sittings.day_of(row.facts):
        raise Refused(N_("The sitting has not begun: nothing is decided before its day."))
    waits = one.state == "scheduled" and not one.facts.get("overridden_at")
    if waits and _too_early(one, sittings.day_of(row.facts), mission):
        raise Refused(N_("It is not ripe by that day: its consultation ends too late for it."))


def _is_on(row: Procedure, one: Procedure) -> bool:
    """Whether a project is before this sitting: of the local one its agenda, of the national one whatever was recommended in its
    sectors."""
    if one.state == "scheduled":
        return one.facts.get("sitting") == row.reference and one.facts.get("committee") == row.facts["committee"]
    national = row.facts["kind"] == sittings.PRC
    return national and one.state == "recommended" and one.sector in row.facts["sectors"]


def _check_decision(kind: str, event: str, code: str, said: str, asked: Sequence[Condition], by: Audience) -> None:
    if event not in sittings.DECISIONS[kind]:
        raise Refused(N_("Choose one of the list."), field="event")
    if code not in sittings.DECISIONS[kind][event]:
        raise Refused(N_("This outcome does not go with this decision. Choose another one."), field="code")
    if code == "proceed_unchanged" and not said:
        raise Refused(N_("Write the reason for changing nothing."), field="words")
    if code == "proceed_with_mitigation" and not asked:
        raise Refused(N_("Write at least one condition: what, who sees to it, until when."), field="conditions-0-kind")
    check_words(said, by, "words")
    for number, one in enumerate(asked):
        if one.kind == "other" and not one.words.strip():
            raise Refused(N_("Write what is asked for."), field=f"conditions-{number}-words")
        check_words(one.words, by, f"conditions-{number}-words")


def _given(session: Session, one: Procedure, mission: Mission, now: datetime) -> dict[str, Any]:
    """What those who were asked had of time, and how many never replied, for the monthly report; nothing of what a local committee has
    decided before."""
    opened = consultation.instant(one.facts, "consultation_opened_at")
    if opened is None or one.state == "recommended":
        return {}
    ends = consultation.instant(one.facts, "consultation_ends_at") or now
    counts = consultation.tally(consultations.replies(session, procedure_facts(one)))
    return {
        "given_wd": consultation.days_given(opened, min(now, ends), mission.is_day_off, mission.zone),
        "of_wd": one.facts.get("consultation_wd"),
        "asked": counts.asked,
        "no_reply": counts.no_reply,
        "overridden": bool(one.facts.get("overridden_at")),
    }


def _ask_for(
    session: Session,
    row: Procedure,
    one: Procedure,
    condition: Condition,
    number: int,
    by: Audience,
    mission: Mission,
    now: datetime,
) -> None:
    facts = {
        "qip": one.reference,
        "sitting": row.reference,
        "kind": condition.kind,
        "words": condition.words.strip()[:MOST_WORDS],
        "by_role": condition.by_role,
        "until": condition.until.isoformat(),
        "set_by": sittings.DECIDES[row.facts["kind"]],
    }
    due = Due("done", frozenset({condition.by_role}), end_of(condition.until, mission.zone).astimezone(UTC))
    key = f"condition:{row.reference}:{one.reference}:{one.version}:{number}"
    begin(session, Noun.CONDITION, by, key, facts, mission, now, area=one.area, sector=one.sector, due=due)


# ---- its minutes -------------------------------------------------------------------------------------------------


def hold(
    reference: str, version: int, present: Iterable[str], words: str, by: Audience, mission: Mission, now: datetime
) -> None:
    """The minutes: who sat, by role, and what was decided. What it did not reach goes back to where it was. Raises NotFound, LostRace,
    WrongState, Refused."""
    sat = _present(present)
    check_words(words, by, "words")
    with transaction() as session:
        row = taken(session, Noun.SITTING, reference, version, by)
        if not sittings.decides(procedure_facts(row), by):
            raise NotFound
        if now.astimezone(mission.zone).date() < sittings.day_of(row.facts):
            raise Refused(N_("The sitting has not begun: nothing is decided before its day."))
        change = {"present": sat, "minutes": words.strip()[:MOST_WORDS]}
        move(session, row, "hold", by, mission, now, change=change)
        for qip in store.on_agenda(session, reference, lock=True):
            _take_off(session, qip, None, mission, now)


def correct(
    reference: str, version: int, present: Iterable[str], words: str, by: Audience, mission: Mission, now: datetime
) -> None:
    """Other words or other people than were written; what stood there before stays in the history. What was decided is not changed by it.
    Raises NotFound, LostRace, WrongState, Refused."""
    sat = _present(present)
    check_words(words, by, "words")
    with transaction() as session:
        row = taken(session, Noun.SITTING, reference, version, by)
        if not sittings.decides(procedure_facts(row), by):
            raise NotFound
        before = {"present": row.facts["present"], "minutes": row.facts["minutes"]}
        change = {"present": sat, "minutes": words.strip()[:MOST_WORDS]}
        move(session, row, "correct", by, mission, now, change=change, detail=before)


def _present(present: Iterable[str]) -> list[str]:
    sat = [code for code in sittings.MEMBERS if code in set(present)]
    if not sat:
        raise Refused(N_("Choose who sat."), field="present")
    return sat


def _locked(session: Session, reference: str, by: Audience) -> Procedure:
    """Raises NotFound where there is no such sitting for this person."""
    row = procedures.procedure(session, Noun.SITTING, reference, lock=True)
    if row is None or not sittings.sees(procedure_facts(row), by):
        raise NotFound
    return row


def _called_by(session: Session, reference: str, version: int, by: Audience) -> Procedure:
    """As `taken`, for whoever may call this committee."""
    row = taken(session, Noun.SITTING, reference, version, by)
    which = Committee(row.facts["committee"], row.facts["kind"], "", tuple(row.facts["sectors"]), {})
    if not sittings.may_call(which, by):
        raise NotFound
    return row
