"""The list of what is not handled here, on the page of one's own movement."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from deconflict.domain.disclosure import ItemView
from deconflict.domain.other_procedures import Line, lines_of
from deconflict.services.other_procedures import tick
from deconflict.store.base import db
from deconflict.store.other_procedures import Tick, ticks_of
from deconflict.store.own import own_item_id
from deconflict.web.acts import press
from deconflict.web.audience import current_audience
from deconflict.web.clock import now
from deconflict.web.desk_words import short
from deconflict.web.filing_pages import mission
from deconflict.web.language import label


@dataclass(frozen=True, slots=True)
class Shown:
    """`done`: when and by whom it was ticked, empty where it was not."""

    key: str
    name: str
    why: str
    done: str


def other_procedures(view: ItemView) -> list[Shown]:
    """Nothing of what is kept in communes and weeks only."""
    if view.reduced_at is not None or not view.stops:
        return []
    ticked = ticks_of(db.session(), own_item_id(db.session(), view.side, view.reference))
    lines = lines_of(mission(), view.stops, view.mode or "")
    return [_shown(line, ticked.get(line.key)) for line in lines]


def save(reference: str) -> Response:
    def do() -> str:
        tick(reference, request.form.getlist("done"), current_audience(), mission(), now())
        return _("The list is kept as you ticked it.")

    return press(url_for("notices.show", reference=reference, _anchor="elsewhere"), do)


def _shown(line: Line, ticked: Tick | None) -> Shown:
    name = label(dict(line.procedure.label))
    if line.name:
        name = f"{name}, {mission().gazetteer.terms.cercle} {line.name}"
    done = _("%(time)s, %(name)s", time=short(ticked.at), name=ticked.by) if ticked else ""
    return Shown(line.key, name, label(dict(line.procedure.why)), done)
