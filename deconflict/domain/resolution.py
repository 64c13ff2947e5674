"""What really changed when an overlap was gone, as D7.5's code: read from the two versions, whatever was agreed. Where it cannot be
known there is none: a guess would be counted like a fact."""

from __future__ import annotations

from deconflict.domain.activity import Side
from deconflict.domain.filing import Filing

BOTH, NO_CHANGE = "BOTH", "NO_CHANGE"


def resolution_of(changed: dict[Side, str]) -> str:
    """Of the code of each side that changed; "" where nobody did or where one that did cannot be told."""
    if len(changed) == 2:
        return BOTH
    return next(iter(changed.values()), "")


def change_of(side: Side, before: Filing | None, after: Filing | None, *, off: bool, event: bool) -> str:
    """The code of one side's change. `off`: it was cancelled or closed; `event`: it is a visible QIP event. Either None: it cannot be
    read, and only that it is off is known."""
    prefix = "MIL" if side is Side.MISSION else "HUM"
    if off:
        return f"{prefix}_CANCEL"
    if before is None or after is None:
        return ""
    elsewhere, at_other_hours = _places(before) != _places(after), _hours(before) != _hours(after)
    if event:
        return "QIP_RELOCATED" if elsewhere else "QIP_POSTPONED" if at_other_hours else "QIP_RESCOPED"
    if elsewhere:  # a place that moved brings its hours along
        return f"{prefix}_ROUTE"
    return f"{prefix}_TIME" if at_other_hours else ""


def _places(filing: Filing) -> list[object]:
    return [(stop.location.pcode, stop.location.point) for stop in filing.stops]


def _hours(filing: Filing) -> list[object]:
    return [stop.windows for stop in filing.stops]
