"""`flask texts`: every text as it leaves, for whoever endorses them. Needs no database, no keys, no mail (see bare.py)."""

from __future__ import annotations

import click

from deconflict.services.texts import faults_of, previews


@click.command("texts")
@click.option("--lang", default=None, type=click.Choice(["fr", "en"]), help="Only this language.")
def texts(lang: str | None) -> None:
    """Print every text with samples, its segments and what the linter says; fails where one must not go live."""
    found = [one for one in previews() if lang in (None, one.language)]
    for one in found:
        count = f", {one.segments} segment{'s' if one.segments > 1 else ''}" if one.segments else ""
        click.echo(f"[{one.file}] {one.kind} to {one.audience}, {one.purpose}{count}")
        if one.subject:
            click.echo(f"    {one.subject}")
        for line in one.text.splitlines():
            click.echo(f"    {line}" if line else "")
        click.echo(f"    REFUSED: {', '.join(one.faults)}\n" if one.faults else "")
    wrong = faults_of(found)
    if wrong:
        raise click.ClickException("these must not go live:\n" + "\n".join(wrong))
