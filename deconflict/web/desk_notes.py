"""Notes of OCHA on a case."""

from __future__ import annotations

from flask import request
from flask_babel import gettext as _

from deconflict.domain import roles
from deconflict.services.case_notes import write_note
from deconflict.web.acts import Page
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_acts import press
from deconflict.web.desk_case import mission


@audience(*roles.OFFICERS)
def note(reference: str) -> Page:
    def do() -> str:
        write_note(reference, request.form.get("note-words", ""), current_audience(), mission().catalogue, now())
        return _("Written down. Only OCHA reads it.")

    return press(reference, "note", do)
