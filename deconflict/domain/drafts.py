"""What somebody has begun to write and not sent: for whoever wrote it, and for the focal points of his organisation once he has
asked one of them to send it. Nobody else, OCHA included, knows that it is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from deconflict.domain import roles
from deconflict.domain.audience import Audience

MOST = 20  # of one person at a time: more are forgotten things


@dataclass(frozen=True, slots=True)
class Draft:
    """One page as it was typed. `key` becomes that of its filing; `sheet` is the form; `reference` and `base` are of the item that is
    amended, empty and 0 for a new one. `asked_at`: when a focal point was asked to send it, `departs_at` when it leaves then;
    `given_back`: what he wrote when he did not."""

    key: str
    side: str
    sheet: str
    values: Mapping[str, str]
    stops: int
    reference: str = ""
    base: int = 0
    reason: str = ""
    convoy: str = ""
    person_id: int = 0
    organisation_id: int = 0
    writer: str = ""
    kept_at: datetime | None = None
    asked_at: datetime | None = None
    departs_at: datetime | None = None
    given_back: str = ""


def is_read_by(draft: Draft, audience: Audience) -> bool:
    """Whoever wrote it, and a focal point who was asked."""
    if draft.side != audience.side or draft.organisation_id != audience.organisation_id:
        return False
    return draft.person_id == audience.person_id or (draft.asked_at is not None and sends(audience))


def sends(audience: Audience) -> bool:
    """Whether this person sends what others of his organisation have written."""
    return roles.FOCAL_POINT in audience.roles
