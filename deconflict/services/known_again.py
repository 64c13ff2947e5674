"""People's numbers, addresses and sign-ins are stored encrypted and found by hashes that are keyed with SECRET_KEY. When that was
changed nobody could sign in, until the hashes are made again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Text, select, type_coerce, update
from sqlalchemy.orm import Session

from deconflict.store.audit import record
from deconflict.store.base import Unreadable, cipher, db, lookup_hash, transaction
from deconflict.store.people import Account, Contact

FOUND = ((Contact, Contact.address), (Account, Account.email))


def know_again(now: datetime) -> int:
    """Makes every hash anew that another key has made. Returns how many. What cannot be opened stays: it is of no use anyway."""
    stale = list(_stale(db.session()))
    db.session.rollback()
    if stale:
        with transaction() as session:
            for table, row_id, lookup in stale:
                session.execute(update(table).where(table.id == row_id).values(lookup=lookup))
            record(session, None, "know_again", "person", None, {"hashes": len(stale)}, at=now)
    return len(stale)


def _stale(session: Session) -> Iterator[tuple[type[Contact] | type[Account], int, str]]:
    """Table, row and the hash that it should have. Read as stored: one field that cannot be opened must not hide the others."""
    for table, sealed in FOUND:
        for row_id, lookup, text in session.execute(select(table.id, table.lookup, type_coerce(sealed, Text))):
            try:
                right = lookup_hash(cipher.open(text))
            except Unreadable:
                continue
            if right != lookup:
                yield table, row_id, right
