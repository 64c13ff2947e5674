"""The page where a team checks in without signing in: the reference and the code of its notice, a stop by its number, one of three
buttons. It says nothing of what it knows, and answers the same whatever happened (RUL-18, RUL-20)."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from deconflict.domain.check_ins import read_parts
from deconflict.extensions import csrf
from deconflict.schemas.filings import MOST_STOPS
from deconflict.services.check_ins import check_in_by_code
from deconflict.web.audience import PUBLIC, audience
from deconflict.web.clock import now
from deconflict.web.filing_pages import mission
from deconflict.web.own_check_ins import KINDS

bp = Blueprint("check_in", __name__)
# As on the page for messages: what is typed is its own proof, and a token would lose the word of whoever keeps no cookies.
csrf.exempt(bp)
TYPED_MAX = 200


@bp.get("/c")
@audience(PUBLIC)
def page() -> str:
    return _page(done=False)


@bp.post("/c")
@audience(PUBLIC)
def send() -> str:
    typed, stop, kind = (request.form.get(name, "")[:TYPED_MAX] for name in ("code", "stop", "kind"))
    check_in_by_code(typed, read_parts(stop, kind), mission(), now())
    return _page(done=True)


def _page(*, done: bool) -> str:
    return render_template("check_in/code.html", done=done, kinds=KINDS, stops=range(1, MOST_STOPS + 1))
