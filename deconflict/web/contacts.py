"""Somebody's numbers and mailboxes: for whom they belong to, his focal point, an administrator."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _

from deconflict.domain.people import NUMBERS_MOST
from deconflict.schemas.people import ContactSchema, MailboxSchema, NumberSchema
from deconflict.services import contacts
from deconflict.store.base import db, lookup_hash
from deconflict.store.contacts import contacts_of, shared_with
from deconflict.web.acts import Page, submit
from deconflict.web.audience import EVERYONE, audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import mission
from deconflict.web.desk_words import short
from deconflict.web.forms_ui import Form, typed
from deconflict.web.password_again import password_first

bp = Blueprint("contacts", __name__)


@bp.get("/people/<int:person_id>/numbers")
@audience(EVERYONE)
def page(person_id: int) -> str:
    return _page(person_id, Form())


@bp.post("/people/<int:person_id>/numbers/add")
@audience(EVERYONE)
def add_number(person_id: int) -> Page:
    def do() -> str:
        facts = NumberSchema(mission().phone_plan).load(typed(request.form))
        me, number = current_audience(), facts["number"]
        contacts.add(person_id, "sms", number, facts["edition"], me, now())
        others = shared_with(db.session(), person_id, lookup_hash(number), me)
        if others:
            flash(
                _(
                    "%(names)s has this number too. Whoever reads a message there knows for whom it is.",
                    names=", ".join(others),
                )
            )
        return _("The number is added. A test text is on its way there: the code in it verifies the number.")

    return _submit(person_id, do)


@bp.post("/people/<int:person_id>/numbers/add-mailbox")
@audience(EVERYONE)
def add_mailbox(person_id: int) -> Page:
    def do() -> str:
        facts = MailboxSchema().load(typed(request.form))
        contacts.add(person_id, "email", facts["mailbox"], facts["edition"], current_audience(), now())
        return _("The mailbox is added.")

    return _submit(person_id, do)


@bp.post("/people/<int:person_id>/numbers/first")
@audience(EVERYONE)
def put_first(person_id: int) -> Page:
    def do() -> str:
        facts = ContactSchema().load(typed(request.form))
        contacts.put_first(person_id, facts["contact"], facts["edition"], current_audience(), now())
        return _("It is tried first from now on.")

    return _submit(person_id, do)


@bp.post("/people/<int:person_id>/numbers/remove")
@audience(EVERYONE)
def remove(person_id: int) -> Page:
    def do() -> str:
        facts = ContactSchema().load(typed(request.form))
        contacts.remove(person_id, facts["contact"], facts["edition"], facts["sure"], current_audience(), now())
        return _("Removed: nothing new goes there.")

    return _submit(person_id, do)


def _submit(person_id: int, do: Callable[[], str]) -> Page:
    """Whose list it is comes before what was typed: an error of a form would say that there is such a person."""
    contacts_of(db.session(), person_id, current_audience(), now())
    back = url_for("contacts.page", person_id=person_id)
    asked = password_first(back)
    return asked or submit(back, do, lambda form: _page(person_id, form))


def _page(person_id: int, form: Form) -> str:
    me = current_audience()
    view = contacts_of(db.session(), person_id, me, now())
    asked = form.value("contact") if "sure" in form.errors else ""
    return render_template(
        "people/numbers.html",
        view=view,
        form=form,
        asked=asked,
        mine=person_id == me.person_id,
        most=NUMBERS_MOST,
        short=short,
    )
