"""Aid outside QIPs: reporting it, one's own reports, and the list of them for OCHA and, of what was raised with it, for the mission."""

from __future__ import annotations

import re
import secrets

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _

from deconflict.domain import roles
from deconflict.domain.aid_reports import CYCLE, DECLARERS, PROTECTED, REPORTERS
from deconflict.domain.aid_words import ANSWERS, CONSEQUENCES, GIVERS, KINDS
from deconflict.schemas.aid_reports import PLACE, TOLD_SOURCES, AidReportSchema
from deconflict.services import aid_reports as service
from deconflict.services.aid_reading import read_own
from deconflict.store.aid_reports import own_reference, own_reports, reports_seen
from deconflict.store.base import db
from deconflict.store.procedures import procedure_facts
from deconflict.web import aid_report_words as words
from deconflict.web.acts import Page, press, submit
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import mission
from deconflict.web.forms_ui import Form, typed
from deconflict.web.language import label
from deconflict.web.procedure_words import standing

bp = Blueprint("aid_reports", __name__, url_prefix="/aid-reports")
KEY = re.compile(r"[0-9a-f]{32}")


@bp.get("")
@audience(*roles.OFFICERS, *REPORTERS)
def index() -> str:
    """One's own reports, then those of others that one may know of."""
    me, at = current_audience(), now()
    own = own_reports(db.session(), me.person_id) if me.may(*PROTECTED) else []
    return render_template(
        "aid_reports/index.html",
        own=[
            (
                own_reference(row.reference),
                words.line_of(procedure_facts(row), row.pcode, row.cod_version),
                state_words(row.state),
            )
            for row in own
        ],
        lines=[
            (standing(facts, me, at), words.line_of(facts, pcode, cod), bool(facts.facts.get("declared")))
            for facts, pcode, cod in reports_seen(db.session(), me)
        ],
        protected=me.may(*PROTECTED),
        reads=me.is_officer or me.may(*DECLARERS),
        may_report=me.may(*REPORTERS),
    )


@bp.route("/new", methods=["GET", "POST"])
@audience(*REPORTERS)
def new() -> Page:
    if request.method == "GET":
        return _form(Form({"_key": secrets.token_hex(16)}))
    me, at = current_audience(), now()
    sent = {name: text for name, text in typed(request.form).items() if not name.startswith("_")}
    key = request.form.get("_key", "")
    made: list[str] = []

    def do() -> str:
        today = at.astimezone(mission().zone).date()
        said = AidReportSchema(mission(), today, me, declares=not me.may(*PROTECTED)).load(sent)
        made.append(service.report(said, me, key if KEY.fullmatch(key) else secrets.token_hex(16), mission(), at))
        return _("Reported. It accuses nobody: OCHA looks into it first.")

    answer = submit("", do, _form)
    if not made:
        return answer
    page = "aid_reports.own" if me.may(*PROTECTED) else "aid_reports.show"
    return redirect(url_for(page, reference=made[0]), 303)


@bp.get("/own/<reference>")
@audience(*PROTECTED)
def own(reference: str) -> str:
    """For whoever reported it, under a reference that nobody else has."""
    view = read_own(reference, current_audience())
    return render_template(
        "aid_reports/own.html",
        reference=reference,
        rows=words.rows_of(view),
        state=state_words(view.state),
        may_withdraw=words.may_withdraw(view, current_audience()),
    )


@bp.post("/own/<reference>/withdraw")
@audience(*PROTECTED)
def withdraw(reference: str) -> Page:
    def do() -> str:
        service.withdraw(reference, current_audience(), mission(), now())
        return _("Withdrawn.")

    return press(url_for("aid_reports.own", reference=reference), do)


def state_words(state: str) -> str:
    return label(dict(CYCLE.states[state]))


def _form(form: Form) -> str:
    return render_template(
        "aid_reports/new.html",
        form=form,
        place=PLACE,
        protected=current_audience().may(*PROTECTED),
        kinds=words.choices(KINDS),
        givers=words.choices(GIVERS),
        answers=words.choices(ANSWERS),
        consequences=words.choices(CONSEQUENCES),
        sources=words.choices(TOLD_SOURCES),
    )
