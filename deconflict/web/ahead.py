"""Everything ahead, for the desk alone: the map of a day or a half-day, and a week of half-days by commune. What does not exist for an
officer is not on them, and that he looked is written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, render_template
from flask_babel import gettext as _

from deconflict.domain import roles
from deconflict.domain.activity import Side
from deconflict.domain.ahead import LAYERS, SITE, AheadItem, Communes, Count, day_rows, seen_ahead, week_rows
from deconflict.domain.half_days import PARTS, WEEK, Span, day_now, spans
from deconflict.domain.place import label as place_label
from deconflict.services.reading import note_ahead_read
from deconflict.store.ahead import items_ahead
from deconflict.store.base import db
from deconflict.web import half_day_words
from deconflict.web.ahead_asked import EVERYWHERE, LAYER_WORDS, SLIDES, Asked, asked
from deconflict.web.ahead_map import draw_day, names
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import mission
from deconflict.web.half_day_words import LONG_DAY, day_words
from deconflict.web.intake import page_asked
from deconflict.web.language import current_language, label

bp = Blueprint("ahead", __name__)

ROWS = 16  # communes on one page
IN_ONE_CELL = 4  # references of one side in one commune
MOVING_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Head:
    """How many there are in all, whatever the page shows."""

    hum: int
    mil: int
    sites: int
    both: int


@bp.get("/desk/ahead")
@audience(*roles.OFFICERS)
def day() -> str:
    what = asked(current_audience(), mission(), page_asked())
    span = what.span(mission())
    found = [item for item in _seen(what, span) if item.is_in(span)]
    rows, moving = day_rows(found, span, Communes(found, mission()))
    shown = rows[what.page * ROWS : (what.page + 1) * ROWS]
    drawn = draw_day(found, rows, span, mission())
    named = [one for row in shown for part in (row.hum, row.mil, row.sites) for one in part[:IN_ONE_CELL]]
    _note(what, [*named, *moving[:MOVING_SHOWN]])
    return render_template(
        "ahead/day.html",
        asked=what,
        head=_head(found, sum(row.both for row in rows)),
        rows=[(place_label(row.place), row) for row in shown],
        map=drawn,
        moving=moving[:MOVING_SHOWN],
        more_moving=len(moving[MOVING_SHOWN:]),
        after=max(len(rows) - (what.page + 1) * ROWS, 0),
        most=IN_ONE_CELL,
        day_name=day_words(what.day, LONG_DAY),
        before=what.later(-1) if what.day > _today() else "",
        n=max((what.day - _today()).days, 0),
        slides=SLIDES,
        names=lambda item: names(item, mission()),
        **_texts(),
    )


@bp.get("/desk/ahead/week")
@audience(*roles.OFFICERS)
def week() -> str:
    what = asked(current_audience(), mission(), page_asked())
    halves = spans(what.day, WEEK, mission().zone)  # not from Monday: what is over is of no use here
    found = _seen(what, Span(halves[0].half, halves[0].begins, halves[-1].ends))
    rows = week_rows(found, halves, Communes(found, mission()))
    shown = rows[what.page * ROWS : (what.page + 1) * ROWS]
    _note(what, [])
    return render_template(
        "ahead/week.html",
        asked=what,
        head=_head(found, sum(count.both for row in rows for count in row.counts)),
        rows=shown,
        after=max(len(rows) - (what.page + 1) * ROWS, 0),
        days=[(span.half.day, day_words(span.half.day)) for span in halves[::3]],
        halves=[span.half for span in halves],
        links=[what.link(day=span.half.day, half=span.half.part) for span in halves],
        cell=cell_words,
        name=half_day_words.week_words(halves[0].half.day),
        before=what.earlier_week(_today()),
        today=_today(),
        **_texts(),
    )


def cell_words(count: Count) -> list[str]:
    """As `H2`, `M1`: by letter, since colours fail some readers."""
    hum = [_("H%(count)s", count=count.hum)] if count.hum else []
    return hum + ([_("M%(count)s", count=count.mil)] if count.mil else [])


def _today() -> date:
    return day_now(now(), mission().zone)


def _seen(what: Asked, span: Span) -> list[AheadItem]:
    area = None if what.area == EVERYWHERE else what.area
    read = items_ahead(db.session(), mission().catalogue, span.begins, span.ends, now=now(), area=area)
    return [item for item in seen_ahead(read, current_audience()) if what.keeps(item)]


def _head(found: Sequence[AheadItem], both: int) -> Head:
    sites = sum(item.layer == SITE for item in found)
    hum = sum(item.side is Side.HUMANITARIAN for item in found) - sites
    return Head(hum, len(found) - hum - sites, sites, both)


def _note(what: Asked, shown: Sequence[AheadItem]) -> None:
    facts = {"day": what.day.isoformat(), "half": what.half, "area": what.area}
    note_ahead_read(current_audience(), facts, [item.id for item in shown], now())


def _texts() -> dict[str, object]:
    return {
        "areas": [(area.code, label(dict(area.name))) for area in mission().areas],
        "everywhere": EVERYWHERE,
        "layers": {code: LAYER_WORDS[code] for code in LAYERS},
        "kinds": {
            kind.code: kind.label[current_language()] for kind in mission().catalogue.kinds.values() if not kind.record
        },
        "parts": {part: half_day_words.PARTS[part] for part in PARTS},
        "hours": half_day_words.HOURS,
        "unit": mission().unit,
    }
