"""What is due and may wait: at night, whatever is no danger, also what failed elsewhere or was kept by an outage; and by day, the
texts of somebody who has had enough of them. Looked at when a message is about to leave, so that no way round exists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, time

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session

from deconflict.domain.escalation import Clocks
from deconflict.domain.severity import Harm, Severity
from deconflict.domain.states import MAY_HAVE_LEFT
from deconflict.services.wording import Facts
from deconflict.store.alerts import NEWEST, TEXT, Alert, Message, Try
from deconflict.store.cases import Case

Whom = tuple[int, str]  # a person, or a team's number that he answers for


def tonight(rows: Iterable[Facts], clocks: Clocks, now: datetime) -> dict[int, datetime]:
    """Until when each of these messages waits, of those that wait for the morning."""
    return {row.id: clocks.quiet_ends_at(now) for row in rows if _at_night(row, clocks, now)}


def had_enough(
    session: Session, texts: Iterable[Sequence[Facts]], clocks: Clocks, now: datetime
) -> dict[int, datetime]:
    """The same of texts, one or several messages each, whose reader has had enough of them for today. What would be useless by
    tomorrow leaves."""
    found: dict[int, datetime] = {}
    capped = [text for text in texts if all(map(_counts, text))]
    if capped:
        tomorrow = clocks.night.next_(clocks.night.ends, now)
        had = _had_today(session, {text[0].person_id for text in capped}, clocks, now)
        for text in capped:
            whom = text[0].person_id, text[0].team_contact_hash
            if had[whom] >= clocks.daily_cap and all(row.useful_until > tomorrow for row in text):
                found |= {row.id: tomorrow for row in text}
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
    """How many such texts have left since midnight by the mission's clocks. What leaves as one text is one."""
    midnight = datetime.combine(now.astimezone(clocks.night.timezone).date(), time(), clocks.night.timezone)
    left = func.coalesce(Message.sent_at, Message.timed_at) >= midnight.astimezone(now.tzinfo)
    text = func.coalesce(TEXT, cast(Message.id, String))
    query = (
        select(Alert.person_id, Alert.team_contact_hash, func.count(text.distinct()))
        .join(Message, Message.alert_id == Alert.id)
        .join(Case, Case.id == Alert.case_id)
        .outerjoin(Try, NEWEST)
        .where(Alert.person_id.in_(people), Message.channel == "sms", Message.state.in_(MAY_HAVE_LEFT), left)
        .where(Case.harm != Harm.DANGER, Case.severity != Severity.CRITICAL, ~Alert.text.endswith("_closed"))
        .group_by(Alert.person_id, Alert.team_contact_hash)
    )
    return Counter({(person, team): count for person, team, count in session.execute(query)})
