"""`flask explain CASE` and `flask rejudge`: for whoever keeps the server and is asked whether the engine is right."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime

import click
from flask import current_app
from flask.cli import with_appcontext

from deconflict.domain.country import Mission
from deconflict.domain.errors import NotFound
from deconflict.domain.judgement import Hit
from deconflict.domain.words import sentences
from deconflict.services.explaining import Explanation
from deconflict.services.explaining import explain as explained
from deconflict.services.rejudging import rejudge as mark_again
from deconflict.services.rejudging import waiting

LOOK_EVERY_S, PATIENCE_S = 1.0, 120.0
NOUNS = {"humanitarian": "notice", "mission": "plan"}


@click.command()
@click.argument("case")
@click.option("--lang", default="en", show_default=True, type=click.Choice(["fr", "en"]), help="Of the sentences.")
@with_appcontext
def explain(case: str, lang: str) -> None:
    """Say why CASE (a reference or an id) was judged as it was, and judge it again.

    An administrator sees no content. Whoever has a shell here has the database and the keys too, so refusing him would
    protect nobody; instead the look is in the audit trail, and what is printed is the engine's and not the parties':
    versions, rules, figures beside limits, instants. No place, no position, no name, no reference of an item; no sealed
    field is opened; of a sensitive case figures only, for its officer reads the rest at the desk.
    """
    mission: Mission = current_app.extensions["mission"]
    try:
        found = explained(case, mission, datetime.now(UTC))
    except NotFound:
        raise click.ClickException("There is no such case.") from None
    for line in _told(found, mission, lang):
        click.echo(line)


@click.command()
@click.option(
    "--since", metavar="ISO", help="Only what was filed, amended or judged since then: 2019-12-09T06:00+00:00."
)
@click.option("--wait", is_flag=True, help="Until the scheduler has done it.")
@with_appcontext
def rejudge(since: str | None, wait: bool) -> None:
    """Have every live notice and plan judged again; the scheduler does it, new filings first."""
    marked = mark_again(_instant(since) if since else None, datetime.now(UTC))
    click.echo(f"{marked} to be judged again")
    if wait:
        _wait()


def _told(found: Explanation, mission: Mission, lang: str) -> Iterator[str]:
    yield f"case {found.reference}: {found.state}, round {found.round}"
    for item in found.items:
        moved = "" if item.judged == item.current else f" (now {item.current})"
        yield f"  {NOUNS[item.side]} version {item.judged}{moved}"
    if found.stored is None or found.judged_at is None:
        yield "  it could not be checked: nothing was judged"
        return
    yield f"  judged {found.judged_at:%Y-%m-%dT%H:%M:%SZ}, {_basis(asdict(found.basis))}"
    yield f"  {found.stored.severity}, {found.stored.harm}"
    for hit in found.stored.hits:
        yield f"  {_figures(hit)}"
    if found.sensitive:
        yield "  sensitive: hours and sentences are for the desk"
    else:
        yield from (f"  {sentence}" for sentence in sentences(found.stored, lang, mission.zone))
    if found.basis != found.now:
        yield f"other rules here: {_basis(asdict(found.now))}; judged by these:"
    if found.trouble:
        yield f"it cannot be computed again: {found.trouble}"
    elif not found.differences:
        yield "same as stored"
    else:
        yield from (f"differs: {line}" for line in found.differences)


def _basis(with_what: dict[str, str]) -> str:
    return f"SOP {with_what['sop_version']}, gazetteer {with_what['gazetteer']}, profile {with_what['profile']}"


def _figures(hit: Hit) -> str:
    limit = "-" if hit.limit_m is None else f"{hit.limit_m:.0f}"
    sure = "possible" if hit.possible else "as filed"
    return (
        f"{hit.rule_id}: {hit.severity}, {sure}; gap {hit.gap_m:.1f} m, planned {hit.nominal.distance_m:.1f} m (limit "
        f"{limit}); {hit.time_gap_s / 3600:.2f} h between (limit {hit.limit_s / 3600:g}); {hit.minutes_within:.0f} min within"
    )


def _instant(typed: str) -> datetime:
    try:
        at = datetime.fromisoformat(typed)
    except ValueError:
        raise click.BadParameter(f"{typed!r} is no instant of ISO 8601.", param_hint="--since") from None
    if at.tzinfo is None:
        raise click.BadParameter("Say the offset too, as in 2019-12-09T06:00+00:00.", param_hint="--since")
    return at.astimezone(UTC)


def _wait() -> None:
    """Gives up when nothing moves: then there is no scheduler."""
    left, since = waiting(), time.monotonic()
    while left:
        time.sleep(LOOK_EVERY_S)
        still = waiting()
        if still < left:
            left, since = still, time.monotonic()
        elif time.monotonic() - since > PATIENCE_S:
            raise click.ClickException(f"{left} wait and nothing moves. Is `flask scheduler` running?")
    click.echo("done")
