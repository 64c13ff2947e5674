"""What each figure of an SOP is called, for whoever changes it in the browser."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deconflict.schemas.sop_figures import HOUR, HOURS, NUMBER, SEVERITY, Key, Wrong
from deconflict.web.effect_words import severities
from deconflict.web.sop_words import LEAD_TIMES

DECIMAL = re.compile(r"\d+\.\d+")
# What a table of figures is about, in the order of the pages.
TABLES: dict[str, Any] = {
    "lead_times_h": _l("How long before its start it is to be filed, in hours"),
    "alert_release": _l("When the minimal alert leaves by itself"),
    "review": _l("When an officer should have looked"),
    "ack": _l("Acknowledgement of an alert"),
    "confirm": _l("Word from the unit or the team"),
    "release": _l("Answer to a one-off release"),
    "answer": _l("Answer to a request"),
    "hoped": _l("By when an answer is hoped for, as the asked side reads it"),
    "follow_up": _l("What a side agreed to is waited for"),
    "asking": _l("When requests leave"),
    "closing": _l("When parties hear of a closed case"),
    "quiet": _l("Night"),
    "sms": _l("Texts"),
    "brake": _l("Brake"),
    "overdue": _l("A team that did not say that it arrived"),
    "close_out": _l("What became of a plan"),
    "windows": _l("How far real life strays from the hours that were filed"),
    "legs": _l("How far real life strays from a way"),
    "places": _l("Places"),
    "passing": _l("Passing by"),
    "filing": _l("Filing"),
    "probing": _l("Who files to find out where the other side is"),
    "ways_out": _l("Ways out that are computed"),
    "retention_days": _l("How long things are kept, in days"),
    "offline": _l("Notices kept on a telephone"),
    "static_site": _l("Static sites"),
    "procedures": _l("QIPs, reports of aid, escorts, hazards, dialogue"),
    "modifier": _l("What changes a rule"),
}
OF_A_CLOCK: dict[str, Any] = {
    "max_h": _l("at most (hours)"),
    "max_min": _l("at most (minutes)"),
    "share": _l("or this part of the time to the start, from 0 to 1"),
    "floor_min": _l("never under (minutes)"),
}
KEYS: dict[Key, Any] = {
    ("rule", "within_km"): _l("Within (km)"),
    ("rule", "within_h"): _l("Within (hours)"),
    ("rule", "together_min"): _l("The same way for (minutes)"),
    ("rule", "severity"): _l("Severity"),
    ("modifier", "urban", "divisor"): _l("In towns distances are divided by"),
    ("modifier", "urban", "min_km"): _l("In towns never under (km)"),
    ("modifier", "joint", "time_factor"): _l("Beside host forces hours are multiplied by"),
    ("modifier", "commune", "cap"): _l("Where no more than the smallest administrative unit is known, no graver than"),
    ("modifier", "commune", "wide_km2"): _l("Such a unit is very large from (km²)"),
    ("modifier", "commune", "wide_cap"): _l("In a very large one no graver than"),
    ("asking", "batches"): _l("at these hours"),
    ("asking", "near_h"): _l("at once where it begins within (hours)"),
    ("asking", "freeze_h"): _l("by telephone where it begins within (hours)"),
    ("closing", "batches"): _l("at these hours"),
    ("review", "critical_h"): _l("critical, within (hours)"),
    ("review", "high_h"): _l("high, within (hours)"),
    ("review", "medium_h"): _l("medium, within (hours)"),
    ("review", "near_h"): _l("sooner where it begins within (hours)"),
    ("review", "near_min"): _l("then within (minutes)"),
    ("quiet", "from"): _l("begins at"),
    ("quiet", "until"): _l("ends at"),
    ("quiet", "starts_before"): _l("danger that begins before this hour wakes people"),
    ("quiet", "on_duty_severity"): _l("whoever is on duty hears at any hour from"),
    ("sms", "settle_min"): _l("a plan amended again waits for the desk (minutes)"),
    ("sms", "daily_cap"): _l("to one person of a party in a day, at most"),
    ("brake", "alerts_per_hour"): _l("alerts in an hour, beyond which an officer decides"),
    ("overdue", "after_h"): _l("is overdue after (hours)"),
    ("close_out", "remind_h"): _l("who filed it is reminded after (hours)"),
    ("close_out", "head_h"): _l("the head of the desk hears after (hours)"),
    ("windows", "depart_slack_h"): _l("departures stray by (hours)"),
    ("windows", "on_site_slack_h"): _l("hours on site stray by (hours)"),
    ("windows", "arrive_slack_min_h"): _l("arrivals stray by at least (hours)"),
    ("windows", "arrive_slack_share"): _l("or by this part of the way, from 0 to 1"),
    ("windows", "rainy_factor"): _l("in the rainy months multiplied by"),
    ("windows", "open_stay_h"): _l("a stay without an end lasts (hours)"),
    ("legs", "uncertainty_max_km"): _l("at most (km)"),
    ("legs", "uncertainty_share"): _l("or this part of its length, from 0 to 1"),
    ("legs", "snap_within_km"): _l("a road is taken where both ends lie within (km)"),
    ("legs", "detour_at_most"): _l("and it is no longer than so many straight lines"),
    ("legs", "road_half_width_km"): _l("beside a road one may be (km)"),
    ("places", "same_settlement_radius_m"): _l("a position belongs to the nearest town within (m)"),
    ("places", "declared_place_max_m"): _l("a position further from its town is refused, from (m)"),
    ("passing", "under_min"): _l("who is gone in less than (minutes)"),
    ("filing", "convoy_large_min_trucks"): _l("a convoy is large from so many trucks"),
    ("probing", "minimal_per_day"): _l("minimal alerts in a day, at most"),
    ("probing", "minimal_per_week"): _l("minimal alerts in a week, at most"),
    ("probing", "changes_per_day"): _l("changes in a day, at most"),
    ("probing", "short_lived_per_week"): _l("cancelled soon after filing, in a week, at most"),
    ("probing", "short_lived_h"): _l("soon after is within (hours)"),
    ("probing", "alike_per_day"): _l("alike in a day, at most"),
    ("ways_out", "furthest_days"): _l("nothing is moved further than (days)"),
    ("ways_out", "day_from"): _l("a day begins at"),
    ("ways_out", "day_until"): _l("a day ends at"),
    ("ways_out", "ready_h"): _l("nobody is under way sooner than in (hours)"),
    ("ways_out", "most"): _l("shown for a side, at most"),
    ("retention_days", "movement_exact"): _l("exact places and hours of a movement"),
    ("retention_days", "patrol_exact"): _l("exact places and hours of a patrol"),
    ("retention_days", "personal"): _l("names and numbers of a case that is over"),
    ("retention_days", "sms_body"): _l("words of a text"),
    ("retention_days", "case"): _l("a case"),
    ("retention_days", "audit"): _l("the audit"),
    ("retention_days", "draft"): _l("a draft"),
    ("retention_days", "pattern"): _l("a route kept under a name"),
    ("retention_days", "hold_unconfirmed"): _l("a hold that no second person joins"),
    ("retention_days", "qip"): _l("a QIP that is closed"),
    ("retention_days", "aid_report"): _l("a report of aid outside QIPs"),
    ("retention_days", "procedure"): _l("escorts, access incidents, hazards, meetings, sittings"),
    ("procedures", "consultation_wd"): _l("a QIP is consulted on for (working days)"),
    ("procedures", "before_sitting_wd"): _l("the consultation ends before the committee sits, by (working days)"),
    ("procedures", "remind_wd"): _l("whoever has not replied is reminded before its end (working days)"),
    ("procedures", "summary_wd"): _l("OCHA writes the summary within (working days)"),
    ("procedures", "verify_wd"): _l("a report of aid is looked into within (working days)"),
    ("procedures", "response_wd"): _l("the mission answers it within (working days)"),
    ("procedures", "escort_decision_wd"): _l("a request for an escort is decided within (working days)"),
    ("procedures", "hazard_days"): _l("a hazard notice holds for (days)"),
    ("procedures", "sensitisation_days"): _l("a session in communities in each area, every (days)"),
    ("procedures", "advisory_days"): _l("organisations are advised after aid outside QIPs for (days)"),
    ("offline", "kept_h"): _l("for (hours)"),
    ("static_site", "verify_days"): _l("a verification holds (days)"),
    ("static_site", "notice_days"): _l("its owner is told so long before (days)"),
    ("static_site", "archive_days"): _l("out of matching after (days)"),
    ("static_site", "processing_working_days"): _l("from filing to verification (working days)"),
    ("static_site", "same_place_m"): _l("two may be one within (m)"),
    ("static_site", "near_m"): _l("others are shown within (m)"),
    ("static_site", "occupied"): _l("armed people in one: so grave"),
}


def label(key: Key) -> str:
    """What a figure is called beside its table or rule; the key itself, as the file has it, where nobody has given it words."""
    if key[0] == "lead_times_h" and key[-1] in LEAD_TIMES:
        return str(LEAD_TIMES[key[-1]])
    words = KEYS.get((key[0], key[-1]) if key[0] == "rule" else key) or OF_A_CLOCK.get(key[-1])
    if words is None:
        return ".".join(key)
    grade = severities().get(key[1], "") if len(key) == 3 else ""
    return _("%(name)s: %(what)s", name=grade, what=words) if grade else str(words)


def whole_label(key: Key) -> str:
    """As `R01a, within (km)`: what a figure is called by itself."""
    about = key[1] if key[0] == "rule" else TABLES.get(key[0])
    known = (key[0], key[-1]) in KEYS if key[0] == "rule" else key in KEYS or key[-1] in OF_A_CLOCK
    known = known or key[0] == "lead_times_h"
    return _("%(name)s: %(what)s", name=about, what=label(key)) if about and known else ".".join(key)


def shown(key: Key, value: str | None) -> str:
    """A value as people read it."""
    if value is None:
        return _("nothing")
    return severities().get(value) or in_words(NUMBER if DECIMAL.fullmatch(value) else "", value)


def in_words(kind: str, value: str) -> str:
    """A number with the comma or the point of the reader's language; anything else as it is."""
    return value.replace(".", str(get_locale().number_symbols["latn"]["decimal"])) if kind == NUMBER else value


def wrong_words(wrong: Wrong) -> str:
    if wrong.kind in (HOUR, HOURS):
        hours = wrong.kind == HOURS
        return _("Give hours such as 07:00, 12:00.") if hours else _("Give an hour such as 07:00.")
    if wrong.kind == SEVERITY:
        return _("Choose how grave it is.")
    if wrong.low is not None and wrong.high is not None:
        return _("Give a number from %(low)s to %(high)s.", low=f"{wrong.low:g}", high=f"{wrong.high:g}")
    if wrong.low is not None and wrong.kind == NUMBER:
        return _("Give a number of %(low)s or more.", low=f"{wrong.low:g}")
    return _("Give a number, such as 2.5.")
