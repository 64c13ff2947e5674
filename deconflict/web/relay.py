"""For whoever sits at a radio or a telephone and opens no case: what a team answered or where it stands on its way, with the
reference and the code it read out, who said so, how it was heard, and whether it was read back."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from deconflict.domain import roles
from deconflict.domain.check_ins import read_parts
from deconflict.schemas.filings import MOST_STOPS
from deconflict.services.acknowledgements import acknowledge_by_operator
from deconflict.services.check_ins import check_in_by_operator
from deconflict.web.acts import Page, submit
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_words import ANSWERS, HOW, LEVELS
from deconflict.web.filing_pages import mission
from deconflict.web.forms_ui import Form
from deconflict.web.own_check_ins import KINDS

bp = Blueprint("relay", __name__)
TYPED_MAX = 200


@bp.get("/relay")
@audience(roles.RADIO_OPERATOR, *roles.OFFICERS)
def page() -> str:
    return _page(Form())


@bp.post("/relay")
@audience(roles.RADIO_OPERATOR, *roles.OFFICERS)
def write() -> Page:
    code, level, answer, how, words = _typed("code", "level", "answer", "how", "words")
    read_back = bool(request.form.get("read"))

    def do() -> str:
        acknowledge_by_operator(code, level, answer, how, words, read_back, current_audience(), now())
        return _("Written down.")

    return submit(url_for("relay.page"), do, _page, fields={None: "code"})


@bp.get("/relay/check-in")
@audience(roles.RADIO_OPERATOR, *roles.OFFICERS)
def check_in() -> str:
    return _check_in_page(Form())


@bp.post("/relay/check-in")
@audience(roles.RADIO_OPERATOR, *roles.OFFICERS)
def write_check_in() -> Page:
    code, stop, kind, how, words = _typed("code", "stop", "kind", "how", "words")
    read_back = bool(request.form.get("read"))

    def do() -> str:
        who, step = current_audience(), read_parts(stop, kind)
        check_in_by_operator(code, step, how, words, read_back, who, mission(), now())
        return _("Written down.")

    return submit(url_for("relay.check_in"), do, _check_in_page, fields={None: "code", "step": "stop"})


def _typed(*names: str) -> tuple[str, ...]:
    return tuple(request.form.get(name, "")[:TYPED_MAX] for name in names)


def _page(form: Form) -> str:
    return render_template("acknowledge/relay.html", form=form, levels=LEVELS, answers=ANSWERS, how=HOW)


def _check_in_page(form: Form) -> str:
    stops = {str(number): number for number in range(1, MOST_STOPS + 1)}
    return render_template("check_in/relay.html", form=form, kinds=KINDS, stops=stops, how=HOW)
