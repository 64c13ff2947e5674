"""Windows as people give them: a local date with two times, or two date-time groups."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError

from deconflict.domain.dtg import BadDtg, format_dtg, read_dtg
from deconflict.domain.filing import FURTHEST_AHEAD, Window

LONGEST_NIGHT = timedelta(hours=12)  # beyond, two times in the wrong order are likelier than a window over midnight
DAY = timedelta(days=1)
FURTHEST_BACK = timedelta(days=60)
CHECK_THE_YEAR = _l("Check the year: this is more than 60 days ago or more than 18 months ahead.")
SIMPLE_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
SPOKEN_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
CLOCK = re.compile(r"(\d{1,2})(?:[:hH](\d{2})(?::00)?|[hH])", re.ASCII)
GROUPLIKE = re.compile(r"\s*\d{6}\s*[A-Za-z]")


def read_window(data: Mapping[str, str], name: str, zone: tzinfo, *, groups: bool) -> Window | None:
    """The window of `{name}_date`, `{name}_from`, `{name}_to`, None when all are absent. A `to` before `from` is of the next
    day. `groups`: both ends may be date-time groups instead, without a date. Raises ValidationError by field."""
    day, begins, ends = (data.get(f"{name}_{part}", "") for part in ("date", "from", "to"))
    if not (day or begins or ends):
        return None
    if groups and (GROUPLIKE.match(begins) or GROUPLIKE.match(ends)):
        return _of_groups(name, day, begins, ends)
    return _of_local(name, _read(name, date=(_day, day), **{"from": (_clock, begins), "to": (_clock, ends)}), zone)


def out_of_reach(at: datetime, now: datetime | None) -> bool:
    """Whether a date is likelier a slip than meant. Nothing is, where nobody says what time it is."""
    return now is not None and not now - FURTHEST_BACK <= at <= now + FURTHEST_AHEAD


def _read(name: str, missing: Any = None, **parts: tuple[Any, str]) -> dict[str, Any]:
    """Each part read by its reader; every part that is wrong is told at once."""
    found, wrong = {}, {}
    for part, (reader, text) in parts.items():
        try:
            found[part] = reader(text)
        except ValueError:
            wrong[f"{name}_{part}"] = [HOW[reader] if text else missing or MISSING]
    if wrong:
        raise ValidationError(wrong)
    return found


def _day(text: str) -> date:
    if found := SIMPLE_DAY.fullmatch(text):
        return date(*map(int, found.groups()))
    if found := SPOKEN_DAY.fullmatch(text):
        return date(*map(int, reversed(found.groups())))
    raise ValueError(text)


def _clock(text: str) -> time:
    found = CLOCK.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return time(int(found[1]), int(found[2] or 0))


MISSING = _l("A window needs a date, an earliest and a latest time: fill in what is missing.")
DATE_AND_TIME = _l("Give both, a date and a time, or leave both empty.")
SKIPPED = _l("The clocks skip this time that day. Give another.")
HOW = {
    _day: _l("Write a date as day/month/year, for example 10/12/2019."),
    _clock: _l("Write a time from 00:00 to 23:59."),
    read_dtg: _l(BadDtg.msgid),
}


def _of_local(name: str, parts: Mapping[str, Any], zone: tzinfo) -> Window:
    day, begins, ends = parts["date"], parts["from"], parts["to"]
    if begins == ends:
        raise ValidationError({f"{name}_to": [_l("Give a window, not an instant: a later time here.")]})
    over_midnight = ends < begins
    try:
        last = day + DAY if over_midnight else day
        if over_midnight and datetime.combine(last, ends) - datetime.combine(day, begins) > LONGEST_NIGHT:
            raise ValidationError(
                {
                    f"{name}_to": [
                        _l(
                            "This time is before the other one. Correct one of them: over midnight a window lasts 12 hours at most."
                        )
                    ]
                }
            )
        # Where clocks are put back an hour comes twice: the window takes both.
        return Window(_instant(day, begins, zone, fold=0), _instant(last, ends, zone, fold=1))
    except (ValueError, OverflowError):
        raise ValidationError({f"{name}_from": [SKIPPED]}) from None


def _instant(day: date, clock: time, zone: tzinfo, *, fold: int) -> datetime:
    at = datetime.combine(day, clock, zone).replace(fold=fold).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None, fold=0) != datetime.combine(day, clock):
        raise ValueError(clock)
    return at


def _of_groups(name: str, day: str, begins: str, ends: str) -> Window:
    if day:
        raise ValidationError({f"{name}_date": [_l("A date-time group holds its date: leave this empty.")]})
    parts = _read(name, **{"from": (read_dtg, begins), "to": (read_dtg, ends)})
    if parts["to"] <= parts["from"]:
        raise ValidationError({f"{name}_to": [_l("A window ends after it begins: give a later date-time group.")]})
    return Window(parts["from"], parts["to"])


def read_instant(data: Mapping[str, str], name: str, zone: tzinfo) -> datetime | None:
    """The instant of `{name}_date` and `{name}_time`, None when both are absent; the time may be a date-time group, without a date.
    Raises ValidationError by field."""
    day, clock = data.get(f"{name}_date", ""), data.get(f"{name}_time", "")
    if not (day or clock):
        return None
    if GROUPLIKE.match(clock):
        if day:
            raise ValidationError({f"{name}_date": [_l("A date-time group holds its date: leave this empty.")]})
        at: datetime = _read(name, time=(read_dtg, clock))["time"]
        return at
    parts = _read(name, DATE_AND_TIME, date=(_day, day), time=(_clock, clock))
    try:
        return _instant(parts["date"], parts["time"], zone, fold=0)
    except (ValueError, OverflowError):
        raise ValidationError({f"{name}_time": [SKIPPED]}) from None


def typed_instant(at: datetime | None, name: str, zone: tzinfo) -> dict[str, str]:
    """What `read_instant` would make this instant of."""
    if at is None:
        return {}
    local = at.astimezone(zone)
    typed = {f"{name}_date": f"{local:%Y-%m-%d}", f"{name}_time": f"{local:%H:%M}"}
    return typed if read_instant(typed, name, zone) == at else {f"{name}_time": format_dtg(at)}


def typed_window(window: Window | None, name: str, zone: tzinfo) -> dict[str, str]:
    """What `read_window` would make this window of."""
    if window is None:
        return {}
    begins, ends = (at.astimezone(zone) for at in (window.earliest, window.latest))
    parts = {"date": f"{begins:%Y-%m-%d}", "from": f"{begins:%H:%M}", "to": f"{ends:%H:%M}"}
    typed = {f"{name}_{part}": text for part, text in parts.items()}
    if begins == ends:
        return typed  # an instant is refused however it is written: so shown, one sees what to widen
    try:
        if read_window(typed, name, zone, groups=False) == window:
            return typed
    except ValidationError:
        pass  # longer than a date and two times can say
    return {f"{name}_from": format_dtg(window.earliest), f"{name}_to": format_dtg(window.latest)}
