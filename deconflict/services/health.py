"""How the system itself is: is the scheduler alive, is anybody waiting for a text, is every area's desk attended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from deconflict.domain.country import Mission
from deconflict.store.people import Duty, Person
from deconflict.store.waiting import LATE, late_messages
from deconflict.store.work import Heartbeat

OLD_HEARTBEAT = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Health:
    """`heartbeat_at` None: no scheduler has ever finished a cycle. `unattended`: area codes without anybody on duty."""

    heartbeat_at: datetime | None
    beating: bool
    late_messages: int
    unattended: tuple[str, ...]

    @property
    def ready(self) -> bool:
        return self.beating and self.late_messages == 0


def health_of(session: Session, mission: Mission, now: datetime) -> Health:
    """Reads only; raises whatever the database raises when it is not there."""
    beat = session.get(Heartbeat, "scheduler")
    # A beat of an hour to come was written before the clock was put back, and says nothing of now.
    beating = beat is not None and abs(now - beat.at) <= OLD_HEARTBEAT
    attended = _attended(session, now)
    unattended = tuple(area.code for area in mission.areas if area.code not in attended)
    return Health(beat.at if beat else None, beating, late_messages(session, now, LATE), unattended)


def _attended(session: Session, now: datetime) -> set[str]:
    """Codes of the areas with a duty officer now, in one question: every page asks it."""
    here = (Duty.step == "duty", Duty.from_at <= now, or_(Duty.until_at.is_(None), Duty.until_at > now))
    query = select(Duty.area).join(Person, Person.id == Duty.person_id).where(*here, Person.active.is_(True))
    return set(session.scalars(query))
