"""Quick Impact Projects: their list, registering and amending one, and its page, on which its manager takes it from step to step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError

from deconflict.domain import qip_codes as codes
from deconflict.domain import roles
from deconflict.domain.activity import Side
from deconflict.domain.errors import LostRace, NotFound, Refused
from deconflict.domain.free_text import check_words
from deconflict.domain.procedures import Noun, ProcedureFacts
from deconflict.domain.qip_proposal import QipProposal
from deconflict.domain.qip_view import QipView, view_of_qip
from deconflict.domain.qips import CONSULTED, CYCLE, READERS
from deconflict.schemas.forms import field_errors, nest, tidy
from deconflict.schemas.qips import ASKED, QipSchema, QipStepSchema, typed_qip
from deconflict.services import qips as service
from deconflict.store import procedures as store
from deconflict.store.base import db
from deconflict.web import filing_form, map_pick, qip_words
from deconflict.web.acts import Page
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.filing_form import PLACE, Layout, Typed
from deconflict.web.filing_pages import mission
from deconflict.web.filing_places import beside
from deconflict.web.forms_ui import Form, errors_of, said
from deconflict.web.intake import number, one_of
from deconflict.web.kept_forms import typed_before
from deconflict.web.language import label
from deconflict.web.procedure_words import Standing, past_lines, standing
from deconflict.web.qip_page import Shown, shown

bp = Blueprint("qips", __name__)
EVERYBODY = (*sorted(READERS), *sorted(CONSULTED))
LAYOUT = Layout(
    before={
        "title_fr": _l("Title (French)"),
        "title_en": _l("Title (English)"),
        "category": _l("Category"),
        "sector": _l("Sector"),
    },
    stop=PLACE,
    after={
        "starts_on": _l("Works begin"),
        "ends_on": _l("Works end"),
        "budget_usd": _l("Budget"),
        "owner_section": _l("Whose project"),
        "partner": _l("Implementing partner"),
        "partner_class": _l("What the partner is"),
        "partner_capacity": _l("Capacity of the partner"),
        "band": _l("For"),
        "signage": _l("Sign on site"),
        "work_plan": _l("Work plan"),
    },
    one_place=True,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One of the list."""

    view: QipView
    standing: Standing
    title: str
    where: str
    when: str


@bp.get("/qips")
@audience(*EVERYBODY)
def index() -> str:
    """Those that exist for the reader, of a state or of any; whom something is asked of comes first."""
    me, at = current_audience(), now()
    state = one_of(request.args, "state", CYCLE.states)
    found = store.procedures(db.session(), Noun.QIP, me, [state] if state else ())
    lines = [_line(facts, view) for facts in found if (view := view_of_qip(facts, me)) is not None]
    return render_template(
        "qips/index.html",
        lines=sorted(lines, key=lambda line: not line.standing.mine),
        state=state,
        states={code: qip_words.state_words(code) for code in CYCLE.states},
        may_register=me.may(roles.QIP_MANAGER),
        at=at,
    )


@bp.route("/qips/new", methods=["GET", "POST"])
@audience(roles.QIP_MANAGER)
def new() -> Page:
    return _written(None) if request.method == "POST" else _blank()


@bp.get("/qips/<reference>")
@audience(*EVERYBODY)
def show(reference: str) -> Page:
    return _page(_shown(reference), Form())


@bp.route("/qips/<reference>/amend", methods=["GET", "POST"])
@audience(roles.QIP_MANAGER)
def amend(reference: str) -> Page:
    found = _shown(reference)
    if "amend" not in CYCLE.open_to(found.facts.state, current_audience().roles):
        raise Refused("This step is not possible from here any more: somebody may have moved it. Nothing was changed.")
    if request.method == "POST":
        return _written(found)
    if before := typed_before():
        return _form(filing_form.read(before), found)
    start = filing_form.placed(typed_qip(found.facts.facts), 1, mission())
    return _form(filing_form.fresh(start, 1, base=found.facts.version), found)


@bp.post("/qips/<reference>/step")
@audience(roles.QIP_MANAGER)
def step(reference: str) -> Page:
    """One of the steps that are its manager's alone. Its fields bear the name of the event, since several stand on the page."""
    found = _shown(reference)
    event = one_of(request.form, "event", ASKED)
    if not event:
        raise NotFound
    typed = {name: request.form.get(f"{event}-{name}", "") for name in _asked(event)}
    try:
        told = QipStepSchema(event, now(), mission()).load(typed)
        check_words(told.words, current_audience(), "words")
        service.take_step(
            reference,
            number(request.form.get("version")) or 0,
            event,
            current_audience(),
            mission(),
            now(),
            on=told.on.isoformat() if told.on else "",
            code=told.code,
            words=told.words,
        )
    except NotFound:
        raise
    except LostRace as error:
        flash(said(error), "error")
        return redirect(_address(reference), 303)
    except (Refused, ValidationError) as error:
        wrong = {f"{event}-{name}" if name else "": words for name, words in errors_of(error).items()}
        return _page(found, Form(request.form.to_dict(), wrong)), 422
    flash(_("Written down: %(step)s.", step=qip_words.step_words(event)))
    return redirect(_address(reference), 303)


