"""The form of a static site: its fields in their order, its choices, and who reads what of it."""

from __future__ import annotations

from flask import url_for
from flask_babel import lazy_gettext as _l

from deconflict.domain.activity import Side
from deconflict.domain.filing import Level
from deconflict.schemas import sites as schema
from deconflict.schemas.notices import DISCLAIMER_VERSION
from deconflict.web.filing_form import PLACE, Layout
from deconflict.web.filing_pages import Pages, Sheet
from deconflict.web.site_words import WEEKDAYS

DAY_FIELDS = {day: _l("Open on") for day in schema.DAYS}
SITE = Sheet(
    flag="site",
    layout=Layout(
        before={
            "name": _l("Name or code"),
            "aliases": _l("Other names"),
            "kind": _l("Kind of site"),
            "works": _l("In use at present"),
        },
        stop=PLACE,
        after={
            "fix_method": _l("How the position was taken"),
            "fixed_on": _l("When it was taken"),
            "radius_m": _l("Radius in metres"),
            "valid_from": _l("There since, or from"),
            "operator": _l("Run by"),
            "co_operators": _l("Together with"),
            "communications": _l("Number there"),
            "opening": _l("When it is open"),
            **DAY_FIELDS,
            "opens": _l("Opens"),
            "closes": _l("Closes"),
            "marking": _l("Marking"),
            "occupancy": _l("People there, as a rule"),
            "level": _l("What the OCHA officer may tell the other side"),
            "disclaimer": _l("I have read this"),
        },
        one_place=True,
    ),
    stops=1,
    template="sites/form.html",
    title=_l("Notify a site"),
    paper=_l("Site"),
    start={},
)
WHO_SEES = {
    Level.MATCH_ONLY: _l(
        "Read by your organisation and by the CMCoord officers and heads at OCHA only; a guesthouse by the CMCoord officers and "
        "the OCHA Head of Office only. If it meets a plan of the mission, you are the only side that can be asked to change, and "
        "a site cannot move."
    ),
    Level.REDACTED: _l(
        "Read by your organisation and by the CMCoord officers and heads at OCHA. Once an officer has verified it, and only if it "
        "meets a plan, the officer may ask the mission desk to keep away from the settlement; never your name, what the site is "
        "or its position."
    ),
}


PAGES = Pages(
    name="sites",
    side=Side.HUMANITARIAN,
    schema=schema.SiteSchema,
    sheets={"site": SITE},
    new_url=lambda _what: url_for("sites.new"),
    words={"noun": _l("Site"), "mine": _l("Our sites"), "new": _l("Notify a site"), "amend": _l("Amend a site")},
    options={
        "fixes": schema.FIXES,
        "openings": schema.OPENINGS,
        "days": dict(zip(schema.DAYS, WEEKDAYS, strict=True)),
        "markings": schema.MARKINGS,
        "occupancies": schema.OCCUPANCIES,
        "yes_no": {"yes": _l("Yes"), "no": _l("No")},
        "levels": schema.LEVELS,
        "who_sees": WHO_SEES,
        "disclaimer": DISCLAIMER_VERSION,
    },
    sites=True,
)
