"""Until when a team's next word is waited for (D7.1): kept beside its notice, so that whoever watches asks for what is due and for
nothing else."""

from __future__ import annotations

from sqlalchemy.orm import Session

from deconflict.domain.check_ins import next_word
from deconflict.domain.country import Mission
from deconflict.domain.filing import Filing, MovementNotice
from deconflict.store.check_ins import said_of
from deconflict.store.items import Item


def expect_word(session: Session, item: Item, filing: Filing, mission: Mission) -> None:
    """Sets it from the plan of the notice and from what its team has said of the current version."""
    if not isinstance(filing, MovementNotice):
        return
    session.flush()
    said = [one for one in said_of(session, item.id) if one.version == item.version]
    waited = next_word(filing.stops, filing.check_in_plan, said, mission.pack.overdue_after)
    item.word_due_at = waited.due_at if waited is not None else None
