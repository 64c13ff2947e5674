"""Whether people can be counted on to hear, in words: of each, and of a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import format_datetime
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deconflict.domain.own_people import Counts, NumberReach, Reach, counted

VERIFIED: Mapping[str, Any] = {"code_page": _l("by its code"), "read_back": _l("code read back")}


@dataclass(frozen=True, slots=True)
class ReachWords:
    """Lines of a row: what is known of the numbers, of what reached the person, and of the sign-in."""

    numbers: list[str]
    reached: list[str]
    access: list[str]


def reach_words(reach: Reach) -> ReachWords:
    numbers = [_number(place, one) for place, one in enumerate(reach.numbers, 1)] or [_("No number.")]
    ways = ((_("Text"), reach.text_at), (_("Call"), reach.call_at), (_("Mail"), reach.mail_at))
    until = _last(reach.until_at) if reach.until_at else _("Contract: no end is known")
    access = [until]
    if reach.signs_in:
        seen = _day(reach.signed_in_at) if reach.signed_in_at else _("not yet known")
        access.append(_("Signed in last: %(time)s", time=seen))
        access.append(_("Second step: yes") if reach.second_step else _("Second step: no"))
    return ReachWords(numbers, [_way(way, at) for way, at in ways], access)


def count_words(reaches: Mapping[int, Reach]) -> list[str]:
    """Sentences for the top of a list; none of an empty one."""
    found = counted(reaches.values())
    return [text for many, text in _sentences(found) if many] if found.people else []


def _sentences(found: Counts) -> list[tuple[int, str]]:
    """Each with how many it is about."""
    people = found.people
    return [
        (
            found.no_text,
            _(
                "%(some)s of %(all)s people could not be reached by a text, as far as is known.",
                some=found.no_text,
                all=people,
            ),
        ),
        (
            found.no_mail,
            _(
                "%(some)s of %(all)s people could not be reached by mail, as far as is known.",
                some=found.no_mail,
                all=people,
            ),
        ),
        (
            found.unverified,
            _("%(some)s of %(all)s people have no verified number that works.", some=found.unverified, all=people),
        ),
        (found.no_end, _("%(some)s of %(all)s people have no end of contract.", some=found.no_end, all=people)),
        (
            found.one_step,
            _("%(some)s of %(all)s people sign in without a second step.", some=found.one_step, all=people),
        ),
    ]


def _number(place: int, one: NumberReach) -> str:
    if not one.usable:
        return _("Number %(n)s: does not work", n=place)
    if one.verified_at is None:
        return _("Number %(n)s: unverified", n=place)
    how = VERIFIED.get(one.how or "")
    said = {"n": place, "time": _day(one.verified_at)}
    return (
        _("Number %(n)s: verified %(time)s, %(how)s", how=how, **said)
        if how
        else _("Number %(n)s: verified %(time)s", **said)
    )


def _way(way: str, at: datetime | None) -> str:
    return (
        _("%(way)s: reached %(time)s", way=way, time=_day(at))
        if at
        else _("%(way)s: not known to have reached", way=way)
    )


def _last(until_at: datetime) -> str:
    return _("Contract: until %(day)s", day=_day(until_at - timedelta(seconds=1)))


def _day(at: datetime) -> str:
    """On the mission's clock; the year counts here."""
    return str(format_datetime(at, "d MMM y"))
