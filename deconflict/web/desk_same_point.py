"""One position that two organisations give, and do not call the same. Only the officer reads of it (D5, "same coordinates as another's
site"), at a movement or a plan and at a site: a form that said so would tell each where the other goes (RUL-6, RUL-7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import gettext as _

from deconflict.domain.desk import DeskItemView, view_of_desk_item
from deconflict.domain.doubts import given, named, one_position
from deconflict.domain.filing import Location
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
    points = [stop.location.point for stop in stops or () if given(stop.location)]
    catalogue = mission().catalogue
    found = store.standing_at(db.session(), item.reference, points, catalogue) if points else []
    others = [view for facts in found if (view := view_of_desk_item(facts, current_audience())) is not None]
    return [one for other in others for one in _between(item, other)]


def _between(item: DeskItemView, other: DeskItemView) -> Iterator[SamePoint]:
    mine, theirs = (one.view.stops or () if one.view else () for one in (item, other))
    for n, m in one_position(mine, theirs):
        here, there = mine[n].location, theirs[m].location
        facts = {"place": _called(item, n, here), "owner": other.owner, "other": _called(other, m, there)}
        if named(here, there):
            said = _(
                "%(place)s: the very position that %(owner)s gives for %(other)s. One of the two names is wrong.",
                **facts,
            )
        elif item.view and other.view and item.view.site and other.view.site:
            continue  # two sites so near each other stand on the page already, with their names
        else:
            said = _(
                "%(place)s: the very position that %(owner)s gives for %(other)s, and not both name a settlement. It was copied, "
                "or it is that place.",
                **facts,
            )
        yield SamePoint(other.reference, said)


def _called(item: DeskItemView, n: int, location: Location) -> str:
    """As its owner calls it: the name of a site, or which stop of a way, with the settlement it names or the position as typed."""
    place = location.name or location.as_typed
    if item.view is not None and item.view.site is not None:
        return f"{item.view.site.filed.name} ({place})"
    return _("stop %(number)s, %(place)s", number=n + 1, place=place)
