"""The delivery page of a case: who was owed what, each try with its provider, receipts, answers, and when."""

from __future__ import annotations

from flask import render_template
from flask_babel import lazy_gettext as _l

from deconflict.domain import roles
from deconflict.domain.errors import NotFound
from deconflict.services.reading import note_read
from deconflict.store.base import db
from deconflict.store.deliveries import deliveries_of
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import seen_case, texts
from deconflict.web.intake import page_asked

PAGE = 10  # people on one page: each may hold a dozen tries
RECEIPTS = {
    "queued": _l("waits at the provider"),
    "sent": _l("on its way"),
    "delivered": _l("delivered"),
    "failed": _l("not delivered"),
}


@audience(*roles.OFFICERS)
def delivery(reference: str) -> str:
    case_id, view = seen_case(reference)
    page = page_asked()
    shown, total = deliveries_of(db.session(), case_id, page * PAGE, PAGE)
    if page and not shown:
        raise NotFound
    note_read(current_audience(), "case", case_id, now())
    more = total > (page + 1) * PAGE
    return render_template(
        "desk/delivery.html",
        receipts=RECEIPTS,
        line=view.line,
        deliveries=shown,
        total=total,
        page=page,
        more=more,
        **texts(),
    )
