"""Who is on duty: put somebody on a step of an area, and end a shift. Shifts are ended, never deleted: who should have been
told is asked after an incident."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, or_, select

from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.errors import LostRace, NotFound, Refused
from deconflict.domain.escalation import OCHA_ROLES
from deconflict.domain.msgid import N_
from deconflict.store.audit import record
from deconflict.store.base import transaction
from deconflict.store.moves import LOST
from deconflict.store.people import Duty, Person
from deconflict.store.roster import is_officer


def assign(
    area: str,
    step: str,
    person_id: int,
    from_at: datetime,
    until_at: datetime | None,
    by: Audience,
    mission: Mission,
    now: datetime,
) -> int:
    """Puts an officer on a step, last in order. Returns the shift's id. Raises Refused for a span that is over or turned
    round, for a person who could open no case, and for one who stands there already at that time."""
    if area not in {known.code for known in mission.areas}:
        raise Refused(N_("Choose one of the list."), field="area")
    if step not in OCHA_ROLES:
        raise Refused(N_("Choose one of the list."), field="step")
    if until_at is not None and (until_at <= from_at or until_at <= now):
        raise Refused(N_("The end is before the beginning, or past. Correct one of the two."), field="until_date")
    with transaction() as session:
        person = session.get(Person, person_id)
        if person is None or not is_officer(person):
            raise Refused(N_("Choose one of the list."), field="person")
        here = (Duty.area == area, Duty.step == step)
        same = select(Duty.id).where(
            *here, Duty.person_id == person_id, or_(Duty.until_at.is_(None), Duty.until_at > from_at)
        )
        if session.scalars(same if until_at is None else same.where(Duty.from_at < until_at)).first() is not None:
            raise Refused(
                N_("This person stands on this step already at that time. Choose another person or other hours."),
                field="person",
            )
        last = session.scalar(select(func.max(Duty.position)).where(*here))
        duty = Duty(
            area=area,
            step=step,
            position=0 if last is None else last + 1,
            person_id=person_id,
            from_at=from_at,
            until_at=until_at,
        )
        session.add(duty)
        session.flush()
        detail = {"area": area, "step": step, "person": person_id, "from": from_at.isoformat()}
        detail["until"] = until_at.isoformat() if until_at else None
        record(session, by.person_id, "assign", "duty", duty.id, detail, at=now)
        return duty.id


def end(duty_id: int, by: Audience, now: datetime) -> str:
    """Ends a shift now; one that has not begun never begins. Returns its area's code. LostRace when it is over already."""
    with transaction() as session:
        duty = session.get(Duty, duty_id, with_for_update={"of": Duty})
        if duty is None:
            raise NotFound
        if duty.until_at is not None and (duty.until_at <= now or duty.until_at <= duty.from_at):
            raise LostRace(LOST)
        duty.until_at = max(now, duty.from_at)
        record(session, by.person_id, "end", "duty", duty.id, {"area": duty.area, "step": duty.step}, at=now)
        return duty.area
