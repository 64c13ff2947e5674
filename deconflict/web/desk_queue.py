"""The queue: what burns first, what an officer asked for, what is one talk, what is new since he last looked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from deconflict.domain import roles
from deconflict.domain.desk import DeskCaseView, DeskItemView, view_of_desk_case
from deconflict.domain.queue import Entry, QueueRow, Wanted, by_what_burns, clock_of, pages, talks, visible
from deconflict.domain.severity import Severity
from deconflict.services import cases
from deconflict.services.looking import has_seen
from deconflict.store import desk as store
from deconflict.store.base import db
from deconflict.store.looks import seen_until
from deconflict.store.notes import unread
from deconflict.store.queue import last_moves, organisations_in, queue_rows, sensitive_ids
from deconflict.web import desk_calls, desk_items, numbers
from deconflict.web.acts import press
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import area_name, clocks, mission, place_of, texts
from deconflict.web.desk_words import CASES, OPEN_STATES
from deconflict.web.intake import number, page_asked
from deconflict.web.language import label
from deconflict.web.queue_mark import mark_of

SEVERITIES = {
    Severity.CRITICAL: _l("Critical"),
    Severity.HIGH: _l("High"),
    Severity.MEDIUM: _l("Medium"),
    Severity.LOW: _l("Low"),
    Severity.INFO: _l("Info"),
}
QUEUE_PAGE = 36  # cases on one page: more would be slow on the line of a field base, and the worst come first
TALK_SHOWN = 5  # of the cases of one talk; the others are on its own page


@dataclass(frozen=True, slots=True)
class Asked:
    """What the officer asked to see, as the page's address says it: codes only, and a code that does not exist filters nothing.
    `apart`: each case by itself; `blind`: references and clocks only."""

    wanted: Wanted
    new: bool = False
    apart: bool = False
    blind: bool = False

    @property
    def filters(self) -> bool:
        return self.new or self.wanted != Wanted()

    @property
    def query(self) -> dict[str, str]:
        """The same asked again, on another page."""
        wanted = self.wanted
        asked = {
            "area": wanted.area,
            "rule": wanted.rule,
            "organisation": str(wanted.organisation or ""),
            "sector": wanted.sector,
            "severity": wanted.severity,
            "state": wanted.state,
            **{name: "1" for name in ("new", "apart", "blind") if getattr(self, name)},
            "mine": "1" if wanted.owner_id is not None else "",
        }
        return {name: value for name, value in asked.items() if value}


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


def rows_seen() -> list[QueueRow]:
    """Every open case that exists for this officer, what burns first."""
    session, catalogue = db.session(), mission().catalogue
    rows = visible(queue_rows(session), current_audience(), lambda: sensitive_ids(session, catalogue))
    return by_what_burns(rows, mission().pack.clocks, now())


@audience(*roles.OFFICERS)
def queue() -> str:
    return _page()


@audience(*roles.OFFICERS)
def has_looked() -> Response:
    """He has seen the page of this instant."""
    until = _instant(request.form.get("until", ""))

    def do() -> str:
        if until is not None:
            has_seen(current_audience(), until, now())
        return _("Noted: what comes from now on is marked as new.")

    return press(back(), do)


@audience(*roles.OFFICERS)
def take_here(reference: str) -> Response:
    """As on the page of the case, and back to the same list."""
    round_ = number(request.form.get("round"))

    def do() -> str:
        cases.take(reference, -1 if round_ is None else round_, current_audience(), mission().catalogue, now())
        return _("%(reference)s is yours.", reference=reference)

    return press(back(), do)


def _page() -> str:
    session, me = db.session(), current_audience().person_id
    rows, looked_at = rows_seen(), seen_until(session, me)
    asked = _asked(request.args, rows)
    kept = [row for row in rows if asked.wanted.keeps(row) and (not asked.new or row.new_since(looked_at))]
    entries = [Entry((row,)) for row in kept] if asked.apart or asked.blind else talks(kept)
    leaves = pages(entries, QUEUE_PAGE, TALK_SHOWN)
    page = min(page_asked(), len(leaves) - 1)
    return render_template(
        "desk/queue.html",
        talks=_talks(leaves[page], looked_at),
        page=page,
        ahead=sum(len(entry.rows) for leaf in leaves[page + 1 :] for entry in leaf),
        kept=len(kept),
        total=len(rows),
        counts=Counter(row.severity for row in kept),
        untaken=sum(row.owner_id is None for row in kept),
        fresh=sum(row.new_since(looked_at) for row in kept),
        looked_at=looked_at,
        to_read=len(desk_items.to_read()),
        to_call=len(desk_calls.to_make()),
        to_check=len(numbers.in_doubt()),
        handed_over=unread(session, me),
        asked=asked,
        choices=_choices(rows),
        owed=store.owed_to(session, me),
        me=me,
        mark=mark_of(rows, looked_at),
        also=also,
        unblind={name: value for name, value in asked.query.items() if name != "blind"},
        **texts() | {"blind": asked.blind},
    )


def _talks(entries: Iterable[Entry], looked_at: datetime | None) -> list[Talk]:
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
    return [
        Shown(
            row,
            view,
            place_of(view.line),
            clocks(view.line),
            _mark(row, looked_at),
            moved.get(row.reference, row.opened_at),
            clock_of(row, mission().pack.clocks),
        )
        for row in rows
        if (view := views.get(row.reference)) is not None
    ]


def also(row: QueueRow) -> str:
    """The areas that it concerns beside the one that leads."""
    return ", ".join(map(area_name, row.areas[1:]))


def _mark(row: QueueRow, looked_at: datetime | None) -> str:
    if not row.new_since(looked_at):
        return ""
    return "changed" if looked_at is not None and row.opened_at <= looked_at else "new"


def _choices(rows: Sequence[QueueRow]) -> dict[str, list[tuple[str, str]]]:
    """What each filter offers, as (code, words). Organisations and rules are those of the cases that he sees."""
    fired = {rule for row in rows for rule in row.rules}
    owners = organisations_in(db.session(), {id for row in rows for id in row.organisations})
    return {
        "area": [(area.code, label(dict(area.name))) for area in mission().areas],
        "sector": [(sector.code, label(dict(sector.name))) for sector in mission().sectors],
        "organisation": [(str(id), name) for id, name in owners],
        "rule": [(rule, rule) for rule in sorted(fired)],
        "severity": [(severity, str(words)) for severity, words in SEVERITIES.items()],
        "state": [(state, str(CASES[state])) for state in OPEN_STATES],
    }


def _asked(given: Mapping[str, str], rows: Sequence[QueueRow]) -> Asked:
    def one_of(name: str, codes: Iterable[object]) -> str:
        code = given.get(name, "")
        return code if code in {str(code) for code in codes} else ""

    organisation = one_of("organisation", {id for row in rows for id in row.organisations})
    wanted = Wanted(
        area=one_of("area", (area.code for area in mission().areas)),
        rule=one_of("rule", (rule.id for rule in mission().pack.rules)),
        organisation=int(organisation) if organisation else None,
        sector=one_of("sector", (sector.code for sector in mission().sectors)),
        severity=one_of("severity", Severity),
        state=one_of("state", OPEN_STATES),
        owner_id=current_audience().person_id if given.get("mine") == "1" else None,
    )
    flags = {name: given.get(name) == "1" for name in ("new", "apart")}
    return replace(Asked(wanted, **flags), blind=bool(given.get("blind")))


def back() -> str:
    """The list as it was asked for, whose filters the form carries."""
    asked = _asked(request.form, rows_seen())
    page = number(request.form.get("page"))
    return url_for("desk.queue", **asked.query | ({"page": str(page)} if page else {}))  # type: ignore[arg-type]


def _instant(text: str) -> datetime | None:
    """None for what is no instant with a zone."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo is not None else None
