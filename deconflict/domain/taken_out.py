"""What goes into a file that somebody takes out: an item as he may read it, and less. A part of the gate that disclosure.py is. What is
kept encrypted (numbers, plates, overnight places) goes into no file: a file is copied, and lies on devices that are searched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from deconflict.domain.activity import Side
from deconflict.domain.disclosure import ItemView
from deconflict.domain.filing import Filing, MissionPlan, MovementNotice

BACK = timedelta(days=30)  # how far the past of a file reaches, where it is asked for
MOST = 5_000  # items in one file: seven months of the busiest operation known


@dataclass(frozen=True, slots=True)
class OutItem:
    """One item of a file. `filing` None where it cannot be read; `organisation` None where the file is of one's own; `reduced`: in
    communes and weeks by now."""

    reference: str
    version: int
    organisation: str | None
    filing: Filing | None
    reduced: bool = False
    sensitive: bool = False


def out_item(view: ItemView, *, of_others: bool = False, sensitive: bool = False) -> OutItem:
    """Of an item that its reader sees."""
    return OutItem(
        reference=view.reference,
        version=view.version,
        organisation=view.organisation if of_others else None,
        filing=_seen(view),
        reduced=view.reduced_at is not None,
        sensitive=sensitive,
    )


def is_past(item: OutItem, since: datetime) -> bool:
    """Whether its last hour, as its reader knows it, lies before `since`: by what the file says of it, so that a row which is still
    exact and one that is in weeks by now stand in the same files (RUL-6)."""
    ends = [window.latest for stop in item.filing.stops for window in stop.windows] if item.filing else []
    return bool(ends) and max(ends) < since


def severest(items: Iterable[OutItem], *, of_others: bool) -> str:
    """`severe` or `high`, on the scale of four that humanitarians use: what could hurt people of several organisations at once, and what
    is sensitive by its nature, is severe."""
    return "severe" if of_others or any(item.sensitive for item in items) else "high"


def _seen(view: ItemView) -> Filing | None:
    """The filing as far as this view opens it, and nothing that is kept encrypted."""
    if view.kind is None or view.stops is None:
        return None
    if view.site is not None:
        return replace(view.site.filed, communications=None)
    if view.side is Side.MISSION:
        return MissionPlan(
            kind=view.kind,
            level=view.level,
            stops=view.stops,
            mode=view.mode or "",
            aid_component=view.aid_component or "",
            joint_with=view.joint_with or "",
            title=view.title or "",
            media=bool(view.media),
            category=view.category or "",
            zone=view.zone,
            known_from=view.known_from or "",
        )
    return MovementNotice(
        kind=view.kind,
        level=view.level,
        stops=view.stops,
        mode=view.mode or "",
        vehicles=view.vehicles or 0,
        marking=view.marking or "",
        persons=view.persons or 0,
        cargo=view.cargo or "",
        urgency=view.urgency or "",
        urgency_reason=view.urgency_reason or "",
        escort=view.escort or "",
        escort_by=view.escort_by or "",
        vehicle_type=view.vehicle_type or "",
        radio=view.radio or "",
        coverage_lost_at=view.coverage_lost_at,
        check_in_plan=view.check_in_plan or "",
    )
