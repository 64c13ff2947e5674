"""Ways out of one case (RUL-9): the smallest change of each kind that clears every rule that the pair breaks and makes nothing else
meet. For the desk alone: nothing that is found here may reach either side.

Each is judged by the very engine that opened the case, against the other item and then against everything else that is filed and
takes part. What is tried is bounded, so that a page can wait for it; where the bound was met it is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.activity import Activity, Side
from deconflict.domain.changes import Scene, families
from deconflict.domain.country import Mission
from deconflict.domain.filing import Filing, MissionPlan
from deconflict.domain.judgement import Judgement
from deconflict.domain.severity import Severity
from deconflict.domain.ways_out import Change, Way
from deconflict.matching.boxes import understand
from deconflict.matching.candidates import neighbours
from deconflict.store.cases import Case
from deconflict.store.escorts import escorts_of
from deconflict.store.items import Item
from deconflict.store.queries import current_versions, filing_of, version_of

log = structlog.get_logger()
UNREADABLE = (ValueError, KeyError, TypeError)
MOST_TRIED = 400  # against the other item of the case, for one side
MOST_COMPARED = 40  # of these against everything else


@dataclass(frozen=True, slots=True)
class Ways:
    """What one side could change, the least trouble first. `whole` is false where not everything was tried; `unread` counts items
    nearby that nobody can read, with which nothing could be compared."""

    side: Side
    item: Item
    filing: Filing
    found: tuple[Change, ...]
    whole: bool = True
    unread: int = 0


def ways_out(session: Session, mission: Mission, case: Case, now: datetime) -> list[Ways]:
    """For each side of the case, the mission first: whoever can move most easily and has most to answer for is asked first. Nothing
    for a case of one item, one that nobody can read or of which only commune and week are left, and one that informs; of an area
    that OCHA entered nobody is asked. Raises what `understand` raises for an item that cannot be read."""
    if case.humanitarian is None or case.mission is None or case.reduced_at or not case.judgement:
        return []
    judgement = Judgement.from_json(case.judgement)
    if judgement.severity is Severity.INFO:
        return []
    known = [_Known.of(session, mission, item) for item in (case.mission, case.humanitarian)]
    pairs = [(known[0], known[1]), (known[1], known[0])]
    return [_search(session, mission, judgement, *pair, now).ways() for pair in pairs[case.of_ocha :]]


@dataclass(frozen=True, slots=True)
class _Known:
    """One item of the case, as it is filed and as the matcher sees it."""

    item: Item
    filing: Filing
    activity: Activity

    @classmethod
    def of(cls, session: Session, mission: Mission, item: Item) -> _Known:
        filing = filing_of(version_of(session, item))
        return cls(
            item, filing, understand(item, filing, mission, escorts_of(session, [item.id]).get(item.id, frozenset()))
        )


@dataclass(slots=True)
class _Search:
    """The changes of one item, looked through. `others` are the activities that were compared with, by item; `today` what the rules say
    of the item as it is filed and each of them."""

    session: Session
    mission: Mission
    own: _Known
    met: Activity
    scene: Scene
    others: dict[int, Activity | None] = field(default_factory=dict)
    today: dict[int, Judgement | None] = field(default_factory=dict)
    tried: int = 0
    compared: int = 0
    unread: int = 0

    def ways(self) -> Ways:
        families_of = families(self.own.filing, self.scene)
        found = [change for change in map(self._first, families_of) if change is not None]
        found.sort(key=lambda change: change.burden)
        kept = tuple(found[: self.scene.terms.most])
        item = self.own.item
        return Ways(Side(item.side), item, self.own.filing, kept, not self._spent, self.unread)

    @property
    def _spent(self) -> bool:
        return self.tried >= MOST_TRIED or self.compared >= MOST_COMPARED

    def _first(self, family: Iterator[Change]) -> Change | None:
        """The smallest of its kind that is a way out."""
        for change in family:
            if self._spent:
                return None
            self.tried += 1
            changed = self._changed(change.filing)
            if changed is not None and not self._fires(changed, self.met) and self._harms_nobody(changed):
                return change
        return None

    def _changed(self, filing: Filing) -> Activity | None:
        try:
            return understand(self.own.item, filing, self.mission, self.own.activity.escorts)
        except (ValueError, KeyError):  # what nobody could file
            return None

    def _harms_nobody(self, changed: Activity) -> bool:
        """It meets nothing that it does not meet as it is filed, and nothing worse."""
        self.compared += 1
        near = neighbours(self.session, self.mission, changed) - {self.met.id}
        self._read(near - self.others.keys())
        return not any(self._worse(changed, other) for id in near if (other := self.others[id]) is not None)

    def _worse(self, changed: Activity, other: Activity) -> bool:
        if not self._fires(changed, other):
            return False
        if other.id not in self.today:
            meets = self._fires(self.own.activity, other)
            self.today[other.id] = self._judged(self.own.activity, other) if meets else None
        today = self.today[other.id]
        if today is None:
            return True
        then = self._judged(changed, other)
        return then is not None and (
            then.severity.rank > today.severity.rank or not set(then.rule_ids) <= set(today.rule_ids)
        )

    def _read(self, ids: set[int]) -> None:
        """Those that take part, once; what cannot be read is counted."""
        if not ids:
            return
        self.others |= dict.fromkeys(ids)
        rows = self.session.scalars(select(Item).where(Item.id.in_(ids), Item.takes_part)).all()
        try:
            versions = current_versions(self.session, rows)
        except UNREADABLE:  # a spoilt row takes the whole answer with it: then each is asked for alone
            versions = {}
        escorts = escorts_of(self.session, ids)
        for item in rows:
            try:
                filing = filing_of(versions.get(item.id) or version_of(self.session, item))
                self.others[item.id] = understand(item, filing, self.mission, escorts.get(item.id, frozenset()))
            except UNREADABLE:
                log.warning("an item could not be compared", item=item.id)
                self.unread += 1

    def _pair(self, mine: Activity, other: Activity) -> tuple[Activity, Activity]:
        return (mine, other) if mine.side is Side.HUMANITARIAN else (other, mine)

    def _fires(self, mine: Activity, other: Activity) -> bool:
        return self.mission.pack.fires(*self._pair(mine, other), now=self.scene.now)

    def _judged(self, mine: Activity, other: Activity) -> Judgement | None:
        return self.mission.pack.judge(*self._pair(mine, other), now=self.scene.now)


def _search(
    session: Session, mission: Mission, judgement: Judgement, own: _Known, met: _Known, now: datetime
) -> _Search:
    nearest = judgement.hits[0].nominal
    scene = Scene(
        kind=mission.catalogue[own.filing.kind],
        other=nearest.b_point if own.activity.side is Side.HUMANITARIAN else nearest.a_point,
        within_m=max((hit.limit_m or 0.0) for hit in judgement.hits),
        mission=mission,
        now=now,
    )
    return _Search(session, mission, own, met.activity, scene)


def asks(change: Change, filing: Filing) -> str:
    """What a side is asked that is to make this change, in the codes of requests: no figure of it goes with them (RUL-9)."""
    if change.way not in (Way.SKIP, Way.STAND_OFF):
        return "change_time"
    return "avoid_place" if isinstance(filing, MissionPlan) else "change_place"
