"""config/missions/<code> -> one frozen Mission; a wrong file stops the start and says which line."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from marshmallow import Schema

from deconflict.domain.communes import Communes
from deconflict.domain.country import Area, Mission, Sector
from deconflict.domain.kinds import Catalogue
from deconflict.domain.places import BadRow, Gazetteer, gazetteer_from_rows
from deconflict.domain.roads import Roads, roads_from
from deconflict.domain.sop import RulePack
from deconflict.domain.sop_text import WrongSop
from deconflict.schemas import profile_checks as checks
from deconflict.schemas.activities_file import ActivitiesSchema
from deconflict.schemas.kind_checks import kind_faults
from deconflict.schemas.markets_file import MarketsSchema, market_faults, weekdays
from deconflict.schemas.mission_file import MissionSchema
from deconflict.schemas.sop_file import SopSchema, rule_pack
from deconflict.schemas.toml_fields import Loaded
from deconflict.schemas.toml_file import NOWHERE, Problem, placed, read_toml, read_toml_text
from deconflict.schemas.toml_lines import Lines

__all__ = ["Area", "Mission", "MissionError", "Problem", "Sector", "load_mission", "mission_problems"]


CURRENT = "places/current"  # names the pack that holds, in the folder of the profile


class MissionError(Exception):
    """The profile is wrong; `problems` has everything that was found, in the order of files and lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def load_mission(folder: Path, *, places: Path | None = None) -> Mission:
    """The mission of this folder, with the official places that were imported for it (`flask mission import`), or with those of
    `places`. Raises MissionError with every problem when anything is wrong."""
    return _Reader(folder, places=places or imported(folder)).mission()


def imported(folder: Path) -> Path | None:
    """Where the places lie that were imported for this profile; None where it stands on its own. Raises MissionError where they are
    named and gone: with the few of the profile nobody would notice."""
    if not (folder / CURRENT).exists():
        return None
    name = pack_named(folder)
    pack = (folder / CURRENT).with_name(name)
    if not name or not (pack / "gazetteer").is_dir():
        raise MissionError([Problem(CURRENT, 1, f"The imported places {name!r} are not there. Import them again.")])
    return pack


