"""Cases of the queue with their facts, as far as they exist for the officer who looks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from deconflict.domain.desk import DeskCaseView, DeskItemView, view_of_desk_case
from deconflict.domain.queue import Entry, QueueRow, clock_of
from deconflict.domain.states import CaseState
from deconflict.store import desk as store
from deconflict.store.base import db
from deconflict.store.queue import last_moves
from deconflict.store.risk import accepted_until
from deconflict.web.audience import current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import area_name, clocks, mission, place_of
from deconflict.web.desk_words import short

QUEUE_PAGE = 36  # cases on one page: more would be slow on the line of a field base, and the worst come first
TALK_SHOWN = 5  # of the cases of one talk; the others are on its own page


@dataclass(frozen=True, slots=True)
class Shown:
    """A case on the page. `mark`: new, changed or nothing since the officer last looked; `moved_at`: when something last happened to
    it; `due_at`: when the first of its clocks runs out."""

    row: QueueRow
    view: DeskCaseView
    place: str
    clocks: Sequence[str]
    mark: str
    moved_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Talk:
    """An entry of the page: its first cases, how many there are in all, and the item that they share."""

    shared: str | None
    cases: Sequence[Shown]
    count: int
    free: Sequence[QueueRow] = ()  # those that nobody has, the first of them

    @property
    def item(self) -> DeskItemView | None:
        """The one that they share; None for a case by itself."""
        return next((item for item in self.cases[0].view.items if item.reference == self.shared), None)


def talks_shown(entries: Iterable[Entry], looked_at: datetime | None) -> list[Talk]:
    """With the facts of the cases that are shown, and of no other."""
    found = list(entries)
    rows = [row for entry in found for row in entry.rows[:TALK_SHOWN]]
    shown = {one.row.id: one for one in shown_of(rows, looked_at)}
    return [
        Talk(entry.shared, cases, len(entry.rows), [row for row in entry.rows if row.owner_id is None][:QUEUE_PAGE])
        for entry in found
        if (cases := [shown[row.id] for row in entry.rows[:TALK_SHOWN] if row.id in shown])
    ]


def shown_of(rows: Sequence[QueueRow], looked_at: datetime | None) -> list[Shown]:
    """These cases with their facts, in this order, as far as they exist for this officer."""
    session, ids = db.session(), [row.id for row in rows]
    facts = store.cases_shown(session, ids, mission().catalogue, now())
    views = {one.line.reference: view_of_desk_case(one, current_audience()) for one in facts}
    moved = last_moves(session, ids)
    accepted = [row.id for row in rows if row.state == CaseState.RISK_ACCEPTED]
    until = accepted_until(session, accepted) if accepted else {}
    return [
        Shown(
            row,
            view,
            place_of(view.line),
            [*clocks(view.line), *_accepted(row, until)],
            _mark(row, looked_at),
            moved.get(row.reference, row.opened_at),
            clock_of(row, mission().pack.clocks),
        )
        for row in rows
        if (view := views.get(row.reference)) is not None
    ]


def _accepted(row: QueueRow, until: Mapping[int, datetime]) -> Iterator[str]:
    if row.state == CaseState.RISK_ACCEPTED and row.id in until:
        yield _("Risk accepted until %(time)s.", time=short(until[row.id]))


def also(row: QueueRow) -> str:
    """The areas that it concerns beside the one that leads."""
    return ", ".join(map(area_name, row.areas[1:]))


def _mark(row: QueueRow, looked_at: datetime | None) -> str:
    if not row.new_since(looked_at):
        return ""
    return "changed" if looked_at is not None and row.opened_at <= looked_at else "new"
