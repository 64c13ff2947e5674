"""Sittings of the committees: their calendar, calling one, its page with agenda and minutes, and what is decided of each project."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _

from deconflict.domain import roles
from deconflict.domain import sittings as rules
from deconflict.domain.conditions import KINDS
from deconflict.domain.consultation import OUTCOMES
from deconflict.domain.errors import NotFound
from deconflict.domain.procedures import Noun, ProcedureFacts
from deconflict.domain.qips import CYCLE as QIP_CYCLE
from deconflict.domain.qips import sees as sees_qip
from deconflict.schemas.sittings import (
    DOERS_NAMED,
    ROWS,
    CancelSchema,
    MinutesSchema,
    MoveSchema,
    SittingSchema,
    read_decision,
)
from deconflict.services import sittings as service
from deconflict.store import procedures as store
from deconflict.store import sittings as queries
from deconflict.store.base import db
from deconflict.store.procedures import Procedure, procedure_facts
from deconflict.web import consultation_words as words
from deconflict.web.acts import Page, press, submit
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import mission
from deconflict.web.desk_words import short
from deconflict.web.forms_ui import Form, typed
from deconflict.web.intake import number
from deconflict.web.kept_forms import typed_before
from deconflict.web.language import label
from deconflict.web.procedure_words import past_lines, standing

bp = Blueprint("sittings", __name__)
READERS = tuple(sorted(rules.READERS))
CALLERS = tuple(sorted(rules.CALLERS))
KEEPERS = tuple(sorted(rules.KEEPERS))


@bp.get("/sittings")
@audience(*READERS)
def index() -> str:
    """Those to come by their day, then those that were, the last first."""
    me = current_audience()
    found = store.procedures(db.session(), Noun.SITTING, me)
    called = sorted((one for one in found if one.state == "called"), key=lambda one: one.facts["day"])
    over = sorted((one for one in found if one.state != "called"), key=lambda one: one.facts["day"], reverse=True)
    return render_template(
        "sittings/index.html", called=[_line(one) for one in called], over=[_line(one) for one in over],
        may_call=any(rules.may_call(one, me) for one in mission().committees),
    )  # fmt: skip


@bp.route("/sittings/new", methods=["GET", "POST"])
@audience(*CALLERS)
def new() -> Page:
    if request.method == "GET":
        return _new_page(Form({"members": list(rules.MEMBERS)}))
    made: list[str] = []

    def do() -> str:
        told = SittingSchema(mission(), _today()).load(typed(request.form, "members"))
        made.append(service.call(**told, by=current_audience(), mission=mission(), now=now()))
        return _("The sitting is called. What is ripe by then is on its agenda.")

    answer = submit(url_for("sittings.index"), do, _new_page, "members")
    return redirect(_address(made[0]), 303) if made else answer


@bp.get("/sittings/<reference>")
@audience(*READERS)
def show(reference: str) -> str:
    return _page(reference, Form())


@bp.post("/sittings/<reference>/move")
@audience(*CALLERS)
def move(reference: str) -> Page:
    def do() -> str:
        told = MoveSchema(_today()).load({name: request.form.get(name, "") for name in ("version", "day")})
        service.move_to(reference, **told, by=current_audience(), mission=mission(), now=now())
        return _("The sitting is moved.")

    return submit(_address(reference), do, lambda form: _page(reference, form))


@bp.post("/sittings/<reference>/agenda")
@audience(*CALLERS)
def renew(reference: str) -> Page:
    def do() -> str:
        version = number(request.form.get("version")) or 0
        count = service.renew(reference, version, current_audience(), mission(), now())
        return _("New on the agenda: %(count)s.", count=count)

    return press(_address(reference), do)


@bp.post("/sittings/<reference>/project")
@audience(roles.QIP_MANAGER)
def on_agenda(reference: str) -> Page:
    """Puts one project on, or takes it off."""
    qip = request.form.get("qip", "")

    def do() -> str:
        version = number(request.form.get("version")) or 0
        if request.form.get("off"):
            service.unschedule(qip, version, current_audience(), mission(), now())
            return _("It is off the agenda.")
        service.schedule(reference, qip, version, current_audience(), mission(), now())
        return _("It is on the agenda.")

    return press(_address(reference), do)


@bp.route("/sittings/<reference>/cancel", methods=["GET", "POST"])
@audience(*CALLERS)
def cancel(reference: str) -> Page:
    facts = _facts(reference)
    if request.method == "GET":
        return _cancel_page(facts, Form({"version": str(facts.version)}))

    def do() -> str:
        told = CancelSchema().load(typed(request.form))
        service.cancel(reference, **told, by=current_audience(), mission=mission(), now=now())
        return _("The sitting is cancelled. What was on its agenda is where it was before.")

    return submit(_address(reference), do, lambda form: _cancel_page(facts, form))


@bp.route("/sittings/<reference>/decide", methods=["GET", "POST"])
@audience(*KEEPERS)
def decide(reference: str) -> Page:
    """Of the project that `qip` names."""
    qip = request.values.get("qip") or typed_before().get("qip", "")
    facts, one = _facts(reference), _qip(qip)
    if not rules.decides(facts, current_audience()):
        raise NotFound
    if request.method == "GET":
        return _decide_page(facts, one, Form({"version": str(one.version)}))

    def do() -> str:
        told, asked = read_decision(facts.facts["kind"], _but_qip(typed(request.form)), _today())
        service.decide(
            reference,
            qip,
            told["version"],
            told["event"],
            told["code"],
            told["words"],
            [service.Condition(**row) for row in asked],
            current_audience(),
            mission(),
            now(),
        )
        return _("The decision is recorded.")

    return submit(_address(reference), do, lambda form: _decide_page(facts, one, form))


@bp.route("/sittings/<reference>/minutes", methods=["GET", "POST"])
@audience(*KEEPERS)
def minutes(reference: str) -> Page:
    """Writes them, or corrects them."""
    facts = _facts(reference)
    if not rules.decides(facts, current_audience()) or facts.state == "cancelled":
        raise NotFound
    if request.method == "GET":
        start = {"present": facts.facts.get("present", facts.facts["members"]), "words": facts.facts.get("minutes", "")}
        return _minutes_page(facts, Form({"version": str(facts.version), **start}))

    def do() -> str:
        told = MinutesSchema().load(typed(request.form, "present"))
        act = service.hold if facts.state == "called" else service.correct
        act(reference, **told, by=current_audience(), mission=mission(), now=now())
        return _("The minutes are written.")

    return submit(_address(reference), do, lambda form: _minutes_page(facts, form), "present")


# ---- pages -------------------------------------------------------------------------------------------------------


def _but_qip(form: dict[str, Any]) -> dict[str, Any]:
    return {name: text for name, text in form.items() if name != "qip"}


def _today() -> date:
    return now().astimezone(mission().zone).date()


def _address(reference: str) -> str:
    return url_for("sittings.show", reference=reference)


def _facts(reference: str, *, past: bool = False) -> ProcedureFacts:
    """Raises NotFound where there is none for this reader."""
    row = store.with_past(db.session(), Noun.SITTING, reference)
    facts = procedure_facts(row, past=past) if row is not None else None
    if facts is None or not rules.sees(facts, current_audience()):
        raise NotFound
    return facts


def _qip(reference: str) -> ProcedureFacts:
    row = store.procedure(db.session(), Noun.QIP, reference)
    facts = procedure_facts(row) if row is not None else None
    if facts is None or not sees_qip(facts, current_audience()):
        raise NotFound
    return facts


def _line(facts: ProcedureFacts) -> dict[str, Any]:
    on = queries.on_agenda(db.session(), facts.reference) if facts.state == "called" else ()
    return {
        "standing": standing(facts, current_audience(), now()),
        "committee": words.committee_words(facts.facts["committee"], mission()),
        "day": words.day(facts.facts["day"]),
        "on": len(on),
    }


def _new_page(form: Form) -> str:
    own = [one for one in mission().committees if rules.may_call(one, current_audience())]
    return render_template(
        "sittings/new.html",
        form=form,
        committees={one.code: label(dict(one.name)) for one in own},
        members=words.choices(rules.MEMBERS),
    )


def _page(reference: str, form: Form) -> str:
    facts = _facts(reference, past=True)
    me = current_audience()
    agenda, waiting = _agenda(facts)
    return render_template(
        "sittings/show.html",
        facts=facts,
        form=form if form.values else Form({"day": facts.facts["day"]}),
        line=standing(facts, me, now()),
        past=past_lines(facts, names=True),
        committee=words.committee_words(facts.facts["committee"], mission()),
        day=words.day(facts.facts["day"]),
        agenda=agenda,
        waiting=waiting,
        decided=[_decided(one) for one in queries.decided_at(db.session(), reference)],
        conditions=[_condition(one) for one in queries.conditions_of(db.session(), reference)],
        corrections=[_correction(line.facts) for line in facts.past if line.event == "correct"],
        sits=_named(facts.facts["members"]),
        sat=_named(facts.facts.get("present", ())),
        keeps=rules.decides(facts, me),
        begun=_today().isoformat() >= facts.facts["day"],
        calls=facts.state == "called" and _may_call(facts),
        manages=me.may(roles.QIP_MANAGER),
        short=short,
    )


def _may_call(facts: ProcedureFacts) -> bool:
    which = next((one for one in mission().committees if one.code == facts.facts["committee"]), None)
    return which is not None and rules.may_call(which, current_audience())


def _agenda(facts: ProcedureFacts) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What is before it, and what of its committee is not, with the first day on which it could be."""
    if facts.state != "called":
        return [], []
    on: list[Procedure] = queries.on_agenda(db.session(), facts.reference)
    if facts.facts["kind"] == rules.PRC:
        on += [q for q in queries.qips_in(db.session(), ["recommended"]) if q.sector in facts.facts["sectors"]]
    rest = [
        row
        for row in queries.qips_in(db.session(), ["consultation", "consulted"])
        if row.facts.get("committee") == facts.facts["committee"]
    ]
    return [_on_it(row, facts) for row in on], [_on_it(row, facts) for row in rest]


