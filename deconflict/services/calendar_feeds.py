"""An address at which a calendar fetches its owner's deadlines. Whoever has the address has them: it is shown once, and a new one makes the
old one useless."""

from __future__ import annotations

import secrets
from datetime import datetime

from deconflict.domain.audience import Audience
from deconflict.store.audit import record
from deconflict.store.base import lookup_hash, transaction
from deconflict.store.calendar_feeds import CalendarFeed, feed_with
from deconflict.store.eyes import audience_of


def make_feed(by: Audience, now: datetime) -> str:
    """The word that the address ends with. The one before holds no more."""
    token = secrets.token_urlsafe(24)
    with transaction() as session:
        feed = session.get(CalendarFeed, by.person_id) or CalendarFeed(person_id=by.person_id)
        feed.token_hash, feed.made_at, feed.fetched_at = _hash(token), now, None
        session.add(feed)
        record(session, by.person_id, "make", "calendar_feed", by.person_id, at=now)
    return token


def end_feed(by: Audience, now: datetime) -> None:
    """The address holds no more. Twice is the same."""
    with transaction() as session:
        feed = session.get(CalendarFeed, by.person_id)
        if feed is not None:
            session.delete(feed)
            record(session, by.person_id, "end", "calendar_feed", by.person_id, at=now)


def whose(token: str, now: datetime) -> Audience | None:
    """Who fetches, as he stands now; None for an address that holds no more, and for somebody who works here no more."""
    with transaction() as session:
        feed = feed_with(session, _hash(token))
        person = feed.person if feed is not None else None
        account = person.account if person is not None else None
        gone = person is None or not person.active or (person.until_at is not None and person.until_at <= now)
        if feed is None or gone or person is None or account is None or not account.active:
            return None
        feed.fetched_at = now
        return audience_of(person)


def _hash(token: str) -> str:
    return lookup_hash(f"calendar:{token}")
