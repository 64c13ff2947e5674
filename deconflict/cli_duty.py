"""`flask duty PCODE`: who is on duty at the desk for a place at this moment."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from flask import current_app
from flask.cli import with_appcontext

from deconflict.domain.country import Mission
from deconflict.store.base import db
from deconflict.store.roster import posts


@click.command()
@click.argument("pcode")
@with_appcontext
def duty(pcode: str) -> None:
    """Say who is on duty now for PCODE (a commune, a cercle or a town), and when nobody is in the next seven days. Names only:
    no number is opened. Exit code 1 where nobody is on duty."""
    mission: Mission = current_app.extensions["mission"]
    try:
        area = mission.area(mission.area_of(pcode.strip().upper()))
    except LookupError:
        raise click.ClickException(f"{pcode} is no place that lies in one area.") from None
    click.echo(f"{pcode.upper()}: area {area.code}, backed up by {', '.join(area.backup) or 'nobody'}")
    found = posts(db.session(), mission, datetime.now(UTC))[area.code]
    for post in found:
        names = [shift.person for shift in post.now] + [f"({shift.person}, absent)" for shift in post.absent]
        click.echo(f"  {post.step}: {', '.join(names) or 'nobody'}")
    for first, last in found[0].holes:
        click.echo(f"  nobody from {first:%Y-%m-%dT%H:%MZ} to {last:%Y-%m-%dT%H:%MZ}")
    if found[0].empty:
        raise SystemExit(1)
