"""Plans that are over, for OCHA: how many the mission has not answered for, what it declared of aid that was not planned, and how early
it enters its patrols. Self-declared is not verified, and this page accuses nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask import render_template
from flask_babel import format_date

from deconflict.domain import roles
from deconflict.domain.activity import Side
from deconflict.domain.disclosure import ItemView, view_of_item
from deconflict.domain.places import label as place_label
from deconflict.services.close_outs import asked_kinds
from deconflict.services.reading import note_list_read
from deconflict.store import close_outs as store
from deconflict.store.aid_reports import opened_by_close_outs
from deconflict.store.base import db
from deconflict.store.close_outs import CloseOut
from deconflict.store.plan_figures import filed_ahead
from deconflict.store.queries import facts_of
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import mission, texts
from deconflict.web.desk_words import span_words
from deconflict.web.filing_words import in_words
from deconflict.web.language import label
from deconflict.web.own_close_outs import answer_words

COUNTED = timedelta(days=28)
UNREADABLE = (ValueError, KeyError, TypeError)


@dataclass(frozen=True, slots=True)
class Row:
    """Aid that was declared and not planned. `place` and `when`: the settlement and the day, for as long as they are kept;
    `report`: the file of aid outside QIPs that the answer opened, empty where there is none any more."""

    view: ItemView
    sector: str
    words: str
    place: str
    when: str
    report: str


@audience(*roles.OFFICERS)
def close_outs() -> str:
    """Written down whose plans were shown, before they are."""
    me, at, session = current_audience(), now(), db.session()
    found = [(row, view) for row in store.self_declared(session) if (view := _view(row)) is not None]
    opened = opened_by_close_outs(session, [row.item_id for row, _view in found])
    rows = [_row(row, view, opened.get(row.item_id, "")) for row, view in found]
    waiting = [
        (_sector(one.sector), one.count, span_words(at - one.since))
        for one in store.unanswered(session, asked_kinds(mission()), at)
    ]
    patrols = [kind.code for kind in mission().catalogue.of(Side.MISSION, patrol=True)]
    ahead = filed_ahead(session, patrols, at - COUNTED, at)
    note_list_read(me, "mission", [row.item_id for row, _view in found], at)
    return render_template(
        "desk/close_outs.html",
        rows=rows,
        waiting=waiting,
        ahead=ahead,
        hours=round(mission().pack.lead_times_s["patrol_change"] / 3600),
        days=COUNTED.days,
        **texts(),
    )


def _view(row: CloseOut) -> ItemView | None:
    """None where it cannot be read, and where this officer may not."""
    try:
        return view_of_item(facts_of(db.session(), row.item, mission().catalogue), current_audience())
    except UNREADABLE:
        return None


def _row(row: CloseOut, view: ItemView, report: str) -> Row:
    place = mission().gazetteer.meant(row.pcode, row.cod_version)
    when = str(format_date(date.fromisoformat(row.given_on), "d MMM yyyy")) if row.given_on else ""
    said = answer_words(row, in_words(view, mission()))
    return Row(view, _sector(view.sector or ""), said, place_label(place) if place else "", when, report)


def _sector(code: str) -> str:
    found = next((sector for sector in mission().sectors if sector.code == code), None)
    return label(dict(found.name)) if found else code
