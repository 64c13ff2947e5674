"""Providers calling us: signed, without session, without redirect. Forged ones get a bare 403, everything else a bare 200,
so that nobody learns which message exists."""

from __future__ import annotations

from functools import cache

import structlog
from flask import Blueprint, Flask, Response, current_app, request

from deconflict.channels.port import BadSignature, Channel, Hook, Receipt, Reply
from deconflict.extensions import csrf
from deconflict.services.receipts import take_receipt, take_reply
from deconflict.web.audience import PUBLIC, audience
from deconflict.web.clock import now

bp = Blueprint("hooks", __name__, url_prefix="/hooks")
csrf.exempt(bp)
log = structlog.get_logger()
BODY_BYTES = 16 * 1024


@bp.post("/<provider>/status/<token>")
@audience(PUBLIC)
def status(provider: str, token: str) -> Response:
    """A receipt for the message whose token stands in the address."""
    heard = _read(provider)
    if heard is None:
        return Response(status=403)
    if isinstance(heard, Receipt):
        take_receipt(token, heard, now())
    return Response(status=200)


@bp.post("/<provider>/reply")
@audience(PUBLIC)
def reply(provider: str) -> Response:
    """A text from a phone."""
    heard = _read(provider)
    if heard is None:
        return Response(status=403)
    if isinstance(heard, Reply):
        take_reply(heard, now())
    return Response(status=200)


def _read(provider: str) -> Receipt | Reply | None:
    channel = _channels(current_app._get_current_object()).get(provider)  # type: ignore[attr-defined]
    if channel is None:
        return None
    request.max_content_length = BODY_BYTES
    # What was signed is the address the provider was told to call, not what a proxy or the framework made of it.
    raw = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.full_path.rstrip("?")
    url = current_app.config["PUBLIC_BASE_URL"] + raw
    try:
        return channel.read_hook(Hook(url, request.form.to_dict(), dict(request.headers)))
    except BadSignature:
        log.warning("hook refused", provider=channel.name)
        return None


@cache
def _channels(app: Flask) -> dict[str, Channel]:
    from deconflict.channels.registry import channels_for
    from deconflict.services.demo_inbox import sink_of

    settings = app.extensions["settings"]
    return channels_for(settings, sink=sink_of(app) if settings.demo else None, demo_secret=settings.secret_key)
