"""`flask mission check`: reads a mission profile and needs nothing else, no database, no keys, no mail (see bare.py)."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from deconflict.settings import profile_folder

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

    settings = current_app.extensions.get("settings")
    folder = folder or (settings.missions_folder / settings.mission if settings else profile_folder())
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
    pack, words = profile.pack, PHRASES[lang]
    click.echo(f"{words['in_order'].format(code=folder.name)}\n{pack.version} ({words[pack.status]})\n")
    click.echo(as_text(profile, lang))
