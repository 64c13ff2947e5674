"""A plan's closing answer that aid was given which no plan spoke of opens a report by itself (D7.3), as the mission's own word."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from deconflict.domain.aid_reports import CYCLE
from deconflict.domain.aid_words import KIND_OF, Told
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.procedures import Noun
from deconflict.services.aid_clocks import due_in
from deconflict.services.aid_reports import facts_of
from deconflict.services.procedures import began_before, begin, move
from deconflict.store.aid_reports import close_out_key
from deconflict.store.items import Item

OTHER = "other"


def follow_close_out(
    session: Session,
    item: Item,
    given: tuple[str | None, str | None] | None,
    category: str | None,
    by: Audience,
    mission: Mission,
    now: datetime,
) -> None:
    """Inside the transaction of the answer. `given`: in which settlement and on which local day, None where no such aid was given. One
    plan opens one report: a corrected answer is written into it, and what becomes of it is for the officer to say."""
    row = began_before(session, close_out_key(item.id))
    if given is None:
        if row is not None and row.state in CYCLE.steps["correct"].sources:
            move(session, row, "correct", by, mission, now, change={"taken_back": True}, due=row.due)
        return
    pcode, day = given
    on = date.fromisoformat(day) if day else item.ends_at.astimezone(mission.zone).date()
    told = facts_of(Told(on, pcode or "", KIND_OF.get(category or "", OTHER)), declared=True)
    if row is None:
        due, key = due_in("reported", mission, now), close_out_key(item.id)
        row = begin(session, Noun.AID_REPORT, None, key, told, mission, now, pcode=pcode, area=item.area, due=due)
        row.owner_id, row.sector = item.owner_id, item.sector
    elif row.state in CYCLE.steps["correct"].sources:
        change = {"taken_back": False}
        if not row.facts.get("verified"):  # what was verified is what it was
            change |= {"day": told["day"], "kind": told["kind"]}
            row.pcode, row.cod_version = pcode, mission.gazetteer.edition if pcode else ""
        move(session, row, "correct", by, mission, now, change=change, due=row.due)
