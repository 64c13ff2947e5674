"""Who must act on a report of aid outside QIPs, by when, in working days of the mission; and the hours that are not written down."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from deconflict.domain import roles, working_days
from deconflict.domain.aid_reports import HEADS, MISSION_DESK, OFFICER
from deconflict.domain.country import Mission
from deconflict.domain.procedures import SYSTEM, Due
from deconflict.store.procedures import Procedure

MORNING = time(7)
LAST = timedelta(minutes=1)  # people read "by the 24th", and not "by the 25th at midnight"


def day_of(now: datetime, mission: Mission) -> datetime:
    """The first instant of the day on the mission's clock."""
    return datetime.combine(now.astimezone(mission.zone).date(), time(0), mission.zone)


def due_in(state: str, mission: Mission, now: datetime, row: Procedure | None = None) -> Due | None:
    """Who must act once a report is in this state, by when."""
    terms, zone, off = mission.pack.procedures, mission.zone, mission.is_day_off
    today = now.astimezone(zone).date()
    if state in ("reported", "under_verification"):
        since = (row.made_at if row is not None else now).astimezone(zone).date()
        until = working_days.end_of(working_days.after(since, terms.verify_wd, off), zone) - LAST
        return Due("take" if state == "reported" else "conclude", frozenset(OFFICER), until)
    if state == "raised":
        until = working_days.end_of(working_days.after(today, terms.response_wd, off), zone) - LAST
        return Due("respond", frozenset(MISSION_DESK | {SYSTEM}), until)
    return {
        "verified": Due("raise", frozenset(OFFICER | {roles.SUBOFFICE_HEAD})),
        "responded": Due("close", frozenset(OFFICER)),
        "unanswered": Due("escalate", frozenset({roles.OCHA_HEAD})),
        "escalated": Due("close", frozenset(OFFICER | HEADS)),
    }.get(state)


def laid_open(mission: Mission, now: datetime) -> Due:
    """Officers are told by letter on the morning of the next working day: a letter that left at once would say at which hour the report
    was made. On the list it stands at once."""
    zone = mission.zone
    day = working_days.next_working_day(now.astimezone(zone).date() + timedelta(days=1), mission.is_day_off)
    return Due("lay_open", frozenset({SYSTEM}), datetime.combine(day, MORNING, zone))
