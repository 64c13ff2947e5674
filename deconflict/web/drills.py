"""The drill of the week: start it, and read what came back."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response

from deconflict.domain import roles
from deconflict.domain.drills import lines
from deconflict.services import drills
from deconflict.store import drills as store
from deconflict.store.base import db
from deconflict.web.acts import press
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import mission
from deconflict.web.desk_words import short
from deconflict.web.language import label

bp = Blueprint("drills", __name__)


@bp.get("/drills")
@audience(*roles.OFFICERS)
def index() -> str:
    drill = store.newest_drill(db.session())
    texts = store.texts_of(db.session(), drill, mission()) if drill else []
    return render_template(
        "drills/index.html",
        drill=drill,
        lines=lines(texts),
        silent=[text for text in texts if not text.answered],
        parts=len(store.participants(db.session())),
        places={one.code: label(dict(one.name)) for one in mission().areas}
        | {one.code: label(dict(one.name)) for one in mission().sectors},
        short=short,
    )


@bp.post("/drills")
@audience(*roles.OFFICERS)
def start() -> Response:
    def do() -> str:
        count = drills.start(current_audience(), now())
        return str(ngettext("%(num)s test text is on its way.", "%(num)s test texts are on their way.", count))

    return press(url_for("drills.index"), do)
