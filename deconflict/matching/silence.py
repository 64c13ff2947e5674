"""Since when a case waits in silence. Silence is never consent and never success: every clock ends with a person who is rung."""

from __future__ import annotations

from datetime import datetime

from deconflict.domain.escalation import REQUEST, Clocks
from deconflict.domain.severity import Severity
from deconflict.domain.states import OPEN_CASES, UNANSWERED, CaseState, RequestState
from deconflict.store.alerts import Alert
from deconflict.store.cases import Case
from deconflict.store.cases import Request as Asked

PASSING = "_passing"  # how the texts end that ask whether the word was passed on
READ_AT_ONCE = (RequestState.DECLINED, RequestState.COUNTERED)
KEPT = (RequestState.ACCEPTED, RequestState.AMENDED)  # a yes, whose plan is to move


def silent_since(clocks: Clocks, case: Case, alerts: list[Alert], now: datetime) -> datetime | None:
    """The instant from which the desk is rung again, None while somebody is still given time to speak. `alerts` are the
    case's, of this round and of its requests.

    A side that says no, or proposes something else, rings at once. A word without an act is waited for as long as an officer is
    given to look; a side that said yes, or an agreement, until its plan should have moved. Before the first word the desk's own
    ladder climbs, and each step of a party's ladder is a word too: it is waited for after the last one."""
    severity = Severity(case.severity)
    if case.state not in OPEN_CASES or case.state == CaseState.RISK_ACCEPTED or severity not in clocks.review:
        return None
    asked = [r for r in case.requests if r.round == case.round and r.state != RequestState.WITHDRAWN]
    desk = _desk_words(case, alerts)
    if refused := [at for at in _answers(asked, *READ_AT_ONCE) if at > max(desk, default=case.round_at)]:
        return max(refused)
    agreed = case.state == CaseState.AGREED  # an officer has heard the answer, whoever wrote none
    unheard = [r.due_at for r in asked if r.state == RequestState.SILENT and r.due_at is not None]
    if unheard and not agreed and max(desk, default=case.round_at) < max(unheard):
        return None  # that ladder climbs already, until somebody at the desk has heard it
    words = desk + _party_words(alerts) + _answers(asked) + ([] if agreed else _given(asked))
    if not words:
        return None
    last = max(words)
    if agreed or _answers(asked, *KEPT):
        due = last + clocks.follow_up.runs(last, case.starts_at)
    else:
        looked = clocks.review_due_at(severity, case.starts_at, last)
        assert looked is not None, "a severity with a review clock has an hour"
        due = looked
    return due if due <= now else None


def _desk_words(case: Case, alerts: list[Alert]) -> list[datetime]:
    """What officers did and acknowledged in this round."""
    said = [ack.at for alert in alerts if alert.side == "ocha" for ack in alert.acknowledgements]
    return said + [event.at for event in case.events if event.actor_id is not None and event.at >= case.round_at]


def _party_words(alerts: list[Alert]) -> list[datetime]:
    """What an asked side was owed and acknowledged of the request itself: whether it was passed on to a unit or team is another matter,
    which moves no plan."""
    theirs = [
        alert
        for alert in alerts
        if alert.side != "ocha" and alert.purpose.startswith(f"{REQUEST}:") and not alert.text.endswith(PASSING)
    ]
    return [alert.owed_at for alert in theirs] + [ack.at for alert in theirs for ack in alert.acknowledgements]


def _given(asked: list[Asked]) -> list[datetime]:
    """Until when a request waits for its answer: then its own clock rings, and not this one too."""
    return [r.due_at for r in asked if r.answered_at is None and r.due_at is not None and r.state in UNANSWERED]


def _answers(asked: list[Asked], *states: RequestState) -> list[datetime]:
    return [r.answered_at for r in asked if r.answered_at is not None and (not states or r.state in states)]
