"""Where and when each part may be at most, for SQL to look up. Never too small; domain.overlap decides."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from deconflict.domain.activity import Activity, Moment, Part
from deconflict.domain.country import Mission
from deconflict.domain.filing import Filing
from deconflict.domain.geodesy import box
from deconflict.domain.presence import activity_of
from deconflict.store.items import Item, PartBox


def understand(item: Item, filing: Filing, mission: Mission) -> Activity:
    """The item as the matcher sees it. Raises what `activity_of` raises for one that cannot be read."""
    return activity_of(
        filing,
        item_id=item.id,
        version=item.version,
        catalogue=mission.catalogue,
        pack=mission.pack,
        gazetteer=mission.gazetteer,
    )


def early(moment: Moment) -> timedelta:
    return timedelta(seconds=moment.declared.early_s + moment.assumed.early_s)


def late(moment: Moment) -> timedelta:
    return timedelta(seconds=moment.declared.late_s + moment.assumed.late_s)


def span(part: Part) -> tuple[float, float]:
    """The part's window widened by all its slack, as epoch seconds. Both ends' slack counts on both sides: on a leg it runs
    from one to the other."""
    widest_early = max(early(part.start), early(part.end))
    widest_late = max(late(part.start), late(part.end))
    return (part.start.at - widest_early).timestamp(), (part.end.at + widest_late).timestamp()


def rows_of(activity: Activity) -> list[PartBox]:
    """One row per part."""
    rows = []
    for part in activity.parts:
        south, west, north, east = box(part.shape.points, part.shape.radius_m + part.uncertainty_m)
        begins, ends = span(part)
        rows.append(
            PartBox(
                item_id=activity.id,
                side=activity.side,
                south=south,
                west=west,
                north=north,
                east=east,
                begins_s=begins,
                ends_s=ends,
                settlement=part.spot.settlement,
                commune=part.spot.commune,
            )
        )
    return rows


def replace_boxes(session: Session, item_id: int, activity: Activity | None) -> None:
    """The boxes of the current version, or none for an item that no longer takes part."""
    session.execute(delete(PartBox).where(PartBox.item_id == item_id))
    if activity is not None:
        session.add_all(rows_of(activity))
