"""How a case ends, and that everybody who was told is told: OCHA at once, a party in the next fixed batch (RUL-6)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from deconflict.domain.activity import Side
from deconflict.domain.country import Mission
from deconflict.domain.escalation import CLOSING
from deconflict.domain.filing import Filing
from deconflict.domain.ocha_areas import OCHA, whose
from deconflict.domain.recipients import may_hear
from deconflict.domain.resolution import NO_CHANGE, change_of, resolution_of
from deconflict.domain.severity import Severity
from deconflict.domain.states import MAY_HAVE_LEFT, OFF_ITEMS, REQUEST, AlertState, CaseState
from deconflict.matching.causes import Looked, last_look
from deconflict.store.alerts import Message
from deconflict.store.base import Unreadable
from deconflict.store.cases import Case
from deconflict.store.items import Item
from deconflict.store.moves import move_case
from deconflict.store.outbox import Owed, withdraw, write_alert
from deconflict.store.queries import alerts_of, filing_of, on_duty, version_of

CLOSING_TEXT = {"ocha": "officer_closed", "humanitarian": "focal_closed", "mission": "mission_closed"}
RESOLVES = ("vanish", "overtake")
CLOSING_LIFE = timedelta(hours=24)  # a closing text still matters after the overlap: people act on old news


def end_case(
    session: Session,
    mission: Mission,
    case: Case,
    event: str,
    now: datetime,
    *,
    who: str = "system",
    actor_id: int | None = None,
    code: str = "",
    reason: str = "",
    last: Looked | None = None,
    why: str = "",
) -> None:
    """Ends an open case by `event`, finishes its requests, takes back what is still queued and owes the closing texts. `last`:
    what the case rested on before this look, and `why` what has changed since, where the matcher ends it."""
    rested = last or last_look(case)
    case.adjusted_by = adjusted_by(case, rested)
    if event in RESOLVES:
        case.resolution = what_changed(session, mission, case, rested) or agreed(case)
    elif event == "lapse":
        case.resolution = NO_CHANGE
    move_case(session, case, event, who, now, actor_id=actor_id, code=code or why, reason=reason)
    case.outcome = code or event
    for request in case.requests:
        if request.state in REQUEST["finish"].sources:
            request.take_back("finish", "system", now)
    owed = alerts_of(session, case, owed_only=True)
    withdraw(session, [alert for alert in owed if alert.purpose != CLOSING], AlertState.SUPERSEDED)
    owe_closings(session, mission, case, now)


def owe_closings(session: Session, mission: Mission, case: Case, now: datetime) -> None:
    """A closing text for everybody to whom anything left, by the channels that carried it. At night it wakes nobody at OCHA
    who is not at work (RUL-4)."""
    clocks = mission.pack.clocks
    at_work = {person.id for person in on_duty(session, case.area, "duty", now)}
    for words in _told(session, case):
        told = words[-1].alert
        if not may_hear(told.side, CLOSING, None, eyes_only=case.eyes_only, late=False):
            continue
        if told.level != "team" and not told.person.active:
            continue
        if told.side != "ocha":
            send_after = clocks.next_batch_at(now)
        elif told.person_id in at_work and Severity(case.severity).at_least(clocks.night.on_duty):
            send_after = now
        else:
            send_after = clocks.quiet_ends_at(now)
        team = told.level == "team"
        try:
            number, second = (told.team_contact, told.team_second) if team else (None, None)
            numbers = tuple((word.channel, word.address) for word in words) if team else ()
        except Unreadable:  # a number that no key opens cannot be written to, and keeps no case open
            continue
        owed = Owed(
            person=told.person,
            side=told.side,
            purpose=CLOSING,
            step=CLOSING,
            text="team_closed" if team else CLOSING_TEXT[told.side],
            level=told.level,
            channels=_channels(words if team else [word for word in words if word.alert is told]),
            useful_until=max(case.ends_at, send_after) + CLOSING_LIFE,
            send_after=send_after,
            team_number=number,
            team_second=second,
            second_texts=told.second_texts,
            told=numbers,
        )
        write_alert(session, case, owed, now)


def recall_closing(session: Session, case: Case) -> None:
    """The case opens again: closing texts that have not left must not."""
    closing = [alert for alert in alerts_of(session, case, owed_only=True) if alert.purpose == CLOSING]
    withdraw(session, closing, AlertState.SUPERSEDED)


def adjusted_by(case: Case, last: Looked) -> str:
    """Whose change ended it, read from the versions: the indicator is about the burden (D9.2), and an area that OCHA entered is none
    of the mission's."""
    changed = [
        whose(item.side, of_ocha=item.of_ocha)
        for item in case.items
        if item.version != last.versions[item.side] or item.state in OFF_ITEMS
    ]
    if case.of_ocha and len(changed) == 2:
        return changed[0] if changed[0] != OCHA else changed[1]
    return "both" if len(changed) == 2 else (changed[0] if changed else "none")


def what_changed(session: Session, mission: Mission, case: Case, last: Looked) -> str:
    """D7.5's code, read from the versions; "" where it cannot be. An area that OCHA entered has none: the mission changed nothing."""
    changed: dict[Side, str] = {}
    for item in case.items:
        off = item.state in OFF_ITEMS
        if item.of_ocha or not (off or item.version != last.versions[item.side]):
            continue
        event = any(kind.code == item.kind for kind in mission.catalogue.of(Side.MISSION, event=True))
        before, after = (_filed(session, item, version) for version in (last.versions[item.side], item.version))
        changed[Side(item.side)] = change_of(Side(item.side), before, after, off=off, event=event)
    return resolution_of(changed)


def agreed(case: Case) -> str | None:
    """What an officer had noted as agreed in this round."""
    return case.outcome if case.state == CaseState.AGREED else None


def _filed(session: Session, item: Item, version: int | None) -> Filing | None:
    try:
        return None if version is None else filing_of(version_of(session, item, version))
    except (ValueError, KeyError, TypeError, NoResultFound):
        return None


def _told(session: Session, case: Case) -> list[list[Message]]:
    """What left after the last closing did, oldest first, per person and team number to whom it did. Who knows that it is over
    and has heard nothing since is told nothing: that it was on again in between he would learn by hearing it twice (RUL-6)."""
    found: dict[tuple[int, str, str], list[Message]] = {}
    for alert in alerts_of(session, case):
        left = [message for message in alert.messages if message.state in MAY_HAVE_LEFT]
        if left:
            who = (alert.person_id, alert.side, alert.team_contact_hash)
            before = found.pop(who, [])
            if alert.purpose != CLOSING:
                found[who] = before + left
    return list(found.values())


def _channels(messages: list[Message]) -> tuple[str, ...]:
    return tuple(sorted({message.channel for message in messages}, reverse=True))
