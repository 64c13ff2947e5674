"""The two items of a case as the matcher sees them, for whoever may see both: what timelines and maps are drawn from."""

from __future__ import annotations

from deconflict.domain.activity import Activity
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.desk import DeskCaseFacts, DeskItemFacts, view_of_desk_case
from deconflict.domain.errors import NotFound
from deconflict.matching.boxes import understood

UNREADABLE = (ValueError, KeyError, TypeError)


def activities_of_case(case: DeskCaseFacts, audience: Audience, mission: Mission) -> dict[str, Activity]:
    """By side, their parts in time order with declared and assumed slack; a side that cannot be read is left out, and so is everything once
    hours are reduced. Raises NotFound for an audience for whom the case does not exist."""
    if view_of_desk_case(case, audience) is None:
        raise NotFound
    if case.line.reduced_at is not None:
        return {}
    found = ((item.side.value, _activity(item, mission)) for item in case.items)
    return {side: activity for side, activity in found if activity is not None and activity.parts}


def _activity(item: DeskItemFacts, mission: Mission) -> Activity | None:
    if item.facts is None:
        return None
    try:
        return understood(item.facts.filing, mission, item_id=item.facts.id, version=item.version)
    except UNREADABLE:
        return None
