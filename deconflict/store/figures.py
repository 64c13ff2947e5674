"""How sending goes, in numbers that name nobody: what waits, what providers did of late, how soon people answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deconflict.domain.states import WAITING, MessageState
from deconflict.store.alerts import TEXT, Acknowledgement, Alert, Message, Try
from deconflict.store.providers import in_trouble
from deconflict.store.waiting import late_messages, late_since
from deconflict.store.work import Heartbeat

LASTS = "lasts"  # the outcome of a hand-over that has none yet
ON_HAND = tuple(sorted({*WAITING, MessageState.HELD}))
TRIES_OF = timedelta(hours=1)
ANSWERS_OF = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Figures:
    """`on_hand`: messages by state, that have not left for sure. `late_s`: for how long the oldest late one is late, 0 when none
    is. `tries`: hand-overs of the last hour by (provider, outcome); `failing`: providers that failed last; `answers_s`: how long
    the first answer to each alert took, of those that came in the last day; `heartbeat_s` None: there was no heartbeat."""

    on_hand: dict[str, int]
    late: int
    late_s: float
    tries: dict[tuple[str, str], int]
    failing: frozenset[str]
    answers_s: tuple[float, ...]
    heartbeat_s: float | None


def figures_at(session: Session, now: datetime) -> Figures:
    beat, since = session.get(Heartbeat, "scheduler"), late_since(session, now)
    waiting = select(Message.state, func.count()).where(Message.state.in_(ON_HAND)).group_by(Message.state)
    states: dict[str, int] = dict(session.execute(waiting).all())
    tries = select(Try.provider, Try.outcome, func.count(TEXT.distinct())).where(Try.begun_at > now - TRIES_OF)
    return Figures(
        on_hand=dict.fromkeys(ON_HAND, 0) | states,
        late=late_messages(session, now),
        late_s=(now - since).total_seconds() if since else 0.0,
        tries={
            (provider, outcome or LASTS): count
            for provider, outcome, count in session.execute(tries.group_by(Try.provider, Try.outcome))
        },
        failing=frozenset(provider.name for provider in in_trouble(session)),
        answers_s=_answers_s(session, now),
        heartbeat_s=(now - beat.at).total_seconds() if beat else None,
    )


def _answers_s(session: Session, now: datetime) -> tuple[float, ...]:
    """Of alerts: somebody who says that he is the wrong person has answered nothing."""
    first = func.min(Acknowledgement.at).label("first")
    query = (
        select(Alert.owed_at, first)
        .join(Acknowledgement, Acknowledgement.alert_id == Alert.id)
        .where(Acknowledgement.answer != "wrong_person", Acknowledgement.at > now - ANSWERS_OF)
        .group_by(Alert.id, Alert.owed_at)
    )
    return tuple(max((at - owed_at).total_seconds(), 0.0) for owed_at, at in session.execute(query))
