"""The brake on everything the system would say by itself: rows of when it went on and off, and what it holds."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, not_, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from deconflict.domain.escalation import BRAKE, CLOSING, REQUEST
from deconflict.domain.states import MessageState
from deconflict.store.alerts import Alert, Message
from deconflict.store.base import Base, UTCDateTime
from deconflict.store.cases import Case
from deconflict.store.work import insert_once

HOUR = timedelta(hours=1)
# An officer's own act is no mistake of a rule, whoever was told must hear that it is over, and the brake itself rings.
FREE = (REQUEST, CLOSING, BRAKE)


class Brake(Base):
    """One time that it went on. `on` is True, and None once an officer has decided: of the first there is one at the most.
    `rung_at`: when the desk was rung for it."""

    __tablename__ = "brake"

    id: Mapped[int] = mapped_column(primary_key=True)
    on: Mapped[bool | None] = mapped_column(unique=True)
    since: Mapped[datetime] = mapped_column(UTCDateTime)
    rung_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)


def brake_on(session: Session) -> Brake | None:
    return session.scalars(select(Brake).where(Brake.on.is_(True))).first()


def put_on(session: Session, now: datetime) -> None:
    insert_once(session, Brake, on=True, since=now)


def written_lately(session: Session, most: int, now: datetime) -> int:
    """Alerts of the last hour that a rule may have to answer for, since an officer last let go; no more than `most` are counted."""
    ended = session.scalar(select(func.max(Brake.ended_at)))
    since = now - HOUR if ended is None else max(now - HOUR, ended)
    free = or_(*(Alert.purpose.startswith(purpose) for purpose in FREE))
    some = select(Alert.id).where(Alert.owed_at > since, not_(free)).limit(most)
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0


def held_messages(session: Session, case_id: int | None = None) -> int:
    query = select(func.count()).select_from(Message).where(Message.state == MessageState.HELD)
    if case_id is not None:
        query = query.where(Message.alert_id.in_(select(Alert.id).where(Alert.case_id == case_id)))
    return session.scalar(query) or 0


def held_cases(session: Session) -> list[tuple[Case, int]]:
    """The cases of which anything is held, with how many people wait, the earliest start first."""
    people = func.count(Alert.person_id.distinct()).label("people")
    held = select(Alert.case_id, people).join(Message, Message.alert_id == Alert.id)
    by_case = held.where(Message.state == MessageState.HELD).group_by(Alert.case_id).subquery()
    query = select(Case, by_case.c.people).join(by_case, by_case.c.case_id == Case.id)
    return [(case, count) for case, count in session.execute(query.order_by(Case.starts_at, Case.id))]
