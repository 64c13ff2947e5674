"""Every text that may leave, as its reader gets it: administrators and officers look at it before and after a change."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template, request
from flask_babel import lazy_gettext as _l

from deconflict.domain import roles
from deconflict.schemas.people import LANGUAGES
from deconflict.services.texts import previews
from deconflict.web.audience import audience
from deconflict.web.desk_words import CHANNELS

bp = Blueprint("texts", __name__)
AUDIENCES = {
    "team": _l("Field teams"),
    "officer": _l("The desk"),
    "focal": _l("Humanitarian organisations"),
    "mission": _l("Mission desks"),
}


@bp.get("/texts")
@audience(roles.ADMINISTRATOR, *roles.OFFICERS)
def index() -> str:
    mission = current_app.extensions["mission"]
    names = {unit.hq for unit in mission.sectors} | {area.duty_place for area in mission.areas}
    asked = request.args.get("to", "")
    to = asked if asked in AUDIENCES else next(iter(AUDIENCES))
    every = previews(names, current_app.extensions["settings"].public_base_url)
    found = [one for one in every if one.audience == to]
    refused = {one.audience for one in every if one.faults}
    return render_template(
        "texts/index.html",
        found=found,
        to=to,
        refused=refused,
        audiences=AUDIENCES,
        channels=CHANNELS,
        languages=LANGUAGES,
    )
