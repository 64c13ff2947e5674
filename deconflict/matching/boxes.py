"""Where and when each part may be at most, for SQL to look up. Never too small; domain.overlap decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import structlog
from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from deconflict.domain.activity import Activity, Side
from deconflict.domain.cells import Tier, cells_of
from deconflict.domain.country import Mission
from deconflict.domain.extent import Extent, extents_of
from deconflict.domain.filing import Filing
from deconflict.domain.presence import activity_of
from deconflict.domain.states import LIVE_ITEMS
from deconflict.store.items import Item, PartBox, PartClass
from deconflict.store.queries import filing_of, version_of

log = structlog.get_logger()

ClassKey = tuple[str, str, int]  # side, names, tier


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


def replace_boxes(session: Session, item_id: int, activity: Activity | None) -> None:
    """The boxes of the current version, or none for an item that no longer takes part."""
    session.execute(delete(PartBox).where(PartBox.item_id == item_id))
    if activity is None:
        return
    filed = list(_filed(activity.side, extents_of(activity)))
    classes = class_ids(session, {key for key, _ in filed})
    rows = [{**values, "item_id": item_id, "class_id": classes[key]} for key, values in filed]
    if rows:
        session.execute(insert(PartBox), rows)


def rebuild(session: Session, mission: Mission) -> None:
    """The boxes of every live item anew, after a change of kinds, footprints, slack or gazetteer. Those of an item that cannot
    be read stay: whoever judges it will say so."""
    live = select(Item).where(Item.state.in_(LIVE_ITEMS)).order_by(Item.id)
    for item in session.scalars(live):
        try:
            activity = understand(item, filing_of(version_of(session, item)), mission)
        except Exception:
            log.exception("an item could not be read", item=item.id)
        else:
            replace_boxes(session, item.id, activity)


def class_ids(session: Session, keys: Iterable[ClassKey]) -> dict[ClassKey, int]:
    """Ids of these classes, new ones written down. Two who write the same one at the same time end up with one row."""
    wanted = set(keys)
    known = _classes(session)
    if missing := sorted(wanted - known.keys()):
        kind = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
        rows = [{"side": side, "names": names, "tier": tier} for side, names, tier in missing]
        session.execute(kind(PartClass).values(rows).on_conflict_do_nothing())
        known = _classes(session)
    return {key: known[key] for key in wanted}


def _classes(session: Session) -> dict[ClassKey, int]:
    found = session.execute(select(PartClass.side, PartClass.names, PartClass.tier, PartClass.id))
    return {(side, names, tier): id for side, names, tier, id in found}


def _filed(side: Side, extents: Sequence[Extent]) -> Iterator[tuple[ClassKey, dict[str, float]]]:
    """What is written of each extent: one row in its square, and one for each code it has."""
    for extent in extents:
        names, box = " ".join(extent.names), extent.box
        tier = Tier.of(box.size_deg, box.lasts_s)
        place = {"south": extent.south, "west": extent.west, "north": extent.north, "east": extent.east}
        cell = tier.squares.number_of(box)
        yield (
            (side, names, tier.number),
            {"cell": cell, **place, "begins_s": extent.begins_s, "ends_s": extent.ends_s},
        )
        whole = {"begins_s": extent.part_begins_s, "ends_s": extent.part_ends_s}
        lasting = Tier.coded(extent.part_ends_s - extent.part_begins_s)
        for coded in cells_of(extent):
            yield (side, names, lasting.number), {"cell": coded, **place, **whole}
