"""How long a head waits to read what another SOP would do to thousands of filings."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from deconflict.matching.effect import effect_of
from deconflict.schemas.sop_figures import figures, with_figures
from deconflict.services.sop_in_force import as_published
from deconflict.store.base import db
from tests import bench_alerts
from tests.demo_house import Demo
from tests.figures import Figure, figure

WIDER = 1.5
CROWD = 1000  # beside the live ones that meet nobody
GOAL_S = 60.0


def effect(demo: Demo) -> Iterator[Figure]:
    """Every distance half as far again among filings of both sides around the same villages; beside it the SOP in force."""
    with demo.app.app_context():
        bench_alerts.live_items(demo, CROWD, crowded=True)
        mission = as_published(db.session(), demo.app.extensions["mission"])
        wider = {
            each.name: f"{float(each.shown) * WIDER:g}"
            for each in figures(mission.sop_text)
            if each.key[-1] == "within_km"
        }
        text, wrong = with_figures(mission.sop_text, wider)
        assert not wrong
        now = datetime.now(UTC)
        began = time.monotonic()
        found = effect_of(db.session(), mission.with_sop(text), now)
        spent, began = time.monotonic() - began, time.monotonic()
        same = effect_of(db.session(), mission, now)
        beside = time.monotonic() - began
        db.session.remove()
    assert found.counts.get("opens", 0) > same.counts.get("opens", 0)
    yield figure(f"effect of a wider SOP on {found.items} live, {found.pairs} pairs", spent, "s", beside, goal=GOAL_S)
