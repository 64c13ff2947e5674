"""The door for the duty roster: what an officer typed -> a shift's facts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, post_load

from deconflict.domain.escalation import OCHA_ROLES
from deconflict.schemas.fields import Choice, Count, Door, messages
from deconflict.schemas.windows import CHECK_THE_YEAR, CLOCK, SIMPLE_DAY, SPOKEN_DAY, out_of_reach

MOST_PEOPLE = 10**9


class Day(fields.Field[date]):
    """A local date, as a browser sends it or as people write it."""

    default_error_messages = messages(
        invalid=_l("Write a date as day/month/year, for example 10/12/2019."),
    )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_more: Any) -> date:
        text = str(value).strip()
        try:
            if found := SIMPLE_DAY.fullmatch(text):
                return date(*map(int, found.groups()))
            if found := SPOKEN_DAY.fullmatch(text):
                return date(*map(int, reversed(found.groups())))
        except ValueError:
            pass
        raise self.make_error("invalid")


class Clock(fields.Field[time]):
    """A local time of day."""

    default_error_messages = messages(invalid=_l("Write a time from 00:00 to 23:59."))

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_more: Any) -> time:
        found = CLOCK.fullmatch(str(value).strip())
        try:
            if found:
                return time(int(found[1]), int(found[2] or 0))
        except ValueError:
            pass
        raise self.make_error("invalid")


class _Span(Door):
    """Instants from a local date and a local time of the mission's clock, near enough to `now` to be meant."""

    def __init__(self, zone: tzinfo, now: datetime | None = None) -> None:
        super().__init__()
        self.zone, self.now = zone, now

    def _instant(self, data: dict[str, Any], name: str) -> datetime:
        try:
            at = datetime.combine(data[f"{name}_date"], data[f"{name}_time"], self.zone).astimezone(UTC)
        except OverflowError:  # the first and the last day of the calendar
            raise ValidationError({f"{name}_date": [CHECK_THE_YEAR]}) from None
        if out_of_reach(at, self.now):
            raise ValidationError({f"{name}_date": [CHECK_THE_YEAR]})
        return at


class AbsenceSchema(_Span):
    """-> `{"person_id", "from_at", "until_at"}`."""

    person = Count(1, MOST_PEOPLE, required=True)
    from_date = Day(required=True)
    from_time = Clock(required=True)
    until_date = Day(required=True)
    until_time = Clock(required=True)

    @post_load
    def _absence(self, data: dict[str, Any], **_more: Any) -> dict[str, Any]:
        from_at, until_at = self._instant(data, "from"), self._instant(data, "until")
        return {"person_id": data["person"], "from_at": from_at, "until_at": until_at}


class LastDaySchema(Door):
    """-> `{"until_at"}`: the end of a day on the mission's clock, None where none is given."""

    until = Day(load_default=None)

    def __init__(self, zone: tzinfo) -> None:
        super().__init__()
        self.zone = zone

    @post_load
    def _end(self, data: dict[str, Any], **_more: Any) -> dict[str, Any]:
        return {"until_at": None if data["until"] is None else end_of(data["until"], self.zone)}


def end_of(day: date, zone: tzinfo) -> datetime:
    """The instant after the last of a local day. Raises ValidationError of `until`."""
    try:
        return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    except OverflowError:
        raise ValidationError({"until": [CHECK_THE_YEAR]}) from None


class ShiftSchema(_Span):
    """-> `{"area", "step", "person_id", "from_at", "until_at"}`; without an end the shift lasts until it is ended."""

    person = Count(1, MOST_PEOPLE, required=True)
    step = Choice(dict.fromkeys(OCHA_ROLES, ""), required=True)
    from_date = Day(required=True)
    from_time = Clock(required=True)
    until_date = Day(load_default=None)
    until_time = Clock(load_default=None)

    def __init__(self, areas: Collection[str], zone: tzinfo, now: datetime | None = None) -> None:
        super().__init__(zone, now)
        self.declared_fields["area"] = Choice(dict.fromkeys(areas, ""), required=True)
        self._init_fields()

    @post_load
    def _shift(self, data: dict[str, Any], **_more: Any) -> dict[str, Any]:
        if (data["until_date"] is None) != (data["until_time"] is None):
            missing = "until_time" if data["until_time"] is None else "until_date"
            raise ValidationError({missing: [_l("Give both a date and a time, or neither.")]})
        return {
            "area": data["area"],
            "step": data["step"],
            "person_id": data["person"],
            "from_at": self._instant(data, "from"),
            "until_at": self._instant(data, "until") if data["until_date"] else None,
        }
