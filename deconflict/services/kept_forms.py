"""A form that was sent after its session had ended is kept for whoever was writing: sealed, in no address and in no cookie, for a day."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from deconflict.store.base import Unreadable, db, transaction
from deconflict.store.kept_forms import MOST, KeptForm, kept_for
from deconflict.store.people import Account

LARGEST = 60_000  # characters: more than the largest form holds

Pairs = Sequence[tuple[str, str]]


def keep(account_id: int, page: str, typed: Pairs, now: datetime) -> int | None:
    """Its id; None for an account that is closed, and for what is too large to be a form of ours."""
    body = json.dumps(typed)
    if len(body) > LARGEST or len(page) > KeptForm.page.type.length:
        return None
    with transaction() as session:
        account = session.get(Account, account_id, with_for_update={"of": Account, "key_share": True})
        if account is None or not account.active:
            return None
        row = KeptForm(account_id=account_id, page=page, body=body, kept_at=now)
        session.add(row)
        session.flush()
        for old in kept_for(session, account_id, now)[MOST:]:
            session.delete(old)
        return row.id


def typed_in(id: int, account_id: int, page: str, now: datetime) -> dict[str, list[str]] | None:
    """What was typed into this page by name; None where it is another account's, another page's, over, or cannot be read."""
    found = next((row for row in kept_for(_session(), account_id, now) if row.id == id and row.page == page), None)
    if found is None:
        return None
    typed: dict[str, list[str]] = {}
    try:
        for name, text in json.loads(found.body):
            typed.setdefault(name, []).append(text)
    except Unreadable:
        return None
    return typed


def waiting(account_id: int, now: datetime) -> list[tuple[int, str]]:
    """Ids and pages of what waits to be gone on with, the newest first."""
    return [(row.id, row.page) for row in kept_for(_session(), account_id, now)]


def sent(account_id: int, page: str, now: datetime) -> None:
    """The form of this page was sent after all: nothing of it waits any more."""
    if any(row.page == page for row in kept_for(_session(), account_id, now)):
        with transaction() as session:
            session.execute(delete(KeptForm).where(KeptForm.account_id == account_id, KeptForm.page == page))


def _session() -> Session:
    return db.session  # type: ignore[return-value]  # scoped_session offers Session's methods
