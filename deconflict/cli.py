"""What an administrator types: `flask scheduler`, `flask mission check`, `flask administrator`, `flask demo ...`."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from flask import Flask, current_app, url_for
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import select

from deconflict.cli_cases import explain, rejudge
from deconflict.cli_duty import duty
from deconflict.cli_handover import handover
from deconflict.cli_mission import mission
from deconflict.cli_texts import texts
from deconflict.domain import roles
from deconflict.domain.people import Newcomer
from deconflict.overlaps.command import overlaps
from deconflict.services.people import add_organisation, invite
from deconflict.store.base import db
from deconflict.store.people import Organisation


def init_app(app: Flask) -> None:
    app.cli.add_command(scheduler)
    app.cli.add_command(mission)
    app.cli.add_command(texts)
    app.cli.add_command(handover)
    app.cli.add_command(administrator)
    app.cli.add_command(explain)
    app.cli.add_command(rejudge)
    app.cli.add_command(duty)
    app.cli.add_command(demo)
    app.cli.add_command(overlaps)


@click.command()
@with_appcontext
def scheduler() -> None:
    """Match, alert and escalate until stopped. Any number of these may run."""
    from deconflict.jobs.scheduler import run

    run(current_app._get_current_object())  # type: ignore[attr-defined]


@click.command()
@click.argument("name")
@click.argument("email")
@click.option("--organisation", default="OCHA", show_default=True, help="Created when there is none of this name.")
@click.option("--language", default="fr", show_default=True, type=click.Choice(["fr", "en"]))
@with_appcontext
def administrator(name: str, email: str, organisation: str, language: str) -> None:
    """Invite the first administrator; prints the link to set a password. He invites everybody else in the browser."""
    now = datetime.now(UTC)
    base = current_app.config["PUBLIC_BASE_URL"]
    known = db.session.scalars(select(Organisation).where(Organisation.name == organisation)).first()
    if known is not None and known.side != "ocha":
        raise click.ClickException(f"{organisation} is not of OCHA's side: an administrator belongs to neither party.")
    organisation_id = (
        known.id if known else add_organisation(None, name=organisation, side="ocha", kind="un", direct=True, now=now)
    )
    who = Newcomer(
        name=name,
        language=language,
        function="support",
        scope=None,
        roles=frozenset({roles.ADMINISTRATOR}),
        email=email,
        phones=(),
    )
    with current_app.test_request_context(base_url=base):
        invited = invite(None, organisation_id, who, link_for=lambda t: base + url_for("people.join", token=t), now=now)
    click.echo(invited.link)


demo = AppGroup("demo", help="An invented fortnight around now, to look at. Only with DEMO=1.")


@demo.command("play")
def demo_play() -> None:
    """Play the scenario into this database, once. `flask db upgrade` comes first."""
    from deconflict.demo.player import was_played
    from deconflict.demo.prepare import Trouble, in_a_sentence, play

    if not current_app.config["DEMO"]:
        raise click.ClickException("This is no demo: DEMO is not 1.")
    if was_played() is not None:
        click.echo("It was played already.")
        return
    try:
        with in_a_sentence():
            play(current_app._get_current_object(), datetime.now(UTC))  # type: ignore[attr-defined]
    except Trouble as trouble:
        raise click.ClickException(str(trouble)) from None


@demo.command("run")
@click.option("--port", type=int, default=lambda: current_app.extensions["settings"].port)
def demo_run(port: int) -> None:
    """What `make demo` does: migrate, play if need be, start the web server and the scheduler until Ctrl-C."""
    from deconflict.demo.runner import main

    raise SystemExit(main(["--port", str(port)]))
