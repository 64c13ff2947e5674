"""A note of OCHA's own on a case: a line of its history, which neither side ever reads. It acts on nothing and nobody: no clock stops,
no alert is acknowledged, nobody has the case by it."""

from __future__ import annotations

from datetime import datetime

from deconflict.domain.audience import Audience
from deconflict.domain.errors import Refused
from deconflict.domain.free_text import check_words
from deconflict.domain.kinds import Catalogue
from deconflict.domain.msgid import N_
from deconflict.services.cases import desk_case
from deconflict.store.audit import record
from deconflict.store.base import transaction
from deconflict.store.moves import note_event

NOTED = "noted"
MOST = 1000  # characters; it goes when whatever was typed about the case goes


def write_note(reference: str, words: str, by: Audience, catalogue: Catalogue, now: datetime) -> None:
    """On a case that is open or over: what is learnt afterwards belongs to it too. Raises Refused for an empty one and for what no text
    may hold, NotFound where there is no such case for this officer."""
    text = words.strip()[:MOST]
    if not text:
        raise Refused(N_("Write the note, or leave it."), field="words")
    check_words(text, by, "words")
    with transaction() as session:
        case = desk_case(session, reference, by, catalogue)
        note_event(session, case, NOTED, now, actor_id=by.person_id, reason=text)
        record(session, by.person_id, "note", "case", case.id, {"round": case.round}, at=now)
