"""Hand-over at a change of duty: who leaves writes down what the next must know, and the next says that he has read it."""

from __future__ import annotations

from datetime import datetime

from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.errors import LostRace, NotFound, Refused
from deconflict.domain.free_text import check_words
from deconflict.domain.msgid import N_
from deconflict.store.audit import record
from deconflict.store.base import transaction
from deconflict.store.moves import LOST
from deconflict.store.notes import Note

LONGEST = (
    4000  # a draft of a busy area is some thirty lines, and its writer adds what only he knows; it still fits a page
)


def hand_over(area: str, text: str, by: Audience, mission: Mission, now: datetime) -> int:
    """Returns the note's id. For officers; Refused without an area of the profile or without words."""
    if not by.is_officer:
        raise NotFound
    if area not in {known.code for known in mission.areas}:
        raise Refused(N_("Choose one of the list."), field="area")
    text = text.replace("\r\n", "\n").strip()  # a browser counts the end of a line as one character, and sends two
    if not text:
        raise Refused(N_("Write what the next must know."), field="text")
    if len(text) > LONGEST:
        raise Refused(N_("This is too long: write %(most)s characters at most."), field="text", facts={"most": LONGEST})
    check_words(text, by, "text")
    with transaction() as session:
        note = Note(area=area, by_id=by.person_id, at=now, text=text)
        session.add(note)
        session.flush()
        record(session, by.person_id, "hand_over", "note", note.id, {"area": area}, at=now)
        return note.id


def have_read(note_id: int, by: Audience, now: datetime) -> None:
    """Once, by somebody else than who wrote it. LostRace when another was first."""
    with transaction() as session:
        note = session.get(Note, note_id, with_for_update={"of": Note})
        if note is None or not by.is_officer:
            raise NotFound
        if note.by_id == by.person_id:
            raise Refused(N_("Somebody else has to read it."))
        if note.read_at is not None:
            raise LostRace(LOST)
        note.read_by_id, note.read_at = by.person_id, now
        record(session, by.person_id, "read_note", "note", note_id, at=now)
