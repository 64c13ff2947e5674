"""`flask overlaps`, and the same without the application: `python -m deconflict.overlaps`."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, NoReturn

import click

from deconflict.domain import all_pairs
from deconflict.domain.activity import Activity, Side
from deconflict.domain.all_pairs import Limits
from deconflict.domain.as_filed import as_filed
from deconflict.domain.country import Mission
from deconflict.mission import MissionError, load_mission
from deconflict.overlaps.output import WRITERS, Found
from deconflict.overlaps.usage import Bilingual, Refusal
from deconflict.overlaps.words import WORDS
from deconflict.schemas.geojson import Read, read_files
from deconflict.schemas.geojson_faults import GeoJsonError
from deconflict.settings import profile_folder

MOST_KM = 1_000.0  # up to here a distance is right to 0.1 % or 1 m
MOST_H = 100_000.0  # eleven years
REFUSED = 2


class Limit(click.FloatRange):
    """Closed, and not NaN, which compares with nothing."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number


@click.command(cls=Bilingual)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--within-km", type=Limit(0, MOST_KM), help="How near, in kilometres; touching counts.")
@click.option("--within-h", type=Limit(0, MOST_H), help="Within how many hours of each other; 0 is at the same time.")
@click.option("--sop", is_flag=True, help="Judge by the rules of the mission profile, with the delays it assumes.")
@click.option("--mission", type=click.Path(path_type=Path), help="Folder of the profile.  [default: that of MISSION]")
@click.option("--format", "form", type=click.Choice(sorted(WRITERS)), default="table", show_default=True)
@click.option("--lang", type=click.Choice(["fr", "en"]), default="en", show_default=True, help="Of table and errors.")
def overlaps(
    files: tuple[Path, ...],
    within_km: float | None,
    within_h: float | None,
    sop: bool,
    mission: Path | None,
    form: str,
    lang: str,
) -> None:
    """Who comes near whom, and when: every overlap of humanitarian and mission activities in GeoJSON files.

    Nothing is stored and no settings are needed. docs/overlaps.md says what a feature must say. Exit status 2 and nothing on
    standard output when a file is wrong: everything to mend is named on standard error.
    """
    limits = _limits(within_km, within_h, sop, lang)
    profile = _profile(mission or profile_folder(), lang) if sop else None
    read = _read(files, profile, lang)
    ours, theirs = (_activities(read, side, profile) for side in (Side.HUMANITARIAN, Side.MISSION))
    found = list(all_pairs.overlaps(ours, theirs, limits, profile.pack if profile else None))
    names = tuple(item.id for item in read.items)
    click.echo(WRITERS[form](Found(tuple(found), names, limits, profile, lang, (len(ours), len(theirs)))))
    if read.ignored:
        click.echo(WORDS[lang]["ignored"].format(names=", ".join(map(repr, read.ignored))), err=True)


def _limits(within_km: float | None, within_h: float | None, sop: bool, lang: str) -> Limits | None:
    if within_km is None and within_h is None and sop:
        return None
    if within_km is None or within_h is None:
        raise Refusal(WORDS[lang]["both"], click.get_current_context(), lang)
    return Limits(within_km * 1000, within_h * 3600)


def _profile(folder: Path, lang: str) -> Mission:
    if not folder.is_dir():
        _refuse([WORDS[lang]["no_profile"].format(folder=folder)])
    try:
        return load_mission(folder)
    except MissionError as error:
        _refuse([str(problem) for problem in error.problems])


def _read(files: tuple[Path, ...], profile: Mission | None, lang: str) -> Read:
    kinds = {side: {kind.code for kind in profile.catalogue.of(side)} for side in Side} if profile else None
    try:
        return read_files(files, kinds, profile.bounds if profile else None)
    except GeoJsonError as error:
        _refuse([problem.sentence(lang) for problem in error.problems])


def _activities(read: Read, side: Side, profile: Mission | None) -> list[Activity]:
    drawn = [item.activity for item in read.of(side)]
    return [as_filed(activity, profile) for activity in drawn] if profile else drawn


def _refuse(lines: list[str]) -> NoReturn:
    click.echo("\n".join(lines), err=True)
    raise SystemExit(REFUSED)
