"""The lists of static sites at the desk: what waits for an officer and for how long, what is in doubt, due, out of date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template, request
from flask_babel import lazy_gettext as _l

from deconflict.domain import roles, states
from deconflict.domain.desk import DeskItemFacts, DeskItemView, view_of_desk_item
from deconflict.domain.sites import process_by
from deconflict.store import desk as store
from deconflict.store.base import db
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import mission, texts
from deconflict.web.intake import page_asked
from deconflict.web.site_words import STATES, last_verified

SHOWN = 40
DOUBT = "doubt"
# What a list shows, by its code in the address; the first is what waits for an officer.
LISTS: dict[str, tuple[Any, frozenset[str]]] = {
    "work": (_l("Waiting for an officer"), frozenset({"site_submitted", "in_verification", "verify_due", "stale"})),
    DOUBT: (_l("In doubt: perhaps one under two names"), states.LIVE_SITES),
    "due": (_l("Due soon"), frozenset({"verify_due"})),
    "stale": (_l("Out of date"), frozenset({"stale"})),
    "returned": (_l("Given back"), frozenset({"site_returned"})),
    "suspended": (_l("Suspended"), frozenset({"suspended"})),
    "verified": (_l("Verified"), states.VERIFIED_SITES),
    "gone": (_l("Closed or archived"), states.SITE_STATES - states.LIVE_SITES),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A site in a list: how it was verified last, since when its owner's word waits, whether an answer is late."""

    item: DeskItemView
    name: str
    verified: str
    heard_at: datetime
    late: bool


@audience(*roles.OFFICERS)
def sites() -> str:
    asked = request.args.get("list", "work")
    asked = asked if asked in LISTS else "work"
    states_asked = LISTS[asked][1]
    found = seen(store.sites(db.session(), states_asked, mission().catalogue, spoken=asked == "work"))
    if asked == DOUBT:
        found = [item for item in found if item.view and item.view.site and item.view.site.disputed]
    if asked == "work":
        found = [item for item in found if _waits(item)]
    lines = sorted((_line(item) for item in found), key=lambda line: not line.late)
    page = page_asked()
    return render_template(
        "desk/sites.html",
        lists={code: words for code, (words, _states) in LISTS.items()},
        asked=asked,
        lines=lines[page * SHOWN : (page + 1) * SHOWN],
        page=page,
        ahead=max(len(lines) - (page + 1) * SHOWN, 0),
        states=STATES,
        **texts(),
    )


def seen(items: Iterable[DeskItemFacts]) -> list[DeskItemView]:
    return [view for facts in items if (view := view_of_desk_item(facts, current_audience())) is not None]


def _line(item: DeskItemView) -> Line:
    site = item.view.site if item.view else None
    heard_at = site.heard_at if site and site.heard_at else item.filed_at
    due = answer_due(item)
    return Line(item, _name(item), last_verified(site), heard_at, due is not None and due < now())


def _waits(item: DeskItemView) -> bool:
    """What is verified does so only once its owner has spoken again: he asks for it to be verified anew."""
    site = item.view.site if item.view else None
    if item.state != states.SiteState.VERIFIED:
        return True
    return bool(site and site.heard_at and site.verified_at and site.heard_at > site.verified_at) and not _recent(item)


def _recent(item: DeskItemView) -> bool:
    """Verified within the last while: a word that nothing has changed since asks for nothing."""
    site, terms = item.view.site if item.view else None, mission().pack.sites
    return bool(site and site.verified_at and now() < site.verified_at + (terms.verify - terms.notice) / 2)


def answer_due(item: DeskItemView) -> datetime | None:
    """By when an officer should have answered; None where nothing waits for one."""
    site = item.view.site if item.view else None
    if site is None or site.heard_at is None or item.state not in ("site_submitted", "in_verification", "stale"):
        return None
    return process_by(site.heard_at, mission().pack.sites, mission().is_day_off)


def _name(item: DeskItemView) -> str:
    return item.view.site.filed.name if item.view and item.view.site else ""
