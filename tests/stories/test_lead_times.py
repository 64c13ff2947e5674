"""How early something should be filed (D4.4): later is always taken, and flagged. Each clock of sop.toml has one filing that
meets it and one that does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import make
import pytest
from sqlalchemy import select

from deconflict.domain.filing import Filing
from deconflict.mission import Mission
from deconflict.services.filing import lead_time
from deconflict.store.base import db
from deconflict.store.items import Item

FOOD = make.distribution("Bankass", "10 Dec 09:00-15:00")
URGENT = replace(FOOD, urgency="urgent", urgency_reason="cholera")
CLOCKS: dict[str, tuple[Filing, ...]] = {
    "movement_standard": (FOOD, replace(FOOD, urgency="emergency", urgency_reason="a patient")),
    "movement_urgent": (URGENT, replace(URGENT, vehicles=9)),
    "convoy_large": (replace(FOOD, vehicles=5), replace(FOOD, vehicles=9)),
    "patrol_change": (make.patrol("Bankass", "10 Dec 13:00-16:00"),),
    "visible_qip_event": (make.ceremony("Bankass", "10 Dec 13:00-16:00"),),
}


@pytest.mark.parametrize("clock", CLOCKS)
def test_each_kind_of_filing_has_its_clock(mission: Mission, clock: str):
    wanted = timedelta(seconds=mission.pack.lead_times_s[clock])
    assert {lead_time(filing, mission) for filing in CLOCKS[clock]} == {wanted}


def test_there_is_no_clock_that_nothing_reads(mission: Mission):
    assert CLOCKS.keys() == mission.pack.lead_times_s.keys()


@pytest.mark.parametrize(
    ("urgency", "hours", "late"),
    [
        ("standard", 47, True),
        ("standard", 49, False),
        ("urgent", 25, False),
        ("urgent", 23, True),
        ("emergency", 2, True),
    ],
)
def test_late_is_taken_and_flagged(world, urgency: str, hours: int, late: bool):
    world.now = make.span("10 Dec 09:00-15:00")[0] - timedelta(hours=hours)
    reference = world.ngo.files(replace(URGENT, urgency=urgency))
    assert db.session.scalar(select(Item.late).where(Item.reference == reference)) is late