def _on_it(row: Procedure, facts: ProcedureFacts) -> dict[str, Any]:
    first = service.ripe_from(row, mission())
    return {
        "reference": row.reference,
        "version": row.version,
        "title": words.title_of(row.facts),
        "state": label(dict(QIP_CYCLE.states[row.state])),
        "summary": words.outcome_words(row.facts["summary"]["outcomes"]) if row.facts.get("summary") else None,
        "overridden": bool(row.facts.get("overridden_at")),
        "scheduled": row.state == "scheduled",
        "ripe": row.state == "consulted" and first is not None and first <= rules.day_of(facts.facts),
        "first": words.day(first.isoformat()) if first else "",
    }


def _decided(one: queries.Decided) -> dict[str, str]:
    return {
        "reference": one.qip.reference,
        "title": words.title_of(one.qip.facts),
        "what": label(dict(QIP_CYCLE.act_label(one.event))),
        "outcome": words.words_of(OUTCOMES, one.code),
        "words": one.words,
        "at": short(one.at),
        "overridden": "yes" if one.facts.get("overridden") else "",
    }


def _condition(one: ProcedureFacts) -> dict[str, Any]:
    return {
        "standing": standing(one, current_audience(), now()),
        "qip": one.facts["qip"],
        "what": words.words_of(KINDS, one.facts["kind"]),
        "words": one.facts["words"],
        "who": label(roles.LABELS[one.facts["by_role"]]),
        "until": words.day(one.facts["until"]),
    }


