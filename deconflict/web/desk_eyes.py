"""Through a side's eyes: what it sees of a case at this moment, by the very code that shows it to the side, the texts it was sent, and
what the next act would tell it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, request

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.desk import DeskCaseView
from deconflict.domain.errors import NotFound
from deconflict.domain.party import PartyCaseView
from deconflict.services.preview import Leaving, drafts, told_so_far
from deconflict.services.reading import note_read
from deconflict.store.base import db
from deconflict.store.eyes import readers
from deconflict.web.audience import acting, audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import mission, seen_case, texts
from deconflict.web.forms_ui import Form
from deconflict.web.intake import number
from deconflict.web.own_requests import own_case, said_to

SIDES = ("mission", "humanitarian")


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody of the side: `n` in the address, which names nobody."""

    n: int
    name: str
    chosen: bool


@audience(*roles.OFFICERS)
def eyes(reference: str) -> str:
    case_id, view = seen_case(reference)
    side = request.args.get("side", "")
    item = view.side(side) if side in SIDES else None
    if item is None or view.line.alone or item.of_ocha:
        raise NotFound
    known = readers(db.session(), reference, side)
    n = min(number(request.args.get("n")) or 0, len(known) - 1)
    note_read(current_audience(), "case", case_id, now())
    seen = _seen(view, side, known[n][1]) if n >= 0 else None
    sent: list[tuple[Leaving, str]] = told_so_far(db.session(), reference, side)
    words = drafts(db.session(), reference, mission()) if view.line.is_open else {}
    page = {"form": Form()} | (said_to(seen, Form()) if seen is not None else {})
    return render_template(
        "desk/eyes.html",
        **(page | texts()),
        whole=view,
        line=view.line,
        item=item,
        side=side,
        others=[other for other in view.items if other.side != side and not other.of_ocha],
        readers=[Reader(i, name, i == n) for i, (name, _who) in enumerate(known)],
        seen=seen,
        sent=sent,
        draft=words.get(side),
        languages={"fr": "français", "en": "English"},
    )


def _seen(view: DeskCaseView, side: str, who: Audience) -> PartyCaseView | None:
    """As the side's own page finds it; None where for that person there is no such page."""
    reference = view.line.humanitarian_reference if side == "humanitarian" else view.line.mission_reference
    with acting(who):
        try:
            return own_case(reference)
        except NotFound:
            return None
