"""What may be answered to the fields of a form, by code and in words: for whatever shows a form otherwise than as a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from deconflict.domain.country import Mission
from deconflict.domain.filing import Level
from deconflict.schemas.fields import Choice, Kind, YesNo
from deconflict.schemas.filings import FilingSchema
from deconflict.schemas.zones import ZoneSchema
from deconflict.web.filing_pages import Sheet
from deconflict.web.language import label

# What is printed or passed on names nobody. The page says at length who may be told what.
LEVELS = {
    Level.MATCH_ONLY: _l("Nothing"),
    Level.REDACTED: _l("To avoid the place on a half-day, without our name"),
    Level.FULL: _l("That, and what the vehicles look like"),
}


@dataclass(frozen=True, slots=True)
class Answers:
    """Of one form, in the language that was current when it was made. `fields` of the whole and `of_stop` of each stop, as their door
    reads them."""

    fields: Mapping[str, Any]
    of_stop: Mapping[str, Any]
    kinds: Mapping[str, str]
    done_there: Mapping[str, str]
    only: Mapping[str, Mapping[str, Any]]

    def of(self, name: str, *, at_stop: bool = False) -> dict[str, str]:
        """Words by code; empty for what is written freely."""
        found = self._all(name, (self.of_stop if at_stop else self.fields).get(name))
        return {code: words for code, words in found.items() if code in self.only.get(name, found)}

    def _all(self, name: str, field: Any) -> dict[str, str]:
        if name == "level":
            return {code: str(words) for code, words in LEVELS.items() if code in field.choices}
        if name == "activity":
            return dict(self.done_there)
        if isinstance(field, Kind):
            return dict(self.kinds)
        if isinstance(field, Choice):
            return {code: str(words) for code, words in field.choices.items()}
        return {"yes": str(_l("Yes")), "no": str(_l("No"))} if isinstance(field, YesNo) else {}


def answers_of(sheet: Sheet, schema: FilingSchema | ZoneSchema, mission: Mission) -> Answers:
    of_stop = {} if isinstance(schema, ZoneSchema) else schema.stop_schema(mission, schema.side).fields
    kinds = {kind.code: label(kind.label) for kind in mission.catalogue.of(schema.side, **{sheet.flag: True})}
    there = {kind.code: label(kind.label) for kind in mission.catalogue.of(schema.side, on_site=True)}
    return Answers(schema.fields, of_stop, kinds, there, sheet.answers)
