"""The form for one's own amendment, as an accepted request opens it: filled in where what was asked is plain, marked where it is not.
Nothing is proposed: which other hour or place would do rests on what the other side filed (RUL-9)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask_babel import gettext as _

from deconflict.domain.disclosure import ReleasedWords
from deconflict.domain.filing import Filing, MissionPlan, MovementNotice
from deconflict.domain.party import ANSWERED, view_of_own_case
from deconflict.services.asked import as_asked
from deconflict.services.filing import Also
from deconflict.store import own
from deconflict.store.base import db
from deconflict.web.audience import current_audience
from deconflict.web.clock import now
from deconflict.web.filing_form import Typed, without_stop
from deconflict.web.filing_pages import mission


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was accepted, by its side's own code of the file: what it asked, in the words that the side has read."""

    reference: str
    request_id: int
    ask: str
    words: ReleasedWords


def asked_of(file: str, item: str) -> Asked | None:
    """The accepted request of this file of one's own, where it is about this item; None for anything else."""
    if not file:
        return None
    who = current_audience()
    found = own.own_case(db.session(), file, who, mission(), now())
    view = view_of_own_case(*found, who) if found is not None else None
    if view is None or view.item.reference != item:
        return None
    for one in view.requests:
        if one.state == ANSWERED and one.answer_code == "accept":
            return Asked(view.reference, one.id, one.ask, one.words)
    return None


def prefilled(typed: Typed, filing: Filing, asked: Asked) -> Typed:
    """Only what was asked is done: a stop on the way that is to be avoided is left out, a place that is to be another is left for its
    owner to write. The hours stay as they were filed."""
    reason = _("Asked by OCHA, file %(reference)s", reference=asked.reference)
    typed = replace(typed, asked=asked.reference, reason=reason)
    n = _only_stop_at(filing, asked.words.pcode)
    if n is None:
        return typed
    if asked.ask == "avoid_place" and 0 < n < typed.stops - 1:
        return without_stop(typed, n)
    if asked.ask == "change_place":
        of_place = (f"stops-{n}-place", f"stops-{n}-position", f"stops-{n}-place_pcode")
        return replace(typed, values={name: text for name, text in typed.values.items() if name not in of_place})
    return typed


def done_to(filing: Filing, asked: Asked) -> str:
    """What stands in the form because of the request, in a sentence."""
    n = _only_stop_at(filing, asked.words.pcode)
    if n is None:
        return _("Which stop it means is for you to say: nothing is filled in.")
    if asked.ask == "avoid_place" and 0 < n < len(filing.stops) - 1:
        return _(
            "Stop %(number)s was there: it is left out below. The hours of the others stand as you filed them.",
            number=n + 1,
        )
    if asked.ask == "change_place":
        return _("Stop %(number)s was there: write its other place below.", number=n + 1)
    return _("Stop %(number)s is there. Its hours stand as you filed them: write others.", number=n + 1)


def linked(reference: str, item: str) -> Also | None:
    """What writes beside the amendment that it was made as asked."""
    asked = asked_of(reference, item)
    if asked is None:
        return None
    return as_asked(asked.request_id)


def _only_stop_at(filing: Filing, pcode: str | None) -> int | None:
    """The stop at the settlement of the request, where there is exactly one: a site and an area have none."""
    if pcode is None or not isinstance(filing, MovementNotice | MissionPlan):
        return None
    there = [n for n, stop in enumerate(filing.stops) if stop.location.pcode == pcode]
    return there[0] if len(there) == 1 else None
