"""Who must act by when: everything that waits, for whoever may know of it, and a calendar of one's own deadlines."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, render_template, session, url_for
from flask import Response as FlaskResponse
from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from deconflict.domain import roles
from deconflict.domain.errors import NotFound
from deconflict.files.calendars import Span, calendar
from deconflict.services import calendar_feeds
from deconflict.store import procedures as store
from deconflict.store.base import db
from deconflict.store.calendar_feeds import CalendarFeed
from deconflict.web.acts import press
from deconflict.web.address import network_address
from deconflict.web.audience import PUBLIC, audience, current_audience
from deconflict.web.clock import now
from deconflict.web.language import LOCALES
from deconflict.web.pace import Pace
from deconflict.web.procedure_words import standing

bp = Blueprint("procedures", __name__)
PRODUCT = "deconflict"
PACE = Pace(most=60, within=timedelta(hours=1))
WHO = (
    *(roles.SUBMITTER, roles.FOCAL_POINT, *roles.OFFICERS, roles.CIMIC, roles.OPS, roles.QIP_MANAGER),
    *(roles.LPRC_CHAIR, roles.LPRC_MEMBER, roles.PRC_SECRETARY, roles.CLUSTER, roles.NGO_FORUM, roles.HC_OFFICE),
)


@bp.get("/procedures")
@audience(*WHO)
def index() -> str:
    """What waits for the reader, then what waits for others, by when."""
    me, at = current_audience(), now()
    lines = [standing(facts, me, at) for facts in store.waiting(db.session(), me)]
    feed = db.session.get(CalendarFeed, me.person_id)
    return render_template(
        "procedures/index.html",
        mine=[line for line in lines if line.mine],
        others=[line for line in lines if not line.mine],
        feed=feed,
        address=session.pop("calendar", None),
    )


@bp.post("/procedures/calendar")
@audience(*WHO)
def make_feed() -> Response:
    def do() -> str:
        token = calendar_feeds.make_feed(current_audience(), now())
        # Shown once, on the page that follows: it is kept nowhere that it could be read again.
        session["calendar"] = url_for("procedures.feed", token=token, _external=True)
        return _("The address is made.")

    return press(url_for("procedures.index", _anchor="calendar"), do)


@bp.post("/procedures/calendar/end")
@audience(*WHO)
def end_feed() -> Response:
    def do() -> str:
        calendar_feeds.end_feed(current_audience(), now())
        return _("The address holds no more.")

    return press(url_for("procedures.index", _anchor="calendar"), do)


@bp.get("/calendar/<token>.ics")
@audience(PUBLIC)
def feed(token: str) -> FlaskResponse:
    """One's own deadlines: the reference, what must be done, the hour; no place, no organisation. Calendars sign in nowhere: the
    address is the proof."""
    at = now()
    who = calendar_feeds.whose(token, at) if PACE.allows(network_address(), at) else None
    if who is None:
        raise NotFound
    with force_locale(LOCALES.get(who.language, LOCALES["fr"])):
        spans = [
            Span(facts.reference, facts.version, f"{facts.reference}: {standing(facts, who, at).act}", due.at, None)
            for facts in store.waiting_for(db.session(), who)
            if (due := facts.due) is not None and due.at is not None
        ]
        body = calendar(spans, PRODUCT, _("Deadlines of one person."), at)
    headers = {"Cache-Control": "no-store", "Content-Disposition": "attachment; filename=deadlines.ics"}
    return FlaskResponse(body, mimetype="text/calendar", headers=headers)
