"""/healthz: this process answers. /readyz: and so do the database and the scheduler, and nobody waits for a text.

A text that is late tells whoever has just filed that his filing met something. So late texts are shown to the coordination
desk, and to /readyz asked on the server itself; to all the world /readyz tells of the heartbeat alone."""

from __future__ import annotations

from collections.abc import Iterable

import structlog
from flask import Blueprint, Response, current_app, jsonify
from flask_babel import format_time
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError

from deconflict.domain.audience import Audience
from deconflict.services.health import Health, health_of
from deconflict.store.base import db
from deconflict.web import Banner
from deconflict.web.address import asked_on_this_server
from deconflict.web.audience import PUBLIC, audience
from deconflict.web.clock import now

bp = Blueprint("health", __name__)
log = structlog.get_logger()


@bp.get("/healthz")
@audience(PUBLIC)
def healthz() -> Response:
    return jsonify(status="ok")


@bp.get("/readyz")
@audience(PUBLIC)
def readyz() -> tuple[Response, int]:
    """503 when the heartbeat is old, the database does not answer or, asked on the server itself, a due message is late.
    Says no reason and no counts: they would tell a stranger what to wait for. The reason is in the log."""
    try:
        health = _health()
    except SQLAlchemyError:
        log.exception("the database does not answer")
        return _not_ready("the database does not answer")
    if not health.beating:
        return _not_ready("the scheduler's heartbeat is old or missing")
    if health.late_messages and asked_on_this_server():
        return _not_ready("messages are late")
    return jsonify(status="ok"), 200


def _not_ready(because: str) -> tuple[Response, int]:
    log.warning("not ready", because=because)
    return jsonify(status="not ready"), 503


def banners(who: Audience | None) -> Iterable[Banner]:
    """What everybody signed in must know about the system itself: an unattended desk is shown to all (RUL-26)."""
    if who is None:
        return
    health = _health()
    if not health.beating:
        since = format_time(health.heartbeat_at, "short") if health.heartbeat_at else _("the start")
        yield Banner(
            "warning", _("Alerts have not been going out since %(since)s. Call, do not wait for a text.", since=since)
        )
    elif health.late_messages and who.side == "ocha":
        yield Banner("warning", _("Alerts are late. Call, do not wait for a text."))
    if health.unattended:
        names = [
            area.name[who.language]
            for area in current_app.extensions["mission"].areas
            if area.code in health.unattended
        ]
        yield Banner("warning", _("Nobody is on duty at the coordination desk for: %(areas)s.", areas=", ".join(names)))


def _health() -> Health:
    return health_of(db.session, current_app.extensions["mission"], now())  # type: ignore[arg-type]
