"""An administrator's pages: organisations, who is in them, invitations; and the page an invitation leads to."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import format_datetime
from flask_babel import gettext as _
from flask_security import current_user, hash_password
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from deconflict.domain import roles
from deconflict.domain.country import Mission
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.numbers import keeps_numbers_of
from deconflict.domain.own_people import keeps
from deconflict.domain.people import FUNCTIONS, SIDES
from deconflict.schemas.duty import LastDaySchema
from deconflict.schemas.people import ORGANISATION_KINDS, NewcomerSchema, OrganisationSchema
from deconflict.services import contracts, own_people, people
from deconflict.services.second_step import clear_second_step as clear_step
from deconflict.services.second_step import waits_for_another
from deconflict.store import directory
from deconflict.store.base import db
from deconflict.store.contacts import marks
from deconflict.store.people import Person
from deconflict.store.reached import reached
from deconflict.web.acts import Page, submit
from deconflict.web.audience import PUBLIC, audience, current_audience, current_audience_or_none, may_open
from deconflict.web.clock import now
from deconflict.web.desk_words import MARKS
from deconflict.web.forms_ui import Form, errors_of, typed
from deconflict.web.language import LOCALES, current_language, label
from deconflict.web.reach_words import count_words, reach_words

bp = Blueprint("people", __name__)

ELSEWHERE_SHOWN = 30
PHONES = ("phones-0", "phones-1", "phones-2")


@bp.after_app_request
def end_sessions(response: Response) -> Response:
    """Signing out takes the cookie of one browser away; this ends the others. The audience is who asked, read before."""
    if request.endpoint == "security.logout" and not current_user.is_authenticated:
        who = current_audience_or_none()
        if who is not None:
            people.sign_out(who, now=now())
    return response


@bp.get("/people")
@audience(roles.ADMINISTRATOR)
def index() -> str:
    return render_template("people/index.html", organisations=directory.organisations(), sides=SIDES)


@bp.get("/people/organisations/<int:organisation_id>")
@audience(roles.ADMINISTRATOR)
def organisation(organisation_id: int) -> str:
    found = directory.organisation(organisation_id)
    return render_template("people/people.html", organisation=found, manages=True, **at_a_glance(found.people))


@bp.get("/people/ours")
@audience(*roles.WITNESS_OF.values(), *roles.OFFICERS)
def ours() -> str:
    """Who is in one's own organisation, since when and by whom; for OCHA also who was added elsewhere of late."""
    me = current_audience()
    organisation, elsewhere = directory.ours(me), directory.lately_added(me, ELSEWHERE_SHOWN)
    counted_on = reached(db.session(), [person.id for person in organisation.people], me)
    return render_template(
        "people/people.html",
        organisation=organisation,
        manages=False,
        elsewhere=elsewhere,
        keeps=lambda person: (
            person.state != "inactive" and keeps_numbers_of(person.id, person.organisation_id, me, person.scope)
        ),
        answers_for=lambda person: keeps(me, organisation_id=person.organisation_id, scope=person.scope),
        invites=may_open(current_app, "own_people.invite", me),
        reach={id: reach_words(one) for id, one in counted_on.items()},
        counts=count_words(counted_on),
        **at_a_glance((*organisation.people, *elsewhere)),
    )


def at_a_glance(people: Collection[directory.PersonView]) -> dict[str, Any]:
    """For people/_marks.html."""
    return {"marks": marks(db.session(), [person.id for person in people], now()), "mark_words": MARKS}


@bp.route("/people/organisations/new", methods=["GET", "POST"])
@audience(roles.ADMINISTRATOR)
def add_organisation() -> Page:
    if request.method == "GET":
        return _organisation_page(Form({"direct": "true"}))
    values = typed(request.form)
    try:
        facts = OrganisationSchema().load(values)
        added = people.add_organisation(current_audience(), **facts, now=now())
    except (ValidationError, Refused) as error:
        return _organisation_page(Form(values, form_errors(error))), 422
    flash(_("The organisation is added. Invite its people."))
    return redirect(url_for("people.organisation", organisation_id=added), 303)


