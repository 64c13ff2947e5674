"""The map of a case on a page of its own: both journeys, how far the worst rule looks, and where both are at an instant that the
officer chooses, hour by hour, without script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import render_template, request
from flask_babel import gettext as _

from deconflict.domain import roles
from deconflict.domain.activity import Activity
from deconflict.domain.desk import DeskCaseView
from deconflict.domain.errors import NotFound
from deconflict.domain.positions import Position, apart_m, moments, position_at
from deconflict.domain.presence import span_of
from deconflict.services.picture import activities_of_case
from deconflict.services.reading import note_read
from deconflict.web import desk_words
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import mission, seen_facts, texts
from deconflict.web.desk_map import at_moment
from deconflict.web.desk_words import short
from deconflict.web.intake import number
from deconflict.web.language import current_language, named
from deconflict.web.map_words import length, whereabouts

STEP = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Chosen:
    """`n` of `instants`, the instant in words, where each side is then, and how far apart they are."""

    n: int
    instants: tuple[str, ...]
    at: str
    where: tuple[str, ...]
    apart: str


@audience(*roles.OFFICERS)
def case_map(reference: str) -> str:
    case_id, facts, view = seen_facts(reference)
    about = activities_of_case(facts, current_audience(), mission())
    instants = _instants(view, about)
    n = min(max(_asked(view, instants), 0), len(instants) - 1) if instants else 0
    here = _here(about, instants[n]) if instants else {}
    close = request.args.get("close", "1") == "1"
    drawn = None if view.line.reduced_at else at_moment(view, here, mission(), current_language(), close=close)
    if drawn is None:
        raise NotFound
    note_read(current_audience(), "case", case_id, now())
    return render_template(
        "desk/map.html",
        line=view.line,
        map=drawn,
        chosen=_chosen(view, here, instants, n) if instants else None,
        close=close,
        limit=_limit(view),
        **texts(),
    )


def _instants(case: DeskCaseView, about: Mapping[str, Activity]) -> list[datetime]:
    """Of what stands there for months, no more than a day around the closest approach."""
    if case.line.judgement is None or not about:
        return []
    nominal = case.line.judgement.hits[0].nominal
    near = (nominal.a_at, nominal.b_at)
    first, last = min(near) - timedelta(days=1), max(near) + timedelta(days=1)
    spans = ((max(begins, first), min(ends, last)) for begins, ends in map(span_of, about.values()))
    return moments([span for span in spans if span[0] < span[1]], near, STEP)


def _asked(case: DeskCaseView, instants: list[datetime]) -> int:
    """The number of the instant that was chosen; at first that of the closest approach."""
    given = number(request.args.get("n"))
    if given is not None:
        return given
    nominal = case.line.judgement.hits[0].nominal.a_at if case.line.judgement else None
    return instants.index(nominal) if nominal in instants else 0


def _here(about: Mapping[str, Activity], at: datetime) -> dict[str, Position]:
    found = {side: position_at(activity.parts, at) for side, activity in sorted(about.items())}
    return {side: position for side, position in found.items() if position is not None}


def _chosen(case: DeskCaseView, here: Mapping[str, Position], instants: list[datetime], n: int) -> Chosen:
    apart = ""
    if len(here) == 2:
        first, second = here.values()
        apart = _("%(length)s from point to point", length=length(apart_m(first, second), current_language()))
    where = tuple(named(_name(case, side), _place(position)) for side, position in here.items())
    return Chosen(n, tuple(map(short, instants)), short(instants[n]), where, apart)


def _name(case: DeskCaseView, side: str) -> str:
    item = case.side(side)
    return desk_words.said(desk_words.SIDES, item.whose if item is not None else side)


def _place(position: Position) -> str:
    place = whereabouts(position.point, mission().gazetteer, current_language())
    if position.before:
        return _("not left yet, begins %(where)s", where=place)
    if position.after:
        return _("over, ended %(where)s", where=place)
    if position.moving:
        sure = length(position.sure_m, current_language())
        return _("on the way, %(where)s (known to %(sure)s)", where=place, sure=sure)
    return _("stays, %(where)s", where=place)


def _limit(case: DeskCaseView) -> str:
    limit_m = case.line.judgement.hits[0].limit_m if case.line.judgement else None
    return length(limit_m, current_language()) if limit_m else ""
