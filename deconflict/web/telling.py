"""How one's own organisation wants to be told."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from deconflict.schemas.people import TellingSchema
from deconflict.services import telling
from deconflict.services.telling import Telling
from deconflict.web.acts import Page, submit
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.forms_ui import Form, typed
from deconflict.web.password_again import password_first

bp = Blueprint("telling", __name__)


@bp.get("/telling")
@audience(*telling.CHOOSE.values())
def index() -> str:
    chosen = telling.telling_of(current_audience())
    values = {"direct": chosen.direct, "mail_names_own": chosen.mail_names_own, "two_step": chosen.two_step}
    return _page(Form({name: str(value).lower() for name, value in values.items()}))


@bp.post("/telling")
@audience(*telling.CHOOSE.values())
def choose() -> Page:
    def do() -> str:
        facts = TellingSchema(asks_teams=_has_teams()).load(typed(request.form))
        wanted = Telling(facts.get("direct"), facts["mail_names_own"], facts.get("two_step", False))
        telling.choose(wanted, current_audience(), now())
        return _("Noted, from the next message on.")

    # Field teams may be written to no more from then on.
    return password_first(url_for("telling.index")) or submit(url_for("telling.index"), do, _page)


def _has_teams() -> bool:
    return telling.telling_of(current_audience()).direct is not None


def _page(form: Form) -> str:
    return render_template("people/telling.html", form=form, teams=_has_teams())
