"""Items on a map and in a calendar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from flask_babel import gettext as _

from deconflict.domain.activity import OPEN_END
from deconflict.domain.filing import Filing, Location, MissionPlan, StaticSite, Stop, Window
from deconflict.domain.taken_out import OutItem
from deconflict.domain.zone import CORRIDOR, POLYGON
from deconflict.files.calendars import Span
from deconflict.files.drawings import AREA, LINE, POINT, POINTS, Drawn, Said
from deconflict.web.filing_pages import mission
from deconflict.web.language import label

NOWHERE = (0.0, 0.0)  # of what is reduced to a commune that no list has


def drawn(items: Iterable[OutItem], note: str) -> Iterator[Drawn]:
    """Each stop, the way from stop to stop as the crow flies, each area. Instants as ISO 8601 in UTC; names of fields are for machines and
    the same in every language."""
    for item in items:
        filing = item.filing
        if filing is None:
            said = _("%(reference)s cannot be shown. Call the desk and give this reference.", reference=item.reference)
            yield Drawn(item.reference, POINT, (), {"reference": item.reference, "note": said})
            continue
        whole = _of_whole(item, filing) | {"note": note}
        if isinstance(filing, MissionPlan) and filing.zone is not None:
            yield _area(item, filing, whole)
            continue
        for n, stop in enumerate(filing.stops, 1):
            said = whole | {"part": "stop", "stop": n, **_of_stop(stop, item)}
            yield Drawn(_name(item, n, filing), POINT, _points([stop.location]), said)
        way = _points([stop.location for stop in filing.stops])
        if len(set(way)) > 1:
            yield Drawn(item.reference, LINE, way, whole | {"part": "way"})


def spans(items: Iterable[OutItem]) -> Iterator[Span]:
    """Each stop from its first hour to its last; an area once. What stands is in no calendar."""
    for item in items:
        filing = item.filing
        if filing is None or isinstance(filing, StaticSite):
            continue
        for n, stop in enumerate(filing.stops, 1):
            if not stop.windows:
                continue
            ends_at = max(window.latest for window in stop.windows)
            yield Span(
                key=f"{item.reference}-{n}",
                version=item.version,
                code=_name(item, n, filing),
                begins_at=min(window.earliest for window in stop.windows),
                ends_at=None if ends_at >= OPEN_END else ends_at,
            )


def _name(item: OutItem, n: int, filing: Filing) -> str:
    return f"{item.reference} {n}/{len(filing.stops)}" if len(filing.stops) > 1 else item.reference


def _of_whole(item: OutItem, filing: Filing) -> dict[str, Said]:
    facts: dict[str, Said] = {
        "reference": item.reference,
        "version": item.version,
        "organisation": item.organisation,
        "kind": _kind(filing.kind),
        "kept": _("by unit and week by now") if item.reduced else None,
    }
    if isinstance(filing, StaticSite):
        return facts | {"name": filing.name, "radius_m": filing.radius_m}
    return facts | ({"title": filing.title} if isinstance(filing, MissionPlan) else {})


def _of_stop(stop: Stop, item: OutItem) -> dict[str, Said]:
    place = stop.location
    return {
        "place": place.name or place.as_typed,
        "pcode": place.pcode,
        "cod_version": place.cod_version or None,
        "uncertainty_m": round(place.uncertainty_m),
        "activity": _kind(stop.activity) if stop.activity else None,
        **_hours("arrive", stop.arrive),
        **_hours("depart", stop.depart),
    }


def _area(item: OutItem, plan: MissionPlan, whole: dict[str, Said]) -> Drawn:
    assert plan.zone is not None
    holds = plan.stops[0]
    points = _points([stop.location for stop in plan.stops])
    shape = {POLYGON: AREA, CORRIDOR: LINE}.get(plan.zone.shape, POINTS)
    if item.reduced or (shape == AREA and len(points) < 3):
        shape = POINTS  # communes are no corners
    said: dict[str, Said] = {
        "part": "area",
        "half_width_m": round(plan.zone.half_width_m) or None,
        "from": _instant(holds.arrive.earliest) if holds.arrive else None,
        "until": _instant(holds.depart.latest) if holds.depart else None,
    }
    return Drawn(item.reference, shape, points, whole | said)


def _points(places: Iterable[Location]) -> tuple[tuple[float, float], ...]:
    return tuple(place.point for place in places if place.point != NOWHERE)


def _hours(name: str, window: Window | None) -> dict[str, Said]:
    if window is None:
        return {}
    return {f"{name}_from": _instant(window.earliest), f"{name}_until": _instant(window.latest)}


def _instant(at: datetime) -> str | None:
    """None of an end that is not known."""
    return None if at >= OPEN_END else f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _kind(code: str) -> str:
    return label(mission().catalogue[code].label)
