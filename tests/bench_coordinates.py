"""How many slips in coordinates are noticed, and how many rightly mended in the first offer: a thousand settlements, each with every
slip that the field reports. Official places where they are at hand (REFERENCE_DATA), else those of the shipped mission. Alone:
`python -m tests.bench_coordinates`."""

from __future__ import annotations

import csv
import json
import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from marshmallow import ValidationError

from deconflict.domain.activity import LatLon
from deconflict.domain.communes import Communes
from deconflict.domain.coordinates import BANDS, Position, format_dd, format_mgrs, read_position
from deconflict.domain.country import Mission
from deconflict.domain.doubts import of_name, of_place, of_way
from deconflict.domain.filing import Location, Stop, Window
from deconflict.domain.geodesy import destination, distance_m
from deconflict.domain.place import Place
from deconflict.domain.places import Gazetteer
from deconflict.mission import load_mission
from deconflict.schemas.whereabouts import locate, offers
from deconflict.settings import DEFAULT_MISSIONS
from tests.figures import Figure, figure, show
from tests.reference import REFERENCE

SEED, PLACES = 7, 1_000
MEASURED_M = 300.0  # so far from its listed point somebody stands who measures a position in a settlement
RIGHT_M = 50.0  # an offer is right that is so near, or within what the notation itself leaves open
GOAL_MISSED = 5.0  # of a hundred


@dataclass(frozen=True, slots=True)
class Case:
    """A position that was meant, in a settlement that is named with it."""

    place: Place
    point: LatLon
    chance: random.Random


def coordinates() -> Iterator[Figure]:
    """Share caught (refused or asked about) per slip, share rightly mended in the first offer, and right positions that were asked
    about for nothing."""
    mission, known = _mission()
    chance = random.Random(SEED)
    towns = [place for place in mission.gazetteer.places if place.level == "town" and _inland(place.point, mission)]
    cases = [case_of(place, chance, mission) for place in chance.sample(towns, min(PLACES, len(towns)))]
    spent: list[float] = []
    caught_of: list[float] = []
    for name, (slip, mends) in SLIPS.items():
        found = [judged(case, text, mission, spent) for case in cases if (text := slip(case, mission))]
        if not found:
            continue
        caught = 100 * statistics.mean(one for one, _ in found)
        caught_of += [] if name in BY_CONSTRUCTION else [caught]
        yield figure(f"{name}: caught, of {len(found)}", caught, "%")
        if mends:
            yield figure(f"{name}: first offer right", 100 * statistics.mean(m for _, m in found), "%")
    yield from _bare_positions(cases, mission)
    fast = [_too_fast(case, chance.choice(cases)) for case in cases]
    seen = [bool(list(of_way(stops, "road"))) for stops in fast if stops]
    yield figure(f"a road too fast: caught, of {len(seen)}", 100 * statistics.mean(seen), "%")
    yield figure(
        f"slips of the field not caught, mean of {len(caught_of)} kinds",
        100 - statistics.mean(caught_of),
        "%",
        goal=GOAL_MISSED,
    )
    yield figure("slips of the field not caught, worst kind", 100 - min(caught_of), "%", goal=GOAL_MISSED)
    right = [judged(case, text, mission, spent)[0] for case in cases for text in _habits(case)]
    yield figure(f"right positions asked about, of {len(right)}", 100 * statistics.mean(right), "%", goal=GOAL_MISSED)
    began = time.perf_counter()
    for case in cases:
        read_position(format_dd(case.point))
    plain = (time.perf_counter() - began) / len(cases) * 1e3
    yield figure(f"a position checked among {known:,} places", statistics.mean(spent) * 1e3, "ms", plain)


def _bare_positions(cases: list[Case], mission: Mission) -> Iterator[Figure]:
    """The slips that a position may have without a settlement beside it. Whatever can be read is asked about, so that what is caught
    says little; what is proposed shows how much the list of places can still tell."""
    for name, slip in BARE.items():
        found = [_judged_bare(case, text, mission) for case in cases if (text := slip(case, mission))]
        of = f"no settlement named, {name}"
        yield figure(f"{of}: caught, of {len(found)}", 100 * statistics.mean(caught for caught, _ in found), "%")
        yield figure(f"{of}: first offer right", 100 * statistics.mean(first for _, first in found), "%")


def _judged_bare(case: Case, text: str, mission: Mission) -> tuple[bool, bool]:
    """(caught, the first offer is what was meant)."""
    caught = True
    with suppress(ValidationError):
        caught = bool(list(of_name(locate(mission, position=text), mission)))
    first = next(iter(offers(mission, {"position": text})), None)
    return caught, first is not None and is_right(first.position, case)


