"""What we filed: one page for whoever files, of his own side and nobody else. What waits for an answer stands first, then the list; a map,
a calendar and who has seen an item are pages of their own, because a line in the field is slow.

Nothing here reads what the other side filed (RUL-11): the pages are the same whatever that is, until an officer asks something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, request, url_for

from deconflict.domain import roles
from deconflict.domain.activity import OPEN_END
from deconflict.domain.disclosure import ItemView, view_of_item
from deconflict.domain.half_days import WEEK, day_now, monday_of, presences, spans
from deconflict.domain.party import PartyCaseView, view_of_own_case
from deconflict.store import ours as store
from deconflict.store import own
from deconflict.store.base import db
from deconflict.store.taken_out import own_facts
from deconflict.web import notices, ours_find, ours_seen, plans
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.filing_pages import Pages, mission
from deconflict.web.filing_words import Words, half_days_words, in_words, moment_said, moment_words
from deconflict.web.half_day_words import day_asked
from deconflict.web.intake import page_asked
from deconflict.web.ours_map import map_of_all
from deconflict.web.ours_week import Line, week_of
from deconflict.web.own_requests import ASKS, PURPOSES, mark

bp = Blueprint("ours", __name__)

FILERS = roles.FILERS_HUMANITARIAN | roles.FILERS_MISSION
SHOWN = 20  # items on one page, and on one map
WEEK_MOST = 120  # items of one week of the calendar
WAITING_MOST = 10


@dataclass(frozen=True, slots=True)
class Row:
    """An item in the list. `url` is its own page; `begins` is empty of what stands there all the time."""

    view: ItemView
    words: Words
    begins: str
    url: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of what is ahead. `after`: how many come later; `count`: how many there are in all."""

    rows: tuple[Row, ...]
    unreadable: tuple[str, ...]
    number: int
    after: int
    count: int


@bp.get("/ours")
@audience(*FILERS)
def page() -> str:
    found = _page()
    waiting = [] if found.number else _waiting()
    return render_template(
        "ours/list.html",
        found=found,
        waiting=waiting[:WAITING_MOST],
        more_waiting=len(waiting[WAITING_MOST:]),
        asks=ASKS,
        purposes=PURPOSES,
        half_days_words=half_days_words,
        moment_words=moment_words,
        mark=mark,
        **_mine(),
    )


@bp.get("/ours/map")
@audience(*FILERS)
def on_map() -> str:
    found = _page()
    drawn = map_of_all([row.view for row in found.rows], mission())
    return render_template("ours/map.html", found=found, drawn=drawn, **_mine())


@bp.get("/ours/calendar")
@audience(*FILERS)
def calendar() -> str:
    zone, session, me = mission().zone, db.session(), current_audience()
    today = day_now(now(), zone)
    monday = monday_of(day_asked(request.args.get("week"), today))
    halves = spans(monday, WEEK, zone)
    ahead = store.between(session, me, now(), halves[0].begins, halves[-1].ends, WEEK_MOST)
    views, unreadable = _views(ahead.ids)
    lines = [Line(view.reference, _url(view), presences(view.stops or (), view.zone)) for view in views]
    return render_template(
        "ours/calendar.html",
        week=week_of(lines, halves, today),
        sites=store.sites_in_use(session, me),
        unreadable=unreadable,
        left_out=ahead.count - len(ahead.ids),
        nothing=not ahead.count,
        **_mine(),
    )


bp.add_url_rule("/ours/find", view_func=ours_find.find, methods=["GET", "POST"])
bp.add_url_rule("/ours/<reference>", view_func=audience(*FILERS)(ours_seen.who))


def _mine() -> dict[str, Pages]:
    """The pages on which this reader files what moves."""
    humanitarian = current_audience().side == notices.PAGES.side
    return {"pages": notices.PAGES if humanitarian else plans.PAGES}


def _waiting() -> list[PartyCaseView]:
    """What somebody is expected to answer, the newest first."""
    me = current_audience()
    cases, _unreadable = own.own_cases(db.session(), me, mission(), now())
    views = [view for case, item in cases if (view := view_of_own_case(case, item, me)) is not None]
    return sorted((view for view in views if view.waits), key=lambda view: view.last_at, reverse=True)


def _page() -> Page:
    number = page_asked()
    ahead = store.ahead(db.session(), current_audience(), now(), first=number * SHOWN, most=SHOWN)
    views, unreadable = _views(ahead.ids)
    rows = [Row(view, in_words(view, mission()), _begins(view), _url(view)) for view in views]
    after = max(ahead.count - (number + 1) * SHOWN, 0)
    return Page(tuple(rows), tuple(unreadable), number, after, ahead.count)


def _views(ids: Sequence[int]) -> tuple[list[ItemView], list[str]]:
    """What can be read, in this order, and the references of what cannot."""
    me = current_audience()
    views: list[ItemView] = []
    unreadable: list[str] = []
    for reference, facts in own_facts(db.session(), ids, mission(), now()):
        if facts is None:
            unreadable.append(reference)
        elif (view := view_of_item(facts, me)) is not None and view.own:
            views.append(view)
    return views, unreadable


def _begins(view: ItemView) -> str:
    windows = [window for stop in view.stops or () for window in stop.windows]
    if not windows or (view.site is not None and max(window.latest for window in windows) >= OPEN_END):
        return ""
    return moment_said(min(window.earliest for window in windows), view.side)


def _url(view: ItemView) -> str:
    return url_for(f"{ours_seen.pages_of(view).name}.show", reference=view.reference)
