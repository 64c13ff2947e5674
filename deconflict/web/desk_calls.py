"""Calls to make by hand: everybody whom no text may reach in time, and one button for who was called and has it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deconflict.domain import roles
from deconflict.domain.calls import Call, calls_for
from deconflict.domain.contacted import NO_ANSWER, REACHED, Called
from deconflict.services.acknowledgements import acknowledge_by_relay
from deconflict.services.contacting import note_tried
from deconflict.store.base import db
from deconflict.store.calls import calls_by_hand
from deconflict.web.acts import Page, submit
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import mission, seen_case, texts
from deconflict.web.forms_ui import Form
from deconflict.web.intake import number

WHY_CALL = {
    "unreached": _l("No address is left to try"),
    "no_phone": _l("No phone could be reached"),
    "waiting": _l("Its message is late"),
}


def to_make() -> list[Call]:
    """What this officer may see of them, the gravest first."""
    return calls_for(calls_by_hand(db.session(), mission().catalogue, now()), current_audience())


@audience(*roles.OFFICERS)
def calls() -> str:
    return _page(Form())


@audience(*roles.OFFICERS)
def called(reference: str) -> Page:
    """He was called and has it: a relay like any other, at the level that was owed word. Or nobody answered: then the call stays to be
    made, and the log says that it was tried."""
    seen_case(reference)
    alert_id = number(request.form.get("alert"))
    call = next((one for one in to_make() if (one.case, one.alert_id) == (reference, alert_id)), None)
    if call is None:
        flash(_("This call need not be made any more."))
        return redirect(url_for("desk.calls"), 303)

    name, by = f"words-{alert_id}", current_audience()

    def do() -> str:
        words, read_back = request.form.get(name, ""), bool(request.form.get(f"back-{alert_id}"))
        catalogue, at = mission().catalogue, now()
        if request.form.get("outcome") == NO_ANSWER:
            note_tried(reference, call.alert_id, Called("", NO_ANSWER, read_back=False, words=words), by, catalogue, at)
            return _("Written down: nobody answered. The call still has to be made.")
        acknowledge_by_relay(
            reference, call.alert_id, call.level, "received", "phone", words, by, catalogue, at, read_back
        )
        note_tried(reference, call.alert_id, Called("", REACHED, read_back, words), by, catalogue, at)
        return _("Written down: %(name)s has it.", name=call.person)

    return submit(url_for("desk.calls"), do, _page, fields={"words": name})


def _page(form: Form) -> str:
    return render_template("desk/calls.html", calls=to_make(), why=WHY_CALL, form=form, **texts())
