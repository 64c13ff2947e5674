"""Between a page's flat fields (`stops-0-place`) and the nested data that schemas read; nothing typed is lost on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import tzinfo
from typing import Any

from marshmallow import ValidationError

from deconflict.domain.doubts import spot
from deconflict.domain.filing import Filing, Location, MissionPlan, MovementNotice, StaticSite, Stop
from deconflict.schemas.doubt_words import TICKS
from deconflict.schemas.fields import blank
from deconflict.schemas.filings import FilingSchema
from deconflict.schemas.notices import NOBODY
from deconflict.schemas.sites import typed_site
from deconflict.schemas.windows import typed_instant, typed_window
from deconflict.schemas.zones import ZoneSchema, typed_zone

STOP_FIELD = re.compile(r"stops-(\d{1,4})-(\w+)", re.ASCII)
NOT_TYPED = re.compile(r"csrf_token|_.*")  # the page's own machinery: token, buttons


@dataclass(frozen=True, slots=True)
class Received:
    """A form that came in: the filing, or None with `errors` by field name. `values` is what was typed, to show again; stops
    are numbered afresh from 0 in both. Errors of no single field are under the empty name, of the stops as a whole under
    `stops`."""

    filing: Filing | None
    values: dict[str, str]
    errors: dict[str, list[str]]

    @property
    def stop_count(self) -> int:
        return len(_stop_rows(self.values))


def receive(schema: FilingSchema | ZoneSchema, flat: Mapping[str, str]) -> Received:
    """Reads a submitted form through its schema. Never raises for what a person typed."""
    values = tidy(flat)
    try:
        filing: Filing = schema.load(nest(values))
    except ValidationError as error:
        return Received(None, values, field_errors(error.messages))
    return Received(filing, values, {})


def tidy(flat: Mapping[str, str]) -> dict[str, str]:
    """What a person typed: without the page's machinery and the empty stops at the end, stops numbered from 0."""
    values = {name: text for name, text in flat.items() if not NOT_TYPED.fullmatch(name)}
    rows = _stop_rows(values)
    while rows and all(map(blank, rows[-1].values())):
        rows.pop()
    whole = {name: text for name, text in values.items() if not STOP_FIELD.fullmatch(name)}
    return whole | _flat_stops(rows)


def nest(values: Mapping[str, str]) -> dict[str, Any]:
    """The shape that schemas read. A field that is none of a stop's keeps its name, so the schema refuses what it does not
    know."""
    whole: dict[str, Any] = {name: text for name, text in values.items() if not STOP_FIELD.fullmatch(name)}
    rows = _stop_rows(values)
    return {**whole, "stops": rows} if rows else whole


def typed(filing: Filing, zone: tzinfo) -> dict[str, str]:
    """The flat fields that would be read as this filing again: for a form to amend it."""
    if isinstance(filing, MissionPlan) and filing.zone is not None:
        return typed_zone(filing, zone)
    if isinstance(filing, StaticSite):
        (stop,) = filing.stops
        return typed_site(filing, zone) | _flat_stops([_typed_place(stop.location) | _ticks(stop)])
    whole = {
        f.name: _text(getattr(filing, f.name)) for f in fields(filing) if f.name not in ("stops", *_SAID_OTHERWISE)
    }
    if isinstance(filing, MovementNotice):
        whole |= typed_instant(filing.coverage_lost_at, "coverage", zone)
        whole["confirmed_by"] = NOBODY if filing.confirmed_by is None else str(filing.confirmed_by)
    says_halt = isinstance(filing, MissionPlan)
    return whole | _flat_stops([_typed_stop(stop, zone, says_halt=says_halt) for stop in filing.stops])


_SAID_OTHERWISE = ("coverage_lost_at", "confirmed_by")  # than their values read


def field_errors(messages: Any) -> dict[str, list[str]]:
    """Nested errors by field name of the page: `{"stops": {0: {"place": [..]}}}` -> `{"stops-0-place": [..]}`."""
    found: dict[str, list[str]] = {}
    for path, sentence in _leaves(messages, ()):
        found.setdefault("-".join(part for part in path if part != "_schema"), []).append(sentence)
    return found


def _leaves(messages: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from _leaves(inner, (*path, str(key)))
    elif isinstance(messages, list | tuple):
        for inner in messages:
            yield from _leaves(inner, path)
    else:
        yield path, str(messages)


def _stop_rows(values: Mapping[str, str]) -> list[dict[str, str]]:
    rows: dict[int, dict[str, str]] = {}
    for name, text in values.items():
        if found := STOP_FIELD.fullmatch(name):
            rows.setdefault(int(found[1]), {})[found[2]] = text
    return [rows[number] for number in sorted(rows)]


def _flat_stops(rows: list[dict[str, str]]) -> dict[str, str]:
    return {f"stops-{number}-{name}": text for number, row in enumerate(rows) for name, text in row.items()}


def flat_place(location: Location, ticks: Mapping[str, str]) -> dict[str, str]:
    """The fields of the one place of a form, with the ticks that were set beside it."""
    return _flat_stops([{**_typed_place(location), **ticks}])


def _typed_stop(stop: Stop, zone: tzinfo, *, says_halt: bool) -> dict[str, str]:
    halt = {"halt": "yes" if stop.halt else "no"} if says_halt else {}
    windows = typed_window(stop.arrive, "arrive", zone) | typed_window(stop.depart, "depart", zone)
    return _typed_place(stop.location) | windows | {"activity": stop.activity or ""} | halt | _ticks(stop)


def _ticks(stop: Stop) -> dict[str, str]:
    return {TICKS[kind]: spot(stop.location) for kind in stop.sure}


def _typed_place(location: Location) -> dict[str, str]:
    if location.source in ("gazetteer", "commune"):
        return {"place": location.as_typed, "place_pcode": location.pcode or ""}
    chosen = {"correction": location.corrected} if location.corrected else {}
    if location.name:
        named = {"place": location.name, "place_pcode": location.pcode or ""}
        return named | {"position": location.as_typed} | chosen
    return {"place": location.as_typed} | chosen


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return "" if value is None else str(value)
