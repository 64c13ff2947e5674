"""The officer's desk: every address of it on one page, and the queue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from deconflict.domain import roles
from deconflict.domain.desk import DeskCaseFacts, DeskCaseView, in_queue_order, view_of_desk_case
from deconflict.domain.severity import Severity
from deconflict.services.acknowledgements import READ_AS
from deconflict.store import desk as store
from deconflict.store.base import db
from deconflict.store.notes import unread
from deconflict.web import (
    desk_acts,
    desk_calls,
    desk_close_outs,
    desk_delivery,
    desk_duplicates,
    desk_eyes,
    desk_held,
    desk_holds,
    desk_items,
    desk_log,
    desk_moments,
    desk_site_list,
    desk_sites,
    desk_wall,
    numbers,
)
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import clocks, mission, page, place_of, texts
from deconflict.web.desk_words import OPEN_STATES
from deconflict.web.intake import page_asked

ENDED_SHOWN = 60
QUEUE_PAGE = 36  # cases on one page: more would be slow on the line of a field base, and the worst come first

bp = Blueprint("desk", __name__)


@dataclass(frozen=True, slots=True)
class Filter:
    """What the officer asked to see; codes only, and a code that does not exist filters nothing."""

    area: str
    severity: str
    state: str
    mine: bool

    @property
    def query(self) -> dict[str, str]:
        """The same asked again, on another page."""
        asked = {"area": self.area, "severity": self.severity, "state": self.state, "mine": "1" if self.mine else ""}
        return {name: value for name, value in asked.items() if value}

    def keeps(self, view: DeskCaseView, me: int) -> bool:
        line = view.line
        return (
            self.area in ("", line.area)
            and self.severity in ("", line.severity)
            and self.state in ("", line.state)
            and (not self.mine or line.owner_id == me)
        )


@bp.get("/desk")
@audience(*roles.OFFICERS)
def queue() -> str:
    me, asked = current_audience().person_id, _filter()
    views = in_queue_order(_seen(store.open_cases(db.session(), mission().catalogue, now())))
    kept = [view for view in views if asked.keeps(view, me)]
    page = page_asked()
    shown = kept[page * QUEUE_PAGE : (page + 1) * QUEUE_PAGE]
    return render_template(
        "desk/queue.html",
        rows=[(view, place_of(view.line), clocks(view.line)) for view in shown],
        page=page,
        ahead=max(len(kept) - (page + 1) * QUEUE_PAGE, 0),
        kept=len(kept),
        total=len(views),
        counts=Counter(view.line.severity for view in views),
        untaken=sum(view.line.owner_id is None for view in views),
        to_read=len(desk_items.to_read()),
        to_call=len(desk_calls.to_make()),
        to_check=len(numbers.in_doubt()),
        handed_over=unread(db.session(), me),
        asked=asked,
        severities=list(Severity),
        states=OPEN_STATES,
        areas=mission().areas,
        owed=store.owed_to(db.session(), me),
        me=me,
        **texts(),
    )


@bp.get("/desk/ended")
@audience(*roles.OFFICERS)
def ended() -> str:
    views = _seen(store.ended_cases(db.session(), mission().catalogue, ENDED_SHOWN))
    return render_template("desk/ended.html", rows=[(view, place_of(view.line)) for view in views], **texts())


@bp.get("/desk/find")
@audience(*roles.OFFICERS)
def find() -> Response:
    """A reference that somebody reads out on the phone: the desk's, a side's, or an item's."""
    typed = request.args.get("reference", "").strip().upper().partition("-")[0].translate(READ_AS)
    kind, reference = store.found(db.session(), typed) or ("", "")
    if kind == "case" and _case_exists(reference):
        return redirect(url_for("desk.case", reference=reference), 303)
    if kind == "item" and desk_items.exists(reference):
        return redirect(url_for("desk.item", reference=reference), 303)
    flash(_("There is no such reference."), "error")
    return redirect(url_for("desk.queue"), 303)


