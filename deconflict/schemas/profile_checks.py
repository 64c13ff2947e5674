"""What the files of a profile say of each other: every fault with the path of the key to mend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from deconflict.domain.activity import Side
from deconflict.domain.country import Unit, covering
from deconflict.domain.escalation import OCHA_ROLES
from deconflict.domain.hazard_notice import KIND as HAZARD
from deconflict.domain.kinds import Catalogue
from deconflict.domain.places import Gazetteer
from deconflict.domain.roads import Roads
from deconflict.schemas.rule_checks import did_you_mean, rule_faults
from deconflict.schemas.toml_fields import Loaded
from deconflict.schemas.toml_lines import Path

Fault = tuple[Path, str]


def activities_faults(data: Loaded) -> Iterator[Fault]:
    """Codes twice; a `shown_as` that is no kind of the same side; a category that the file does not list."""
    yield from _twice("kind", "code", [kind.code for kind in data["kind"]])
    sides = {kind.code: kind.side for kind in data["kind"]}
    for index, kind in enumerate(data["kind"]):
        if kind.shown_as is not None and sides.get(kind.shown_as) is not kind.side:
            yield ("kind", index, "shown_as"), f"{kind.shown_as!r} is not a kind of the same side."
        if kind.category is not None and kind.category not in data["categories"]:
            said = f"{kind.category!r} is not one of the categories above."
            yield ("kind", index, "category"), said + did_you_mean(kind.category, data["categories"])
    for side, flag in ((Side.HUMANITARIAN, "travel"), (Side.MISSION, "patrol")):
        if not any(kind.side is side and getattr(kind, flag) for kind in data["kind"]):
            yield ("kind",), f"No kind of the {side} side has {flag} = true, so nothing says how it travels."
    if not any(kind.code == HAZARD and kind.side is Side.MISSION and kind.record for kind in data["kind"]):
        said = f"No kind {HAZARD} of the mission side has record = true: no hazard that is shown would meet anybody."
        yield ("kind",), said


def road_faults(facts: Loaded, roads: Roads) -> Iterator[str]:
    """A base map without a road, and roads of which no point lies in the country."""
    bounds = facts["bounds"]
    if not roads.lines:
        yield "There is no line in it. Take the file away where no roads are known."
    for number, line in enumerate(roads.lines, 1):
        if not any(bounds["south"] <= a <= bounds["north"] and bounds["west"] <= o <= bounds["east"] for a, o in line):
            yield f"Line {number} lies outside the country. Are longitude and latitude exchanged?"


def sop_faults(data: Loaded, catalogue: Catalogue | None) -> Iterator[Fault]:
    """Rule ids twice; kinds and groups that do not exist; rules that can never fire or never matter; ladders without a
    clock, out of order or of the wrong people."""
    yield from _twice("rule", "id", [rule.id for rule in data["rule"]])
    if catalogue is not None:
        unknown = list(_citations(data, catalogue))
        yield from unknown or rule_faults(data, catalogue)
    yield from _ladder_faults(data)


def _citations(data: Loaded, catalogue: Catalogue) -> Iterator[Fault]:
    for index, rule in enumerate(data["rule"]):
        for side in (Side.HUMANITARIAN,) if rule.among else Side:
            known = catalogue.names(side)
            for name in sorted(getattr(rule, side) - known):
                said = f"{name!r} is no kind or group of the {side} side."
                yield ("rule", index, str(side)), said + did_you_mean(name, known)


def _ladder_faults(data: Loaded) -> Iterator[Fault]:
    keys = [f"{severity} {ladder} {step.id}" for severity, ladder, step in data["step"]]
    yield from _twice("step", "id", keys)
    ladders: dict[tuple[str, str], float] = {}
    for index, (severity, ladder, step) in enumerate(data["step"]):
        if severity not in data["ack"]:
            yield ("step", index, "severity"), f"There is no [ack.{severity}] to count from."
        if ladder == "ocha" and not set(step.to) <= set(OCHA_ROLES):
            yield ("step", index, "to"), "The ladder of OCHA names nobody else (RUL-3)."
        before = ladders.get((severity, ladder))
        if before is None and (step.at_share or step.after):
            yield ("step", index, "at_share"), "The first step of a ladder is the alert itself: at_share = 0."
        if before is not None and step.at_share < before:
            yield ("step", index, "at_share"), "Steps stand in the order in which they come due."
        ladders[severity, ladder] = step.at_share
    for severity in data["ack"]:
        for ladder in ("ocha", "party"):
            if (severity, ladder) not in ladders:
                yield ("ack", severity), f"{severity} has a deadline and no step of the {ladder} ladder after it."


def mission_faults(data: Loaded) -> Iterator[Fault]:
    """Codes twice; a backup area or a committee's sector that does not exist; two units that cover one P-code."""
    for table in ("sector", "area", "committee"):
        yield from _twice(table, "code", [unit.code for unit in data[table]])
    for table in ("sector", "area"):
        yield from _covered_twice(table, data[table])
    areas = {area.code for area in data["area"]}
    for index, area in enumerate(data["area"]):
        yield from _unknown(("area", index, "backup"), area.backup, areas - {area.code}, "another area")
    sectors = {sector.code for sector in data["sector"]}
    for index, committee in enumerate(data["committee"]):
        yield from _unknown(("committee", index, "sectors"), committee.sectors, sectors, "a sector")


