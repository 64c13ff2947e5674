"""The queue: what burns first, what an officer asked for, what is one talk, what is new since he last looked."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from flask import render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from deconflict.domain import roles
from deconflict.domain.queue import Entry, QueueRow, by_what_burns, pages, talks, visible
from deconflict.services import cases
from deconflict.services.looking import has_seen
from deconflict.store import desk as store
from deconflict.store.base import db
from deconflict.store.looks import seen_until
from deconflict.store.notes import unread
from deconflict.store.queue import queue_rows, sensitive_ids
from deconflict.web import desk_calls, desk_items, numbers
from deconflict.web.acts import press
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import mission, texts
from deconflict.web.intake import number, page_asked
from deconflict.web.queue_filter import asked_for, choices
from deconflict.web.queue_mark import mark_of
from deconflict.web.queue_shown import QUEUE_PAGE, TALK_SHOWN, also, talks_shown


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
    asked = asked_for(request.args, rows)
    kept = [row for row in rows if asked.wanted.keeps(row) and (not asked.new or row.new_since(looked_at))]
    entries = [Entry((row,)) for row in kept] if asked.apart or asked.blind else talks(kept)
    leaves = pages(entries, QUEUE_PAGE, TALK_SHOWN)
    page = min(page_asked(), len(leaves) - 1)
    return render_template(
        "desk/queue.html",
        talks=talks_shown(leaves[page], looked_at),
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
        choices=choices(rows),
        owed=store.owed_to(session, me),
        me=me,
        mark=mark_of(rows, looked_at),
        also=also,
        unblind={name: value for name, value in asked.query.items() if name != "blind"},
        **texts() | {"blind": asked.blind},
    )


def back() -> str:
    """The list as it was asked for, whose filters the form carries."""
    asked = asked_for(request.form, rows_seen())
    page = number(request.form.get("page"))
    return url_for("desk.queue", **asked.query | ({"page": str(page)} if page else {}))  # type: ignore[arg-type]


def _instant(text: str) -> datetime | None:
    """None for what is no instant with a zone."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo is not None else None
