"""Days and half-days as a calendar names them, and the day that an address asks for."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask_babel import format_datetime
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deconflict.domain.filing import FURTHEST_AHEAD

SHORT_DAY, LONG_DAY = "EEE d MMM", "EEEE d MMMM y"
SHORT_PARTS = {"morning": _l("Morning"), "afternoon": _l("Afternoon"), "night": _l("Night")}
HOURS = {"morning": "06-12", "afternoon": "12-18", "night": "18-06"}
PARTS = {"morning": _l("Morning 06-12"), "afternoon": _l("Afternoon 12-18"), "night": _l("Night 18-06")}


def day_asked(text: str | None, today: date) -> date:
    """The day that an address names as 2019-12-10; today where it names none, one that is over or one so far ahead that nothing is
    filed for it."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return today
    return day if today <= day <= today + FURTHEST_AHEAD else today


def day_words(day: date, form: str = SHORT_DAY) -> str:
    """As `Tue 10 Dec`."""
    noon = datetime(day.year, day.month, day.day, 12)  # noqa: DTZ001  # a day, not an instant
    return str(format_datetime(noon, form, rebase=False))


def week_words(monday: date) -> str:
    """As `9 to 15 December 2019`."""
    last = monday + timedelta(days=6)
    first = day_words(monday, "d" if monday.month == last.month else "d MMMM")
    return _("%(first)s to %(last)s", first=first, last=day_words(last, "d MMMM y"))
