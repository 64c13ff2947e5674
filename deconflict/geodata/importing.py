"""Files -> a pack in force, in three steps, so that a person can read what would change before it does."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from deconflict.domain.country import Mission
from deconflict.domain.place import LEVELS
from deconflict.domain.places import BadRow, Gazetteer, gazetteer_from_rows
from deconflict.geodata import shelf
from deconflict.geodata.changes import KINDS, Change, Compared, carried_on, compared
from deconflict.geodata.faults import BadPlaces
from deconflict.geodata.pack import OTHER_NAMES_AT_MOST, Pack, edition_said, lines_of, put_together
from deconflict.geodata.sources import Source, read_source
from deconflict.mission import load_mission, pack_named, standing

SHOWN = 5


@dataclass(frozen=True)
class Outcome:
    """What was written and is not in force yet."""

    folder: Path
    before: Gazetteer
    mission: Mission
    notes: tuple[str, ...]
    changed: Compared

    def lines(self) -> Iterator[str]:
        """For a person who has to decide."""
        after = self.mission.gazetteer
        count = Counter(place.level for place in after.places)
        drawn = len(self.mission.communes.pcodes) if self.mission.communes else 0
        yield f"{after.edition}: {', '.join(f'{count[level]} {level}s' for level in reversed(LEVELS))}; {drawn} outlines."
        yield f"In force now: {self.before.edition}, {len(self.before.places)} places."
        yield from self.notes
        for kind in KINDS:
            found = [change for change in self.changed.changes if change.kind == kind]
            yield f"{kind}: {len(found)}"
            yield from (f"    {change}" for change in found[:SHOWN])
            if len(found) > SHOWN:
                yield f"    and {len(found) - SHOWN} more (--report FILE writes all of them)"

    def write(self, path: Path) -> None:
        """Every change, a line each."""
        with path.open("w", encoding="utf-8", newline="") as file:
            cells = csv.writer(file)
            cells.writerow(("change", "level", "old_pcode", "old_name", "new_pcode", "new_name"))
            cells.writerows(_cells(change) for change in self.changed.changes)


def _cells(change: Change) -> tuple[str, ...]:
    old, new = change.old, change.new
    place = old or new
    assert place is not None
    return (
        change.kind,
        place.level,
        old.pcode if old else "",
        old.name if old else "",
        new.pcode if new else "",
        new.name if new else "",
    )


class Import:
    """`files` by what they hold: codes, outlines, settlements, roads, rivers. Lines that are not given stay as they were."""

    STEPS: ClassVar[int] = 9
    KINDS: ClassVar[tuple[str, ...]] = ("codes", "outlines", "settlements", "roads", "rivers")

    def __init__(self, profile: Path, files: Mapping[str, tuple[Path, ...]], step: Callable[[str], None]) -> None:
        self.profile, self.files, self.step = profile, files, step
        self.sources: dict[str, list[Source]] = {}
        self.said = ""  # the edition that the files name
        self.standing = standing(profile)

    def read(self) -> str:
        """Reads every file; the edition that they name themselves, empty where none does. Raises BadPlaces."""
        if not any(self.files.get(kind) for kind in self.KINDS):
            raise BadPlaces("Name at least one file: --codes, --outlines, --settlements, --roads or --rivers.")
        for kind in self.KINDS:
            self.step(kind)
            self.sources[kind] = [read_source(path) for path in self.files.get(kind, ())]
        self.said = edition_said([source for found in self.sources.values() for source in found])
        return self.said or (self.standing.gazetteer.edition if not self._places else "")

    @property
    def _places(self) -> bool:
        return any(self.sources[kind] for kind in ("codes", "outlines", "settlements"))

    def compare(self, edition: str) -> Outcome:
        """Writes the pack beside the one in force, and reads it as the application would. Raises BadPlaces, and MissionError where the
        profile names what these places do not have."""
        before, pack = self.standing.gazetteer, self._pack(edition.strip())
        self.step("comparing")
        crosswalk = before.crosswalk
        try:
            after = gazetteer_from_rows(pack.rows, pack.edition)
        except BadRow as error:
            raise BadPlaces(f"{error.pcode}: {error.reason}.") from None
        changed = compared(before, after)
        _refuse_another(before, after, changed)
        if before.edition != after.edition:
            crosswalk = carried_on(before, changed)
        folder = shelf.written(self.profile, self.standing.basemap, pack, crosswalk, self.step)
        try:
            mission = load_mission(self.profile, places=folder)
        except Exception:
            self._drop(folder)
            raise
        return Outcome(folder, before, mission, pack.notes, changed)

    def finish(self, outcome: Outcome) -> None:
        shelf.put_in_force(outcome.folder)

    def _pack(self, edition: str) -> Pack:
        if not edition:
            raise BadPlaces("The edition of the codes is needed: the same code means another place in another edition.")
        if self.said and self.said not in edition:
            raise BadPlaces(
                f"The files say that they are of {self.said}: an edition named {edition!r} would hide that."
            )
        if self._places:
            if not self.sources["settlements"]:
                raise BadPlaces("A list of settlements is needed with codes or outlines (--settlements).")
            pack = put_together(edition, **self.sources)
        elif self.standing.pack is None or edition != self.standing.gazetteer.edition:
            raise BadPlaces("Lines alone go with places of the same edition that were imported before. Give those too.")
        else:
            rows, outlines = shelf.rows_of(self.standing.pack), shelf.layer_of(self.standing.pack, shelf.OUTLINES)
            pack = Pack(
                edition, tuple(rows), outlines, lines_of(self.sources["roads"]), lines_of(self.sources["rivers"])
            )
        if self.standing.pack is None:
            return pack
        return replace(
            pack,
            roads=pack.roads or shelf.layer_of(self.standing.pack, shelf.ROADS),
            rivers=pack.rivers or shelf.layer_of(self.standing.pack, shelf.RIVERS),
        )

    def _drop(self, folder: Path) -> None:
        """What is in force stays, also where the same files were given again."""
        if folder.name != pack_named(self.profile):
            shutil.rmtree(folder, ignore_errors=True)


def _refuse_another(before: Gazetteer, after: Gazetteer, changed: Compared) -> None:
    """The same name for another set of codes: everything that was filed would be read wrongly from then on."""
    if before.edition != after.edition:
        return
    pairs = [(old, new) for old in before.places if old.level != "town" and (new := after.get(old.pcode)) is not None]
    others = [(old, new) for old, new in pairs if changed.now.get(old.pcode) != old.pcode]
    if len(others) > OTHER_NAMES_AT_MOST * len(pairs):
        shown = "; ".join(f"{old.pcode} is {old.name} now and {new.name} in these files" for old, new in others[:SHOWN])
        raise BadPlaces(
            f"{after.edition!r} is in force with other meanings of its codes, so these are of another edition: {shown}."
        )
