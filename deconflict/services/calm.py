"""What is due and may wait: at night, whatever is no danger, also what failed elsewhere or was kept by an outage; and by day, the
texts of somebody who has had enough of them. Looked at when a message is about to leave, so that no way round exists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deconflict.domain.escalation import Clocks
from deconflict.domain.severity import Harm, Severity
from deconflict.domain.states import MAY_HAVE_LEFT
from deconflict.store.alerts import Alert, Message
from deconflict.store.cases import Case

Facts = Any  # services.sending.Facts
Whom = tuple[int, str]  # a person, or a team's number that he answers for


def waits(session: Session, rows: Sequence[Facts], clocks: Clocks, now: datetime) -> dict[int, datetime]:
    """Until when each of these messages waits, of those that do. What would be useless by then leaves."""
    found = {row.id: clocks.quiet_ends_at(now) for row in rows if _at_night(row, clocks, now)}
    capped = [row for row in rows if row.id not in found and _counts(row)]
    if capped:
        tomorrow = clocks.night.next_(clocks.night.ends, now)
        had = _had_today(session, {row.person_id for row in capped}, clocks, now)
        for row in capped:
            whom = row.person_id, row.team_contact_hash
            if had[whom] >= clocks.daily_cap and row.useful_until > tomorrow:
                found[row.id] = tomorrow
            else:
                had[whom] += 1
    return found


def _at_night(row: Facts, clocks: Clocks, now: datetime) -> bool:
    """A closing text has its own hour: the fixed batch, or an officer's act."""
    if row.text.endswith("_closed"):
        return False
    on_duty = row.side == "ocha"
    return clocks.quiet(Harm(row.harm), Severity(row.severity), now, row.starts_at, on_duty=on_duty)


def _counts(row: Facts) -> bool:
    """Danger is never counted, and that something is over neither. The desk is at work: the brake is there for it."""
    mild = row.harm != Harm.DANGER and row.severity != Severity.CRITICAL
    return row.channel == "sms" and row.side != "ocha" and mild and not row.text.endswith("_closed")


def _had_today(session: Session, people: set[int], clocks: Clocks, now: datetime) -> Counter[Whom]:
    """How many such texts have left since midnight by the mission's clocks."""
    midnight = datetime.combine(now.astimezone(clocks.night.timezone).date(), time(), clocks.night.timezone)
    left = func.coalesce(Message.sent_at, Message.timed_at) >= midnight.astimezone(now.tzinfo)
    query = (
        select(Alert.person_id, Alert.team_contact_hash, func.count())
        .join(Message, Message.alert_id == Alert.id)
        .join(Case, Case.id == Alert.case_id)
        .where(Alert.person_id.in_(people), Message.channel == "sms", Message.state.in_(MAY_HAVE_LEFT), left)
        .where(Case.harm != Harm.DANGER, Case.severity != Severity.CRITICAL, ~Alert.text.endswith("_closed"))
        .group_by(Alert.person_id, Alert.team_contact_hash)
    )
    return Counter({(person, team): count for person, team, count in session.execute(query)})