def _mission() -> tuple[Mission, int]:
    """The shipped mission, with the official places and outlines of communes where they are at hand."""
    mission = load_mission(DEFAULT_MISSIONS / "mali-minusma")
    if not (REFERENCE / "places.csv").exists():
        return mission, len(mission.gazetteer.places)
    shipped = {place.pcode: place for place in mission.gazetteer.places}
    with (REFERENCE / "places.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            row for row in csv.DictReader(file) if not row["level"].startswith("adm") and row["adm3_pcode"] in shipped
        ]
    more = tuple(_place(row, shipped[row["adm3_pcode"]]) for row in rows if row["place_id"] not in shipped)
    outlines = json.loads((REFERENCE / "adm3_lookup.geojson").read_text(encoding="utf-8"))
    gazetteer = Gazetteer(mission.gazetteer.edition, mission.gazetteer.places + more)
    return replace(mission, gazetteer=gazetteer, communes=Communes(outlines)), len(gazetteer.places)


def _place(row: dict[str, str], commune: Place) -> Place:
    point = float(row["lat"]), float(row["lon"])
    return replace(commune, pcode=row["place_id"], name=row["name"], level="town", point=point, names=(), seat=None)


def _inland(point: LatLon, mission: Mission) -> bool:
    """Not on the very edge of the bounds, which are wider than the country."""
    south, west, north, east = mission.bounds
    return south + 0.1 < point[0] < north - 0.1 and west + 0.1 < point[1] < east - 0.1


def case_of(place: Place, chance: random.Random, mission: Mission) -> Case:
    near = destination(place.point, chance.uniform(0, 360), chance.uniform(20, MEASURED_M))
    return Case(place, (round(near[0], 5), round(near[1], 5)), chance)


def judged(case: Case, text: str, mission: Mission, spent: list[float]) -> tuple[bool, bool]:
    """(caught, the first offer is what was meant)."""
    before = time.perf_counter()
    caught = True
    with suppress(ValidationError):
        caught = bool(list(of_place(locate(mission, pcode=case.place.pcode, position=text), mission)))
    spent.append(time.perf_counter() - before)
    first = next(iter(offers(mission, {"place_pcode": case.place.pcode, "position": text})), None)
    if first is None:
        return caught, False
    return caught, caught and is_right(first.position, case)


def is_right(found: Position, case: Case) -> bool:
    return distance_m(found.point, case.point) <= max(RIGHT_M, 2 * found.uncertainty_m)


# ---- the slips: what somebody writes who means case.point, None where the slip changes nothing --------------------------------


def _swapped(case: Case, _: Mission) -> str:
    lat, lon = case.point
    return f"{lon:.4f}, {lat:+.4f}"


def _swapped_letters(case: Case, _: Mission) -> str:
    lat, lon = case.point
    return f"{abs(lon):.4f}N {abs(lat):.4f}{_side(lon)}"


def _sign(case: Case, _: Mission) -> str:
    lat, lon = case.point
    return format_dd((lat, -lon), 4)


def _letter(case: Case, _: Mission) -> str:
    lat, lon = case.point
    return f"N{_ddm(lat)} {'W' if lon > 0 else 'E'}{_ddm(lon)}"


def _bare(case: Case, _: Mission) -> str:
    return f"{case.point[0]:.4f} {abs(case.point[1]):.4f}"


def _minutes(case: Case, _: Mission) -> str:
    """14 degrees 29.06 minutes written 14.2906."""
    return _signed_parts(case.point, 60, 2)


def _whole_minutes(case: Case, _: Mission) -> str:
    return _signed_parts(case.point, 60, 0)


def _seconds(case: Case, _: Mission) -> str:
    """14 degrees 29 minutes 03 seconds written 14.2903."""
    figures = []
    for value in case.point:
        seconds = round(abs(value) * 3600)
        sign = "-" if value < 0 else "+"
        figures.append(f"{sign}{seconds // 3600}.{seconds // 60 % 60:02d}{seconds % 60:02d}")
    return " ".join(figures)


def _zone(case: Case, _: Mission) -> str:
    grid = format_mgrs(case.point, 8)
    return f"{int(grid[:2]) + case.chance.choice((-1, 1)):02d}{grid[2:]}"


def _band(case: Case, _: Mission) -> str:
    grid = format_mgrs(case.point, 8)
    return f"{grid[:2]}{BANDS[BANDS.index(grid[2]) + case.chance.choice((-1, 1))]}{grid[3:]}"


def _without_zone(case: Case, _: Mission) -> str:
    return format_mgrs(case.point, case.chance.choice((6, 8, 10)))[3:]


def _zero(case: Case, _: Mission) -> str:
    return case.chance.choice(("0, 0", "0.0000, 0.0000", "+0.0 +0.0", "0 0 0 0"))


