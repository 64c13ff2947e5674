"""A hazard notice in words, the same wherever one is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.hazard_notice import Hazard, hazard_of, plan_of
from deconflict.domain.hazards import CYCLE, KINDS, SOURCES, HazardView, view_of_hazard
from deconflict.domain.procedures import ProcedureFacts
from deconflict.web.filing_words import moment_words
from deconflict.web.language import current_language, label
from deconflict.web.map_svg import draw
from deconflict.web.own_map import HEIGHT, WIDTH, OwnMap
from deconflict.web.place_words import placed_words
from deconflict.web.zone_map import zone_shapes


@dataclass(frozen=True, slots=True)
class HazardLine:
    """`words` as typed, in one language; `own`: the reader entered it."""

    reference: str
    url: str
    kind: str
    where: str
    since: str
    until: str
    source: str
    words: str
    state: str
    own: bool


def lines_of(found: Iterable[ProcedureFacts], who: Audience, mission: Mission) -> list[HazardLine]:
    """Those that exist for the reader."""
    views = [view_of_hazard(facts, who) for facts in found]
    return [line_of(view, mission) for view in views if view is not None]


def line_of(view: HazardView, mission: Mission) -> HazardLine:
    hazard = hazard_of(view.facts)
    return HazardLine(
        reference=view.reference,
        url=url_for("hazards.show", reference=view.reference),
        kind=label(dict(KINDS[hazard.kind])),
        where=where_words(hazard, mission),
        since=moment_words(hazard.since),
        until=moment_words(hazard.until),
        source=label(dict(SOURCES[hazard.source])),
        words=hazard.words,
        state=label(dict(CYCLE.states[view.state])),
        own=view.own,
    )


def where_words(hazard: Hazard, mission: Mission) -> str:
    """The place, or the two ends of the section."""
    places = [placed_words(place, mission) for place in hazard.places]
    return _("between %(first)s and %(last)s", first=places[0], last=places[1]) if len(places) > 1 else places[0]


def map_of(hazard: Hazard, mission: Mission) -> OwnMap:
    """As it is matched: a disc, or the road with its ends."""
    plan = plan_of(hazard, mission.pack.geography, mission.roads)
    assert plan.zone is not None
    points = [stop.location.point for stop in plan.stops]
    shapes = list(zone_shapes(plan.zone, points, "ocha", ()))
    svg = draw(
        shapes,
        basemap=mission.basemap,
        width=WIDTH,
        height=HEIGHT,
        lang=current_language(),
        gazetteer=mission.gazetteer,
    )
    return OwnMap(svg, ())
