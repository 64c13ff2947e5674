"""The doors of requests for an escort or another military asset: what was asked for, what came of each alternative, what was decided."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from marshmallow import post_load

from deconflict.domain.asset_asked import Asked, Decision, Reviewed
from deconflict.domain.asset_requests import ALTERNATIVES, ANSWERS, ASSETS, CRITERIA, DECIDED_BY, FOUND, PROVIDERS
from deconflict.domain.audience import Audience
from deconflict.schemas.checked_words import Words
from deconflict.schemas.duty import Day
from deconflict.schemas.fields import Choice, Door, Text

MOST, SHORT = 500, 200
USE, NOT = "use", "not"


class AskSchema(Door):
    """-> Asked. `by`: who writes; `organisations` are the codes that an officer may choose from, none for whoever asks for his own; `areas`
    those of the desk. Each criterion is a field, with its reason beside it (`need`, `need_why`)."""

    notice = Text(10, load_default="")
    asset = Choice(ASSETS, required=True)
    provider = Choice(PROVIDERS, required=True)
    first = Day(required=True)
    last = Day(required=True)

    def __init__(self, by: Audience, organisations: Collection[str], areas: Collection[str]) -> None:
        super().__init__()
        self.declared_fields["why"] = Words(MOST, by, required=True)
        self.declared_fields["area"] = Choice(dict.fromkeys(areas), load_default="")
        if organisations:
            self.declared_fields["organisation"] = Choice(dict.fromkeys(organisations), load_default="")
        for code in CRITERIA:
            self.declared_fields[code] = Choice(ANSWERS, required=True)
            self.declared_fields[f"{code}_why"] = Words(SHORT, by, load_default="")
        self._init_fields()

    @post_load
    def _asked(self, data: dict[str, Any], **_more: Any) -> Asked:
        organisation = data.get("organisation")
        return Asked(
            **{name: data[name] for name in ("notice", "asset", "provider", "first", "last", "why", "area")},
            organisation_id=int(organisation) if organisation else None,
            criteria={code: (data[code], data[f"{code}_why"]) for code in CRITERIA},
        )


class ReviewSchema(Door):
    """-> Reviewed: an answer for each alternative."""

    def __init__(self, by: Audience) -> None:
        super().__init__()
        self.declared_fields["words"] = Words(MOST, by, load_default="")
        for code in ALTERNATIVES:
            self.declared_fields[code] = Choice(FOUND, required=True)
        self._init_fields()

    @post_load
    def _reviewed(self, data: dict[str, Any], **_more: Any) -> Reviewed:
        return Reviewed({code: data[code] for code in ALTERNATIVES}, data["words"])


class DecisionSchema(Door):
    """-> Decision."""

    outcome = Choice(dict.fromkeys((USE, NOT)), required=True)
    by = Choice(DECIDED_BY, required=True)
    on = Day(required=True)
    review_on = Day(load_default=None)

    def __init__(self, by: Audience) -> None:
        super().__init__()
        self.declared_fields["words"] = Words(MOST, by, required=True)
        self._init_fields()

    @post_load
    def _decision(self, data: dict[str, Any], **_more: Any) -> Decision:
        return Decision(data["outcome"] == USE, data["by"], data["on"], data["words"], data["review_on"])
