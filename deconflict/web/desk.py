"""The officer's desk: every address of it on one page."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, render_template

from deconflict.domain import roles
from deconflict.domain.desk import DeskCaseFacts, DeskCaseView, view_of_desk_case
from deconflict.store import desk as store
from deconflict.store.base import db
from deconflict.web import (
    desk_acts,
    desk_after,
    desk_calls,
    desk_close_outs,
    desk_delivery,
    desk_duplicates,
    desk_eyes,
    desk_find,
    desk_group,
    desk_held,
    desk_holds,
    desk_item_notes,
    desk_items,
    desk_live,
    desk_log,
    desk_moments,
    desk_notes,
    desk_phone,
    desk_queue,
    desk_risk,
    desk_site_list,
    desk_sites,
    desk_wall,
    desk_ways,
)
from deconflict.web.audience import audience, current_audience
from deconflict.web.desk_case import mission, page, place_of, texts

ENDED_SHOWN = 60

bp = Blueprint("desk", __name__)


@bp.get("/desk/ended")
@audience(*roles.OFFICERS)
def ended() -> str:
    views = _seen(store.ended_cases(db.session(), mission().catalogue, ENDED_SHOWN))
    return render_template("desk/ended.html", rows=[(view, place_of(view.line)) for view in views], **texts())


@bp.get("/desk/<reference>")
@audience(*roles.OFFICERS)
def case(reference: str) -> str:
    return page(reference)


def _seen(cases: Iterable[DeskCaseFacts]) -> list[DeskCaseView]:
    return [view for facts in cases if (view := view_of_desk_case(facts, current_audience())) is not None]


for rule, view, method in (
    ("/desk", desk_queue.queue, "GET"),
    ("/desk/find", desk_find.find, "GET"),
    ("/desk/find", desk_find.find, "POST"),
    ("/desk/pulse", desk_live.pulse, "GET"),
    ("/desk/<reference>/pulse", desk_live.case_pulse, "GET"),
    ("/desk/seen", desk_queue.has_looked, "POST"),
    ("/desk/<reference>/take-here", desk_queue.take_here, "POST"),
    ("/desk/group/<reference>", desk_group.group, "GET"),
    ("/desk/group/<reference>/take", desk_group.take_group, "POST"),
    ("/desk/group/<reference>/hand-back", desk_group.hand_back_group, "POST"),
    ("/desk/group/<reference>/dismiss", desk_group.dismiss_group, "POST"),
    ("/desk/calls", desk_calls.calls, "GET"),
    ("/desk/wall", desk_wall.wall, "GET"),
    ("/desk/held", desk_held.held, "GET"),
    ("/desk/held", desk_held.decide_held, "POST"),
    ("/desk/same-aid", desk_duplicates.duplicates, "GET"),
    ("/desk/close-outs", desk_close_outs.close_outs, "GET"),
    ("/desk/after-action", desk_after.after_action, "GET"),
    ("/desk/rules-heard", desk_after.rules_heard, "GET"),
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
    ("/desk/items/<reference>/note", desk_item_notes.note_item, "POST"),
    ("/desk/sites/<reference>/note", desk_item_notes.note_site, "POST"),
    ("/desk/items/<reference>/hold", desk_holds.item_hold, "GET"),
    ("/desk/items/<reference>/hold", desk_holds.change_item_hold, "POST"),
    ("/desk/<reference>/hold", desk_holds.case_hold, "GET"),
    ("/desk/<reference>/hold", desk_holds.change_case_hold, "POST"),
    ("/desk/<reference>/log", desk_log.log, "GET"),
    ("/desk/<reference>/delivery", desk_delivery.delivery, "GET"),
    ("/desk/<reference>/ways", desk_ways.ways, "GET"),
    ("/desk/<reference>/eyes", desk_eyes.eyes, "GET"),
    ("/desk/<reference>/map", desk_moments.case_map, "GET"),
    ("/desk/<reference>/ask", desk_acts.ask_preview, "GET"),
    ("/desk/<reference>/ask", desk_acts.ask, "POST"),
    ("/desk/<reference>/send-now", desk_acts.send_now, "POST"),
    ("/desk/<reference>/call", desk_phone.call, "POST"),
    ("/desk/<reference>/note", desk_notes.note, "POST"),
    ("/desk/<reference>/risk", desk_risk.accept_risk, "POST"),
    ("/desk/<reference>/after-action", desk_after.after_note, "GET"),
    ("/desk/<reference>/after-action", desk_after.write_after_note, "POST"),
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
