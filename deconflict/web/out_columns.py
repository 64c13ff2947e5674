"""The columns of a form as a file: the same fields in the same order under the same labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deconflict.domain.activity import Side
from deconflict.schemas.fields import Count
from deconflict.schemas.zones import ZoneSchema
from deconflict.web.clock import now
from deconflict.web.filing_pages import Pages, mission
from deconflict.web.language import label, named
from deconflict.web.paper_words import _answers

KEY = "_key"
ASKED_ONCE = ("disclaimer", "confirmed_by")
PARTS = {"date": _l("date"), "from": _l("earliest"), "to": _l("latest"), "time": _l("time")}
TAGS = {
    KEY: "#meta+id",
    "kind": "#activity+type",
    "activity": "#activity+stop",
    "place": "#loc+name",
    "position": "#geo+coord",
    "vehicles": "#capacity+vehicles+num",
    "persons": "#capacity+persons+num",
    "level": "#access+level",
    "name": "#loc+site+name",
    "operator": "#org+name",
    "co_operators": "#org+partner",
    "title": "#activity+name",
    "category": "#sector",
}


@dataclass(frozen=True, slots=True)
class Col:
    """`field` of the page, of a stop without its number (`place`); `header` and the words of `choices` (by code) in the language that was
    current; `tag` of HXL; `kind` as files.sheets.Column."""

    field: str
    header: str
    tag: str
    of_stop: bool
    choices: Mapping[str, str]
    kind: str


def columns_of(pages: Pages, what: str) -> tuple[Col, ...]:
    """In the language that is current; the first is the number of the item."""
    sheet = pages.sheets[what]
    schema = (sheet.schema or pages.schema)(mission(), now())
    at_stop = {} if isinstance(schema, ZoneSchema) else schema.stop_schema(mission(), schema.side).fields
    kinds, there = (
        {kind.code: label(kind.label) for kind in mission().catalogue.of(schema.side, **{flag: True})}
        for flag in (sheet.flag, "on_site")
    )

    def of(part: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[Col]:
        fields = [one for one in part.items() if one[0] not in ASKED_ONCE and not one[0].startswith("sure_")]
        for said, group in groupby(fields, key=lambda one: str(one[1])):
            names = [name for name, _said in group]
            for name in names:
                part_name = pages.options.get("days", {}).get(name) or PARTS.get(name.rpartition("_")[2], "")
                answers = _answers(name, known.get(name), kinds, there)
                choices = {code: words for code, words in answers.items() if code in sheet.answers.get(name, answers)}
                yield Col(
                    name,
                    said if len(names) == 1 else named(said, part_name),
                    _tag(name),
                    part is sheet.layout.stop,
                    choices,
                    "text" if choices or pages.side is Side.MISSION else _kind(name, known.get(name)),
                )

    layout = sheet.layout
    key = Col(KEY, _("Your number"), TAGS[KEY], of_stop=False, choices={}, kind="text")
    return (key, *of(layout.before, schema.fields), *of(layout.stop, at_stop), *of(layout.after, schema.fields))


def _tag(name: str) -> str:
    if name.endswith(("_date", "_from", "_to", "_time")):
        return "#date+" + name.replace("_", "+")
    return TAGS.get(name, f"#meta+{name}")


def _kind(name: str, field: Any) -> str:
    if isinstance(field, Count):
        return "number"
    if name.endswith(("_date", "_on")) or name == "valid_from":
        return "date"
    return "time" if name.endswith(("_from", "_to", "_time")) or name in ("opens", "closes") else "text"
