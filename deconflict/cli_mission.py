"""`flask mission check`: reads a mission profile and needs nothing else, no database, no keys, no mail (see bare.py)."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from deconflict.settings import profile_folder

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)

mission = AppGroup("mission", help="The mission profile: config/missions/<code>.")


@mission.command("check")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--lang", default="en", show_default=True, type=click.Choice(["fr", "en"]), help="Of the rule table.")
def mission_check(folder: Path | None, lang: str) -> None:
    """Read a profile; name everything wrong in it, with file and line, or print its rules as officers read them."""
    from deconflict.channels.recordings import recordings_in
    from deconflict.domain.rule_layout import as_text
    from deconflict.domain.rule_words import PHRASES
    from deconflict.mission import MissionError, load_mission
    from deconflict.services.texts import faults_of, previews

    folder = folder or _profile()
    try:
        profile = load_mission(folder)
    except MissionError as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        raise SystemExit(1) from None
    try:
        recordings_in(folder / "voice")
    except ValueError as error:
        click.echo(str(error), err=True)
        raise SystemExit(1) from None
    names = {unit.hq for unit in profile.sectors} | {area.duty_place for area in profile.areas}
    if wrong := faults_of(previews(names)):
        click.echo("\n".join(wrong), err=True)
        raise SystemExit(1)
    pack, words = profile.pack, PHRASES[lang]
    click.echo(f"{words['in_order'].format(code=folder.name)}\n{pack.version} ({words[pack.status]})\n")
    click.echo(as_text(profile, lang))
    if published := _published_over(pack.version):
        click.echo(words["published"].format(version=published) + "\n")
    places, drawn = profile.gazetteer, len(profile.communes.pcodes) if profile.communes else 0
    click.echo(words["places"].format(edition=places.edition, places=len(places.places), outlines=drawn))


def _published_over(version: str) -> str:
    """The version that was published in the browser, where a database is at hand that has one and it is another than that of the file."""
    from sqlalchemy.exc import SQLAlchemyError

    from deconflict.services.sop_in_force import published_version

    if "sqlalchemy" not in current_app.extensions:
        return ""
    try:
        published = published_version()
    except SQLAlchemyError:
        return ""
    return published if published != version else ""


def _profile() -> Path:
    settings = current_app.extensions.get("settings")
    return settings.missions_folder / settings.mission if settings else profile_folder()


@mission.command("import")
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--edition", help="Of the codes, as OCHA names it: 'COD 2021-12-20'. Asked for where it is not given.")
@click.option("--codes", type=FILE, multiple=True, help="List of P-codes: CSV or XLSX.")
@click.option("--outlines", type=FILE, multiple=True, help="COD-AB of level 3: GeoJSON or zipped shapefile.")
@click.option("--settlements", type=FILE, multiple=True, help="COD-PP: CSV, XLSX, GeoJSON or zipped shapefile.")
@click.option("--roads", type=FILE, multiple=True, help="Lines: GeoJSON or zipped shapefile.")
@click.option("--rivers", type=FILE, multiple=True, help="Lines: GeoJSON or zipped shapefile.")
@click.option("--yes", is_flag=True, help="Put it in force without asking.")
@click.option(
    "--report", type=click.Path(path_type=Path, dir_okay=False), help="Write every change into this CSV file."
)
def mission_import(
    folder: Path | None, edition: str | None, yes: bool, report: Path | None, **files: tuple[Path, ...]
) -> None:
    """Put a country's official places in force. Says what is another than before, and asks. FOLDER is that of the profile."""
    from deconflict.geodata.faults import BadPlaces
    from deconflict.geodata.importing import Import
    from deconflict.mission import MissionError

    profile = folder or _profile()
    try:
        with click.progressbar(length=Import.STEPS, label="Importing", item_show_func=lambda what: what or "") as bar:
            work = Import(profile, files, lambda what: bar.update(1, what))
            said = work.read()
            bar.render_finish()
            named = edition or click.prompt("Edition of the codes, as OCHA names it", default=said or None)
            outcome = work.compare(named)
        for line in outcome.lines():
            click.echo(line)
        if report:
            outcome.write(report)
        if not yes:
            click.confirm("Put these places in force?", abort=True)
        work.finish(outcome)
    except BadPlaces as error:
        raise click.ClickException(str(error)) from None
    except MissionError as error:
        lines = "\n".join(str(problem) for problem in error.problems)
        raise click.ClickException(
            f"The profile does not fit these places. Mend it, then import again:\n{lines}"
        ) from None
    click.echo(
        "In force from the next start: start the web server and the scheduler again. What is filed is then looked at anew."
    )
