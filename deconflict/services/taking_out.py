"""That somebody takes a file out is written down before he has it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from deconflict.domain.audience import Audience
from deconflict.store.audit import record
from deconflict.store.base import transaction
from deconflict.store.outbox import fresh_reference


def note_taken_out(
    by: Audience, side: str, what: str, form: str, references: Sequence[str], *, past: bool, now: datetime
) -> str:
    """One entry that names every item of the file, even none. Gives the code that the file bears, so that a file that is found leads to
    whoever took it."""
    code = fresh_reference()
    detail = {"code": code, "what": what, "form": form, "past": past, "references": list(references)}
    with transaction() as session:
        record(session, by.person_id, "take_out", side, None, detail, at=now, organisation_id=by.organisation_id)
    return code
