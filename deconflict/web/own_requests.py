"""What OCHA asks one's own side, and the alerts of whoever looks: under the party's own reference, with the words of the request
and nothing else of the other side."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from deconflict.domain import roles
from deconflict.domain.answers import ACCEPT, COUNTER, NOTHING, offered
from deconflict.domain.country import Mission
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.free_text import check_words
from deconflict.domain.msgid import N_
from deconflict.domain.party import CHANGED, OVER, PartyCaseView, view_of_own_case
from deconflict.domain.states import possible, table_of
from deconflict.services import acknowledgements, requests
from deconflict.store import own
from deconflict.store.base import db, lookup_hash
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_asked import offer_words
from deconflict.web.desk_words import HOW
from deconflict.web.filing_words import HALVES, half_days_words, in_words, moment_words, vehicles_words
from deconflict.web.forms_ui import Form
from deconflict.web.passing_words import passing_of

bp = Blueprint("requests", __name__)

FILERS = roles.FILERS_HUMANITARIAN | roles.FILERS_MISSION
ASKS = {
    "avoid_place": _l("Please do not be at this place during the half-days below."),
    "change_time": _l("Please change your times, so that you are not at this place during the half-days below."),
    "change_place": _l("Please do it at another place: not at this one during the half-days below."),
    "call_desk": _l("Please call the desk about this place and these half-days."),
}
STATES = {
    "open": _l("Waits for your answer"),
    "answered": _l("Answered"),
    "changed": _l("You changed it since; the desk reads it and tells you"),
    "withdrawn": _l("Taken back by the desk"),
    "over": _l("Over"),
}
PURPOSES = {
    "request": _l("A request awaits your answer."),
    "minimal": _l("Call your base or the desk before departure."),
    "overdue": _l(
        "Your team has not said that it arrived. Follow your organisation's procedure; note it when you know how things stand."
    ),
    "closing": _l("Only this file is over. The others stay open."),
}
SAID = {
    acknowledgements.RECEIVED: _l("Noted: you have it."),
    acknowledgements.CANNOT: _l("Noted: you have it and cannot comply. The desk is told."),
    acknowledgements.WRONG: _l("Noted: it was not meant for you. The desk is told."),
}
ANSWERS = {"accept": _l("Accepted"), "counter": _l("You proposed something else"), "decline": _l("Declined")}
Page = str | tuple[str, int] | Response


@bp.get("/requests")
@audience(*FILERS)
def mine() -> str:
    who, mission = current_audience(), _mission()
    found, unreadable = own.own_cases(db.session(), who, mission, now())
    views = [view for case, item in found if (view := view_of_own_case(case, item, who)) is not None]
    views.sort(key=lambda view: (view.waits, not view.over, view.last_at), reverse=True)
    rows = [(view, in_words(view.item, mission), moment_words(view.last_at)) for view in views]
    return render_template("own/requests.html", rows=rows, unreadable=unreadable)


@bp.get("/requests/<reference>")
@audience(*FILERS)
def show(reference: str) -> Page:
    return page(own_case(reference), Form())


@bp.post("/requests/<reference>/answer")
@audience(*FILERS)
def answer(reference: str) -> Page:
    view = own_case(reference)
    asked = next((r for r in view.requests if mark("request", r.id) == request.form.get("request")), None)
    if asked is None:
        raise NotFound
    if asked.state == CHANGED:
        # Whether the request still stands would tell what the change did (RUL-6).
        raise Refused(N_("You changed it after this was asked. The desk reads the change and tells you."))
    if asked.state == OVER:
        raise Refused(N_("This file is over: there is nothing left to answer."))
    typed = {name: request.form.get(name, "") for name in ("text", "day", "part", "place")}
    said, who = request.form.get("answer", ""), current_audience()
    try:
        check_words(typed["text"], who, "text")  # what is never stored is said first, whatever else is to be mended
        other = offered(typed["day"], typed["part"], typed["place"], who) if said == COUNTER else NOTHING
        requests.answer(asked.id, said, typed["text"], who, _mission(), now(), other)
    except Refused as error:
        if error.field not in ("answer", *typed):
            raise
        return page(view, Form(typed, {error.field: [_(error.sentence, **error.facts)]})), 422
    if said == ACCEPT and can_amend(view):
        flash(_("Your yes is with the desk. It moves nothing by itself: this is your own form, to change and to send."))
        return redirect(url_for(f"{pages_of(view)}.amend", reference=view.item.reference, asked=view.reference), 303)
    flash(_("Your answer is with the desk."))
    return redirect(url_for("requests.show", reference=reference), 303)


@bp.post("/requests/<reference>/acknowledge")
@audience(*FILERS)
def acknowledge(reference: str) -> Response:
    view = own_case(reference)
    alert = next((a for a in view.alerts if mark("alert", a.id) == request.form.get("alert")), None)
    if alert is None:
        raise NotFound
    said = request.form.get("answer", acknowledgements.RECEIVED)
    acknowledgements.acknowledge_in_app(alert.id, current_audience(), now(), said)
    flash(SAID[said])
    return redirect(url_for("requests.show", reference=reference), 303)


def mark(noun: str, number: int) -> str:
    """Names a row on its owner's page. The row's number would tell how many others there are."""
    return lookup_hash(f"mark:{noun}:{number}")[:16]


def own_case(reference: str) -> PartyCaseView:
    """For whoever is signed in, or is acted for. Raises NotFound for what does not exist, is another's, or of which nothing was
    told yet."""
    who = current_audience()
    found = own.own_case(db.session(), reference, who, _mission(), now())
    view = view_of_own_case(*found, who) if found is not None else None
    if view is None:
        raise NotFound
    return view


def pages_of(view: PartyCaseView) -> str:
    """The pages on which its own item stands."""
    return "sites" if view.item.site else "notices" if view.item.side == "humanitarian" else "plans"


def can_amend(view: PartyCaseView) -> bool:
    return "amend" in possible(table_of(view.item.state), view.item.state, "owner")


def page(view: PartyCaseView, form: Form) -> str:
    """The page of one's own case, with what was typed and what is to be mended."""
    return render_template("own/request.html", **said_to(view, form))


def said_to(view: PartyCaseView, form: Form) -> dict[str, object]:
    """All that the page of one's own case says: of the party's own view and nothing else."""
    return {
        "case": view,
        "form": form,
        "pages": pages_of(view),
        "amends": can_amend(view),
        "words": in_words(view.item, _mission()),
        "asks": ASKS,
        "states": STATES,
        "purposes": PURPOSES,
        "answers": ANSWERS,
        "half_days_words": half_days_words,
        "offer_words": offer_words,
        "halves": HALVES,
        "vehicles_words": vehicles_words,
        "moment_words": moment_words,
        "mark": mark,
        "passing": passing_of(view),
        "how": HOW,
    }


def _mission() -> Mission:
    found: Mission = current_app.extensions["mission"]
    return found
