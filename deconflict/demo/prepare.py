"""What a demo needs before it can be shown: secrets, tables, and the scenario played once. What can go wrong on somebody's
machine is one sentence each."""

from __future__ import annotations

import errno
import os
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from cryptography.fernet import Fernet
from flask import Flask
from flask_migrate import downgrade, upgrade
from flask_security import hash_password
from sqlalchemy.exc import DBAPIError

from deconflict import create_app
from deconflict.demo.player import keys_fit, player_of, was_played
from deconflict.domain.errors import Refused
from deconflict.mission import MissionError
from deconflict.settings import SettingsError, read_settings
from deconflict.store.base import db, transaction
from deconflict.store.demo import DEMO, forget_heartbeats, stamp_of

SECRETS = "demo.env"
STALE_AFTER = timedelta(days=4)
FULL = "The disk is full. Free some space, then run this again: it goes on from where it can."
UNREACHABLE = "The database does not answer. Start it, or correct DATABASE_URL."
OTHER_KEYS = (
    "The keys in {keys} are not those this demo was played with. Remove {keys} and the database, then run again."
)
OTHER_TABLES = "The tables of this database are of another version of this program. Give DATABASE_URL another name."
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
POSTGRES_FULL = "53100"


class Trouble(Exception):
    """One sentence for whoever typed the command: what is wrong and what to do."""


@contextmanager
def in_a_sentence() -> Iterator[None]:
    """Turns what goes wrong on somebody's machine into Trouble; mistakes of ours stay what they are."""
    try:
        yield
    except (SettingsError, MissionError) as error:
        raise Trouble(str(error)) from None
    except Refused as error:
        raise Trouble(error.sentence) from None
    except OSError as error:
        if error.errno in NO_SPACE:
            raise Trouble(FULL) from None
        if error.filename is None:
            raise
        raise Trouble(f"{error.filename}: {error.strerror}.") from None
    except DBAPIError as error:
        raise Trouble(_of_the_database(error)) from error


def _of_the_database(error: DBAPIError) -> str:
    cause = error.orig
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL or getattr(cause, "sqlstate", None) == POSTGRES_FULL:
        return FULL
    if isinstance(cause, sqlite3.Error):
        return f"The database file cannot be used: {cause}."
    return UNREACHABLE


def environment(given: Mapping[str, str], folder: Path, port: int) -> dict[str, str]:
    """What both processes run with: what was given, and for the rest a demo's own. Secrets are made once, in `folder`."""
    kept = _secrets(folder)
    ours = {"DATABASE_URL": f"sqlite:///{folder / 'demo.db'}", **kept}
    missing = {name: value for name, value in ours.items() if not (given.get(name) or given.get(f"{name}_FILE"))}
    return {**given, **missing, "DEMO": "1", "PORT": str(port), "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}"}


def _secrets(folder: Path) -> dict[str, str]:
    """SECRET_KEY and FIELD_KEYS, readable by their owner only."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / SECRETS
    if not path.exists():
        lines = f"SECRET_KEY={secrets.token_hex(32)}\nFIELD_KEYS={Fernet.generate_key().decode()}\n"
        fresh = path.with_suffix(".new")  # a full disk must not leave half a key behind
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(lines)
        fresh.replace(path)
    return dict(line.split("=", 1) for line in path.read_text(encoding="utf-8").splitlines() if "=" in line)


def app_of(environ: Mapping[str, str]) -> Flask:
    """The application in this process, for preparing only: quiet, since whoever looks on wants to read the progress."""
    return create_app(replace(read_settings(environ), log_level="ERROR"))


def prepare(app: Flask, folder: Path) -> None:
    """Tables made or migrated, the scenario played if it was not. Says what it does. Raises what `in_a_sentence` takes."""
    with app.app_context():
        _migrate()
        played = was_played()
        if played is None:
            if stamp_of(DEMO) is not None:
                _empty_again()
            play(app, datetime.now(UTC))
        elif not keys_fit():
            raise Trouble(OTHER_KEYS.format(keys=folder / SECRETS))
        else:
            _say_its_age(datetime.fromisoformat(played))
        with transaction() as session:
            forget_heartbeats(session)
        db.session.remove()
        db.engine.dispose()


def play(app: Flask, now: datetime) -> None:
    """The scenario around `now`, with its progress. Within an application context."""
    player = player_of(app, now, hash_password)
    with click.progressbar(player.play(), length=player.length, label="Playing a fortnight") as moments:
        for _ in moments:
            pass


def _migrate() -> None:
    db.session.rollback()
    try:
        upgrade()
    except SystemExit:
        raise Trouble(OTHER_TABLES) from None


def _empty_again() -> None:
    """A playing that was broken off. The stamp says that the database was empty before, so all of it is a demo's."""
    click.echo("The last playing was broken off: starting again.")
    db.session.rollback()
    downgrade(revision="base")
    upgrade()


def _say_its_age(played: datetime) -> None:
    if datetime.now(UTC) - played > STALE_AFTER:
        click.echo(
            f"This demo was played on {played:%d/%m/%Y}, so most of its days are over. Empty its database for a new one."
        )
