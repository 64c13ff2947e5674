"""What both sides read of their own: the list, one item with its versions, and the answer after filing. Each side's blueprint
says its schema and its words; nothing here looks at the other side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from flask import current_app, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from deconflict.domain import states
from deconflict.domain.activity import Side
from deconflict.domain.country import Mission
from deconflict.domain.disclosure import ItemFacts, ItemView, view_of_item
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.filing import Filing, MissionPlan, StaticSite
from deconflict.domain.msgid import N_
from deconflict.domain.party import own_filing
from deconflict.schemas.filings import FilingSchema
from deconflict.schemas.zones import ZoneSchema
from deconflict.services.filing import Filed
from deconflict.services.hazards_near import on_way
from deconflict.store import own
from deconflict.store.base import db
from deconflict.store.cancelled import cancelling
from deconflict.web.audience import current_audience
from deconflict.web.clock import now
from deconflict.web.filing_form import Layout, Typed
from deconflict.web.filing_words import RETURNS, Words, changes, in_words, moment_said, moment_words
from deconflict.web.hazard_words import HazardLine, lines_of
from deconflict.web.health import health_now
from deconflict.web.intake import page_asked
from deconflict.web.language import label
from deconflict.web.own_map import OwnMap, own_map

Page = str | tuple[str, int] | Response


@dataclass(frozen=True, slots=True)
class Sheet:
    """One form: which kinds it offers, its fields, how many stops it starts with, its template and its first values; `paper` is the
    title of its form on paper. `schema` where it is read by another door than its side's others; `answers` of a field of which it
    offers fewer than that door takes."""

    flag: str
    layout: Layout
    stops: int
    template: str
    title: Any
    start: Mapping[str, str]
    schema: type[Any] | None = None
    paper: Any = ""
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class Hands(Protocol):
    """What is different where somebody writes for another: fields are numbered, the call is asked for and checked, it is read back before
    it is sent, and is sent with it."""

    def wrong(self, filing: Filing | None) -> dict[str, list[str]]:
        """What is to be mended of the call, by field name of the page."""

    def read_back(self) -> bool:
        """Whether it was, so that it may be sent."""

    def in_clear(self) -> bool:
        """Whether anybody may listen to the call."""

    def send(self, filing: Filing, typed: Typed, view: ItemView | None) -> Filed:
        """Files or amends. Raises as the services do."""


@dataclass(frozen=True, slots=True)
class Pages:
    """What differs between the two sides. `words` are texts of the shared pages, by name; `options` the choices of the form;
    `asked` gives those that depend on who asks; `new_url` where a sheet's new item is written; `hands` of whoever writes for
    another."""

    name: str
    side: Side
    schema: Callable[[Mission, datetime], FilingSchema | ZoneSchema]
    sheets: Mapping[str, Sheet]
    new_url: Callable[[str], str]
    words: Mapping[str, Any]
    options: Mapping[str, Any]
    asked: Callable[[], Mapping[str, Any]] = dict
    sites: bool = False  # what stands is filed on pages of its own, and on these alone
    hands: Hands | None = None
    of_ocha: bool = False  # what OCHA enters itself: amended and taken back, and nothing else

    @property
    def keeps_drafts(self) -> bool:
        """Who writes for another keeps nothing of it; an area of OCHA's is a short page."""
        return self.hands is None and not self.of_ocha

    def sheet_of(self, code: str | None) -> str:
        """The form that a kind was filed with."""
        kind = mission().catalogue[code or ""]
        return next(what for what, sheet in self.sheets.items() if getattr(kind, sheet.flag))


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the own list."""

    view: ItemView
    words: Words
    begins: str


@dataclass(frozen=True, slots=True)
class VersionRow:
    version: int
    filed: str
    reason: str
    changes: list[Any]


def mission() -> Mission:
    found: Mission = current_app.extensions["mission"]
    return found


def mine(pages: Pages, drafts: Iterable[Any] = ()) -> str:
    """`drafts`: filing_drafts.DraftRow."""
    who, page = current_audience(), page_asked()
    found = own.own_items(db.session(), pages.side, who, mission(), now(), page=page)
    return render_template(
        "own/mine.html",
        pages=pages,
        coming=_rows(pages, found.ahead),
        past=_rows(pages, found.past),
        unreadable=found.unreadable,
        page=page,
        more=found.more,
        drafts=list(drafts),
    )


def show(pages: Pages, reference: str) -> str:
    views = own_versions(pages, reference)
    view, written = views[-1], own.reasons(db.session(), pages.side, reference, mission(), now())
    said = [in_words(each, mission()) for each in views]
    rows = [
        VersionRow(
            each.version,
            moment_words(each.filed_at),
            written.get(each.version, ""),
            changes(said[index - 1], said[index]) if index else [],
        )
        for index, each in enumerate(views)
    ]
    returned = view.state == states.ItemState.RETURNED
    code = own.return_code(db.session(), pages.side, reference) if returned else None
    over = view.state == states.ItemState.CANCELLED
    cancelled = cancelling(db.session(), pages.side, reference) if over else None
    return render_template(
        "own/show.html",
        pages=pages,
        view=view,
        words=said[-1],
        map=map_of(view),
        versions=list(reversed(rows)),
        possible=states.possible("item", view.state, "owner"),
        series=[
            (o.reference, moment_words(o.departs_at)) for o in own.series_beside(db.session(), reference, pages.side)
        ],
        returned=RETURNS.get(code or ""),
        cancelled=cancelled and moment_words(cancelled.at),
        # By the clock, as the versions' reasons: whether the row still holds it would tell of a case or a hold (RUL-6).
        cancelled_why=cancelled.reason if cancelled and view.reduced_at is None else "",
        near=_near(pages, view),
    )


def _near(pages: Pages, view: ItemView) -> list[HazardLine]:
    """Known hazards on the way of a movement that is ahead, as on the page before it was sent."""
    if view.reduced_at is not None or view.state not in states.LIVE_MOVES:
        return []
    who = current_audience()
    return lines_of(on_way(filing_of(pages, view.reference), who, mission(), now()), who, mission())


def map_of(view: ItemView) -> OwnMap | None:
    """Nothing of what is kept in communes and weeks only."""
    if view.reduced_at is not None or not view.stops:
        return None
    wide_m = view.site.filed.radius_m if view.site else 0.0
    return own_map(
        view.stops, view.mode or "", view.side, mission(), zone=view.zone, of_ocha=view.of_ocha, wide_m=wide_m
    )


def filed(pages: Pages, reference: str) -> str:
    """The same page, length and work whatever the other side has filed (RUL-11): it reads the item and nothing else."""
    views = own_versions(pages, reference)
    pair = [in_words(view, mission()) for view in views[-2:]]
    changed = changes(*pair) if len(pair) == 2 else None
    return render_template(
        "own/filed.html",
        pages=pages,
        view=views[-1],
        words=pair[-1],
        changed=changed,
        unread="" if _is_over(views[-1]) else _unread(views[-1].area or ""),
    )


def _is_over(view: ItemView) -> bool:
    """Filed after the fact: nobody leaves any more whom somebody could still warn."""
    ends = [window.latest for stop in view.stops or () for window in stop.windows]
    return bool(ends) and max(ends) <= now()


def _unread(area: str) -> str:
    """That nobody is there to read what was filed, and whom to call; empty where a desk is attended."""
    unattended = health_now().unattended
    if area not in unattended:
        return ""
    if len(unattended) == len(mission().areas):
        return _(
            "Nobody at CMCoord is on duty anywhere now: it may be that nobody reads this before departure. Call the head of "
            "the OCHA sub-office or the OCHA Head of Office."
        )
    return _(
        "Nobody at CMCoord is on duty for %(area)s now: it may be that nobody reads this before departure. Call the desk of "
        "another area or the head of the OCHA sub-office.",
        area=label(dict(mission().area(area).name)),
    )


def own_versions(pages: Pages, reference: str) -> list[ItemView]:
    """Every version of one's own item. Raises NotFound for what is missing and for what is another's alike, whether that
    could be read or not."""
    audience = current_audience()
    views = [view_of_item(facts, audience) for facts in _versions(pages, reference)]
    found = [view for view in views if view is not None and view.own]
    if not found or len(found) != len(views) or not all(_is_of(pages, view) for view in found):
        raise NotFound
    return found


def _is_of(pages: Pages, view: ItemView) -> bool:
    """What OCHA's pages enter are areas: aid that it verified is a matter of the report of it (web.aid_reports)."""
    return (view.site is not None) == pages.sites and (not pages.of_ocha or view.zone is not None)


