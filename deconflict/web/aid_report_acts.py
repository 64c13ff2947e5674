"""The file of one report of aid outside QIPs: what is known, who must act by when, the letters, and the acts of each role."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deconflict.domain import roles
from deconflict.domain.aid_pack import ANSWERED, Verified, pack_of
from deconflict.domain.aid_reports import CYCLE, DECLARERS
from deconflict.domain.aid_sources import Source
from deconflict.domain.aid_views import AidView, Reader
from deconflict.domain.aid_words import KINDS, RESPONSES, SOURCES
from deconflict.domain.audience import Audience
from deconflict.domain.errors import NotFound
from deconflict.schemas.aid_reports import ResponseSchema, SourceSchema
from deconflict.services import aid_raising, aid_reports, aid_verifying
from deconflict.services.aid_reading import read
from deconflict.store.aid_reports import entered_as, verified_reports
from deconflict.store.base import db
from deconflict.store.on_behalf import organisations
from deconflict.web import aid_report_words as words
from deconflict.web.acts import Page, submit
from deconflict.web.aid_reports import bp
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import mission
from deconflict.web.forms_ui import Form, typed
from deconflict.web.intake import number
from deconflict.web.language import current_language, label
from deconflict.web.procedure_words import standing

# Acts that are one button, by event: what is done, and what is said then.
BUTTONS = {
    "take": (aid_reports.take, _l("You look into it.")),
    "verify": (aid_verifying.verify, _l("Verified. Organisations with activities there are looked for.")),
    "shown_wrong": (aid_verifying.shown_wrong, _l("Taken back. What rested on it ends.")),
    "raise": (aid_raising.raise_with_mission, _l("Raised with the mission. Its clock runs from today.")),
    "escalate": (aid_raising.escalate, _l("The letter to the heads of the mission is written.")),
    "close": (aid_raising.close, _l("Closed.")),
}
LAID_ASIDE = ("not_verify", "unfounded", "look_again")
FIELDS: dict[str | None, str] = {"words": "response-words"}


@bp.get("/<reference>")
@audience(*roles.OFFICERS, *DECLARERS)
def show(reference: str) -> str:
    return _page(reference, Form())


@bp.post("/<reference>/act")
@audience(*roles.OFFICERS, roles.CIMIC)
def act(reference: str) -> Page:
    """What the button of the form says, at the version that the page showed."""

    def do() -> str:
        return _act(request.form.get("do", ""), reference, number(request.form.get("version")) or 0)

    return submit(
        url_for("aid_reports.show", reference=reference), do, lambda form: _page(reference, form), fields=FIELDS
    )


@bp.get("/<reference>/letters")
@audience(*roles.OFFICERS, roles.CIMIC)
def letters(reference: str) -> str:
    """As they were written, in both languages, to be printed."""
    view = read(reference, current_audience(), now())
    return render_template("aid_reports/letters.html", reference=reference, letters=_letters(view))


@bp.get("/pack")
@audience(*roles.OFFICERS, roles.HC_OFFICE)
def pack() -> str:
    """Verified reports by quarter: for the desk by cercle, for the HC's office by region."""
    me = current_audience()
    found = [_verified(row.facts, row.pcode, row.cod_version) for row in verified_reports(db.session())]
    return render_template(
        "aid_reports/pack.html",
        quarters=pack_of(found, whole=me.is_officer),
        kinds=words.choices(KINDS),
        whole=me.is_officer,
        middle=mission().gazetteer.terms.cercle.capitalize(),
    )


def _act(event: str, reference: str, version: int) -> str:
    at, me = now(), current_audience()
    where = (reference, version)
    if event in BUTTONS:
        verb, said = BUTTONS[event]
        verb(*where, me, mission(), at)
        return str(said)
    sent = typed(request.form)
    if event in LAID_ASIDE:
        aid_reports.lay_aside(*where, event, me, mission(), at)
        return _("Noted.")
    if event == "source":
        kind, organisation_id = SourceSchema(_organisations()).load(_only(sent, "source-"))
        aid_reports.add_source(*where, Source(kind, organisation_id), me, mission(), at)
        return _("The source is written down. You alone, as CMCoord officer, read who it is.")
    if event == "duplicate":
        aid_reports.same_as(*where, sent.get("other", "")[:8], me, mission(), at)
        return _("Noted: it is counted once.")
    if event == "respond":
        code, answer = ResponseSchema().load(_only(sent, "response-"))
        aid_raising.respond(*where, code, answer, me, mission(), at)
        return _("Your answer is with OCHA.")
    raise NotFound


def _page(reference: str, form: Form) -> str:
    me, at = current_audience(), now()
    view = read(reference, me, at)
    if view.facts is None:
        raise NotFound
    events = CYCLE.open_to(view.state, me.roles)
    return render_template(
        "aid_reports/show.html",
        form=form,
        line=standing(view.facts, me, at),
        version=view.facts.version,
        rows=words.rows_of(view),
        reporter=words.reporter_words(view),
        sources=words.source_lines(view),
        past=words.history_of(view, names=me.is_officer),
        buttons=[
            (event, label(dict(CYCLE.steps[event].label))) for event in (*BUTTONS, *LAID_ASIDE) if event in events
        ],
        events=events,
        officer=view.reader is Reader.OFFICER,
        desk=me.is_officer,
        **_of_the_desk(view, me),
        responses=words.choices(RESPONSES),
        source_kinds=words.choices(SOURCES),
        organisations=_organisations() if view.reader is Reader.OFFICER else {},
        letters=bool(_letters(view)),
        said=words.said(RESPONSES, view.facts.facts.get("response")),
        taken_back=bool(view.declared and view.facts.facts.get("taken_back")),
    )


def _of_the_desk(view: AidView, me: Audience) -> dict[str, object]:
    """What OCHA's officers read beside it, and nobody else."""
    if not me.is_officer or view.facts is None:
        return {"near": None, "entered": "", "until": "", "same_as": ""}
    until = aid_verifying.advised_until(view.day.isoformat(), mission())
    return {
        "near": words.near_humanitarian(view, me),
        "entered": entered_as(db.session(), view.facts.item_id),
        "until": words.last_day(until),
        "same_as": view.facts.facts.get("same_as", ""),
    }


def _letters(view: AidView) -> list[dict[str, str]]:
    """The mission reads that which was written to its desk."""
    found = view.facts.facts.get("letters", ()) if view.facts is not None else ()
    mine = [one for one in found if view.reader in (Reader.OFFICER, Reader.HEAD) or one["to"] == "raise"]
    first = current_language()
    return [
        {"to": one["to"], "first": one.get(first, one["fr"]), "second": one["fr" if first == "en" else "en"]}
        for one in mine
    ]


def _organisations() -> dict[str, str]:
    return {str(id): name for id, name in organisations(db.session()).items()}


def _only(sent: dict[str, str], prefix: str) -> dict[str, str]:
    return {name: text for name, text in sent.items() if name.startswith(prefix)}


def _verified(facts: dict[str, str], pcode: str | None, cod_version: str) -> Verified:
    place = mission().gazetteer.meant(pcode, cod_version)
    return Verified(
        day=words.iso_day(facts["day"]),
        region=place.region_name if place else "",
        cercle=place.cercle_name if place else "",
        kind=facts["kind"],
        raised="raised_on" in facts,
        answered=ANSWERED in facts,
    )
