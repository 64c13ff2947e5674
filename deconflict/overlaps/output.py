"""The overlaps as a table for people, as JSON and as GeoJSON for programs. Points are [lat, lon] in JSON, and [lon, lat] in
geometries of GeoJSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from deconflict.domain.activity import LatLon
from deconflict.domain.all_pairs import Limits, Overlap
from deconflict.domain.country import Mission
from deconflict.domain.drawn import ItemId
from deconflict.domain.judgement import Hit
from deconflict.domain.words import sentences
from deconflict.overlaps.words import WORDS


@dataclass(frozen=True, slots=True)
class Found:
    """Everything there is to say. `names` are the ids of the items by the id of their activity."""

    overlaps: tuple[Overlap, ...]
    names: tuple[ItemId, ...]
    limits: Limits | None
    mission: Mission | None
    language: str
    counted: tuple[int, int]  # activities of each side


def facts_of(found: Found, overlap: Overlap) -> dict[str, Any]:
    """Plain types only: instants as ISO 8601 in UTC, points as [lat, lon]."""
    nominal = overlap.nominal
    return {
        "a": found.names[overlap.a.id],
        "b": found.names[overlap.b.id],
        "gap_m": overlap.gap_m,
        "time_gap_s": overlap.time_gap_s,
        "possible": overlap.possible,
        "nominal": {
            "distance_m": nominal.distance_m,
            "a_at": nominal.a_at.isoformat(),
            "b_at": nominal.b_at.isoformat(),
            "a_point": list(nominal.a_point),
            "b_point": list(nominal.b_point),
            "minutes_within": overlap.minutes_within,
        },
        "rules": [_rule(hit) for hit in overlap.hits],
    }


def _rule(hit: Hit) -> dict[str, Any]:
    return {
        "id": hit.rule_id,
        "severity": hit.severity.value,
        "harm": hit.harm.value,
        "possible": hit.possible,
        "gap_m": hit.gap_m,
        "limit_m": hit.limit_m,
        "time_gap_s": hit.time_gap_s,
        "limit_s": hit.limit_s,
        "same_settlement": hit.same_settlement,
        "same_commune": hit.same_commune,
        "minutes_within": hit.minutes_within,
    }


def as_json(found: Found) -> str:
    return _list(facts_of(found, overlap) for overlap in found.overlaps)


def as_geojson(found: Found) -> str:
    """A line for each overlap, from where the one is nearest to where the other is."""
    features = (
        {
            "type": "Feature",
            "geometry": {"type": "LineString", "coordinates": _line(overlap.nominal.a_point, overlap.nominal.b_point)},
            "properties": facts_of(found, overlap),
        }
        for overlap in found.overlaps
    )
    return f'{{"type": "FeatureCollection", "features": {_list(features)}}}'


def _line(a: LatLon, b: LatLon) -> list[list[float]]:
    return [[lon, lat] for lat, lon in (a, b)]


def _list(values: Iterable[dict[str, Any]]) -> str:
    """An entry a line."""
    return "[" + ",".join("\n" + json.dumps(value, ensure_ascii=False, allow_nan=False) for value in values) + "\n]"


def as_table(found: Found) -> str:
    """A row for each overlap; with the SOP a sentence for each rule below it; at the end how it was looked."""
    words = WORDS[found.language]
    names = ["a", "b", "gap", "time", "nearest", "a_at", "b_at", "minutes", "possible"]
    names += ["rules"] if found.mission else []
    head = [words[name] for name in names]
    rows = [[*_cells(found, overlap)][: len(names)] for overlap in found.overlaps]
    lines = _aligned([head, *rows], right={2, 3, 4, 7}) if rows else []
    said = [[f"    {sentence}" for sentence in _sentences(found, overlap)] for overlap in found.overlaps]
    table = (
        [lines[0], *(line for row, why in zip(lines[1:], said, strict=True) for line in (row, *why)), ""]
        if rows
        else []
    )
    return "\n".join([*table, *_foot(found)])


def _cells(found: Found, overlap: Overlap) -> Iterator[str]:
    words, nominal = WORDS[found.language], overlap.nominal
    point = words["point"]
    yield str(found.names[overlap.a.id])
    yield str(found.names[overlap.b.id])
    yield _number(overlap.gap_m / 1000, 3, point)
    yield _number(overlap.time_gap_s / 3600, 2, point)
    yield _number(nominal.distance_m / 1000, 3, point)
    yield _at(nominal.a_at)
    yield _at(nominal.b_at)
    yield _number(overlap.minutes_within, 0, point)
    yield words["possible"] if overlap.possible else ""
    yield " ".join(hit.rule_id for hit in overlap.hits)


def _sentences(found: Found, overlap: Overlap) -> list[str]:
    if overlap.judgement is None or found.mission is None:
        return []
    return sentences(overlap.judgement, found.language, found.mission.zone, found.mission.unit)


def _foot(found: Found) -> Iterator[str]:
    words, (a, b) = WORDS[found.language], found.counted
    yield words["count"].format(n=len(found.overlaps), a=a, b=b)
    if found.limits is not None:
        km, h = (
            _shortest(value, words["point"]) for value in (found.limits.within_m / 1000, found.limits.within_s / 3600)
        )
        yield words["limits"].format(km=km, h=h)
    if found.mission is not None:
        yield words["sop"].format(version=found.mission.pack.version)
    yield words["more"]


def _aligned(rows: Sequence[Sequence[str]], right: set[int]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if n in right else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _number(value: float, digits: int, point: str) -> str:
    return f"{value:.{digits}f}".replace(".", point)


def _shortest(value: float, point: str) -> str:
    return f"{value:.10g}".replace(".", point)


def _at(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


WRITERS: dict[str, Callable[[Found], str]] = {"table": as_table, "json": as_json, "geojson": as_geojson}
