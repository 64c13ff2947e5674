"""The directory that every alert depends on, for the desk: which organisations have whom, and who could not be reached."""

from __future__ import annotations

from flask import Blueprint, render_template

from deconflict.domain import roles
from deconflict.domain.own_people import counted
from deconflict.domain.people import SIDES
from deconflict.store import directory
from deconflict.store.base import db
from deconflict.store.reached import reached
from deconflict.web import people
from deconflict.web.audience import audience, current_audience
from deconflict.web.intake import page_asked
from deconflict.web.reach_words import count_words, reach_words

bp = Blueprint("directory", __name__)
bp.context_processor(people.words)
ON_A_PAGE = 40


@bp.get("/directory")
@audience(*roles.OFFICERS)
def index() -> str:
    """Organisations with what is missing of their people, and the whole in a few sentences."""
    me, page = current_audience(), page_asked()
    organisations = directory.organisations()
    known = reached(db.session(), [one.id for each in organisations for one in each.people], me)
    rows = [
        (each, counted(known[one.id] for one in each.people if one.id in known))
        for each in organisations[page * ON_A_PAGE : (page + 1) * ON_A_PAGE]
    ]
    more = page + 1 if len(organisations) > (page + 1) * ON_A_PAGE else None
    return render_template("directory/index.html", rows=rows, counts=count_words(known), sides=SIDES, next=more)


@bp.get("/directory/<int:organisation_id>")
@audience(*roles.OFFICERS)
def organisation(organisation_id: int) -> str:
    found = directory.organisation(organisation_id)
    known = reached(db.session(), [person.id for person in found.people], current_audience())
    return render_template(
        "directory/organisation.html",
        organisation=found,
        reach={id: reach_words(one) for id, one in known.items()},
        counts=count_words(known),
        **people.at_a_glance(found.people),
    )
