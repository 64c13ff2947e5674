"""What an owner changes in one step: all hours of an item, or how much of it may be told. Nothing here looks at the other side."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _

from deconflict.domain import states
from deconflict.domain.disclosure import ItemView
from deconflict.domain.errors import Refused
from deconflict.domain.msgid import N_
from deconflict.services import changing
from deconflict.web.acts import submit
from deconflict.web.audience import current_audience
from deconflict.web.clock import now
from deconflict.web.filing_pages import Page, Pages, mission, own_versions
from deconflict.web.filing_words import in_words, level_words
from deconflict.web.forms_ui import Form
from deconflict.web.intake import number


def postpone(pages: Pages, reference: str) -> Page:
    """All hours later by so many days and hours. The page that follows shows before and after, as for an amendment."""
    view = own_versions(pages, reference)[-1]
    if request.method == "GET":
        if "postpone" not in states.possible("item", view.state, "owner"):
            raise Refused(N_("It can no longer be postponed as a whole. Amend it, or make a new one."))
        return _page("own/postpone.html", pages, view, Form({"days": "1", "hours": "0"}))

    def do() -> str:
        days, hours = (_typed_number(name) for name in ("days", "hours"))
        base, reason = number(request.form.get("version")) or 0, request.form.get("reason", "")
        changing.postpone_item(reference, base, days, hours, reason, current_audience(), mission(), now())
        return _("It is postponed. What changed stands below.")

    return submit(_after(pages, reference), do, lambda form: _page("own/postpone.html", pages, view, form))


def lower(pages: Pages, reference: str) -> Page:
    """Less of it may be told from now on."""
    view = own_versions(pages, reference)[-1]
    if request.method == "GET":
        if "lower" not in states.possible(states.table_of(view.state), view.state, "owner"):
            raise Refused(N_("It is over or cancelled: nothing of it is told any more."))
        return _sharing(pages, view, Form())

    def do() -> str:
        base, level, reason = (request.form.get(name, "") for name in ("version", "level", "reason"))
        changing.lower_level(reference, number(base) or 0, level, reason, current_audience(), mission(), now())
        return _("From now on less of it may be told. What changed stands below.")

    return submit(_after(pages, reference), do, lambda form: _sharing(pages, view, form))


def _sharing(pages: Pages, view: ItemView, form: Form) -> str:
    said = {level: level_words(replace(view, level=level)) for level in view.level.below}
    return _page("own/sharing.html", pages, view, form, levels=said, now_level=level_words(view))


def _page(template: str, pages: Pages, view: ItemView, form: Form, **more: Any) -> str:
    return render_template(template, pages=pages, view=view, form=form, words=in_words(view, mission()), **more)


def _after(pages: Pages, reference: str) -> str:
    return url_for(f"{pages.name}.filed", reference=reference)


def _typed_number(name: str) -> int | None:
    """An empty field is none of them, which is a number."""
    typed = request.form.get(name, "").strip()
    return 0 if not typed else number(typed)
