"""Everything that is filed ahead, as an officer sees it on a map and in a week: where each is in which half-day. A part of the gate that
disclosure.py is, apart because it grew: what does not exist for an officer is on neither, and counts in no number.

Only what these pages show is read of a filing, since they look at thousands: nothing that is kept encrypted is opened for them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from deconflict.domain.activity import LatLon, Side
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.disclosure import sees_desk_case
from deconflict.domain.half_days import Presence, Span, whole
from deconflict.domain.kinds import Kind
from deconflict.domain.place import Place
from deconflict.domain.zone import Zone

MOVEMENT, SITE, PATROL, PEOPLE, BASE, AVOID = "movement", "site", "patrol", "people", "base", "avoid"
LAYERS: Mapping[str, Side] = {
    **dict.fromkeys((MOVEMENT, SITE), Side.HUMANITARIAN),
    **dict.fromkeys((PATROL, PEOPLE, BASE, AVOID), Side.MISSION),
}


@dataclass(frozen=True, slots=True)
class AheadItem:
    """One item, as far as these pages show it. `kinds`: what it goes by, then what is done at its stops; `zone` of an area, whose
    points then are `points`; no `presences`: it cannot be read."""

    id: int
    reference: str
    side: Side
    owner: str
    of_ocha: bool
    layer: str
    kinds: tuple[str, ...]
    sensitive: bool
    presences: tuple[Presence, ...]
    points: tuple[LatLon, ...] = ()
    zone: Zone | None = None

    def is_in(self, span: Span) -> bool:
        """Somewhere or on its way; what stands is there always, and what nobody can read may be."""
        return not self.presences or span.holds(*whole(self.presences))

    def places_in(self, span: Span) -> Iterator[Presence]:
        return (one for one in self.presences if span.holds(one.begins, one.ends))


def seen_ahead(items: Iterable[AheadItem], audience: Audience) -> list[AheadItem]:
    """Those that exist for this audience."""
    sees = {sensitive: sees_desk_case(audience, sensitive=sensitive) for sensitive in (False, True)}
    return [item for item in items if sees[item.sensitive]]


def layer_of(kind: Kind) -> str:
    if kind.side is Side.HUMANITARIAN:
        return SITE if kind.site else MOVEMENT
    if kind.zone:
        return AVOID
    if kind.stay:
        return BASE
    return PEOPLE if kind.event or kind.aid else PATROL


class Communes:
    """The commune of each presence: that of the place which its owner named, else the one it lies in, else that of the nearest
    settlement. A country without communes in its list gives the settlement itself."""

    def __init__(self, items: Iterable[AheadItem], mission: Mission) -> None:
        self._mission = mission
        self._found: dict[tuple[str | None, str, LatLon], Place | None] = {}
        loose: list[tuple[str | None, str, LatLon]] = []
        for item in items:
            for one in item.presences:
                key = (one.pcode, one.cod_version, one.point)
                if key not in self._found:
                    self._found[key] = self._named(one) or self._outlined(one.point)
                    if self._found[key] is None:
                        loose.append(key)
        near = mission.gazetteer.nearest_each([point for _pcode, _edition, point in loose])
        self._found |= {key: self._unit(place) for key, place in zip(loose, near, strict=True)}

    def of(self, one: Presence) -> Place | None:
        return self._found[one.pcode, one.cod_version, one.point]

    def _named(self, one: Presence) -> Place | None:
        place = self._mission.gazetteer.meant(one.pcode, one.cod_version)
        return self._unit(place) if place is not None and place.commune else None

    def _outlined(self, point: LatLon) -> Place | None:
        outlines = self._mission.communes
        return self._mission.gazetteer.get(outlines.at(point) or "") if outlines else None

    def _unit(self, place: Place) -> Place:
        return self._mission.gazetteer.get(place.commune or "") or place


@dataclass(frozen=True, slots=True)
class Count:
    """How many items of each side are somewhere in a half-day."""

    hum: int
    mil: int

    @property
    def both(self) -> bool:
        return bool(self.hum and self.mil)


@dataclass(frozen=True, slots=True)
class WeekRow:
    """A commune: how many of each side in each half-day, sites left out, which are there in all of them."""

    place: Place
    counts: tuple[Count, ...]
    sites: int

    @property
    def busy(self) -> tuple[int, int]:
        """Half-days in which both sides are there, then everything that is."""
        return sum(count.both for count in self.counts), sum(count.hum + count.mil for count in self.counts)


def week_rows(items: Sequence[AheadItem], halves: Sequence[Span], communes: Communes) -> list[WeekRow]:
    """Communes in which somebody stops, the busiest first. What is only passed on the way is not counted."""
    held: dict[Place, list[list[int]]] = {}  # of each half-day how many of either side
    sites: dict[Place, int] = {}
    begins, ends = [span.begins for span in halves], [span.ends for span in halves]
    for item in items:
        side = 0 if item.side is Side.HUMANITARIAN else 1
        counted: set[tuple[str, int]] = set()  # who comes to one place twice is there once
        for one in item.presences:
            place = communes.of(one)
            if place is None:
                continue
            if item.layer == SITE:
                sites[place] = sites.get(place, 0) + 1
                continue
            for n in range(bisect_right(ends, one.begins), bisect_right(begins, one.ends)):
                if (place.pcode, n) not in counted:
                    counted.add((place.pcode, n))
                    if place not in held:
                        held[place] = [[0] * len(halves), [0] * len(halves)]
                    held[place][side][n] += 1
    rows = [
        WeekRow(place, tuple(Count(hum, mil) for hum, mil in zip(*both, strict=True)), sites.get(place, 0))
        for place, both in held.items()
    ]
    return sorted(rows, key=lambda row: (*(-n for n in row.busy), row.place.name, row.place.pcode))


@dataclass(frozen=True, slots=True)
class DayRow:
    """A commune in a span: who of each side is there, each item once."""

    place: Place
    hum: tuple[AheadItem, ...]
    mil: tuple[AheadItem, ...]
    sites: tuple[AheadItem, ...]

    @property
    def both(self) -> bool:
        return bool((self.hum or self.sites) and self.mil)

    @property
    def count(self) -> int:
        return len(self.hum) + len(self.mil) + len(self.sites)


def day_rows(items: Sequence[AheadItem], span: Span, communes: Communes) -> tuple[list[DayRow], list[AheadItem]]:
    """Communes in which somebody is, those with both sides first and then the fullest; and who is only on the way."""
    held: dict[Place, dict[str, dict[int, AheadItem]]] = {}
    moving: list[AheadItem] = []
    for item in items:
        places = {place for one in item.places_in(span) if (place := communes.of(one)) is not None}
        if not places and item.is_in(span):
            moving.append(item)
        group = "sites" if item.layer == SITE else "hum" if item.side is Side.HUMANITARIAN else "mil"
        for place in places:
            held.setdefault(place, {"hum": {}, "mil": {}, "sites": {}})[group][item.id] = item
    rows = [
        DayRow(place, *(tuple(groups[name].values()) for name in ("hum", "mil", "sites")))
        for place, groups in held.items()
    ]
    return sorted(rows, key=lambda row: (not row.both, -row.count, row.place.name, row.place.pcode)), moving
