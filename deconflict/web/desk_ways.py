"""Ways out of a case, for the officer's eyes: exact figures, which go to nobody. What he picks becomes a request to that side only, in
the words that any request has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from deconflict.domain import roles
from deconflict.domain.filing import Filing
from deconflict.domain.ways_out import Change, Way
from deconflict.services.reading import note_read
from deconflict.services.ways_out import of_case
from deconflict.store.base import db
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import mission, seen_case, texts
from deconflict.web.desk_words import short, span_words
from deconflict.web.language import current_language
from deconflict.web.map_words import length, whereabouts


@dataclass(frozen=True, slots=True)
class Line:
    """One way out in words, and what is asked of the side that would take it."""

    said: str
    ask: str


@audience(*roles.OFFICERS)
def ways(reference: str) -> str:
    case_id, view = seen_case(reference)
    note_read(current_audience(), "case", case_id, now())
    found = of_case(db.session(), case_id, mission(), now())
    rows = [
        (side, [Line(_said(change, side.filing), side.ask_of(change)) for change in side.ways.found])
        for side in found or ()
    ]
    return render_template(
        "desk/ways.html",
        case=view,
        line=view.line,
        rows=rows,
        readable=found is not None,
        terms=mission().pack.ways_out,
        **texts(),
    )


def _said(change: Change, filing: Filing) -> str:
    return WORDS[change.way](change, filing)


def _begins(filing: Filing, stop: int = 0) -> str:
    return short(filing.stops[stop].windows[0].earliest)


def _moved(change: Change, filing: Filing) -> str:
    values = {"span": span_words(abs(change.by)), "new": _begins(change.filing), "old": _begins(filing)}
    if change.by > timedelta(0):
        return _("All of it %(span)s later: it begins %(new)s instead of %(old)s.", **values)
    return _("All of it %(span)s earlier: it begins %(new)s instead of %(old)s.", **values)


def _day(change: Change, filing: Filing) -> str:
    days, new = abs(change.by.days), _begins(change.filing)
    if change.by > timedelta(0):
        return str(
            ngettext(
                "The same hours %(num)s day later: %(new)s.",
                "The same hours %(num)s days later: %(new)s.",
                days,
                new=new,
            )
        )
    return str(
        ngettext(
            "The same hours %(num)s day earlier: %(new)s.",
            "The same hours %(num)s days earlier: %(new)s.",
            days,
            new=new,
        )
    )


def _half_day(change: Change, filing: Filing) -> str:
    return _(
        "At the next hours that are free for it: %(new)s instead of %(old)s.",
        new=_begins(change.filing),
        old=_begins(filing),
    )


def _wait(change: Change, filing: Filing) -> str:
    n = change.stops[0]
    return _(
        "Stay %(span)s longer at stop %(before)s, and be at stop %(stop)s (%(place)s) %(new)s instead of %(old)s.",
        span=span_words(change.by),
        before=n,
        stop=n + 1,
        place=_place(filing, n),
        new=_begins(change.filing, n),
        old=_begins(filing, n),
    )


def _skip(change: Change, filing: Filing) -> str:
    places = ", ".join(f"{n + 1} ({_place(filing, n)})" for n in sorted(change.stops))
    return str(ngettext("Leave out stop %(places)s.", "Leave out stops %(places)s.", len(change.stops), places=places))


def _swap(change: Change, filing: Filing) -> str:
    one, two = change.stops
    return _(
        "Stops %(one)s (%(here)s) and %(two)s (%(there)s) in the other order, at the same hours.",
        one=one + 1,
        here=_place(filing, one),
        two=two + 1,
        there=_place(filing, two),
    )


def _stand_off(change: Change, filing: Filing) -> str:
    n, lang = change.stops[0], current_language()
    there = change.filing.stops[n].location.point
    return _(
        "Halt %(metres)s from stop %(stop)s (%(place)s): %(where)s.",
        stop=n + 1,
        place=_place(filing, n),
        metres=length(change.metres, lang),
        where=whereabouts(there, mission().gazetteer, lang),
    )


def _place(filing: Filing, n: int) -> str:
    location = filing.stops[n].location
    return location.name or whereabouts(location.point, mission().gazetteer, current_language())


WORDS: dict[Way, Callable[[Change, Filing], str]] = {
    Way.LATER: _moved,
    Way.EARLIER: _moved,
    Way.DAY: _day,
    Way.HALF_DAY: _half_day,
    Way.WAIT: _wait,
    Way.SKIP: _skip,
    Way.SWAP: _swap,
    Way.STAND_OFF: _stand_off,
}
