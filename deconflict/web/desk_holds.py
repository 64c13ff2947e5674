"""Keeping a case or a filing as evidence past its clocks: who asked, who joined, and what the one who looks may do now."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from deconflict.domain import roles
from deconflict.domain.errors import LostRace, NotFound, Refused, WrongState
from deconflict.domain.states import HoldState
from deconflict.services import holds
from deconflict.store.base import db
from deconflict.store.holds import Hold, holds_on
from deconflict.web import desk_items
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import mission, seen_case, texts
from deconflict.web.forms_ui import Form, errors_of, typed

Page = str | tuple[str, int] | Response


@audience(*roles.OFFICERS)
def case_hold(reference: str) -> Page:
    return _page("case", reference)


@audience(*roles.OFFICERS)
def item_hold(reference: str) -> Page:
    return _page("item", reference)


@audience(*roles.OFFICERS)
def change_case_hold(reference: str) -> Page:
    return _change("case", reference)


@audience(*roles.OFFICERS)
def change_item_hold(reference: str) -> Page:
    return _change("item", reference)


def _change(what: str, reference: str) -> Page:
    """One form, one act by its button."""
    _holds(what, reference)  # what does not exist for this officer is answered alike, whatever the button
    by, catalogue, reason = current_audience(), mission().catalogue, request.form.get("reason", "")
    acts: dict[str, Callable[[], None]] = {
        "ask": lambda: holds.ask_hold(what, reference, reason, by, catalogue, now()),
        "confirm": lambda: holds.confirm_hold(what, reference, by, catalogue, now()),
        "ask_lift": lambda: holds.ask_lift(what, reference, reason, by, catalogue, now()),
        "lift": lambda: holds.settle_lift(what, reference, True, by, catalogue, now()),
        "keep": lambda: holds.settle_lift(what, reference, False, by, catalogue, now()),
    }
    act = acts.get(request.form.get("act", ""))
    if act is None:
        raise NotFound
    try:
        act()
    except NotFound:
        raise
    except (LostRace, WrongState) as error:
        return _page(what, reference, warning=_(error.sentence)), 409
    except Refused as error:
        if error.field is None:
            return _page(what, reference, warning=_(error.sentence)), 422
        return _page(what, reference, form=Form(typed(request.form), errors_of(error))), 422
    flash(_("Written down."))
    return redirect(url_for(f"desk.{what}_hold", reference=reference), 303)


def _holds(what: str, reference: str) -> list[Hold]:
    """Those on this case or filing, oldest first. Raises NotFound where it does not exist for this officer."""
    if what == "case":
        return holds_on(db.session(), case_id=seen_case(reference)[0])
    return holds_on(db.session(), item_id=desk_items.item_id(reference))


def _page(what: str, reference: str, *, warning: str = "", form: Form | None = None) -> str:
    found, me = _holds(what, reference), current_audience()
    last = found[-1] if found else None
    state = last.state if last is not None else HoldState.LIFTED
    return render_template(
        "desk/hold.html",
        what=what,
        reference=reference,
        holds=[one for one in found if one.state in (HoldState.LIFTED, state)],
        state=state,
        head=me.may(roles.OCHA_HEAD),
        second=last is not None and me.person_id != (last.lift_asked_by_id or last.asked_by_id),
        days=mission().pack.retention["hold_unconfirmed"].days,
        warning=warning,
        form=form or Form(),
        **texts(),
    )
