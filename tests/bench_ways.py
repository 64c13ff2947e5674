"""How long an officer waits for the ways out of a case, while thousands of other filings stand around it."""

from __future__ import annotations

import time
from collections.abc import Iterator

from sqlalchemy import select

from deconflict.domain.states import OPEN_CASES
from deconflict.store.base import db
from deconflict.store.cases import Case
from tests.demo_house import Client, Demo
from tests.figures import Figure, figure, quantile

CASES = 40
GOAL_S = 0.5


def ways(demo: Demo, officer: Client, live: int) -> Iterator[Figure]:
    """Of the newest cases, each page once, beside the page of the case itself."""
    with demo.app.app_context():
        found = select(Case.reference).where(Case.state.in_(OPEN_CASES), Case.mission_id.is_not(None))
        references = list(db.session.scalars(found.order_by(Case.id.desc()).limit(CASES)))
        db.session.remove()
    officer.get("/desk")  # whatever a process does once
    spent = [_seconds(officer, f"/desk/{reference}/ways") for reference in references]
    beside = [_seconds(officer, f"/desk/{reference}") for reference in references]
    yield figure(f"ways out of a case among {live} live, p50", quantile(spent, 0.5), "s", quantile(beside, 0.5))
    yield figure(
        f"ways out of a case among {live} live, p95", quantile(spent, 0.95), "s", quantile(beside, 0.95), goal=GOAL_S
    )


def _seconds(client: Client, path: str) -> float:
    began = time.monotonic()
    answer = client.get(path)
    assert answer.status == 200, path
    return time.monotonic() - began