def pack_named(folder: Path) -> str:
    """The name of the pack that is in force, whether or not it is there; empty where the profile stands on its own."""
    try:
        return (folder / CURRENT).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a profile stands on, whether or not it fits it. `pack`: the imported one, None without or where it is gone; `basemap`: that of
    the profile itself."""

    pack: Path | None
    gazetteer: Gazetteer
    basemap: Path


def standing(folder: Path) -> Standing:
    """Raises MissionError where it cannot be read."""
    try:
        pack = imported(folder)
    except MissionError:
        pack = None  # whoever asks is about to import it again
    reader = _Reader(folder, places=pack)
    facts = reader._file("mission.toml", MissionSchema(), checks.mission_faults)
    gazetteer = reader._gazetteer(facts) if facts else None
    if facts is None or gazetteer is None:
        raise MissionError(reader.problems)
    return Standing(pack, gazetteer, folder / facts["basemap"])


def mission_problems(folder: Path) -> list[Problem]:
    """What `load_mission` would refuse; empty when the profile is in order."""
    try:
        load_mission(folder)
    except MissionError as error:
        return list(error.problems)
    return []


@dataclass
class _Reader:
    """Reads as far as it can, so that one check shows every problem and not only the first."""

    folder: Path
    problems: list[Problem] = field(default_factory=list)
    lines: dict[str, Lines] = field(default_factory=dict)  # of each file, for what another one shows
    texts: dict[str, str] = field(default_factory=dict)
    places: Path | None = None  # an imported pack that stands for the gazetteer and the base map of the profile

    def mission(self) -> Mission:
        facts = self._file("mission.toml", MissionSchema(), checks.mission_faults)
        activities = self._file("activities.toml", ActivitiesSchema(), checks.activities_faults)
        catalogue = _catalogue(activities) if activities else None
        sop = self._file("sop.toml", SopSchema(), lambda data: checks.sop_faults(data, catalogue))
        gazetteer = self._gazetteer(facts) if facts else None
        communes = self._communes(facts, gazetteer) if facts and gazetteer else None
        roads = self._roads(facts) if facts else None
        markets = self._file("markets.toml", MarketsSchema(), lambda data: _at(gazetteer, data))
        if activities and sop:
            self._note("activities.toml", kind_faults(activities, sop))
        if facts and sop:
            self._note("mission.toml", checks.drill_faults(facts, sop["quiet"]))
        if self.problems or not (facts and sop and catalogue and gazetteer and markets is not None):
            raise MissionError(self.problems)
        others = (facts, activities or {}, catalogue, gazetteer, weekdays(markets))
        pack = rule_pack(sop, facts["timezone"], gazetteer, weekdays(markets))
        found = _mission(facts, pack, catalogue, gazetteer, self._at(facts["basemap"], "basemap"))
        return replace(
            found,
            communes=communes,
            roads=roads,
            sop_text=self.texts["sop.toml"],
            read_sop=lambda other: pack_of(other, *others),
            endorsed=pack.endorsed,
        )

    def _file(self, name: str, schema: Schema, faults: Callable[[Loaded], Iterator[checks.Fault]]) -> Loaded | None:
        """The file as domain objects, None when it cannot be read. Faults are noted with their lines."""
        read = read_toml(self.folder / name, schema, faults)
        self.problems.extend(read.problems)
        self.lines[name], self.texts[name] = read.lines, read.text
        return read.data

    def _note(self, name: str, faults: Iterable[checks.Fault]) -> None:
        self.problems.extend(placed(name, self.lines[name], faults))

    def _at(self, in_profile: str, in_pack: str) -> Path:
        return self.folder / in_profile if self.places is None else self.places / in_pack

    def _crosswalk(self) -> dict[tuple[str, str], str]:
        """What codes of earlier editions are today; nothing where no edition came before."""
        if self.places is None or not (self.places / "crosswalk.csv").exists():
            return {}
        return {(row["edition"], row["pcode"]): row["now"] for row, _, _ in _rows(self.places / "crosswalk.csv")}

    def _gazetteer(self, facts: Loaded) -> Gazetteer | None:
        """The gazetteer of the profile's CSV files, checked to cover the country; None when it cannot be read."""
        rows = [row for path in sorted(self._at(facts["gazetteer"], "gazetteer").glob("*.csv")) for row in _rows(path)]
        editions = {row["edition"] for row, _, _ in rows if row.get("edition")}
        if len(editions) != 1:
            words = f"The gazetteer needs one edition of its P-codes in a column `edition`, not {len(editions)}."
            self._note("mission.toml", [(("gazetteer",), words)])
            return None
        try:
            gazetteer = replace(
                gazetteer_from_rows((row for row, _, _ in rows), editions.pop(), facts["levels"]),
                crosswalk=self._crosswalk(),
            )
        except BadRow as error:
            _, file, line = rows[error.row]
            self.problems.append(Problem(f"{facts['gazetteer']}/{file}", line, f"{error.pcode}: {error.reason}"))
            return None
        if gazetteer.edition == facts["cod_version"]:
            self._note("mission.toml", checks.coverage_faults(facts, gazetteer))
        else:
            words = (
                f"The codes of this profile are of {facts['cod_version']}, and the places are of {gazetteer.edition}, where the same "
                "code may be another place. Look at every `covers` and at markets.toml, then change `cod_version`."
            )
            self._note("mission.toml", [(("cod_version",), words)])
        return gazetteer

    def _communes(self, facts: Loaded, gazetteer: Gazetteer) -> Communes | None:
        """Outlines of communes, where the country team has laid them beside its list of places; None without them."""
        name = f"{facts['gazetteer']}/communes.geojson"
        try:
            found = Communes(json.loads(self._at(name, "gazetteer/communes.geojson").read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except ValueError as error:
            self.problems.append(Problem(name, 1, str(error)))
            return None
        unknown = [code for code in found.pcodes if (p := gazetteer.get(code)) is None or p.level != "commune"]
        if unknown:
            self.problems.append(Problem(name, 1, f"{unknown[0]} is no commune of the list of places"))
        return found

    def _roads(self, facts: Loaded) -> Roads | None:
        """Lines of roads, where the country team has laid them into its base map; None without them."""
        name = f"{facts['basemap']}/roads.geojson"
        try:
            found = roads_from(json.loads(self._at(name, "basemap/roads.geojson").read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except ValueError as error:
            self.problems.append(Problem(name, 1, str(error)))
            return None
        self.problems.extend(Problem(name, 1, words) for words in checks.road_faults(facts, found))
        return found


def pack_of(
    text: str,
    facts: Loaded,
    activities: Loaded,
    catalogue: Catalogue,
    gazetteer: Gazetteer,
    markets: Mapping[str, frozenset[int]],
) -> RulePack:
    """The rules of a text that stands in for sop.toml, checked as that is. Raises WrongSop."""
    read = read_toml_text("sop.toml", text, SopSchema(), lambda data: checks.sop_faults(data, catalogue))
    problems = list(read.problems)
    if read.data is not None:
        others = {"activities.toml": kind_faults(activities, read.data)}
        others["mission.toml"] = checks.drill_faults(facts, read.data["quiet"])
        problems += [found for name, faults in others.items() for found in placed(name, NOWHERE, faults)]
    if problems or read.data is None:
        raise WrongSop(str(problem) for problem in sorted(problems))
    try:
        return rule_pack(read.data, facts["timezone"], gazetteer, markets)
    except OverflowError:
        raise WrongSop(["sop.toml: A figure is beyond anything that can be counted."]) from None


def _rows(path: Path) -> Iterator[tuple[dict[str, str], str, int]]:
    """Rows with the file and line they stand on."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        for row in reader:
            yield row, path.name, reader.line_num


def _at(gazetteer: Gazetteer | None, markets: Loaded) -> Iterator[checks.Fault]:
    return market_faults(markets, gazetteer) if gazetteer else iter(())


def _catalogue(activities: Loaded) -> Catalogue:
    return Catalogue({kind.code: kind for kind in activities["kind"]}, activities["traits"])


def _mission(facts: Loaded, pack: RulePack, catalogue: Catalogue, gazetteer: Gazetteer, basemap: Path) -> Mission:
    bounds = facts["bounds"]
    return Mission(
        code=facts["code"],
        name=facts["name"],
        timezone=facts["timezone"],
        languages=tuple(facts["languages"]),
        bounds=(bounds["south"], bounds["west"], bounds["north"], bounds["east"]),
        sectors=tuple(facts["sector"]),
        areas=tuple(facts["area"]),
        two_way_sms=facts["two_way_sms"],
        phone_plan=facts["phone_plan"],
        verify_every=timedelta(days=facts["contacts"]["verify_days"]),
        operators={name: tuple(starts) for name, starts in facts["contacts"]["operators"].items()},
        queue_alarm=facts["unattended"],
        holidays=tuple(facts["holiday"]),
        committees=tuple(facts["committee"]),
        catalogue=catalogue,
        pack=pack,
        gazetteer=gazetteer,
        basemap=basemap,
        spoken=facts["spoken"],
        armed_actors=tuple(facts["armed_actors"]),
        other_procedures=tuple(facts["other_procedure"]),
        drill_plan=facts["drill"],
        default_points=tuple(facts["default_point"]),
        contract_months=facts["contacts"]["contract_months"],
        undo_retirement=timedelta(days=facts["contacts"]["undo_days"]),
        qip=facts["qip"],
    )
