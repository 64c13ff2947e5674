"""Where a desk writes down that its unit or its team has the word."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask_babel import gettext as _

from deconflict.domain.errors import NotFound
from deconflict.services.passing_on import note_passed_on
from deconflict.web.acts import Page, submit
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.filing_pages import mission
from deconflict.web.own_requests import FILERS, own_case, page

bp = Blueprint("passing", __name__)
FIELDS: dict[str | None, str] = {"answer": "passed", "how": "passed-how", "words": "passed-words"}


@bp.post("/requests/<reference>/passed-on")
@audience(*FILERS)
def note(reference: str) -> Page:
    view = own_case(reference)
    if not view.behind:
        raise NotFound
    answer, how, words = (request.form.get(name, "")[:200] for name in ("passed", "passed-how", "passed-words"))

    def do() -> str:
        note_passed_on(reference, answer, how, words, current_audience(), mission(), now())
        return _("Noted. The desk reads it.")

    return submit(url_for("requests.show", reference=reference), do, lambda form: page(view, form), fields=FIELDS)
