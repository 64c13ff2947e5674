"""What whoever leaves a duty tells the next, for officers alone."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from deconflict.domain import roles
from deconflict.domain.errors import LostRace, NotFound, Refused
from deconflict.services import handing_over
from deconflict.store.base import Unreadable, db
from deconflict.store.notes import Note, newest
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import area_name, mission
from deconflict.web.desk_words import short
from deconflict.web.forms_ui import Form, typed

bp = Blueprint("handing_over", __name__)
Page = str | tuple[str, int] | Response
SHOWN = 30


@bp.get("/roster/notes")
@audience(*roles.OFFICERS)
def index() -> str:
    return _page(Form())


@bp.post("/roster/notes")
@audience(*roles.OFFICERS)
def write() -> Page:
    try:
        area, text = request.form.get("area", ""), request.form.get("text", "")
        handing_over.hand_over(area, text, current_audience(), mission(), now())
    except NotFound:
        raise
    except Refused as error:
        return _page(Form(typed(request.form), {error.field or "": [_(error.sentence)]})), 422
    flash(_("Noted for whoever comes next."))
    return redirect(url_for("handing_over.index"), 303)


@bp.post("/roster/notes/<int:note_id>/read")
@audience(*roles.OFFICERS)
def read(note_id: int) -> Page:
    try:
        handing_over.have_read(note_id, current_audience(), now())
    except NotFound:
        raise
    except (LostRace, Refused) as error:
        flash(_(error.sentence), "error")
    else:
        flash(_("Noted: you have read it."))
    return redirect(url_for("handing_over.index"), 303)


def _page(form: Form) -> str:
    return render_template(
        "handing_over/index.html",
        notes=[(note, _text(note)) for note in newest(db.session(), SHOWN)],
        areas={area.code: area_name(area.code) for area in mission().areas},
        me=current_audience().person_id,
        form=form,
        short=short,
        longest=handing_over.LONGEST,
    )


def _text(note: Note) -> str:
    try:
        return note.text
    except Unreadable:
        return str(_("It cannot be read: its key is missing."))
