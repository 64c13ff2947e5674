"""A static site in words, as its owner and the desk read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import format_datetime
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deconflict.domain.country import Mission
from deconflict.domain.disclosure import ItemView
from deconflict.domain.filing import Stop
from deconflict.domain.site_view import SiteView
from deconflict.schemas import sites
from deconflict.web.filing_words import DAY, SURE, Fact, StopWords, Words, level_words
from deconflict.web.language import current_language
from deconflict.web.place_words import exactness, placed_words, square_words

WEEKDAYS = (
    *(_l("Monday"), _l("Tuesday"), _l("Wednesday"), _l("Thursday"), _l("Friday")),
    *(_l("Saturday"), _l("Sunday")),
)
# As the owner reads them too: that two sites may be one is none of these, since he would learn of the other (RUL-6).
STATES = {
    "site_submitted": _l("Filed: the desk checks the position"),
    "in_verification": _l("Filed: the desk checks the position"),
    "verified": _l("Verified"),
    "verify_due": _l("Verified, to be verified again soon"),
    "stale": _l("Out of date"),
    "site_returned": _l("To be mended"),
    "suspended": _l("Suspended"),
    "closed": _l("Closed"),
    "archived": _l("Archived"),
}
METHODS = {
    "gps": _l("GPS on the site"),
    "imagery": _l("Satellite image"),
    "second_source": _l("A second source"),
    "visit": _l("Visit by another organisation"),
    "call": _l("Call to the site, position read back"),
}
SUSPENSIONS = {
    "function": _l("It no longer does what it was for"),
    "relocated": _l("It has moved elsewhere"),
    "occupied": _l("Armed people are in it"),
}


def site_words(view: ItemView, site: SiteView, mission: Mission) -> Words:
    """Everything that was filed of it, in the reader's language."""
    kind = mission.catalogue[view.kind].label[current_language()] if view.kind else ""
    stops = tuple(_place(stop, mission) for stop in view.stops or ())
    rows = [*_what(view, site, kind), ("level", _("Share level"), level_words(view))]
    if view.reduced_at is not None:
        rows.append(("kept", _("Kept"), _("by unit and week by now")))
    return Words(
        kind=kind,
        doing=kind,
        summary=site.filed.name or ", ".join(stop.title for stop in stops),
        facts=tuple(Fact(key, str(name), str(text)) for key, name, text in rows if text),
        stops=stops,
    )


def day_words(day: date | None) -> str:
    if day is None:
        return ""
    noon = datetime(day.year, day.month, day.day, 12)  # noqa: DTZ001  # a day, not an instant
    return str(format_datetime(noon, DAY, rebase=False))


def last_verified(site: SiteView | None) -> str:
    """As it stands beside every site."""
    if site is None or site.verified_at is None:
        return _("never verified")
    return _("last verified on %(day)s", day=format_datetime(site.verified_at, DAY))


def opening_words(site: SiteView) -> str:
    filed = site.filed
    if filed.opening != "hours" or filed.opens is None or filed.closes is None:
        return str(sites.OPENINGS.get(filed.opening, ""))
    hours = f"{filed.opens:%H:%M}-{filed.closes:%H:%M}"
    return _("%(days)s, %(hours)s", days=_days(filed.days), hours=hours)


def _days(days: Sequence[int]) -> str:
    if len(days) == len(WEEKDAYS):
        return _("every day")
    return ", ".join(str(WEEKDAYS[day]) for day in days)


def _what(view: ItemView, site: SiteView, kind: str) -> list[tuple[str, str, Any]]:
    filed = site.filed
    starts = view.stops[0].arrive if view.stops else None
    return [
        ("name", _("Name"), filed.name),
        ("aliases", _("Other names"), ", ".join(filed.aliases)),
        ("kind", _("Kind"), kind),
        ("works", _("In use at present"), _("Yes") if filed.works else _("No")),
        ("operator", _("Run by"), filed.operator),
        ("co_operators", _("Together with"), ", ".join(filed.co_operators)),
        ("communications", _("Number there"), site.contact or ""),
        ("opening", _("Open"), opening_words(site)),
        ("marking", _("Marking"), sites.MARKINGS.get(filed.marking, "")),
        ("occupancy", _("People there, as a rule"), sites.OCCUPANCIES.get(filed.occupancy, "")),
        ("radius_m", _("Radius"), _("%(metres)s m", metres=filed.radius_m)),
        ("from", _("There since, or from"), format_datetime(starts.earliest, DAY) if starts else ""),
        ("fix", _("Position taken"), _fix(site)),
    ]


def _fix(site: SiteView) -> str:
    method = str(sites.FIXES.get(site.filed.fix_method, ""))
    day = day_words(site.filed.fixed_on)
    return _("%(method)s, %(day)s", method=method, day=day) if day else method


def _place(stop: Stop, mission: Mission) -> StopWords:
    return StopWords(1, stop.location.name or stop.location.as_typed, tuple(_place_facts(stop, mission)))


def _place_facts(stop: Stop, mission: Mission) -> Iterator[Fact]:
    place = stop.location
    beside = ", ".join(filter(None, (square_words(place), exactness(place))))
    yield Fact("place", _("Place"), placed_words(place, mission), beside)
    if place.corrected:
        said = _("%(typed)s; %(corrected)s was chosen instead", typed=place.as_typed, corrected=place.corrected)
        yield Fact("typed", _("As typed"), said)
    if stop.sure:
        yield Fact("sure", _("Said to be right"), ", ".join(str(SURE[kind]) for kind in stop.sure))
