"""The owner of a movement ticks what he has done elsewhere. Nothing follows from it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select

from deconflict.domain.activity import Side
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.errors import NotFound
from deconflict.domain.other_procedures import lines_of
from deconflict.services.filing import own_item
from deconflict.store.audit import record
from deconflict.store.base import transaction
from deconflict.store.other_procedures import OtherProcedureTick
from deconflict.store.queries import filing_of, version_of


def tick(reference: str, done: Collection[str], by: Audience, mission: Mission, now: datetime) -> None:
    """`done`: what is ticked of the lines of the movement as it stands, each as `code:place`; the others are not. What is not on its list
    is passed over. Who ticked first stays. Raises NotFound for what is not his own movement."""
    with transaction() as session:
        item = own_item(session, reference, by)
        if item.side != Side.HUMANITARIAN or item.site is not None or item.reduced_at is not None:
            raise NotFound
        filing = filing_of(version_of(session, item))
        listed = {line.key: line for line in lines_of(mission, filing.stops, filing.mode)}
        rows = session.scalars(select(OtherProcedureTick).where(OtherProcedureTick.item_id == item.id)).all()
        known = {row.key: row for row in rows}
        gone = [row.id for key, row in known.items() if key in listed and key not in done]
        session.execute(delete(OtherProcedureTick).where(OtherProcedureTick.id.in_(gone)))
        new = [line for key, line in listed.items() if key in done and key not in known]
        for line in new:
            facts = {"item_id": item.id, "code": line.procedure.code, "place": line.place}
            session.add(OtherProcedureTick(**facts, at=now, by_id=by.person_id))
        if new or gone:
            detail = {"ticked": len(new), "taken_back": len(gone)}
            record(session, by.person_id, "tick", item.side, item.id, detail, at=now, organisation_id=item.owner_id)
