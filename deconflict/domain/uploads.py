"""A list that came in a file: where it stands, where each of its lines stands, and who may look at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from deconflict.domain.audience import Audience
from deconflict.domain.drafts import sends

MOST = 10  # lists that one person has open at a time: more are forgotten things

# Where a list stands.
COLUMNS, CHECKING, CHECKED, SENDING = "columns", "checking", "checked", "sending"
# Where a line stands: not looked at yet; a new item; an item with changes; an item as it is; to be looked at once more; to be mended; left
# out by whoever sent it; filed.
WAITS, NEW, AMENDS, SAME, DOUBT, WRONG, LEFT, FILED = (
    "waits",
    "new",
    "amends",
    "same",
    "doubt",
    "wrong",
    "left",
    "filed",
)
SENT = (NEW, AMENDS)  # what leaves when the list is sent


@dataclass(frozen=True, slots=True)
class UploadFacts:
    """`key` names it in addresses; `sheet` is the form; `digest` the seal of the very file; `asked_at`: a focal point is to send it."""

    id: int
    key: str
    side: str
    sheet: str
    person_id: int
    organisation_id: int
    state: str
    digest: str
    kept_at: datetime
    list_id: int | None
    asked_at: datetime | None


def is_open_to(upload: UploadFacts, by: Audience) -> bool:
    """Whoever sent the file, and a focal point of the organisation who was asked to go on with it."""
    if (upload.side, upload.organisation_id) != (by.side, by.organisation_id):
        return False
    return upload.person_id == by.person_id or (upload.asked_at is not None and sends(by))
