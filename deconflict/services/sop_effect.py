"""Works out what a version that is not in force yet would do. The scheduler does it, beside its other work."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import OperationalError

from deconflict.domain.country import Mission
from deconflict.domain.sop_text import WrongSop
from deconflict.matching.effect import effect_of
from deconflict.matching.in_force import in_force
from deconflict.services.sop_versions import PROBLEMS, effect_key
from deconflict.store.audit import record
from deconflict.store.base import db, transaction
from deconflict.store.sop import UNDECIDED, SopVersion, to_work_out
from deconflict.store.work import MatcherLock, take_slot

log = structlog.get_logger()
TRY_EVERY = timedelta(seconds=10)  # so that two schedulers do not both work out the same
BREATH_S = 0.005


def work_out(mission: Mission, now: datetime) -> int:
    """The effect of the oldest version that waits for it; 1 where there was one. One that is written on meanwhile waits again."""
    version, lock = to_work_out(db.session()), db.session().get(MatcherLock, 1, populate_existing=True)
    # By whoever judges: one that stands back has other files, and would say what never comes.
    if version is None or not in_force(lock, mission) or not take_slot("sop_effect", TRY_EVERY, now):
        db.session.rollback()
        return 0
    version_id, text, seen, key = version.id, version.text, version.digest, effect_key(version, mission)
    db.session.rollback()
    try:
        found = effect_of(db.session(), mission.with_sop(text), now, lambda: time.sleep(BREATH_S)).to_json()
    except OperationalError:  # the database's trouble: the next turn tries again
        raise
    except WrongSop as error:  # written where the other files of the profile are others
        found = {PROBLEMS: list(error.problems)}
    except Exception as error:  # one that cannot be worked out holds up no other
        log.exception("the effect of an SOP could not be worked out", version=version_id)
        found = {PROBLEMS: [type(error).__name__]}
    db.session.rollback()
    with transaction() as session:
        row = session.get(SopVersion, version_id, with_for_update={"of": SopVersion})
        if row is not None and row.digest == seen and row.state in UNDECIDED:
            row.effect, row.effect_at, row.effect_of = found, now, key
            record(session, None, "sop_effect", "sop", version_id, {"pairs": found.get("pairs")}, at=now)
    return 1
