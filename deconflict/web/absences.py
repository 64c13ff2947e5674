"""Who of one's own organisation is away, and until when."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from deconflict.domain import roles
from deconflict.domain.errors import LostRace, NotFound, Refused
from deconflict.schemas.duty import AbsenceSchema
from deconflict.services import absences
from deconflict.store import directory
from deconflict.store import roster as store
from deconflict.store.base import db
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import mission
from deconflict.web.desk_words import function_words, short
from deconflict.web.forms_ui import Form, flat_errors, typed

bp = Blueprint("absences", __name__)
Page = str | tuple[str, int] | Response
WHO = (*roles.OFFICERS, roles.FOCAL_POINT, roles.CIMIC)


@bp.get("/absences")
@audience(*WHO)
def index() -> str:
    local = now().astimezone(mission().zone)
    return _page(Form({"from_date": f"{local:%Y-%m-%d}", "from_time": f"{local:%H:%M}"}))


@bp.post("/absences")
@audience(*WHO)
def note() -> Page:
    values = typed(request.form)
    try:
        facts = AbsenceSchema(mission().zone, now()).load({k: v for k, v in values.items() if k != "csrf_token"})
        absences.note(**facts, by=current_audience(), now=now())
    except NotFound:
        raise
    except Refused as error:
        return _page(Form(values, {error.field or "": [_(error.sentence)]})), 422
    except ValidationError as error:
        return _page(Form(values, flat_errors(error.messages_dict))), 422
    flash(_("Noted. Alerts pass this person over for that time."))
    return redirect(url_for("absences.index"), 303)


@bp.post("/absences/<int:absence_id>/end")
@audience(*WHO)
def end(absence_id: int) -> Page:
    try:
        absences.end(absence_id, current_audience(), now())
    except LostRace as error:
        flash(_(error.sentence), "error")
    else:
        flash(_("Noted: back again."))
    return redirect(url_for("absences.index"), 303)


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
