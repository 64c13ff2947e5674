"""Who stood behind the SOP in force, outside this system: written down by a head of office, and taken back where that was a mistake."""

from __future__ import annotations

from datetime import date, datetime

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.errors import LostRace, NotFound, Refused
from deconflict.domain.free_text import check_words
from deconflict.domain.msgid import N_
from deconflict.domain.sop_text import digest
from deconflict.services.sop_versions import is_current, may
from deconflict.store.audit import record
from deconflict.store.base import transaction
from deconflict.store.moves import LOST
from deconflict.store.sop import SopEndorsement, endorsement_of


def endorse(seen: str, body: str, day: date | None, note: str, by: Audience, mission: Mission, now: datetime) -> None:
    """A country team stood behind the SOP in force, which he saw with the digest `seen`, on a day that is over. A head writes it down; this
    system endorses nothing. Raises LostRace where another has come into force meanwhile."""
    may(by, {roles.OCHA_HEAD})
    for name, words in (("body", body), ("note", note)):
        check_words(words, by, name)
    if not body.strip():
        raise Refused(N_("Name the body that endorsed it, such as the humanitarian country team."), field="body")
    if day is None or day.year < 2000 or day > now.astimezone(mission.zone).date():
        raise Refused(N_("Give the day on which it was endorsed: today or before."), field="day")
    with transaction() as session:
        if seen != digest(mission.sop_text) or not is_current(session, mission):
            raise LostRace(LOST)
        if endorsement_of(session, seen) is not None:
            raise LostRace(N_("It is written down already."))
        row = SopEndorsement(
            digest=digest(mission.sop_text),
            version=mission.pack.version,
            body=body.strip()[:120],
            day=day,
            note=note.strip()[:500],
            by_id=by.person_id,
            at=now,
        )
        session.add(row)
        session.flush()
        record(session, by.person_id, "sop_endorse", "sop", row.id, {"digest": row.digest}, at=now)


def take_back_endorsement(endorsement_id: int, by: Audience, now: datetime) -> None:
    """It was written down by mistake: the banner is back."""
    may(by, {roles.OCHA_HEAD})
    with transaction() as session:
        row = session.get(SopEndorsement, endorsement_id, with_for_update={"of": SopEndorsement})
        if row is None:
            raise NotFound
        if row.taken_back_at is not None:
            raise LostRace(LOST)
        row.taken_back_at = now
        record(session, by.person_id, "sop_endorse_back", "sop", row.id, {"digest": row.digest}, at=now)
