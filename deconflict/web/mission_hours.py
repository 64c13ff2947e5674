"""On whose clock the hours of a form are meant, in words."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from flask import Flask, current_app
from flask_babel import gettext as _

from deconflict.domain.country import Mission
from deconflict.web.clock import now
from deconflict.web.language import current_language
from deconflict.web.map_words import of_place


def mission_hours() -> str:
    """As `the time of Bamako (UTC+0)`: the city is the one that the profile's zone is named after. Where clocks change in the year,
    both offsets; a zone that is named after no city is its offset alone."""
    mission: Mission = current_app.extensions["mission"]
    offsets = "UTC" + "/".join(_offsets(mission.zone, now().year))
    region, _slash, city = mission.timezone.rpartition("/")
    if region in ("", "Etc"):
        return offsets
    of_city = of_place(city.replace("_", " "), current_language())
    return _("the time %(of_city)s (%(offsets)s)", of_city=of_city, offsets=offsets)


def _offsets(zone: tzinfo, year: int) -> list[str]:
    """As `+0` or `+5:30`, January's first; July's too where it is another."""
    found = (datetime(year, month, 1, 12, tzinfo=UTC).astimezone(zone).utcoffset() for month in (1, 7))
    minutes = [int(offset.total_seconds()) // 60 for offset in found if offset is not None]
    return [
        f"{'-' if one < 0 else '+'}{abs(one) // 60}{f':{abs(one) % 60:02d}' if one % 60 else ''}"
        for one in dict.fromkeys(minutes)
    ]


def init_app(app: Flask) -> None:
    app.jinja_env.globals["mission_hours"] = mission_hours
