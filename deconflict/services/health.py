"""How the system itself is: is the scheduler alive, is anybody waiting for a text, is every area's desk attended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.country import Mission
from deconflict.domain.self_test import Failing, failing, kind_failing_since
from deconflict.store.people import Duty, Person
from deconflict.store.queries import away, employed, standing
from deconflict.store.self_tests import proofs
from deconflict.store.waiting import late_since
from deconflict.store.work import Heartbeat

OLD_HEARTBEAT = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Health:
    """`heartbeat_at` None: no scheduler has ever finished a cycle. `late_since`: when the oldest message that should have left,
    and has not, was due. `unattended`: area codes without anybody on duty. `failing`: providers whose test messages do not arrive;
    `silent_since`: since when those of all that carry one kind do not, which no filing can cause. `sheet_at`: when the hourly
    file was written last."""

    heartbeat_at: datetime | None
    beating: bool
    late_since: datetime | None
    unattended: tuple[str, ...]
    failing: tuple[Failing, ...] = ()
    silent_since: datetime | None = None
    sheet_at: datetime | None = None

    @property
    def ready(self) -> bool:
        return self.beating and self.late_since is None and not self.unattended and not self.failing


def health_of(session: Session, mission: Mission, now: datetime) -> Health:
    """Reads only; raises whatever the database raises when it is not there."""
    beats = {row.name: row.at for row in session.scalars(select(Heartbeat))}
    beat = beats.get("scheduler")
    # A beat of an hour to come was written before the clock was put back, and says nothing of now.
    beating = beat is not None and abs(now - beat) <= OLD_HEARTBEAT
    attended = _attended(session, now)
    tests = proofs(session)
    unattended = tuple(area.code for area in mission.areas if area.code not in attended)
    return Health(
        beat,
        beating,
        late_since(session, now),
        unattended,
        failing(tests, now),
        kind_failing_since(tests, now),
        beats.get("sheet"),
    )


def _attended(session: Session, now: datetime) -> set[str]:
    """Codes of the areas with a duty officer now, in one question: every page asks it."""
    query = select(Duty.area).join(Person, Person.id == Duty.person_id)
    return set(session.scalars(query.where(standing("duty", now), employed(now), ~away(now))))
