"""What the matcher sees of a QIP: a proposal on paper until the national committee has approved it, works on the ground from then on,
nothing any more once it is rejected, cancelled or closed. It follows every step in the step's own transaction, whoever takes it, so
that no project is matched as what it no longer is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from deconflict.domain.activity import OPEN_END
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.filing import Level, MissionPlan
from deconflict.domain.procedures import Noun
from deconflict.domain.qip_proposal import plan_of
from deconflict.domain.qips import PROPOSAL, due_of, matched_as, works_window
from deconflict.domain.states import LIVE_ITEMS
from deconflict.services import procedures
from deconflict.services.filing import new_item, replace_filing, withdraw_item
from deconflict.store.eyes import audience_of
from deconflict.store.items import Item
from deconflict.store.people import Person
from deconflict.store.procedures import Procedure
from deconflict.store.queries import filing_of, version_of


def follow(session: Session, row: Procedure, by: Audience | None, mission: Mission, now: datetime) -> None:
    """Makes the item say what the project is now; and where nobody was named who must act next, names him."""
    if row.due is None:
        row.wait_for(due_of(row.state, row.facts, mission.qip.longest_months, mission.zone))
    actor = by or _who_began(session, row)
    item = session.get(Item, row.item_id, with_for_update={"of": Item}) if row.item_id is not None else None
    live = item is not None and item.state in LIVE_ITEMS
    wanted = _wanted(row, mission, now)
    if wanted is None:
        if item is not None and live:
            withdraw_item(session, item, actor, row.state, now)
    elif item is None or not live:
        row.item_id = _filed(session, row, wanted, actor, mission, now).id
    elif filing_of(version_of(session, item)) != wanted:
        replace_filing(session, item, "amend", wanted, actor, mission, now, "")
        _on_time(session, item)


def _wanted(row: Procedure, mission: Mission, now: datetime) -> MissionPlan | None:
    """None where it is not matched. A proposal stands from the day it was registered until its works would be over: until then it may
    become works (R04c looks 180 days beyond). Nothing of a proposal is ever released; of works, place and half-day may be, in a case."""
    kind = matched_as(row.state)
    if not kind or kind not in mission.catalogue.kinds:
        return None
    begins, ends = works_window(row.facts, row.state, mission.zone, OPEN_END)
    if kind == PROPOSAL:
        return plan_of(row.facts, kind, Level.MATCH_ONLY, min(row.made_at, begins), ends)
    return plan_of(row.facts, kind, Level.REDACTED, begins, ends)


def _filed(
    session: Session, row: Procedure, plan: MissionPlan, actor: Audience, mission: Mission, now: datetime
) -> Item:
    item = new_item(session, plan, actor, f"qip-{row.reference}-{row.version}", mission, now)
    if row.owner_id is not None:
        item.owner_id = row.owner_id
    _on_time(session, item)
    return item


def _on_time(session: Session, item: Item) -> None:
    """A project is consulted on for weeks: that its proposal begins when it is registered is neither late nor without notice."""
    item.late = False
    version_of(session, item).no_notice = False


def _who_began(session: Session, row: Procedure) -> Audience:
    return audience_of(session.get_one(Person, row.made_by_id))


procedures.AFTER[Noun.QIP] = follow
