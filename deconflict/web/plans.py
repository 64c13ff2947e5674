"""Mission plans: patrols, bases, activities for people, areas to avoid and visible QIP events, filed by the mission's desks."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l

from deconflict.domain import roles
from deconflict.domain.activity import Side
from deconflict.domain.errors import NotFound
from deconflict.domain.filing import Level
from deconflict.domain.qips import sees
from deconflict.schemas import aid_plans, zones
from deconflict.schemas import plans as schema
from deconflict.schemas.filings import MODES
from deconflict.store.base import db
from deconflict.store.qips import qip_of_item
from deconflict.web import filing_again, filing_drafts, filing_pages, filing_write, own_changes, own_close_outs
from deconflict.web.audience import audience, current_audience_or_none
from deconflict.web.filing_form import PLACE, Layout, window
from deconflict.web.filing_pages import Page, Pages, Sheet

bp = Blueprint("plans", __name__)

WHOLE = {
    "aid_component": _l("Is anything given to people or done for them?"),
    "joint_with": _l("With whom"),
    "level": _l("What the OCHA officer may tell the other side"),
}
OF_AID = {
    "needs_basis": _l("On whose assessment of needs does it rest?"),
    "civilian_lead": _l("Was a civilian actor asked to do it instead?"),
    "civilian_actor": _l("Who was asked?"),
    "civilian_reason": _l("Why does no civilian actor do it?"),
    "alternative": _l("Which alternative was weighed?"),
    "alternative_too": _l("And another one?"),
}
PATROL = Sheet(
    flag="patrol",
    layout=Layout(
        before={"kind": _l("Kind"), "mode": _l("How")},
        stop={
            **PLACE,
            **window("arrive", _l("Arrives")),
            "halt": _l("Stops here for 15 minutes or more"),
            "activity": _l("What is done there"),
            **window("depart", _l("Leaves")),
        },
        after=WHOLE,
    ),
    stops=2,
    template="plans/patrol.html",
    title=_l("New patrol or convoy"),
    paper=_l("Patrol or convoy"),
    start={"mode": "road"},
)
STAY = Sheet(
    flag="stay",
    layout=Layout(
        before={"kind": _l("Kind")},
        stop={**PLACE, **window("arrive", _l("Is set up")), **window("depart", _l("Is gone"))},
        after=WHOLE,
        one_place=True,
    ),
    stops=1,
    template="plans/stay.html",
    title=_l("New base or landing zone"),
    paper=_l("Base or landing zone"),
    start={"stops-0-halt": "yes"},
)
AID = Sheet(
    flag="aid",
    layout=Layout(
        before={"kind": _l("Kind"), "title": _l("What is given or done"), "category": _l("Kind of aid")},
        stop={**PLACE, **window("arrive", _l("Begins")), **window("depart", _l("Ends"))},
        after=WHOLE | {"aid_component": _l("What is the aid part of?")} | OF_AID,
        one_place=True,
    ),
    stops=1,
    template="plans/aid.html",
    title=_l("New activity for people"),
    paper=_l("Activity for people"),
    start={"stops-0-halt": "yes", "aid_component": "planned_cimic"},
    answers={"aid_component": {code: words for code, words in schema.AID_COMPONENTS.items() if code != "none"}},
)
ZONE = Sheet(
    flag="zone",
    layout=Layout(
        before={
            "kind": _l("Kind"),
            "shape": _l("How you give it"),
            "points": _l("Points, one on each line"),
            "sure_points": _l("Points, one on each line"),
            "half_width_km": _l("Width on either side, in km"),
            **{
                f"{name}_{part}": label
                for name, label in (("begins", _l("From")), ("ends", _l("Until")))
                for part in ("date", "time")
            },
            "until_notice": _l("Until further notice"),
        },
        stop={},
        after={"level": WHOLE["level"]},
    ),
    stops=1,
    template="plans/zone.html",
    title=_l("New area to avoid"),
    paper=_l("Area to avoid"),
    start={},
    schema=zones.ZoneSchema,
)
EVENT = Sheet(
    flag="event",
    layout=Layout(
        before={"kind": _l("Kind"), "title": _l("Title")},
        stop={
            **PLACE,
            **window("arrive", _l("People in uniform arrive")),
            **window("depart", _l("They leave")),
        },
        after={
            "civilian": _l("Nobody in uniform takes part"),
            "media": _l("Media are invited"),
            **WHOLE,
        },
        one_place=True,
    ),
    stops=1,
    template="plans/event.html",
    title=_l("New QIP event"),
    paper=_l("QIP event"),
    start={"stops-0-halt": "yes"},
)
WHO_SEES = {
    Level.MATCH_ONLY: _l(
        "Seen by your sector, force headquarters and OCHA only. If it meets a humanitarian activity, you are the only side "
        "that can be asked to change."
    ),
    Level.REDACTED: _l(
        "Seen by your sector, force headquarters and OCHA. If it meets an activity, and only then, the OCHA officer may ask the "
        "organisation to avoid a place on a half-day. Never who, how many or why."
    ),
}
PAGES = Pages(
    name="plans",
    side=Side.MISSION,
    schema=schema.PlanSchema,
    sheets={"patrol": PATROL, "stay": STAY, "aid": AID, "zone": ZONE, "event": EVENT},
    new_url=lambda what: url_for("plans.write", what=what),
    words={
        "noun": _l("Plan"),
        "mine": _l("Our plans"),
        "new": _l("New plan"),
        "none": _l("There is no plan yet."),
        "begin": _l(
            "Enter each patrol, convoy or event beforehand: what nobody has entered cannot be compared with humanitarian activities."
        ),
        "amend": _l("Amend a plan"),
        "cancel": _l("Cancel the plan"),
        "doubt": _l("Cancelling the plan does not stop the unit: tell it yourself."),
    },
    options={
        "modes": MODES,
        "aid": schema.AID_COMPONENTS,
        "categories": schema.CATEGORIES,
        "needs": aid_plans.NEEDS,
        "leads": aid_plans.LEAD,
        "actors": aid_plans.ACTORS,
        "reasons": aid_plans.REASONS,
        "alternatives": aid_plans.ALTERNATIVES,
        "shapes": zones.SHAPES,
        "partners": schema.PARTNERS,
        "yes_no": {"yes": _l("Yes"), "no": _l("No")},
        "levels": schema.LEVELS,
        "who_sees": WHO_SEES,
    },
)


@bp.get("/plans")
@audience(*roles.FILERS_MISSION)
def mine() -> Page:
    return filing_pages.mine(PAGES, filing_drafts.rows(PAGES))


@bp.get("/plans/new")
@audience(*roles.FILERS_MISSION)
def new() -> Page:
    """Which of them it is: they ask different things."""
    return render_template("plans/choose.html")


@bp.route("/plans/new/<what>", methods=["GET", "POST"])
@audience(*roles.FILERS_MISSION)
def write(what: str) -> Page:
    if what not in PAGES.sheets:
        raise NotFound
    return filing_write.new(PAGES, what)


@bp.get("/plans/drafts/<key>")
@audience(*roles.FILERS_MISSION)
def draft(key: str) -> Page:
    return filing_write.draft(PAGES, key)


@bp.post("/plans/drafts/<key>/delete")
@audience(*roles.FILERS_MISSION)
def drop_draft(key: str) -> Page:
    return filing_drafts.drop(PAGES, key)


@bp.route("/plans/<reference>/again", methods=["GET", "POST"])
@audience(*roles.FILERS_MISSION)
def again(reference: str) -> Page:
    return filing_again.of_item(PAGES, reference)


@bp.get("/plans/<reference>")
@audience(*roles.FILERS_MISSION)
def show(reference: str) -> Page:
    return filing_pages.show(PAGES, reference)


@bp.get("/plans/<reference>/filed")
@audience(*roles.FILERS_MISSION)
def filed(reference: str) -> Page:
    return filing_pages.filed(PAGES, reference)


@bp.route("/plans/<reference>/amend", methods=["GET", "POST"])
@audience(*roles.FILERS_MISSION)
def amend(reference: str) -> Page:
    return filing_write.amend(PAGES, reference)


@bp.route("/plans/<reference>/cancel", methods=["GET", "POST"])
@audience(*roles.FILERS_MISSION)
def cancel(reference: str) -> Page:
    return filing_write.cancel(PAGES, reference)


@bp.route("/plans/<reference>/postpone", methods=["GET", "POST"])
@audience(*roles.FILERS_MISSION)
def postpone(reference: str) -> Page:
    return own_changes.postpone(PAGES, reference)


@bp.route("/plans/<reference>/sharing", methods=["GET", "POST"])
@audience(*roles.FILERS_MISSION)
def sharing(reference: str) -> Page:
    return own_changes.lower(PAGES, reference)


@bp.route("/plans/<reference>/close-out", methods=["GET", "POST"])
@audience(*roles.FILERS_MISSION)
def close_out(reference: str) -> Page:
    return own_close_outs.answer(PAGES, reference)


@bp.before_request
def _projects_have_pages_of_their_own() -> Page | None:
    """What is matched of a QIP is no plan to be amended: whoever comes to it is sent to its project."""
    reference = (request.view_args or {}).get("reference", "")
    who = current_audience_or_none()
    found = qip_of_item(db.session(), reference) if reference and who else None
    if found is None or who is None:
        return None
    if request.method != "GET" or not sees(found, who):
        raise NotFound
    return redirect(url_for("qips.show", reference=found.reference), 303)


@bp.context_processor
def _on_the_page() -> dict[str, Any]:
    return {
        "seal_points": lambda text: zones.seal_of(filing_pages.mission(), text),
        "closing": own_close_outs.on_own_page,
        "to_close": own_close_outs.waiting,
    }
