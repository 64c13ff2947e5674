"""What lies over a map of a case: how far a rule looks around what both hold, and where each is at an instant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from deconflict.domain.positions import Position
from deconflict.web.map_frame import View, thinned
from deconflict.web.map_svg import INK, MapShape


def buffers(shapes: Iterable[MapShape], limit_m: float, view: View) -> Iterator[str]:
    """A pale band of the rule's distance around every footprint, its edge dashed where it is a circle."""
    for shape in shapes if limit_m else ():
        reach, ink = (shape.radius_m + limit_m) / view.metres_per_px, INK[shape.kind]
        points = [view.xy(point) for point in shape.points]
        if len(points) == 1:
            x, y = points[0]
            yield (
                f'<circle class="map-reach" cx="{x:.1f}" cy="{y:.1f}" r="{reach:.1f}" fill="{ink}" fill-opacity=".06" '
                f'stroke="{ink}" stroke-dasharray="1 4"/>'
            )
            continue
        line = "L".join(f"{x:.1f} {y:.1f}" for x, y in next(thinned(points)))
        yield (
            f'<path class="map-reach" d="M{line}" fill="none" stroke="{ink}" stroke-opacity=".08" stroke-width="{2 * reach:.1f}" '
            f'stroke-linecap="round" stroke-linejoin="round"/>'
        )


def markers(here: Mapping[str, Position], view: View) -> Iterator[str]:
    """Where each side is: a ring for one, a square for the other, hollow while it has not left or is over; a line between them."""
    at = {sign: view.xy(position.point) for sign, position in here.items()}
    if len(at) == 2:
        (ax, ay), (bx, by) = at.values()
        line = f"M{ax:.1f} {ay:.1f}L{bx:.1f} {by:.1f}"
        yield f'<path class="map-between" d="{line}" stroke="#111" stroke-width="1.5" stroke-dasharray="2 3"/>'
    for sign, position in here.items():
        (x, y), ink = at[sign], INK[sign]
        fill = "#fff" if position.before or position.after else ink
        look = f'fill="{fill}" stroke="{"#fff" if fill == ink else ink}" stroke-width="2.5"'
        if sign == "hum":
            yield f'<circle class="map-here" cx="{x:.1f}" cy="{y:.1f}" r="8" {look}/>'
        else:
            yield f'<rect class="map-here" x="{x - 8:.1f}" y="{y - 8:.1f}" width="16" height="16" {look}/>'
