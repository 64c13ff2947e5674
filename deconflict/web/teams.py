"""How one's own field teams are reached."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from deconflict.domain import roles
from deconflict.schemas.people import TeamsSchema
from deconflict.services import teams
from deconflict.web.acts import Page, submit
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.forms_ui import Form, typed

bp = Blueprint("teams", __name__)


@bp.get("/teams")
@audience(roles.FOCAL_POINT)
def index() -> str:
    return _page(Form({"direct": str(teams.are_reached_directly(current_audience())).lower()}))


@bp.post("/teams")
@audience(roles.FOCAL_POINT)
def choose() -> Page:
    def do() -> str:
        facts = TeamsSchema().load(typed(request.form))
        teams.reach(facts["direct"], current_audience(), now())
        return _("Noted, from the next message on.")

    return submit(url_for("teams.index"), do, _page)


def _page(form: Form) -> str:
    return render_template("people/teams.html", form=form)
