"""`flask handover open FILE`: reads a hand-over file where there is no server any more: no database, no keys (see bare.py)."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
from flask.cli import AppGroup

handover = AppGroup("handover", help="The hourly file for the duty officer: references, counts, numbers to call.")


@handover.command("open")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--lang", default="fr", show_default=True, type=click.Choice(["fr", "en"]))
@click.option("--zone", default="UTC", show_default=True, help="Hours as a clock there shows them, as Africa/Bamako.")
def handover_open(file: Path, lang: str, zone: str) -> None:
    """Print what FILE holds, after its passphrase was typed."""
    from deconflict.domain.sheet import as_text
    from deconflict.services.sheet import NotOpened, opened

    try:
        clock = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise click.BadParameter(zone, param_hint="--zone") from None
    passphrase = click.prompt("Passphrase", hide_input=True, err=True)
    try:
        sheet = opened(file.read_bytes(), passphrase)
    except NotOpened:
        raise click.ClickException("The passphrase is another one, or the file is damaged.") from None
    click.echo(as_text(sheet, lang, clock))
