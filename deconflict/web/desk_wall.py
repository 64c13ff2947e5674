"""The wall: how telling people went in the last 24 hours, failures first."""

from __future__ import annotations

from flask import render_template
from flask_babel import lazy_gettext as _l

from deconflict.domain import roles
from deconflict.domain.wall import COLUMNS, wall_for
from deconflict.store.alerts import ACCEPTED
from deconflict.store.base import db
from deconflict.store.wall import sent_since, tries_since
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import mission, texts

WALL = {
    "failed": _l("Failed"),
    "waits": _l("Waits"),
    "held": _l("Held"),
    "sent": _l("Sent"),
    "delivered": _l("Delivered"),
    "withdrawn": _l("Taken back"),
}


@audience(*roles.OFFICERS)
def wall() -> str:
    at, session = now(), db.session()
    shown = wall_for(sent_since(session, at), tries_since(session, at), current_audience(), mission().zone, ACCEPTED)
    return render_template("desk/wall.html", wall=shown, columns=[WALL[name] for name in COLUMNS], **texts())
