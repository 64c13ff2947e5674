"""One field that finds, for officers: a reference of any kind leads to its page; a place or an organisation lists the cases and items
there, of both sides, that this officer may see. It is sent in the body, so that no name stands in an address, a log or a history."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for

from deconflict.domain import roles
from deconflict.domain.ahead import AheadItem, seen_ahead
from deconflict.domain.desk import DeskCaseView, DeskItemView, view_of_desk_case, view_of_desk_item
from deconflict.domain.finding import CaseSpot, cases_at, in_order, items_at, seen_cases, spot_of
from deconflict.services.reading import note_found
from deconflict.store import desk, finding
from deconflict.store.base import db
from deconflict.store.cases import Case
from deconflict.store.items import Item
from deconflict.web import desk_items
from deconflict.web.acts import Page
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import mission, place_of, texts
from deconflict.web.find_meanings import Meaning, as_reference, chosen, meanings, typed_in
from deconflict.web.intake import number

SHOWN = 20  # cases and items on one page


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found; `counts` of cases and of items in all; `after`: how many come later."""

    cases: tuple[tuple[DeskCaseView, str], ...]
    items: tuple[DeskItemView, ...]
    counts: tuple[int, int]
    number: int
    after: int


@audience(*roles.OFFICERS)
def find() -> Page:
    typed = typed_in(request.form)
    if request.method != "POST" or not typed:
        return _page("", [], None, None)
    if (there := _by_reference(as_reference(typed))) is not None:
        return redirect(there, 303)
    known = meanings(typed, finding.organisations_like(db.session(), typed))
    meant = chosen(known, request.form.get("of", ""))
    return _page(typed, known, meant, _found(meant) if meant is not None else None)


def _page(typed: str, known: list[Meaning], meant: Meaning | None, found: Found | None) -> str:
    others = [one for one in known if one != meant]
    known_as = {"typed": typed, "meant": meant, "others": others, "unit": mission().unit}
    return render_template("desk/find.html", found=found, **known_as, **texts())


def _by_reference(reference: str) -> str | None:
    """The page of what somebody reads out on the phone: the desk's reference, a side's, or an item's. What does not exist for this
    officer is no reference."""
    kind, found = desk.found(db.session(), reference) or ("", "")
    if kind == "case" and _case_exists(found):
        return url_for("desk.case", reference=found)
    if kind == "item" and desk_items.exists(found):
        return url_for("desk.item", reference=found)
    return None


def _case_exists(reference: str) -> bool:
    found = desk.case_by_reference(db.session(), reference, mission().catalogue)
    return found is not None and view_of_desk_case(found[1], current_audience()) is not None


def _found(meant: Meaning) -> Found:
    items, cases = _looked_for(meant)
    page, shown = number(request.form.get("page")) or 0, [*cases, *items]
    leaf = shown[page * SHOWN : (page + 1) * SHOWN]
    case_ids = [one.id for one in leaf if isinstance(one, CaseSpot)]
    item_ids = [one.id for one in leaf if isinstance(one, AheadItem)]
    note_found(current_audience(), meant.kind, case_ids, item_ids, now())
    return Found(
        cases=tuple((view, place_of(view.line)) for view in _case_views(case_ids)),
        items=tuple(_item_views(item_ids)),
        counts=(len(cases), len(items)),
        number=page,
        after=max(len(shown) - (page + 1) * SHOWN, 0),
    )


def _looked_for(meant: Meaning) -> tuple[list[AheadItem], list[CaseSpot]]:
    """What exists for this officer, before anything is counted."""
    session, catalogue, me, owner_id = db.session(), mission().catalogue, current_audience(), meant.owner_id
    items = seen_ahead(finding.items_to_find(session, catalogue, now(), owner_id=owner_id), me)
    cases = finding.cases_to_find(session, now(), owner_id=owner_id)
    if meant.place is None:
        return items, in_order(seen_cases(cases, me, lambda: _sensitive(cases)))
    spot = spot_of(meant.place, mission())
    here = items_at(spot, items, mission())
    there = cases_at(spot, cases, {item.id for item in here}, mission())
    return here, seen_cases(there, me, lambda: _sensitive(there))


def _sensitive(cases: Collection[CaseSpot]) -> Collection[int]:
    rows = finding.in_this_order(db.session(), Case, [case.id for case in cases])
    return desk.sensitive_cases(db.session(), rows, mission().catalogue)


def _case_views(ids: Collection[int]) -> list[DeskCaseView]:
    rows = finding.in_this_order(db.session(), Case, ids)
    facts = desk.these_cases(db.session(), rows, mission().catalogue)
    return [view for one in facts if (view := view_of_desk_case(one, current_audience())) is not None]


def _item_views(ids: list[int]) -> list[DeskItemView]:
    facts = desk.known_items(db.session(), finding.in_this_order(db.session(), Item, ids), mission().catalogue)
    return [view for one in facts if (view := view_of_desk_item(one, current_audience())) is not None]
