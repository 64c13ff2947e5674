"""Static sites as the desk sees them: what waits and for how long, and one site with all that an officer needs to verify it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from deconflict.domain import roles, states
from deconflict.domain.activity import Side
from deconflict.domain.country import Mission
from deconflict.domain.desk import DeskItemView, in_queue_order, view_of_desk_case, view_of_desk_item
from deconflict.domain.errors import LostRace, NotFound, Refused, WrongState
from deconflict.domain.msgid import N_
from deconflict.domain.sites import apart_m
from deconflict.services import sites as service
from deconflict.services.reading import note_list_read, note_read
from deconflict.store import desk as store
from deconflict.store.base import db
from deconflict.store.item_notes import notes_of
from deconflict.store.items import Item
from deconflict.store.queries import last_entry
from deconflict.store.sites import SitePair, near, open_pairs, readable_sites, touched_by
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import mission, texts
from deconflict.web.desk_same_point import same_points
from deconflict.web.desk_site_list import answer_due, seen
from deconflict.web.filing_pages import VersionRow, map_of
from deconflict.web.filing_words import RETURNS, Words, changes, in_words, moment_words
from deconflict.web.forms_ui import Form
from deconflict.web.intake import number
from deconflict.web.language import current_language, named
from deconflict.web.map_words import length
from deconflict.web.on_behalf_words import entered
from deconflict.web.place_words import position_words
from deconflict.web.site_words import METHODS, STATES, SUSPENSIONS, last_verified

Page = str | tuple[str, int] | Response
OUTCOMES = {
    service.SAME_SITE: _l("One site, notified twice: both are right"),
    service.TWO_SITES: _l("Two sites that lie so near each other"),
    service.FIRST_WRONG: _l("%(reference)s has a wrong position or name: given back"),
    service.SECOND_WRONG: _l("%(reference)s has a wrong position or name: given back"),
}


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another site near the one that is looked at."""

    item: DeskItemView
    name: str
    away: str
    state: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """A pair to be settled: with whom, at which versions, and what it may be found to be."""

    id: int
    other: Neighbour
    versions: tuple[int, int]
    outcomes: dict[str, str]


@audience(*roles.OFFICERS)
def site(reference: str) -> Page:
    return _page(reference)


@audience(*roles.OFFICERS)
def take_site(reference: str) -> Page:
    def do(id: int, version: int) -> str:
        service.take_site(id, version, request.form.get("method", ""), current_audience(), now())
        return _("Taken.")

    return _act(reference, do)


@audience(*roles.OFFICERS)
def verify_site(reference: str) -> Page:
    def do(id: int, version: int) -> str:
        service.verify_site(id, version, request.form.get("method", ""), current_audience(), now())
        return _("Verified.")

    return _act(reference, do)


@audience(*roles.OFFICERS)
def return_site(reference: str) -> Page:
    def do(id: int, version: int) -> str:
        code = request.form.get("code", "")
        if code not in RETURNS:
            raise Refused(N_("Choose what is to be mended."), field="code")
        service.return_site(id, version, code, current_audience(), now())
        return _("Given back to its owner. It stays matched meanwhile.")

    return _act(reference, do)


@audience(*roles.OFFICERS)
def suspend_site(reference: str) -> Page:
    def do(id: int, version: int) -> str:
        why = request.form.get("why", "")
        service.suspend_site(id, version, why, current_audience(), now())
        if why == service.OCCUPIED:
            return _("Suspended, and the desk is alerted. It stays matched meanwhile.")
        return _("Suspended. It stays matched meanwhile.")

    return _act(reference, do, {"code": "why"})


@audience(*roles.OFFICERS)
def resume_site(reference: str) -> Page:
    def do(id: int, version: int) -> str:
        service.resume_site(id, version, current_audience(), now())
        return _("No longer suspended: it is to be verified.")

    return _act(reference, do)


@audience(*roles.OFFICERS)
def left_site(reference: str) -> Page:
    def do(id: int, version: int) -> str:
        service.left_site(id, version, current_audience(), now())
        return _("Written down: the armed people have left.")

    return _act(reference, do)


@audience(*roles.OFFICERS)
def settle_site(reference: str) -> Page:
    """Only a pair of which this officer may read both sides."""

    def do(id: int, _version: int) -> str:
        pair_id = number(request.form.get("pair")) or 0
        if pair_id not in {pair.id for pair, _other in _pairs(id)}:
            raise LostRace(N_("Somebody has settled this, or one of the two has changed. Look at it again."))
        versions = [number(request.form.get(name)) or 0 for name in ("first", "second")]
        service.settle_pair(pair_id, versions, request.form.get("outcome", ""), current_audience(), now())
        return _("Settled.")

    return _act(reference, do)


def page(reference: str, form: Form) -> str:
    """The page of a site, with what was typed there and what is wrong with it. Raises NotFound."""
    return _page(reference, form=form)


def _act(reference: str, do: Callable[[int, int], str], fields: dict[str, str] | None = None) -> Page:
    item_id, _views = _versions(reference)
    try:
        said = do(item_id, number(request.form.get("version")) or 0)
    except NotFound:
        raise
    except (LostRace, WrongState) as error:
        return _page(reference, warning=_(error.sentence)), 409
    except Refused as error:
        if error.field is None:
            return _page(reference, warning=_(error.sentence)), 422
        name = (fields or {}).get(error.field, error.field)
        return _page(reference, form=Form(request.form, {name: [_(error.sentence)]})), 422
    flash(named(reference, said))
    return redirect(url_for("desk.site", reference=reference), 303)


