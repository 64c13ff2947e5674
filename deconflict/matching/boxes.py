"""Where and when each part may be at most, for SQL to look up. Never too small; domain.overlap decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from deconflict.domain.activity import Activity, Side
from deconflict.domain.boxes import Box
from deconflict.domain.cells import Tier, cells_of
from deconflict.domain.country import Mission
from deconflict.domain.extent import Extent, extents_of
from deconflict.domain.filed_boxes import COLUMNS
from deconflict.domain.filing import Filing
from deconflict.domain.presence import activity_of
from deconflict.store.items import Item, PartBox, PartClass

ClassKey = tuple[str, str, int]  # side, names, tier
Row = tuple[ClassKey, int, Box]  # class, cell, where and when


def understand(item: Item, filing: Filing, mission: Mission, escorts: frozenset[int] = frozenset()) -> Activity:
    """The item as the matcher sees it; `escorts`: whose notices it was decided to escort, by id. Raises what `activity_of` raises for
    one that cannot be read."""
    return understood(filing, mission, item_id=item.id, version=item.version, escorts=escorts)


def understood(
    filing: Filing, mission: Mission, *, item_id: int, version: int, escorts: frozenset[int] = frozenset()
) -> Activity:
    """As `understand`, of a filing without its row."""
    return activity_of(
        filing,
        item_id=item_id,
        version=version,
        catalogue=mission.catalogue,
        pack=mission.pack,
        gazetteer=mission.gazetteer,
        escorts=escorts,
        roads=mission.roads,
        communes=mission.communes,
    )


def replace_boxes(session: Session, item_id: int, activity: Activity | None) -> None:
    """The boxes of the current version, or none for an item that no longer takes part."""
    write_rows(session, {item_id: [] if activity is None else rows_of(activity)})


def rows_of(activity: Activity) -> list[Row]:
    """What is to be stored of it, in one order."""
    return sorted(row for extent in extents_of(activity) for row in _rows(activity.side, extent))


def outdated(session: Session, wanted: Mapping[int, list[Row]]) -> set[int]:
    """The items, by id, of which other boxes are stored than these: fewer, more, elsewhere, or under another name."""
    stored = _stored(session, wanted)
    return {item_id for item_id, rows in wanted.items() if stored[item_id] != rows}


def write_rows(session: Session, wanted: Mapping[int, list[Row]]) -> None:
    """These instead of whatever boxes the items have."""
    if wanted:
        session.execute(delete(PartBox).where(PartBox.item_id.in_(wanted)))
    classes = class_ids(session, {key for rows in wanted.values() for key, _, _ in rows})
    values = [
        dict(zip(COLUMNS, (item_id, cell, *box), strict=True)) | {"class_id": classes[key]}
        for item_id, rows in wanted.items()
        for key, cell, box in rows
    ]
    if values:
        session.execute(insert(PartBox), values)


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


def _stored(session: Session, item_ids: Collection[int]) -> Mapping[int, list[Row]]:
    """By item, in the order of `rows_of`."""
    named = {id: key for key, id in _classes(session).items()}
    columns = [getattr(PartBox, name) for name in COLUMNS]
    stored: dict[int, list[Row]] = defaultdict(list)
    for class_id, item_id, cell, *box in session.execute(
        select(PartBox.class_id, *columns).where(PartBox.item_id.in_(item_ids))
    ):
        stored[item_id].append((named[class_id], cell, Box(*box)))
    for rows in stored.values():
        rows.sort()
    return stored


def _rows(side: Side, extent: Extent) -> Iterator[Row]:
    """One in its square, and one for each code it has."""
    names, box, coded = " ".join(extent.names), extent.box, extent.coded
    tier = Tier.of(box.size_deg, box.lasts_s)
    yield (side, names, tier.number), tier.squares.number_of(box), box
    for cell in cells_of(extent):
        yield (side, names, Tier.coded(coded.lasts_s).number), cell, coded
