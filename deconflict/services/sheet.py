"""The hand-over file: once an hour the sheet of domain.sheet, sealed with a passphrase, in a folder that something else carries
away. It opens without this server, its database and its keys: `flask handover open FILE`."""

from __future__ import annotations

import base64
import os
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from deconflict.domain.country import Mission
from deconflict.domain.sheet import Sheet, sheet_from_json
from deconflict.store.audit import record
from deconflict.store.base import db, transaction
from deconflict.store.sheet import sheet_at
from deconflict.store.work import Heartbeat, beat, take_slot

log = structlog.get_logger()
NAME = "sheet"  # of its heartbeat
EVERY = timedelta(hours=1)
TRY_EVERY = timedelta(minutes=5)  # after one that could not be written
KEPT = 12
HEAD = b"carnet sheet 1"
WORK = 2**15  # of scrypt: 32 MB and a tenth of a second


class NotOpened(Exception):
    """The passphrase is another, or the file is damaged or none of ours."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """Where the files go, None for nowhere, and what seals them."""

    folder: Path | None = None
    passphrase: str = field(default="", repr=False)


def write_sheet(mission: Mission, to: HandOver, now: datetime) -> bool:
    """Once an hour, by whichever scheduler comes first. Whether it was this one. A disk that is full stops no other duty: the
    heartbeat of the file grows old, and the desk is told."""
    if to.folder is None or not _due(now) or not take_slot(NAME, TRY_EVERY, now):
        return False
    sheet = sheet_at(db.session(), mission, now)
    db.session.rollback()
    try:
        _write(to.folder, f"handover-{now:%Y%m%dT%H%MZ}.carnet", sealed(sheet, to.passphrase))
    except OSError as error:
        log.error("the hand-over file could not be written", because=error.strerror)
        return False
    with transaction() as session:
        beat(session, NAME, now)
        # Numbers leave the house in it: who reads the audit sees when, and of how many cases.
        counts = {"cases": len(sheet.cases), "items": len(sheet.items), "calls": len(sheet.calls)}
        record(session, None, "hand_over", "file", None, counts, at=now)
    return True


def sealed(sheet: Sheet, passphrase: str) -> bytes:
    """The whole file: what it is, a salt, the sheet under a key of passphrase and salt."""
    salt = secrets.token_bytes(16)
    return b"\n".join((HEAD, base64.b64encode(salt), _fernet(passphrase, salt).encrypt(sheet.to_json().encode())))


def opened(content: bytes, passphrase: str) -> Sheet:
    """Raises NotOpened."""
    try:
        head, salt, token = content.split(b"\n")
        if head != HEAD:
            raise NotOpened
        return sheet_from_json(_fernet(passphrase, base64.b64decode(salt, validate=True)).decrypt(token).decode())
    except (ValueError, KeyError, TypeError, InvalidToken):
        raise NotOpened from None


def _fernet(passphrase: str, salt: bytes) -> Fernet:
    key = Scrypt(salt=salt, length=32, n=WORK, r=8, p=1).derive(passphrase.encode())
    return Fernet(base64.urlsafe_b64encode(key))


def _due(now: datetime) -> bool:
    last = db.session.get(Heartbeat, NAME)
    at = last.at if last else None
    db.session.rollback()
    # A time to come was written before the clock was put back.
    return at is None or not at <= now < at + EVERY


def _write(folder: Path, name: str, content: bytes) -> None:
    """Whole or not at all: whoever copies the folder away meets no half of a file. Old ones go."""
    for left in folder.glob(".handover-*"):  # by one that was killed while it wrote
        left.unlink(missing_ok=True)
    half = folder / f".{name}"
    try:
        handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        half.replace(folder / name)
    finally:
        half.unlink(missing_ok=True)
    for old in sorted(folder.glob("handover-*.carnet"))[:-KEPT]:
        old.unlink(missing_ok=True)
