"""What a thief of the database reads: every cell of every table as it is stored, and the bytes of the files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.engine import make_url

from deconflict.store.base import Base, Sealed, db


def cells() -> Iterator[tuple[str, str]]:
    """(table and column, what is stored), past every type of ours."""
    with db.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for row in connection.exec_driver_sql(f'SELECT * FROM "{table.name}"').mappings():
                yield from ((f"{table.name}.{name}", str(value)) for name, value in row.items() if value is not None)


def files(url: str) -> bytes:
    """An SQLite file with its write-ahead log, nothing for a PostgreSQL. Deleted pages are in it too."""
    path = make_url(url).database if url.startswith("sqlite") else None
    return b"".join(file.read_bytes() for file in _beside(path)) if path else b""


def _beside(path: str) -> Iterator[Path]:
    yield from sorted(Path(path).parent.glob(Path(path).name + "*"))


def opened() -> set[str]:
    """Every encrypted value, as whoever has the keys reads it."""
    sealed = [c for table in Base.metadata.sorted_tables for c in table.columns if isinstance(c.type, Sealed)]
    return {str(value) for column in sealed for value in db.session.scalars(select(column)) if value is not None}
