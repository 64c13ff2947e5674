"""How the system itself is: is the scheduler alive, is anybody waiting for a text, is every area's desk attended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from deconflict.domain.country import Mission
from deconflict.services.sending import late_messages
from deconflict.store.queries import on_duty
from deconflict.store.work import Heartbeat

OLD_HEARTBEAT = timedelta(seconds=60)
LATE_MESSAGE = timedelta(minutes=2)


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
    beating = beat is not None and now - beat.at <= OLD_HEARTBEAT
    unattended = tuple(area.code for area in mission.areas if not on_duty(session, area.code, "duty", now))
    return Health(beat.at if beat else None, beating, late_messages(session, now, LATE_MESSAGE), unattended)
