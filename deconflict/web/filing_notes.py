"""What a review says beside the words: not errors, but what a person should look at before filing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from flask_babel import gettext as _

from deconflict.domain.activity import Side
from deconflict.domain.country import Mission
from deconflict.domain.doubts import FASTEST_KMH, TRACK_KMH, speeds
from deconflict.domain.filing import Filing, MovementNotice, StaticSite
from deconflict.services.filing import has_begun, lead_time


def notes(filing: Filing, mission: Mission, now: datetime, *, in_clear: bool = False) -> list[str]:
    """Sentences in the reader's language: what was filed late or in the past, a team without a number, and places to look at again.
    `in_clear`: it is called in where anybody may listen, and no number is asked for there."""
    times = () if isinstance(filing, StaticSite) else _of_time(filing, mission, now)  # it has stood there for long
    return [*times, *_of_numbers(filing, in_clear=in_clear), *of_places(filing)]


def late_words(ahead: timedelta) -> str:
    """`ahead`: the notice that the SOP asks for, in hours up to three days, then in days."""
    hours = round(ahead.total_seconds() / 3600)
    span = _("%(hours)s hours", hours=hours) if hours <= 72 else _("%(days)s days", days=round(hours / 24))
    return _(
        "This is less than %(span)s ahead. It is accepted all the same, and marked as late. If departure is near, call the "
        "desk as well.",
        span=span,
    )


def in_the_past() -> str:
    return _("This begins in the past. Check the dates.")


def _of_numbers(filing: Filing, *, in_clear: bool) -> Iterator[str]:
    """A team that must be stopped on its way has to be reached (D1.5)."""
    if isinstance(filing, MovementNotice) and not (filing.communications or filing.second_phone):
        yield (
            _(
                "No number is given: in danger the team can only be reached through its base. Ask for one by telephone, not by radio."
            )
            if in_clear
            else _(
                "No number is given: in danger the team can only be reached through your base. Add one if there is any."
            )
        )


def _of_time(filing: Filing, mission: Mission, now: datetime) -> Iterator[str]:
    starts = min(window.earliest for stop in filing.stops for window in stop.windows)
    ends = max(window.latest for stop in filing.stops for window in stop.windows)
    if has_begun(filing, starts, now):
        yield (
            _(
                "This is over already. If the dates are right, send it all the same: it is marked as entered after it had begun, "
                "and nobody is alerted of what is past."
            )
            if ends <= now
            else _(
                "This has begun already. If the dates are right, send it all the same, and call the desk: it is marked as entered "
                "after it had begun."
            )
        )
    elif starts < now and filing.side is Side.MISSION:  # an area that holds already
        yield late_words(lead_time(filing, mission))
    elif starts < now:
        yield in_the_past()
    elif starts - now < lead_time(filing, mission):
        yield late_words(lead_time(filing, mission))


def of_places(filing: Filing) -> Iterator[str]:
    """What needs no tick: that no better place is known, and what is fast where the road is a track."""
    for n, stop in enumerate(filing.stops, 1):
        if stop.location.source == "commune":
            yield _(
                "Stop %(number)s: no more is known than %(place)s. Name a settlement if you can.",
                number=n,
                place=stop.location.name,
            )
    if filing.mode != "road":
        return
    for index, kmh in speeds(filing.stops):
        if TRACK_KMH < kmh <= FASTEST_KMH["road"]:
            yield _(
                "Stop %(number)s: to be there in time one goes at %(kmh)s km/h at least, straight across. On a track that is too "
                "fast.",
                number=index + 1,
                kmh=round(kmh),
            )
