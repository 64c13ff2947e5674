"""The dialogue log, for officers alone: sessions that areas have due, what is planned and was held, counts of the month before, and what
incoming contingents are taught."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import force_locale, format_date
from flask_babel import gettext as _

from deconflict.domain import meetings as nouns
from deconflict.domain import roles
from deconflict.domain.dialogue import HELD, Meeting, counted, meeting_of, month_before, sessions_by_area
from deconflict.domain.errors import NotFound
from deconflict.domain.every_procedure import sees_procedure
from deconflict.domain.procedures import Noun, ProcedureFacts
from deconflict.schemas.meetings import COUNTED, MeetingSchema, PromiseSchema, typed_meeting
from deconflict.services import meetings as service
from deconflict.store import procedures as store
from deconflict.store.base import db
from deconflict.store.meetings import every_meeting
from deconflict.web import meeting_words as words
from deconflict.web.acts import Page, press, submit
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import area_name, mission
from deconflict.web.forms_ui import Form, typed
from deconflict.web.intake import number
from deconflict.web.language import LOCALES
from deconflict.web.procedure_words import past_lines, standing

bp = Blueprint("meetings", __name__)
OWN = ("_key", "version")  # of the page, not of the meeting
LATELY = 40


@bp.get("/dialogue")
@audience(*roles.OFFICERS)
def index() -> str:
    me, at = current_audience(), now()
    every = [facts for facts in every_meeting(db.session()) if sees_procedure(facts, me)]
    codes = [area.code for area in mission().areas]
    month = month_before(at.astimezone(mission().zone).date())
    planned = [facts for facts in every if facts.state == "planned"]
    return render_template(
        "meetings/index.html",
        sessions=sessions_by_area(every, codes, at),
        planned=words.lines_of([facts for facts in planned if facts.facts["on"]], me),
        others=words.lines_of([facts for facts in every if facts.state != "planned"][:LATELY], me),
        counts=counted(every, codes, month),
        kinds=words.choices(nouns.KINDS),
        month=format_date(month, "MMMM yyyy"),
        area_name=area_name,
        day_words=words.day_words,
        zone=mission().zone,
        tags=LOCALES,
    )


@bp.route("/dialogue/new", methods=["GET", "POST"])
@audience(*roles.OFFICERS)
def new() -> Page:
    if request.method == "GET":
        return _form(Form({"_key": secrets.token_hex(16)}))
    reference = ""

    def do() -> str:
        nonlocal reference
        key = f"meeting-{current_audience().person_id}-{request.form.get('_key', '')[:32]}"
        reference = service.plan(*_read(), current_audience(), key, mission(), now())
        return _("Noted. Officers of OCHA read it, and nobody else.")

    answer = submit("", do, _form)
    return redirect(url_for("meetings.show", reference=reference), 303) if reference else answer


@bp.get("/dialogue/<reference>")
@audience(*roles.OFFICERS)
def show(reference: str) -> str:
    return _page(reference)


@bp.route("/dialogue/<reference>/write", methods=["GET", "POST"])
@audience(*roles.OFFICERS)
def write(reference: str) -> Page:
    facts = _facts(reference)
    meeting = meeting_of(facts.facts)
    if request.method == "GET":
        values = typed_meeting(meeting) | {"version": str(facts.version)}
        return _form(Form(values), facts)

    def do() -> str:
        meeting, held = _read(held=facts.state in HELD)
        service.write(reference, _version(), meeting, held, current_audience(), mission(), now())
        return _("Noted. Officers of OCHA read it, and nobody else.")

    return submit(url_for("meetings.show", reference=reference), do, lambda form: _form(form, facts))


@bp.post("/dialogue/<reference>/cancel")
@audience(*roles.OFFICERS)
def cancel(reference: str) -> Page:
    _facts(reference)

    def do() -> str:
        code = request.form.get("code", "")
        service.cancel(reference, _version(), code, current_audience(), mission(), now())
        return _("Cancelled.")

    return submit(url_for("meetings.show", reference=reference), do, lambda form: _page(reference, form))


@bp.post("/dialogue/<reference>/follow")
@audience(*roles.OFFICERS)
def follow(reference: str) -> Page:
    _facts(reference)

    def do() -> str:
        given = {name: request.form.get(name, "") for name in ("what", "who", "by")}
        promise = PromiseSchema().load(given)
        service.follow(reference, _version(), promise, current_audience(), mission(), now())
        return _("Noted. It stands on the page of who must act by when.")

    return submit(url_for("meetings.show", reference=reference), do, lambda form: _page(reference, form))


@bp.post("/dialogue/<reference>/done")
@audience(*roles.OFFICERS)
def done(reference: str) -> Page:
    def do() -> str:
        which = number(request.form.get("number"))
        service.done(reference, _version(), -1 if which is None else which, current_audience(), mission(), now())
        return _("Noted as done.")

    return press(url_for("meetings.show", reference=reference), do)


@bp.get("/dialogue/training/<tag>")
@audience(*roles.OFFICERS)
def pack(tag: str) -> str:
    """To be printed: for incoming contingents, in plain words. It names no person and no unit."""
    if tag not in LOCALES:
        raise NotFound
    hours = {name: round(seconds / 3600) for name, seconds in mission().pack.lead_times_s.items()}
    with force_locale(LOCALES[tag]):
        return render_template(
            "meetings/pack.html",
            tag=tag,
            tags=LOCALES,
            mission_name=mission().name[tag],
            desk=roles.LABELS[roles.CMCOORD][tag],
            cimic=roles.LABELS[roles.CIMIC][tag],
            areas=[area.name[tag] for area in mission().areas],
            hours=hours,
        )


def _page(reference: str, form: Form | None = None) -> str:
    facts, me = _facts(reference), current_audience()
    meeting = meeting_of(facts.facts)
    return render_template(
        "meetings/show.html",
        facts=facts,
        meeting=meeting,
        words=words,
        standing=standing(facts, me, now()),
        past=past_lines(facts, names=True),
        acts=nouns.CYCLE.open_to(facts.state, me.roles),
        area=area_name(meeting.area),
        promises=[(n, one) for n, one in enumerate(meeting.promises)],
        cancelled=[words.said(nouns.CANCELLED, line.code) for line in facts.past if line.code],
        codes=words.choices(nouns.CANCELLED),
        tags=LOCALES,
        form=form or Form(),
    )


def _form(form: Form, facts: ProcedureFacts | None = None) -> str:
    held = facts is not None and facts.state in HELD
    return render_template(
        "meetings/form.html",
        form=form,
        facts=facts,
        held=held,
        counted=COUNTED,
        areas={area.code: area_name(area.code) for area in mission().areas},
        choices=words.choices,
        nouns=nouns,
    )


def _facts(reference: str) -> ProcedureFacts:
    row = store.with_past(db.session(), Noun.MEETING, reference)
    facts = store.procedure_facts(row, past=True) if row is not None else None
    if facts is None or not sees_procedure(facts, current_audience()):
        raise NotFound
    return facts


def _read(*, held: bool = False) -> tuple[Meeting, bool]:
    """What was typed, and whether it took place."""
    given: dict[str, Any] = typed(request.form, "topics")
    given = {name: value for name, value in given.items() if name not in OWN}
    read: tuple[Meeting, bool] = MeetingSchema(mission(), now(), held=held).load(given)
    return read


def _version() -> int:
    return number(request.form.get("version")) or 0
