"""An officer says that he has seen the queue. By a press and not by opening it: a page that loads itself anew must not eat the marks
of what nobody has read."""

from __future__ import annotations

from datetime import datetime

from deconflict.domain.audience import Audience
from deconflict.store.base import transaction
from deconflict.store.looks import DeskLook
from deconflict.store.people import Person


def has_seen(by: Audience, until: datetime, now: datetime) -> None:
    """Everything up to `until`, the instant of the page he looked at, so that what came after stays marked. Never later than `now`,
    and never earlier than what he had seen before."""
    with transaction() as session:
        session.get_one(Person, by.person_id, with_for_update=True)  # two tabs of his would both write the first row
        look = session.get(DeskLook, by.person_id)
        if look is None:
            session.add(DeskLook(person_id=by.person_id, until_at=min(until, now)))
        else:
            look.until_at = max(look.until_at, min(until, now))
