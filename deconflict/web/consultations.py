"""Consultations on QIPs: what is asked of the reader, the page of one, and what each does there. What each reads is for
domain.consultation_view."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from deconflict.domain import consultation as rules
from deconflict.domain import roles
from deconflict.domain.consultation_view import ConsultationView, view_of_consultation
from deconflict.domain.errors import NotFound
from deconflict.domain.procedures import Noun, ProcedureFacts
from deconflict.domain.qip_codes import SECTORS
from deconflict.domain.qips import CONSULTED, CYCLE, READERS
from deconflict.domain.sittings import decides
from deconflict.schemas.consultations import OverrideSchema, ReplySchema, SummarySchema
from deconflict.services import consultations as service
from deconflict.store import consultations as store
from deconflict.store import procedures, sittings
from deconflict.store.base import db
from deconflict.store.people import signing_in
from deconflict.store.procedures import procedure_facts
from deconflict.web import consultation_words as words
from deconflict.web.acts import Page, press, submit
from deconflict.web.audience import audience, current_audience, current_audience_or_none
from deconflict.web.clock import now
from deconflict.web.desk_case import mission
from deconflict.web.desk_words import short
from deconflict.web.forms_ui import Form, typed
from deconflict.web.intake import number
from deconflict.web.language import label

bp = Blueprint("consultations", __name__)
ANSWERING = (roles.FOCAL_POINT, roles.CLUSTER, roles.NGO_FORUM, *roles.OFFICERS)
EVERYBODY = (*sorted(READERS), *sorted(CONSULTED))
RUNS = ("consultation", "consulted", "scheduled")


@bp.app_context_processor
def _on_a_qip() -> dict[str, Any]:
    return {"consultation_on": on_qip}


def on_qip(facts: ProcedureFacts) -> dict[str, Any] | None:
    """What the page of a project says of its consultation to whoever reads it."""
    who = current_audience_or_none()
    view = _view(facts) if who is not None else None
    if view is None or who is None:
        return None
    shown = sittings.conditions_on(db.session(), facts.reference) if view.reads_summary else []
    return {
        "view": view,
        "may_open": "open_consultation" in CYCLE.open_to(facts.state, who.roles),
        "conditions": shown,
        **_said(view),
    }


@bp.get("/consultations")
@audience(*EVERYBODY)
def index() -> str:
    """What is asked of the reader; then every consultation on which replies are still taken, of those that exist for him."""
    me = current_audience()
    mine = [(facts, reply) for facts, reply in store.asked_of(db.session(), me) if rules.is_open(facts)]
    running = [
        (view, facts)
        for facts in procedures.procedures(db.session(), Noun.QIP, me, RUNS)
        if rules.is_open(facts) and (view := _view(facts)) is not None
    ]
    asked = {facts.reference for facts, reply in mine if not reply.answer}
    asked |= {view.reference for view, _facts in running if any(not one.answer for one in view.mine)}
    return render_template(
        "consultations/index.html",
        mine=[view for view, _facts in running if view.reference in asked],
        others=[view for view, _facts in running if view.reference not in asked],
        title=words.title_of,
        place=lambda view: words.place_of(view, mission()),
        months=words.months_of,
        state=lambda view: label(dict(CYCLE.states[view.state])),
        sector=lambda view: words.words_of(SECTORS, view.sector),
        counts=words.counts,
        officer=me.is_officer,
        at=now(),
        short=short,
    )


@bp.get("/consultations/<reference>")
@audience(*EVERYBODY)
def show(reference: str) -> str:
    return _page(reference, Form())


@bp.post("/consultations/<reference>/open")
@audience(roles.QIP_MANAGER)
def open_one(reference: str) -> Page:
    def do() -> str:
        version = number(request.form.get("version")) or 0
        service.open_consultation(reference, version, current_audience(), mission(), now())
        return _("The consultation is open. Whoever is asked has been told.")

    return press(_address(reference), do)


@bp.post("/consultations/<reference>/reply")
@audience(*ANSWERING)
def reply(reference: str) -> Page:
    """Of the consultee that `reply` names: somebody may answer for two."""
    reply_id = number(request.form.get("reply")) or 0

    def do() -> str:
        given = {name: request.form.get(f"{name}-{reply_id}", "") for name in ("answer", "comment")}
        told = ReplySchema().load(given)
        service.reply(reference, reply_id, told["answer"], told["comment"], current_audience(), mission(), now())
        return _("Your reply is noted. OCHA reads it; the committee reads a summary without names.")

    names: dict[str | None, str] = {name: f"{name}-{reply_id}" for name in ("answer", "comment")}

    def page(form: Form) -> str:
        wrong = {names.get(name, name): said for name, said in form.errors.items()}
        return _page(reference, Form(form.values, wrong))

    return submit(_address(reference), do, page)


@bp.post("/consultations/<reference>/summary")
@audience(*roles.OFFICERS)
def summary(reference: str) -> Page:
    def do() -> str:
        told = SummarySchema().load(typed(request.form, "outcomes"))
        service.summarise(reference, **told, by=current_audience(), mission=mission(), now=now())
        return _("The committee can read the summary now.")

    return submit(_address(reference), do, lambda form: _page(reference, form), "outcomes")


@bp.route("/consultations/<reference>/override", methods=["GET", "POST"])
@audience(roles.LPRC_CHAIR, roles.PRC_SECRETARY)
def override(reference: str) -> Page:
    """Before its clock has ended a consultation is put aside only here, by name and with a reason."""
    view = _shown(reference)[1]
    if request.method == "GET":
        return _override_page(view, Form({"version": str(view.version)}))

    def do() -> str:
        told = OverrideSchema().load(typed(request.form))
        service.override(reference, **told, by=current_audience(), mission=mission(), now=now())
        return _("It is on the agenda. The override is noted in your name and listed in the monthly report.")

    return submit(_address(reference), do, lambda form: _override_page(view, form))


@bp.get("/consultations/clusters")
@audience(*roles.OFFICERS)
def clusters() -> str:
    return _clusters_page()


@bp.post("/consultations/clusters/<int:person_id>")
@audience(*roles.OFFICERS)
def note_sectors(person_id: int) -> Page:
    def do() -> str:
        chosen = request.form.getlist("sectors")
        service.note_sectors(person_id, chosen, current_audience(), SECTORS, now())
        return _("Noted. It holds for consultations that are opened from now on.")

    return press(url_for("consultations.clusters"), do)


# ---- pages -------------------------------------------------------------------------------------------------------


def _address(reference: str) -> str:
    return url_for("consultations.show", reference=reference)


def _shown(reference: str) -> tuple[ProcedureFacts, ConsultationView]:
    """Raises NotFound where there is none for this reader."""
    row = procedures.procedure(db.session(), Noun.QIP, reference)
    facts = procedure_facts(row) if row is not None else None
    view = _view(facts) if facts is not None else None
    if facts is None or view is None:
        raise NotFound
    return facts, view


def _view(facts: ProcedureFacts) -> ConsultationView | None:
    me = current_audience()
    replies = store.replies(db.session(), facts, words=rules.reads_replies(me))
    return view_of_consultation(facts, replies, me)


def _said(view: ConsultationView) -> dict[str, Any]:
    """The words that the templates of a consultation need."""
    return {
        "title": words.title_of(view),
        "rows": words.facts_rows(view, mission()),
        "outcomes": words.choices(rules.OUTCOMES),
        "answers": words.choices(rules.ANSWERS),
        "counted": words.choices(rules.COUNTED),
        "capacities": words.choices(rules.CAPACITIES),
        "reasons": words.choices(rules.REASONS),
        "counts": words.counts,
        "short": short,
    }


def _page(reference: str, form: Form) -> str:
    facts, view = _shown(reference)
    me = current_audience()
    start = {f"answer-{one.id}": one.answer for one in view.mine}
    start |= {f"comment-{one.id}": store.own_comment(db.session(), one.id) for one in view.mine if one.answer}
    if view.summary is not None:
        start |= {"outcomes": view.summary["outcomes"], "words": view.summary["words"]}
    early = view.state in ("consultation", "consulted") and bool(_sittings_for(facts))
    return render_template(
        "consultations/show.html",
        view=view,
        form=Form({**start, **form.values}, form.errors),
        may_open="open_consultation" in CYCLE.open_to(facts.state, me.roles),
        may_override=early and me.may(roles.LPRC_CHAIR, roles.PRC_SECRETARY),
        **_said(view),
    )


def _sittings_for(facts: ProcedureFacts) -> dict[str, str]:
    """Sittings that this reader decides at and that come too early for the project, as a list to choose from."""
    apart = mission().pack.procedures.before_sitting_wd
    first = rules.first_day(facts.facts, apart, mission().is_day_off, mission().zone)
    found = {}
    for row in sittings.called(db.session(), str(facts.facts.get("committee", ""))):
        day = str(row.facts["day"])
        if decides(procedure_facts(row), current_audience()) and first is not None and day < first.isoformat():
            found[row.reference] = f"{row.reference} {words.day(day)}"
    return found


def _override_page(view: ConsultationView, form: Form) -> str:
    facts = _shown(view.reference)[0]
    return render_template(
        "consultations/override.html", view=view, form=form, sittings=_sittings_for(facts), **_said(view)
    )


def _clusters_page() -> str:
    noted = store.sectors_noted(db.session())
    people = list(db.session.scalars(signing_in([roles.CLUSTER])))
    return render_template(
        "consultations/clusters.html",
        people=[(person, Form({"sectors": sorted(noted.get(person.id, ()))})) for person in people],
        sectors=words.choices(SECTORS),
    )