def _versions(pages: Pages, reference: str) -> list[ItemFacts]:
    try:
        return own.versions_by_reference(db.session(), pages.side, reference, current_audience(), mission(), now())
    except (ValueError, KeyError, TypeError):
        raise Refused(N_("This item cannot be shown. Call the desk and give its reference.")) from None


def _rows(pages: Pages, items: Iterable[ItemFacts]) -> list[Row]:
    views = [view for facts in items if (view := view_of_item(facts, current_audience())) is not None and view.own]
    return [Row(view, in_words(view, mission()), _begins(view)) for view in views if _is_of(pages, view)]


def _begins(view: ItemView) -> str:
    starts = [window.earliest for stop in view.stops or () for window in stop.windows]
    return moment_said(min(starts), view.side) if starts else ""


def filing_of(pages: Pages, reference: str) -> Filing:
    return filings_of(pages, reference)[-1]


def filings_of(pages: Pages, reference: str) -> list[Filing]:
    """One's own item as it was filed, a version after the other. Raises NotFound as own_versions."""
    read = [own_filing(facts, current_audience()) for facts in _versions(pages, reference)]
    found = [filing for filing in read if filing is not None and isinstance(filing, StaticSite) == pages.sites]
    if pages.of_ocha:
        found = [filing for filing in found if isinstance(filing, MissionPlan) and filing.zone is not None]
    if not found or len(found) != len(read):
        raise NotFound
    return found