def _page(reference: str, *, warning: str = "", form: Form | None = None) -> str:
    item_id, views = _versions(reference)
    note_read(current_audience(), Side.HUMANITARIAN, item_id, now())
    views = _versions(reference)[1]
    item = views[-1]
    said = [in_words(view.view, mission()) if view.view else None for view in views]
    around = _neighbours(item_id)
    note_list_read(current_audience(), Side.HUMANITARIAN, [id for id, _one in around], now())
    facts = store.cases_of_item(db.session(), reference, mission().catalogue)
    cases = [view for one in facts if (view := view_of_desk_case(one, current_audience())) is not None]
    row = db.session.get(Item, item_id)
    assert row is not None, "its versions were just read"
    return render_template(
        "desk/site.html",
        item=item,
        words=said[-1],
        where=_where(item, mission()),
        map=map_of(item.view) if item.view else None,
        versions=list(reversed(list(_rows(views, said)))),
        state=STATES[item.state],
        verified=last_verified(item.view.site if item.view else None),
        process_by=answer_due(item),
        possible=states.possible("site", item.state, "officer"),
        entered=entered(item.reference, own=False, sensitive=item.sensitive),
        own_work=current_audience().person_id in touched_by(db.session(), row),
        neighbours=[one for _id, one in around],
        near=length(mission().pack.sites.near_m, current_language()),
        doubts=_doubts(item_id),
        same=same_points(item),
        cases=in_queue_order(cases),
        suspended=_suspended(item),
        occupied=item.view.site.occupied_at if item.view and item.view.site else None,
        methods=METHODS,
        returns=RETURNS,
        suspensions=SUSPENSIONS,
        notes=notes_of(db.session(), item_id),
        warning=warning,
        form=form or Form({"method": item.view.site.method or ""} if item.view and item.view.site else {}),
        **texts(),
    )


def _rows(views: list[DeskItemView], said: list[Words | None]) -> Iterable[VersionRow]:
    for n, view in enumerate(views):
        before, after = said[n - 1] if n else None, said[n]
        changed = changes(before, after) if before and after else []
        yield VersionRow(view.version, moment_words(view.filed_at), view.reason, changed)


def _versions(reference: str) -> tuple[int, list[DeskItemView]]:
    """The id and the versions this officer may read, oldest first; NotFound for what is no site, or none of his."""
    found = store.item_versions(db.session(), reference, mission().catalogue)
    if found is None or found[1][-1].state not in states.SITE_STATES:
        raise NotFound
    if view_of_desk_item(found[1][-1], current_audience()) is None:
        raise NotFound
    return found[0], seen(found[1])


def _where(item: DeskItemView, at: Mission) -> str:
    """In words from the position alone: they are compared with the place that was named."""
    stops = item.view.stops if item.view else None
    return position_words(stops[0].location.point, at.gazetteer) if stops else ""


def _suspended(item: DeskItemView) -> str:
    """Why, in words. That armed people are in it is said apart, for as long as it holds and in every state."""
    if item.state != states.SiteState.SUSPENDED:
        return ""
    entry = last_entry(db.session(), Side.HUMANITARIAN, item.reference, "suspend")
    why = str(entry.detail.get("code", "")) if entry is not None else ""
    return str(SUSPENSIONS.get(why, "")) if why != service.OCCUPIED else ""


def _neighbours(item_id: int) -> list[tuple[int, Neighbour]]:
    """Sites of anybody that this officer may read, the nearest first, with their ids."""
    row = db.session.get(Item, item_id)
    mine = readable_sites(db.session(), [row]) if row is not None else []
    if row is None or not mine or row.reduced_at is not None:
        return []
    here, session = mine[0][1], db.session()
    others = near(session, row, here, mission().pack.sites.near_m)
    facts = store.known_items(session, [other for other, _site in others], mission().catalogue)
    found = []
    for (other, theirs), fact in zip(others, facts, strict=True):
        view = view_of_desk_item(fact, current_audience())
        if view is not None:
            away = length(max(apart_m(here, theirs), 1.0), current_language())
            found.append((other.id, Neighbour(view, theirs.name, away, str(STATES[view.state]))))
    return found


def _pairs(item_id: int) -> list[tuple[SitePair, Neighbour]]:
    """Those that wait and of which this officer may read both."""
    seen = dict(_neighbours(item_id))
    pairs = open_pairs(db.session(), item_id)
    others = [(pair, pair.second_id if pair.first_id == item_id else pair.first_id) for pair in pairs]
    return [(pair, seen[other]) for pair, other in others if other in seen]


def _doubts(item_id: int) -> list[Doubt]:
    return [_doubt(pair, other) for pair, other in _pairs(item_id)]


def _doubt(pair: SitePair, other: Neighbour) -> Doubt:
    first, second = (db.session.get_one(Item, id) for id in (pair.first_id, pair.second_id))
    references = {service.FIRST_WRONG: first.reference, service.SECOND_WRONG: second.reference}
    outcomes = {code: _filled(words, references.get(code, "")) for code, words in OUTCOMES.items()}
    return Doubt(pair.id, other, (first.version, second.version), outcomes)


def _filled(words: Any, reference: str) -> str:
    return str(words) % {"reference": reference} if reference else str(words)