def drill_faults(data: Loaded, quiet: Loaded) -> Iterator[Fault]:
    """Nobody's phone rings at night for an exercise. `quiet`: the hours of sop.toml."""
    plan, begins, ends = data["drill"], quiet["from"], quiet["until"]
    if plan is None:
        return
    inside = begins <= plan.hour < ends if begins <= ends else plan.hour >= begins or plan.hour < ends
    if inside:
        said = f"{plan.hour:%H:%M} is in the quiet hours of sop.toml ({begins:%H:%M} to {ends:%H:%M}): choose an hour of the day."
        yield ("drill", "hour"), said


def coverage_faults(data: Loaded, gazetteer: Gazetteer) -> Iterator[Fault]:
    """RUL-26: every commune resolves to a staffed area and to a sector with a contact."""
    for table in ("sector", "area"):
        for index, unit in enumerate(data[table]):
            unknown = [code for code in unit.covers if gazetteer.get(code) is None]
            if unknown:
                yield (table, index, "covers"), f"Not in the gazetteer ({gazetteer.edition}): {', '.join(unknown)}."
        yield from _uncovered(table, data[table], gazetteer)
    for index, area in enumerate(data["area"]):
        if not area.staffed:
            yield ("area", index, "staffed"), "Nobody reads what is filed there: name an area that is staffed."
    for index, sector in enumerate(data["sector"]):
        if not sector.contacts:
            yield ("sector", index), "No desk of the mission answers for this sector: add a [[sector.contact]]."


def _uncovered(table: str, units: Sequence[Unit], gazetteer: Gazetteer) -> Iterator[Fault]:
    left = [place for place in gazetteer.places if place.level == "commune" and covering(units, place) is None]
    for (code, name), count in Counter((place.cercle, place.cercle_name) for place in left).items():
        yield (table,), f"No {table} covers the cercle {name} ({code}): {count} communes."


def _covered_twice(table: str, units: Sequence[Unit]) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, unit in enumerate(units):
        for code in sorted(seen.intersection(unit.covers)):
            yield (table, index, "covers"), f"{code} is covered by another {table} already."
        seen.update(unit.covers)


def _twice(table: str, key: str, values: Iterable[str]) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value in seen:
            yield (table, index, key), f"{value!r} was given before."
        seen.add(value)


def _unknown(path: Path, codes: Iterable[str], known: Collection[str], what: str) -> Iterator[Fault]:
    for code in codes:
        if code not in known:
            yield path, f"{code!r} is not {what}."
