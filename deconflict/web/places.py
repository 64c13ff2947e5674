"""Places while one types. What is typed stands in no address and in no log: it comes in the body of a POST, and the answer depends
on the mission's list of places alone."""

from __future__ import annotations

import json
from datetime import timedelta

from flask import Blueprint, Response, current_app, request
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext as _
from flask_babel import ngettext

from deconflict.domain import roles
from deconflict.domain.country import Mission
from deconflict.domain.place import Place, within
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.filing_pages import mission
from deconflict.web.pace import Pace
from deconflict.web.place_words import where_words

bp = Blueprint("places", __name__)

WRITERS = (
    roles.FILERS_HUMANITARIAN | roles.FILERS_MISSION | roles.OFFICERS | {roles.RADIO_OPERATOR}
)  # whoever writes a place
MOST = 8
LONGEST = 120  # letters, as the field takes
ASKED = 24  # of like names, among which are cercles and regions that nobody can meet in
PER_MINUTE = 120  # a fast typist's second has two


@bp.record_once
def _ready(state: BlueprintSetupState) -> None:
    found: Mission = state.app.extensions["mission"]
    found.gazetteer.ready()
    state.app.extensions["pace of places"] = Pace(PER_MINUTE, timedelta(minutes=1))


@bp.post("/places/search")
@audience(*WRITERS)
def search() -> Response:
    """Settlements and communes of a like name, best first: `value` is what the field takes, `name` and `where` what is read,
    `at` where it lies."""
    pace: Pace = current_app.extensions["pace of places"]
    if not pace.allows(current_audience().person_id, now()):
        return Response(status=429)
    words = " ".join(request.form.get("q", "").split())[:LONGEST]
    found = [place for place in mission().gazetteer.search(words, ASKED) if place.level in ("town", "commune")][:MOST]
    said = ngettext("%(num)s place", "%(num)s places", len(found)) if found else _("No place of the list is called so.")
    answer = {"said": said, "places": [_row(place) for place in found]}
    return Response(json.dumps(answer, ensure_ascii=False, separators=(",", ":")), mimetype="application/json")


def _row(place: Place) -> dict[str, object]:
    return {
        "value": mission().gazetteer.written(place),
        "name": place.name if place.level == "town" else within("commune", place.name),
        "where": where_words(place),
        "at": [round(degrees, 5) for degrees in place.point],
    }
