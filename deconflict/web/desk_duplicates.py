"""Same aid, same place: notices of two organisations that may double each other, for OCHA and the cluster (R17)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import render_template
from flask_babel import format_date
from flask_babel import lazy_gettext as _l

from deconflict.domain import roles
from deconflict.domain.duplicates import DuplicateView, view_of_duplicate
from deconflict.domain.words import sentences
from deconflict.services.reading import note_list_read
from deconflict.store import desk as store
from deconflict.store.base import db
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import mission, texts
from deconflict.web.desk_words import said
from deconflict.web.language import current_language
from deconflict.web.map_words import whereabouts

AID = {
    "food": _l("Food"),
    "nfi": _l("Household items and shelter"),
    "cash": _l("Cash and vouchers"),
    "health": _l("Health"),
    "nutrition": _l("Nutrition"),
    "protection": _l("Protection"),
    "wash": _l("Water and hygiene"),
    "education": _l("Education"),
    "livelihoods": _l("Livelihoods"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One pair in the reader's words. `why` is empty for whoever is not told the figures."""

    view: DuplicateView
    place: str
    aid: str
    weeks: list[str]
    why: list[str]


@audience(*roles.OFFICERS, roles.CLUSTER)
def duplicates() -> str:
    """Written down whose notices were shown to whom, before they are."""
    me, at = current_audience(), now()
    found = store.duplicates(db.session(), mission().catalogue, at)
    seen = (view_of_duplicate(facts, me, mission().catalogue, mission().zone) for facts in found)
    views = [view for view in seen if view is not None]
    note_list_read(me, "duplicate", [view.id for view in views], at)
    return render_template("desk/duplicates.html", rows=[_row(view) for view in views], **texts())


def _row(view: DuplicateView) -> Row:
    """To the cluster the nearest settlement is named, to an officer also how far from it."""
    language, gazetteer = current_language(), mission().gazetteer
    near = gazetteer.nearest(view.point)
    exact = bool(view.items) or near is None
    return Row(
        view=view,
        place=whereabouts(view.point, gazetteer, language) if exact or near is None else near[0].name,
        aid=", ".join(said(AID, code) for code in view.aid),
        weeks=[_week(monday) for monday in dict.fromkeys(sorted(view.weeks))],
        why=sentences(view.judgement, language, mission().zone, mission().unit) if view.judgement else [],
    )


def _week(monday: date) -> str:
    return str(format_date(monday, "d MMM yyyy"))
