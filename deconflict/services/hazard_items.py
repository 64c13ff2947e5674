"""What of a hazard notice is matched: an item of OCHA's own, which says what the notice says while it is shown, and is taken off when it is
not."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.filing import MissionPlan
from deconflict.domain.hazard_notice import Hazard, plan_of
from deconflict.domain.states import possible
from deconflict.services.filing import replace_filing, take_off
from deconflict.store.audit import record
from deconflict.store.items import Item
from deconflict.store.procedures import Procedure


def follow(session: Session, row: Procedure, hazard: Hazard, by: Audience, mission: Mission, now: datetime) -> None:
    """The item says what the notice says."""
    item = session.get_one(Item, row.item_id, with_for_update={"of": Item})
    if "amend" in possible("item", item.state, "owner"):
        replace_filing(session, item, "amend", plan(hazard, mission), by, mission, now, "")


def take_off_item(session: Session, row: Procedure, by_id: int | None, now: datetime) -> None:
    item = session.get(Item, row.item_id, with_for_update={"of": Item}) if row.item_id else None
    if item is None or "cancel" not in possible("item", item.state, "owner"):
        return
    take_off(session, item, now)
    record(
        session, by_id, "cancel", item.side, item.id, {"version": item.version}, at=now, organisation_id=item.owner_id
    )


def plan(hazard: Hazard, mission: Mission) -> MissionPlan:
    return plan_of(hazard, mission.pack.geography, mission.roads)
