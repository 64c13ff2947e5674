"""The door for whoever answers for an organisation and invites its people: what was typed -> a Newcomer with an end of contract."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import tzinfo
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, post_load, validates_schema

from deconflict.domain.country import PhonePlan
from deconflict.domain.people import Newcomer
from deconflict.schemas.duty import Day, end_of
from deconflict.schemas.people import NewcomerSchema


class ColleagueSchema(NewcomerSchema):
    """-> Newcomer. `gives`: the roles one may give; `scopes`: the sectors one may place somebody in."""

    until = Day(required=True)

    def __init__(
        self,
        side: str,
        scopes: Collection[str],
        plan: PhonePlan,
        spoken: Collection[str],
        gives: Collection[str],
        zone: tzinfo,
    ) -> None:
        super().__init__(side, scopes, plan, spoken)
        self.gives, self.zone = gives, zone

    @validates_schema(skip_on_field_errors=False)
    def _may_be_given(self, data: dict[str, Any], **_more: Any) -> None:
        if set(data.get("roles", ())) - set(self.gives):
            raise ValidationError(
                {"roles": [_l("You cannot give this role. Choose another one, or ask an administrator.")]}
            )

    @post_load
    def _newcomer(self, data: dict[str, Any], **_more: Any) -> Newcomer:
        until_at = end_of(data["until"], self.zone)
        found: Newcomer = super()._newcomer(data)
        return replace(found, until_at=until_at)
