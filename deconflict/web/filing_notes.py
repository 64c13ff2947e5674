"""What a review says beside the words: not errors, but what a person should look at before filing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from flask_babel import gettext as _

from deconflict.domain.country import Mission
from deconflict.domain.filing import Filing
from deconflict.domain.geodesy import distance_m
from deconflict.domain.places import label
from deconflict.schemas.whereabouts import DOUBTFUL_M, offers
from deconflict.services.filing import lead_time
from deconflict.web.filing_form import Typed, stop_typed
from deconflict.web.language import current_language
from deconflict.web.map_words import length


def notes(filing: Filing, typed: Typed, mission: Mission, now: datetime) -> list[str]:
    """Sentences in the reader's language: what was filed late or in the past, and places to look at again."""
    return [*_of_time(filing, mission, now), *_of_places(filing, typed, mission)]


def late_words(ahead: timedelta) -> str:
    """`ahead`: the notice that the SOP asks for, in hours up to three days, then in days."""
    hours = round(ahead.total_seconds() / 3600)
    span = _("%(hours)s hours", hours=hours) if hours <= 72 else _("%(days)s days", days=round(hours / 24))
    return _(
        "This is less than %(span)s ahead. It is accepted all the same, and marked as late. If departure is near, call the "
        "desk as well.",
        span=span,
    )


def _of_time(filing: Filing, mission: Mission, now: datetime) -> Iterator[str]:
    starts = min(window.earliest for stop in filing.stops for window in stop.windows)
    if starts < now:
        yield _("This begins in the past. Check the dates.")
    elif starts - now < lead_time(filing, mission):
        yield late_words(lead_time(filing, mission))


def _of_places(filing: Filing, typed: Typed, mission: Mission) -> Iterator[str]:
    for n, stop in enumerate(filing.stops):
        place, row = stop.location, stop_typed(typed.values, n)
        known = mission.gazetteer.get(place.pcode) if place.pcode else None
        if place.source == "commune":
            yield _("Stop %(number)s: only the commune is known. Name a settlement if you can.", number=n + 1)
        elif known and (away_m := distance_m(place.point, known.point)) > DOUBTFUL_M:
            said = _(
                "Stop %(number)s: the position is %(distance)s from %(place)s. Check it.",
                number=n + 1,
                distance=length(away_m, current_language()),
                place=label(known),
            )
            likely = offers(mission, row)
            yield f"{said} {_('Did you mean %(position)s?', position=likely[0].value)}" if likely else said
