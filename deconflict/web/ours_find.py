"""One field that finds, for whoever files: what his own organisation filed, by reference or by place, and what it was told. Nothing of
anybody else is read for it, so that it answers the same whatever the others have filed (RUL-11)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for

from deconflict.domain import roles
from deconflict.domain.activity import Side
from deconflict.domain.audience import Audience
from deconflict.domain.disclosure import ItemView, view_of_item
from deconflict.domain.errors import Refused
from deconflict.domain.finding import items_at, spot_of
from deconflict.domain.party import view_of_own_case
from deconflict.store import own
from deconflict.store.base import db
from deconflict.store.finding import items_to_find
from deconflict.store.taken_out import own_facts
from deconflict.web.acts import Page
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.filing_pages import mission
from deconflict.web.filing_words import Words, in_words
from deconflict.web.find_meanings import Meaning, as_reference, chosen, meanings, typed_in
from deconflict.web.intake import number
from deconflict.web.ours_seen import pages_of

FILERS = roles.FILERS_HUMANITARIAN | roles.FILERS_MISSION
SHOWN = 20  # items on one page


@dataclass(frozen=True, slots=True)
class Found:
    """One page of one's own items there, as (view, in words, its page); `count` in all; `after`: how many come later."""

    items: tuple[tuple[ItemView, Words, str], ...]
    count: int
    number: int
    after: int


@audience(*FILERS)
def find() -> Page:
    typed = typed_in(request.form)
    if request.method != "POST" or not typed:
        return _page("", [], None, None)
    if (there := _by_reference(as_reference(typed), current_audience())) is not None:
        return redirect(there, 303)
    known = meanings(typed, [])
    meant = chosen(known, request.form.get("of", ""))
    return _page(typed, known, meant, _found(meant) if meant is not None else None)


def _page(typed: str, known: list[Meaning], meant: Meaning | None, found: Found | None) -> str:
    others = [one for one in known if one != meant]
    return render_template("ours/find.html", typed=typed, meant=meant, others=others, found=found, unit=mission().unit)


def _by_reference(reference: str, me: Audience) -> str | None:
    """The page of an item of one's own, or of a case of which something was said to one's side, under that side's reference."""
    session, at = db.session(), now()
    try:
        versions = own.versions_by_reference(session, Side(me.side), reference, me, mission(), at)
    except (ValueError, KeyError, TypeError):  # it is one's own and cannot be read: its page says what to do
        return url_for("ours.who", reference=reference)
    view = view_of_item(versions[-1], me) if versions else None
    if view is not None:
        return url_for(f"{pages_of(view).name}.show", reference=reference)
    try:
        case = own.own_case(session, reference, me, mission(), at)
    except Refused:  # as above
        return url_for("requests.show", reference=reference)
    told = case is not None and view_of_own_case(*case, me) is not None
    return url_for("requests.show", reference=reference) if told else None


def _found(meant: Meaning) -> Found:
    me, page = current_audience(), number(request.form.get("page")) or 0
    mine = items_to_find(db.session(), mission().catalogue, now(), of=me)
    here = items_at(spot_of(meant.place, mission()), mine, mission()) if meant.place is not None else []
    leaf = [item.id for item in here[page * SHOWN : (page + 1) * SHOWN]]
    views = [
        view
        for _reference, facts in own_facts(db.session(), leaf, mission(), now())
        # What is in communes and weeks by now is at no place, whatever a hold keeps in the row.
        if facts is not None and facts.reduced_at is None and (view := view_of_item(facts, me)) is not None and view.own
    ]
    rows = tuple(
        (view, in_words(view, mission()), url_for(f"{pages_of(view).name}.show", reference=view.reference))
        for view in views
    )
    return Found(rows, len(here), page, max(len(here) - (page + 1) * SHOWN, 0))
