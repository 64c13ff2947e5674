"""What is filed ahead, of both sides: a few columns and the filing as it is kept, for domain.ahead. One that cannot be read comes out
without places, as if it were sensitive where it is a notice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from deconflict.domain.activity import LatLon, Side
from deconflict.domain.ahead import AheadItem, layer_of
from deconflict.domain.half_days import Presence
from deconflict.domain.kinds import Catalogue
from deconflict.domain.ocha_areas import OCHA
from deconflict.domain.states import LIVE_MOVES, LIVE_SITES
from deconflict.domain.zone import VILLAGES, Zone, middle
from deconflict.store.items import Item, ItemVersion
from deconflict.store.people import Organisation

AT_A_TIME = 250
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, IndexError)


def items_ahead(
    session: Session, catalogue: Catalogue, begins: datetime, ends: datetime, *, now: datetime, area: str | None = None
) -> list[AheadItem]:
    """What may be under way between two instants and is not over at `now`, and the sites in use; of one area, or of all. The first
    departure first."""
    moves = and_(Item.state.in_(LIVE_MOVES), Item.ends_at >= max(begins, now), Item.departs_at < ends)
    query = light().where(or_(moves, Item.state.in_(LIVE_SITES)), Item.reduced_at.is_(None))
    if area is not None:
        query = query.where(Item.area == area)
    return read_light(session, query.order_by(Item.departs_at, Item.id), catalogue)


def light() -> Select[Any]:
    """Items at their current version, with no more than these pages need."""
    columns = (Item.id, Item.reference, Item.side, Item.kind, Organisation.name, Organisation.side.label("whose"))
    query = select(*columns, ItemVersion.filing).join(Organisation, Organisation.id == Item.owner_id)
    return query.join(ItemVersion, and_(ItemVersion.item_id == Item.id, ItemVersion.version == Item.version))


def read_light(session: Session, query: Select[Any], catalogue: Catalogue) -> list[AheadItem]:
    """What a query of `light` finds, some at a time: thousands of filings at once would be slow to clear away."""
    return [_item(row, catalogue) for row in session.execute(query.execution_options(yield_per=AT_A_TIME))]


def _item(row: Any, catalogue: Catalogue) -> AheadItem:
    side = Side(row.side)
    bare = {"id": row.id, "reference": row.reference, "side": side, "owner": row.name, "of_ocha": row.whose == OCHA}
    try:
        kinds, stops = _kinds(row.filing), row.filing["stops"]
        zone = Zone(**row.filing["zone"]) if row.filing.get("zone") else None
        return AheadItem(
            **bare,
            layer=layer_of(catalogue[row.filing["kind"]]),
            kinds=kinds,
            sensitive=any(catalogue[code].sensitive for code in kinds),
            presences=_of_zone(zone, stops) if zone else tuple(_presence(stop) for stop in stops if _windows(stop)),
            points=tuple(_point(stop) for stop in stops) if zone else (),
            zone=zone,
        )
    except UNREADABLE:
        layer = layer_of(catalogue[row.kind])
        return AheadItem(**bare, layer=layer, kinds=(), sensitive=side is Side.HUMANITARIAN, presences=())


def _kinds(filing: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([filing["kind"], *(stop["activity"] for stop in filing["stops"] if stop["activity"])]))


def _of_zone(zone: Zone, stops: Sequence[Mapping[str, Any]]) -> tuple[Presence, ...]:
    """In each of its villages, or about the middle of what is drawn, in the hours of the first."""
    first = _presence(stops[0])
    if zone.shape == VILLAGES:
        return tuple(_presence(stop, (first.begins, first.ends)) for stop in stops)
    return (Presence(middle([_point(stop) for stop in stops]), "", None, "", first.begins, first.ends),)


def _presence(stop: Mapping[str, Any], hours: tuple[datetime, datetime] | None = None) -> Presence:
    place, windows = stop["location"], _windows(stop)
    begins, ends = hours or (
        datetime.fromisoformat(windows[0]["earliest"]),
        datetime.fromisoformat(windows[-1]["latest"]),
    )
    known = {name: place.get(name) or "" for name in ("name", "cod_version")}
    return Presence(
        point=_point(stop), pcode=place.get("pcode"), begins=begins, ends=ends, activity=stop["activity"], **known
    )


def _windows(stop: Mapping[str, Any]) -> list[Mapping[str, str]]:
    return [window for window in (stop["arrive"], stop["depart"]) if window]


def _point(stop: Mapping[str, Any]) -> LatLon:
    lat, lon = stop["location"]["point"]
    return float(lat), float(lon)
