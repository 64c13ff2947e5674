"""One position that two organisations give two names. Only the officer reads of it (D5, "same coordinates as another's site"): a
form that said so would tell each where the other goes (RUL-6, RUL-7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import gettext as _

from deconflict.domain.desk import DeskItemView, view_of_desk_item
from deconflict.domain.doubts import given, under_another_name
from deconflict.store import desk as store
from deconflict.store.base import db
from deconflict.web.audience import current_audience
from deconflict.web.desk_case import mission


@dataclass(frozen=True, slots=True)
class SamePoint:
    """`reference` of the other item, and what is to be compared."""

    reference: str
    said: str


def same_points(item: DeskItemView) -> list[SamePoint]:
    """Of the current version of an item."""
    stops = item.view.stops if item.view else None
    points = [stop.location.point for stop in stops or () if given(stop.location) and stop.location.pcode]
    catalogue = mission().catalogue
    found = store.standing_at(db.session(), item.reference, points, catalogue) if points else []
    others = [view for facts in found if (view := view_of_desk_item(facts, current_audience())) is not None]
    return [one for other in others for one in _between(item, other)]


def _between(item: DeskItemView, other: DeskItemView) -> Iterator[SamePoint]:
    mine, theirs = (one.view.stops or () if one.view else () for one in (item, other))
    for n, m in under_another_name(mine, theirs):
        said = _(
            "Stop %(number)s, %(place)s: the very position that %(owner)s gives for %(other)s. One of the two names is wrong.",
            number=n + 1,
            place=mine[n].location.name,
            owner=other.owner,
            other=theirs[m].location.name,
        )
        yield SamePoint(other.reference, said)
