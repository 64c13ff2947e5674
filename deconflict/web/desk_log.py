"""What of a case is too much for its page: everything that was asked, told and done."""

from __future__ import annotations

from flask import render_template

from deconflict.domain import roles
from deconflict.domain.errors import NotFound
from deconflict.services.reading import note_read
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import seen_case, texts
from deconflict.web.intake import page_asked

PAGE = 20  # lines on one page: with the longest reasons it still loads on the line of a field base


@audience(*roles.OFFICERS)
def log(reference: str) -> str:
    case_id, view = seen_case(reference)
    entries, page = view.log.entries(), page_asked()
    shown = entries[page * PAGE : (page + 1) * PAGE]
    if page and not shown:
        raise NotFound
    note_read(current_audience(), "case", case_id, now())
    more = len(entries) > (page + 1) * PAGE
    return render_template(
        "desk/log.html", case=view, line=view.line, entries=shown, total=len(entries), page=page, more=more, **texts()
    )
