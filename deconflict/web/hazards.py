"""Hazard notices: what everybody who files reads, what one entered oneself, and for officers what waits to be looked at."""

from __future__ import annotations

import secrets

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _

from deconflict.domain import hazards as nouns
from deconflict.domain import roles
from deconflict.domain.errors import NotFound
from deconflict.domain.hazard_notice import Hazard, hazard_of, lies_near
from deconflict.domain.hazards import HazardView, view_of_hazard
from deconflict.domain.procedures import Noun, ProcedureFacts
from deconflict.schemas.hazards import FIRST, LAST, HazardSchema, UntilSchema, seal_of, typed_hazard
from deconflict.services import hazards as service
from deconflict.services.hazards_near import shown_to
from deconflict.store import procedures as store
from deconflict.store.base import db
from deconflict.store.items import Item
from deconflict.store.people import Person
from deconflict.web.acts import Page, press, submit
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import mission
from deconflict.web.forms_ui import Form, typed
from deconflict.web.hazard_words import HazardLine, line_of, lines_of, map_of
from deconflict.web.intake import number
from deconflict.web.language import label
from deconflict.web.procedure_words import past_lines, standing

bp = Blueprint("hazards", __name__)
READERS = (*nouns.FILERS, *roles.OFFICERS)
WRITERS = (*nouns.FILERS, *nouns.OFFICER)
OFFICER = tuple(nouns.OFFICER)
WAITING, OVER = ("entered", "expired"), ("set_aside", "withdrawn", "over")
LATELY = 40


@bp.get("/hazards")
@audience(*READERS)
def index() -> str:
    """What is shown; above it what waits for an officer, below it what one entered oneself and nobody else reads."""
    me, session = current_audience(), db.session()
    waits = store.procedures(session, Noun.HAZARD, me, WAITING)
    done = store.procedures(session, Noun.HAZARD, me, OVER, most=LATELY) if me.is_officer else []
    return render_template(
        "hazards/index.html",
        shown=lines_of(shown_to(me, now()), me, mission()),
        waiting=lines_of(waits, me, mission()),
        over=lines_of(done, me, mission()),
        officer=me.is_officer,
        may_enter=me.may(*WRITERS),
    )


@bp.route("/hazards/new", methods=["GET", "POST"])
@audience(*WRITERS)
def new() -> Page:
    if request.method == "GET":
        return _form(Form({"_key": secrets.token_hex(16)}))

    reference = ""

    def do() -> str:
        nonlocal reference
        reference = service.enter(_read(), current_audience(), _key(), mission(), now())
        return _("Entered. You and OCHA read it; an officer looks at it before anybody else does.")

    answer = submit("", do, _form)
    return redirect(url_for("hazards.show", reference=reference), 303) if reference else answer


@bp.get("/hazards/<reference>")
@audience(*READERS)
def show(reference: str) -> str:
    return _page(reference)


@bp.route("/hazards/<reference>/correct", methods=["GET", "POST"])
@audience(*WRITERS)
def correct(reference: str) -> Page:
    view = _view(_facts(reference))
    if not view.own and not current_audience().may(*OFFICER):
        raise NotFound
    if not {"correct", "amend"} & set(view.acts):
        return _page(reference, Form(errors={"": [_("It can no longer be corrected.")]})), 409
    if request.method == "GET":
        values = typed_hazard(hazard_of(view.facts), mission()) | {"version": str(view.version)}
        return _form(Form(values), view)

    def do() -> str:
        service.correct(reference, _version(), _read(), current_audience(), mission(), now())
        return _("Corrected.")

    return submit(url_for("hazards.show", reference=reference), do, lambda form: _form(form, view))


@bp.post("/hazards/<reference>/withdraw")
@audience(*WRITERS)
def withdraw(reference: str) -> Page:
    def do() -> str:
        service.withdraw(reference, _version(), current_audience(), mission(), now())
        return _("Withdrawn.")

    return press(url_for("hazards.show", reference=reference), do)


