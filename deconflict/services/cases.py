"""What an officer does with a case: take it, dismiss it, note an agreement, tell the parties earlier."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.disclosure import sees_desk_case
from deconflict.domain.errors import LostRace, NotFound, Refused
from deconflict.domain.escalation import CLOSING, OVERDUE, UNANSWERED
from deconflict.domain.free_text import check_words
from deconflict.domain.kinds import Catalogue
from deconflict.domain.msgid import N_
from deconflict.domain.ocha_areas import may_be_agreed
from deconflict.domain.severity import Severity
from deconflict.domain.states import AlertState, CaseState, MessageState
from deconflict.matching.desk import new_round
from deconflict.matching.endings import end_case
from deconflict.store.alerts import Acknowledgement, Alert
from deconflict.store.audit import record
from deconflict.store.base import transaction
from deconflict.store.cases import Case
from deconflict.store.moves import LOST, move_case, note_event
from deconflict.store.people import Person
from deconflict.store.queries import alerts_of, facts_of

# D7.5, with what each means on the page; the codes feed the tuning of rules.
OCCUPIED_ENDS = ("they_left", "followed_up", "mistaken")  # of a site that armed people were in
HEARD = ("base_has_news", "own_procedure", "forgot")  # of a team that has not checked in
DISMISSALS = ("duplicate", "wrong_place", "not_same_community", "already_coordinated", "test")
COORDINATED = "already_coordinated"  # says that there was an overlap; the others that there was none
# D7.5's resolution codes, as an officer records what the two sides agreed.
AGREEMENTS = (
    "MIL_TIME",
    "MIL_ROUTE",
    "MIL_STANDOFF",
    "MIL_CANCEL",
    "QIP_POSTPONED",
    "QIP_RELOCATED",
    "QIP_RESCOPED",
    "HUM_TIME",
    "HUM_ROUTE",
    "HUM_CANCEL",
    "BOTH",
    "NO_CHANGE",
)
SIDES = ("humanitarian", "mission")
GIVES = ("ask", "agree")  # whoever does this to a case that nobody has, has it
FREES = ("hand_back", "reopen")
TAKEN = N_("Somebody else has taken this case: %(who)s, on %(at)s. Speak to each other before you act.")
ALONE = N_("This case is of one side alone: there is nobody to ask or to agree with. Note how things stand.")


def take(reference: str, round_: int, by: Audience, catalogue: Catalogue, now: datetime) -> None:
    """The case is this officer's. Of two who take it in the same second, one is told who was first."""
    with transaction() as session:
        take_it(session, desk_case(session, reference, by, catalogue, round_), by, now)


def take_it(session: Session, case: Case, by: Audience, now: datetime) -> None:
    """As `take`, of a case that is locked."""
    if case.owner_id == by.person_id and case.state != CaseState.DETECTED:
        return
    not_anothers(case, by)
    case.owner_id = by.person_id
    if case.state in (CaseState.DETECTED, CaseState.UNCHECKED, CaseState.OVERDUE):
        move_case(session, case, "take", "officer", now, actor_id=by.person_id)
    else:
        note_event(session, case, "take", now, actor_id=by.person_id)
    acted(session, case, by, now)
    record(session, by.person_id, "take", "case", case.id, {"round": case.round}, at=now)


def hand_back(reference: str, by: Audience, mission: Mission, now: datetime) -> None:
    """Lets go of a case, so that another can take it: nobody has it, so the desk is rung again. Who had it stays in the
    history."""
    with transaction() as session:
        hand_it_back(session, desk_case(session, reference, by, mission.catalogue), by, mission, now)


def hand_it_back(session: Session, case: Case, by: Audience, mission: Mission, now: datetime) -> None:
    """As `hand_back`, of a case that is locked."""
    if case.owner_id != by.person_id:
        raise LostRace(LOST)
    case.owner_id = None
    if case.state == CaseState.TAKEN:
        move_case(session, case, "hand_back", "officer", now, actor_id=by.person_id)
        # A team that is not heard of has no minimal alert, nor has a site that armed people are in: its base was the first to know.
        clocks, severity = mission.pack.clocks, Severity(case.severity)
        case.hold_until = None if case.is_alone else clocks.hold_until(severity, case.starts_at, now)
        new_round(session, mission, case, now)
    else:
        note_event(session, case, "hand_back", now, actor_id=by.person_id)
    record(session, by.person_id, "hand_back", "case", case.id, at=now)


def dismiss(reference: str, round_: int, code: str, reason: str, by: Audience, mission: Mission, now: datetime) -> None:
    """Ends a case that is none, with a code and a reason. Whoever had been told is told that it is over."""
    if code not in DISMISSALS + HEARD + OCCUPIED_ENDS:
        raise Refused("Choose why this case is dismissed.", field="code")
    need_reason(reason, by)
    with transaction() as session:
        dismiss_it(
            session, desk_case(session, reference, by, mission.catalogue, round_), code, reason, by, mission, now
        )


def dismiss_it(
    session: Session, case: Case, code: str, reason: str, by: Audience, mission: Mission, now: datetime
) -> None:
    """As `dismiss`, of a case that is locked, with a reason that was looked at."""
    if code not in (HEARD if case.is_overdue else OCCUPIED_ENDS if case.is_occupied else DISMISSALS):
        raise Refused("Choose why this case is dismissed.", field="code")
    if code == COORDINATED and Severity(case.severity) is Severity.CRITICAL and not case.is_alone:
        raise Refused(
            N_(
                "A critical case ends when a plan has moved, when its risk is accepted, or with its hour. That it was "
                "coordinated otherwise moves no plan: ask for the amendment."
            ),
            field="code",
        )
    text = reason.strip()[:1000]
    end_case(session, mission, case, "dismiss", now, who="officer", actor_id=by.person_id, code=code, reason=text)
    record(session, by.person_id, "dismiss", "case", case.id, {"round": case.round, "code": code}, at=now)