@bp.route("/people/organisations/<int:organisation_id>/invite", methods=["GET", "POST"])
@audience(roles.ADMINISTRATOR)
def invite(organisation_id: int) -> Page:
    organisation = directory.organisation(organisation_id)
    if request.method == "GET":
        return _invite_page(organisation, Form({"language": current_language()}))
    values = typed(request.form, "roles")
    scopes = scopes_of(organisation.side)
    try:
        mission: Mission = current_app.extensions["mission"]
        schema = NewcomerSchema(organisation.side, scopes, mission.phone_plan, mission.spoken)
        newcomer = schema.load(newcomer_facts(values))
        invited = people.invite(current_audience(), organisation_id, newcomer, link_for=link_of, now=now())
    except (ValidationError, Refused) as error:
        return _invite_page(organisation, Form(values, form_errors(error))), 422
    return render_template("people/invited.html", invited=invited, name=newcomer.name, organisation_id=organisation_id)


@bp.post("/people/<int:person_id>/invite")
@audience(roles.ADMINISTRATOR)
def reinvite(person_id: int) -> str:
    invited = people.reinvite(current_audience(), person_id, link_for=link_of, now=now())
    found = directory.person(person_id)
    return render_template(
        "people/invited.html", invited=invited, name=found.name, organisation_id=found.organisation_id
    )


@bp.get("/people/<int:person_id>")
@audience(roles.ADMINISTRATOR)
def person(person_id: int) -> str:
    """Asks before what cannot be taken back."""
    found = directory.person(person_id)
    zone = current_app.extensions["mission"].zone
    last = found.until_at.astimezone(zone) - timedelta(seconds=1) if found.until_at else None
    return _person_page(found, Form({"until": f"{last:%Y-%m-%d}" if last else ""}))


def _person_page(found: directory.PersonView, form: Form) -> str:
    asked = waits_for_another(found.reset_asked_at, now())
    spoken = current_app.extensions["mission"].spoken
    me = current_audience().person_id
    return render_template(
        "people/person.html",
        person=found,
        asked=asked,
        me=me,
        spoken=spoken,
        form=form,
        back_until=back_until(found.id),
    )


def back_until(person_id: int) -> str:
    """Until when this audience may take back that somebody was retired; empty where it may not."""
    mission: Mission = current_app.extensions["mission"]
    row = db.session.get(Person, person_id)
    if row is None or row.retired_at is None or not own_people.may_take_back(row, current_audience(), mission, now()):
        return ""
    return str(format_datetime(row.retired_at + mission.undo_retirement, "d MMM y HH:mm"))


@bp.post("/people/<int:person_id>/contract")
@audience(roles.ADMINISTRATOR)
def contract(person_id: int) -> Page:
    found = directory.person(person_id)

    def do() -> str:
        schema = LastDaySchema(current_app.extensions["mission"].zone)
        facts = schema.load({"until": request.form.get("until", "")})
        contracts.set_end(person_id, facts["until_at"], current_audience(), now())
        return _("The end of the contract is set.")

    return submit(url_for("people.person", person_id=person_id), do, lambda form: _person_page(found, form))


@bp.post("/people/<int:person_id>/second-step")
@audience(roles.ADMINISTRATOR)
def clear_second_step(person_id: int) -> Response:
    if clear_step(current_audience(), person_id, now()):
        flash(_("The second step is removed. The person sets it up anew."))
    else:
        flash(_("You have asked. Another administrator does it, within a day."))
    return redirect(url_for("people.person", person_id=person_id), 303)


@bp.post("/people/<int:person_id>/restore")
@audience(roles.ADMINISTRATOR)
def take_back(person_id: int) -> Response:
    own_people.take_back(person_id, current_audience(), current_app.extensions["mission"], now())
    flash(_("The person is back: sign-in and messages are as they were."))
    return redirect(url_for("people.person", person_id=person_id), 303)


