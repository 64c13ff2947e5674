"""The door for mission plans: patrols and visible QIP events -> MissionPlan. What is never stored is refused by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, post_load, pre_load, validates, validates_schema

from deconflict.domain.activity import Side
from deconflict.domain.filing import Level, MissionPlan
from deconflict.domain.kinds import Kind as ActivityKind
from deconflict.domain.qip_codes import OCCASIONS
from deconflict.schemas.aid_plans import OfAid, checked
from deconflict.schemas.fields import CHOOSE, Choice, Text, YesNo, blank
from deconflict.schemas.filings import MODES, FilingSchema, StopSchema
from deconflict.schemas.open_text import OpenText, refuse_fields, refuse_place

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


# As activities.toml has them.
CATEGORIES = {
    "food": _l("Food"),
    "nfi": _l("Household items and shelter"),
    "cash": _l("Cash and vouchers"),
    "health": _l("Health"),
    "nutrition": _l("Nutrition"),
    "protection": _l("Protection"),
    "wash": _l("Water and hygiene"),
    "education": _l("Education"),
    "livelihoods": _l("Livelihoods"),
}


OF_EVENTS = ("media", "qip", "occasion", "civilian")


class PlanStopSchema(StopSchema):
    @pre_load
    def _nothing_forbidden(self, data: Any, **_more: Any) -> Any:
        refuse_fields(data)
        return data

    @validates("place")
    def _place_is_a_place(self, text: str, **_more: Any) -> None:
        refuse_place(text)


class PlanSchema(OfAid, FilingSchema):
    """-> MissionPlan. Raises ValidationError; messages are lazy, in the reader's language when shown.

    Fields: kind (of a patrol, a stay, an activity for people or an event), level, mode, urgency, aid_component, joint_with, title (of
    events and activities), media, qip, occasion and civilian (of events), category (of an activity whose kind has none), those of
    schemas.aid_plans, stops: as a notice's, each with halt (yes or no); windows may be date-time groups in `from` and `to`."""

    side, whole, levels = Side.MISSION, ("patrol", "event", "stay", "aid"), LEVELS
    stop_schema = PlanStopSchema

    aid_component = Choice(AID_COMPONENTS, required=True)
    joint_with = Choice(PARTNERS, required=True)
    title = OpenText(120, load_default="")
    media = YesNo(load_default=False)
    category = Choice(CATEGORIES, load_default="")
    qip = Text(8, load_default="")
    occasion = Choice(OCCASIONS, load_default="")
    civilian = YesNo(load_default=False)

    @pre_load
    def _nothing_forbidden(self, data: Any, **_more: Any) -> Any:
        refuse_fields(data)
        kind = self.mission.catalogue.kinds.get(str(data.get("kind"))) if isinstance(data, Mapping) else None
        return {**data, "mode": kind.mode} if kind and kind.mode and blank(data.get("mode")) else data

    @validates_schema(skip_on_field_errors=False)
    def _only_events_are_announced(self, data: dict[str, Any], **_more: Any) -> None:
        kind = self._kind(data)
        if kind is None or kind.event:
            return
        names = (*OF_EVENTS,) if kind.aid else ("title", *OF_EVENTS)
        wrong = {name: [_l("Only QIP events have this. Take it out.")] for name in names if data.get(name)}
        if wrong:
            raise ValidationError(wrong)

    @validates_schema(skip_on_field_errors=False)
    def _goes_as_its_kind_goes(self, data: dict[str, Any], **_more: Any) -> None:
        kind = self._kind(data)
        if kind is not None and kind.mode and data.get("mode", kind.mode) != kind.mode:
            raise ValidationError({"mode": [_l("This kind goes otherwise: choose “%(mode)s”.", mode=MODES[kind.mode])]})

    @validates_schema(skip_on_field_errors=False)
    def _stands_at_one_place(self, data: dict[str, Any], **_more: Any) -> None:
        kind, stops = self._kind(data), data.get("stops", ())
        if kind is None or not (kind.stay or kind.aid):
            return
        if len(stops) > 1:
            raise ValidationError(
                {"stops": {1: {"place": [_l("One place. Enter the next one as a plan of its own.")]}}}
            )
        if any(stop.activity for stop in stops):
            raise ValidationError({"stops": {0: {"activity": [_l("The kind says what is done. Take it out.")]}}})

    @validates_schema(skip_on_field_errors=False)
    def _aid_is_said(self, data: dict[str, Any], **_more: Any) -> None:
        """An activity for people is aid of some origin and some kind, and nothing else is asked its kind."""
        kind = self._kind(data)
        if kind is None:
            return
        if kind.aid and data.get("aid_component") == "none":
            raise ValidationError(
                {"aid_component": [_l("This is an activity for people: say what the aid is part of.")]}
            )
        if kind.aid and not kind.category and not data.get("category"):
            raise ValidationError({"category": [CHOOSE]})
        if data.get("category") and (not kind.aid or kind.category not in (None, data["category"])):
            raise ValidationError({"category": [_l("The kind of activity says this already. Leave it empty.")]})

    @validates_schema(skip_on_field_errors=False)
    def _need_and_alternatives_are_said(self, data: dict[str, Any], **_more: Any) -> None:
        checked(self._kind(data), data)

    def _kind(self, data: dict[str, Any]) -> ActivityKind | None:
        return self.mission.catalogue[data["kind"]] if "kind" in data else None

    @post_load
    def _plan(self, data: dict[str, Any], **_more: Any) -> MissionPlan:
        return MissionPlan(**self.settled(data))