def agree(
    reference: str, round_: int, code: str, words: str, by: Audience, catalogue: Catalogue, now: datetime
) -> None:
    """What was agreed. The case stays open until a plan really moves or its hour passes."""
    if code not in AGREEMENTS:
        raise Refused("Choose what was agreed.", field="code")
    need_reason(words, by, "words")
    with transaction() as session:
        case = desk_case(session, reference, by, catalogue, round_)
        not_alone(case)
        if code == "NO_CHANGE" and Severity(case.severity) is Severity.CRITICAL:
            raise Refused(
                "A critical case is not settled by no change. Choose what is changed, or leave it open until its hour.",
                field="code",
            )
        if case.of_ocha and not may_be_agreed(code):
            raise Refused(
                N_("OCHA entered this area: the mission has no part in the case. Choose another reason."), field="code"
            )
        case.owner_id = case.owner_id or by.person_id
        move_case(session, case, "agree", "officer", now, actor_id=by.person_id, code=code, reason=words.strip()[:1000])
        case.outcome = code
        acted(session, case, by, now)
        record(session, by.person_id, "agree", "case", case.id, {"round": case.round, "code": code}, at=now)


def tell_closing_now(reference: str, by: Audience, catalogue: Catalogue, now: datetime) -> int:
    """The officer sends the closing texts before the fixed batch, because somebody is about to leave (RUL-6)."""
    with transaction() as session:
        case = desk_case(session, reference, by, catalogue)
        waiting = [alert for alert in alerts_of(session, case, owed_only=True) if alert.purpose == CLOSING]
        messages = [
            m for alert in waiting for m in alert.messages if m.state == MessageState.QUEUED and m.send_after > now
        ]
        for message in messages:
            message.send_after = now
        note_event(session, case, "tell_closing", now, actor_id=by.person_id)
        record(session, by.person_id, "tell_closing", "case", case.id, {"messages": len(messages)}, at=now)
        return len(messages)


def desk_case(session: Session, reference: str, by: Audience, catalogue: Catalogue, round_: int | None = None) -> Case:
    """The case under the desk's reference, locked. NotFound for everybody for whom it does not exist; LostRace when it is
    no longer at the round the officer was looking at."""
    case = session.scalars(select(Case).where(Case.reference == reference).with_for_update(of=Case)).first()
    if case is None or not sees_desk_case(by, sensitive=is_sensitive_case(session, case, catalogue)):
        raise NotFound
    if round_ is not None and case.round != round_:
        raise LostRace(LOST)
    return case


def is_sensitive_case(session: Session, case: Case, catalogue: Catalogue) -> bool:
    """Whether its notice is SENSITIVE. One that cannot be read is treated as if it were."""
    if case.humanitarian is None:
        return False
    try:
        return facts_of(session, case.humanitarian, catalogue).sensitive
    except (ValueError, KeyError, TypeError):
        return True


def acted(session: Session, case: Case, by: Audience, now: datetime) -> None:
    """An officer has acted: the minimal alert is no longer owed, and the desk's ladder stops where it is (RUL-1). His own
    alert is acknowledged by the act; those of the others have become old news."""
    case.hold_until = None
    for alert in alerts_of(session, case, owed_only=True):
        of_desk = alert.purpose.startswith(("desk", "also", "ring", "idle", "release", "objection", UNANSWERED))
        if not of_desk and not (alert.side == "ocha" and alert.about == OVERDUE):
            continue
        if alert.person_id == by.person_id:
            has_it(session, alert, now)
        else:
            alert.state = AlertState.SUPERSEDED


def has_it(session: Session, alert: Alert, now: datetime) -> None:
    """The officer whom this alert rang acts on what it is about: that says it too."""
    alert.state = AlertState.ACKNOWLEDGED
    session.add(Acknowledgement(alert_id=alert.id, at=now, level="desk", method="in_app", answer="received"))


def not_anothers(case: Case, by: Audience) -> None:
    """Of two officers only one speaks to the colonel. A head may step in for whoever is away. Raises LostRace, which says who has
    it and since when."""
    heads = {roles.SUBOFFICE_HEAD, roles.OCHA_HEAD}
    if case.owner_id not in (None, by.person_id) and not by.roles & heads:
        # Who waited for the lock read the owner's name as it stood before: the row is fresh then, what was joined to it is not.
        owner = object_session(case).get_one(Person, case.owner_id)  # type: ignore[union-attr]
        raise LostRace(TAKEN, facts={"who": owner.name, "at": taken_at(case)})


def taken_at(case: Case) -> datetime:
    """Since when its owner has it: since he took it, or acted on it when nobody had it."""
    since: datetime | None = None
    for event in case.events:
        if event.event in FREES:
            since = None
        elif event.actor_id == case.owner_id and (event.event == "take" or (event.event in GIVES and since is None)):
            since = event.at
    return since or case.round_at


def not_alone(case: Case) -> None:
    """Raises Refused for a case of one item, which nobody of the other side meets."""
    if case.is_alone:
        raise Refused(ALONE)


def need_reason(text: str, by: Audience, field: str = "reason") -> None:
    """Raises Refused for an empty one, and for words that are not to be written there."""
    if not text.strip():
        raise Refused("Say in a few words why: somebody will ask after an incident.", field=field)
    check_words(text, by, field)
