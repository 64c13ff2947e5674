"""Cases as far as they are counted for the tuning of rules."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.kinds import Catalogue
from deconflict.domain.tuning import Ended
from deconflict.store.cases import Case
from deconflict.store.desk import sensitive_cases

MOST = 5_000


def judged_since(session: Session, since: datetime, catalogue: Catalogue | None) -> list[Ended]:
    """Opened since, the newest MOST. With `catalogue` those of a SENSITIVE notice are left out: for some readers they do not exist."""
    judged = select(Case).where(Case.opened_at >= since).order_by(Case.id.desc()).limit(MOST)
    rows = [case for case in session.scalars(judged) if case.judgement.get("hits")]
    hidden = sensitive_cases(session, rows, catalogue) if catalogue is not None else frozenset()
    return [
        Ended(tuple(hit["rule_id"] for hit in case.judgement["hits"]), case.state, case.outcome or "")
        for case in rows
        if case.id not in hidden
    ]
