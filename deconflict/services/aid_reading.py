"""Reading a report of aid outside QIPs: written down where it is another's, and nowhere where it is one's own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from deconflict.domain.aid_reports import PROTECTED
from deconflict.domain.aid_views import AidView, Reader, reader_of, view_of_report
from deconflict.domain.audience import Audience
from deconflict.domain.errors import NotFound
from deconflict.domain.procedures import Noun
from deconflict.store.aid_reports import own_reference, own_reports
from deconflict.store.audit import record
from deconflict.store.base import db, transaction
from deconflict.store.procedures import Procedure, procedure, procedure_facts


def read(reference: str, by: Audience, now: datetime) -> AidView:
    """The report as `by` may read it; that he did is written down first. Raises NotFound."""
    with transaction() as session:
        row = procedure(session, Noun.AID_REPORT, reference)
        reader = reader_of(procedure_facts(row, past=True), by) if row is not None else None
        if row is None or reader is None:
            raise NotFound
        record(session, by.person_id, "view", Noun.AID_REPORT, row.id, at=now)
        return view_of_report(
            procedure_facts(row, past=True), _readable(row, reader), reader, row.pcode or "", row.cod_version
        )


def read_own(own: str, by: Audience) -> AidView:
    """For whoever reported it. That he looks is written nowhere: it would say who he is. Raises NotFound."""
    row = own_report(db.session(), own, by)
    return view_of_report(procedure_facts(row), row.sealed(), Reader.REPORTER, row.pcode or "", row.cod_version)


def own_report(session: Session, own: str, by: Audience) -> Procedure:
    """Raises NotFound for what is not his own."""
    found = [row for row in own_reports(session, by.person_id) if own_reference(row.reference) == own]
    if not found or not by.may(*PROTECTED):
        raise NotFound
    return found[0]


def _readable(row: Procedure, reader: Reader) -> Mapping[str, Any]:
    return {} if reader is Reader.MISSION else row.sealed()
