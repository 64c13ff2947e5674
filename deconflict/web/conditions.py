"""The page of one condition: what a committee asked for, of whom, until when, and what was done about it."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from deconflict.domain import conditions as rules
from deconflict.domain import roles
from deconflict.domain.errors import NotFound
from deconflict.domain.procedures import Noun, ProcedureFacts
from deconflict.schemas.sittings import ConditionStepSchema
from deconflict.services import conditions as service
from deconflict.store import procedures as store
from deconflict.store.base import db
from deconflict.store.procedures import procedure_facts
from deconflict.web import consultation_words as words
from deconflict.web.acts import Page, submit
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import mission
from deconflict.web.forms_ui import Form, typed
from deconflict.web.language import label
from deconflict.web.procedure_words import past_lines, standing

bp = Blueprint("conditions", __name__)
READERS = tuple(sorted(rules.READERS))
ACTING = (*rules.DOERS, *sorted(rules.KEEPERS))


@bp.get("/conditions/<reference>")
@audience(*READERS)
def show(reference: str) -> str:
    return _page(reference, Form())


@bp.post("/conditions/<reference>")
@audience(*ACTING)
def act(reference: str) -> Page:
    def do() -> str:
        told = ConditionStepSchema(now().astimezone(mission().zone).date()).load(typed(request.form))
        service.take_step(reference, by=current_audience(), mission=mission(), now=now(), **told)
        return _("Noted.")

    back = url_for("conditions.show", reference=reference)
    return submit(back, do, lambda form: _page(reference, form))


def _page(reference: str, form: Form) -> str:
    row = store.with_past(db.session(), Noun.CONDITION, reference)
    facts = procedure_facts(row, past=True) if row is not None else None
    me = current_audience()
    if facts is None or not rules.sees(facts, me):
        raise NotFound
    return render_template(
        "sittings/condition.html",
        facts=facts,
        form=form,
        line=standing(facts, me, now()),
        past=past_lines(facts, names=True),
        rows=[
            (_("What"), words.words_of(rules.KINDS, facts.facts["kind"])),
            (_("As typed, not translated"), facts.facts["words"]),
            (_("Who sees to it"), label(roles.LABELS[facts.facts["by_role"]])),
            (_("By when"), words.day(facts.facts["until"])),
        ],
        steps=_steps(facts),
    )


def _steps(facts: ProcedureFacts) -> dict[str, str]:
    me = current_audience()
    mine = {"done"} if rules.does(facts, me) else set()
    mine |= {"extend", "lift", "reopen"} if rules.lifts(facts, me) else set()
    return {
        event: label(dict(rules.CYCLE.act_label(event)))
        for event in rules.CYCLE.open_to(facts.state, me.roles)
        if event in mine
    }
