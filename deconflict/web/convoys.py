"""Joint convoys: opening and closing one on one's own notice, and joining another's by its word."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _

from deconflict.domain import roles
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.filing import Filing, MovementNotice
from deconflict.services import convoys as service
from deconflict.web import filing_form, notices
from deconflict.web.acts import Page, press
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.filing_pages import mission
from deconflict.web.filing_write import form_page
from deconflict.web.forms_ui import Form

bp = Blueprint("convoys", __name__)


@bp.route("/convoys/join", methods=["GET", "POST"])
@audience(*roles.FILERS_HUMANITARIAN)
def join() -> Page:
    """The word opens the ordinary form, with the way of the lead on it."""
    typed = request.form.get("word", "")[:20]
    if request.method == "GET":
        return _page(Form())
    try:
        word, way, lead = service.find(typed, current_audience(), now())
    except NotFound:
        raise
    except Refused as error:
        return _page(Form({"word": typed}, {"word": [_(error.sentence)]})), 422
    flash(_("This convoy is led by %(name)s. Check that it is the one you mean.", name=lead), "warning")
    return form_page(notices.PAGES, "movement", _on_the_way(word, way), action=url_for("notices.new"))


@bp.post("/notices/<reference>/convoy/open")
@audience(*roles.FILERS_HUMANITARIAN)
def open_one(reference: str) -> Page:
    def do() -> str:
        service.open_convoy(reference, current_audience(), mission(), now())
        return _("Give its word to the others by voice, never by SMS or e-mail.")

    return press(url_for("notices.show", reference=reference), do)


@bp.post("/notices/<reference>/convoy/close")
@audience(*roles.FILERS_HUMANITARIAN)
def close_one(reference: str) -> Page:
    def do() -> str:
        service.close_convoy(reference, current_audience(), now())
        return _("Nobody else joins it any more. Who has joined stays.")

    return press(url_for("notices.show", reference=reference), do)


def _on_the_way(word: str, way: Filing) -> filing_form.Typed:
    """The form with the way on it, and nothing of what is the lead's own."""
    bare = MovementNotice(kind=way.kind, level=way.level, stops=way.stops, mode=way.mode)
    typed = filing_form.amending(bare, 0, mission())
    start = {name: text for name, text in typed.values.items() if name.startswith("stops-") or name == "mode"}
    return replace(typed, values=dict(notices.MOVEMENT.start) | start, convoy=word)


def _page(form: Form) -> str:
    return render_template("own/join_convoy.html", form=form)
