"""A demo's database and a real one are never taken for each other: real plans may not end in fake phones, nor fake plans in
real ones. Looked at whenever the application starts."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from deconflict.settings import SettingsError
from deconflict.store.base import db
from deconflict.store.demo import DEMO, holds_anything, stamp_of

NOT_A_DEMO = "DEMO: this database holds real filings or people, so no demo may use it. Give DATABASE_URL another name."
IS_A_DEMO = "DEMO: this database was filled by a demo, with invented people and plans. Give DATABASE_URL another name, or DEMO=1."
UNREACHABLE = (
    "DATABASE_URL: the database does not answer, so nobody knows whether it is a demo's. Start it, then try again."
)


def check_database(app: Flask) -> None:
    """Raises SettingsError where the database is of the other kind. One that does not answer stops a demo; a real installation
    starts and says so on /readyz."""
    demo: bool = app.extensions["settings"].demo
    with app.app_context():
        if not _exists():
            return
        try:
            stamped, holds = stamp_of(DEMO) is not None, holds_anything()
        except SQLAlchemyError:
            if demo:
                raise SettingsError(UNREACHABLE) from None
            return
        finally:
            db.session.rollback()
            db.engine.dispose()  # the server forks later, and a connection must not be shared by two processes
    if demo and holds and not stamped:
        raise SettingsError(NOT_A_DEMO)
    if stamped and not demo:
        raise SettingsError(IS_A_DEMO)


def _exists() -> bool:
    """Connecting would make an SQLite file that nobody asked for."""
    url = db.engine.url
    return url.get_backend_name() != "sqlite" or (bool(url.database) and Path(str(url.database)).exists())
