"""The database handle, its column types and the one way to write: `with transaction() as session`."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Dialect, Engine, MetaData, String, Text, TypeDecorator, event
from sqlalchemy.orm import DeclarativeBase, Session

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# POSTs that only look: what is typed goes in the body, so that it stands in no address.
LOOKS = frozenset({"desk.find", "ours.find", "places.search"})


class Base(DeclarativeBase):
    """Named constraints, so that a migration can drop on SQLite what it made on PostgreSQL."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


class UTCDateTime(TypeDecorator[datetime]):
    """Aware in, aware out, UTC inside. SQLite forgets zones, so a naive value is refused rather than guessed."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Unreadable(ValueError):
    """An encrypted field that none of our keys opens. A ValueError, so that it is met wherever a damaged row is."""


class _Cipher:
    """Fernet keys, newest first. Set once by create_app; FIELD_KEYS never reach the database."""

    fernet: MultiFernet | None = None
    lookup_key: bytes = b""

    def use(self, keys: tuple[str, ...], secret_key: str) -> None:
        self.fernet = MultiFernet([Fernet(k) for k in keys])
        self.lookup_key = hashlib.sha256(b"lookup:" + secret_key.encode()).digest()

    def seal(self, text: str) -> str:
        assert self.fernet is not None, "create_app sets the keys"
        return self.fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        assert self.fernet is not None, "create_app sets the keys"
        try:
            return self.fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise Unreadable from None


cipher = _Cipher()


def lookup_hash(text: str) -> str:
    """A keyed hash to find an encrypted value by equality, and nothing else."""
    return hmac.new(cipher.lookup_key, text.strip().lower().encode(), hashlib.sha256).hexdigest()


class Sealed(TypeDecorator[str]):
    """Text encrypted per field: phones, plates, contacts, overnight places, codes."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else cipher.seal(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else cipher.open(value)


Ref = String(8)
Code = String(40)

_writing: ContextVar[bool] = ContextVar("writing", default=False)


def configure_engine(engine: Engine) -> None:
    """SQLite: WAL on disk with FULL sync (a power cut must not lose a filed notice) and IMMEDIATE write transactions,
    since a read that turns into a write loses against any other writer. Deferred ones stay for reading: IMMEDIATE
    everywhere starves the writers."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "busy_timeout=10000",
            "foreign_keys=ON",
            "secure_delete=ON",
        ):
            cursor.execute("PRAGMA " + pragma)
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        unsafe = has_request_context() and request.method not in SAFE_METHODS and request.endpoint not in LOOKS
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() or unsafe else "BEGIN")


@contextmanager
def transaction() -> Iterator[Session]:
    """One verb, one transaction: commits at the end, rolls back on any error. What was read before is read again inside, so
    that a decision never rests on a row from an older snapshot. Not to be nested."""
    if _writing.get():
        raise RuntimeError("a transaction inside a transaction: pass the session on instead")
    session = db.session
    session.rollback()
    session.expire_all()  # a session that has nothing to roll back would keep what it read before
    token = _writing.set(True)
    try:
        yield session  # type: ignore[misc]  # scoped_session offers Session's methods
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        _writing.reset(token)
