"""Filings as the desk reads them: what waits to be read, one item with all its versions, mark it read, give it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from deconflict.domain import roles
from deconflict.domain.activity import Side
from deconflict.domain.check_ins import read_step
from deconflict.domain.desk import DeskItemView, in_queue_order, view_of_desk_case, view_of_desk_item
from deconflict.domain.errors import LostRace, NotFound, WrongState
from deconflict.domain.ocha_areas import enters_areas
from deconflict.domain.procedures import Noun
from deconflict.domain.states import SITE_STATES, ItemState, possible
from deconflict.services import filing
from deconflict.services.check_ins import check_in_by_relay
from deconflict.services.reading import note_read
from deconflict.store import desk as store
from deconflict.store.base import db
from deconflict.store.cancelled import cancelling
from deconflict.store.convoys import travelling_with
from deconflict.store.item_notes import notes_of
from deconflict.store.procedures import reference_of_item
from deconflict.web.acts import submit
from deconflict.web.asset_words import requests_standing
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import mission, texts
from deconflict.web.desk_same_point import same_points
from deconflict.web.desk_words import HOW
from deconflict.web.filing_words import RETURNS, Words, changes, in_words, moment_words
from deconflict.web.forms_ui import Form
from deconflict.web.intake import number
from deconflict.web.language import named
from deconflict.web.on_behalf_words import entered
from deconflict.web.own_check_ins import Shown, on_desk
from deconflict.web.own_close_outs import said_of

Page = str | tuple[str, int] | Response
UNREAD_SHOWN, RETURNED_SHOWN = 50, 20  # the first departures; as they are read and mended the others move up


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version and what it changed."""

    version: int
    filed: str
    reason: str
    changes: list[Any]


def to_read() -> list[DeskItemView]:
    """What no officer has read, the first departure first."""
    return [item for item in _waiting() if item.state == ItemState.SUBMITTED]


def exists(reference: str) -> bool:
    """Whether there is such an item for this officer."""
    try:
        return bool(_versions(reference))
    except NotFound:
        return False


def item_id(reference: str) -> int:
    """Of the item under this reference. Raises NotFound where it does not exist for this officer."""
    return _versions(reference)[0]


@audience(*roles.OFFICERS)
def items() -> str:
    waiting = _waiting()
    unread = [item for item in waiting if item.state == ItemState.SUBMITTED]
    returned = [item for item in waiting if item.state == ItemState.RETURNED]
    return render_template(
        "desk/items.html",
        unread=unread[:UNREAD_SHOWN],
        returned=returned[:RETURNED_SHOWN],
        more=len(unread[UNREAD_SHOWN:]) + len(returned[RETURNED_SHOWN:]),
        **texts(),
    )


@audience(*roles.OFFICERS)
def item(reference: str) -> Page:
    if _versions(reference)[1][-1].state in SITE_STATES:  # it has a page of its own
        return redirect(url_for("desk.site", reference=reference), 303)
    return _page(reference)


@audience(*roles.OFFICERS)
def read(reference: str) -> Page:
    return _act(reference, lambda id, version: filing.read_item(id, version, current_audience(), now()), _("Read."))


@audience(*roles.OFFICERS)
def give_back(reference: str) -> Page:
    code = request.form.get("code", "")
    if code not in RETURNS:
        _versions(reference)
        return _page(reference, form=Form({}, {"code": [_("Choose what is to be mended.")]})), 422
    return _act(
        reference,
        lambda id, version: filing.return_item(id, version, code, current_audience(), now()),
        _("Given back to its owner. It stays matched meanwhile."),
    )


@audience(*roles.OFFICERS)
def check_in(reference: str) -> Page:
    """A team's word that this officer heard."""
    item_id, _views = _versions(reference)
    step, read_back = read_step(request.form.get("step", "")), bool(request.form.get("read"))
    how, words = (request.form.get(name, "") for name in ("how", "words"))

    def do() -> str:
        check_in_by_relay(item_id, step, how, words, read_back, current_audience(), mission(), now())
        return _("Written down.")

    return submit(
        url_for("desk.item", reference=reference), do, lambda form: _page(reference, form=form), fields={None: "how"}
    )


