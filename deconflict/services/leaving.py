"""Somebody leaves, whoever says so: an administrator, a colleague, the end of a contract."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from deconflict.domain.states import AlertState
from deconflict.store.alerts import Alert
from deconflict.store.people import Person


def shut(session: Session, person: Person, now: datetime) -> None:
    """No message and no sign-in any more, and no session that is open. What he alone was owed passes on at once, as if no address of his
    were left: a ladder that waits for somebody who is gone waits for nobody. A team that he answers for stays owed what it is."""
    person.active = False
    if person.account is not None:
        person.account.active = False
        person.account.fs_uniquifier = uuid4().hex
    owed = select(Alert).where(
        Alert.person_id == person.id,
        Alert.state == AlertState.OWED,
        Alert.team_contact_hash == "",
        Alert.unreached_at.is_(None),
        Alert.useful_until > now,
    )
    unsealed = owed.options(defer(Alert.code), defer(Alert.team_contact)).order_by(Alert.id).with_for_update(of=Alert)
    for alert in session.scalars(unsealed):
        alert.unreached_at = now
