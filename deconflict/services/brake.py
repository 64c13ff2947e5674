"""The brake on guessing passwords and codes. It must stop who guesses and never keep an officer out of his desk.

Wrong tries are counted for an account from one place (a browser that has signed in to it before, or else a network address),
for the account from all places, and for the place over all accounts. A browser that has signed in before answers for its
own tries only: a stranger who guesses all night shuts the account to strangers, and not to its owner.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from deconflict.store.attempts import add_failure, failures
from deconflict.store.base import db, lookup_hash, transaction

WINDOW = timedelta(minutes=15)
FROM_ONE_PLACE = 5
PER_ACCOUNT = 50
PER_PLACE = 50


@dataclass(frozen=True, slots=True)
class Try:
    """Somebody about to give a secret. `what` is password or code; `whose` the account's e-mail as typed; `browser` an id of a
    browser that has signed in to this account before, else None; `address` where he comes from, None when a proxy hides it."""

    what: str
    whose: str
    browser: str | None
    address: str | None

    @property
    def limits(self) -> dict[str, int]:
        """Key -> how many failures are the most."""
        whose, place = self.whose.strip().lower(), self.browser or self.address or ""
        limits = {f"{whose}|{place}": FROM_ONE_PLACE}
        if self.browser is None:
            limits[whose] = PER_ACCOUNT
            if self.address is not None:
                limits[f"@{self.address}"] = PER_PLACE
        return {lookup_hash(f"{self.what}:{name}"): most for name, most in limits.items()}


def held(attempt: Try, now: datetime) -> bool:
    """Whether the secret is not even looked at. The same for accounts that exist and that do not."""
    limits = attempt.limits
    found = failures(db.session, limits, now - WINDOW)  # type: ignore[arg-type]  # scoped_session offers Session's methods
    return any(found.get(key, 0) >= most for key, most in limits.items())


def failed(attempt: Try, now: datetime) -> None:
    """The secret was wrong."""
    with transaction() as session:
        add_failure(session, attempt.limits, now, forget_before=now - WINDOW)
