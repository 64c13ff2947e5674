"""What was accepted is on disk (C1): whoever was told a reference finds the notice behind it, whenever the process died."""

from __future__ import annotations

import random

from files_on import file_and_die
from planted import look_again
from sqlalchemy import func, select

from deconflict.store.audit import AuditEntry
from deconflict.store.base import db
from deconflict.store.items import DueMark, Item, ItemVersion

KILLS = 10


def test_killed_at_any_moment_no_accepted_notice_is_lost_and_none_is_half_there(world):
    who, chance = world.ngo, random.Random(7)
    accepted: list[str] = []
    for _ in range(KILLS):
        said = file_and_die(
            world.app, who.person_id, who.audience.organisation_id, world.now, after_s=chance.uniform(0.05, 0.4)
        )
        accepted += [line.strip() for line in said]
    look_again()
    kept = set(db.session.scalars(select(Item.reference)))
    assert len(accepted) > 3 * KILLS
    assert set(accepted) <= kept
    assert len(kept) - len(set(accepted)) <= KILLS, "written, and killed before it could say so"
    for table in (ItemVersion, DueMark):
        assert db.session.scalar(select(func.count(table.item_id.distinct()))) == len(kept)
    traces = select(func.count()).where(AuditEntry.noun_id.in_(select(Item.id)), AuditEntry.verb == "file")
    assert db.session.scalar(traces) == len(kept)
