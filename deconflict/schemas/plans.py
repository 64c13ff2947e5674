"""The door for mission plans: patrols and visible QIP events -> MissionPlan. What is never stored is refused by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, post_load, pre_load, validates_schema

from deconflict.domain.activity import Side
from deconflict.domain.filing import Level, MissionPlan
from deconflict.domain.places import fold
from deconflict.schemas.fields import Choice, Text, YesNo
from deconflict.schemas.filings import FilingSchema, StopSchema

LEVELS = {
    Level.MATCH_ONLY: _l("Match only: nothing of it reaches a humanitarian organisation"),
    Level.REDACTED: _l("Reduced: the officer may ask an organisation to avoid a place on a half-day, without a reason"),
}
AID_COMPONENTS = {
    "none": _l("No aid"),
    "planned_qip": _l("Aid planned in a QIP"),
    "planned_cimic": _l("Aid planned as a CIMIC activity"),
    "unplanned": _l("Aid may be given, unplanned"),
}
PARTNERS = {
    "none": _l("Alone"),
    "unpol": _l("With UN Police"),
    "host_forces": _l("With forces of the State"),
    "other": _l("With another force"),
}
NEVER_STORED = (
    *("strength", "call sign", "frequency", "unit", "weapon", "radio", "effectif", "indicatif"),
    *("fréquence", "unité", "arme", "armement", "medevac plan", "plan medevac", "order of battle", "ordre de bataille"),
)
FORBIDDEN = frozenset(fold(name) + ending for name in NEVER_STORED for ending in ("", "s"))


def refuse_forbidden(data: Any) -> None:
    """Raises ValidationError naming each field that the system never stores, in French or English, however spelled."""
    if not isinstance(data, Mapping):
        return
    named = [name for name in data if isinstance(name, str) and fold(name) in FORBIDDEN]
    if named:
        raise ValidationError(
            {name: [_l("“%(field)s” is never stored here. Take it out.", field=name)] for name in named}
        )


class PlanStopSchema(StopSchema):
    @pre_load
    def _nothing_forbidden(self, data: Any, **_more: Any) -> Any:
        refuse_forbidden(data)
        return data


class PlanSchema(FilingSchema):
    """-> MissionPlan. Raises ValidationError; messages are lazy, in the reader's language when shown.

    Fields: kind (of a patrol or an event), level, mode, urgency, aid_component, joint_with, title and media (of events),
    stops: as a notice's, each with halt (yes or no); windows may be date-time groups in `from` and `to`."""

    side, whole, levels = Side.MISSION, ("patrol", "event"), LEVELS
    stop_schema = PlanStopSchema

    aid_component = Choice(AID_COMPONENTS, required=True)
    joint_with = Choice(PARTNERS, required=True)
    title = Text(120, load_default="")
    media = YesNo(load_default=False)

    @pre_load
    def _nothing_forbidden(self, data: Any, **_more: Any) -> Any:
        refuse_forbidden(data)
        return data

    @validates_schema(skip_on_field_errors=False)
    def _only_events_are_announced(self, data: dict[str, Any], **_more: Any) -> None:
        if "kind" not in data or self.mission.catalogue[data["kind"]].event:
            return
        wrong = {name: [_l("Only QIP events have this. Take it out.")] for name in ("title", "media") if data.get(name)}
        if wrong:
            raise ValidationError(wrong)

    @post_load
    def _plan(self, data: dict[str, Any], **_more: Any) -> MissionPlan:
        return MissionPlan(**self.settled(data))
