"""Areas to avoid that OCHA enters itself, for forces that file nothing here: the mission's sheet of an area, at the desk's own door."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, url_for
from flask_babel import lazy_gettext as _l

from deconflict.domain import roles
from deconflict.domain.activity import Side
from deconflict.domain.filing import Level
from deconflict.schemas import zones
from deconflict.web import filing_pages, filing_write, plans
from deconflict.web.audience import audience
from deconflict.web.filing_pages import Page, Pages

bp = Blueprint("areas", __name__)

PAGES = Pages(
    name="areas",
    side=Side.MISSION,
    schema=zones.OchaZoneSchema,
    sheets={
        "zone": replace(
            plans.ZONE,
            layout=replace(plans.ZONE.layout, after={"known_from": _l("OCHA has it from"), **plans.ZONE.layout.after}),
            template="areas/zone.html",
            title=_l("Enter an area to avoid"),
            start={"level": str(Level.MATCH_ONLY)},
            schema=zones.OchaZoneSchema,
        )
    },
    new_url=lambda _what: url_for("areas.new"),
    words={
        "noun": _l("Area to avoid, entered by OCHA"),
        "mine": _l("Areas that OCHA entered"),
        "new": _l("Enter an area to avoid"),
        "none": _l("There is no area yet."),
        "begin": _l(
            "Enter what the desk hears of forces that file nothing here: what nobody has entered meets nothing."
        ),
        "amend": _l("Amend an area to avoid"),
        "cancel": _l("Withdraw the area"),
        "doubt": _l("Cases that rest on it end. Whoever was asked to avoid a place is told at the next fixed hour."),
    },
    options={
        "shapes": zones.SHAPES,
        "known_from": zones.KNOWN_FROM,
        "who_sees": {
            Level.MATCH_ONLY: _l(
                "Read by OCHA's officers and heads alone. The mission never reads it, is told nothing and is asked nothing. If it "
                "meets a movement or a site, an officer may ask the organisation to avoid a place on a half-day, once whoever "
                "entered the area has said that this may be told."
            )
        },
    },
    of_ocha=True,
)


@bp.get("/desk/areas")
@audience(*roles.FILERS_OCHA)
def mine() -> Page:
    return filing_pages.mine(PAGES)


@bp.route("/desk/areas/new", methods=["GET", "POST"])
@audience(*roles.FILERS_OCHA)
def new() -> Page:
    return filing_write.new(PAGES, "zone")


@bp.get("/desk/areas/<reference>")
@audience(*roles.FILERS_OCHA)
def show(reference: str) -> Page:
    return filing_pages.show(PAGES, reference)


@bp.get("/desk/areas/<reference>/filed")
@audience(*roles.FILERS_OCHA)
def filed(reference: str) -> Page:
    return filing_pages.filed(PAGES, reference)


@bp.route("/desk/areas/<reference>/amend", methods=["GET", "POST"])
@audience(*roles.FILERS_OCHA)
def amend(reference: str) -> Page:
    return filing_write.amend(PAGES, reference)


@bp.route("/desk/areas/<reference>/cancel", methods=["GET", "POST"])
@audience(*roles.FILERS_OCHA)
def cancel(reference: str) -> Page:
    return filing_write.cancel(PAGES, reference)


@bp.context_processor
def _on_the_page() -> dict[str, Any]:
    return {"seal_points": lambda text: zones.seal_of(filing_pages.mission(), text)}
