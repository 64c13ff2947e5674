"""Who of one's own organisation is away, and until when."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from deconflict.domain import roles
from deconflict.schemas.duty import AbsenceSchema
from deconflict.services import absences
from deconflict.store import directory
from deconflict.store import roster as store
from deconflict.store.base import db
from deconflict.web.acts import Page, press, submit
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import mission
from deconflict.web.desk_words import function_words, short
from deconflict.web.forms_ui import Form, typed

bp = Blueprint("absences", __name__)
WHO = (*roles.OFFICERS, roles.FOCAL_POINT, roles.CIMIC)


@bp.get("/absences")
@audience(*WHO)
def index() -> str:
    local = now().astimezone(mission().zone)
    return _page(Form({"from_date": f"{local:%Y-%m-%d}", "from_time": f"{local:%H:%M}"}))


@bp.post("/absences")
@audience(*WHO)
def note() -> Page:
    def do() -> str:
        facts = AbsenceSchema(mission().zone, now()).load(typed(request.form))
        absences.note(**facts, by=current_audience(), now=now())
        return _("Noted. Alerts pass this person over for that time.")

    return submit(url_for("absences.index"), do, _page)


@bp.post("/absences/<int:absence_id>/end")
@audience(*WHO)
def end(absence_id: int) -> Page:
    def do() -> str:
        absences.end(absence_id, current_audience(), now())
        return _("Noted: back again.")

    return press(url_for("absences.index"), do)


def _page(form: Form) -> str:
    people = [person for person in directory.ours(current_audience()).people if person.state != "inactive"]
    seen = {person.id for person in people}
    rows = store.absences(db.session(), current_audience().organisation_id, now())
    return render_template(
        "absences/index.html",
        rows=[row for row in rows if row.person_id in seen],
        people={str(one.id): f"{one.name} ({function_words(one.side, one.function)})" for one in people},
        form=form,
        short=short,
        at=now(),
    )
