"""Whoever answers for an organisation keeps its people: invites them, says until when they work there, retires them, takes that back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from deconflict.domain import roles
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.own_people import is_near, keeps, may_give
from deconflict.domain.people import FUNCTIONS
from deconflict.schemas.duty import LastDaySchema
from deconflict.schemas.own_people import ColleagueSchema
from deconflict.services import own_people as service
from deconflict.store import directory
from deconflict.store.base import db
from deconflict.store.directory import PersonView
from deconflict.store.reached import reached
from deconflict.web import people
from deconflict.web.acts import Page, submit
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import mission
from deconflict.web.forms_ui import Form, typed
from deconflict.web.language import current_language, label
from deconflict.web.password_again import password_first
from deconflict.web.reach_words import reach_words

bp = Blueprint("own_people", __name__)
bp.context_processor(people.words)
WHO = (roles.FOCAL_POINT, roles.CIMIC)


@bp.route("/people/ours/invite", methods=["GET", "POST"])
@audience(*WHO)
def invite() -> Page:
    me = current_audience()
    if request.method == "GET":
        return _invite_page(Form({"language": current_language(), "scope": me.scope or ""}))
    values = typed(request.form, "roles")
    spoken, plan, zone = mission().spoken, mission().phone_plan, mission().zone
    try:
        schema = ColleagueSchema(me.side, _scopes(), plan, spoken, may_give(me), zone)
        newcomer = schema.load(people.newcomer_facts(values))
        invited = service.invite(me, newcomer, mission(), link_for=people.link_of, now=now())
    except (ValidationError, Refused) as error:
        return _invite_page(Form(values, people.form_errors(error))), 422
    return render_template("people/invited.html", invited=invited, name=newcomer.name, back=url_for("people.ours"))


@bp.get("/people/ours/<int:person_id>")
@audience(*WHO)
def person(person_id: int) -> str:
    found = _found(person_id)
    last = found.until_at.astimezone(mission().zone) - timedelta(seconds=1) if found.until_at else None
    return _page(found, Form({"until": f"{last:%Y-%m-%d}" if last else ""}))


@bp.post("/people/ours/<int:person_id>/invite")
@audience(*WHO)
def invite_again(person_id: int) -> str:
    found = _found(person_id)
    invited = service.invite_again(current_audience(), person_id, link_for=people.link_of, now=now())
    return render_template("people/invited.html", invited=invited, name=found.name, back=url_for("people.ours"))


@bp.post("/people/ours/<int:person_id>/contract")
@audience(*WHO)
def contract(person_id: int) -> Page:
    def do() -> str:
        facts = LastDaySchema(mission().zone).load({"until": request.form.get("until", "")})
        service.set_end(person_id, facts["until_at"], current_audience(), mission(), now())
        return _("The end of the contract is set.")

    return _submit(person_id, do)


@bp.post("/people/ours/<int:person_id>/retire")
@audience(*WHO)
def retire(person_id: int) -> Page:
    def do() -> str:
        service.retire(person_id, request.form.get("sure") == "yes", current_audience(), now())
        return _("Retired: no sign-in and no message any more.")

    return _submit(person_id, do, asks_password=True)


@bp.post("/people/ours/<int:person_id>/restore")
@audience(*WHO)
def take_back(person_id: int) -> Response:
    service.take_back(person_id, current_audience(), mission(), now())
    flash(_("The person is back: sign-in and messages are as they were."))
    return redirect(url_for("own_people.person", person_id=person_id), 303)


def _found(person_id: int) -> PersonView:
    """Of one's own. NotFound for anybody else: missing and foreign alike."""
    me, found = current_audience(), directory.person(person_id)
    if not keeps(me, organisation_id=found.organisation_id, scope=found.scope):
        raise NotFound
    return found


def _submit(person_id: int, do: Callable[[], str], *, asks_password: bool = False) -> Page:
    """Whose page it is comes before what was typed, and before the password."""
    found, me = _found(person_id), current_audience().person_id
    if asks_password and (asked := password_first(url_for("own_people.person", person_id=person_id))):
        return asked
    back = url_for("people.ours") if person_id != me else url_for("home.page")
    return submit(back, do, lambda form: _page(found, form))


def _page(found: PersonView, form: Form) -> str:
    known = reached(db.session(), [found.id], current_audience()).get(found.id)
    return render_template(
        "own_people/person.html",
        person=found,
        form=form,
        me=current_audience().person_id,
        months=mission().contract_months,
        reach=reach_words(known) if known else None,
        back_until=people.back_until(found.id),
    )


def _scopes() -> dict[str, str]:
    """Where one's own people work: in the mission, of the sectors one keeps."""
    me = current_audience()
    return {code: name for code, name in people.scopes_of(me.side).items() if is_near(me, code)}


def _invite_page(form: Form) -> str:
    me = current_audience()
    gives = may_give(me)
    shown: dict[str, Any] = {code: label(texts) for code, texts in roles.LABELS.items() if code in gives}
    return render_template(
        "people/invite.html",
        form=form,
        organisation=directory.organisation(me.organisation_id),
        roles=shown,
        functions={code: label(texts) for code, texts in FUNCTIONS[me.side].items()},
        scopes=_scopes(),
        narrow=me.scope is not None,
        spoken=mission().spoken,
        phones=people.PHONES,
        months=mission().contract_months,
        back=url_for("people.ours"),
    )
