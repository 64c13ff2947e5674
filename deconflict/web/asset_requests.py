"""Requests for an armed escort or another military asset: a log. An organisation, or an officer for it, asks; the desk reviews what else
could be done; what was decided elsewhere is written down."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deconflict.domain import asset_requests as codes
from deconflict.domain import roles
from deconflict.domain.desk import view_of_desk_item
from deconflict.domain.procedures import Label, Noun
from deconflict.schemas.asset_requests import NOT, USE, AskSchema, DecisionSchema, ReviewSchema
from deconflict.services import asset_requests as service
from deconflict.store import asset_requests as store
from deconflict.store import escorts
from deconflict.store.base import db
from deconflict.store.desk import known_items
from deconflict.store.items import Item
from deconflict.store.on_behalf import organisations
from deconflict.store.procedures import procedures
from deconflict.web.acts import Page, submit
from deconflict.web.asset_words import Shown, request_words, share_words
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.filing_pages import mission
from deconflict.web.forms_ui import Form, typed
from deconflict.web.intake import number
from deconflict.web.language import label
from deconflict.web.procedure_words import past_lines, standing

bp = Blueprint("asset_requests", __name__)
FILERS = (roles.SUBMITTER, roles.FOCAL_POINT)
WHO = (*FILERS, *roles.OFFICERS, roles.HC_OFFICE)
ASKERS = (*FILERS, *roles.OFFICERS)
KEY = "_key"
DONE = {
    "arrange": _l("Written down: it is arranged."),
    "use": _l("Written down: it was used."),
    "not_use": _l("Written down: it was not used."),
    "close": _l("The request is closed."),
    "withdraw": _l("The request is withdrawn."),
}


@bp.get("/asset-requests")
@audience(*WHO)
def index() -> str:
    who, at = current_audience(), now()
    found = procedures(db.session(), Noun.ASSET_REQUEST, who)
    names = store.names_of(db.session(), found) if who.is_officer else {}
    return render_template(
        "asset_requests/index.html",
        lines=[(standing(one, who, at), request_words(one.facts), names.get(one.owner_id or 0, "")) for one in found],
        asks=who.may(*ASKERS),
        shares=share_words(mission(), at) if who.is_officer else [],
    )


@bp.route("/asset-requests/new", methods=["GET", "POST"])
@audience(*ASKERS)
def new() -> Page:
    if request.method == "GET":
        key, notice = secrets.token_hex(16), request.args.get("notice", "")[:10]
        return _form(Form({KEY: key, "notice": notice}))
    made: list[str] = []

    def do() -> str:
        made.append(service.ask(_asked(), _key(), current_audience(), mission(), now()))
        return _("Written down under the reference %(reference)s. Nothing is ordered by it.", reference=made[0])

    answer = submit(url_for("asset_requests.index"), do, _form)
    return redirect(url_for("asset_requests.show", reference=made[0]), 303) if made else answer


@bp.route("/asset-requests/<reference>/correct", methods=["GET", "POST"])
@audience(*ASKERS)
def correct(reference: str) -> Page:
    found = store.request_of(db.session(), reference, current_audience())
    if request.method == "GET":
        return _form(Form(_filled(found)), reference)

    def do() -> str:
        service.correct(reference, _version(), _asked(), current_audience(), mission(), now())
        return _("The request is corrected.")

    return submit(url_for("asset_requests.show", reference=reference), do, lambda form: _form(form, reference))


@bp.get("/asset-requests/<reference>")
@audience(*WHO)
def show(reference: str) -> str:
    return _page(reference, Form())


@bp.post("/asset-requests/<reference>/review")
@audience(*roles.OFFICERS)
def review(reference: str) -> Page:
    def do() -> str:
        what = ReviewSchema(current_audience()).load(_typed())
        service.review(reference, _version(), what, current_audience(), mission(), now())
        return _("The alternatives are reviewed. It waits for a decision.")

    return _answer(reference, do)


@bp.post("/asset-requests/<reference>/decide")
@audience(roles.OCHA_HEAD, roles.HC_OFFICE)
def decide(reference: str) -> Page:
    def do() -> str:
        what = DecisionSchema(current_audience()).load(_typed())
        service.decide(reference, _version(), what, current_audience(), mission(), now())
        return _("The decision is written down.")

    return _answer(reference, do)


@bp.post("/asset-requests/<reference>/act")
@audience(*ASKERS)
def act(reference: str) -> Page:
    def do() -> str:
        event = request.form.get("event", "")
        words = request.form.get("act_words", "")
        service.act(reference, _version(), event, words, current_audience(), mission(), now())
        return str(DONE[event])

    return _answer(reference, do, {"words": "act_words"})


@bp.post("/asset-requests/<reference>/plan")
@audience(*roles.OFFICERS)
def link(reference: str) -> Page:
    def do() -> str:
        service.link_escort(reference, request.form.get("plan", ""), current_audience(), mission(), now())
        return _("Linked. The rules say nothing more of these two travelling together; all others go on.")

    return _answer(reference, do)


@bp.post("/asset-requests/<reference>/plan/end")
@audience(*roles.OFFICERS)
def unlink(reference: str) -> Page:
    def do() -> str:
        service.unlink_escort(reference, current_audience(), now())
        return _("The link is taken back. The rules speak of the two again.")

    return _answer(reference, do)


# -- what all of them need --------------------------------------------------------------------------------------------


def _answer(reference: str, do: Callable[[], str], fields: Mapping[str | None, str] | None = None) -> Page:
    back = url_for("asset_requests.show", reference=reference)
    return submit(back, do, lambda form: _page(reference, form), fields=fields)


def _page(reference: str, form: Form) -> str:
    who, at = current_audience(), now()
    found = store.request_of(db.session(), reference, who)
    own = who.side == "humanitarian"
    return render_template(
        "asset_requests/show.html",
        line=standing(found.facts, who, at),
        past=past_lines(found.facts, names=who.is_officer),
        said=Shown.of(found, named=who.is_officer),
        version=found.facts.version,
        open=codes.CYCLE.open_to(found.facts.state, who.roles),
        step_words={event: label(dict(codes.CYCLE.steps[event].label)) for event in DONE},
        who_acts=who.may(*ASKERS),
        notice=_notice_url(found, own=own),
        plan=_plan(found),
        links=_may_link(found),
        form=form,
        **_choices(),
    )


def _form(form: Form, reference: str = "") -> str:
    who = current_audience()
    found = store.request_of(db.session(), reference, who) if reference else None
    whose = {} if who.may(*FILERS) or found else {str(id): name for id, name in organisations(db.session()).items()}
    return render_template(
        "asset_requests/form.html",
        form=form,
        reference=reference,
        version=found.facts.version if found else 0,
        organisations=whose,
        areas={area.code: label(dict(area.name)) for area in mission().areas},
        **_choices(),
    )


def _asked() -> Any:
    whose = [] if current_audience().may(*FILERS) else [str(id) for id in organisations(db.session())]
    return AskSchema(current_audience(), whose, [area.code for area in mission().areas]).load(_typed())


def _typed() -> dict[str, Any]:
    """Without the machinery of the page."""
    return {name: text for name, text in typed(request.form).items() if name not in (KEY, "version")}


def _key() -> str:
    return request.form.get(KEY, "")[:64] or secrets.token_hex(16)


def _version() -> int:
    return number(request.form.get("version")) or 0


def _filled(found: store.AssetRequest) -> dict[str, Any]:
    facts = found.facts.facts
    plain = {name: facts[name] for name in ("asset", "provider", "first", "last")}
    return {**plain, **facts["criteria"], **(found.words or {}), "notice": found.notice, "area": found.facts.area}


def _choices() -> dict[str, Any]:
    """Everything there is to choose from, in the reader's language."""
    tables: dict[str, Mapping[str, Label]] = {
        **{"assets": codes.ASSETS, "providers": codes.PROVIDERS, "criteria": codes.CRITERIA},
        **{"answers": codes.ANSWERS, "alternatives": codes.ALTERNATIVES, "found": codes.FOUND},
        "deciders": codes.DECIDED_BY,
    }
    words = {name: {code: label(dict(text)) for code, text in table.items()} for name, table in tables.items()}
    outcomes = {USE: label(dict(codes.CYCLE.states["decided"])), NOT: label(dict(codes.CYCLE.states["declined"]))}
    return {**words, "outcomes": outcomes, "acts": list(DONE)}


def _notice_url(found: store.AssetRequest, *, own: bool) -> str:
    """The page of its movement, for its organisation and for officers to whom it is shown."""
    if not found.notice:
        return ""
    if own:
        return url_for("notices.show", reference=found.notice)
    return url_for("desk.item", reference=found.notice) if _on_desk(found.facts.item_id) else ""


def _plan(found: store.AssetRequest) -> str:
    """The reference of the plan that was linked to it, for officers alone."""
    if not current_audience().is_officer:
        return ""
    plan = escorts.plan_of(db.session(), found.facts.id)
    return plan.reference if plan is not None and _on_desk(plan.id) else ""


def _may_link(found: store.AssetRequest) -> bool:
    facts = found.facts
    meant = facts.state in codes.MEANT and facts.facts.get("asset") == codes.ESCORT and facts.item_id is not None
    return current_audience().is_officer and meant


def _on_desk(item_id: int | None) -> bool:
    item = db.session.get(Item, item_id) if item_id else None
    if item is None:
        return False
    return view_of_desk_item(known_items(db.session(), [item], mission().catalogue)[0], current_audience()) is not None
