"""Known hazards on the way of a movement: by the rules that judge it, against what everybody who files reads anyway. It says nothing of
what any side has filed."""

from __future__ import annotations

from datetime import datetime

from deconflict.domain.activity import Activity, Side
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.filing import Filing, StaticSite
from deconflict.domain.hazard_notice import hazard_of
from deconflict.domain.hazards import SHOWN
from deconflict.domain.procedures import Noun, ProcedureFacts
from deconflict.matching.boxes import understood
from deconflict.services.hazard_items import plan
from deconflict.store.base import db
from deconflict.store.procedures import procedures


def shown_to(by: Audience, now: datetime) -> list[ProcedureFacts]:
    """What is shown and holds or will hold, the newest first."""
    found = procedures(db.session(), Noun.HAZARD, by, (SHOWN,))
    return [facts for facts in found if hazard_of(facts.facts).until > now]


def on_way(filing: Filing, by: Audience, mission: Mission, now: datetime) -> list[ProcedureFacts]:
    """Of those, what a movement comes near in the hours that they hold; nothing for what is no movement, or cannot be read."""
    if filing.side is not Side.HUMANITARIAN or isinstance(filing, StaticSite):
        return []
    shown = shown_to(by, now)
    try:
        movement = understood(filing, mission, item_id=0, version=0) if shown else None
    except (ValueError, KeyError):
        return []
    return [facts for facts in shown if movement and _meets(movement, facts, mission, now)]


def _meets(movement: Activity, facts: ProcedureFacts, mission: Mission, now: datetime) -> bool:
    hazard = understood(plan(hazard_of(facts.facts), mission), mission, item_id=0, version=0)
    return mission.pack.fires(movement, hazard, now=now)
