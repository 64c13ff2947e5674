"""Questions asked of QIPs and of what may be the same aid in the same commune."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.activity import Side
from deconflict.domain.cells import commune_cell
from deconflict.domain.procedures import Noun, ProcedureFacts
from deconflict.domain.qips import MATCHED_AS
from deconflict.store.items import Item, PartBox, PartClass
from deconflict.store.procedures import Procedure, procedure_facts


def qip_of_item(session: Session, reference: str) -> ProcedureFacts | None:
    """The project that the item under this reference stands for."""
    query = select(Procedure).join(Item, Item.id == Procedure.item_id)
    row = session.scalars(query.where(Item.reference == reference, Item.kind.in_(MATCHED_AS))).first()
    return procedure_facts(row) if row is not None else None


def notices_in(session: Session, commune: str, since: datetime, until: datetime) -> list[Item]:
    """Humanitarian items with a part in this commune and within this span, by when they begin: perhaps too many, since communes share
    cells, never too few."""
    boxes = (
        select(PartBox.item_id)
        .join(PartClass, PartClass.id == PartBox.class_id)
        .where(PartClass.side == Side.HUMANITARIAN, PartBox.cell == commune_cell(commune))
        .where(PartBox.begins_s <= until.timestamp(), PartBox.ends_s >= since.timestamp())
    )
    query = select(Item).where(Item.id.in_(boxes), Item.takes_part, Item.side == Side.HUMANITARIAN)
    return list(session.scalars(query.order_by(Item.departs_at, Item.id)))


def live_qips(session: Session, states: Collection[str], but: int) -> list[ProcedureFacts]:
    """Every project in one of these states but this one."""
    query = select(Procedure).where(Procedure.noun == Noun.QIP, Procedure.state.in_(states), Procedure.id != but)
    return [procedure_facts(row) for row in session.scalars(query.order_by(Procedure.id))]


def items_named(session: Session, references: Collection[str]) -> list[Item]:
    """By these references, in the order of when they begin."""
    query = select(Item).where(Item.reference.in_(list(references))).order_by(Item.departs_at, Item.id)
    return list(session.scalars(query)) if references else []
