"""Static sites beside their items: when each was verified and last heard of, and pairs that may be one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from math import cos, radians

from sqlalchemy import Boolean, ForeignKey, UniqueConstraint, and_, or_, select
from sqlalchemy.orm import Mapped, Session, aliased, joinedload, mapped_column, relationship

from deconflict.domain.filing import StaticSite, from_json
from deconflict.domain.geodesy import distance_m
from deconflict.domain.sites import SiteFacts
from deconflict.domain.states import LIVE_SITES
from deconflict.store.base import Base, Code, UTCDateTime
from deconflict.store.items import Item, ItemVersion, PartBox
from deconflict.store.people import Person

DEGREE_M = 100_000.0  # less than any degree of latitude holds: a box made with it is never too small there
UNREADABLE = (ValueError, KeyError, TypeError)


class Site(Base):
    """What an item that is a static site has beside a movement's. `heard_at`: the last word of its owner or of a verification;
    `told_at`: the last letter about its clocks; `compared_version`: up to which version it was compared with its neighbours;
    `disputed`: a pair with it waits to be settled. `seconded_by`: a colleague of whoever filed it has looked at its position too.
    `ended_at`: since when it is closed or archived. `occupied_at`: when it was said last that armed people are in it, None once it
    was said that they have left, or it is closed or archived, and by nothing else."""

    __tablename__ = "site"

    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True, autoincrement=False)
    heard_at: Mapped[datetime] = mapped_column(UTCDateTime)
    heard_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    method: Mapped[str | None] = mapped_column(Code)
    verified_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    verified_version: Mapped[int | None]
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    told_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    compared_version: Mapped[int] = mapped_column(default=0)
    disputed: Mapped[bool] = mapped_column(Boolean, default=False)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    occupied_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    seconded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    seconded_by: Mapped[Person | None] = relationship(foreign_keys=[seconded_by_id])
    taken_by: Mapped[Person | None] = relationship(foreign_keys=[taken_by_id])
    verified_by: Mapped[Person | None] = relationship(foreign_keys=[verified_by_id])


class SitePair(Base):
    """Two sites that may be one, for ever, the lower id first. `gone_at`: since when they are not near under other names any more;
    `outcome`, `settled_at`: what an officer found, of these versions."""

    __tablename__ = "site_pair"
    __table_args__ = (UniqueConstraint("first_id", "second_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    gone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[str | None] = mapped_column(Code)
    first_version: Mapped[int | None]
    second_version: Mapped[int | None]


def site_facts(item: Item) -> SiteFacts | None:
    """None where the row is missing: then nobody has verified it."""
    row = item.site
    if row is None:
        return None
    return SiteFacts(
        heard_at=row.heard_at,
        verified_at=row.verified_at,
        verified_version=row.verified_version,
        told_at=row.told_at,
        method=row.method,
        verifier=row.verified_by.name if row.verified_by else None,
        taker=row.taken_by.name if row.taken_by else None,
        disputed=row.disputed,
        ended_at=row.ended_at,
        seconder=row.seconded_by.name if row.seconded_by else None,
        occupied_at=row.occupied_at,
    )


def clocks_of(row: Site) -> SiteFacts:
    """As `site_facts`, without anybody's name: all that its clocks need."""
    return SiteFacts(heard_at=row.heard_at, verified_at=row.verified_at, told_at=row.told_at)


def hear(session: Session, item: Item, person_id: int, now: datetime) -> Site:
    """Its owner has said something of the site: it is there, as filed. The row is made with the first word."""
    row = session.get(Site, item.id)
    if row is None:
        row = Site(item_id=item.id)
        session.add(row)
    row.heard_at, row.heard_by_id = now, person_id
    return row


def entered_by(session: Session, item: Item) -> set[int]:
    """Ids of the people who entered any version of it."""
    rows = session.scalars(select(ItemVersion.filed_by_id).where(ItemVersion.item_id == item.id))
    return {item.filed_by_id, *rows}


def entered_at(session: Session, reference: str) -> set[int]:
    """As `entered_by`, of the item under this reference."""
    return entered_by(session, session.scalars(select(Item).where(Item.reference == reference)).one())


