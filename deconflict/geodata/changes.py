"""What is another than in the list before: renamed, moved, recoded, vanished, new; and what each old code is now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from deconflict.domain.geodesy import distance_m
from deconflict.domain.place import Place, fold, label
from deconflict.domain.places import Gazetteer, alike

# The same one stands no further away.
NEAR_M = {"town": 5_000.0, "commune": 40_000.0, "cercle": 150_000.0, "region": 400_000.0}
MOVED_M = 1_000.0
KINDS = ("new", "renamed", "moved", "recoded", "vanished")


@dataclass(frozen=True, slots=True)
class Change:
    """`old` None for a new place, `new` None for one that nobody can find again."""

    kind: str
    old: Place | None
    new: Place | None

    def __str__(self) -> str:
        old, new = self.old, self.new
        match self.kind:
            case "new":
                return f"{new and new.pcode} {new and label(new)}"
            case "vanished":
                return f"{old and old.pcode} {old and label(old)}"
            case "renamed":
                return f"{new and new.pcode}: {old and old.name} is now {new and new.name}"
            case "moved":
                assert old is not None
                assert new is not None
                return f"{new.pcode} {label(new)}: {distance_m(old.point, new.point) / 1000:.1f} km"
            case _:
                return f"{old and old.pcode} is now {new and new.pcode}: {new and label(new)}"


@dataclass(frozen=True)
class Compared:
    """`now`: what each code of the old list is in the new one, without those that vanished."""

    changes: tuple[Change, ...]
    now: Mapping[str, str]


def compared(old: Gazetteer, new: Gazetteer) -> Compared:
    """A place is the same where its code, its name and its position say so; where the code is another one, its name and its position
    have to. A code that stands for another name elsewhere is another place: editions use codes again."""
    by_name: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for place in new.places:
        for name in {fold(name) for name in (place.name, *place.names)}:
            by_name[place.level, name].append(place)
    now: dict[str, str] = {}
    changes: list[Change] = []
    for place in old.places:
        found = _same(place, new.get(place.pcode)) or _again(place, by_name)
        if found is None:
            changes.append(Change("vanished", place, None))
            continue
        now[place.pcode] = found.pcode
        changes += _differing(place, found)
    known = set(now.values())
    changes += [Change("new", None, place) for place in new.places if place.pcode not in known]
    return Compared(tuple(changes), now)


def _same(old: Place, new: Place | None) -> Place | None:
    if new is None or new.level != old.level:
        return None
    if _shares_a_name(old, new):
        return new  # wherever it was thought to be
    near = distance_m(old.point, new.point) <= NEAR_M[old.level]
    return new if near and any(alike(old.name, name) for name in (new.name, *new.names)) else None


def _again(old: Place, by_name: Mapping[tuple[str, str], list[Place]]) -> Place | None:
    """Of the same name, under another code: the nearest."""
    names = {fold(name) for name in (old.name, *old.names)}
    found = {place.pcode: place for name in names for place in by_name.get((old.level, name), ())}
    near = [(distance_m(old.point, place.point), place) for place in found.values()]
    within = [(metres, place.pcode, place) for metres, place in near if metres <= NEAR_M[old.level]]
    return min(within, key=lambda each: each[:2])[2] if within else None


def _differing(old: Place, new: Place) -> Iterator[Change]:
    if old.pcode != new.pcode:
        yield Change("recoded", old, new)
    if fold(old.name) != fold(new.name):
        yield Change("renamed", old, new)
    if distance_m(old.point, new.point) > MOVED_M:
        yield Change("moved", old, new)


def _shares_a_name(old: Place, new: Place) -> bool:
    return bool({fold(n) for n in (old.name, *old.names)} & {fold(n) for n in (new.name, *new.names)})


def carried_on(before: Gazetteer, compared: Compared) -> dict[tuple[str, str], str]:
    """The crosswalk of the new list: every code of every edition that was ever in force here."""
    earlier = {key: compared.now[code] for key, code in before.crosswalk.items() if code in compared.now}
    return earlier | {(before.edition, code): now for code, now in compared.now.items()}
