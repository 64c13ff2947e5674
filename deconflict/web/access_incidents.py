"""The log of access incidents: an organisation's own, and for officers their counts beside the month before, and a file of them."""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask import Response as FlaskResponse
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from deconflict.domain import access_incidents as codes
from deconflict.domain import roles
from deconflict.domain.procedures import Noun
from deconflict.files.csv_out import csv_bytes
from deconflict.schemas.access_incidents import IncidentSchema
from deconflict.services import access_incidents as service
from deconflict.services.for_whom import on_desk
from deconflict.services.taking_out import note_taken_out
from deconflict.store import access_incidents as store
from deconflict.store.base import db
from deconflict.store.items import Item
from deconflict.store.on_behalf import organisations
from deconflict.store.procedures import procedures
from deconflict.web.access_words import HEADER, Counts, counted, file_rows, incident_facts, month_of, months, words_of
from deconflict.web.acts import Page, submit
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.filing_pages import mission
from deconflict.web.forms_ui import Form, typed
from deconflict.web.intake import number
from deconflict.web.language import current_language, label
from deconflict.web.password_again import password_first
from deconflict.web.procedure_words import past_lines, standing

bp = Blueprint("access_incidents", __name__)
WHO = (*roles.FILERS_HUMANITARIAN, *roles.OFFICERS)
WRITERS = (*roles.FILERS_HUMANITARIAN, *codes.OFFICER)
KEY = "_key"


@bp.get("/access-incidents")
@audience(*WHO)
def index() -> str:
    who, at = current_audience(), now()
    found = procedures(db.session(), Noun.ACCESS_INCIDENT, who)
    today = at.astimezone(mission().zone).date()
    return render_template(
        "access_incidents/index.html",
        lines=[(standing(one, who, at), words_of(one.facts)) for one in found],
        writes=who.may(*WRITERS),
        counts=_counts(month_of(request.args.get("month", ""), today)) if who.is_officer else None,
        months=months(today),
    )


@bp.route("/access-incidents/new", methods=["GET", "POST"])
@audience(*WRITERS)
def new() -> Page:
    if request.method == "GET":
        return _form(Form({KEY: secrets.token_hex(16), "notice": request.args.get("notice", "")[:10]}))
    made: list[str] = []

    def do() -> str:
        key = request.form.get(KEY, "")[:40] or secrets.token_hex(16)
        made.append(service.log_incident(_typed(), key, current_audience(), mission(), now()))
        return _("Logged under the reference %(reference)s.", reference=made[0])

    answer = submit(url_for("access_incidents.index"), do, _form)
    return redirect(url_for("access_incidents.show", reference=made[0]), 303) if made else answer


@bp.get("/access-incidents/<reference>")
@audience(*WHO)
def show(reference: str) -> str:
    return _page(reference, Form())


@bp.route("/access-incidents/<reference>/correct", methods=["GET", "POST"])
@audience(*WRITERS)
def correct(reference: str) -> Page:
    found = _found(reference)
    if request.method == "GET":
        return _form(Form(_filled(found)), reference)

    def do() -> str:
        service.correct(reference, _version(), _typed(), current_audience(), mission(), now())
        return _("The log is corrected.")

    return submit(url_for("access_incidents.show", reference=reference), do, lambda form: _form(form, reference))


@bp.post("/access-incidents/<reference>/act")
@audience(*codes.OFFICER)
def act(reference: str) -> Page:
    def do() -> str:
        service.act(reference, _version(), request.form.get("event", ""), current_audience(), mission(), now())
        return _("Written down.")

    back = url_for("access_incidents.show", reference=reference)
    return submit(back, do, lambda form: _page(reference, form))


@bp.post("/access-incidents/take-out")
@audience(*roles.OFFICERS)
def take_out() -> Response:
    """What counts of one month, a line each, without organisations, words and references of movements."""
    who, at = current_audience(), now()
    if (first := password_first(url_for("access_incidents.index"))) is not None:
        return first
    month = month_of(request.form.get("month", ""), at.astimezone(mission().zone).date())
    found = store.incidents_between(db.session(), month, _after(month), who, mission().gazetteer)
    references = [one.facts.reference for one in found]
    semicolons = request.form.get("form") == "csv-semicolons"
    code = note_taken_out(who, "humanitarian", "access_incident", "csv", references, past=True, now=at)
    header, tags = zip(*HEADER, strict=True)
    body = csv_bytes([str(one) for one in header], tags, file_rows(found, code), semicolons=semicolons)
    answer = FlaskResponse(body, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="list-{current_language()}.csv"'
    return answer


# -- what all of them need --------------------------------------------------------------------------------------------


def _counts(month: date) -> Counts:
    before = (month - timedelta(days=1)).replace(day=1)

    def of(first: date) -> list[store.AccessIncident]:
        return store.incidents_between(db.session(), first, _after(first), current_audience(), mission().gazetteer)

    return counted(month, of(before), of(month))


def _after(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def _page(reference: str, form: Form) -> str:
    who, at = current_audience(), now()
    found = _found(reference)
    return render_template(
        "access_incidents/show.html",
        line=standing(found.facts, who, at),
        past=past_lines(found.facts, names=who.is_officer),
        facts=incident_facts(found, named=who.is_officer),
        words=found.words,
        version=found.facts.version,
        open=codes.CYCLE.open_to(found.facts.state, who.roles),
        acts={event: label(dict(codes.CYCLE.steps[event].label)) for event in service.ACTS},
        notice=_notice_url(found),
        form=form,
    )


def _form(form: Form, reference: str = "") -> str:
    whose = {} if reference else _organisations()
    return render_template(
        "access_incidents/form.html",
        form=form,
        reference=reference,
        version=_found(reference).facts.version if reference else 0,
        organisations=whose,
        constraints={code: label(dict(text)) for code, text in codes.CONSTRAINTS.items()},
        outcomes={code: label(dict(text)) for code, text in codes.OUTCOMES.items()},
    )


def _organisations() -> dict[str, str]:
    """For whom an officer may log one; nothing for whoever logs his own."""
    own = current_audience().may(*roles.FILERS_HUMANITARIAN)
    return {} if own else {str(id): name for id, name in organisations(db.session()).items()}


def _typed() -> codes.Incident:
    today = now().astimezone(mission().zone).date()
    schema = IncidentSchema(mission(), current_audience(), today, _organisations())
    found: codes.Incident = schema.load(
        {n: text for n, text in typed(request.form).items() if n not in (KEY, "version")}
    )
    return found


def _found(reference: str) -> store.AccessIncident:
    return store.incident_of(db.session(), reference, current_audience(), mission().gazetteer)


def _version() -> int:
    return number(request.form.get("version")) or 0


def _filled(found: store.AccessIncident) -> dict[str, Any]:
    facts = found.facts.facts
    place = mission().gazetteer.written(found.commune) if found.commune else ""
    plain = {name: facts[name] for name in ("constraint", "on", "outcome")}
    said = {"proof_demanded": "yes" if facts["proof_demanded"] else "no", "words": found.words or ""}
    return {**plain, **said, "place": place, "notice": found.notice}


def _notice_url(found: store.AccessIncident) -> str:
    """The page of the movement, for its organisation and for officers to whom it is shown."""
    who = current_audience()
    if not found.notice:
        return ""
    if not who.is_officer:
        return url_for("notices.show", reference=found.notice)
    item = db.session.get(Item, found.facts.item_id)
    shown = item is not None and on_desk(db.session(), item, who, mission())
    return url_for("desk.item", reference=found.notice) if shown else ""
