"""/healthz: this process answers. /readyz: and so do the database and the scheduler, and nobody waits for a text.

A text that is late tells whoever has just filed that his filing met something. So late texts are shown to the coordination
desk, and to /readyz asked on the server itself; to all the world /readyz tells of the heartbeat and of test messages alone,
which go at their own hours whatever was filed. When those arrive by no provider, everybody reads that alerts are late."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from flask import Blueprint, Response, current_app, g, jsonify
from flask_babel import format_time, to_user_timezone
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError

from deconflict.domain.audience import Audience
from deconflict.services.health import Health, health_of
from deconflict.store.base import db
from deconflict.web import Banner
from deconflict.web.address import asked_on_this_server
from deconflict.web.audience import PUBLIC, audience
from deconflict.web.clock import now
from deconflict.web.desk_words import short

bp = Blueprint("health", __name__)
log = structlog.get_logger()
OLD_SHEET = timedelta(hours=2)


@bp.get("/healthz")
@audience(PUBLIC)
def healthz() -> Response:
    return jsonify(status="ok")


@bp.get("/readyz")
@audience(PUBLIC)
def readyz() -> tuple[Response, int]:
    """503 when the heartbeat is old, the database does not answer or, asked on the server itself, a due message is late
    or an area has nobody on duty.
    Says no reason and no counts: they would tell a stranger what to wait for. The reason is in the log."""
    try:
        health = health_now()
    except SQLAlchemyError:
        log.exception("the database does not answer")
        return _not_ready("the database does not answer")
    if not health.beating:
        return _not_ready("the scheduler's heartbeat is old or missing")
    if health.failing:
        return _not_ready("a test message does not arrive")
    if health.late_since and asked_on_this_server():
        return _not_ready("messages are late")
    if health.unattended and asked_on_this_server():
        return _not_ready("nobody is on duty somewhere")
    return jsonify(status="ok"), 200


def _not_ready(because: str) -> tuple[Response, int]:
    log.warning("not ready", because=because)
    return jsonify(status="not ready"), 503


def banners(who: Audience | None) -> Iterable[Banner]:
    """What everybody signed in must know about the system itself: an unattended desk is shown to all (RUL-26)."""
    if who is None:
        return
    health = health_now()
    if not health.beating:
        since = _hour(health.heartbeat_at) if health.heartbeat_at else _("the start")
        yield Banner(
            "warning", _("Alerts have not been going out since %(since)s. Call, do not wait for a text.", since=since)
        )
    elif late_since := _late_since(health, who):
        yield Banner(
            "warning", _("Alerts are late since %(since)s. Call, do not wait for a text.", since=_hour(late_since))
        )
    if health.failing and who.side == "ocha":
        yield Banner("warning", _failing(health))
    if who.side == "ocha" and _sheet_is_old(health):
        since = _hour(health.sheet_at) if health.sheet_at else _("the start")
        yield Banner("warning", _("The hand-over file has not been written since %(since)s.", since=since))
    if health.unattended:
        names = [
            area.name[who.language]
            for area in current_app.extensions["mission"].areas
            if area.code in health.unattended
        ]
        yield Banner("warning", _("Nobody is on duty at the coordination desk for: %(areas)s.", areas=", ".join(names)))


def _late_since(health: Health, who: Audience) -> datetime | None:
    """To a party a late text would tell that its filing met something; that a test message fails tells only of providers."""
    known = (health.silent_since, health.late_since if who.side == "ocha" else None)
    return min((at for at in known if at is not None), default=None)


def _failing(health: Health) -> str:
    """For the desk: which provider, since when."""
    which = ", ".join(f"{one.provider} ({_hour(one.since)})" for one in health.failing)
    return _("Test messages do not arrive, by provider and since when: %(which)s.", which=which)


def _sheet_is_old(health: Health) -> bool:
    """Where one is to be written at all."""
    wanted: str = current_app.extensions["settings"].handover_folder
    return bool(wanted) and (health.sheet_at is None or abs(now() - health.sheet_at) > OLD_SHEET)


def _hour(at: datetime) -> str:
    """As `14:02`; with its day where that is not today."""
    today = to_user_timezone(at).date() == to_user_timezone(now()).date()
    return str(format_time(at, "short")) if today else short(at)


def health_now() -> Health:
    """Asked once a request, by the banners and the pages alike."""
    if "health" not in g:
        g.health = health_of(db.session(), current_app.extensions["mission"], now())
    found: Health = g.health
    return found
