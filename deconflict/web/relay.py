"""For whoever sits at a radio or a telephone and opens no case: what a team answered, with the reference and the code it read
out, who said so, how it was heard, and whether it was read back."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from deconflict.domain import roles
from deconflict.services.acknowledgements import acknowledge_by_operator
from deconflict.web.acts import Page, submit
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_words import ANSWERS, HOW, LEVELS
from deconflict.web.forms_ui import Form

bp = Blueprint("relay", __name__)
TYPED_MAX = 200


@bp.get("/relay")
@audience(roles.RADIO_OPERATOR, *roles.OFFICERS)
def page() -> str:
    return _page(Form())


@bp.post("/relay")
@audience(roles.RADIO_OPERATOR, *roles.OFFICERS)
def write() -> Page:
    code, level, answer, how, words = (
        request.form.get(name, "")[:TYPED_MAX] for name in ("code", "level", "answer", "how", "words")
    )
    read_back = bool(request.form.get("read"))

    def do() -> str:
        acknowledge_by_operator(code, level, answer, how, words, read_back, current_audience(), now())
        return _("Written down.")

    return submit(url_for("relay.page"), do, _page, fields={None: "code"})


def _page(form: Form) -> str:
    return render_template("acknowledge/relay.html", form=form, levels=LEVELS, answers=ANSWERS, how=HOW)
