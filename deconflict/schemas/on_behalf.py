"""The door for what somebody writes down of a call: who, when, which way, and how it is known who it was."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, tzinfo
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, post_load

from deconflict.domain.country import PhonePlan
from deconflict.domain.on_behalf import Back, Call, Way
from deconflict.schemas.duty import Clock, Day
from deconflict.schemas.fields import Choice, Door, Phone
from deconflict.schemas.windows import CHECK_THE_YEAR

VOICE = "voice"  # of a caller whose name is kept nowhere
WAYS = {Way.PHONE: _l("By phone"), Way.RADIO: _l("By radio"), Way.SATELLITE: _l("By satellite telephone")}
BACKS = {
    Back.DIRECTORY: _l("We called back, on a number of the directory"),
    Back.OTHER: _l("We called back, on another number"),
    Back.HEARD: _l("Not called back: by radio or satellite, a voice we know"),
}


class CallSchema(Door):
    """-> Call. `people`: ids of whoever may have called."""

    way = Choice({str(way): words for way, words in WAYS.items()}, required=True)
    call_date = Day(required=True)
    call_time = Clock(required=True)
    back = Choice({str(back): words for back, words in BACKS.items()}, required=True)

    def __init__(self, people: Collection[int], plan: PhonePlan, zone: tzinfo) -> None:
        super().__init__()
        self.zone = zone
        callers = dict.fromkeys((VOICE, *map(str, people)), "")
        self.declared_fields["caller"] = Choice(callers, required=True)
        self.declared_fields["number"] = Phone(plan, load_default=None)
        self._init_fields()

    @post_load
    def _call(self, data: dict[str, Any], **_more: Any) -> Call:
        try:
            at = datetime.combine(data["call_date"], data["call_time"], self.zone).astimezone(UTC)
        except OverflowError:  # the first and the last day of the calendar
            raise ValidationError({"call_date": [CHECK_THE_YEAR]}) from None
        return Call(
            caller_id=None if data["caller"] == VOICE else int(data["caller"]),
            way=Way(data["way"]),
            called_at=at,
            back=Back(data["back"]),
            number=data["number"],
        )
