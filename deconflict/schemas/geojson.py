"""The door for GeoJSON files: FeatureCollections of activities -> items, or everything that is wrong in them at once.

A feature is one or several parts of the item whose id it has. docs/overlaps.md says what each property means.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deconflict.domain.activity import Activity, Part, Side
from deconflict.domain.coordinates import Bounds
from deconflict.domain.drawn import FileItem, ItemId
from deconflict.schemas.geojson_faults import GeoJsonError, Problem, Wrong
from deconflict.schemas.geojson_feature import KNOWN, Properties, parts_of
from deconflict.schemas.geojson_shapes import drawn_of, must_reach
from deconflict.schemas.geojson_text import features_in

Kinds = Mapping[Side, Collection[str]]


@dataclass(frozen=True, slots=True)
class Read:
    """The items of all files, humanitarian ones first, each side in the order of ids (numbers before texts), and the names of
    properties that mean nothing here."""

    items: tuple[FileItem, ...]
    ignored: tuple[str, ...]

    def of(self, side: Side) -> list[FileItem]:
        return [item for item in self.items if item.activity.side is side]


def read_files(paths: Sequence[Path], kinds: Kinds | None = None, bounds: Bounds | None = None) -> Read:
    """The items in these files; features of the same id are parts of one item, across files too. With `kinds`, each activity
    must be one of those of its side; with `bounds`, each shape must reach into them. Raises GeoJsonError with every problem."""
    reader = _Reader(kinds, bounds)
    for path in paths:
        reader.file(path)
    if reader.problems:
        raise GeoJsonError(reader.problems)
    return reader.read()


@dataclass
class _Reader:
    kinds: Kinds | None
    bounds: Bounds | None
    problems: list[Problem] = field(default_factory=list)
    sides: dict[ItemId, Side] = field(default_factory=dict)
    parts: dict[ItemId, list[Part]] = field(default_factory=dict)
    ignored: dict[str, None] = field(default_factory=dict)  # in the order met

    def file(self, path: Path) -> None:
        try:
            features = features_in(path)
        except GeoJsonError as error:
            self.problems += error.problems
            return
        for index, feature in enumerate(features):
            self._feature(str(path), index, feature)

    def _feature(self, file: str, index: int, feature: object) -> None:
        """Everything that is wrong in it, or its parts."""
        wrongs: list[Wrong] = []
        id = None
        try:
            properties = Properties.of(feature)
            id, wrongs = properties.id, [*properties.problems, *self._against_others(properties)]
            self.ignored |= dict.fromkeys(name for name in properties.given if name not in KNOWN)
            drawn = drawn_of(properties.geometry)
            if self.bounds is not None:
                must_reach(drawn, self.bounds)
            manner = properties.manner()
            if id is not None and manner is not None and not wrongs:
                parts = parts_of(manner, properties.times, properties.moving, drawn)
                self.parts.setdefault(id, []).extend(parts)
        except Wrong as wrong:
            wrongs.append(wrong)
        self.problems += [Problem(file, index, id, w.member, w.reason, w.given) for w in wrongs]

    def _against_others(self, properties: Properties) -> Iterator[Wrong]:
        """What only other features, or the mission's kinds, tell."""
        id, side, kind = properties.id, properties.side, properties.activity
        if id is None or side is None:
            return
        if self.sides.setdefault(id, side) is not side:
            yield Wrong("side", "two_sides")
        if self.kinds is not None and kind is not None and kind not in self.kinds[side]:
            yield Wrong("activity", "kind", given=kind)

    def read(self) -> Read:
        in_order = sorted(self.parts, key=lambda id: (self.sides[id] is Side.MISSION, *order_of(id)))
        items = []
        for number, id in enumerate(in_order):
            parts = tuple(sorted(self.parts[id], key=lambda part: (part.start.at, part.end.at)))
            items.append(FileItem(id, Activity(number, 1, self.sides[id], parts)))
        return Read(tuple(items), tuple(self.ignored))


def order_of(id: ItemId) -> tuple[bool, float, str]:
    """Numbers before texts, each in its own order."""
    return (True, 0, id) if isinstance(id, str) else (False, id, "")
