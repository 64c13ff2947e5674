"""Whether what a request says of the other side is still released: an owner may lower its level at any time, and from that
moment on nothing is shown that it keeps to itself, before the scheduler has taken it back too (RUL-7)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.disclosure import RECOGNITION
from deconflict.domain.filing import Level
from deconflict.store.cases import Case, Request
from deconflict.store.items import Item, ItemVersion


def other_item(case: Case, side: str) -> Item | None:
    """The item that a request to `side` speaks of."""
    return case.item_of("mission" if side == "humanitarian" else "humanitarian")


def is_taken_back(session: Session, case: Case, request: Request) -> bool:
    """Whether the other side's owner has lowered its level to match_only since. Words of a one-off release rest on no level
    and stay."""
    other = other_item(case, request.side)
    if other is None or other.level != Level.MATCH_ONLY:
        return False
    of = (ItemVersion.item_id == other.id, ItemVersion.version == request.other_version)
    then = session.scalar(select(ItemVersion.filing).where(*of))
    return then is not None and then.get("level") not in (None, Level.MATCH_ONLY)


def shows_too_much(case: Case, request: Request) -> bool:
    """Whether it tells what vehicles look like whose owner does not want that told any more."""
    other = other_item(case, request.side)
    return RECOGNITION in request.words and (other is None or other.level != Level.FULL)
