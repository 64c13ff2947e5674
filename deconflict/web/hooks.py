"""Providers calling us: signed, without session, without redirect. Forged ones get a bare 403 and are counted, everything else
a bare 200, so that nobody learns which message exists. Only a call waits for words: what follows after a key.

Recordings are here too, since providers fetch them: the words of every call, and nothing about anybody.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog
from flask import Blueprint, Response, abort, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from deconflict.channels.port import BadSignature, Channel, Conversing, Heard, Hook, Playing, Pressed, Receipt, Reply
from deconflict.channels.recordings import KINDS
from deconflict.extensions import csrf
from deconflict.services.counting import UNKNOWN, count_refused_hook
from deconflict.services.hearing import take_pressed, take_receipt_of
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
    return _take(provider, lambda heard: isinstance(heard, Receipt) and take_receipt(token, heard, now()))


@bp.post("/<provider>/status")
@audience(PUBLIC)
def receipt(provider: str) -> Response:
    """A receipt of a provider that calls one address for all: its own reference tells the message."""
    return _take(provider, lambda heard: isinstance(heard, Receipt) and take_receipt_of(provider, heard, now()))


@bp.post("/<provider>/reply")
@audience(PUBLIC)
def reply(provider: str) -> Response:
    """A text from a phone."""
    return _take(provider, lambda heard: isinstance(heard, Reply) and take_reply(heard, now()))


@bp.post("/<provider>/key/<token>")
@audience(PUBLIC)
def key(provider: str, token: str) -> Response:
    """A key pressed in the call of the message whose token stands in the address."""
    return _take(provider, lambda heard: isinstance(heard, Pressed) and take_pressed(token, heard, now()))


@bp.get("/recordings/<language>/<name>")
@audience(PUBLIC)
def recording(language: str, name: str) -> Response:
    """One recording of the mission profile."""
    channels = current_app.extensions["channels"].values()
    found = (channel.recording(language, name) for channel in channels if isinstance(channel, Playing))
    path = next(filter(None, found), None)
    if path is None:
        abort(404)
    return Response(path.read_bytes(), mimetype=KINDS[path.suffix])


def _take(provider: str, take: Callable[[Heard], object]) -> Response:
    """Reads the call, hands what it says to `take` and answers. Whether it moved anything is not told."""
    channel: Channel | None = current_app.extensions["channels"].get(provider)
    try:
        if channel is None:
            raise BadSignature
        hook = _hook()
        heard = channel.read_hook(hook)
    except (BadSignature, RequestEntityTooLarge):
        log.warning("hook refused", provider=channel.name if channel else UNKNOWN)
        count_refused_hook(channel.name if channel else UNKNOWN)
        return Response(status=403)
    take(heard)
    if isinstance(channel, Conversing):
        answer = channel.answer(hook, heard)
        return Response(answer.body, mimetype=answer.mimetype)
    return Response(status=200)


def _hook() -> Hook:
    request.max_content_length = BODY_BYTES
    body = request.get_data()
    # What was signed is the address the provider was told to call, not what a proxy or the framework made of it.
    raw = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.full_path.rstrip("?")
    return Hook(current_app.config["PUBLIC_BASE_URL"] + raw, request.form.to_dict(), dict(request.headers), body)
