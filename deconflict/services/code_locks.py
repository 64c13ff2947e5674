"""Wrong codes under a reference (RUL-18): five lock it for a while, and nobody who types one learns whether it exists."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.store.alerts import CodeLock
from deconflict.store.audit import record
from deconflict.store.work import insert_once

FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
INVENTED = ""  # one count for every reference that nothing has: strangers fill no table, and waiting tells them nothing
MOST_COUNTED = 10**6


def lock_of(session: Session, reference: str, now: datetime, *, known: bool) -> CodeLock:
    """The count of wrong codes under a reference, held for the rest of the transaction. It is locked when `locked_until` is
    set: a time that has passed is taken away here, with the failures that led to it."""
    key = reference if known else INVENTED
    insert_once(session, CodeLock, reference=key, failures=0)
    query = select(CodeLock).where(CodeLock.reference == key).with_for_update()
    lock = session.scalars(query.execution_options(populate_existing=True)).one()
    if lock.locked_until is not None and lock.locked_until <= now:
        lock.failures, lock.locked_until = 0, None
    return lock


def missed(session: Session, lock: CodeLock, now: datetime) -> None:
    """Counts on while locked, so that a lock takes as long to answer as none."""
    lock.failures = lock.failures % MOST_COUNTED + 1
    if lock.failures >= FAILURES and lock.locked_until is None and lock.reference != INVENTED:
        lock.locked_until = now + LOCKED_FOR
        record(session, None, "lock_code", "reference", None, {"reference": lock.reference}, at=now)
