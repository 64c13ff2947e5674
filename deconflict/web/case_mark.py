"""By what the page of a case knows that it is no longer as things stand: a mark that differs with whatever it would show, and says
nothing of it."""

from __future__ import annotations

from deconflict.domain.desk import DeskCaseView
from deconflict.store.base import lookup_hash
from deconflict.web.audience import current_audience


def case_mark(view: DeskCaseView) -> str:
    """Of one case: where it stands, both items, and how far its log has come."""
    line, log = view.line, view.log
    told = [(one.id, one.state, len(one.acknowledgements), [m.state for m in one.messages]) for one in log.alerts]
    asked = [(one.id, one.state, one.answered_at) for one in log.requests]
    items = [(one.reference, one.version, one.state) for one in view.items]
    return marked(
        line.state, line.round, line.severity, line.owner_id, sorted(line.released), items, asked, told, len(log.events)
    )


def marked(*what: object) -> str:
    """Keyed and for this officer alone, so that two marks tell nobody that two people see the same."""
    return lookup_hash(repr((current_audience().person_id, what)))[:20]
