"""What a line of a list is: read by the door of its form, compared with the item that it became before. The same answer on the page, in
the workbook that is given back and when it is sent; nothing here looks at the other side."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _

from deconflict.domain import states
from deconflict.domain import uploads as where
from deconflict.domain.disclosure import ItemView
from deconflict.domain.doubts import spot
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.filing import SEALED, Filing, StaticSite
from deconflict.domain.party import view_of_draft
from deconflict.domain.states import ItemState
from deconflict.schemas import forms
from deconflict.schemas.doubt_words import TICKS
from deconflict.schemas.notices import DISCLAIMER_VERSION, NOBODY
from deconflict.store.base import lookup_hash
from deconflict.store.items import Item
from deconflict.web import filing_form
from deconflict.web.audience import current_audience
from deconflict.web.clock import now
from deconflict.web.filing_form import Errors, Typed
from deconflict.web.filing_notes import in_the_past
from deconflict.web.filing_pages import Pages, filing_of, mission, own_versions
from deconflict.web.filing_places import located
from deconflict.web.filing_words import changes, in_words
from deconflict.web.filing_write import read_filing

TICK = re.compile(r"stops-(\d+)-(sure_\w+)")
PAST = "_past"  # what is said of a line that begins in the past, among its errors


@dataclass(frozen=True, slots=True)
class Looked:
    """`state` of domain.uploads; `view` the item that it is, if any; `errors` by field of the page, the empty name for the whole line,
    PAST for one that is over already."""

    state: str
    typed: Typed
    filing: Filing | None
    errors: Errors
    view: ItemView | None


def look(pages: Pages, what: str, said: Mapping[str, Any], item: Item | None, answers: Mapping[str, str]) -> Looked:
    """`said` as upload_rows.Entry, as JSON; `item` what the line became before; `answers` what is asked once for the whole file."""
    view = _own(pages, what, item)
    typed = _typed(pages, what, said, view, answers)
    filing, errors = read_filing(pages, what, typed, None)
    if said["wrong"]:
        errors = errors | {"": [*errors.get("", []), *(_(text, **facts) for _cell, text, facts in said["wrong"])]}
    if filing is None or errors:
        doubted = filing is None and not said["wrong"] and all(TICK.fullmatch(name) for name in errors)
        return Looked(where.DOUBT if doubted else where.WRONG, typed, None, errors, view)
    if view is not None:
        words = changes(in_words(view, mission()), in_words(draft_view(filing), mission()))
        if not words:
            return Looked(where.SAME, typed, filing, {}, view)
        if view.state == ItemState.CANCELLED:
            gone = _(
                "%(reference)s was cancelled. To notify it again, give the line another number.",
                reference=view.reference,
            )
            return Looked(where.WRONG, typed, filing, {"": [gone]}, view)
        if "amend" in states.possible(states.table_of(view.state), view.state, "owner"):
            return Looked(where.AMENDS, replace(typed, base=view.version), filing, {}, view)
        view = None  # its number is used again: what it was before is over
    if _is_past(pages, filing) and not said.get("past"):
        return Looked(where.DOUBT, typed, filing, {PAST: [in_the_past()]}, view)
    return Looked(where.NEW, typed, filing, {}, view)


def sure(said: Mapping[str, Any], looked: Looked) -> dict[str, Any]:
    """The line with every doubt answered: each position that was asked about is right, and so is its day."""
    values = dict(said["values"])
    for name in looked.errors:
        if (tick := TICK.fullmatch(name)) and tick[2] in TICKS.values():
            location = located(looked.typed.values, int(tick[1]), mission())
            values |= {name: spot(location)} if location else {}
    return {**said, "values": values, "past": bool(said.get("past")) or PAST in looked.errors}


def key_of(upload_sheet: str, mark: str, said: Mapping[str, Any], before: Item | None) -> str:
    """Under which a new item is filed: the same line sent twice, by whomever of the organisation, is one item. A number that is used again
    after its item is over makes another."""
    parts = [str(current_audience().organisation_id), upload_sheet, mark, before.reference if before else ""]
    content = json.dumps([said["values"], said["stops"]], sort_keys=True)
    return hashlib.sha256(lookup_hash("|".join([*parts, content])).encode()).hexdigest()[:32]


def _typed(
    pages: Pages, what: str, said: Mapping[str, Any], view: ItemView | None, answers: Mapping[str, str]
) -> Typed:
    """As if it had been typed. Of an item that is there already, who checked its positions and what is in no file stay as they are."""
    sheet = pages.sheets[what]
    names = {**sheet.layout.before, **sheet.layout.after}
    once = {"disclaimer": DISCLAIMER_VERSION, "confirmed_by": NOBODY}
    if view is not None:
        before = forms.typed(filing_of(pages, view.reference), mission().zone)
        # What goes into no file that is taken out: an empty cell of it says nothing about it.
        once |= {name: before.get(name, "") for name in SEALED if not said["values"].get(name)}
        once |= {"confirmed_by": before.get("confirmed_by", NOBODY)}
    once |= {name: text for name, text in answers.items() if text}
    start = {
        name: text
        for name, text in sheet.start.items()
        if not forms.STOP_FIELD.fullmatch(name) or int(name.split("-")[1]) < said["stops"]
    }
    values = start | dict(said["values"]) | {name: text for name, text in once.items() if name in names}
    return filing_form.fresh(values, said["stops"])


def _own(pages: Pages, what: str, item: Item | None) -> ItemView | None:
    """None where it can be read no more, is nobody's who looks, or was filed with another form."""
    if item is None or item.reduced_at is not None:
        return None
    try:
        view = own_versions(pages, item.reference)[-1]
        return view if pages.sheet_of(view.kind) == what else None
    except (NotFound, Refused):
        return None


def _is_past(pages: Pages, filing: Filing) -> bool:
    if isinstance(filing, StaticSite) or (getattr(filing, "zone", None) is not None):
        return False
    return min(window.earliest for stop in filing.stops for window in stop.windows) < now()


def draft_view(filing: Filing) -> ItemView:
    """As its owner would read it once it is filed."""
    view = view_of_draft(filing, current_audience(), now())
    if view is None:
        raise NotFound
    return view
