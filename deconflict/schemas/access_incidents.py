"""The door of the log of access incidents."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, post_load

from deconflict.domain.access_incidents import CONSTRAINTS, OUTCOMES, Incident
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.schemas.checked_words import UnarmedWords
from deconflict.schemas.duty import Day
from deconflict.schemas.fields import Choice, Door, Text, YesNo
from deconflict.schemas.whereabouts import locate

MOST = 300


class IncidentSchema(Door):
    """-> Incident. `place` is a settlement or a commune by its name or P-code; of it the commune alone is kept. `today` by the mission's
    calendar; `organisations` the codes an officer may choose from."""

    notice = Text(10, load_default="")
    constraint = Choice(CONSTRAINTS, required=True)
    on = Day(required=True)
    place = Text(120, required=True)
    outcome = Choice(OUTCOMES, required=True)
    proof_demanded = YesNo(required=True, error_messages={"required": _l("Answer yes or no.")})

    def __init__(self, mission: Mission, by: Audience, today: date, organisations: Collection[str] = ()) -> None:
        super().__init__()
        self.mission, self.today = mission, today
        self.declared_fields["words"] = UnarmedWords(MOST, by, mission.armed_actors, load_default="")
        if organisations:
            self.declared_fields["organisation"] = Choice(dict.fromkeys(organisations), load_default="")
        self._init_fields()

    @post_load
    def _incident(self, data: dict[str, Any], **_more: Any) -> Incident:
        if data["on"] > self.today:
            raise ValidationError({"on": [_l("This day has not come yet. Write when it happened.")]})
        pcode, organisation = self._commune(data.pop("place")), data.pop("organisation", "")
        return Incident(pcode=pcode, organisation_id=int(organisation) if organisation else None, **data)

    def _commune(self, place: str) -> str:
        found = locate(self.mission, place=place)
        named = self.mission.gazetteer.get(found.pcode or "")
        if named is None or named.commune is None:
            raise ValidationError({"place": [_l("Write the name of a settlement or of its unit, not a position.")]})
        return named.commune
