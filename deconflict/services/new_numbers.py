"""Who changes where somebody's messages go could also answer them: what is said from a number or mailbox that was changed a short while
before is marked for the desk, which calls. Nothing waits for that: a team that changed its card must not go untold."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from deconflict.domain.states import MAY_HAVE_LEFT
from deconflict.services.wrong_person import BY
from deconflict.store.alerts import Alert, Message
from deconflict.store.people import Contact

SHORT_WHILE = timedelta(hours=72)


def spoke(session: Session, alert: Alert, method: str, heard_at: str, now: datetime) -> bool:
    """Whether an answer may have come from one: from `heard_at` (a hash) where that is known, else from any that a message of this alert
    may have reached by the ways that lead to such an answer. What was taken out of the list since counts as changed."""
    ways = BY.get(method, ())
    if alert.team_contact_hash or not ways:
        return False
    mine = select(Message.address_hash).where(
        Message.alert_id == alert.id, Message.channel.in_(ways), Message.state.in_(MAY_HAVE_LEFT)
    )
    reached = {heard_at} if heard_at else set(session.scalars(mine))
    settled = or_(Contact.given_at.is_(None), Contact.given_at <= now - SHORT_WHILE)
    known = select(Contact.lookup).where(Contact.person_id == alert.person_id, Contact.lookup.in_(reached), settled)
    return bool(reached - set(session.scalars(known)))