@bp.get("/desk/<reference>")
@audience(*roles.OFFICERS)
def case(reference: str) -> str:
    return page(reference)


def _seen(cases: Iterable[DeskCaseFacts]) -> list[DeskCaseView]:
    return [view for facts in cases if (view := view_of_desk_case(facts, current_audience())) is not None]


def _case_exists(reference: str) -> bool:
    found = store.case_by_reference(db.session(), reference, mission().catalogue)
    return found is not None and view_of_desk_case(found[1], current_audience()) is not None


def _filter() -> Filter:
    def one_of(name: str, codes: Iterable[str]) -> str:
        code = request.args.get(name, "")
        return code if code in set(codes) else ""

    return Filter(
        area=one_of("area", (area.code for area in mission().areas)),
        severity=one_of("severity", (str(severity) for severity in Severity)),
        state=one_of("state", OPEN_STATES),
        mine=request.args.get("mine") == "1",
    )


for rule, view, method in (
    ("/desk/calls", desk_calls.calls, "GET"),
    ("/desk/wall", desk_wall.wall, "GET"),
    ("/desk/held", desk_held.held, "GET"),
    ("/desk/held", desk_held.decide_held, "POST"),
    ("/desk/same-aid", desk_duplicates.duplicates, "GET"),
    ("/desk/close-outs", desk_close_outs.close_outs, "GET"),
    ("/desk/sites", desk_site_list.sites, "GET"),
    ("/desk/sites/<reference>", desk_sites.site, "GET"),
    ("/desk/sites/<reference>/take", desk_sites.take_site, "POST"),
    ("/desk/sites/<reference>/verify", desk_sites.verify_site, "POST"),
    ("/desk/sites/<reference>/return", desk_sites.return_site, "POST"),
    ("/desk/sites/<reference>/suspend", desk_sites.suspend_site, "POST"),
    ("/desk/sites/<reference>/resume", desk_sites.resume_site, "POST"),
    ("/desk/sites/<reference>/left", desk_sites.left_site, "POST"),
    ("/desk/sites/<reference>/settle", desk_sites.settle_site, "POST"),
    ("/desk/items", desk_items.items, "GET"),
    ("/desk/items/<reference>", desk_items.item, "GET"),
    ("/desk/items/<reference>/read", desk_items.read, "POST"),
    ("/desk/items/<reference>/return", desk_items.give_back, "POST"),
    ("/desk/items/<reference>/check-in", desk_items.check_in, "POST"),
    ("/desk/items/<reference>/hold", desk_holds.item_hold, "GET"),
    ("/desk/items/<reference>/hold", desk_holds.change_item_hold, "POST"),
    ("/desk/<reference>/hold", desk_holds.case_hold, "GET"),
    ("/desk/<reference>/hold", desk_holds.change_case_hold, "POST"),
    ("/desk/<reference>/log", desk_log.log, "GET"),
    ("/desk/<reference>/delivery", desk_delivery.delivery, "GET"),
    ("/desk/<reference>/eyes", desk_eyes.eyes, "GET"),
    ("/desk/<reference>/map", desk_moments.case_map, "GET"),
    ("/desk/<reference>/ask", desk_acts.ask_preview, "GET"),
    ("/desk/<reference>/ask", desk_acts.ask, "POST"),
    ("/desk/<reference>/take", desk_acts.take, "POST"),
    ("/desk/<reference>/have", desk_acts.have, "POST"),
    ("/desk/<reference>/hand-back", desk_acts.hand_back, "POST"),
    ("/desk/<reference>/release", desk_acts.release, "POST"),
    ("/desk/<reference>/agree", desk_acts.agree, "POST"),
    ("/desk/<reference>/dismiss", desk_acts.dismiss, "POST"),
    ("/desk/<reference>/relay", desk_acts.relay, "POST"),
    ("/desk/<reference>/closing", desk_acts.closing, "POST"),
    ("/desk/<reference>/called", desk_calls.called, "POST"),
):
    bp.add_url_rule(rule, view_func=view, methods=[method])
