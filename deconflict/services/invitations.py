"""The link of an invitation: it works once, for a week, and only the last one."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from deconflict.domain.errors import NotFound
from deconflict.store.base import lookup_hash
from deconflict.store.people import Account

INVITATION_LIFE = timedelta(days=7)


def begin(account: Account, now: datetime) -> None:
    """A new link, which ends the one before."""
    account.invitation, account.invited_at = secrets.token_hex(16), now


def token_of(account: Account) -> str | None:
    """What the link carries; None once it was used. Signed, so that who reads the database holds no link."""
    if account.invitation is None:
        return None
    return f"{account.id}.{lookup_hash(f'invitation:{account.id}:{account.invitation}')}"


def invited_account(session: Session, token: str, now: datetime) -> Account:
    """Raises NotFound for a link that is wrong, used or too old, and for somebody deactivated."""
    number = token.partition(".")[0]
    account = session.get(Account, int(number)) if number.isascii() and number.isdigit() and len(number) < 10 else None
    expected = token_of(account) if account is not None else None
    if account is None or expected is None or not hmac.compare_digest(expected.encode(), token.encode()):
        raise NotFound
    if not account.active or account.invited_at is None or now > account.invited_at + INVITATION_LIFE:
        raise NotFound
    return account
