"""Alerts that the brake holds because there were too many at once: an officer lets them go or discards them."""

from __future__ import annotations

from collections.abc import Iterator

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.errors import Refused
from deconflict.domain.held import HeldLine, held_for
from deconflict.domain.msgid import N_
from deconflict.services import restraint
from deconflict.store.base import db
from deconflict.store.brake import brake_on
from deconflict.web import Banner
from deconflict.web.acts import Page, submit
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import mission, texts
from deconflict.web.desk_words import short
from deconflict.web.forms_ui import Form


@audience(*roles.OFFICERS)
def held() -> str:
    return _page(Form())


@audience(*roles.OFFICERS)
def decide_held() -> Page:
    """The cases that the form names, of those this officer sees; all that the page showed, for the button that says so."""
    chosen = set(request.form.getlist("case")) & {line.case for line in _held()}
    decision, reason = request.form.get("decision", ""), request.form.get("reason", "")

    def do() -> str:
        if not chosen:
            raise Refused(N_("Choose at least one case."), field="case")
        count = restraint.decide(chosen, decision, reason, current_audience(), mission().catalogue, now())
        if decision == restraint.LET_GO:
            return str(ngettext("%(num)s message leaves.", "%(num)s messages leave.", count))
        return str(ngettext("%(num)s message is discarded.", "%(num)s messages are discarded.", count))

    return submit(url_for("desk.held"), do, _page, "case", fields={None: "case"})


def banners(who: Audience | None) -> Iterator[Banner]:
    """For officers alone: how much is being alerted is nobody else's."""
    if who and who.is_officer and (brake := brake_on(db.session())) is not None:
        yield Banner(
            "warning",
            _("Too many alerts at once: since %(time)s they wait for an officer's decision.", time=short(brake.since)),
        )


def _held() -> list[HeldLine]:
    return held_for(restraint.what_is_held(db.session(), mission().catalogue), current_audience())


def _page(form: Form) -> str:
    return render_template("desk/held.html", lines=_held(), brake=brake_on(db.session()), form=form, **texts())
