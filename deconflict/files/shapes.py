"""What a drawn or recorded file holds, as its reader finds it: shapes in the order of the file, bounded while they are found."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

from deconflict.domain.activity import LatLon
from deconflict.domain.msgid import N_
from deconflict.files import cells
from deconflict.files.limits import BadFile

MOST_ROUTES = 50
MOST_PLACES = 500
MOST_POINTS = 100_000
LONGEST_NAME = 200

Kind = Literal["line", "area", "point"]


@dataclass(frozen=True, slots=True)
class Shape:
    """`name` may be empty. An area does not repeat its first corner."""

    kind: Kind
    name: str
    points: tuple[LatLon, ...]


@dataclass(slots=True)
class Shapes:
    """Takes positions and shapes; raises BadFile for the first that is none, or one too many. `elsewhere`: the file refers to
    another one that holds more."""

    found: list[Shape] = field(default_factory=list)
    elsewhere: bool = False
    count: int = 0

    def position(self, lat: str, lon: str) -> LatLon:
        self.count += 1
        if self.count > MOST_POINTS:
            raise BadFile(
                N_(
                    "The file has more than %(most)s points. Divide it by days, or simplify the line before you save it."
                ),
                facts={"most": MOST_POINTS},
            )
        try:
            point = float(lat), float(lon)
        except ValueError:
            point = math.nan, math.nan
        if not (-90 <= point[0] <= 90 and -180 <= point[1] <= 180):
            raise BadFile(
                N_(
                    "“%(found)s” is no position: a latitude lies between -90 and 90, a longitude between -180 and 180. "
                    "Mend it where the file was made, and save it anew."
                ),
                facts={"found": f"{lat[:20]} {lon[:20]}"},
            )
        return point

    def add(self, kind: Kind, name: str, points: list[LatLon]) -> None:
        """Nothing, where there is no point; one point alone is a point."""
        if kind == "area" and len(points) > 1 and points[0] == points[-1]:
            points = points[:-1]
        if not points:
            return
        self.found.append(Shape(kind if len(points) > 1 else "point", name, tuple(points)))
        if len(self.found) > MOST_ROUTES + MOST_PLACES:
            raise too_many()


def too_many() -> BadFile:
    return BadFile(
        N_(
            "The file has more than %(most)s lines, areas or points. Save those alone that you want to send, and divide them."
        ),
        facts={"most": MOST_ROUTES},
    )


def named(raw: str) -> str:
    """On one line; empty where it cannot be shown."""
    said = cells.text(" ".join(raw.split())[:LONGEST_NAME])
    return said if isinstance(said, str) else ""