def _correction(before: Any) -> dict[str, str]:
    return {
        "present": _named(before["present"]),
        "minutes": before["minutes"],
    }


def _named(members: Iterable[str]) -> str:
    return ", ".join(words.words_of(rules.MEMBERS, code) for code in members)


def _cancel_page(facts: ProcedureFacts, form: Form) -> str:
    return render_template("sittings/cancel.html", facts=facts, form=form, why=words.choices(rules.WHY_CANCELLED))


def _decide_page(facts: ProcedureFacts, one: ProcedureFacts, form: Form) -> str:
    events = rules.DECISIONS[facts.facts["kind"]]
    codes = {code for codes in events.values() for code in codes}
    return render_template(
        "sittings/decide.html",
        facts=facts,
        qip=one,
        title=words.title_of(one.facts),
        form=form,
        summary=one.facts.get("summary"),
        outcomes=words.choices(OUTCOMES),
        counts=words.counts,
        override=one.facts.get("override") if one.facts.get("overridden_at") else None,
        events={event: label(dict(QIP_CYCLE.act_label(event))) for event in events},
        goes_with={event: ", ".join(words.outcome_words(list(codes))) for event, codes in events.items()},
        codes={code: said for code, said in words.choices(OUTCOMES).items() if code in codes},
        kinds=words.choices(KINDS),
        doers=words.choices(DOERS_NAMED),
        rows=range(ROWS),
    )


def _minutes_page(facts: ProcedureFacts, form: Form) -> str:
    return render_template("sittings/minutes.html", facts=facts, form=form, members=words.choices(rules.MEMBERS))
