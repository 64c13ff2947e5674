"""A plan is over: the question that closes it, on its own page, on the list of what waits, and the answers given so far."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from flask import render_template, request, url_for
from flask_babel import gettext as _

from deconflict.domain import roles
from deconflict.domain.disclosure import ItemView
from deconflict.domain.states import MATCHED_ITEMS
from deconflict.schemas.close_outs import CloseOutSchema
from deconflict.schemas.plans import CATEGORIES
from deconflict.services import close_outs as service
from deconflict.store import close_outs as store
from deconflict.store.base import db
from deconflict.store.close_outs import CloseOut
from deconflict.store.own import own_item_id
from deconflict.web.acts import submit
from deconflict.web.audience import current_audience
from deconflict.web.clock import now
from deconflict.web.desk_words import span_words
from deconflict.web.filing_pages import Page, Pages, mission, own_versions
from deconflict.web.filing_words import Words, in_words, moment_words
from deconflict.web.forms_ui import Form, typed
from deconflict.web.language import named

FAR = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Line:
    """A plan that waits for its answer, for how long."""

    reference: str
    waits: str


@dataclass(frozen=True, slots=True)
class Said:
    """One answer in words."""

    at: str
    words: str
    reason: str


@dataclass(frozen=True, slots=True)
class Closing:
    """Of one plan. `asked`: it may be answered now, for the first time or again."""

    asked: bool
    said: tuple[Said, ...]


def waiting() -> list[Line]:
    """What of one's own desk waits, the oldest first; nothing for whoever files no plans."""
    who, at = current_audience(), now()
    if not who.roles & roles.FILERS_MISSION:
        return []
    found = store.own_waiting(db.session(), service.asked_kinds(mission()), who, at)
    over = sorted((store.over_since(db.session(), item, mission(), at), item.id, item.reference) for item in found)
    return [Line(reference, span_words(at - since)) for since, _id, reference in over]


def on_own_page(view: ItemView) -> Closing:
    """What was typed goes by the clock: whether the row still holds it would tell of a case or a hold (RUL-6)."""
    item_id = own_item_id(db.session(), view.side, view.reference)
    said = said_of(item_id, in_words(view, mission()))
    if view.reduced_at is not None:
        said = [replace(one, reason="") for one in said]
    return Closing(_is_asked(view), tuple(said))


def said_of(item_id: int, words: Words) -> list[Said]:
    """Every answer about one plan, oldest first, for whoever may read the plan."""
    rows = store.answers_of(db.session(), item_id)
    return [Said(moment_words(row.at), answer_words(row, words), row.reason) for row in rows]


def answer(pages: Pages, reference: str) -> Page:
    """The page of the question."""
    view = own_versions(pages, reference)[-1]
    rows = store.answers_of(db.session(), own_item_id(db.session(), view.side, reference))
    last = rows[-1] if rows else None
    if request.method == "GET":
        return _page(pages, view, Form(_filled(last)), last)

    def do() -> str:
        given, reason = CloseOutSchema(len(view.stops or ())).load(typed(request.form))
        service.close_out(reference, given, reason, current_audience(), mission(), now())
        return _("Your answer is with OCHA.")

    return submit(url_for(f"{pages.name}.show", reference=reference), do, lambda form: _page(pages, view, form, last))


def answer_words(row: CloseOut, words: Words) -> str:
    """As `Yes: Food, at Bankass, planned`."""
    if not row.aid_given:
        return _("No aid was given")
    given = named(_("Aid was given"), str(CATEGORIES.get(row.category or "", "")))
    place = words.stops[row.stop].title if row.stop is not None and row.stop < len(words.stops) else ""
    return ", ".join(filter(None, (given, place, _("planned") if row.planned else _("not planned"))))


def _is_asked(view: ItemView) -> bool:
    ends = max((window.latest for stop in view.stops or () for window in stop.windows), default=FAR)
    over = view.state in MATCHED_ITEMS and (view.reduced_at is not None or ends <= now())
    return over and view.kind in service.asked_kinds(mission())


def _filled(last: CloseOut | None) -> dict[str, str]:
    if last is None:
        return {}
    said = {True: "yes", False: "no"}
    of_aid = {"category": last.category or "", "stop": str((last.stop or 0) + 1), "planned": said[last.planned]}
    return {"aid_given": said[last.aid_given], **(of_aid if last.aid_given else {})}


def _page(pages: Pages, view: ItemView, form: Form, last: CloseOut | None) -> str:
    words = in_words(view, mission())
    return render_template(
        "own/close_out.html",
        pages=pages,
        view=view,
        words=words,
        form=form,
        last=last,
        asked=_is_asked(view),
        stops={str(stop.number): stop.title for stop in words.stops},
        categories=CATEGORIES,
        yes_no={"yes": _("Yes"), "no": _("No")},
    )
