"""Notes of OCHA on a notice, a plan or a site."""

from __future__ import annotations

from collections.abc import Callable

from flask import request, url_for
from flask_babel import gettext as _

from deconflict.domain import roles
from deconflict.services.item_notes import write_item_note
from deconflict.web import desk_items, desk_sites
from deconflict.web.acts import Page, submit
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import mission
from deconflict.web.forms_ui import Form

FIELD = "note-words"


@audience(*roles.OFFICERS)
def note_item(reference: str) -> Page:
    return _note(reference, "desk.item", desk_items.page)


@audience(*roles.OFFICERS)
def note_site(reference: str) -> Page:
    return _note(reference, "desk.site", desk_sites.page)


def _note(reference: str, endpoint: str, page: Callable[[str, Form], str]) -> Page:
    def do() -> str:
        write_item_note(reference, request.form.get(FIELD, ""), current_audience(), mission().catalogue, now())
        return _("Written down. Only OCHA reads it.")

    back = url_for(endpoint, reference=reference, _anchor="notes")
    return submit(back, do, lambda form: page(reference, form), fields={"words": FIELD})
