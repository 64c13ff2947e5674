"""What whoever leaves a duty tells the next, for officers alone."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from deconflict.domain import roles
from deconflict.services import handing_over
from deconflict.store.base import Unreadable, db
from deconflict.store.notes import Note, newest
from deconflict.web.acts import Page, press, submit
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import area_name, mission
from deconflict.web.desk_words import short
from deconflict.web.forms_ui import Form
from deconflict.web.hand_over_draft import Drafted, drafted
from deconflict.web.intake import one_of, page_asked

bp = Blueprint("handing_over", __name__)
SHOWN = 10  # on one page, which may be 4,000 characters each


@bp.get("/roster/notes")
@audience(*roles.OFFICERS)
def index() -> str:
    area = one_of(request.args, "area", (known.code for known in mission().areas))
    return _page(Form({"area": area}))


@bp.post("/roster/notes")
@audience(*roles.OFFICERS)
def write() -> Page:
    def do() -> str:
        area, text = request.form.get("area", ""), request.form.get("text", "")
        handing_over.hand_over(area, text, current_audience(), mission(), now())
        return _("Noted for whoever comes next.")

    return submit(url_for("handing_over.index"), do, _page)


@bp.post("/roster/notes/draft")
@audience(*roles.OFFICERS)
def draft() -> Page:
    """The page with a draft in its field: nothing is stored."""
    area, typed = request.form.get("area", ""), request.form.get("text", "")
    if area not in {known.code for known in mission().areas}:
        wrong = {"area": [_("Choose the area that you hand over.")]}
        return _page(Form({"text": typed}, wrong)), 422
    made = drafted(area, typed)
    return _page(Form({"area": area, "text": made.text}), made)


@bp.post("/roster/notes/<int:note_id>/read")
@audience(*roles.OFFICERS)
def read(note_id: int) -> Page:
    def do() -> str:
        handing_over.have_read(note_id, current_audience(), now())
        return _("Noted: you have read it.")

    return press(url_for("handing_over.index"), do)


def _page(form: Form, made: Drafted | None = None) -> str:
    page = page_asked()
    found = newest(db.session(), SHOWN + 1, page * SHOWN)
    return render_template(
        "handing_over/index.html",
        made=made,
        notes=[(note, _text(note)) for note in found[:SHOWN]],
        page=page,
        more=len(found) > SHOWN,
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
