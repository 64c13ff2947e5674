"""The cases of one item on one page, which are one talk with whoever filed it, and one decision for those that are ticked."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from deconflict.domain import roles
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.queue import QueueRow, Wanted, members
from deconflict.services import talks
from deconflict.services.reading import note_list_read
from deconflict.services.talks import Decided
from deconflict.store import desk as store
from deconflict.store.base import db
from deconflict.store.looks import seen_until
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import mission, texts
from deconflict.web.desk_queue import back, rows_seen
from deconflict.web.desk_words import DISMISSALS
from deconflict.web.forms_ui import Form, errors_of, said, typed
from deconflict.web.intake import number, page_asked
from deconflict.web.queue_filter import Asked
from deconflict.web.queue_shown import QUEUE_PAGE, Shown, also, shown_of

Page = str | tuple[str, int] | Response
REASONS_SAID = 5


@audience(*roles.OFFICERS)
def group(reference: str) -> Page:
    return _page(reference)


@audience(*roles.OFFICERS)
def take_group(reference: str) -> Page:
    def do() -> Decided:
        return talks.take_all(_ticked(reference), current_audience(), mission(), now())

    return _decide(reference, do, lambda n: ngettext("%(num)s case is yours.", "%(num)s cases are yours.", n))


@audience(*roles.OFFICERS)
def hand_back_group(reference: str) -> Page:
    def do() -> Decided:
        return talks.hand_back_all(_ticked(reference), current_audience(), mission(), now())

    return _decide(
        reference,
        do,
        lambda n: ngettext("%(num)s case is free to take again.", "%(num)s cases are free to take again.", n),
    )


@audience(*roles.OFFICERS)
def dismiss_group(reference: str) -> Page:
    code, reason = request.form.get("dismiss-code", ""), request.form.get("dismiss-reason", "")

    def do() -> Decided:
        return talks.dismiss_all(_ticked(reference), code, reason, current_audience(), mission(), now())

    return _decide(reference, do, lambda n: ngettext("%(num)s case dismissed.", "%(num)s cases dismissed.", n))


def _decide(reference: str, do: Callable[[], Decided], words: Callable[[int], str]) -> Page:
    """Says of how many it was done, and of each other why not."""
    _cases(reference)
    if not _ticked(reference):
        return _page(reference, form=Form(typed(request.form), {"": [_("Tick the cases that you mean.")]})), 422
    try:
        decided = do()
    except Refused as error:
        fields: dict[str | None, str] = {name: f"dismiss-{name}" for name in ("code", "reason")}
        return _page(reference, form=Form(typed(request.form), errors_of(error, fields))), 422
    if decided.done:
        flash(words(len(decided.done)))
    _say_what_was_left(decided)
    if request.form.get("list"):
        return redirect(back(), 303)
    still = len(decided.left) or bool(_rows(reference))
    return redirect(url_for("desk.group", reference=reference) if still else url_for("desk.queue"), 303)


def _say_what_was_left(decided: Decided) -> None:
    """A line for each reason, with those that it kept: what is said travels in the cookie, which holds little."""
    why: dict[str, list[str]] = {}
    for reference, error in decided.left:
        why.setdefault(said(error), []).append(reference)
    for sentence, references in list(why.items())[:REASONS_SAID]:
        flash(_("Left as it was: %(references)s. %(why)s", references=", ".join(references), why=sentence), "error")


def _page(reference: str, *, form: Form | None = None) -> str:
    rows, page = _rows(reference), page_asked()
    shown = _cases(reference, page)
    note_list_read(current_audience(), "case", [one.row.id for one in shown], now())
    me = current_audience().person_id
    item = next(item for item in shown[0].view.items if item.reference == reference)
    return render_template(
        "desk/group.html",
        item=item,
        cases=shown,
        free=any(one.row.owner_id is None for one in shown),
        mine=any(one.row.owner_id == me for one in shown),
        ticked=_ticked(reference) if request.method == "POST" else {one.row.reference: 0 for one in shown},
        dismissals=DISMISSALS,
        form=form or Form(),
        asked=Asked(Wanted()),
        count=len(rows),
        page=page,
        ahead=max(len(rows) - (page + 1) * QUEUE_PAGE, 0),
        owed=store.owed_to(db.session(), me),
        me=me,
        also=also,
        **texts(),
    )


def _cases(reference: str, page: int = 0) -> list[Shown]:
    """A page of the open cases of this item that exist for this officer. Raises NotFound where there is none: they may all be over."""
    rows = _rows(reference)[page * QUEUE_PAGE : (page + 1) * QUEUE_PAGE]
    shown = shown_of(rows, seen_until(db.session(), current_audience().person_id))
    if not shown:
        raise NotFound
    return shown


def _rows(reference: str) -> list[QueueRow]:
    return members(rows_seen(), reference)


def _ticked(reference: str) -> dict[str, int]:
    """Reference and round of the cases that were ticked, as the page had them; none that is not of this item."""
    known = {row.reference for row in _rows(reference)}
    pairs = (text.partition(":") for text in request.form.getlist("member"))
    return {name: round_ for name, _sep, text in pairs if name in known and (round_ := number(text)) is not None}