def touched_by(session: Session, item: Item) -> set[int]:
    """Ids of the people who entered any version of a site, looked at its position for its owner or said last that it stands as it
    was: none of them verifies it."""
    row = item.site
    confirmed = {row.heard_by_id, row.seconded_by_id} if row is not None else set()
    return entered_by(session, item) | {id for id in confirmed if id is not None}


# ---- near each other ---------------------------------------------------------------------------------------------


def readable_sites(session: Session, items: Iterable[Item]) -> list[tuple[Item, StaticSite]]:
    """Those of these items that are sites and can be read, at their current versions; sealed fields stay closed."""
    wanted = {item.id: item for item in items}
    query = select(ItemVersion.item_id, ItemVersion.filing).join(Item).where(ItemVersion.version == Item.version)
    found = []
    for item_id, stored in session.execute(query.where(Item.id.in_(wanted)).order_by(Item.id)):
        site = open_site(stored)
        if site is not None:
            found.append((wanted[item_id], site))
    return found


def open_site(stored: dict[str, object]) -> StaticSite | None:
    """None for what is none, or cannot be read."""
    try:
        site = from_json(stored)
    except UNREADABLE:
        return None
    return site if isinstance(site, StaticSite) else None


def near(session: Session, item: Item, site: StaticSite, within_m: float) -> list[tuple[Item, StaticSite]]:
    """Other live sites of anybody within so many metres, the nearest first. Looked up by their boxes, which hold every point."""
    (lat, lon), reach = site.stops[0].location.point, within_m / DEGREE_M
    wide = reach / max(_shrink(lat), 0.01)
    box = and_(
        PartBox.south <= lat + reach,
        PartBox.north >= lat - reach,
        PartBox.west <= lon + wide,
        PartBox.east >= lon - wide,
    )
    here = select(PartBox.item_id).join(Site, Site.item_id == PartBox.item_id).where(box)
    others = select(Item).where(Item.id.in_(here), Item.id != item.id, Item.state.in_(LIVE_SITES))
    found = readable_sites(session, session.scalars(others.options(joinedload(Item.site))))
    apart = [
        (distance_m(site.stops[0].location.point, other.stops[0].location.point), row, other) for row, other in found
    ]
    return [
        (row, other) for metres, row, other in sorted(apart, key=lambda one: (one[0], one[1].id)) if metres <= within_m
    ]


def _shrink(lat: float) -> float:
    """Of a degree of longitude, a little less than the truth."""
    return cos(radians(lat)) * 0.99


# ---- pairs -------------------------------------------------------------------------------------------------------


def pair_of(session: Session, one_id: int, other_id: int) -> SitePair | None:
    first, second = sorted((one_id, other_id))
    return session.scalars(select(SitePair).where(SitePair.first_id == first, SitePair.second_id == second)).first()


def pairs_with(session: Session, item_id: int) -> Sequence[SitePair]:
    """Every pair an item is in, settled or not."""
    mine = or_(SitePair.first_id == item_id, SitePair.second_id == item_id)
    return session.scalars(select(SitePair).where(mine).order_by(SitePair.id)).all()


def open_pairs(session: Session, item_id: int | None = None) -> Sequence[SitePair]:
    """Pairs that wait for an officer, of which both sites are live."""
    first, second = aliased(Item), aliased(Item)
    query = (
        select(SitePair)
        .join(first, first.id == SitePair.first_id)
        .join(second, second.id == SitePair.second_id)
        .where(SitePair.gone_at.is_(None), SitePair.settled_at.is_(None))
        .where(first.state.in_(LIVE_SITES), second.state.in_(LIVE_SITES))
    )
    if item_id is not None:
        query = query.where(or_(SitePair.first_id == item_id, SitePair.second_id == item_id))
    return session.scalars(query.order_by(SitePair.id)).all()


def mark_disputed(session: Session, item_ids: Iterable[int]) -> None:
    """Each of these by whether a pair of it waits."""
    session.flush()
    for item_id in sorted(set(item_ids)):
        row = session.get(Site, item_id)
        if row is not None:
            row.disputed = bool(open_pairs(session, item_id))


def uncompared(session: Session, limit: int) -> list[int]:
    """Ids of the sites whose current version was not compared with its neighbours yet, or that left or came back since."""
    query = select(Item.id).join(Site, Site.item_id == Item.id).where(Site.compared_version != Item.version)
    return list(session.scalars(query.order_by(Item.id).limit(limit)))
