"""Codes of the desk's pages as words, and instants as an officer thinks of them: in how long, then on which day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from flask_babel import format_datetime, ngettext, to_user_timezone
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deconflict.domain.activity import OPEN_END
from deconflict.domain.country import Mission
from deconflict.domain.disclosure import ItemView
from deconflict.domain.filing import Stop
from deconflict.domain.people import FUNCTIONS
from deconflict.web import zone_words
from deconflict.web.desk_sides import ADJUSTED as ADJUSTED
from deconflict.web.desk_sides import AGREEMENTS as AGREEMENTS
from deconflict.web.desk_sides import SIDES as SIDES
from deconflict.web.filing_words import clock
from deconflict.web.language import current_language, label, named
from deconflict.web.map_words import whereabouts

SHORT = "EEE d MMM HH:mm"

MARKS = {
    "contract_over": _l("contract over"),
    "no_number": _l("no number"),
    "doubted": _l("somebody else answers there"),
    "stopped": _l("takes no messages"),
    "silent": _l("did not answer the last drill"),
    "unverified": _l("unverified"),
    "contract_ends": _l("contract ends soon"),
}
CASES = {
    "detected": _l("New"),
    "taken": _l("Taken"),
    "asked": _l("A side was asked"),
    "agreed": _l("Agreed, not changed yet"),
    "risk_accepted": _l("Risk accepted for a while"),
    "unchecked": _l("Could not be checked"),
    "overdue": _l("A team has not checked in"),
    "closed": _l("Closed: the overlap is gone"),
    "dismissed": _l("Dismissed"),
    "overtaken": _l("Overtaken: one was cancelled"),
    "lapsed": _l("Lapsed undecided"),
}
OPEN_STATES = ("unchecked", "overdue", "detected", "taken", "asked", "agreed", "risk_accepted")
EVENTS = {
    "open": _l("Case opened"),
    "take": _l("Taken"),
    "hand_back": _l("Handed back"),
    "noted": _l("Note of OCHA"),
    "ask": _l("Side asked"),
    "agree": _l("Agreement noted"),
    "dismiss": _l("Dismissed"),
    "accept_risk": _l("Risk accepted by OCHA and the mission"),
    "expire_risk": _l("The time for which the risk was accepted is over: open again"),
    "after_action": _l("Note after the fact"),
    "release": _l("One-off release"),
    "release_asked": _l("Owner rung for a one-off release"),
    "release_silent": _l("No answer about a one-off release"),
    "request_silent": _l("No answer to a request in time"),
    "called": _l("Called"),
    "send_now": _l("The request leaves at once, without waiting for its hour"),
    "recognition_withdrawn": _l("The owner no longer says what its vehicles look like: taken out of the requests"),
    "tell_closing": _l("Closing texts sent at once"),
    "vanish": _l("The overlap is gone"),
    "overtake": _l("One item was cancelled"),
    "lapse": _l("The hour passed undecided"),
    "fail": _l("Could not be checked"),
    "miss": _l("No check-in in time"),
    "occupy": _l("Armed people are in the site"),
    "change": _l("Material change: a new round"),
    "soften": _l("Became milder"),
    "refresh": _l("Figures moved with the clock"),
    "recover": _l("Can be read again"),
    "reopen": _l("Opened again"),
    "minimal": _l("Minimal alert: no officer had acted"),
    "held_back": _l("Minimal alert held back"),
    "ring_desk": _l("All desks rung: no officer had acted"),
    "queue_alarm": _l("Nobody had taken the case: others at OCHA rung"),
    "level_lowered": _l("The owner releases nothing any more: requests taken back"),
    "unreached": _l("Cannot be reached, no address is left: to be called"),
    "objection": _l("Has it and cannot comply"),
    "let_go": _l("Alerts that were held back leave"),
    "discard": _l("Alerts that were held back are discarded"),
    "step_empty": _l("Nobody of the side on this step: passed to the desk"),
    "step_amended": _l("The owner has amended it since: this step went to the desk"),
}
HELD_BACK = {
    "late": _l("it was filed late"),
    "told": _l("its owner had one about it before"),
    "amended": _l("it would answer its owner's own amendment"),
    "often": _l("its owner has had many of late"),
    "churn": _l("its owner has amended or cancelled many in a day"),
    "brief": _l("its owner has cancelled several soon after they were filed"),
    "alike": _l("its owner has filed many for one area and the same hours"),
}
MATCHER_EVENTS = ("open", "change", "soften", "refresh", "reopen", "vanish", "overtake")
CAUSES = {
    "worse": _l("worse than before"),
    "notice_new": _l("a notice was filed"),
    "plan_new": _l("a plan was filed"),
    "notice": _l("the notice was amended"),
    "plan": _l("the plan was amended"),
    "notice_off": _l("the notice was cancelled"),
    "plan_off": _l("the plan was cancelled"),
    "rules": _l("the rules changed"),
    "places": _l("the list of places changed"),
    "clock": _l("time has passed"),
    "escort": _l("what was decided of an escort changed"),
}
DISMISSALS = {
    "duplicate": _l("Duplicate"),
    "wrong_place": _l("Wrong place"),
    "not_same_community": _l("Not the same community"),
    "already_coordinated": _l("Already coordinated"),
    "test": _l("Test"),
}
# Of a team that has not checked in.
HEARD = {
    "base_has_news": _l("Its base has word of the team"),
    "own_procedure": _l("The organisation follows its own procedure"),
    "forgot": _l("It arrived and forgot to say so"),
}
# Of a site that armed people were in.
OCCUPIED_ENDS = {
    "they_left": _l("They have left"),
    "followed_up": _l("It is followed up outside this system"),
    "mistaken": _l("It was a mistake"),
}
OUTCOMES: dict[str, Any] = (
    DISMISSALS
    | HEARD
    | OCCUPIED_ENDS
    | AGREEMENTS
    | {code: EVENTS[code] for code in ("vanish", "overtake", "lapse", "dismiss")}
)
ASKS = {
    "avoid_place": _l("Avoid the place during these half-days"),
    "change_time": _l("Change the times"),
    "change_place": _l("Change the place"),
    "call_desk": _l("Call the desk"),
}
REQUESTS = {
    "open": _l("Waits for an answer"),
    "silent": _l("No answer in time"),
    "accepted": _l("Accepted, not changed yet"),
    "countered": _l("Proposes something else"),
    "declined": _l("Declined"),
    "amended": _l("Accepted, and its own was amended"),
    "withdrawn": _l("Replaced by a newer one"),
    "done": _l("Ended with the case"),
}
OFFICES = {"hc": _l("Humanitarian Coordinator"), "dhc": _l("Deputy Humanitarian Coordinator")}
UNTIL = {
    "6": _l("6 hours"),
    "12": _l("12 hours"),
    "24": _l("24 hours"),
    "48": _l("48 hours"),
    "end": _l("Until the overlap is over"),
}
CALLS = {
    "reached": _l("Reached"),
    "no_answer": _l("No answer"),
    "call_back": _l("Will call back"),
    "wrong_number": _l("Wrong number: somebody else answers"),
}
# What a side answered, whatever became of the request since.
REPLIES = {"accept": _l("Accepted"), "counter": _l("Proposes something else"), "decline": _l("Declined")}
PURPOSES = {
    "desk": _l("Alert to the desk"),
    "also": _l("Word to another area that it concerns"),
    "ring": _l("All desks rung"),
    "queue": _l("Nobody had taken the case: others at OCHA rung"),
    "idle": _l("Reminder: nothing was done since"),
    "release": _l("Reminder: no answer about a one-off release"),
    "unanswered": _l("Reminder: no answer to a request"),
    "request": _l("Request"),
    "minimal": _l("Minimal alert"),
    "overdue": _l("A team has not checked in"),
    "unreached": _l("Somebody cannot be reached: to be called"),
    "objection": _l("Somebody has it and cannot comply"),
    "brake": _l("Too many alerts at once: they wait for a decision"),
    "closing": _l("Closing text"),
}
ALERTS = {
    "owed": _l("not acknowledged"),
    "acknowledged": _l("acknowledged"),
    "superseded": _l("replaced"),
    "expired": _l("too late to matter"),
}
CHANNELS = {"sms": _l("SMS"), "voice": _l("Call"), "email": _l("E-mail")}
MESSAGES = {
    "queued": _l("waits"),
    "sending": _l("is leaving"),
    "unsure": _l("left, the provider has not said what became of it"),
    "sent": _l("sent, not known to have arrived"),
    "delivered": _l("delivered"),
    "failed": _l("failed"),
    "withdrawn": _l("taken back"),
    "held": _l("held back until an officer lets it go"),
}
ERRORS = {
    "wrong_person": _l("somebody else answers there"),
    "bad_address": _l("no such number or mailbox"),
    "gone": _l("this person has left"),
    "opted_out": _l("the phone refused further messages"),
    "filtered": _l("refused by the operator"),
    "refused": _l("refused by the provider"),
    "sender": _l("no way to send there"),
    "expired": _l("its hour had passed"),
    "unreachable": _l("switched off or out of coverage"),
    "busy": _l("the provider asks to wait"),
    "account": _l("our account at the provider does not work"),
    "provider": _l("the provider fails"),
    "network": _l("the provider could not be reached"),
    "unknown_outcome": _l("the provider did not answer"),
}
TRIES = ERRORS | {
    "accepted": _l("taken by the provider"),
    "no_trace": _l("no trace of it at the provider: sent again"),
}
LEVELS = {"desk": _l("Desk"), "unit": _l("Unit"), "team": _l("Team")}
METHODS = {
    "code_page": _l("by code"),
    "email_link": _l("by the link of an e-mail"),
    "voice_key": _l("by a key during a call"),
    "in_app": _l("signed in"),
    "relay": _l("relayed"),
    "sms": _l("by SMS with the code"),
    "answer": _l("by its answer"),
}
ANSWERS = {
    "received": _l("Received"),
    "cannot_comply": _l("Received, cannot comply"),
    "wrong_person": _l("Wrong person"),
}
SAID = ANSWERS | {"passed_on": _l("Passed on, no word back yet")}
HOW = {"phone": _l("By phone"), "radio": _l("By radio"), "in_person": _l("In person")}
RELEASES = {"granted": _l("yes"), "refused": _l("no")}
STEPS = {
    "duty": _l("Duty officer"),
    "deputy": _l("Deputy"),
    "suboffice_head": _l("Head of sub-office"),
    "ocha_head": _l("Head of Office"),
}


# The steps of a party's ladder, as the shipped rules name them; another name is shown as it is.
PARTY_STEPS = {
    "first": _l("first step"),
    "alternate": _l("step of the alternate"),
    "security": _l("step of its security adviser"),
    "reminder": _l("step of the reminder"),
    "officer": _l("step of the officer"),
}


def said(words: dict[str, Any], code: str | None) -> str:
    """The words of a code; a code nobody has words for is shown rather than hidden."""
    return str(words.get(code or "", code or ""))


def span_words(span: timedelta) -> str:
    """As `12 min`, `3 h 20`, `2 d 4 h`, `9 days`: rounded down, since nobody is late for having less time than said."""
    minutes = int(abs(span.total_seconds()) // 60)
    hours, rest = divmod(minutes, 60)
    if hours == 0:
        return _("%(minutes)s min", minutes=minutes)
    if hours < 24:
        return _("%(hours)s h %(minutes)s", hours=hours, minutes=f"{rest:02d}")
    days, hours = divmod(hours, 24)
    if days < 7:
        return _("%(days)s d %(hours)s h", days=days, hours=hours)
    return str(ngettext("%(num)s day", "%(num)s days", days))


def relative(at: datetime, now: datetime) -> str:
    """As `in 3 h 20` or `3 h 20 ago`."""
    span = span_words(at - now)
    return _("in %(span)s", span=span) if at >= now else _("%(span)s ago", span=span)


def short(at: datetime) -> str:
    """As `Tue 10 Dec 13:00`, on the wall clock of the mission."""
    return str(format_datetime(at, SHORT))


def when(at: datetime, now: datetime) -> str:
    """As `Tue 10 Dec 13:00 (in 3 h 20)`."""
    return f"{short(at)} ({relative(at, now)})"


def route(view: ItemView | None, mission: Mission) -> str:
    """As `Mopti - Bankass`: where it starts and where it ends, a bare position by the nearest settlement; of an area what it is."""
    if view is not None and view.zone is not None:
        return zone_words.of_view(view, mission)
    ends = [stop.location for stop in (view.stops or ())] if view else []
    names = [end.name or whereabouts(end.point, mission.gazetteer, current_language()) for end in ends[:1] + ends[-1:]]
    return " - ".join(dict.fromkeys(names))


def stop_lines(view: ItemView | None, mission: Mission) -> list[str]:
    """Each stop in one line, as `Bankass, Tue 10 Dec 09:00-15:30, Food distribution`; of an area the whole in one."""
    if view is not None and view.zone is not None and view.stops and view.stops[0].windows:
        begins, ends = (window.earliest for window in view.stops[0].windows)
        until = _("until further notice") if ends >= OPEN_END else short(ends)
        return [f"{zone_words.of_view(view, mission)}, {short(begins)} - {until}"]
    return [", ".join(filter(None, _stop_line(stop, mission))) for stop in (view.stops or ())] if view else []


def _stop_line(stop: Stop, mission: Mission) -> Iterator[str]:
    """The place, from the first arrival to the last departure, what is done."""
    yield stop.location.name or whereabouts(stop.location.point, mission.gazetteer, current_language())
    if stop.windows:
        first, last = stop.windows[0].earliest, stop.windows[-1].latest
        if last >= OPEN_END:
            yield _("from %(day)s on", day=short(first))
            return
        same_day = to_user_timezone(first).date() == to_user_timezone(last).date()
        yield f"{short(first)}-{clock(last)}" if same_day else f"{short(first)} - {short(last)}"
    if stop.activity:
        yield label(mission.catalogue[stop.activity].label)


def function_words(side: str, function: str) -> str:
    return label(FUNCTIONS[side].get(function, {"fr": function}))


def event_words(event: str, code: str) -> str:
    """A line of history with what its code adds: `Side asked: Mission, Avoid the place ...`."""
    more, (first, _sep, second) = "", code.partition(":")
    match event:
        case "ask":
            more = f"{said(SIDES, first)}, {said(ASKS, second)}"
        case "release":
            more = f"{said(SIDES, first)}, {said(RELEASES, second)}"
        case "accept_risk":
            more = said(OFFICES, code)
        case "after_action":
            more = ""
        case "called":
            outcome, _sep, back = second.partition(":")
            more = ", ".join(filter(None, (said(SIDES, first), said(CALLS, outcome), _("read back") if back else "")))
        case "release_asked" | "release_silent" | "request_silent" | "send_now":
            more = said(SIDES, first)
        case "held_back":
            more = f"{said(SIDES, first)}, {said(HELD_BACK, second)}"
        case "step_empty" | "step_amended":
            about, _slash, step = code.partition("/")
            more = f"{said(PURPOSES, about.partition(':')[0])}, {said(PARTY_STEPS, step)}"
        case "unreached":
            more = f"{said(SIDES, first)}, {function_words(first, second)}"
        case "objection":
            whose = said(LEVELS, second) if second in LEVELS and second != "desk" else function_words(first, second)
            more = f"{said(SIDES, first)}, {whose}"
        case _ if event in MATCHER_EVENTS:
            more = ", ".join(said(CAUSES, cause) for cause in code.split())
        case _ if code:
            more = said(OUTCOMES, code)
    return named(said(EVENTS, event), more) if more else said(EVENTS, event)