@bp.post("/hazards/<reference>/show")
@audience(*OFFICER)
def make_shown(reference: str) -> Page:
    def do() -> str:
        service.show(reference, _version(), current_audience(), mission(), now())
        return _("Shown to everybody who files, and matched with movements from now on.")

    return press(url_for("hazards.show", reference=reference), do)


@bp.post("/hazards/<reference>/set-aside")
@audience(*OFFICER)
def set_aside(reference: str) -> Page:
    def do() -> str:
        code = request.form.get("code", "")
        service.set_aside(reference, _version(), code, current_audience(), mission(), now())
        return _("Set aside. Whoever entered it reads that, and no reason.")

    return submit(url_for("hazards.show", reference=reference), do, lambda form: _page(reference, form))


@bp.post("/hazards/<reference>/renew")
@audience(*OFFICER)
def renew(reference: str) -> Page:
    def do() -> str:
        given = {name: request.form.get(name, "") for name in ("until_date", "until_time")}
        until = UntilSchema(mission(), now()).load(given)["until"]
        service.renew(reference, _version(), until, current_audience(), mission(), now())
        return _("Renewed.")

    return submit(url_for("hazards.show", reference=reference), do, lambda form: _page(reference, form))


@bp.post("/hazards/<reference>/end")
@audience(*OFFICER)
def end(reference: str) -> Page:
    def do() -> str:
        service.end(reference, _version(), current_audience(), mission(), now())
        return _("Over: nobody reads it any more, and cases that rested on it end.")

    return press(url_for("hazards.show", reference=reference), do)


def _page(reference: str, form: Form | None = None) -> str:
    facts, me = _facts(reference), current_audience()
    view = _view(facts)
    item = db.session.get(Item, view.item_id) if view.item_id else None
    maker = db.session.get(Person, view.made_by_id) if view.made_by_id else None
    return render_template(
        "hazards/show.html",
        view=view,
        line=line_of(view, mission()),
        standing=standing(facts, me, now()),
        past=past_lines(facts, names=me.is_officer) if view.past else [],
        why={line.code: label(dict(nouns.SET_ASIDE[line.code])) for line in view.past if line.code}
        if me.is_officer
        else {},
        map=map_of(hazard_of(view.facts), mission()),
        item=item.reference if item else "",
        same=_others_near(facts) if "show" in view.acts else [],
        maker=maker,
        codes={code: label(dict(words)) for code, words in nouns.SET_ASIDE.items()},
        days=mission().pack.procedures.hazard_days,
        form=form or Form(),
    )


def _others_near(facts: ProcedureFacts) -> list[HazardLine]:
    """For whoever looks at it: what else is told of there, so that the same is not shown twice."""
    me, hazard = current_audience(), hazard_of(facts.facts)
    found = store.procedures(db.session(), Noun.HAZARD, me, ("entered", nouns.SHOWN))
    near = [one for one in found if one.id != facts.id and lies_near(hazard, hazard_of(one.facts))]
    return lines_of(near, me, mission())


def _form(form: Form, view: HazardView | None = None) -> str:
    return render_template(
        "hazards/form.html",
        form=form,
        view=view,
        kinds={code: label(dict(words)) for code, words in nouns.KINDS.items()},
        sources={code: label(dict(words)) for code, words in nouns.SOURCES.items()},
        sealed=seal_of(mission(), form.value(FIRST), form.value(LAST)),
        first=FIRST,
        last=LAST,
        days=mission().pack.procedures.hazard_days,
    )


def _facts(reference: str) -> ProcedureFacts:
    row = store.with_past(db.session(), Noun.HAZARD, reference)
    if row is None:
        raise NotFound
    return store.procedure_facts(row, past=True)


def _view(facts: ProcedureFacts) -> HazardView:
    view = view_of_hazard(facts, current_audience())
    if view is None:
        raise NotFound
    return view


def _read() -> Hazard:
    given = {name: text for name, text in typed(request.form).items() if name not in ("_key", "version")}
    hazard: Hazard = HazardSchema(mission(), now()).load(given)
    return hazard


def _key() -> str:
    return f"hazard-{current_audience().person_id}-{request.form.get('_key', '')[:32]}"


def _version() -> int:
    return number(request.form.get("version")) or 0
