"""What one look finds, each of it done in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Select
from sqlalchemy.orm import Session

from deconflict.store.base import db, transaction


def each_apart(found: Select[int], do: Callable[[Session, int], object], failed: Callable[[int], object]) -> int:
    """Does it for each id that the query finds; one that fails is told by `failed`, called while the error is known, and stops
    no other. Returns how many were found."""
    ids = list(db.session.scalars(found))
    db.session.rollback()
    for id in ids:
        try:
            with transaction() as session:
                do(session, id)
        except Exception:
            failed(id)
    return len(ids)
