"""Who of a side that was told has the word: its desk or base, and behind it the unit or the team that goes. A desk that knows is
not a unit that knows (D0.10): each level has a clock of its own, and a case is only as good as its weakest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from deconflict.domain.activity import Side
from deconflict.domain.filing import Filing, MissionPlan, StaticSite
from deconflict.domain.kinds import Catalogue

DESK, UNIT, TEAM = "desk", "unit", "team"
RECEIVED, CANNOT, PASSED_ON = "received", "cannot_comply", "passed_on"
HAS_IT = (RECEIVED, CANNOT)  # whoever cannot comply has the word all the same
# How a level stands, the weakest first. `old`: what was said to it was of an earlier round.
SILENT, OLD, PASSED, HAVE = "silent", "old", "passed_on", "have"
_STRENGTH = {SILENT: 0, OLD: 0, PASSED: 1, HAVE: 2}
BEHIND = {Side.HUMANITARIAN.value: TEAM, Side.MISSION.value: UNIT}


def level_behind(filing: Filing | None, side: str, catalogue: Catalogue) -> str:
    """Who beside its desk must have the word of an item: the team of a movement, the unit of a patrol, of a base or of an activity for
    people. Empty where nobody leaves: a static site, an area that is closed, works, and an event, which its desk moves
    itself. Of what cannot be read somebody may be on the way."""
    if isinstance(filing, StaticSite):
        return ""
    if isinstance(filing, MissionPlan):
        kind = catalogue[filing.kind]
        return "" if kind.event or kind.record or kind.site or kind.zone else UNIT
    return BEHIND.get(side, "")


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing said at one level. `by`: whose word it is, or who wrote it down where it was relayed; `how` as it was heard."""

    level: str
    answer: str
    method: str
    at: datetime
    by: str
    how: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """One word to a side that asks for an acknowledgement: a request's or a minimal alert's. `round` is that of the request, or of
    the minimal alert; `level` to whom it went; `due_at` and `confirm_due_at` the clocks of desk and of unit or team; `unreached`:
    no address is left that works."""

    side: str
    level: str
    round: int
    owed_at: datetime
    due_at: datetime | None
    confirm_due_at: datetime | None
    unreached: bool = False
    heard: tuple[Heard, ...] = ()


@dataclass(frozen=True, slots=True)
class LevelLine:
    """How one level of one side stands. `due_at` None where no clock runs; `heard` the word that counts, or of `old` the last one that
    does not; `direct`: it was written to itself, and not by its desk alone; `unreached`: no address of it works."""

    side: str
    level: str
    state: str
    due_at: datetime | None
    heard: Heard | None
    direct: bool
    unreached: bool

    @property
    def has_it(self) -> bool:
        return self.state == HAVE

    def late(self, now: datetime) -> bool:
        return not self.has_it and self.due_at is not None and self.due_at < now


def lines(told: Iterable[Told], round_: int, behind: Mapping[str, str]) -> tuple[LevelLine, ...]:
    """The levels of every side that was told, mission first, since it is asked first. `behind`: by side who stands behind
    its desk, as `level_behind` says."""
    by_side: dict[str, list[Told]] = {}
    for word in told:
        by_side.setdefault(word.side, []).append(word)
    return tuple(
        _line(side, level, by_side[side], round_)
        for side in sorted(by_side, reverse=True)
        for level in (DESK, behind.get(side, ""))
        if level
    )


def weakest(found: Iterable[LevelLine]) -> LevelLine | None:
    """The level that is furthest from having the word; of several the one whose clock runs out first. None where nobody was told."""
    return min(found, key=_weakness, default=None)


def _weakness(line: LevelLine) -> tuple[int, bool, float]:
    return _STRENGTH[line.state], line.due_at is None, line.due_at.timestamp() if line.due_at else 0.0


def _line(side: str, level: str, told: list[Told], round_: int) -> LevelLine:
    """Words of an earlier round say nothing of what the case is now."""
    now = [word for word in told if word.round == round_]
    heard = _last(now, level)
    due = [at for word in now if (at := word.due_at if level == DESK else word.confirm_due_at) is not None]
    state = SILENT if now else OLD
    if heard is not None:
        state = HAVE if heard.answer in HAS_IT else PASSED
    mine = [word for word in now if word.level == level]
    return LevelLine(
        side=side,
        level=level,
        state=state,
        due_at=None if state == HAVE else min(due, default=None),
        heard=heard if now else _last(told, level),
        direct=bool(mine),
        unreached=bool(mine) and all(word.unreached for word in mine),
    )


def _last(told: Iterable[Told], level: str) -> Heard | None:
    """The first that says it has the word, else the last that says it is on its way."""
    said = sorted(_said(told, level), key=lambda heard: heard.at)
    having = [heard for heard in said if heard.answer in HAS_IT]
    passing = [heard for heard in said if heard.answer == PASSED_ON]
    return next(iter(having[:1] or passing[-1:]), None)


def _said(told: Iterable[Told], level: str) -> Iterator[Heard]:
    for word in told:
        yield from (heard for heard in word.heard if heard.level == level)
