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
from deconflict.domain.judgement import Hit, Judgement
from deconflict.domain.words import sentences
from deconflict.services.explaining import Explanation, Moved
from deconflict.services.explaining import explain as explained
from deconflict.services.rejudging import others_in_force, waiting
from deconflict.services.rejudging import rejudge as mark_again
from deconflict.services.sop_in_force import rules_now

LOOK_EVERY_S, PATIENCE_S = 1.0, 120.0
NOUNS = {"humanitarian": "notice", "mission": "plan"}
EVENTS = {
    "open": "opened",
    "change": "changed",
    "soften": "became milder",
    "refresh": "figures moved",
    "reopen": "opened again",
    "vanish": "the overlap was gone",
    "overtake": "one was cancelled",
    "lapse": "its hour passed undecided",
    "fail": "could not be checked",
}
CAUSES = {
    "worse": "worse than before",
    "notice_new": "a notice was filed",
    "plan_new": "a plan was filed",
    "notice": "the notice was amended",
    "plan": "the plan was amended",
    "notice_off": "the notice was cancelled",
    "escort": "what was decided of an escort changed",
    "plan_off": "the plan was cancelled",
    "rules": "the rules changed",
    "places": "the list of places changed",
    "clock": "time had passed",
}


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
    mission = rules_now(current_app.extensions["mission"])
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
    """Have every live notice and plan looked at again.

    Each is read anew, and judged where a rule may concern it. The scheduler does it, after whatever is filed meanwhile, and
    by the rules it was started with. New rules need no `flask rejudge`: start the scheduler again.
    """
    mission = rules_now(current_app.extensions["mission"])
    marked = mark_again(_instant(since) if since else None, datetime.now(UTC))
    click.echo(f"{marked} to be looked at again, {waiting()} in all wait for the scheduler")
    if (others := others_in_force(mission)) is not None:
        click.echo(
            f"The schedulers judge by other files than those here until they start again: {_basis(asdict(others))}",
            err=True,
        )
    if wait:
        _wait()


def _told(found: Explanation, mission: Mission, lang: str) -> Iterator[str]:
    yield f"case {found.reference}: {found.state}, round {found.round}"
    for item in found.items:
        moved = "" if item.judged == item.current else f" (now {item.current})"
        yield f"  {NOUNS[item.side]} version {item.judged}{moved}"
    if found.stored is None or found.judged_at is None:
        yield "  it could not be checked: nothing was judged"
    else:
        yield f"  judged {_second(found.judged_at)}, {_basis(asdict(found.basis))}"
        yield from (f"  {line}" for line in _judged(found.stored))
        if found.sensitive:
            yield "  sensitive: hours and sentences are for the desk"
        else:
            yield from (f"  {sentence}" for sentence in sentences(found.stored, lang, mission.zone, mission.unit))
    yield "history"
    yield from (f"  {_moved(move)}" for move in found.history)
    if found.stored is not None:
        yield from _again(found)


def _again(found: Explanation) -> Iterator[str]:
    by = ""
    if found.basis != found.now:
        by = " by these"
        yield f"other rules here: {_basis(asdict(found.now))}"
    if found.trouble:
        yield f"it cannot be computed again: {found.trouble}"
    elif not found.differences:
        yield f"computed again{by}: same as stored"
    else:
        yield from (f"differs: {line}" for line in found.differences)
    if found.unreadable:
        yield f"the current versions cannot be computed: {found.unreadable}"
    elif found.amended is not None:
        yield "the current versions, at the same instant"
        yield from (f"  {line}" for line in _judged(found.amended))
    elif found.moved:
        yield "the current versions, at the same instant: no rule fires"


def _judged(judgement: Judgement) -> Iterator[str]:
    yield f"{judgement.severity}, {judgement.harm}"
    yield from map(_figures, judgement.hits)


def _figures(hit: Hit) -> str:
    """The limits beside the figures. The gap is what all slack and uncertainty leave of the planned distance."""
    near = hit.limit_m is not None and hit.basis in ("", "distance")
    where = f"gap {hit.gap_m:.1f} m, limit {hit.limit_m:.0f} m" if near else f"same {hit.basis}"
    sure = "possible" if hit.possible else "as filed"
    return (
        f"{hit.rule_id}: {hit.severity}, {sure}; {where}, planned {hit.nominal.distance_m:.1f} m; "
        f"{hit.time_gap_s / 3600:.2f} h between with all slack, limit {hit.limit_s / 3600:g} h; "
        f"{hit.minutes_within:.0f} min within"
    )


def _moved(move: Moved) -> str:
    why = ", ".join(CAUSES[cause] for cause in move.causes)
    ours, theirs = move.versions
    versions = ", ".join(f"{noun} {n}" for noun, n in (("notice", ours), ("plan", theirs)) if n)
    return f"{_second(move.at)} {EVENTS[move.event]}, {move.severity} ({versions}){why and f': {why}'}"


def _second(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _basis(with_what: dict[str, str]) -> str:
    return f"SOP {with_what['sop_version']}, gazetteer {with_what['gazetteer']}, profile {with_what['profile']}"


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
