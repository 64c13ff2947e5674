"""A note of OCHA's own on a notice, a plan or a site, which neither side ever reads. It acts on nothing: the item stays as it is, and
nothing is matched anew by it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from deconflict.domain.audience import Audience
from deconflict.domain.desk import view_of_desk_item
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.free_text import check_words
from deconflict.domain.kinds import Catalogue
from deconflict.domain.msgid import N_
from deconflict.services.case_notes import MOST
from deconflict.store.audit import record
from deconflict.store.base import transaction
from deconflict.store.desk import known_items
from deconflict.store.item_notes import ItemNote
from deconflict.store.items import Item


def write_item_note(reference: str, words: str, by: Audience, catalogue: Catalogue, now: datetime) -> None:
    """Raises Refused for an empty one, for what no text may hold, and for an item of which no more is kept than commune and week: what
    is typed about it would outlive it. NotFound where there is no such item for this officer."""
    text = words.strip()[:MOST]
    if not text:
        raise Refused(N_("Write the note, or leave it."), field="words")
    check_words(text, by, "words")
    with transaction() as session:
        wanted = select(Item).where(Item.reference == reference).with_for_update(of=Item)
        item = session.scalars(wanted).first()
        if item is None or view_of_desk_item(known_items(session, [item], catalogue)[0], by) is None:
            raise NotFound
        if item.reduced_at is not None:
            raise Refused(N_("What was written about it is kept no longer. Write the note on its case."), field="words")
        session.add(ItemNote(item_id=item.id, version=item.version, by_id=by.person_id, at=now, text=text))
        record(session, by.person_id, "note", item.side, item.id, {"version": item.version}, at=now)