@bp.post("/people/<int:person_id>/deactivate")
@audience(roles.ADMINISTRATOR)
def deactivate(person_id: int) -> Response:
    people.deactivate(current_audience(), person_id, now=now())
    flash(_("The person is deactivated: no sign-in and no message any more."))
    return redirect(url_for("people.index"), 303)


@bp.route("/join", methods=["GET", "POST"])
@audience(PUBLIC)
def join() -> Page:
    """The token is in the query, which no log keeps; leaving the page loses nothing, since it works until it is used."""
    token = request.values.get("token", "")
    try:
        name = people.invited(token, now=now())
    except NotFound:
        return render_template("people/link_over.html"), 404
    if request.method == "GET":
        return render_template("people/join.html", name=name, token=token, form=Form({"language": current_language()}))
    language = request.form.get("language", "fr")
    try:
        _join(token, request.form.get("password", ""), request.form.get("again", ""), language)
    except Refused as error:
        form = Form({"language": language}, form_errors(error))
        return render_template("people/join.html", name=name, token=token, form=form), 422
    flash(_("Your password is set. Sign in with it."))
    return redirect(url_for("security.login" if current_audience_or_none() is None else "home.page"), 303)


def _join(token: str, password: str, again: str, language: str) -> None:
    if password != again:
        raise Refused("The two passwords differ. Type the same twice.", field="again")
    if language not in LOCALES:
        raise Refused("Choose one of the list.", field="language")
    people.join(token, password=password, hashed=hash_password, language=language, now=now())


def link_of(token: str) -> str:
    return str(current_app.config["PUBLIC_BASE_URL"]) + url_for("people.join", token=token)


def form_errors(error: ValidationError | Refused) -> dict[str, list[str]]:
    errors = errors_of(error)
    return {PHONES[0] if name == "phones" else name: texts for name, texts in errors.items()}


def newcomer_facts(values: dict[str, Any]) -> dict[str, Any]:
    """Flat fields -> what the schema reads: everything typed, so that an unknown field is refused there."""
    facts = {name: value for name, value in values.items() if name not in PHONES}
    return facts | {"phones": [values[name] for name in PHONES if values.get(name, "").strip()]}


def scopes_of(side: str) -> dict[str, str]:
    """code -> name, of the sectors of a mission or the areas of OCHA. Humanitarian people have none."""
    mission = current_app.extensions["mission"]
    places = {"mission": mission.sectors, "ocha": mission.areas}.get(side, ())
    return {place.code: label(place.name) for place in places}


@bp.context_processor
def words() -> dict[str, Any]:
    return {"function_words": _function_words, "role_words": _role_words, "scope_words": _scope_words}


def _function_words(person: directory.PersonView) -> str:
    return label(FUNCTIONS[person.side].get(person.function, {"fr": person.function}))


def _role_words(person: directory.PersonView) -> str:
    return ", ".join(label(roles.LABELS[code]) for code in person.roles)


def _scope_words(person: directory.PersonView) -> str:
    return scopes_of(person.side).get(person.scope, person.scope) if person.scope else ""


def _organisation_page(form: Form) -> str:
    sides = {code: label(texts) for code, texts in SIDES.items()}
    return render_template("people/organisation.html", form=form, sides=sides, kinds=ORGANISATION_KINDS)


def _invite_page(organisation: directory.OrganisationView, form: Form) -> str:
    side = organisation.side
    return render_template(
        "people/invite.html",
        form=form,
        organisation=organisation,
        roles={code: label(texts) for code, texts in roles.LABELS.items() if roles.SIDE_OF[code] == side},
        functions={code: label(texts) for code, texts in FUNCTIONS[side].items()},
        scopes=scopes_of(side),
        spoken=current_app.extensions["mission"].spoken,
        phones=PHONES,
    )
