"""A draft of a hand-over note, from what its writer sees and every officer may read. It fills the field and is kept nowhere: what is sent
is what stands in the field when he sends it."""

from __future__ import annotations

from dataclasses import dataclass

from deconflict.services import handing_over
from deconflict.store.base import db
from deconflict.store.hand_over import area_report
from deconflict.web.audience import current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import mission
from deconflict.web.desk_queue import rows_seen
from deconflict.web.hand_over_words import draft_text

ROOM = 1000  # characters that are left for what the writer knows and no row does


@dataclass(frozen=True, slots=True)
class Drafted:
    """`text`: the draft under what stood in the field already; `untold`: open cases that its writer sees and no draft names."""

    text: str
    untold: int


def drafted(area: str, typed: str) -> Drafted:
    """Of an area of the profile."""
    report = area_report(db.session(), mission(), area, rows_seen(), current_audience().person_id, now())
    before = typed.strip()
    text = draft_text(report, now(), handing_over.LONGEST - ROOM)
    return Drafted(f"{before}\n\n{text}" if before else text, report.untold)