def _repeated(case: Case, _: Mission) -> str:
    return f"{case.point[0]:.0f}.{case.chance.choice('0123456789') * 4}, {case.point[1]:+.4f}"


def _middle(case: Case, mission: Mission) -> str:
    return format_dd(case.chance.choice(mission.default_points), 4)


def _copied(case: Case, mission: Mission) -> str:
    """The listed point of another place near by, from the line above or below in a list."""
    south, west, north, east = (
        round(v + d, 5) for v, d in zip(case.place.point * 2, (-0.3, -0.3, 0.3, 0.3), strict=True)
    )
    others = [
        p for p in mission.gazetteer.within(south, west, north, east) if distance_m(p.point, case.place.point) > 100
    ]
    return format_dd(case.chance.choice(others).point) if others else ""


def _another_commune(case: Case, mission: Mission) -> str:
    """Within the five kilometres that distance lets through, but clearly over the commune's border."""
    if mission.communes is None:
        return ""
    own = (str(case.place.commune), str(mission.communes.at(case.place.point)))
    for bearing in range(0, 360, 30):
        point = destination(case.place.point, bearing, 4_900)
        if mission.communes.at(point) and not any(mission.communes.nears(point, pcode, 0.021) for pcode in own):
            return format_dd(point)
    return ""


def _wrong_place(case: Case, mission: Mission) -> str:
    """A position of somewhere else, five to a hundred kilometres away."""
    return format_dd(destination(case.place.point, case.chance.uniform(0, 360), case.chance.uniform(5_500, 100_000)))


def _side(lon: float) -> str:
    return "W" if lon < 0 else "E"


def _ddm(value: float) -> str:
    minutes = round(abs(value) * 60, 3)
    return f"{int(minutes // 60)} {minutes % 60:06.3f}"


def _signed_parts(point: LatLon, parts: int, decimals: int) -> str:
    figures = []
    for value in point:
        whole, rest = divmod(round(abs(value) * parts, decimals), parts)
        digits = f"{rest:0{decimals + 3 if decimals else 2}.{decimals}f}".replace(".", "")
        figures.append(f"{'-' if value < 0 else '+'}{int(whole)}.{digits}")
    return " ".join(figures)


SLIPS: dict[str, tuple[Callable[[Case, Mission], str], bool]] = {
    "axes exchanged": (_swapped, True),
    "axes exchanged, letters kept": (_swapped_letters, True),
    "sign of the longitude": (_sign, True),
    "letter of the longitude": (_letter, True),
    "no side at all": (_bare, True),
    "minutes as decimals": (_minutes, True),
    "whole minutes as decimals": (_whole_minutes, True),
    "seconds as decimals": (_seconds, True),
    "neighbouring grid zone": (_zone, True),
    "neighbouring grid band": (_band, True),
    "no grid zone at all": (_without_zone, True),
    "0, 0": (_zero, False),
    "repeated digits": (_repeated, False),
    "middle of the country": (_middle, False),
    "listed point of another place": (_copied, False),
    "in another commune, under 5 km": (_another_commune, False),
    "elsewhere, 5.5 to 100 km": (_wrong_place, False),
}
# Made so that nothing could miss them: they show that a check is there, not how many slips of the field it meets.
BY_CONSTRUCTION = {"0, 0", "middle of the country", "in another commune, under 5 km", "elsewhere, 5.5 to 100 km"}


BARE = {
    name: SLIPS[name][0]
    for name in ("axes exchanged", "sign of the longitude", "minutes as decimals", "neighbouring grid zone")
}


def _too_fast(case: Case, other: Case) -> tuple[Stop, Stop] | None:
    """Two places that nobody reaches one after the other at 95 km/h on a straight road."""
    apart = distance_m(case.point, other.point)
    if apart < 20_000:
        return None
    left = datetime(2026, 12, 10, 6, tzinfo=UTC)
    there = left + timedelta(hours=apart / 95_000)
    first, last = (Location(one.point, "", "decimal", 5.6, one.place.pcode, one.place.name) for one in (case, other))
    return Stop(first, depart=Window(left, left)), Stop(last, arrive=Window(there, there))


def _habits(case: Case) -> Iterator[str]:
    """The same right position as people of both sides write it."""
    lat, lon = case.point
    yield format_dd(case.point, 4)
    yield f"{lat:.4f} N, {abs(lon):.4f} {'O' if lon < 0 else 'E'}".replace(".", ",")
    yield f"N{_ddm(lat)} {_side(lon)}{_ddm(lon)}"
    yield format_mgrs(case.point, 8)
    yield f"{lat:.6f} {lon:.6f} 270.5 4.8"


if __name__ == "__main__":
    show(coordinates())
