"""What would be too much to read. Amended again and again, a case is told again only once things have settled. A rule mistake
writes hundreds of alerts in an hour: beyond an unusual number everything the system says by itself waits for an officer, but
for what is critical and dangerous."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deconflict.domain.escalation import Clocks
from deconflict.domain.severity import Harm, Severity
from deconflict.domain.states import MAY_HAVE_LEFT, AlertState, MessageState, target
from deconflict.store.alerts import Alert, Message
from deconflict.store.brake import FREE, brake_on, put_on, written_lately
from deconflict.store.cases import Case
from deconflict.store.outbox import Owed


def hold_back(session: Session, clocks: Clocks, case: Case, alert: Alert, now: datetime) -> None:
    """The messages of an alert that was just written, where there are too many."""
    if not clocks.brake_per_hour or alert.purpose.partition(":")[0] in FREE or never_held(case):
        return
    if brake_on(session) is None:
        if written_lately(session, clocks.brake_per_hour + 1, now) <= clocks.brake_per_hour:
            return
        put_on(session, now)
    mine = select(Message).where(Message.alert_id == alert.id, Message.state == MessageState.QUEUED)
    for message in session.scalars(mine):
        message.state = target("message", message.state, "hold", "system")
    session.flush()


def settles_at(session: Session, clocks: Clocks, case: Case, owed: Owed, now: datetime) -> datetime:
    """Somebody who had a text of this case moments ago, and has not answered it, is not sent the same words with every amendment:
    they wait a little, and whatever is amended until then takes their place. Words that are graver do not wait."""
    if owed.side != "ocha":
        return now
    left = func.max(func.coalesce(Message.sent_at, Message.timed_at))
    before = select(left).join(Alert, Alert.id == Message.alert_id).where(Message.state.in_(MAY_HAVE_LEFT))
    same = (Alert.case_id == case.id, Alert.round < case.round, Alert.person_id == owed.person.id)
    last = session.scalar(before.where(*same, Alert.text == owed.text, Alert.state != AlertState.ACKNOWLEDGED))
    return now if last is None else min(last, now) + clocks.settle  # a clock may have been set back


def never_held(case: Case) -> bool:
    return case.severity == Severity.CRITICAL and case.harm == Harm.DANGER
