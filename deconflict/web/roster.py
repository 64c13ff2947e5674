"""Who is on duty, now and next, for every area and step. An area with nobody comes first, in red."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from deconflict.domain import roles
from deconflict.domain.country import Area, communes_of
from deconflict.domain.duty import Post
from deconflict.schemas.duty import ShiftSchema
from deconflict.services import roster
from deconflict.store import roster as store
from deconflict.store.base import db
from deconflict.web.acts import Page, press, submit
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import area_name, mission, texts
from deconflict.web.desk_words import STEPS, function_words
from deconflict.web.forms_ui import Form, typed

bp = Blueprint("roster", __name__)


@bp.get("/roster")
@audience(*roles.OFFICERS)
def index() -> str:
    local = now().astimezone(mission().zone)
    start = {name: request.args.get(name, "") for name in ("area", "step")}
    return _page(Form(start | {"from_date": f"{local:%Y-%m-%d}", "from_time": f"{local:%H:%M}"}))


@bp.post("/roster")
@audience(*roles.OFFICERS)
def assign() -> Page:
    def do() -> str:
        schema = ShiftSchema([area.code for area in mission().areas], mission().zone, now())
        roster.assign(**schema.load(typed(request.form)), by=current_audience(), mission=mission(), now=now())
        return _("The roster is changed. Alerts go there from then on.")

    return submit(url_for("roster.index"), do, _page)


@bp.get("/roster/now")
@audience(*roles.OFFICERS)
def everywhere() -> str:
    """For every commune of the country: whose it is at the desk, and who is on duty there at this moment."""
    posts = _posts()
    places = communes_of(mission())
    return render_template(
        "roster/now.html",
        areas=[(area, posts[area.code], places[area.code]) for area in mission().areas],
        backups=lambda area: ", ".join(area_name(code) for code in area.backup),
        steps=STEPS,
        **texts(),
    )


@bp.post("/roster/<int:duty_id>/end")
@audience(*roles.OFFICERS)
def end(duty_id: int) -> Page:
    def do() -> str:
        roster.end(duty_id, current_audience(), now())
        return _("The shift is ended.")

    area = store.area_of_own_turn(db.session(), duty_id, current_audience().person_id, now())
    # Whoever ends his own turn has something to tell the next.
    back = url_for("handing_over.index", area=area, _anchor="write") if area else url_for("roster.index")
    return press(back, do)


def _page(form: Form) -> str:
    posts = _posts()
    areas = [(area, posts[area.code]) for area in mission().areas]
    return render_template(
        "roster/index.html",
        areas=sorted(areas, key=_nobody_first),
        holes=[(area, *hole) for area, posts in areas for hole in posts[0].holes if hole[0] > now()],
        steps=STEPS,
        form=form,
        options={
            "area": {area.code: area_name(area.code) for area in mission().areas},
            "step": STEPS,
            "person": {str(one.id): _known_as(one) for one in store.candidates(db.session())},
        },
        **texts(),
    )


def _posts() -> dict[str, list[Post]]:
    return store.posts(db.session(), mission(), now())


def _nobody_first(row: tuple[Area, list[Post]]) -> tuple[bool, int]:
    """Without a duty officer, then with the most empty steps; the order of the profile among equals."""
    posts = row[1]
    return not posts[0].empty, -sum(post.empty for post in posts)


def _known_as(one: store.Candidate) -> str:
    where = f", {area_name(one.scope)}" if one.scope in {a.code for a in mission().areas} else ""
    return f"{one.name} ({function_words('ocha', one.function)}{where})"
