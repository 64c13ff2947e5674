"""One's own items on one map: each a line and its stops, marked with its reference. The list beside it says the same in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from deconflict.domain.country import Mission
from deconflict.domain.disclosure import ItemView
from deconflict.web.language import current_language
from deconflict.web.map_svg import MapShape, draw
from deconflict.web.map_words import sign_of
from deconflict.web.own_map import stretches_of
from deconflict.web.zone_map import zone_shapes

WIDTH, HEIGHT = 320, 340  # pixels; a phone 360 wide leaves 328


def map_of_all(views: Sequence[ItemView], mission: Mission) -> Markup | None:
    """None where nothing can be drawn: of what is kept in communes and weeks nothing is."""
    shown = [view for view in views if view.reduced_at is None and view.stops]
    shapes = [shape for view in shown for shape in _shapes(view, mission)]
    if not shapes:
        return None
    return draw(
        shapes,
        basemap=mission.basemap,
        width=WIDTH,
        height=HEIGHT,
        lang=current_language(),
        gazetteer=mission.gazetteer,
        said=[
            ngettext("Map with %(num)s of your own", "Map with %(num)s of your own", len(shown)),
            _("The list beside it says the same in words"),
        ],
    )


def _shapes(view: ItemView, mission: Mission) -> Iterator[MapShape]:
    kind, stops = sign_of(view.side), view.stops or ()
    if view.zone is not None:
        points = [stop.location.point for stop in stops]
        yield from zone_shapes(view.zone, points, kind, [view.reference])
        return
    for stretch in stretches_of(stops, view.mode or "", mission):
        if len(set(stretch.points)) > 1:
            yield MapShape(kind, stretch.points, 0.0, True, "", guessed=not stretch.by_road)
    radius_m = float(view.site.filed.radius_m) if view.site else 0.0
    seen: set[object] = set()
    for stop in stops:
        if stop.location.point not in seen:
            yield MapShape(kind, (stop.location.point,), radius_m, False, "" if seen else view.reference)
        seen.add(stop.location.point)
