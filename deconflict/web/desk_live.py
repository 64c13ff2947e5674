"""What an open page of the desk asks by itself, every few seconds: is it still as things stand? The answer is a mark and no content,
so that it costs a slow line nothing."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from deconflict.domain import roles
from deconflict.store.base import db
from deconflict.store.looks import seen_until
from deconflict.web.audience import audience, current_audience
from deconflict.web.case_mark import case_mark
from deconflict.web.desk_case import seen_case
from deconflict.web.desk_queue import rows_seen
from deconflict.web.queue_mark import mark_of


@audience(*roles.OFFICERS)
def pulse() -> Response:
    return _answer(mark_of(rows_seen(), seen_until(db.session(), current_audience().person_id)))


@audience(*roles.OFFICERS)
def case_pulse(reference: str) -> Response:
    """404 for what does not exist for him, as on the page of the case."""
    return _answer(case_mark(seen_case(reference)[1]))


def _answer(mark: str) -> Response:
    """304 where the page that asks has this very mark."""
    unchanged = mark in (request.headers.get("If-None-Match") or "")
    return Response(status=304 if unchanged else 200, headers={"ETag": f'"{mark}"'})
