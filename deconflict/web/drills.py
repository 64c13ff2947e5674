"""The drill of the week: start it, and read what came back."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response

from deconflict.domain import roles
from deconflict.domain.drills import lines, over_time
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

LATELY = 5  # what is kept of numbers reaches no further back


@bp.get("/drills")
@audience(*roles.OFFICERS)
def index() -> str:
    lately = store.lately(db.session(), mission(), LATELY)
    drill, texts = lately[0] if lately else (None, [])
    plan = mission().drill_plan
    return render_template(
        "drills/index.html",
        drill=drill,
        lines=lines(texts),
        drills=[one for one, _texts in lately],
        history=over_time([found for _drill, found in lately]),
        next_at=plan.next(mission().zone, now()) if plan else None,
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
