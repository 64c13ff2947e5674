"""Movement notices: what a humanitarian organisation files, reads again, amends and cancels."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deconflict.domain import roles
from deconflict.domain.activity import Side
from deconflict.domain.filing import Level
from deconflict.schemas import notices as schema
from deconflict.schemas.filings import MODES, URGENCIES
from deconflict.services.convoys import convoy_of
from deconflict.store import directory as people
from deconflict.store.base import db
from deconflict.web import (
    filing_again,
    filing_drafts,
    filing_pages,
    filing_write,
    own_changes,
    own_check_ins,
    own_other_procedures,
)
from deconflict.web.access_words import incidents_logged, may_log
from deconflict.web.asset_words import escorts_asked
from deconflict.web.audience import audience, current_audience
from deconflict.web.filing_form import PLACE, Layout, window
from deconflict.web.filing_pages import Page, Pages, Sheet
from deconflict.web.on_behalf_words import entered

bp = Blueprint("notices", __name__)

STOP = {
    **PLACE,
    **window("arrive", _l("Arrives")),
    "activity": _l("What is done there"),
    **window("depart", _l("Leaves")),
}
MOVEMENT = Sheet(
    flag="travel",
    layout=Layout(
        before={"kind": _l("What moves"), "mode": _l("How")},
        stop=STOP,
        after={
            "vehicles": _l("Vehicles"),
            "persons": _l("Persons"),
            "vehicle_type": _l("Kind of vehicles"),
            "marking": _l("Marking of the vehicles"),
            "cargo": _l("Cargo"),
            "escort": _l("Armed escort"),
            "escort_by": _l("Escort provided by"),
            "urgency": _l("Urgency"),
            "urgency_reason": _l("Why it cannot wait"),
            "communications": _l("Team's number"),
            "second_phone": _l("Second number"),
            "radio": _l("Radio on board"),
            "coverage_date": _l("Out of reach from"),
            "coverage_time": _l("Out of reach from"),
            "check_in_plan": _l("Where the team says that it has arrived"),
            "overnight": _l("Overnight place"),
            "plates": _l("Number plates"),
            "level": _l("What the OCHA officer may tell the other side"),
            "confirmed_by": _l("Who checked the positions"),
            "disclaimer": _l("I have read this"),
        },
    ),
    stops=2,
    template="notices/form.html",
    title=_l("Notify a movement"),
    paper=_l("Movement"),
    start={
        **{"mode": "road", "urgency": "standard", "radio": "none", "check_in_plan": "none"},
    },
)
WHO_SEES = {
    Level.MATCH_ONLY: _l(
        "Read by your organisation and by the CMCoord officers and heads at OCHA only; a sensitive activity by the CMCoord "
        "officers and the OCHA Head of Office only. If it meets a plan of the mission, you are the only side that can be "
        "asked to change: the rule that the mission adjusts first cannot work."
    ),
    Level.REDACTED: _l(
        "Read by your organisation and by the CMCoord officers and heads at OCHA. If another organisation may bring the same "
        "aid to the same place, the cluster coordinator reads the settlement, the week and the kind of aid, without your name. "
        "If it meets a plan, and only then, the OCHA officer may tell the mission desk to avoid a settlement on a half-day, "
        "and whether people gather there; never your name, route, hours or cargo. From this level up the mission can be "
        "asked to adjust first."
    ),
    Level.FULL: _l(
        "As the reduced level, but the cluster coordinator reads your name too. If it meets a plan, and only then, the officer "
        "may also tell the mission desk how many vehicles you have, how they are marked and their plates, so that they are "
        "recognised."
    ),
}
PAGES = Pages(
    name="notices",
    side=Side.HUMANITARIAN,
    schema=schema.NoticeSchema,
    sheets={"movement": MOVEMENT},
    new_url=lambda _what: url_for("notices.new"),
    words={
        "noun": _l("Movement notice"),
        "mine": _l("Our notices"),
        "new": _l("Notify a movement"),
        "none": _l("Your organisation has notified nothing yet."),
        "begin": _l(
            "Notify each movement before it leaves: what nobody has notified cannot be compared with the mission's plans."
        ),
        "amend": _l("Amend a movement"),
        "cancel": _l("Cancel the notice"),
        "doubt": _l("Cancelling the notice does not stop the team: tell it yourself."),
    },
    options={
        "modes": MODES,
        "urgencies": URGENCIES,
        "markings": schema.MARKINGS,
        "vehicles": schema.VEHICLES,
        "radios": schema.RADIOS,
        "check_ins": schema.CHECK_INS,
        "cargoes": schema.CARGOES,
        "escorts": schema.ESCORTS,
        "escorted_by": schema.ESCORTED_BY,
        "levels": schema.LEVELS,
        "who_sees": WHO_SEES,
        "disclaimer": schema.DISCLAIMER_VERSION,
    },
    asked=lambda: {"colleagues": _colleagues()},
)


def _colleagues() -> dict[str, str]:
    """Whoever may have checked the positions, by what the form sends, and that nobody could."""
    found = people.colleagues(db.session(), current_audience())
    return {str(id): name for id, name in found} | {schema.NOBODY: _("No second person could check them")}


@bp.get("/notices")
@audience(*roles.FILERS_HUMANITARIAN)
def mine() -> Page:
    return filing_pages.mine(PAGES, filing_drafts.rows(PAGES))


@bp.route("/notices/new", methods=["GET", "POST"])
@audience(*roles.FILERS_HUMANITARIAN)
def new() -> Page:
    return filing_write.new(PAGES, "movement")


@bp.get("/notices/drafts/<key>")
@audience(*roles.FILERS_HUMANITARIAN)
def draft(key: str) -> Page:
    return filing_write.draft(PAGES, key)


@bp.post("/notices/drafts/<key>/delete")
@audience(*roles.FILERS_HUMANITARIAN)
def drop_draft(key: str) -> Page:
    return filing_drafts.drop(PAGES, key)


@bp.post("/notices/drafts/<key>/give-back")
@audience(*roles.FILERS_HUMANITARIAN)
def give_back(key: str) -> Page:
    return filing_write.give_back(PAGES, key)


@bp.get("/notices/patterns")
@audience(*roles.FILERS_HUMANITARIAN)
def patterns() -> Page:
    return filing_again.listed(PAGES)


@bp.route("/notices/patterns/<int:pattern_id>", methods=["GET", "POST"])
@audience(*roles.FILERS_HUMANITARIAN)
def use_pattern(pattern_id: int) -> Page:
    return filing_again.of_pattern(PAGES, pattern_id)


@bp.post("/notices/patterns/<int:pattern_id>/delete")
@audience(*roles.FILERS_HUMANITARIAN)
def drop_pattern(pattern_id: int) -> Page:
    return filing_again.drop(PAGES, pattern_id)


@bp.route("/notices/<reference>/again", methods=["GET", "POST"])
@audience(*roles.FILERS_HUMANITARIAN)
def again(reference: str) -> Page:
    return filing_again.of_item(PAGES, reference)


@bp.route("/notices/<reference>/keep", methods=["GET", "POST"])
@audience(*roles.FILERS_HUMANITARIAN)
def keep(reference: str) -> Page:
    return filing_again.keep(PAGES, reference)


@bp.get("/notices/<reference>")
@audience(*roles.FILERS_HUMANITARIAN)
def show(reference: str) -> Page:
    return filing_pages.show(PAGES, reference)


@bp.get("/notices/<reference>/filed")
@audience(*roles.FILERS_HUMANITARIAN)
def filed(reference: str) -> Page:
    return filing_pages.filed(PAGES, reference)


@bp.route("/notices/<reference>/amend", methods=["GET", "POST"])
@audience(*roles.FILERS_HUMANITARIAN)
def amend(reference: str) -> Page:
    return filing_write.amend(PAGES, reference)


@bp.route("/notices/<reference>/cancel", methods=["GET", "POST"])
@audience(*roles.FILERS_HUMANITARIAN)
def cancel(reference: str) -> Page:
    return filing_write.cancel(PAGES, reference)


@bp.route("/notices/<reference>/postpone", methods=["GET", "POST"])
@audience(*roles.FILERS_HUMANITARIAN)
def postpone(reference: str) -> Page:
    return own_changes.postpone(PAGES, reference)


@bp.route("/notices/<reference>/sharing", methods=["GET", "POST"])
@audience(*roles.FILERS_HUMANITARIAN)
def sharing(reference: str) -> Page:
    return own_changes.lower(PAGES, reference)


@bp.post("/notices/<reference>/check-in")
@audience(*roles.FILERS_HUMANITARIAN)
def check_in(reference: str) -> Page:
    return own_check_ins.press(PAGES, reference)


@bp.post("/notices/<reference>/other-procedures")
@audience(*roles.FILERS_HUMANITARIAN)
def tick(reference: str) -> Page:
    return own_other_procedures.save(reference)


@bp.context_processor
def _on_the_page() -> dict[str, Any]:
    return {
        "check_ins": own_check_ins.on_own_page,
        "other_procedures": own_other_procedures.other_procedures,
        "escorts_asked": escorts_asked,
        "incidents_logged": incidents_logged,
        "may_log": may_log,
        "convoy_of": convoy_of,
        "entered": lambda view: entered(view.reference, own=view.own, old=view.reduced_at is not None),
    }
