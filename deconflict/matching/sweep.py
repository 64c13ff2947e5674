"""All live items against all, at once: the pairs that any rule may concern. Perhaps too many, never too few, no limit."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from typing import cast

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from deconflict.domain.activity import Side
from deconflict.domain.boxes import Numbers
from deconflict.domain.filed_boxes import COLUMNS, Filed, of_two_owners, pair_blocks, to_look_at
from deconflict.domain.reaches import Far, Names, reaches_of
from deconflict.domain.sop import RulePack
from deconflict.matching.marks import READ
from deconflict.store.cases import Case
from deconflict.store.duplicates import Duplicate
from deconflict.store.items import DueMark, Item, PartBox, PartClass


@dataclass(frozen=True, slots=True)
class Swept:
    """All that a sweep reads: the boxes of either side by the names of their parts, whose the notices are, and the pairs, one
    of them marked READ, of which something is known already, whatever their boxes say. The mission's side is first only
    in a pair without a notice."""

    ours: dict[Names, Filed]
    theirs: dict[Names, Filed]
    owners: dict[int, int]
    known: list[tuple[int | None, int | None]]

    @classmethod
    def read(cls, session: Session) -> Swept:
        notices = select(Item.id, Item.owner_id).where(Item.side == Side.HUMANITARIAN, Item.takes_part)
        owners = {row.id: row.owner_id for row in session.execute(notices)}
        return cls(_filed(session, Side.HUMANITARIAN), _filed(session, Side.MISSION), owners, list(_known(session)))

    def to_judge(self, pack: RulePack, among: Set[int]) -> set[int]:
        """Whom of these to judge so that every pair with one of them that any rule may concern, or of which something is known, is
        judged: of a notice and a plan one, of two notices both, since each looks for the same aid by its own names."""
        known = (ours if ours in among else theirs for ours, theirs in self.known)
        wanted = {item_id for item_id in known if item_id is not None and item_id in among}
        for found in self.pairs(pack):
            wanted |= to_look_at(found, among)
        for found in pair_blocks(self.ours, self.ours, lambda mine, other: _same_aid(pack, mine, other)):
            wanted |= to_look_at(of_two_owners(found, self.owners), among)
        return wanted

    def pairs(self, pack: RulePack) -> Iterator[Numbers]:
        """(humanitarian item, mission item), (n, 2), each pair once and in order, many items at a time. Whether anything concerns
        them is for the engine to decide."""
        reaches = reaches_of(pack)
        return pair_blocks(self.ours, self.theirs, lambda mine, other: reaches.between(Side.HUMANITARIAN, mine, other))


def _filed(session: Session, side: Side) -> dict[Names, Filed]:
    """Every box of one side by its names. Read past SQLAlchemy's rows, which would double the time."""
    classes = session.execute(select(PartClass.id, PartClass.names).where(PartClass.side == side)).all()
    columns = [getattr(PartBox, name) for name in COLUMNS]
    read: dict[Names, list[Filed]] = defaultdict(list)
    for class_id, names in classes:
        found = session.connection().execute(select(*columns).where(PartBox.class_id == class_id))
        filed = Filed.of(cast("Iterable[tuple[float, ...]]", found.cursor))
        if len(filed):
            read[tuple(names.split(" "))].append(filed)
    return {names: Filed.together(filed) for names, filed in read.items()}


def _known(session: Session) -> Iterator[tuple[int | None, int | None]]:
    """The pairs that have a case, however it ended, or a standing row of the same aid; this one from either side."""
    marked = select(DueMark.item_id).where(DueMark.reason == READ)
    either = or_(Case.humanitarian_id.in_(marked), Case.mission_id.in_(marked))
    for pair in session.execute(select(Case.humanitarian_id, Case.mission_id).where(either)):
        yield pair[0], pair[1]
    either = or_(Duplicate.first_id.in_(marked), Duplicate.second_id.in_(marked))
    twice = select(Duplicate.first_id, Duplicate.second_id).where(either, Duplicate.gone_at.is_(None))
    for first, second in session.execute(twice):
        yield first, second
        yield second, first


def _same_aid(pack: RulePack, mine: Names, other: Names) -> Far:
    """How far matching.duplicates looks from either of two notices: in one settlement, so long apart."""
    return Far((), max(pack.reach_duplicate(names).within_s for names in (mine, other)), -math.inf)