@bp.get("/qips/<reference>/event/<occasion>")
@audience(*roles.FILERS_MISSION)
def event(reference: str, occasion: str) -> Page:
    """The mission's own sheet of a visible event, with what the project says already written into it."""
    from deconflict.web import filing_write, plans

    found = _shown(reference)
    if occasion not in codes.OCCASIONS:
        raise NotFound
    if "plan_event" not in CYCLE.open_to(found.facts.state, current_audience().roles):
        raise Refused("This step is not possible from here any more: somebody may have moved it. Nothing was changed.")
    start = filing_form.placed(typed_qip(found.facts.facts), 1, mission())
    place = {name: text for name, text in start.items() if name.startswith("stops-0-")}
    title = f"{qip_words.choices(codes.OCCASIONS)[occasion]}: {qip_words.title_of(found.view)}"
    values = dict(plans.EVENT.start) | place
    values |= {"kind": codes.EVENT_KINDS[occasion], "title": title[:120], "qip": reference, "occasion": occasion}
    values |= {"aid_component": "none", "joint_with": "none"}
    return filing_write.form_page(
        plans.PAGES, "event", filing_form.fresh(values, 1), action=url_for("plans.write", what="event")
    )


# ---- writing -----------------------------------------------------------------------------------------------------


def _blank() -> str:
    if before := typed_before():
        return _form(filing_form.read(before), None)
    return _form(filing_form.fresh({}, 1), None)


def _written(found: Shown | None) -> Page:
    """What a button of the form asked for."""
    typed = filing_form.picked(filing_form.read(request.form), request.form, mission().gazetteer)
    turned = map_pick.turned(request.form, typed, mission())
    if isinstance(turned, Typed):
        return _form(turned, found)
    if turned is not None:
        return map_pick.page(typed, turned, mission(), Side.MISSION)
    try:
        proposal: QipProposal = QipSchema(mission(), now()).load(nest(tidy(typed.values)))
    except ValidationError as error:
        return _wrong(typed, found, field_errors(error.messages))
    try:
        reference = _sent(proposal, typed, found)
    except NotFound:
        raise
    except LostRace:
        return _overtaken(typed, found)
    except Refused as error:
        return _wrong(typed, found, {error.field or "": [said(error)]})
    flash(_("It is registered.") if found is None else _("It is amended."))
    return redirect(_address(reference), 303)


def _sent(proposal: QipProposal, typed: Typed, found: Shown | None) -> str:
    if found is None:
        return service.register(proposal, current_audience(), typed.key, mission(), now())
    service.amend(found.facts.reference, typed.base, proposal, current_audience(), mission(), now())
    return found.facts.reference


def _overtaken(typed: Typed, found: Shown | None) -> Page:
    """A colleague moved it meanwhile: what was typed stays, on top of what it is now."""
    if found is None:
        raise NotFound
    text = _("A colleague changed it meanwhile. Read it, then send yours on top of it if it still holds.")
    return _wrong(replace(typed, base=found.facts.version), found, {"": [text]}, 409)


def _wrong(typed: Typed, found: Shown | None, errors: Mapping[str, list[str]], status: int = 422) -> Page:
    return _form(typed, found, filing_form.problems(typed, errors, LAYOUT)), status


def _form(typed: Typed, found: Shown | None, errors: Mapping[str, list[str]] | None = None) -> str:
    errors = dict(errors or {})
    return render_template(
        "qips/form.html",
        typed=typed,
        found=found,
        form=Form(typed.values, errors),
        labels=LAYOUT.labels(1),
        beside=beside(typed.values, 1, errors, mission(), military=True),
        terms=mission().qip,
        thousands=format_decimal,
        options=_options(),
    )


def _options() -> dict[str, dict[str, str]]:
    named = {
        "category": mission().qip.categories,
        "sector": codes.SECTORS,
        "owner_section": codes.SECTIONS,
        "partner_class": codes.PARTNERS,
        "partner_capacity": codes.CAPACITIES,
        "band": codes.BANDS,
    }
    return {name: qip_words.choices(labels) for name, labels in named.items()} | {
        "work_plan": {"yes": _("Yes, it is attached"), "no": _("Not yet")}
    }


# ---- its page ----------------------------------------------------------------------------------------------------


def _shown(reference: str) -> Shown:
    return shown(reference, current_audience(), mission(), now())


def _line(facts: ProcedureFacts, view: QipView) -> Line:
    me = current_audience()
    return Line(
        view,
        standing(facts, me, now()),
        qip_words.title_of(view),
        qip_words.where(view, mission()),
        qip_words.when(view),
    )


def _asked(event: str) -> list[str]:
    day, choices, words = ASKED[event]
    return [name for name, asked in (("on", day), ("code", choices), ("words", words)) if asked]


def _page(found: Shown, form: Form) -> str:
    me = current_audience()
    return render_template(
        "qips/show.html",
        facts=found.facts,
        view=found.view,
        found=found,
        title=qip_words.title_of(found.view),
        rows=qip_words.rows(found.view, mission()),
        line=standing(found.facts, me, now()),
        past=past_lines(found.facts, names=True) if found.view.inside else [],
        form=form,
        steps=[_step(name) for name in CYCLE.open_to(found.facts.state, me.roles) if name in ASKED],
        occasions=qip_words.choices(codes.OCCASIONS),
        may=CYCLE.open_to(found.facts.state, me.roles),
        kind_words=lambda code: label(mission().catalogue[code].label),
        unit=mission().unit,
    )


def _step(event: str) -> dict[str, Any]:
    day, choices, words = ASKED[event]
    return {
        "event": event,
        "label": qip_words.step_words(event),
        "day": day,
        "choices": qip_words.choices(choices),
        "words": words,
    }


def _address(reference: str) -> str:
    return url_for("qips.show", reference=reference)