def page(reference: str, form: Form) -> str:
    """The page of an item, with what was typed there and what is wrong with it. Raises NotFound."""
    return _page(reference, form=form)


def _act(reference: str, do: Any, done: str) -> Page:
    item_id, _views = _versions(reference)
    version = number(request.form.get("version"))
    try:
        do(item_id, version or 0)
    except (LostRace, WrongState) as error:
        return _page(reference, warning=_(error.sentence)), 409
    flash(named(reference, done))
    return redirect(url_for("desk.items"), 303)


def _waiting() -> list[DeskItemView]:
    found = store.items_to_read(db.session(), mission().catalogue)
    return [view for facts in found if (view := view_of_desk_item(facts, current_audience())) is not None]


def _versions(reference: str) -> tuple[int, list[DeskItemView]]:
    """The item's id and the versions this officer may read, oldest first; NotFound where the current one is not among
    them."""
    found = store.item_versions(db.session(), reference, mission().catalogue)
    if found is None or view_of_desk_item(found[1][-1], current_audience()) is None:
        raise NotFound
    views = [view_of_desk_item(facts, current_audience()) for facts in found[1]]
    return found[0], [view for view in views if view is not None]


def _page(reference: str, *, warning: str = "", form: Form | None = None) -> str:
    item_id, views = _versions(reference)
    note_read(current_audience(), views[-1].side, item_id, now())
    views = _versions(reference)[1]
    said = [_words(view) for view in views]
    rows = [
        VersionRow(view.version, moment_words(view.filed_at), view.reason, _changes(said[n - 1], said[n]) if n else [])
        for n, view in enumerate(views)
    ]
    facts = store.cases_of_item(db.session(), reference, mission().catalogue)
    cases = [view for one in facts if (view := view_of_desk_case(one, current_audience())) is not None]
    over = views[-1].state == ItemState.CANCELLED
    return render_template(
        "desk/item.html",
        item=views[-1],
        words=said[-1],
        versions=list(reversed(rows)),
        cases=in_queue_order(cases),
        cancelled=cancelling(db.session(), views[-1].side, reference) if over else None,
        possible=possible("item", views[-1].state, "officer"),
        returns=RETURNS,
        same=same_points(views[-1]),
        together=_together(reference),
        escorts=requests_standing(item_id),
        entered=entered(reference, own=False, sensitive=views[-1].sensitive),
        hazard=reference_of_item(db.session(), Noun.HAZARD, item_id),
        amends=_is_area(views[-1]) and enters_areas(current_audience()),
        noted=_noted(views[-1]),
        closed=said_of(item_id, said[-1]) if said[-1] else [],
        how=HOW,
        notes=notes_of(db.session(), item_id),
        warning=warning,
        form=form or Form(),
        **texts(),
    )


def _is_area(view: DeskItemView) -> bool:
    """Entered on the pages of OCHA's areas, unlike aid that was verified (web.aid_reports)."""
    return view.of_ocha and view.view is not None and view.view.zone is not None


def _together(reference: str) -> list[tuple[str, str]]:
    """Reference and organisation of what travels with it in a joint convoy, as far as this officer may read it."""
    return [
        (other.reference, other.owner.name)
        for other in travelling_with(db.session(), reference)
        if exists(other.reference)
    ]


def _noted(item: DeskItemView) -> Shown | None:
    """None of a plan, and of what cannot be read."""
    is_notice = item.side is Side.HUMANITARIAN and item.view is not None
    return on_desk(item.view, sensitive=item.sensitive) if is_notice and item.view else None


def _words(item: DeskItemView) -> Words | None:
    return in_words(item.view, mission()) if item.view else None


def _changes(before: Words | None, after: Words | None) -> list[Any]:
    return changes(before, after) if before and after else []
