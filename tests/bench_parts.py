"""Parts for the bench: a year of work in the towns of the starter gazetteer and on the ways between neighbouring ones, as
arrays. Seeded; a few towns have most of it. One part is one item, which is the most there can be to tell apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from deconflict.domain.activity import Activity, LatLon, Moment, Part, Shape, Side, Slack
from deconflict.domain.country import Mission
from deconflict.domain.geodesy import WGS84, Floats
from deconflict.domain.motion import Pieces
from deconflict.domain.timewindow import instant, seconds

Numbers = NDArray[np.int64]

YEAR_S = 365 * 86_400.0
FIRST_S = seconds(datetime(2019, 1, 1, tzinfo=UTC))
EPOCH_S = instant(0.0).timestamp()  # the engine counts from a day of its own
PRESENCE_M, ROAD_M = 300.0, 1_000.0  # how badly the one and the other is known
SLACK_S = 3_600.0
STRETCH_M = 25_000.0
SKEW = 0.8  # the n-th busiest town has n^-0.8 of the work of the busiest
AROUND_M = 4_000.0  # of a town: most work is in the villages around it


@dataclass(frozen=True, slots=True)
class Sort:
    """What share of all parts is of this kind, whether it is a way, and how long it lasts."""

    kind: str
    share: float
    moving: bool = False
    lasts_s: tuple[float, float] = (3_600.0, 28_800.0)


SORTS = (
    Sort("DIST_FOOD", 0.17),
    Sort("EDU", 0.08),
    Sort("PROT_MON", 0.01),
    Sort("SITE_HEALTH", 0.02, lasts_s=(YEAR_S / 4, YEAR_S)),
    Sort("TRANSIT_STAFF", 0.22, moving=True),
    Sort("PAT_LONG", 0.22),
    Sort("CIMIC_ACT", 0.01),
    Sort("PAT_SHORT", 0.22, moving=True),
    Sort("LOG_CONVOY", 0.05, moving=True),
)


@dataclass(frozen=True, slots=True)
class Parts:
    """n of them: the sort of each, its piece as the engine takes it, and its widened window."""

    sorts: Numbers
    pieces: Pieces

    def __len__(self) -> int:
        return len(self.sorts)

    def take(self, index: NDArray[np.intp]) -> Parts:
        return Parts(self.sorts[index], self.pieces.take(index))

    @property
    def begins_s(self) -> Floats:
        return np.asarray((self.pieces.at - self.pieces.early)[:, 0] + EPOCH_S)

    @property
    def ends_s(self) -> Floats:
        return np.asarray((self.pieces.at + self.pieces.late)[:, 1] + EPOCH_S)

    @property
    def radius_m(self) -> Floats:
        return self.pieces.unsure_m

    def activity(self, n: int, id: int, mission: Mission) -> Activity:
        """The n-th as an item of its own."""
        sort = SORTS[self.sorts[n]]
        kind = mission.catalogue[sort.kind]
        points: tuple[LatLon, ...] = tuple((lat, lon) for lat, lon in self.pieces.ends[n].tolist())
        start, end = (Moment(instant(float(at)), Slack(SLACK_S, SLACK_S)) for at in self.pieces.at[n])
        shape = Shape(points if sort.moving else points[:1])
        part = Part(kind.code, kind.groups, shape, start, end, sort.moving, float(self.radius_m[n]))
        return Activity(id, 1, kind.side, (part,))


def side_of(sort: int, mission: Mission) -> Side:
    return mission.catalogue[SORTS[sort].kind].side


def some_parts(number: int, mission: Mission, seed: int) -> Parts:
    chance = np.random.default_rng(seed)
    towns = np.array([place.point for place in mission.gazetteer.within(-90, -180, 90, 180) if place.level == "town"])
    towns = towns[np.random.default_rng(1).permutation(len(towns))]  # the same are busy whatever the seed
    weight = np.arange(1, len(towns) + 1) ** -SKEW
    shares = np.array([sort.share for sort in SORTS])
    sorts = chance.choice(len(SORTS), size=number, p=shares / shares.sum())
    town = chance.choice(len(towns), size=number, p=weight / weight.sum())
    moving = np.array([sort.moving for sort in SORTS])[sorts]
    first = _off(towns[town], chance.exponential(AROUND_M, number), chance)
    last = np.where(
        moving[:, None], _towards(first, towns[_neighbours(towns)[town, chance.integers(0, 4, number)]]), first
    )
    low, high = np.array([sort.lasts_s for sort in SORTS])[sorts].T
    lasts = np.where(moving, chance.uniform(1_500.0, 3_600.0, number), chance.uniform(low, high))
    hour = np.floor(chance.uniform(0, YEAR_S / 86_400.0, number)) * 86_400.0 + chance.normal(36_000.0, 9_000.0, number)
    begins = np.where(lasts > YEAR_S / 5, FIRST_S, FIRST_S + hour)
    slack = np.full((number, 2), SLACK_S)
    unsure = np.where(moving, ROAD_M, PRESENCE_M)
    at = np.round(np.stack([begins, begins + lasts], axis=1))
    ends, none, every = np.stack([first, last], axis=1), np.full(number, -1), np.arange(number)
    return Parts(sorts, Pieces(ends, at, slack, slack, np.zeros(number), unsure, moving, every, none))


def _off(points: Floats, metres: Floats, chance: np.random.Generator) -> Floats:
    azimuth = chance.uniform(0, 360, len(points))
    lon, lat, _ = WGS84.fwd(points[:, 1], points[:, 0], azimuth, metres)
    return np.stack([lat, lon], axis=1)


def _towards(here: Floats, there: Floats) -> Floats:
    """As far as one drives in a stretch."""
    azimuth, _, metres = WGS84.inv(here[:, 1], here[:, 0], there[:, 1], there[:, 0])
    lon, lat, _ = WGS84.fwd(here[:, 1], here[:, 0], azimuth, np.minimum(metres, STRETCH_M))
    return np.stack([lat, lon], axis=1)


def _neighbours(towns: Floats) -> NDArray[np.intp]:
    """The four nearest other towns of each: (n, 4)."""
    apart = np.linalg.norm(towns[:, None] - towns[None], axis=2)
    return np.asarray(np.argsort(apart, axis=1)[:, 1:5])
