"""Reports of aid outside QIPs: whose own they are, what was verified, and which humanitarian activities were near."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.activity import LatLon, Side
from deconflict.domain.aid_reports import VERIFIED, sees
from deconflict.domain.audience import Audience
from deconflict.domain.procedures import Noun, ProcedureFacts
from deconflict.domain.states import MATCHED_ITEMS
from deconflict.store.base import lookup_hash
from deconflict.store.items import Item, PartBox
from deconflict.store.outbox import ALPHABET
from deconflict.store.procedures import MOST, Procedure, own_key_of, procedure_facts

DEGREE_M = 111_000.0
NEAR_MOST = 50


def own_key(person_id: int) -> str:
    """By which a person's own reports are found, and nobody else's."""
    return own_key_of(person_id, 0)[0]


def own_reference(reference: str) -> str:
    """What whoever reported calls it: another code than everybody else's, so that one found on his telephone names no letter (RUL-10).
    Keyed, so that neither can be told from the other."""
    number = int(lookup_hash(f"aid_report:{reference}"), 16)
    return "".join(ALPHABET[number >> (5 * n) & 31] for n in range(5))


def own_reports(session: Session, person_id: int) -> list[Procedure]:
    """The newest first."""
    mine = (Procedure.noun == Noun.AID_REPORT) & (Procedure.own_key == own_key(person_id))
    return list(session.scalars(select(Procedure).where(mine).order_by(Procedure.id.desc()).limit(MOST)))


def close_out_key(item_id: int) -> str:
    """Under which a plan's closing answer opens its report: it can be guessed by nobody who sends a form."""
    return lookup_hash(f"aid_report:close_out:{item_id}")


def opened_by_close_outs(session: Session, item_ids: Collection[int]) -> dict[int, str]:
    """Of these plans: the reference of the report that the closing answer opened."""
    keys = {close_out_key(item_id): item_id for item_id in item_ids}
    rows = session.execute(select(Procedure.key, Procedure.reference).where(Procedure.key.in_(keys)))
    return {keys[row.key]: row.reference for row in rows}


def reports_seen(session: Session, audience: Audience) -> list[tuple[ProcedureFacts, str, str]]:
    """Those that exist for this audience, the newest first, each with its P-code and the edition of that."""
    rows = session.scalars(
        select(Procedure).where(Procedure.noun == Noun.AID_REPORT).order_by(Procedure.id.desc()).limit(MOST)
    )
    found = ((procedure_facts(row), row.pcode or "", row.cod_version) for row in rows)
    return [one for one in found if sees(one[0], audience)]


def verified_reports(session: Session) -> list[Procedure]:
    """Every one that was verified and was not shown to be wrong, the newest first."""
    counted = (Procedure.noun == Noun.AID_REPORT) & Procedure.state.in_(VERIFIED)
    return list(session.scalars(select(Procedure).where(counted).order_by(Procedure.id.desc())))


def humanitarian_near(session: Session, point: LatLon, within_m: float, since: datetime, until: datetime) -> list[Item]:
    """Notices and sites that may have been, or be, within this distance in these days: by their boxes, perhaps a few too many."""
    south, north = (point[0] + sign * within_m / DEGREE_M for sign in (-1, 1))
    west, east = (point[1] + sign * within_m / DEGREE_M for sign in (-1, 1))
    met = (
        select(PartBox.item_id)
        .where(PartBox.south <= north, PartBox.north >= south, PartBox.west <= east, PartBox.east >= west)
        .where(PartBox.begins_s <= until.timestamp(), PartBox.ends_s >= since.timestamp())
    )
    near = (Item.side == Side.HUMANITARIAN) & Item.state.in_(MATCHED_ITEMS) & Item.id.in_(met)
    return list(session.scalars(select(Item).where(near).order_by(Item.id).limit(NEAR_MOST)))


def entered_as(session: Session, item_id: int | None) -> str:
    """The reference of the item that a verified report is matched as; empty where there is none, or it was taken back."""
    found = session.get(Item, item_id) if item_id is not None else None
    return found.reference if found is not None and found.state in MATCHED_ITEMS else ""
