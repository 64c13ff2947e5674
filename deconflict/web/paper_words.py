"""A form on paper, made of the same layout and the same schema as the page, so that no field is on one and not on the other. Its
numbers are those that stand beside the labels where somebody enters a notice for its owner."""

from __future__ import annotations

import hashlib
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask_babel import lazy_gettext as _l

from deconflict.domain.activity import Side
from deconflict.domain.country import Mission
from deconflict.schemas.fields import Count
from deconflict.schemas.filings import FilingSchema
from deconflict.schemas.notices import Clause
from deconflict.schemas.sites import Day, Hour
from deconflict.schemas.zones import Lines, ZoneSchema
from deconflict.web.filing_form import Layout
from deconflict.web.filing_pages import Sheet
from deconflict.web.sheet_answers import answers_of

LEVEL = _l("What may be told to the other side")


@dataclass(frozen=True, slots=True)
class Box:
    """Something to fill in. `kind`: line, lines, count, day, clock, group (a date-time group), grid (MGRS), letter, tick. `caption` tells
    ticks apart that stand in one row."""

    name: str
    kind: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One field as one speaks of it: its number, its label, what to fill in, and the answers to choose from by their letter."""

    number: str
    label: str
    boxes: tuple[Box, ...]
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """`stops`: the same rows for every stop, of which a form for one place has one and one for an area none. `edition` is another as
    soon as a field or an answer is."""

    before: tuple[Row, ...]
    stops: tuple[tuple[Row, ...], ...]
    after: tuple[Row, ...]
    edition: str

    def names(self) -> set[str]:
        """Every field of the page that it has a place for."""
        rows = [*self.before, *self.after, *(row for stop in self.stops for row in stop)]
        return {box.name for row in rows for box in row.boxes}


def paper_of(
    sheet: Sheet, schema: FilingSchema | ZoneSchema, mission: Mission, stops: int, options: Mapping[str, Any]
) -> Paper:
    """In the language that is current. `stops`: room for so many where there may be several; `options`: the page's."""
    layout, military = sheet.layout, schema.side is Side.MISSION
    asked = answers_of(sheet, schema, mission)
    stops = stops if sheet.stops > 1 else int(bool(asked.of_stop))
    numbers, captions = layout.numbers(stops), options.get("days", {})

    def rows(part: Mapping[str, Any], known: Mapping[str, Any], at: str = "") -> tuple[Row, ...]:
        found = []
        for said, group in groupby((one for one in part.items() if one[0][0] != "_"), key=lambda one: str(one[1])):
            names = [name for name, _said in group]
            if names[0] in captions:
                boxes = tuple(Box(name, "tick", str(captions[name])) for name in names)
                found.append(Row(numbers[names[0]], said, boxes, ()))
                continue
            answers = asked.of(names[0], at_stop=bool(at))
            boxes = tuple(_box(f"{at}{name}", name, known.get(name), answers, military) for name in names)
            words = str(LEVEL) if names[0] == "level" else said
            found.append(
                Row(numbers[f"{at}{names[0]}"], words, boxes, tuple(zip(_letters(), answers.values(), strict=False)))
            )
        return tuple(found)

    return Paper(
        before=rows(layout.before, asked.fields),
        stops=tuple(rows(layout.stop, asked.of_stop, f"stops-{n}-") for n in range(stops)),
        after=rows(layout.after, asked.fields),
        edition=edition_of(layout, schema, mission),
    )


def edition_of(layout: Layout, schema: FilingSchema | ZoneSchema, mission: Mission) -> str:
    """Four letters: of two forms with the same, the same number means the same field and the same letter the same answer."""
    kinds = [kind.code for kind in mission.catalogue.of(schema.side)]
    said: list[str] = [*layout.numbers(1), *kinds]
    for name, field in sorted(schema.fields.items()):
        said += [name, *map(str, getattr(field, "choices", ()))]
    digest = hashlib.sha256("|".join(said).encode()).digest()
    return "".join(string.ascii_uppercase[byte % 26] for byte in digest[:4])


def _box(name: str, bare: str, field: Any, answers: Mapping[str, str], military: bool) -> Box:
    if answers:
        return Box(name, "letter")
    if isinstance(field, Clause):
        return Box(name, "tick")
    if isinstance(field, Count):
        return Box(name, "count")
    if isinstance(field, Day | Hour):
        return Box(name, "day" if isinstance(field, Day) else "clock")
    if isinstance(field, Lines):
        return Box(name, "lines")
    if bare.endswith(("_date", "_from", "_to", "_time")):
        return Box(name, _of_time(bare, military))
    if bare == "position" and military:
        return Box(name, "grid")
    return Box(name, "none" if bare.startswith("sure_") else "line")


def _of_time(name: str, military: bool) -> str:
    """A date-time group holds the date as well."""
    if name.endswith("_date"):
        return "none" if military else "day"
    return "group" if military else "clock"


def _letters() -> Iterator[str]:
    yield from string.ascii_uppercase
    yield from (f"A{letter}" for letter in string.ascii_uppercase)
