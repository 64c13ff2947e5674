"""Numbers and mailboxes: at which somebody else answers, and what to do about it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from deconflict.domain import roles
from deconflict.domain.errors import NotFound
from deconflict.domain.numbers import DoubtFacts, doubts_for, keeps_numbers_of, numbers_for, reads_numbers_of
from deconflict.services import drills, trials, wrong_person
from deconflict.store.base import db
from deconflict.store.contacts import everybody, marks
from deconflict.store.doubts import all_doubts
from deconflict.store.drills import reachable, silent_numbers
from deconflict.store.trials import to_verify
from deconflict.web.acts import Page, press, submit
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_words import MARKS, MESSAGES, function_words, short
from deconflict.web.forms_ui import Form
from deconflict.web.intake import page_asked

bp = Blueprint("numbers", __name__)
SHOWN = 500
TWICE = 2  # drills in a row without an answer: once may be a phone that was off
ON_A_PAGE = 40  # more would be slow on the line of a field base


@bp.get("/numbers")
@audience(*roles.OFFICERS, roles.FOCAL_POINT)
def index() -> str:
    return _page(Form())


@bp.post("/numbers/doubts/<int:doubt_id>/confirm")
@audience(*roles.OFFICERS)
def confirm(doubt_id: int) -> Page:
    if doubt_id not in {one.id for one in in_doubt()}:
        raise NotFound
    name = f"words-{doubt_id}"

    def do() -> str:
        wrong_person.confirm(doubt_id, request.form.get(name, ""), current_audience(), now())
        return _("Noted: it is used again.")

    return submit(url_for("numbers.index"), do, _page, fields={"words": name})


@bp.post("/numbers/<int:contact_id>/try")
@audience(*roles.OFFICERS, roles.FOCAL_POINT)
def try_number(contact_id: int) -> Page:
    def do() -> str:
        trials.try_number(contact_id, current_audience(), now())
        return _("A test text is on its way. Its reference and code are read back to you, or typed on the code page.")

    return press(url_for("numbers.index"), do)


@bp.post("/numbers/<int:contact_id>/code")
@audience(*roles.OFFICERS, roles.FOCAL_POINT)
def read_back(contact_id: int) -> Page:
    def do() -> str:
        trials.read_back(contact_id, request.form.get(f"code-{contact_id}", "")[:200], current_audience(), now())
        return _("The number is verified.")

    return submit(url_for("numbers.index"), do, _page)


@bp.post("/numbers/people/<int:person_id>/drill")
@audience(*roles.OFFICERS, roles.FOCAL_POINT)
def drill(person_id: int) -> Page:
    drills.take_part(person_id, request.form.get("part") == "yes", current_audience(), now())
    flash(_("Noted for the next drill."))
    return redirect(url_for("numbers.index") + "#drill", 303)


def in_doubt() -> list[DoubtFacts]:
    """What is to be checked, as far as this audience reads it."""
    return doubts_for(all_doubts(db.session()), current_audience())


def _page(form: Form) -> str:
    me = current_audience()
    silent = {id for id, drills in silent_numbers(db.session(), now()).items() if drills >= TWICE}
    open_to = numbers_for(to_verify(db.session(), silent, SHOWN), me)
    people = [person for person in reachable(db.session()) if reads_numbers_of(person.organisation_id, me)]
    seen = [person for person in everybody(db.session()) if reads_numbers_of(person.organisation_id, me)]
    glance = marks(db.session(), [person.id for person in seen], now())
    marked = [person for person in seen if glance[person.id]]
    page = page_asked()
    here = slice(page * ON_A_PAGE, (page + 1) * ON_A_PAGE)
    return render_template(
        "numbers/index.html",
        doubts=in_doubt(),
        unverified=open_to[here],
        people=people[here],
        marked=marked[here],
        marks=glance,
        mark_words=MARKS,
        keeps=lambda person: keeps_numbers_of(person.id, person.organisation_id, me, person.scope),
        next=page + 1 if max(len(open_to), len(people), len(marked)) > here.stop else None,
        form=form,
        tried_words=MESSAGES,
        officer=me.is_officer,
        short=short,
        function_words=function_words,
    )
